//! Convolution of few pixels (the first layers of a generator): vectors run over outputs instead of
//! pixels, so that none is partly empty and every weight is read once for several pixels.

#![allow(unsafe_code)]

use rayon::prelude::*;

use super::direct::{BatchItem, Geometry};
use super::finish::{self, OutputTile};
use super::gather::{self, RowLayout, Window};
use super::scratch::{self, Buffers, SharedOutput};
use super::simd::{self, Isa, Simd, SimdTask};

/// Outputs that lie side by side: three of the longest vectors.
pub(super) const PANEL: usize = 48;
/// Steps in depth after which sums go to memory: so many weights stay in the nearest cache.
const DEPTH: usize = 128;

/// A weight matrix in panels of [`PANEL`] outputs, `[depth, PANEL]` each, zeros after the last.
#[derive(Clone, Debug)]
pub(crate) struct Weights {
    pub(super) values: Vec<f32>,
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

/// Outputs that one unit of work computes with vectors of `lanes` values; divides [`PANEL`].
pub(super) fn outputs_at_once(lanes: usize) -> usize {
    if lanes == 16 { 3 * lanes } else { 2 * lanes }
}

/// Some pixels of the padded picture.
#[derive(Clone, Copy)]
pub(super) struct Pixels<'a> {
    /// The channels' padded planes, one after the other.
    pub(super) block: &'a [f32],
    /// Where each pixel's first value lies.
    pub(super) places: &'a [u32],
    /// For each step in depth the distance from there to its value.
    pub(super) offsets: &'a [u32],
}

/// Multiplies all pixels with [`outputs_at_once`] outputs, whose weights for step `k` lie at
/// `weights[k · PANEL]`; sums are `[pixels, outputs]`.
///
/// # Safety
/// As for [`Simd`].
#[inline(always)]
pub(super) unsafe fn multiply<S: Simd>(pixels: Pixels, weights: &[f32], sums: &mut [f32]) {
    let width = outputs_at_once(S::LANES);
    assert!(weights.len() >= (pixels.offsets.len() - 1) * PANEL + width);
    assert!(sums.len() >= pixels.places.len() * width);
    for (i, offsets) in pixels.offsets.chunks(DEPTH).enumerate() {
        let part = Pixels { offsets, ..pixels };
        let weights = &weights[i * DEPTH * PANEL..];
        // SAFETY: passed on from the caller. As many sums at once as the registers hold.
        unsafe {
            if S::LANES == 16 {
                rows::<S, 8, 3>(part, weights, sums, i > 0);
            } else {
                rows::<S, 4, 2>(part, weights, sums, i > 0);
            }
        }
    }
}

#[inline(always)]
unsafe fn rows<S: Simd, const M: usize, const N: usize>(
    pixels: Pixels,
    weights: &[f32],
    sums: &mut [f32],
    add: bool,
) {
    let (mut done, count) = (0, pixels.places.len());
    while done < count {
        let sums = &mut sums[done * N * S::LANES..];
        // SAFETY: passed on from the caller.
        unsafe {
            done += match count - done {
                left if left >= M => tile::<S, M, N>(pixels, done, weights, sums, add),
                2.. => tile::<S, 2, N>(pixels, done, weights, sums, add),
                _ => tile::<S, 1, N>(pixels, done, weights, sums, add),
            };
        }
    }
}

/// `M` pixels from `first` on times `N` vectors of outputs; says how many pixels.
#[inline(always)]
unsafe fn tile<S: Simd, const M: usize, const N: usize>(
    pixels: Pixels,
    first: usize,
    weights: &[f32],
    sums: &mut [f32],
    add: bool,
) -> usize {
    let places = &pixels.places[first..first + M];
    let furthest = places.iter().max().map_or(0, |p| *p as usize);
    debug_assert!(
        pixels
            .offsets
            .iter()
            .all(|o| furthest + (*o as usize) < pixels.block.len())
    );
    debug_assert!(weights.len() >= (pixels.offsets.len() - 1) * PANEL + N * S::LANES);
    debug_assert!(sums.len() >= M * N * S::LANES);
    // SAFETY: every pixel's values lie within the block, the weights hold whole vectors for every
    // step, and the sums M times N vectors (checked above and in `multiply`).
    unsafe {
        let from: [*const f32; M] =
            std::array::from_fn(|m| pixels.block.as_ptr().add(places[m] as usize));
        let mut total = [[S::splat(0.0); N]; M];
        let mut weight = weights.as_ptr();
        for offset in pixels.offsets {
            let mut b = [S::splat(0.0); N];
            for (n, b) in b.iter_mut().enumerate() {
                *b = S::load(weight.add(n * S::LANES));
            }
            for (total, from) in total.iter_mut().zip(&from) {
                let a = S::splat(*from.add(*offset as usize));
                for n in 0..N {
                    total[n] = S::fma(a, b[n], total[n]);
                }
            }
            weight = weight.wrapping_add(PANEL);
        }
        let mut to = sums.as_mut_ptr();
        for value in total.iter().flatten() {
            let value = if add {
                S::add(S::load(to), *value)
            } else {
                *value
            };
            S::store(to, value);
            to = to.wrapping_add(S::LANES);
        }
    }
    M
}

