//! Convolutions with one channel per group: memory is the limit, so rows are read once.

#![allow(unsafe_code)]

use rayon::prelude::*;

use super::direct::{BatchItem, Geometry};
use super::finish::{self, OutputTile};
use super::gather::{self, RowLayout, Window};
use super::scratch::{self, Buffers};
use super::simd::{self, Isa, Simd, SimdTask};

/// Vectors worked on at once.
const VECTORS: usize = 4;
/// Output pixels of a unit of work.
const PIXELS: usize = 8192;

/// Convolves every picture; `weights` is `[groups, kernel, kernel]`.
pub(crate) fn convolve(isa: Isa, g: &Geometry, weights: &[f32], pictures: &[BatchItem]) {
    let (height, width) = g.output;
    let rows = (PIXELS / width).clamp(1, height);
    let tiles = height.div_ceil(rows);
    let taps = g.kernel.0 * g.kernel.1;
    (0..pictures.len() * g.groups * tiles)
        .into_par_iter()
        .with_max_len(4)
        .for_each(|unit| {
            let (picture, unit) = (unit / (g.groups * tiles), unit % (g.groups * tiles));
            let (channel, top) = (unit / tiles, unit % tiles * rows);
            scratch::with(|buffers| {
                let strip = Strip {
                    geometry: g,
                    picture: &pictures[picture],
                    weights: &weights[channel * taps..(channel + 1) * taps],
                    channel,
                    top,
                    rows: rows.min(height - top),
                    buffers,
                };
                simd::run(isa, strip);
            });
        });
}

/// Some rows of one channel.
struct Strip<'a> {
    geometry: &'a Geometry,
    picture: &'a BatchItem<'a>,
    weights: &'a [f32],
    channel: usize,
    top: usize,
    rows: usize,
    buffers: &'a mut Buffers,
}

impl SimdTask for Strip<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let g = self.geometry;
        let width = g.output.1;
        let window = Window {
            top: (self.top * g.stride) as isize - g.padding.0 as isize,
            left: -(g.padding.1 as isize),
            rows: (self.rows - 1) * g.stride + (g.kernel.0 - 1) * g.dilation + 1,
            columns: (width - 1) * g.stride + (g.kernel.1 - 1) * g.dilation + 1,
        };
        let sum_row = width.next_multiple_of(VECTORS * S::LANES);
        let reach = (g.kernel.1 - 1) * g.dilation / g.stride + 1;
        let layout = RowLayout {
            phases: g.stride,
            run: sum_row + reach,
        };
        let block = self.buffers.block.get(window.rows * layout.row());
        // SAFETY: `run` is called for an instruction set that is there.
        unsafe { gather::channel::<S>(&self.picture.source, self.channel, window, layout, block) };
        let mut taps = Vec::with_capacity(self.weights.len());
        for ky in 0..g.kernel.0 {
            for kx in 0..g.kernel.1 {
                let x = kx * g.dilation;
                let column = x % g.stride * layout.run + x / g.stride;
                let weight = self.weights[ky * g.kernel.1 + kx];
                taps.push((ky * g.dilation * layout.row() + column, weight));
            }
        }
        let sums = self.buffers.sums.get(self.rows * sum_row);
        for r in 0..self.rows {
            let block = &block[r * g.stride * layout.row()..];
            let sums = &mut sums[r * sum_row..(r + 1) * sum_row];
            // SAFETY: a run of the block is a tap's reach longer than a row of sums.
            unsafe { row::<S>(&taps, block, sums) };
        }
        let piece = OutputTile {
            channel: self.channel,
            top: self.top,
            left: 0,
            rows: self.rows,
            columns: width,
        };
        let BatchItem { finish, target, .. } = self.picture;
        // SAFETY: these rows of this channel are written by this unit alone.
        unsafe { finish::write::<S>(finish, target, piece, sums, sum_row) };
    }
}

#[inline(always)]
unsafe fn row<S: Simd>(taps: &[(usize, f32)], block: &[f32], sums: &mut [f32]) {
    for i in (0..sums.len()).step_by(VECTORS * S::LANES) {
        // SAFETY: passed on from the caller; rows of sums are whole groups of vectors.
        unsafe {
            let mut acc = [S::splat(0.0); VECTORS];
            for &(offset, weight) in taps {
                let weight = S::splat(weight);
                for (v, acc) in acc.iter_mut().enumerate() {
                    let pixels = block.as_ptr().add(offset + i + v * S::LANES);
                    *acc = S::fma(S::load(pixels), weight, *acc);
                }
            }
            for (v, acc) in acc.iter().enumerate() {
                S::store(sums.as_mut_ptr().add(i + v * S::LANES), *acc);
            }
        }
    }
}
