//! Convolutions whose weights are trained: forward, and the gradients with respect to the picture
//! and to the weights.

#![allow(unsafe_code)]

use rayon::prelude::*;

use super::{Size, isa};
use crate::nn::cpu::direct::{self, BatchItem, Geometry};
use crate::nn::cpu::finish::{Finish, Slope, Target};
use crate::nn::cpu::gather::{Border, Source, mirror};
use crate::nn::cpu::panel::{self, Packed, Panels, Product, ROWS};
use crate::nn::cpu::scratch::{self, SharedOutput};
use crate::nn::cpu::simd::{self, Isa, Simd, SimdTask};

/// Side of a kernel.
const SIDE: usize = 3;
/// Taps of a kernel.
const TAPS: usize = SIDE * SIDE;
/// The longest vector.
const MAX_LANES: usize = 16;
/// Parts that a picture's rows are cut into for the weights' gradient, at most.
const PARTS: usize = 8;
/// Values of the picture that are turned at a time.
const TURNED: usize = 1 << 16;

/// A 3×3 convolution with replicate padding 1, weight `[outputs, inputs, 3, 3]`. At stride 2 sides
/// are even and come out halved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrainedConv {
    /// Channels that go in.
    pub inputs: usize,
    /// Channels that come out.
    pub outputs: usize,
    /// 1 or 2.
    pub stride: usize,
}

impl TrainedConv {
    /// Height and width of what comes out.
    pub fn output(&self, size: Size) -> Size {
        (size.0 / self.stride, size.1 / self.stride)
    }

    /// Numbers of its weight.
    pub fn weights(&self) -> usize {
        self.outputs * self.inputs * TAPS
    }

    /// `out = conv(x) + bias`; `x` is `[inputs, h, w]` with `(h, w) = size`.
    ///
    /// # Panics
    /// When a slice is shorter than its shape.
    pub fn forward(
        &self,
        (weight, bias): (&[f32], &[f32]),
        x: &[f32],
        size: Size,
        out: &mut [f32],
    ) {
        let at = |row: usize, k: usize| weight[row * self.inputs * TAPS + k];
        let packed = [Packed::new(self.outputs, self.inputs * TAPS, at)];
        let geometry = self.geometry((self.inputs, self.outputs), 1, self.output(size));
        let geometry = Geometry {
            stride: self.stride,
            ..geometry
        };
        let from = (x, size, Border::Replicate);
        convolve(&geometry, &packed, from, Some(bias), out);
    }

    /// The gradient with respect to `x`, `[inputs, h, w]`, of the gradient `g` with respect to what
    /// came out. `work` is room to work in, used again.
    ///
    /// # Panics
    /// When a slice is shorter than its shape.
    pub fn of_picture(
        &self,
        weight: &[f32],
        g: &[f32],
        size: Size,
        work: &mut [Vec<f32>; 2],
        out: &mut [f32],
    ) {
        let (height, width) = size;
        let area = height * width;
        let [stuffed, padded] = work;
        let g = match self.stride {
            1 => &g[..self.outputs * area],
            stride => {
                stuffed.clear();
                stuffed.resize(self.outputs * area, 0.0);
                stuff(g, self.output(size), size, stride, stuffed);
                stuffed.as_slice()
            }
        };
        // Transposed and turned by half a circle, over the picture with its border.
        let at = |input: usize, k: usize| {
            let (output, tap) = (k / TAPS, k % TAPS);
            weight[(output * self.inputs + input) * TAPS + TAPS - 1 - tap]
        };
        let packed = [Packed::new(self.inputs, self.outputs * TAPS, at)];
        let whole = (height + 2, width + 2);
        let geometry = self.geometry((self.outputs, self.inputs), 2, whole);
        let needed = self.inputs * whole.0 * whole.1;
        padded.resize(padded.len().max(needed), 0.0);
        convolve(&geometry, &packed, (g, size, Border::Zero), None, padded);
        fold(&padded[..needed], size, &mut out[..self.inputs * area]);
    }

