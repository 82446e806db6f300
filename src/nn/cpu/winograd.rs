//! 3×3 convolutions at stride 1 by Winograd's F(4×4, 3×3) (Lavin & Gray 2016): 36 products for
//! 16 outputs instead of 144.

#![allow(unsafe_code)]

use rayon::prelude::*;

use super::direct::{Geometry, Picture};
use super::finish::{self, Piece};
use super::gather::{self, Layout, Window};
use super::panel::{self, Packed, Product, ROWS, VECTORS};
use super::scratch::{self, Shared};
use super::simd::{self, Isa, Simd, Task};

/// Side of an output tile.
const SIDE: usize = 4;
/// Side of an input tile.
const REACH: usize = 6;
/// Products per tile.
const POINTS: usize = REACH * REACH;
/// The longest vector.
const MAX_LANES: usize = 16;
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
                        *value = (0..3).map(|y| G[i][y] * f64::from(at(row, input, 3 * y + x))).sum();
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

/// Where the tiles of a picture lie: `LANES` of them make a vector.
#[derive(Clone, Copy)]
struct Grid {
    lanes: usize,
    columns: usize,
    rows: usize,
    /// Vectors per row of tiles; 0: vectors run on from one row of tiles into the next.
    per_row: usize,
}

impl Grid {
    fn new(output: (usize, usize), lanes: usize) -> Self {
        let (rows, columns) = (output.0.div_ceil(SIDE), output.1.div_ceil(SIDE));
        let per_row = columns.div_ceil(lanes);
        let wasteful = 4 * per_row * lanes > 5 * columns;
        Self { lanes, columns, rows, per_row: if wasteful { 0 } else { per_row } }
    }

    fn vectors(&self) -> usize {
        match self.per_row {
            0 => (self.rows * self.columns).div_ceil(self.lanes),
            per_row => self.rows * per_row,
        }
    }

