//! The multiplication at the heart: four rows of weights, or eight, with up to three vectors of pixels.

#![allow(unsafe_code)]

use super::simd::{self, Simd};

/// Rows of weights multiplied at once.
pub(crate) const ROWS: usize = 4;
/// Vectors of pixels multiplied at once.
pub(crate) const VECTORS: usize = 3;

/// A weight matrix `[rows, depth]`, laid out so that the kernel reads it front to back: panels of
/// [`ROWS`] rows (the last may have fewer), within each the rows' values side by side.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    pub(crate) rows: usize,
    pub(crate) depth: usize,
    values: Vec<f32>,
}

impl Packed {
    /// From `at(row, k)`.
    pub(crate) fn new(rows: usize, depth: usize, at: impl Fn(usize, usize) -> f32) -> Self {
        let mut values = Vec::with_capacity(rows * depth);
        for first in (0..rows).step_by(ROWS) {
            let height = ROWS.min(rows - first);
            for k in 0..depth {
                values.extend((0..height).map(|r| at(first + r, k)));
            }
        }
        Self {
            rows,
            depth,
            values,
        }
    }

    /// To multiply with.
    #[inline(always)]
    pub(crate) fn panels(&self) -> Panels<'_> {
        Panels {
            rows: self.rows,
            depth: self.depth,
            values: &self.values,
        }
    }
}

/// A [`Packed`] matrix, borrowed.
#[derive(Clone, Copy)]
pub(crate) struct Panels<'a> {
    pub(crate) rows: usize,
    pub(crate) depth: usize,
    pub(crate) values: &'a [f32],
}

impl Panels<'_> {
    /// The panel that starts at `row` (a multiple of [`ROWS`]) from depth `k` on.
    #[inline(always)]
    fn panel(&self, row: usize, k: usize) -> (&[f32], usize) {
        let height = ROWS.min(self.rows - row);
        (&self.values[row * self.depth + k * height..], height)
    }
}

/// Where the pixels of one multiplication lie and where the sums go.
#[derive(Clone, Copy)]
pub(crate) struct Product<'a> {
    /// For each step in depth the distance from a vector's first place to its values.
    pub(crate) offsets: &'a [u32],
    /// The pixels.
    pub(crate) pixels: &'a [f32],
    /// Distance between two rows of sums.
    pub(crate) sum_stride: usize,
    /// Add to the sums instead of setting them.
    pub(crate) add: bool,
}

/// Multiplies rows `first_row .. last_row` of `weights`, from depth `k`, with all vectors whose
/// places are listed; row `r` of vector `i` goes to `sums[(r − first_row) · sum_stride + i · LANES]`.
///
/// # Safety
/// As for [`Simd`]. For every place and offset, `LANES` pixels must lie within `pixels`; `sums`
/// must hold `(rows − 1) · sum_stride + places · LANES` values.
#[inline(always)]
pub(crate) unsafe fn multiply<S: Simd>(
    weights: Panels,
    (first_row, last_row): (usize, usize),
    k: usize,
    product: Product,
    places: &[u32],
    sums: &mut [f32],
) {
    for (i, group) in places.chunks(VECTORS).enumerate() {
        let mut row = first_row;
        while row < last_row {
            let (panel, height) = weights.panel(row, k);
            let target = (row - first_row) * product.sum_stride + i * VECTORS * S::LANES;
            let sums = &mut sums[target..];
            // Registers for twice the rows: each vector of pixels is read half as often.
            if S::LANES == 16 && last_row - row >= 2 * ROWS {
                let (next, _) = weights.panel(row + ROWS, k);
                // SAFETY: passed on from the caller.
                unsafe { pair::<S>([panel, next], product, group, sums) };
                row += 2 * ROWS;
                continue;
            }
            // SAFETY: passed on from the caller.
            unsafe {
                match height {
                    4 => by_width::<S, 4>(panel, product, group, sums),
                    3 => by_width::<S, 3>(panel, product, group, sums),
                    2 => by_width::<S, 2>(panel, product, group, sums),
                    _ => by_width::<S, 1>(panel, product, group, sums),
                }
            }
            row += height;
        }
    }
}

