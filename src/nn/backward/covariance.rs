//! Means and covariances of features over the pixels.

#![allow(unsafe_code)]

use rayon::prelude::*;

use super::isa;
use crate::nn::cpu::panel::{self, Panels, Product, ROWS};
use crate::nn::cpu::planes::mean_var;
use crate::nn::cpu::scratch;
use crate::nn::cpu::simd::{self, Isa, Simd, SimdTask};

/// Pixels that are multiplied before the sums go to memory.
const CHUNK: usize = 256;
/// Pixels whose products are summed up in f32; these sums are put together in f64.
const PART: usize = 4096;
/// Rows of the covariance that one unit of work computes.
const BAND: usize = 64;
/// The longest vector.
const MAX_LANES: usize = 16;

/// Mean and covariance of `n` channels.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// `[n]`.
    pub mean: Vec<f32>,
    /// `[n, n]`, symmetric, divided by the sum of the pixels' weights.
    pub covariance: Vec<f32>,
}

impl Moments {
    /// Of the features `x`, `[channels, pixels]`, each pixel weighing `weights` (1 when absent).
    ///
    /// # Panics
    /// When a slice is shorter.
    pub fn of(x: &[f32], channels: usize, weights: Option<&[f32]>) -> Self {
        let pixels = x.len() / channels.max(1);
        let mean = mean(x, channels, pixels, weights);
        let covariance = covariance(x, &mean, pixels, weights);
        Self { mean, covariance }
    }
}

/// The mean of every channel of `x`, `[channels, pixels]`; 0 where the weights are all 0.
///
/// # Panics
/// When a slice is shorter.
pub fn mean(x: &[f32], channels: usize, pixels: usize, weights: Option<&[f32]>) -> Vec<f32> {
    let isa = isa();
    let total = sum_of(weights, pixels);
    (0..channels)
        .into_par_iter()
        .map(|c| {
            let x = &x[c * pixels..(c + 1) * pixels];
            match weights {
                None => mean_var(isa, x).0 as f32,
                Some(weights) => {
                    let parts = x.chunks(CHUNK).zip(weights[..pixels].chunks(CHUNK));
                    let part = |(x, w): (&[f32], &[f32])| -> f64 {
                        f64::from(x.iter().zip(w).map(|(x, w)| x * w).sum::<f32>())
                    };
                    (parts.map(part).sum::<f64>() / total) as f32
                }
            }
        })
        .collect()
}

/// Sum of the weights, never 0.
fn sum_of(weights: Option<&[f32]>, pixels: usize) -> f64 {
    match weights {
        None => pixels as f64,
        Some(weights) => weights[..pixels].iter().map(|w| f64::from(*w)).sum(),
    }
    .max(1e-12)
}

/// `Σ w (x − mean)(x − mean)ᵀ / Σ w`, `[n, n]`.
///
/// # Panics
/// When a slice is shorter.
pub fn covariance(x: &[f32], mean: &[f32], pixels: usize, weights: Option<&[f32]>) -> Vec<f32> {
    let n = mean.len();
    let isa = isa();
    let bands = n.div_ceil(BAND);
    let units: Vec<(usize, usize)> = (0..pixels.div_ceil(PART))
        .flat_map(|part| (0..bands).map(move |band| (part * PART, band * BAND)))
        .collect();
    // In some parts at a time: all of their sums would be larger than the features.
    let mut total = vec![0f64; n * n];
    for units in units.chunks(8 * bands) {
        let sums: Vec<Vec<f32>> = units
            .par_iter()
            .with_max_len(1)
            .map(|&(first, row)| {
                let mut out = Vec::new();
                let unit = Unit {
                    x,
                    mean,
                    pixels,
                    weights,
                    span: (first, (first + PART).min(pixels)),
                    rows: (row, (row + BAND).min(n)),
                };
                unit.sum(isa, &mut out);
                out
            })
            .collect();
        for (&(_, row), sums) in units.iter().zip(&sums) {
            let columns = (n - row).next_multiple_of(MAX_LANES);
            for (r, sums) in sums.chunks_exact(columns).enumerate() {
                let to = &mut total[(row + r) * n + row..(row + r + 1) * n];
                for (total, sum) in to.iter_mut().zip(sums) {
                    *total += f64::from(*sum);
                }
            }
        }
    }
    let weight = sum_of(weights, pixels);
    let mut out = vec![0f32; n * n];
    for i in 0..n {
        for j in i..n {
            let value = (total[i * n + j] / weight) as f32;
            (out[i * n + j], out[j * n + i]) = (value, value);
        }
    }
    out
}