    /// Row and column of a lane's tile, if there is one.
    fn tile(&self, vector: usize, lane: usize) -> Option<(usize, usize)> {
        let (row, column) = match self.per_row {
            0 => {
                let tile = vector * self.lanes + lane;
                (tile / self.columns, tile % self.columns)
            }
            per_row => (vector / per_row, vector % per_row * self.lanes + lane),
        };
        (row < self.rows && column < self.columns).then_some((row, column))
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
    fn panel(&self) -> usize {
        VECTORS * self.lanes * self.inputs
    }

    /// Distance between two points' pixels; one line more than needed, so that the points don't
    /// fall on the same places of the cache.
    fn pixel_stride(&self) -> usize {
        self.count.div_ceil(VECTORS) * self.panel() + 16
    }

    fn pixel_place(&self, vector: usize) -> usize {
        vector / VECTORS * self.panel() + vector % VECTORS * self.lanes
    }

    fn sum_stride(&self) -> usize {
        self.count * self.lanes
    }

    fn point_stride(&self, rows: usize) -> usize {
        rows * self.sum_stride() + 16
    }
}

/// Convolves every picture.
pub(crate) fn convolve(isa: Isa, g: &Geometry, weights: &Weights, pictures: &[Picture]) {
    let grid = Grid::new(g.output, isa.lanes());
    let job = Job { isa, geometry: g, weights, grid };
    let vectors = grid.vectors();
    let small = if g.inputs + g.rows <= 96 { 2 * VECTORS } else { VECTORS };
    let units = vectors.div_ceil(small) * pictures.len();
    if units < 8 || g.inputs * g.rows > 32 * 1024 {
        for picture in pictures {
            for first in (0..vectors).step_by(16 * VECTORS) {
                job.together(picture, first, (16 * VECTORS).min(vectors - first));
            }
        }
        return;
    }
    let per_picture = vectors.div_ceil(small);
    (0..units).into_par_iter().with_max_len(1).for_each(|unit| {
        let first = unit % per_picture * small;
        job.alone(&pictures[unit / per_picture], first, small.min(vectors - first));
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
        Run { first, count, inputs: self.geometry.inputs, lanes: self.grid.lanes }
    }

    /// One thread does a run from pixels to pixels.
    fn alone(&self, picture: &Picture, first: usize, count: usize) {
        let run = self.run(first, count);
        let rows = self.geometry.rows;
        scratch::with(|buffers| {
            let pixels = buffers.transformed.get(POINTS * run.pixel_stride());
            let shared = Shared::new(pixels);
            for c in 0..run.inputs {
                simd::run(self.isa, Forward { job: self, picture, run, channel: c, to: shared });
            }
            let block = 128.min(rows.next_multiple_of(ROWS));
            for first in (0..rows).step_by(block) {
                let rows = (first, (first + block).min(rows));
                let stride = run.point_stride(block);
                let sums = buffers.sums.get(POINTS * stride);
                for point in 0..POINTS {
                    let pixels = &pixels[point * run.pixel_stride()..];
                    let sums = &mut sums[point * stride..];
                    simd::run(self.isa, Multiply { job: self, run, point, rows, pixels, sums });
                }
                simd::run(self.isa, Backward { job: self, picture, run, rows, sums, stride });
            }
        });
    }

    /// All threads do a run: first the channels, then the points, then the outputs.
    fn together(&self, picture: &Picture, first: usize, count: usize) {
        let run = self.run(first, count);
        let rows = self.geometry.rows;
        let stride = run.point_stride(rows);
        scratch::with(|buffers| {
            let pixels = buffers.transformed.get(POINTS * run.pixel_stride());
            let sums = buffers.sums.get(POINTS * stride);
            let shared = Shared::new(pixels);
            (0..run.inputs).into_par_iter().with_min_len(4).for_each(|c| {
                simd::run(self.isa, Forward { job: self, picture, run, channel: c, to: shared });
            });
            self.multiply_together(run, pixels, sums, stride);
            let (step, sums) = (4 * ROWS, &*sums);
            (0..rows.div_ceil(step)).into_par_iter().with_max_len(1).for_each(|i| {
                let rows = (i * step, (i * step + step).min(rows));
                let sums = &sums[rows.0 * run.sum_stride()..];
                simd::run(self.isa, Backward { job: self, picture, run, rows, sums, stride });
            });
        });
    }

    fn multiply_together(&self, run: Run, pixels: &[f32], sums: &mut [f32], stride: usize) {
        let rows = self.geometry.rows;
        let shared = Shared::new(sums);
        let block = if rows > 64 { rows.div_ceil(2).next_multiple_of(ROWS) } else { rows };
        let blocks = rows.div_ceil(block);
        (0..POINTS * blocks).into_par_iter().with_max_len(1).for_each(|i| {
            let (point, first) = (i / blocks, i % blocks * block);
            let rows = (first, (first + block).min(rows));
            let length = (rows.1 - rows.0) * run.sum_stride();
            // SAFETY: each unit has its own rows of its own point.
            let sums = unsafe { shared.slice(point * stride + first * run.sum_stride(), length) };
            let pixels = &pixels[point * run.pixel_stride()..];
            simd::run(self.isa, Multiply { job: self, run, point, rows, pixels, sums });
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

impl Task for Multiply<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { run, rows, .. } = self;
        let mut offsets = [0u32; DEPTH];
        for (k, offset) in offsets.iter_mut().enumerate() {
            *offset = (k * VECTORS * S::LANES) as u32;
        }
        let weights = &self.job.weights.points[self.point];
        let places: Vec<u32> = (0..run.count).map(|v| run.pixel_place(v) as u32).collect();
        for k in (0..run.inputs).step_by(DEPTH) {
            let depth = DEPTH.min(run.inputs - k);
            let product = Product {
                offsets: &offsets[..depth],
                pixels: &self.pixels[k * VECTORS * S::LANES..],
                sum_stride: run.sum_stride(),
                add: k > 0,
            };
            // SAFETY: every panel holds `inputs` steps of whole vectors, and `sums` every vector.
            unsafe { panel::multiply::<S>(weights, rows, k, product, &places, self.sums) };
        }
    }
}

/// Transforms one channel of a run's pixels.
struct Forward<'a> {
    job: &'a Job<'a>,
    picture: &'a Picture<'a>,
    run: Run,
    channel: usize,
    to: Shared,
}

impl Task for Forward<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let run = self.run;
        for v in 0..run.count {
            let place = run.pixel_place(v) + self.channel * VECTORS * S::LANES;
            let vector = run.first + v;
            // SAFETY: each channel of each vector has places of its own in `to`.
            unsafe {
                match self.job.grid.per_row {
                    0 => self.scattered::<S>(vector, place),
                    _ => self.consecutive::<S>(vector, place),
                }
            }
        }
    }
}

/// `Bᵀ · d` for one column of six.
#[inline(always)]
unsafe fn forward<S: Simd>(d: [S::V; REACH]) -> [S::V; REACH] {
    // SAFETY: arithmetic only.
    unsafe {
        let (four, minus4, minus5) = (S::splat(4.0), S::splat(-4.0), S::splat(-5.0));
        let two = S::splat(2.0);
        let a = S::fma(d[2], minus4, d[4]);
        let b = S::fma(d[1], minus4, d[3]);
        let c = S::sub(d[4], d[2]);
        let e = S::mul(two, S::sub(d[3], d[1]));
        [
            S::fma(d[0], four, S::fma(d[2], minus5, d[4])),
            S::add(a, b),
            S::sub(a, b),
            S::add(c, e),
            S::sub(c, e),
            S::fma(d[1], four, S::fma(d[3], minus5, d[5])),
        ]
    }
}

impl Forward<'_> {
    fn window(&self, tile: (usize, usize), columns: usize) -> Window {
        let padding = self.job.geometry.padding;
        Window {
            top: (tile.0 * SIDE) as isize - padding.0 as isize,
            left: (tile.1 * SIDE) as isize - padding.1 as isize,
            rows: REACH,
            columns,
        }
    }