/// Convolves every picture; one group only.
pub(crate) fn convolve(isa: Isa, g: &Geometry, weights: &Weights, pictures: &[BatchItem]) {
    let window = Window {
        top: -(g.padding.0 as isize),
        left: -(g.padding.1 as isize),
        rows: (g.output.0 - 1) * g.stride + (g.kernel.0 - 1) * g.dilation + 1,
        columns: (g.output.1 - 1) * g.stride + (g.kernel.1 - 1) * g.dilation + 1,
    };
    let (places, offsets) = layout(g, window);
    let outputs = outputs_at_once(isa.lanes());
    for picture in pictures {
        scratch::with(|buffers| {
            let block = buffers
                .transformed
                .get(g.inputs * window.rows * window.columns);
            gather_all(isa, picture, (g.inputs, window), block);
            let pixels = Pixels {
                block,
                places: &places,
                offsets: &offsets,
            };
            (0..g.rows.div_ceil(outputs))
                .into_par_iter()
                .with_max_len(1)
                .for_each(|unit| {
                    let first = unit * outputs;
                    scratch::with(|buffers| {
                        let unit = Unit {
                            geometry: g,
                            picture,
                            weights,
                            pixels,
                            outputs: (first, (first + outputs).min(g.rows)),
                            buffers,
                        };
                        simd::run(isa, unit);
                    });
                });
        });
    }
}

/// Where the pixels' first values lie, and how far from there each step in depth.
fn layout(g: &Geometry, window: Window) -> (Vec<u32>, Vec<u32>) {
    let plane = window.rows * window.columns;
    let places = (0..g.output.0 * g.output.1)
        .map(|i| (i / g.output.1 * window.columns + i % g.output.1) * g.stride)
        .map(|place| place as u32)
        .collect();
    let taps = g.kernel.0 * g.kernel.1;
    let offsets = (0..g.inputs * taps)
        .map(|k| {
            let (ky, kx) = (k % taps / g.kernel.1, k % g.kernel.1);
            k / taps * plane + (ky * window.columns + kx) * g.dilation
        })
        .map(|offset| offset as u32)
        .collect();
    (places, offsets)
}

/// Copies the window of all channels to `block`, plane after plane.
pub(super) fn gather_all(
    isa: Isa,
    picture: &BatchItem,
    (channels, window): (usize, Window),
    block: &mut [f32],
) {
    let plane = window.rows * window.columns;
    let shared = SharedOutput::new(&mut block[..channels * plane]);
    // Some thousand values a unit: less isn't worth waking another thread.
    let at_once = (8192 / plane).max(1);
    (0..channels.div_ceil(at_once))
        .into_par_iter()
        .with_max_len(1)
        .for_each(|unit| {
            let first = unit * at_once;
            let channels = (first, (first + at_once).min(channels));
            let unit = Gather {
                picture,
                window,
                channels,
                to: shared,
            };
            simd::run(isa, unit);
        });
}

struct Gather<'a> {
    picture: &'a BatchItem<'a>,
    window: Window,
    channels: (usize, usize),
    to: SharedOutput,
}

impl SimdTask for Gather<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let plane = self.window.rows * self.window.columns;
        let layout = RowLayout {
            phases: 1,
            run: self.window.columns,
        };
        for c in self.channels.0..self.channels.1 {
            // SAFETY: each channel has its own plane, and is gathered by one unit; `run` is called
            // for an instruction set that is there.
            unsafe {
                let to = self.to.slice(c * plane, plane);
                gather::channel::<S>(&self.picture.source, c, self.window, layout, to);
            }
        }
    }
}

/// Some output channels of all pixels.
struct Unit<'a> {
    geometry: &'a Geometry,
    picture: &'a BatchItem<'a>,
    weights: &'a Weights,
    pixels: Pixels<'a>,
    outputs: (usize, usize),
    buffers: &'a mut Buffers,
}

impl SimdTask for Unit<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let (pixels, depth) = (self.pixels.places.len(), self.pixels.offsets.len());
        let width = outputs_at_once(S::LANES);
        let panel = self.outputs.0 / PANEL * PANEL * depth + self.outputs.0 % PANEL;
        let sums = self.buffers.sums.get(pixels * width);
        let turned = self.buffers.block.get(4 * pixels + 4 * S::LANES);
        let channels = Channels {
            geometry: self.geometry,
            picture: self.picture,
            outputs: self.outputs,
        };
        // SAFETY: `run` is called for an instruction set that is there; these channels are written
        // by this unit alone.
        unsafe {
            multiply::<S>(self.pixels, &self.weights.values[panel..], sums);
            channels.finish::<S>(sums, width, turned);
        }
    }
}

/// Which channels of which picture.
struct Channels<'a> {
    geometry: &'a Geometry,
    picture: &'a BatchItem<'a>,
    outputs: (usize, usize),
}

impl Channels<'_> {
    /// Turns sums `[pixels, outputs]` into pixels, channel by channel.
    #[inline(always)]
    unsafe fn finish<S: Simd>(&self, sums: &[f32], width: usize, turned: &mut [f32]) {
        let g = self.geometry;
        let phases = if g.doubled { 4 } else { 1 };
        let BatchItem { finish, target, .. } = self.picture;
        let (rows, columns) = g.output;
        let pixels = rows * columns;
        for output in (self.outputs.0..self.outputs.1).step_by(phases) {
            for phase in 0..phases {
                let from = sums[output + phase - self.outputs.0..]
                    .iter()
                    .step_by(width);
                for (to, from) in turned[phase * pixels..][..pixels].iter_mut().zip(from) {
                    *to = *from;
                }
            }
            let piece = OutputTile {
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
