//! The transforms before and after the products.

#![allow(unsafe_code)]

use super::super::direct::BatchItem;
use super::super::finish::{self, OutputTile};
use super::super::gather::{self, Border, RowLayout, Source, Window};
use super::super::scratch::SharedOutput;
use super::super::simd::{self, HALF, Simd, SimdTask};
use super::{Cut, Job, MAX_LANES, POINTS, REACH, Run, SIDE};

/// Values in a line of the cache.
const LINE: usize = 16;

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
        let (run, grid) = (self.run, self.job.grid);
        let mut memory = [0f32; 2 * REACH * 5 * MAX_LANES];
        for v in 0..run.count {
            let place = run.pixel_place(v) + self.channel * run.channel_stride();
            let vector = run.first + v;
            // SAFETY: each channel of each vector has places of its own in `to`.
            unsafe {
                match grid.cut {
                    Cut::Scattered => self.scattered::<S>(vector, place),
                    Cut::Whole => self.consecutive::<S>(vector, place, &mut memory),
                    Cut::Halves => {
                        for half in 0..grid.parts() {
                            let part = vector * grid.parts() + half;
                            let place = place + half * HALF;
                            self.consecutive::<S::Half>(part, place, &mut memory);
                        }
                    }
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
        let step = self.run.point_step();
        for (j, value) in values.into_iter().enumerate() {
            // SAFETY: passed on from the caller.
            unsafe {
                let to = self.to.pointer(place + (row * REACH + j) * step, S::LANES);
                S::store(to, value);
            }
        }
    }

    /// Six rows of five vectors with a part's tiles: in the picture itself where nothing has to be
    /// done to it, else copied to `block`.
    #[inline(always)]
    unsafe fn rows<S: Simd>(&self, tile: (usize, usize), block: &mut [f32]) -> Rows {
        let window = self.window(tile, SIDE * S::LANES + 2);
        let (source, run) = (&self.picture.source, 5 * S::LANES);
        let inside = window.top >= 0
            && window.left >= 0
            && window.top as usize + REACH <= source.height
            && window.left as usize + run <= source.width;
        if source.is_plain() && (inside || source.border == Border::Zero) {
            let rows = Rows::of_picture(source, self.channel, window, inside);
            // Each channel's rows are short: no processor foresees the next channel's.
            rows.prefetch(source.height * source.width, SIDE * S::LANES);
            return rows;
        }
        let layout = RowLayout { phases: 1, run };
        // SAFETY: passed on from the caller.
        unsafe { gather::channel::<S>(source, self.channel, window, layout, block) };
        Rows::of_block(block, run)
    }

    /// The tiles of a vector, or of a half, lie side by side.
    #[inline(always)]
    unsafe fn consecutive<S: Simd>(&self, part: usize, place: usize, memory: &mut [f32]) {
        // The last vector may have more places than there are tiles; nobody reads their sums.
        let Some(tile) = self.job.grid.tile(part) else {
            return;
        };
        let row = 5 * S::LANES;
        let (block, half) = memory.split_at_mut(REACH * row);
        // SAFETY: `run` is called for an instruction set that is there; `rows` gives six rows of
        // five vectors, and `half` holds as many.
        unsafe {
            let rows = self.rows::<S>(tile, block);
            for v in 0..5 {
                let d = rows.column::<S>(v);
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
            let Some(tile) = self.job.grid.tile(vector * S::LANES + lane) else {
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

/// Six rows of pixels, some of which may lie beyond the border, where zeros are.
struct Rows {
    /// Where each starts; null: all of it lies beyond.
    starts: [*const f32; REACH],
    /// Columns of the rows that lie within the picture; none: all do.
    inside: Option<(isize, isize)>,
}

impl Rows {
    /// `channel`'s rows of `window`; `whole`: none of them, and nothing of them, lies beyond the border.
    #[inline(always)]
    fn of_picture(source: &Source, channel: usize, window: Window, whole: bool) -> Self {
        let area = source.height * source.width;
        let plane = source.pixels[channel * area..(channel + 1) * area].as_ptr();
        let mut starts = [std::ptr::null(); REACH];
        for (r, start) in starts.iter_mut().enumerate() {
            let y = window.top + r as isize;
            if (0..source.height as isize).contains(&y) {
                *start = plane.wrapping_offset(y * source.width as isize + window.left);
            }
        }
        let edges = (-window.left, source.width as isize - window.left);
        Self {
            starts,
            inside: (!whole).then_some(edges),
        }
    }

    /// Asks for `columns` values of each row, `ahead` values further on: nothing is read.
    #[inline(always)]
    fn prefetch(&self, ahead: usize, columns: usize) {
        for start in self.starts {
            for line in (0..columns).step_by(LINE) {
                simd::prefetch(start.wrapping_add(ahead + line));
            }
        }
    }

    /// Copied rows, `run` values apart.
    #[inline(always)]
    fn of_block(block: &[f32], run: usize) -> Self {
        let mut starts = [std::ptr::null(); REACH];
        for (start, row) in starts.iter_mut().zip(block.chunks_exact(run)) {
            *start = row.as_ptr();
        }
        Self {
            starts,
            inside: None,
        }
    }

    /// The `v`-th vector of each row.
    ///
    /// # Safety
    /// As for [`Simd`]; where all columns lie within, whole vectors must be readable there.
    #[inline(always)]
    unsafe fn column<S: Simd>(&self, v: usize) -> [S::V; REACH] {
        let at = v * S::LANES;
        // SAFETY: only what lies within the picture is read.
        unsafe {
            let mut d = [S::splat(0.0); REACH];
            match self.inside {
                None => {
                    for (d, start) in d.iter_mut().zip(self.starts) {
                        *d = S::load(start.add(at));
                    }
                }
                Some((first, last)) => {
                    let lane = |column: isize| (column - at as isize).clamp(0, S::LANES as isize);
                    let (from, to) = (lane(first) as usize, lane(last) as usize);
                    for (d, start) in d.iter_mut().zip(self.starts) {
                        if !start.is_null() && from < to {
                            *d = S::load_part(start.wrapping_add(at), (from, to));
                        }
                    }
                }
            }
            d
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
        let (grid, doubled) = (self.job.grid, self.job.geometry.doubled);
        let mut pixels = [0f32; 4 * SIDE * SIDE * MAX_LANES];
        for row in (self.rows.0..self.rows.1).step_by(if doubled { 4 } else { 1 }) {
            for v in 0..self.run.count {
                // SAFETY: these rows of this vector are written by this call alone.
                unsafe {
                    match grid.cut {
                        Cut::Whole | Cut::Scattered => self.part::<S>(row, v, 0, &mut pixels),
                        Cut::Halves => {
                            for half in 0..grid.parts() {
                                self.part::<S::Half>(row, v, half, &mut pixels);
                            }
                        }
                    }
                }
            }
        }
    }
}

impl Backward<'_> {
    /// One row of the weights (or the four phases that begin with it), part `part` of the run's
    /// `v`-th vector.
    #[inline(always)]
    unsafe fn part<S: Simd>(&self, row: usize, v: usize, part: usize, pixels: &mut [f32]) {
        let grid = self.job.grid;
        let phases = if self.job.geometry.doubled { 4 } else { 1 };
        let wide = SIDE * S::LANES;
        for phase in 0..phases {
            let r = row + phase - self.rows.0;
            let place = r * self.run.sum_stride() + v * grid.lanes + part * S::LANES;
            let to = &mut pixels[phase * SIDE * wide..(phase + 1) * SIDE * wide];
            // SAFETY: every point has a whole vector for every row and vector.
            unsafe { self.tiles::<S>(&self.sums[place..], to) };
        }
        let part = (self.run.first + v) * grid.parts() + part;
        // SAFETY: passed on from the caller.
        unsafe { self.write::<S>(row / phases, part, pixels) };
    }

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

    /// Writes what `tiles` has made of a part.
    #[inline(always)]
    unsafe fn write<S: Simd>(&self, channel: usize, part: usize, pixels: &[f32]) {
        let g = self.job.geometry;
        let grid = self.job.grid;
        let wide = SIDE * S::LANES;
        if grid.cut != Cut::Scattered {
            if let Some(tile) = grid.tile(part) {
                // SAFETY: passed on from the caller.
                unsafe { self.piece::<S>(channel, tile, wide, (pixels, wide)) };
            }
            return;
        }
        let phases = if g.doubled { 4 } else { 1 };
        for lane in 0..S::LANES {
            let Some(tile) = grid.tile(part * S::LANES + lane) else {
                continue;
            };
            let mut single = [0f32; 4 * SIDE * MAX_LANES];
            for (i, row) in pixels.chunks_exact(wide).take(phases * SIDE).enumerate() {
                let at = lane * SIDE;
                single[i * MAX_LANES..][..SIDE].copy_from_slice(&row[at..at + SIDE]);
            }
            // SAFETY: passed on from the caller.
            unsafe { self.piece::<S>(channel, tile, SIDE, (&single, MAX_LANES)) };
        }
    }

    /// Up to `columns` pixels of four rows, `stride` apart in `pixels`, from `tile` on.
    #[inline(always)]
    unsafe fn piece<S: Simd>(
        &self,
        channel: usize,
        tile: (usize, usize),
        columns: usize,
        (pixels, stride): (&[f32], usize),
    ) {
        let g = self.job.geometry;
        let (top, left) = (tile.0 * SIDE, tile.1 * SIDE);
        let piece = OutputTile {
            channel,
            top,
            left,
            rows: SIDE.min(g.output.0 - top),
            columns: columns.min(g.output.1 - left),
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