    #[inline(always)]
    unsafe fn store<S: Simd>(&self, place: usize, row: usize, values: [S::V; REACH]) {
        let stride = self.run.pixel_stride();
        for (j, value) in values.into_iter().enumerate() {
            // SAFETY: passed on from the caller.
            unsafe {
                let to = self.to.pointer(place + (row * REACH + j) * stride, S::LANES);
                S::store(to, value);
            }
        }
    }

    /// The tiles of a vector lie side by side.
    #[inline(always)]
    unsafe fn consecutive<S: Simd>(&self, vector: usize, place: usize) {
        let per_row = self.job.grid.per_row;
        let tile = (vector / per_row, vector % per_row * S::LANES);
        let window = self.window(tile, SIDE * S::LANES + 2);
        let row = 5 * S::LANES;
        let mut block = [0f32; REACH * 5 * MAX_LANES];
        let mut half = [0f32; REACH * 5 * MAX_LANES];
        let block = &mut block[..REACH * row];
        // SAFETY: `run` is called for an instruction set that is there; rows are five vectors.
        unsafe {
            let layout = Layout { phases: 1, run: row };
            gather::channel::<S>(&self.picture.source, self.channel, window, layout, block);
            for v in 0..5 {
                let mut d = [S::splat(0.0); REACH];
                for (r, d) in d.iter_mut().enumerate() {
                    *d = S::load(block.as_ptr().add(r * row + v * S::LANES));
                }
                for (r, t) in forward::<S>(d).into_iter().enumerate() {
                    S::store(half.as_mut_ptr().add(r * row + v * S::LANES), t);
                }
            }
            for r in 0..REACH {
                let p = half.as_ptr().add(r * row);
                let v = |i: usize| S::load(p.add(i * S::LANES));
                let (even0, odd0) = S::unzip(v(0), v(1));
                let (even1, odd1) = S::unzip(v(2), v(3));
                let (d0, d2) = S::unzip(even0, even1);
                let (d1, d3) = S::unzip(odd0, odd1);
                let d4 = S::shift_in(d0, *p.add(4 * S::LANES));
                let d5 = S::shift_in(d1, *p.add(4 * S::LANES + 1));
                self.store::<S>(place, r, forward::<S>([d0, d1, d2, d3, d4, d5]));
            }
        }
    }

    /// The tiles of a vector lie anywhere.
    #[inline(always)]
    unsafe fn scattered<S: Simd>(&self, vector: usize, place: usize) {
        let mut tiles = [0f32; POINTS * MAX_LANES];
        for lane in 0..S::LANES {
            let Some(tile) = self.job.grid.tile(vector, lane) else { continue };
            let mut block = [0f32; REACH * 8];
            let layout = Layout { phases: 1, run: 8 };
            let window = self.window(tile, REACH);
            // SAFETY: `run` is called for an instruction set that is there.
            unsafe {
                gather::channel::<S>(&self.picture.source, self.channel, window, layout, &mut block);
            }
            for point in 0..POINTS {
                tiles[point * S::LANES + lane] = block[point / REACH * 8 + point % REACH];
            }
        }
        // SAFETY: every point of `tiles` is a whole vector.
        unsafe {
            let mut half = [[S::splat(0.0); REACH]; REACH];
            for j in 0..REACH {
                let mut d = [S::splat(0.0); REACH];
                for (r, d) in d.iter_mut().enumerate() {
                    *d = S::load(tiles.as_ptr().add((r * REACH + j) * S::LANES));
                }
                for (r, t) in forward::<S>(d).into_iter().enumerate() {
                    half[r][j] = t;
                }
            }
            for (r, row) in half.into_iter().enumerate() {
                self.store::<S>(place, r, forward::<S>(row));
            }
        }
    }
}

/// Transforms a run's sums back and writes the pixels.
struct Backward<'a> {
    job: &'a Job<'a>,
    picture: &'a Picture<'a>,
    run: Run,
    rows: (usize, usize),
    sums: &'a [f32],
    stride: usize,
}