    /// Adds to `gradient` what `g` says of the weights, for the picture `x`.
    ///
    /// # Panics
    /// When a slice is shorter than its shape.
    pub fn of_weight(&self, x: &[f32], size: Size, g: &[f32], gradient: &mut [f32]) {
        let output = self.output(size);
        let rows = output.0.div_ceil(PARTS).max(1);
        let lanes = self.inputs.next_multiple_of(MAX_LANES);
        let isa = isa();
        let sums: Vec<Vec<f32>> = (0..output.0.div_ceil(rows))
            .into_par_iter()
            .with_max_len(1)
            .map(|part| {
                let mut sums = vec![0.0; TAPS * self.outputs * lanes];
                Part {
                    conv: self,
                    x,
                    size,
                    g,
                    rows: (part * rows, ((part + 1) * rows).min(output.0)),
                }
                .sum(isa, &mut sums);
                sums
            })
            .collect();
        for o in 0..self.outputs {
            for i in 0..self.inputs {
                for tap in 0..TAPS {
                    let at = (tap * self.outputs + o) * lanes + i;
                    let sum: f64 = sums.iter().map(|sums| f64::from(sums[at])).sum();
                    gradient[(o * self.inputs + i) * TAPS + tap] += sum as f32;
                }
            }
        }
    }

    /// From `inputs` to `rows` channels at stride 1.
    fn geometry(&self, (inputs, rows): (usize, usize), padding: usize, output: Size) -> Geometry {
        Geometry {
            groups: 1,
            inputs,
            rows,
            kernel: (SIDE, SIDE),
            stride: 1,
            dilation: 1,
            padding: (padding, padding),
            output,
            doubled: false,
        }
    }
}

fn convolve(
    geometry: &Geometry,
    packed: &[Packed; 1],
    (x, size, border): (&[f32], Size, Border),
    bias: Option<&[f32]>,
    out: &mut [f32],
) {
    let (height, width) = geometry.output;
    let finish = Finish {
        scale: None,
        bias,
        noise: None,
        slope: &Slope::One(1.0),
        gain: 1.0,
        clamp: f32::INFINITY,
        residual: None,
        mask: None,
    };
    let pixels = &x[..geometry.inputs * size.0 * size.1];
    let item = BatchItem {
        source: Source::new(pixels, size.0, size.1, border),
        finish,
        target: Target {
            out: SharedOutput::new(&mut out[..geometry.rows * height * width]),
            start: 0,
            height,
            width,
        },
    };
    direct::convolve(isa(), geometry, packed, &[item]);
}

/// Every value `stride` pixels from the next, zeros between.
fn stuff(g: &[f32], from: Size, to: Size, stride: usize, out: &mut [f32]) {
    out.par_chunks_exact_mut(to.0 * to.1)
        .zip(g.par_chunks_exact(from.0 * from.1))
        .for_each(|(out, g)| {
            for (y, line) in g.chunks_exact(from.1).enumerate() {
                let out = &mut out[y * stride * to.1..][..to.1];
                for (to, value) in out.iter_mut().step_by(stride).zip(line) {
                    *to = *value;
                }
            }
        });
}

/// The border's values go to the pixels that it was made of.
fn fold(padded: &[f32], (height, width): Size, out: &mut [f32]) {
    let line = width + 2;
    out.par_chunks_exact_mut(height * width)
        .zip(padded.par_chunks_exact((height + 2) * line))
        .for_each(|(out, padded)| {
            out.fill(0.0);
            for (row, from) in padded.chunks_exact(line).enumerate() {
                let y = row.saturating_sub(1).min(height - 1);
                let out = &mut out[y * width..(y + 1) * width];
                for (to, value) in out.iter_mut().zip(&from[1..]) {
                    *to += value;
                }
                out[0] += from[0];
                out[width - 1] += from[line - 1];
            }
        });
}

/// Some output rows' share in the weights' gradient.
struct Part<'a> {
    conv: &'a TrainedConv,
    x: &'a [f32],
    size: Size,
    g: &'a [f32],
    rows: (usize, usize),
}

