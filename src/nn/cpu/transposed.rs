//! StyleGAN2's doubling of few pixels: the transposed 3×3 convolution at stride 2, then its filter in
//! either direction. The four phases in one ([`super::small`]) would need four times the weights.

#![allow(unsafe_code)]

use rayon::prelude::*;

use super::direct::{BatchItem, Geometry};
use super::finish::{self, OutputTile};
use super::gather::Window;
use super::scratch::{self, Buffers};
use super::simd::{self, Isa, Simd, SimdTask};
use super::small::{self, PANEL, Pixels};

/// Side of the weight.
const SIDE: usize = 3;
const TAPS: usize = SIDE * SIDE;
/// The filter's length.
pub(crate) const FILTER: usize = 4;

/// The weight, panel by panel of outputs, in each the taps one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Weights {
    matrix: small::Weights,
    /// The filter with its gain, in one direction.
    filter: [f32; FILTER],
}

impl Weights {
    /// From `at(output, input, tap)`.
    pub(crate) fn new(
        (outputs, inputs): (usize, usize),
        filter: [f32; FILTER],
        at: impl Fn(usize, usize, usize) -> f32,
    ) -> Self {
        let rows = outputs.next_multiple_of(PANEL) * TAPS;
        let matrix = small::Weights::new(rows, inputs, |row, input| {
            let (panel, tap) = (row / PANEL / TAPS, row / PANEL % TAPS);
            let output = panel * PANEL + row % PANEL;
            if output < outputs {
                at(output, input, tap)
            } else {
                0.0
            }
        });
        Self { matrix, filter }
    }
}

/// Convolves every picture; `g` is that of the four phases.
pub(crate) fn convolve(isa: Isa, g: &Geometry, weights: &Weights, pictures: &[BatchItem]) {
    let (rows, columns) = g.output;
    let window = Window {
        top: 0,
        left: 0,
        rows,
        columns,
    };
    let plane = rows * columns;
    let places: Vec<u32> = (0..plane as u32).collect();
    let offsets: Vec<u32> = (0..g.inputs).map(|c| (c * plane) as u32).collect();
    let channels = g.rows / 4;
    let outputs = small::outputs_at_once(isa.lanes());
    for picture in pictures {
        scratch::with(|buffers| {
            let block = buffers.transformed.get(g.inputs * plane);
            small::gather_all(isa, picture, (g.inputs, window), block);
            let pixels = Pixels {
                block,
                places: &places,
                offsets: &offsets,
            };
            (0..channels.div_ceil(outputs))
                .into_par_iter()
                .with_max_len(1)
                .for_each(|unit| {
                    let first = unit * outputs;
                    scratch::with(|buffers| {
                        let unit = Unit {
                            picture,
                            weights,
                            pixels,
                            size: g.output,
                            outputs: (first, (first + outputs).min(channels)),
                            buffers,
                        };
                        simd::run(isa, unit);
                    });
                });
        });
    }
}

/// Some output channels of the whole picture.
struct Unit<'a> {
    picture: &'a BatchItem<'a>,
    weights: &'a Weights,
    pixels: Pixels<'a>,
    /// Before doubling.
    size: (usize, usize),
    outputs: (usize, usize),
    buffers: &'a mut Buffers,
}

impl SimdTask for Unit<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let (rows, columns) = self.size;
        let width = small::outputs_at_once(S::LANES);
        // The sums of the transposed convolution, 2n + 1 a side, with a border of zeros for the filter.
        let grid = (2 * rows + 3, 2 * columns + 3);
        let [grid_len, across_len] = [grid.0 * grid.1 * width, grid.0 * 2 * columns * width];
        let sums = self
            .buffers
            .sums
            .get(rows * columns * width + grid_len + across_len);
        let (sums, rest) = sums.split_at_mut(rows * columns * width);
        let (spread, across) = rest.split_at_mut(grid_len);
        spread.fill(0.0);
        let depth = self.pixels.offsets.len();
        for tap in 0..TAPS {
            let panel = (self.outputs.0 / PANEL * TAPS + tap) * PANEL * depth;
            let weights = &self.weights.matrix.values[panel + self.outputs.0 % PANEL..];
            // SAFETY: `run` is called for an instruction set that is there.
            unsafe { small::multiply::<S>(self.pixels, weights, sums) };
            for (y, sums) in sums.chunks_exact(columns * width).enumerate() {
                for (x, sums) in sums.chunks_exact(width).enumerate() {
                    let at = (2 * y + tap / SIDE + 1) * grid.1 + 2 * x + tap % SIDE + 1;
                    add(&mut spread[at * width..][..width], sums);
                }
            }
        }
        let filter = self.weights.filter;
        let line = 2 * columns * width;
        for (from, to) in spread
            .chunks_exact(grid.1 * width)
            .zip(across.chunks_exact_mut(line))
        {
            filtered(from, width, filter, to);
        }
        let done = &mut spread[..2 * rows * line];
        filtered(across, line, filter, done);
        let pixels = 4 * rows * columns;
        let turned = self.buffers.block.get(pixels + S::LANES);
        for output in self.outputs.0..self.outputs.1 {
            let from = done[output - self.outputs.0..].iter().step_by(width);
            for (to, from) in turned[..pixels].iter_mut().zip(from) {
                *to = *from;
            }
            let piece = OutputTile {
                channel: output,
                top: 0,
                left: 0,
                rows: 2 * rows,
                columns: 2 * columns,
            };
            let BatchItem { finish, target, .. } = self.picture;
            // SAFETY: these channels are written by this unit alone; a vector lies behind the last row.
            unsafe { finish::write::<S>(finish, target, piece, turned, 2 * columns) };
        }
    }
}

/// `to += from`.
#[inline(always)]
fn add(to: &mut [f32], from: &[f32]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += from;
    }
}

/// `to[i] = Σ filter[j] · from[i + j · step]`.
#[inline(always)]
fn filtered(from: &[f32], step: usize, filter: [f32; FILTER], to: &mut [f32]) {
    let taps: [&[f32]; FILTER] = std::array::from_fn(|j| &from[j * step..][..to.len()]);
    for (i, to) in to.iter_mut().enumerate() {
        *to = (taps[0][i] * filter[0] + taps[3][i] * filter[3])
            + (taps[1][i] * filter[1] + taps[2][i] * filter[2]);
    }
}