/// `Aᵀ · m` for one column of six.
#[inline(always)]
unsafe fn backward<S: Simd>(m: [S::V; REACH]) -> [S::V; SIDE] {
    // SAFETY: arithmetic only.
    unsafe {
        let (two, four, eight) = (S::splat(2.0), S::splat(4.0), S::splat(8.0));
        let (a, b) = (S::add(m[1], m[2]), S::sub(m[1], m[2]));
        let (c, d) = (S::add(m[3], m[4]), S::sub(m[3], m[4]));
        [
            S::add(m[0], S::add(a, c)),
            S::fma(d, two, b),
            S::fma(c, four, a),
            S::add(S::fma(d, eight, b), m[5]),
        ]
    }
}

impl Task for Backward<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let phases = if self.job.geometry.doubled { 4 } else { 1 };
        let wide = SIDE * S::LANES;
        let mut pixels = [0f32; 4 * SIDE * SIDE * MAX_LANES];
        for row in (self.rows.0..self.rows.1).step_by(phases) {
            for v in 0..self.run.count {
                for phase in 0..phases {
                    let r = row + phase - self.rows.0;
                    let sums = &self.sums[r * self.run.sum_stride() + v * S::LANES..];
                    let to = &mut pixels[phase * SIDE * wide..(phase + 1) * SIDE * wide];
                    // SAFETY: every point has a whole vector for every row and vector.
                    unsafe { self.tiles::<S>(sums, to) };
                }
                // SAFETY: these rows of this vector are written by this call alone.
                unsafe { self.write::<S>(row / phases, self.run.first + v, &pixels) };
            }
        }
    }
}

impl Backward<'_> {
    /// Four rows of pixels, the vector's tiles side by side.
    #[inline(always)]
    unsafe fn tiles<S: Simd>(&self, sums: &[f32], to: &mut [f32]) {
        debug_assert!(sums.len() >= (POINTS - 1) * self.stride + S::LANES);
        // SAFETY: passed on from the caller.
        unsafe {
            let mut half = [[S::splat(0.0); REACH]; SIDE];
            for j in 0..REACH {
                let mut m = [S::splat(0.0); REACH];
                for (i, m) in m.iter_mut().enumerate() {
                    *m = S::load(sums.as_ptr().add((i * REACH + j) * self.stride));
                }
                for (i, t) in backward::<S>(m).into_iter().enumerate() {
                    half[i][j] = t;
                }
            }
            for (i, row) in half.into_iter().enumerate() {
                let [y0, y1, y2, y3] = backward::<S>(row);
                let (a0, a1) = S::zip(y0, y2);
                let (b0, b1) = S::zip(y1, y3);
                let (v0, v1) = S::zip(a0, b0);
                let (v2, v3) = S::zip(a1, b1);
                let p = to.as_mut_ptr().add(i * SIDE * S::LANES);
                S::store(p, v0);
                S::store(p.add(S::LANES), v1);
                S::store(p.add(2 * S::LANES), v2);
                S::store(p.add(3 * S::LANES), v3);
            }
        }
    }

    #[inline(always)]
    unsafe fn write<S: Simd>(&self, channel: usize, vector: usize, pixels: &[f32]) {
        let g = self.job.geometry;
        let grid = self.job.grid;
        let wide = SIDE * S::LANES;
        let (steps, columns) = match grid.per_row {
            0 => (S::LANES, SIDE),
            _ => (1, wide),
        };
        for lane in 0..steps {
            let Some(tile) = grid.tile(vector, lane) else { continue };
            let (top, left) = (tile.0 * SIDE, tile.1 * SIDE);
            let piece = Piece {
                channel,
                top,
                left,
                rows: SIDE.min(g.output.0 - top),
                columns: columns.min(g.output.1 - left),
            };
            let mut single = [0f32; 4 * SIDE * MAX_LANES];
            let (pixels, stride) = match grid.per_row {
                0 => {
                    for (i, row) in pixels.chunks_exact(wide).take(4 * SIDE).enumerate() {
                        let at = lane * SIDE;
                        single[i * MAX_LANES..][..SIDE].copy_from_slice(&row[at..at + SIDE]);
                    }
                    (&single[..], MAX_LANES)
                }
                _ => (pixels, wide),
            };
            let (finish, target) = (&self.picture.finish, &self.picture.target);
            // SAFETY: passed on from the caller.
            unsafe {
                if g.doubled {
                    let phase = SIDE * stride;
                    finish::write_doubled::<S>(finish, target, piece, pixels, stride, phase);
                } else {
                    finish::write::<S>(finish, target, piece, pixels, stride);
                }
            }
        }
    }
}
