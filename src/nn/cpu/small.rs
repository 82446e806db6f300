//! Convolution of pictures of few pixels: there vectors run over output channels instead of pixels,
//! so that none is partly empty and each weight is read once for several pixels.

#![allow(unsafe_code)]

use rayon::prelude::*;

use super::direct::{Geometry, Picture};
use super::finish::{self, Piece};
use super::panel::{self, Panels, Product, ROWS, VECTORS};
use super::scratch::{self, Shared};
use super::simd::{self, Isa, Simd, Task};

/// Outputs that lie side by side: [`VECTORS`] of the longest vectors.
const PANEL: usize = VECTORS * 16;
/// Steps in depth after which sums go to memory: so many weights stay in the nearest cache.
const DEPTH: usize = 256;

/// A weight matrix in panels of [`PANEL`] outputs, `[depth, PANEL]` each, zeros after the last.
#[derive(Clone, Debug)]
pub(crate) struct Weights {
    values: Vec<f32>,
}

impl Weights {
    /// From `at(row, k)`.
    pub(crate) fn new(rows: usize, depth: usize, at: impl Fn(usize, usize) -> f32) -> Self {
        let mut values = vec![0.0; rows.next_multiple_of(PANEL) * depth];
        for (i, line) in values.chunks_exact_mut(PANEL).enumerate() {
            let (first, k) = (i / depth * PANEL, i % depth);
            for (row, value) in (first..rows).zip(line) {
                *value = at(row, k);
            }
        }
        Self { values }
    }
}

/// Convolves every picture; one group only.
pub(crate) fn convolve(isa: Isa, g: &Geometry, weights: &Weights, pictures: &[Picture]) {
    let taps = g.kernel.0 * g.kernel.1;
    let (pixels, depth) = (g.output.0 * g.output.1, g.inputs * taps);
    let step = VECTORS * isa.lanes();
    for picture in pictures {
        scratch::with(|buffers| {
            let values = buffers.transformed.get(pixels * depth);
            let shared = Shared::new(values);
            (0..g.inputs)
                .into_par_iter()
                .with_min_len(16)
                .for_each(|c| gather(g, picture, c, depth, shared));
            let gathered = Panels {
                rows: pixels,
                depth,
                values,
            };
            (0..g.rows.div_ceil(step))
                .into_par_iter()
                .with_max_len(1)
                .for_each(|unit| {
                    let outputs = (unit * step, (unit * step + step).min(g.rows));
                    simd::run(
                        isa,
                        Unit {
                            geometry: g,
                            picture,
                            weights,
                            gathered,
                            outputs,
                        },
                    );
                });
        });
    }
}

/// Lays out the values that channel `c` adds to every output pixel, as a matrix
/// `[pixels, depth]` in panels.
fn gather(g: &Geometry, picture: &Picture, c: usize, depth: usize, to: Shared) {
    let taps = g.kernel.0 * g.kernel.1;
    let pixels = g.output.0 * g.output.1;
    let layout = Panels {
        rows: pixels,
        depth,
        values: &[],
    };
    for pixel in 0..pixels {
        let height = ROWS.min(pixels - pixel / ROWS * ROWS);
        let top = (pixel / g.output.1 * g.stride) as isize - g.padding.0 as isize;
        let left = (pixel % g.output.1 * g.stride) as isize - g.padding.1 as isize;
        let first = layout.place(pixel, c * taps);
        for tap in 0..taps {
            let y = top + (tap / g.kernel.1 * g.dilation) as isize;
            let x = left + (tap % g.kernel.1 * g.dilation) as isize;
            // SAFETY: each pixel's values of each channel have a place of their own.
            unsafe { *to.pointer(first + tap * height, 1) = picture.source.at(c, y, x) };
        }
    }
}

/// Some output channels of all pixels.
struct Unit<'a> {
    geometry: &'a Geometry,
    picture: &'a Picture<'a>,
    weights: &'a Weights,
    gathered: Panels<'a>,
    outputs: (usize, usize),
}

impl Task for Unit<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Panels {
            rows: pixels,
            depth,
            ..
        } = self.gathered;
        let count = (self.outputs.1 - self.outputs.0).div_ceil(S::LANES);
        let width = count * S::LANES;
        let within = self.outputs.0 % PANEL;
        let places: [u32; VECTORS] = std::array::from_fn(|v| (within + v * S::LANES) as u32);
        let offsets: [u32; DEPTH] = std::array::from_fn(|k| (k * PANEL) as u32);
        let panel = &self.weights.values[self.outputs.0 / PANEL * PANEL * depth..];
        scratch::with(|buffers| {
            let sums = buffers.sums.get(pixels * width);
            for k in (0..depth).step_by(DEPTH) {
                let product = Product {
                    offsets: &offsets[..DEPTH.min(depth - k)],
                    pixels: &panel[k * PANEL..],
                    sum_stride: width,
                    add: k > 0,
                };
                // SAFETY: every step in depth holds whole vectors of weights, and `sums` a vector
                // for each of them and each pixel.
                unsafe {
                    panel::multiply::<S>(
                        self.gathered,
                        (0, pixels),
                        k,
                        product,
                        &places[..count],
                        sums,
                    );
                }
            }
            let turned = buffers.block.get(4 * pixels + 4 * S::LANES);
            // SAFETY: these channels are written by this unit alone.
            unsafe { self.finish::<S>(sums, width, turned) };
        });
    }
}

impl Unit<'_> {
    /// Turns sums `[pixels, outputs]` into pixels, channel by channel.
    #[inline(always)]
    unsafe fn finish<S: Simd>(&self, sums: &[f32], width: usize, turned: &mut [f32]) {
        let g = self.geometry;
        let phases = if g.doubled { 4 } else { 1 };
        let Picture { finish, target, .. } = self.picture;
        let pixels = self.gathered.rows;
        let (rows, columns) = g.output;
        for output in (self.outputs.0..self.outputs.1).step_by(phases) {
            for phase in 0..phases {
                let from = sums[output + phase - self.outputs.0..]
                    .iter()
                    .step_by(width);
                for (to, from) in turned[phase * pixels..][..pixels].iter_mut().zip(from) {
                    *to = *from;
                }
            }
            let piece = Piece {
                channel: output / phases,
                top: 0,
                left: 0,
                rows,
                columns,
            };
            // SAFETY: passed on from the caller; a vector lies behind the last row.
            unsafe {
                if g.doubled {
                    finish::write_doubled::<S>(finish, target, piece, turned, columns, pixels);
                } else {
                    finish::write::<S>(finish, target, piece, turned, columns);
                }
            }
        }
    }
}