impl Part<'_> {
    /// `[taps, outputs, lanes]` into `sums`.
    fn sum(&self, isa: Isa, sums: &mut [f32]) {
        let conv = self.conv;
        let (height, width) = conv.output(self.size);
        // Columns that the taps of a row of the output reach.
        let reach = (width - 1) * conv.stride + SIDE;
        let lanes = conv.inputs.next_multiple_of(MAX_LANES);
        let at_once = (TURNED / (reach * lanes * conv.stride)).max(1);
        scratch::with(|buffers| {
            for first in (self.rows.0..self.rows.1).step_by(at_once) {
                let rows = at_once.min(self.rows.1 - first);
                let lines = (rows - 1) * conv.stride + SIDE;
                let turned = buffers.block.get(lines * reach * lanes);
                self.turn(first, (lines, reach, lanes), turned);
                let count = rows * width;
                let packed = buffers.transformed.get(conv.outputs * count);
                for top in (0..conv.outputs).step_by(ROWS) {
                    let many = ROWS.min(conv.outputs - top);
                    for r in 0..many {
                        let g = &self.g[((top + r) * height + first) * width..][..count];
                        let to = packed[top * count + r..].iter_mut().step_by(many);
                        for (to, g) in to.zip(g) {
                            *to = *g;
                        }
                    }
                }
                simd::run(
                    isa,
                    Multiply {
                        conv,
                        packed: &packed[..conv.outputs * count],
                        turned: &turned[..lines * reach * lanes],
                        output: (rows, width),
                        shape: (reach, lanes),
                        sums,
                    },
                );
            }
        });
    }

    /// The picture with its border around some output rows: one pixel's channels after another.
    fn turn(&self, first: usize, (lines, reach, lanes): (usize, usize, usize), turned: &mut [f32]) {
        let (height, width) = self.size;
        let inputs = self.conv.inputs;
        for line in 0..lines {
            let y = (first * self.conv.stride + line) as isize - 1;
            let y = mirror(y, height, Border::Replicate).unwrap_or(0);
            let line = &mut turned[line * reach * lanes..(line + 1) * reach * lanes];
            for (column, to) in line.chunks_exact_mut(lanes).enumerate() {
                let x = mirror(column as isize - 1, width, Border::Replicate).unwrap_or(0);
                for (c, to) in to[..inputs].iter_mut().enumerate() {
                    *to = self.x[(c * height + y) * width + x];
                }
                to[inputs..].fill(0.0);
            }
        }
    }
}

struct Multiply<'a> {
    conv: &'a TrainedConv,
    packed: &'a [f32],
    turned: &'a [f32],
    output: Size,
    /// Columns of the turned picture, and values of each pixel.
    shape: (usize, usize),
    sums: &'a mut [f32],
}

impl SimdTask for Multiply<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self {
            conv,
            packed,
            turned,
            output: (rows, width),
            shape: (reach, lanes),
            sums,
        } = self;
        let count = rows * width;
        // Distance of a pixel's upper left tap from the first pixel's.
        let offsets: Vec<u32> = (0..count)
            .map(|i| ((i / width * reach + i % width) * conv.stride * lanes) as u32)
            .collect();
        let panels = Panels {
            rows: conv.outputs,
            depth: count,
            values: packed,
        };
        for (tap, sums) in sums.chunks_exact_mut(conv.outputs * lanes).enumerate() {
            let start = (tap / SIDE * reach + tap % SIDE) * lanes;
            let places: Vec<u32> = (0..lanes / S::LANES)
                .map(|v| (start + v * S::LANES) as u32)
                .collect();
            let product = Product {
                offsets: &offsets,
                pixels: turned,
                sum_stride: lanes,
                add: true,
            };
            // SAFETY: the last pixel's tap lies within the turned lines, whole vectors each;
            // `sums` holds `lanes` values for every row.
            unsafe {
                panel::multiply::<S>(panels, (0, conv.outputs), 0, product, &places, sums);
            }
        }
    }
}