/// Some rows of the sums over some pixels, from the first row's diagonal on.
struct Unit<'a> {
    x: &'a [f32],
    mean: &'a [f32],
    pixels: usize,
    weights: Option<&'a [f32]>,
    span: (usize, usize),
    rows: (usize, usize),
}

impl Unit<'_> {
    /// `[rows, columns]` into `out`, columns padded to whole vectors.
    fn sum(&self, isa: Isa, out: &mut Vec<f32>) {
        let rows = self.rows.1 - self.rows.0;
        let columns = (self.mean.len() - self.rows.0).next_multiple_of(MAX_LANES);
        out.resize(rows * columns, 0.0);
        // A line more than needed, so that pixels don't fall on the same places of the cache.
        let stride = columns + MAX_LANES;
        scratch::with(|buffers| {
            let turned = buffers.block.get(CHUNK * stride);
            let packed = buffers.transformed.get(CHUNK * rows.next_multiple_of(ROWS));
            for first in (self.span.0..self.span.1).step_by(CHUNK) {
                let count = CHUNK.min(self.span.1 - first);
                self.turn(first, count, stride, turned);
                pack(turned, (rows, count, stride), packed);
                if let Some(weights) = self.weights {
                    for (line, w) in turned
                        .chunks_exact_mut(stride)
                        .zip(&weights[first..])
                        .take(count)
                    {
                        line.iter_mut().for_each(|v| *v *= w);
                    }
                }
                simd::run(
                    isa,
                    Multiply {
                        packed,
                        turned,
                        shape: (rows, count, stride),
                        columns,
                        add: first > self.span.0,
                        out,
                    },
                );
            }
        });
    }

    /// The centred features of `count` pixels, one pixel's channels after another.
    fn turn(&self, first: usize, count: usize, stride: usize, turned: &mut [f32]) {
        let channels = self.rows.0..self.mean.len();
        let at = |c: usize| &self.x[c * self.pixels + first..][..count];
        let mut blocks = channels.clone().step_by(MAX_LANES);
        for c in blocks.by_ref() {
            let to = c - channels.start;
            let there = MAX_LANES.min(channels.end - c);
            if there == MAX_LANES {
                let lanes: [&[f32]; MAX_LANES] = std::array::from_fn(|i| at(c + i));
                let mean: [f32; MAX_LANES] = std::array::from_fn(|i| self.mean[c + i]);
                for (k, line) in turned.chunks_exact_mut(stride).take(count).enumerate() {
                    let line = &mut line[to..to + MAX_LANES];
                    for i in 0..MAX_LANES {
                        line[i] = lanes[i][k] - mean[i];
                    }
                }
                continue;
            }
            for (k, line) in turned.chunks_exact_mut(stride).take(count).enumerate() {
                for (i, v) in line[to..to + MAX_LANES].iter_mut().enumerate() {
                    *v = if i < there {
                        at(c + i)[k] - self.mean[c + i]
                    } else {
                        0.0
                    };
                }
            }
        }
    }
}

/// The first `rows` channels as the multiplication's weights.
fn pack(turned: &[f32], (rows, count, stride): (usize, usize, usize), packed: &mut [f32]) {
    for first in (0..rows).step_by(ROWS) {
        let height = ROWS.min(rows - first);
        let to = packed[first * count..].chunks_exact_mut(height);
        for (to, line) in to.zip(turned.chunks_exact(stride)).take(count) {
            to.copy_from_slice(&line[first..first + height]);
        }
    }
}

struct Multiply<'a> {
    packed: &'a [f32],
    turned: &'a [f32],
    /// Rows, pixels, and the distance between two pixels.
    shape: (usize, usize, usize),
    columns: usize,
    add: bool,
    out: &'a mut [f32],
}

impl SimdTask for Multiply<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let (rows, count, stride) = self.shape;
        let mut offsets = [0u32; CHUNK];
        for (k, offset) in offsets.iter_mut().take(count).enumerate() {
            *offset = (k * stride) as u32;
        }
        let places: Vec<u32> = (0..self.columns / S::LANES)
            .map(|v| (v * S::LANES) as u32)
            .collect();
        let panels = Panels {
            rows,
            depth: count,
            values: self.packed,
        };
        let product = Product {
            offsets: &offsets[..count],
            pixels: self.turned,
            sum_stride: self.columns,
            add: self.add,
        };
        // SAFETY: `turned` holds whole vectors for every pixel, `out` for every row.
        unsafe { panel::multiply::<S>(panels, (0, rows), 0, product, &places, self.out) };
    }
}
