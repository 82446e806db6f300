//! 3×3 convolutions at stride 1 by Winograd's F(4×4, 3×3) (Lavin & Gray 2016): 36 products for
//! 16 outputs instead of 144.

#![allow(unsafe_code)]

mod transform;

use rayon::prelude::*;

use super::direct::{BatchItem, Geometry};
use super::panel::{self, Packed, Product, ROWS, VECTORS};
use super::scratch::{self, SharedOutput};
use super::simd::{self, HALF, Isa, Simd, SimdTask};
use transform::{Backward, Forward};

/// Side of an output tile.
const SIDE: usize = 4;
/// Side of an input tile.
const REACH: usize = 6;
/// Products per tile.
const POINTS: usize = REACH * REACH;
/// The longest vector.
const MAX_LANES: usize = 16;
/// Vectors of tiles that all threads work on together.
const TOGETHER: usize = 16 * VECTORS;
/// Depth multiplied before the sums go to memory.
const DEPTH: usize = 384;

/// The transformed weights: one matrix `[rows, inputs]` for each point.
#[derive(Clone, Debug)]
pub(crate) struct Weights {
    points: Vec<Packed>,
}

impl Weights {
    /// From `at(row, input, tap)`, taps row by row.
    pub(crate) fn new(rows: usize, inputs: usize, at: impl Fn(usize, usize, usize) -> f32) -> Self {
        // G · w · Gᵀ, in f64: it is done once.
        const G: [[f64; 3]; REACH] = [
            [1.0 / 4.0, 0.0, 0.0],
            [-1.0 / 6.0, -1.0 / 6.0, -1.0 / 6.0],
            [-1.0 / 6.0, 1.0 / 6.0, -1.0 / 6.0],
            [1.0 / 24.0, 1.0 / 12.0, 1.0 / 6.0],
            [1.0 / 24.0, -1.0 / 12.0, 1.0 / 6.0],
            [0.0, 0.0, 1.0],
        ];
        let mut all = vec![0f32; POINTS * rows * inputs];
        for row in 0..rows {
            for input in 0..inputs {
                let mut half = [[0f64; 3]; REACH];
                for (i, half) in half.iter_mut().enumerate() {
                    for (x, value) in half.iter_mut().enumerate() {
                        *value = (0..3)
                            .map(|y| G[i][y] * f64::from(at(row, input, 3 * y + x)))
                            .sum();
                    }
                }
                for point in 0..POINTS {
                    let (i, j) = (point / REACH, point % REACH);
                    let value: f64 = (0..3).map(|x| half[i][x] * G[j][x]).sum();
                    all[(point * rows + row) * inputs + input] = value as f32;
                }
            }
        }
        let points = (0..POINTS)
            .map(|point| {
                let matrix = &all[point * rows * inputs..(point + 1) * rows * inputs];
                Packed::new(rows, inputs, |r, k| matrix[r * inputs + k])
            })
            .collect();
        Self { points }
    }
}

/// Which tiles make a vector.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// Tiles side by side.
    Whole,
    /// Two times [`HALF`] tiles side by side: rows too short for a whole vector.
    Halves,
    /// Any: vectors run on from one row of tiles into the next.
    Scattered,
}

/// Where the tiles of a picture lie: `lanes` of them make a vector.
#[derive(Clone, Copy)]
struct Grid {
    lanes: usize,
    rows: usize,
    cut: Cut,
    /// Tiles of a part of a vector that lie side by side.
    part: usize,
    /// Such parts per row of tiles.
    per_row: usize,
}

impl Grid {
    fn new(output: (usize, usize), lanes: usize) -> Self {
        let (rows, columns) = (output.0.div_ceil(SIDE), output.1.div_ceil(SIDE));
        let fits = |part: usize| 4 * columns.next_multiple_of(part) <= 5 * columns;
        let (cut, part) = match () {
            () if fits(lanes) => (Cut::Whole, lanes),
            () if lanes > HALF && fits(HALF) => (Cut::Halves, HALF),
            () => (Cut::Scattered, 1),
        };
        Self {
            lanes,
            rows,
            cut,
            part,
            per_row: columns.div_ceil(part),
        }
    }