/// Two panels at once.
#[inline(always)]
unsafe fn pair<S: Simd>(panels: [&[f32]; 2], product: Product, group: &[u32], sums: &mut [f32]) {
    // SAFETY: passed on from the caller.
    unsafe {
        match *group {
            [a, b, c] => pair_dot::<S, 3>(panels, product, [a, b, c], sums),
            [a, b] => pair_dot::<S, 2>(panels, product, [a, b], sums),
            [a] => pair_dot::<S, 1>(panels, product, [a], sums),
            _ => {}
        }
    }
}

#[inline(always)]
unsafe fn pair_dot<S: Simd, const N: usize>(
    panels: [&[f32]; 2],
    product: Product,
    places: [u32; N],
    sums: &mut [f32],
) {
    debug_assert!(
        panels
            .iter()
            .all(|p| p.len() >= ROWS * product.offsets.len())
    );
    // SAFETY: passed on from the caller; each panel holds four values for each offset.
    unsafe {
        let pixels = places.map(|p| product.pixels.as_ptr().add(p as usize));
        let mut acc = [[S::splat(0.0); N]; 2 * ROWS];
        let mut weights = panels.map(<[f32]>::as_ptr);
        for offset in product.offsets {
            let mut b = [S::splat(0.0); N];
            for n in 0..N {
                b[n] = S::load(pixels[n].add(*offset as usize));
            }
            for (m, acc) in acc.iter_mut().enumerate() {
                let a = S::splat(*weights[m / ROWS].add(m % ROWS));
                for n in 0..N {
                    acc[n] = S::fma(a, b[n], acc[n]);
                }
            }
            weights = weights.map(|w| w.wrapping_add(ROWS));
        }
        store::<S, { 2 * ROWS }, N>(acc, product, sums);
    }
}

#[inline(always)]
unsafe fn by_width<S: Simd, const M: usize>(
    panel: &[f32],
    product: Product,
    group: &[u32],
    sums: &mut [f32],
) {
    debug_assert!(panel.len() >= M * product.offsets.len());
    // SAFETY: passed on from the caller; the panel holds M values for each offset.
    unsafe {
        match *group {
            [a, b, c] if M == ROWS => full::<S>(panel, product, [a, b, c], sums),
            [a, b, c] => dot::<S, M, 3>(panel, product, [a, b, c], sums),
            [a, b] => dot::<S, M, 2>(panel, product, [a, b], sums),
            [a] => dot::<S, M, 1>(panel, product, [a], sums),
            _ => {}
        }
    }
}

#[inline(always)]
unsafe fn dot<S: Simd, const M: usize, const N: usize>(
    panel: &[f32],
    product: Product,
    places: [u32; N],
    sums: &mut [f32],
) {
    // SAFETY: passed on from the caller.
    unsafe {
        let pixels = places.map(|p| product.pixels.as_ptr().add(p as usize));
        let (depth, offsets) = (product.offsets.len(), product.offsets.as_ptr());
        let acc = simd::dot::<S, M, N>(depth, panel.as_ptr(), offsets, pixels);
        store::<S, M, N>(acc, product, sums);
    }
}

#[inline(always)]
unsafe fn full<S: Simd>(panel: &[f32], product: Product, places: [u32; 3], sums: &mut [f32]) {
    // SAFETY: passed on from the caller.
    unsafe {
        let pixels = places.map(|p| product.pixels.as_ptr().add(p as usize));
        let (depth, offsets) = (product.offsets.len(), product.offsets.as_ptr());
        store::<S, 4, 3>(
            S::dot4x3(depth, panel.as_ptr(), offsets, pixels),
            product,
            sums,
        );
    }
}

#[inline(always)]
unsafe fn store<S: Simd, const M: usize, const N: usize>(
    acc: [[S::V; N]; M],
    product: Product,
    sums: &mut [f32],
) {
    debug_assert!(sums.len() >= (M - 1) * product.sum_stride + N * S::LANES);
    // SAFETY: passed on from the caller.
    unsafe {
        for (m, row) in acc.iter().enumerate() {
            for (n, value) in row.iter().enumerate() {
                let p = sums.as_mut_ptr().add(m * product.sum_stride + n * S::LANES);
                let value = if product.add {
                    S::add(S::load(p), *value)
                } else {
                    *value
                };
                S::store(p, value);
            }
        }
    }
}
