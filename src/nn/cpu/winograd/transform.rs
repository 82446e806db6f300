//! The transforms before and after the products.

#![allow(unsafe_code)]

use super::super::direct::BatchItem;
use super::super::finish::{self, OutputTile};
use super::super::gather::{self, RowLayout, Window};
use super::super::scratch::SharedOutput;
use super::super::simd::{Simd, SimdTask};
use super::{Job, MAX_LANES, POINTS, REACH, Run, SIDE};

/// Transforms one channel of a run's pixels.
pub(super) struct Forward<'a> {
    pub(super) job: &'a Job<'a>,
    pub(super) picture: &'a BatchItem<'a>,
    pub(super) run: Run,
    pub(super) channel: usize,
    pub(super) to: SharedOutput,
}

impl SimdTask for Forward<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let run = self.run;
        let mut memory = [0f32; 2 * REACH * 5 * MAX_LANES];
        for v in 0..run.count {
            let place = run.pixel_place(v) + self.channel * super::VECTORS * S::LANES;
            let vector = run.first + v;
            // SAFETY: each channel of each vector has places of its own in `to`.
            unsafe {
                match self.job.grid.per_row {
                    0 => self.scattered::<S>(vector, place),
                    _ => self.consecutive::<S>(vector, place, &mut memory),
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
                let to = self
                    .to
                    .pointer(place + (row * REACH + j) * stride, S::LANES);
                S::store(to, value);
            }
        }
    }

    /// Six rows of five vectors with the vector's tiles, and the distance between the rows: in the
    /// picture itself where it has them, else copied to `block`.
    #[inline(always)]
    unsafe fn rows<S: Simd>(&self, vector: usize, block: &mut [f32]) -> (*const f32, usize) {
        let per_row = self.job.grid.per_row;
        let tile = (vector / per_row, vector % per_row * S::LANES);
        let window = self.window(tile, SIDE * S::LANES + 2);
        let (source, run) = (&self.picture.source, 5 * S::LANES);
        let inside = window.top >= 0
            && window.left >= 0
            && window.top as usize + REACH <= source.height
            && window.left as usize + run <= source.width;
        if inside && source.is_plain() {
            let row = self.channel * source.height + window.top as usize;
            let first = row * source.width + window.left as usize;
            return (source.pixels[first..].as_ptr(), source.width);
        }
        let layout = RowLayout { phases: 1, run };
        // SAFETY: passed on from the caller.
        unsafe { gather::channel::<S>(source, self.channel, window, layout, block) };
        (block.as_ptr(), run)
    }

    /// The tiles of a vector lie side by side.
    #[inline(always)]
    unsafe fn consecutive<S: Simd>(&self, vector: usize, place: usize, memory: &mut [f32]) {
        let row = 5 * S::LANES;
        let (block, half) = memory.split_at_mut(REACH * row);
        // SAFETY: `run` is called for an instruction set that is there; `rows` gives six rows of
        // five vectors, and `half` holds as many.
        unsafe {
            let (pixels, stride) = self.rows::<S>(vector, block);
            for v in 0..5 {
                let mut d = [S::splat(0.0); REACH];
                for (r, d) in d.iter_mut().enumerate() {
                    *d = S::load(pixels.add(r * stride + v * S::LANES));
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
            let Some(tile) = self.job.grid.tile(vector, lane) else {
                continue;
            };
            let mut block = [0f32; REACH * 8];
            let layout = RowLayout { phases: 1, run: 8 };
            let window = self.window(tile, REACH);
            // SAFETY: `run` is called for an instruction set that is there.
            unsafe {
                gather::channel::<S>(
                    &self.picture.source,
                    self.channel,
                    window,
                    layout,
                    &mut block,
                );
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
pub(super) struct Backward<'a> {
    pub(super) job: &'a Job<'a>,
    pub(super) picture: &'a BatchItem<'a>,
    pub(super) run: Run,
    pub(super) rows: (usize, usize),
    pub(super) sums: &'a [f32],
    pub(super) stride: usize,
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

impl SimdTask for Backward<'_> {
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
            let Some(tile) = grid.tile(vector, lane) else {
                continue;
            };
            let (top, left) = (tile.0 * SIDE, tile.1 * SIDE);
            let piece = OutputTile {
                channel,
                top,
                left,
                rows: SIDE.min(g.output.0 - top),
                columns: columns.min(g.output.1 - left),
            };
            let mut single;
            let (pixels, stride) = match grid.per_row {
                0 => {
                    single = [0f32; 4 * SIDE * MAX_LANES];
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