    /// Parts of a vector that are transformed one after the other.
    fn parts(&self) -> usize {
        match self.cut {
            Cut::Halves => self.lanes / HALF,
            Cut::Whole | Cut::Scattered => 1,
        }
    }

    fn vectors(&self) -> usize {
        (self.rows * self.per_row).div_ceil(self.lanes / self.part)
    }

    /// Row and column of a part's first tile, if there is one. Of scattered tiles each is a part.
    fn tile(&self, part: usize) -> Option<(usize, usize)> {
        let (row, column) = (part / self.per_row, part % self.per_row * self.part);
        (row < self.rows).then_some((row, column))
    }
}

/// A run of vectors worked on together, and how their transformed pixels and sums are laid out.
#[derive(Clone, Copy)]
struct Run {
    first: usize,
    count: usize,
    inputs: usize,
    lanes: usize,
}

impl Run {
    /// Distance between two channels' pixels; one vector more than needed, so that the channels
    /// don't fall on the same places of the cache.
    fn channel_stride(&self) -> usize {
        (POINTS * VECTORS + 1) * self.lanes
    }

    /// Distance between two points' pixels. What one channel's transform writes lies together.
    fn point_step(&self) -> usize {
        VECTORS * self.lanes
    }

    fn pixel_place(&self, vector: usize) -> usize {
        vector / VECTORS * self.inputs * self.channel_stride() + vector % VECTORS * self.lanes
    }

    /// Places for all pixels of the run.
    fn pixels(&self) -> usize {
        self.count.div_ceil(VECTORS) * self.inputs * self.channel_stride()
    }

    fn sum_stride(&self) -> usize {
        self.count * self.lanes
    }

    fn point_stride(&self, rows: usize) -> usize {
        rows * self.sum_stride() + 16
    }
}

/// Convolves every picture.
pub(crate) fn convolve(isa: Isa, g: &Geometry, weights: &Weights, pictures: &[BatchItem]) {
    let grid = Grid::new(g.output, isa.lanes());
    let job = Job {
        isa,
        geometry: g,
        weights,
        grid,
    };
    let vectors = grid.vectors();
    let small = if g.inputs + g.rows <= 96 {
        2 * VECTORS
    } else {
        VECTORS
    };
    let units = vectors.div_ceil(small) * pictures.len();
    if units < 8 || g.inputs * g.rows > 32 * 1024 {
        for picture in pictures {
            for first in (0..vectors).step_by(TOGETHER) {
                job.together(picture, first, TOGETHER.min(vectors - first));
            }
        }
        return;
    }
    let per_picture = vectors.div_ceil(small);
    (0..units).into_par_iter().with_max_len(1).for_each(|unit| {
        let first = unit % per_picture * small;
        job.alone(
            &pictures[unit / per_picture],
            first,
            small.min(vectors - first),
        );
    });
}

#[derive(Clone, Copy)]
struct Job<'a> {
    isa: Isa,
    geometry: &'a Geometry,
    weights: &'a Weights,
    grid: Grid,
}

