//! Convolution as a matrix product on the gathered block, for any kernel, stride and dilation.

#![allow(unsafe_code)]

use rayon::prelude::*;

use super::finish::{self, Finish, OutputTile, Target};
use super::gather::{self, RowLayout, Source, Window};
use super::panel::{self, Packed, Product, ROWS, VECTORS};
use super::scratch::{self, Buffers};
use super::simd::{self, Isa, Simd, SimdTask};

/// The sizes of one convolution, per group of channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Geometry {
    pub(crate) groups: usize,
    /// Input channels of a group.
    pub(crate) inputs: usize,
    /// Rows of the weight matrix of a group: output channels, ×4 with `doubled`.
    pub(crate) rows: usize,
    pub(crate) kernel: (usize, usize),
    pub(crate) stride: usize,
    pub(crate) dilation: usize,
    /// Rows and columns added above and to the left.
    pub(crate) padding: (usize, usize),
    /// Output `(height, width)`; with `doubled` the size before doubling.
    pub(crate) output: (usize, usize),
    /// Four consecutive rows are the four phases of one output channel at twice the size.
    pub(crate) doubled: bool,
}

/// One picture of a batch: where it comes from, what happens to its sums, where it goes.
#[derive(Clone, Copy)]
pub(crate) struct BatchItem<'a> {
    pub(crate) source: Source<'a>,
    pub(crate) finish: Finish<'a>,
    pub(crate) target: Target,
}

/// How a convolution is cut: a function of its shape and the vector's width alone.
#[derive(Clone, Copy, Debug)]
struct WorkSplit {
    /// Output rows and columns of a tile.
    tile: (usize, usize),
    /// Weight rows of a unit of work.
    rows: usize,
    /// Input channels gathered at once.
    channels: usize,
}

impl WorkSplit {
    fn new(g: &Geometry, pictures: usize, lanes: usize) -> Self {
        let (height, width) = g.output;
        let columns = if width <= 96 { width } else { 96 };
        let vectors = columns.div_ceil(lanes);
        let budget = 96;
        let rows_fit = (budget / vectors).max(1);
        let mut tile_rows = even_part(height, rows_fit);
        let taps = g.kernel.0 * g.kernel.1;
        let channels = even_part(g.inputs, (384 / taps).max(1));
        let tiles = |tile_rows: usize| {
            height.div_ceil(tile_rows) * width.div_ceil(columns) * pictures * g.groups
        };
        // Fewer rows of pixels rather than of weights: each unit gathers its pixels.
        while tiles(tile_rows) < 8 && tile_rows > 1 && tile_rows * vectors >= 4 * VECTORS {
            tile_rows = tile_rows.div_ceil(2);
        }
        let mut rows = even_part(g.rows, 128).next_multiple_of(ROWS);
        while tiles(tile_rows) * g.rows.div_ceil(rows) < 8 && rows > 16 {
            rows = (rows / 2).next_multiple_of(ROWS);
        }
        Self {
            tile: (tile_rows, columns),
            rows,
            channels,
        }
    }
}

/// `whole` cut into the fewest parts of at most `limit`, all about equal.
fn even_part(whole: usize, limit: usize) -> usize {
    whole.div_ceil(whole.div_ceil(limit).max(1)).max(1)
}

/// Convolves every picture with `weights` (one matrix for each group).
pub(crate) fn convolve(isa: Isa, g: &Geometry, weights: &[Packed], pictures: &[BatchItem]) {
    let cut = WorkSplit::new(g, pictures.len(), isa.lanes());
    let tile_rows = g.output.0.div_ceil(cut.tile.0);
    let tile_columns = g.output.1.div_ceil(cut.tile.1);
    let blocks = g.rows.div_ceil(cut.rows);
    let per_group = tile_rows * tile_columns * blocks;
    let units = pictures.len() * g.groups * per_group;
    (0..units).into_par_iter().with_max_len(1).for_each(|unit| {
        let (picture, unit) = (unit / (g.groups * per_group), unit % (g.groups * per_group));
        let (group, unit) = (unit / per_group, unit % per_group);
        let (tile, block) = (unit / blocks, unit % blocks);
        let first = block * cut.rows;
        let top = tile / tile_columns * cut.tile.0;
        let left = tile % tile_columns * cut.tile.1;
        scratch::with(|buffers| {
            let tile = Tile {
                geometry: g,
                picture: &pictures[picture],
                weights: &weights[group],
                group,
                rows: (first, (first + cut.rows).min(g.rows)),
                channels: cut.channels,
                origin: (top, left),
                size: (
                    cut.tile.0.min(g.output.0 - top),
                    cut.tile.1.min(g.output.1 - left),
                ),
            };
            simd::run(isa, Unit { tile, buffers });
        });
    });
}

/// Some rows of weights on some pixels.
#[derive(Clone, Copy)]
struct Tile<'a> {
    geometry: &'a Geometry,
    picture: &'a BatchItem<'a>,
    weights: &'a Packed,
    group: usize,
    rows: (usize, usize),
    channels: usize,
    origin: (usize, usize),
    size: (usize, usize),
}

/// One unit of work.
struct Unit<'a> {
    tile: Tile<'a>,
    buffers: &'a mut Buffers,
}

impl Tile<'_> {
    fn window(&self) -> Window {
        let g = self.geometry;
        Window {
            top: (self.origin.0 * g.stride) as isize - g.padding.0 as isize,
            left: (self.origin.1 * g.stride) as isize - g.padding.1 as isize,
            rows: (self.size.0 - 1) * g.stride + (g.kernel.0 - 1) * g.dilation + 1,
            columns: (self.size.1 - 1) * g.stride + (g.kernel.1 - 1) * g.dilation + 1,
        }
    }

    /// Distances of the taps of `channels` channels within the block.
    fn offsets(&self, channels: usize, layout: RowLayout, plane: usize) -> Vec<u32> {
        let g = self.geometry;
        let mut offsets = Vec::with_capacity(channels * g.kernel.0 * g.kernel.1);
        for c in 0..channels {
            for ky in 0..g.kernel.0 {
                for kx in 0..g.kernel.1 {
                    let x = kx * g.dilation;
                    let column = x % g.stride * layout.run + x / g.stride;
                    offsets.push((c * plane + ky * g.dilation * layout.row() + column) as u32);
                }
            }
        }
        offsets
    }
}

impl SimdTask for Unit<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { tile, buffers } = self;
        let g = tile.geometry;
        let window = tile.window();
        let vectors = tile.size.1.div_ceil(S::LANES);
        let reach = (g.kernel.1 - 1) * g.dilation / g.stride + 1;
        let layout = RowLayout {
            phases: g.stride,
            run: vectors * S::LANES + reach,
        };
        let plane = window.rows * layout.row();
        let offsets = tile.offsets(tile.channels, layout, plane);
        let places: Vec<u32> = (0..tile.size.0 * vectors)
            .map(|i| (i / vectors * g.stride * layout.row() + i % vectors * S::LANES) as u32)
            .collect();
        let taps = g.kernel.0 * g.kernel.1;
        // With one helping of channels a row's sums are finished at once, while in the cache,
        // unless rows are too short to fill the inner loop.
        let at_once = tile.channels == g.inputs && vectors >= panel::VECTORS;
        let lasting = if at_once { 1 } else { tile.size.0 };
        let row_stride = vectors * S::LANES;
        let sum_stride = lasting * row_stride;
        let block = buffers.block.get(tile.channels * plane + S::LANES);
        let sums = buffers.sums.get((tile.rows.1 - tile.rows.0) * sum_stride);
        for channel in (0..g.inputs).step_by(tile.channels) {
            let count = tile.channels.min(g.inputs - channel);
            for c in 0..count {
                let from = tile.group * g.inputs + channel + c;
                let to = &mut block[c * plane..(c + 1) * plane];
                // SAFETY: `run` is called for an instruction set that is there.
                unsafe { gather::channel::<S>(&tile.picture.source, from, window, layout, to) };
            }
            let product = Product {
                offsets: &offsets[..count * taps],
                pixels: block,
                sum_stride,
                add: channel > 0,
            };
            let (weights, k) = (tile.weights.panels(), channel * taps);
            if !at_once {
                // SAFETY: the block holds whole vectors for every place and tap, as laid out above.
                unsafe { panel::multiply::<S>(weights, tile.rows, k, product, &places, sums) };
            }
            if channel + count < g.inputs {
                continue;
            }
            for (y, places) in places.chunks_exact(vectors).enumerate() {
                let sums = &mut sums[y.min(lasting - 1) * row_stride..];
                // SAFETY: as above; this tile's pixels of these channels are written by this unit
                // alone.
                unsafe {
                    if at_once {
                        panel::multiply::<S>(weights, tile.rows, k, product, places, sums);
                    }
                    tile.finish::<S>(y, sums, sum_stride);
                }
            }
        }
    }
}

impl Tile<'_> {
    /// Writes output row `y` of the tile.
    #[inline(always)]
    unsafe fn finish<S: Simd>(&self, y: usize, sums: &[f32], sum_stride: usize) {
        let g = self.geometry;
        let phases = if g.doubled { 4 } else { 1 };
        let BatchItem { finish, target, .. } = self.picture;
        for row in (self.rows.0..self.rows.1).step_by(phases) {
            let piece = OutputTile {
                channel: (self.group * g.rows + row) / phases,
                top: self.origin.0 + y,
                left: self.origin.1,
                rows: 1,
                columns: self.size.1,
            };
            let sums = &sums[(row - self.rows.0) * sum_stride..];
            // SAFETY: passed on from the caller.
            unsafe {
                if g.doubled {
                    finish::write_doubled::<S>(finish, target, piece, sums, 0, sum_stride);
                } else {
                    finish::write::<S>(finish, target, piece, sums, 0);
                }
            }
        }
    }
}