impl Job<'_> {
    fn run(&self, first: usize, count: usize) -> Run {
        Run {
            first,
            count,
            inputs: self.geometry.inputs,
            lanes: self.grid.lanes,
        }
    }

    /// One thread does a run from pixels to pixels.
    fn alone(&self, picture: &BatchItem, first: usize, count: usize) {
        let run = self.run(first, count);
        let rows = self.geometry.rows;
        scratch::with(|buffers| {
            let pixels = buffers.transformed.get(run.pixels());
            let shared = SharedOutput::new(pixels);
            for c in 0..run.inputs {
                simd::run(
                    self.isa,
                    Forward {
                        job: self,
                        picture,
                        run,
                        channel: c,
                        to: shared,
                    },
                );
            }
            let block = 128.min(rows.next_multiple_of(ROWS));
            for first in (0..rows).step_by(block) {
                let rows = (first, (first + block).min(rows));
                let stride = run.point_stride(block);
                let sums = buffers.sums.get(POINTS * stride);
                for point in 0..POINTS {
                    let pixels = &pixels[point * run.point_step()..];
                    let sums = &mut sums[point * stride..];
                    simd::run(
                        self.isa,
                        Multiply {
                            job: self,
                            run,
                            point,
                            rows,
                            pixels,
                            sums,
                        },
                    );
                }
                simd::run(
                    self.isa,
                    Backward {
                        job: self,
                        picture,
                        run,
                        rows,
                        sums,
                        stride,
                    },
                );
            }
        });
    }

    /// All threads do a run: first the channels, then the points, then the outputs.
    fn together(&self, picture: &BatchItem, first: usize, count: usize) {
        let run = self.run(first, count);
        let rows = self.geometry.rows;
        let stride = run.point_stride(rows);
        scratch::with(|buffers| {
            let pixels = buffers.transformed.get(run.pixels());
            let sums = buffers.sums.get(POINTS * stride);
            let shared = SharedOutput::new(pixels);
            (0..run.inputs)
                .into_par_iter()
                .with_min_len(4)
                .for_each(|c| {
                    simd::run(
                        self.isa,
                        Forward {
                            job: self,
                            picture,
                            run,
                            channel: c,
                            to: shared,
                        },
                    );
                });
            self.multiply_together(run, pixels, sums, stride);
            let (step, sums) = (4 * ROWS, &*sums);
            (0..rows.div_ceil(step))
                .into_par_iter()
                .with_max_len(1)
                .for_each(|i| {
                    let rows = (i * step, (i * step + step).min(rows));
                    let sums = &sums[rows.0 * run.sum_stride()..];
                    simd::run(
                        self.isa,
                        Backward {
                            job: self,
                            picture,
                            run,
                            rows,
                            sums,
                            stride,
                        },
                    );
                });
        });
    }

    fn multiply_together(&self, run: Run, pixels: &[f32], sums: &mut [f32], stride: usize) {
        let rows = self.geometry.rows;
        let shared = SharedOutput::new(sums);
        let block = if rows > 64 {
            rows.div_ceil(2).next_multiple_of(ROWS)
        } else {
            rows
        };
        let blocks = rows.div_ceil(block);
        (0..POINTS * blocks)
            .into_par_iter()
            .with_max_len(1)
            .for_each(|i| {
                let (point, first) = (i / blocks, i % blocks * block);
                let rows = (first, (first + block).min(rows));
                let length = (rows.1 - rows.0) * run.sum_stride();
                // SAFETY: each unit has its own rows of its own point.
                let sums =
                    unsafe { shared.slice(point * stride + first * run.sum_stride(), length) };
                let pixels = &pixels[point * run.point_step()..];
                simd::run(
                    self.isa,
                    Multiply {
                        job: self,
                        run,
                        point,
                        rows,
                        pixels,
                        sums,
                    },
                );
            });
    }
}

/// Multiplies one point's matrix with a run's pixels.
struct Multiply<'a> {
    job: &'a Job<'a>,
    run: Run,
    point: usize,
    rows: (usize, usize),
    pixels: &'a [f32],
    sums: &'a mut [f32],
}

impl SimdTask for Multiply<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { run, rows, .. } = self;
        let mut offsets = [0u32; DEPTH];
        for (k, offset) in offsets.iter_mut().take(run.inputs).enumerate() {
            *offset = (k * run.channel_stride()) as u32;
        }
        let weights = self.job.weights.points[self.point].panels();
        let mut places = [0u32; TOGETHER];
        for (v, place) in places.iter_mut().take(run.count).enumerate() {
            *place = run.pixel_place(v) as u32;
        }
        let places = &places[..run.count];
        for k in (0..run.inputs).step_by(DEPTH) {
            let depth = DEPTH.min(run.inputs - k);
            let product = Product {
                offsets: &offsets[..depth],
                pixels: &self.pixels[k * run.channel_stride()..],
                sum_stride: run.sum_stride(),
                add: k > 0,
            };
            // SAFETY: every panel holds `inputs` steps of whole vectors, and `sums` every vector.
            unsafe { panel::multiply::<S>(weights, rows, k, product, places, self.sums) };
        }
    }
}
