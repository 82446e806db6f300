//! 2×2 max-pooling after a ReLU, and its gradient.

#![allow(unsafe_code)]

use rayon::prelude::*;

use super::{Size, isa};
use crate::nn::cpu::simd::{self, Simd, SimdTask};

/// No place: the largest value is 0, where the ReLU lets no gradient through.
const NONE: u8 = 4;
/// Pooled pixels of a row worked on at once.
const PART: usize = 64;

/// The largest of each 2×2 pixels of `x` (`[channels, h, w]`, none negative; an odd last row or
/// column is left out) into `out`, and which of the four it was into `places`.
///
/// # Panics
/// When a slice is shorter than its shape.
pub fn max_pool(x: &[f32], channels: usize, (h, w): Size, out: &mut [f32], places: &mut [u8]) {
    let (oh, ow) = (h / 2, w / 2);
    if oh * ow == 0 {
        return;
    }
    let isa = isa();
    out[..channels * oh * ow]
        .par_chunks_exact_mut(oh * ow)
        .zip(places[..channels * oh * ow].par_chunks_exact_mut(oh * ow))
        .zip(x[..channels * h * w].par_chunks_exact(h * w))
        .for_each(|((out, places), x)| {
            let rows = out.chunks_exact_mut(ow).zip(places.chunks_exact_mut(ow));
            for (y, (out, places)) in rows.enumerate() {
                let (upper, lower) = x[2 * y * w..][..2 * w].split_at(w);
                simd::run(
                    isa,
                    Pool {
                        upper,
                        lower,
                        out,
                        places,
                    },
                );
            }
        });
}

/// One row of pooled pixels.
struct Pool<'a> {
    upper: &'a [f32],
    lower: &'a [f32],
    out: &'a mut [f32],
    places: &'a mut [u8],
}

impl SimdTask for Pool<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let width = self.out.len();
        let mut four = [[0f32; PART]; 4];
        for first in (0..width).step_by(PART) {
            let count = PART.min(width - first);
            // SAFETY: passed on from the caller.
            unsafe {
                let (a, b) = four.split_at_mut(2);
                unzip::<S>(&self.upper[2 * first..2 * (first + count)], a);
                unzip::<S>(&self.lower[2 * first..2 * (first + count)], b);
            }
            let out = &mut self.out[first..first + count];
            let places = &mut self.places[first..first + count];
            for (i, (out, place)) in out.iter_mut().zip(places).enumerate() {
                let (mut best, mut at) = (0.0, NONE);
                for (k, values) in four.iter().enumerate() {
                    let larger = values[i] > best;
                    at = if larger { k as u8 } else { at };
                    best = if larger { values[i] } else { best };
                }
                (*out, *place) = (best, at);
            }
        }
    }
}

/// Values at even and at odd places, up to [`PART`] each.
#[inline(always)]
unsafe fn unzip<S: Simd>(row: &[f32], to: &mut [[f32; PART]]) {
    let count = row.len() / 2;
    let mut i = 0;
    // SAFETY: whole vectors within the slices; the rest one by one.
    unsafe {
        while i + S::LANES <= count {
            let p = row.as_ptr().add(2 * i);
            let (even, odd) = S::unzip(S::load(p), S::load(p.add(S::LANES)));
            S::store(to[0].as_mut_ptr().add(i), even);
            S::store(to[1].as_mut_ptr().add(i), odd);
            i += S::LANES;
        }
    }
    for i in i..count {
        (to[0][i], to[1][i]) = (row[2 * i], row[2 * i + 1]);
    }
}

/// The gradient with respect to the sums before the ReLU before [`max_pool`], from the gradient `g`
/// with respect to its result: `out` is `[channels, h, w]`, `g` and `places` as pooled.
///
/// # Panics
/// When a slice is shorter than its shape.
pub fn max_unpool(g: &[f32], places: &[u8], channels: usize, (h, w): Size, out: &mut [f32]) {
    let (oh, ow) = (h / 2, w / 2);
    let isa = isa();
    out[..channels * h * w]
        .par_chunks_exact_mut(h * w)
        .enumerate()
        .for_each(|(c, out)| {
            for y in 0..oh {
                let from = (c * oh + y) * ow;
                let (g, places) = (&g[from..from + ow], &places[from..from + ow]);
                let (upper, lower) = out[2 * y * w..][..2 * w].split_at_mut(w);
                simd::run(
                    isa,
                    Unpool {
                        g,
                        places,
                        upper,
                        lower,
                    },
                );
                upper[2 * ow..].fill(0.0);
                lower[2 * ow..].fill(0.0);
            }
            out[2 * oh * w..].fill(0.0);
        });
}

/// One row of gradients.
struct Unpool<'a> {
    g: &'a [f32],
    places: &'a [u8],
    upper: &'a mut [f32],
    lower: &'a mut [f32],
}

impl SimdTask for Unpool<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let width = self.g.len();
        let mut four = [[0f32; PART]; 4];
        for first in (0..width).step_by(PART) {
            let count = PART.min(width - first);
            let g = &self.g[first..first + count];
            let places = &self.places[first..first + count];
            for (k, values) in four.iter_mut().enumerate() {
                for ((value, g), place) in values.iter_mut().zip(g).zip(places) {
                    *value = if *place == k as u8 { *g } else { 0.0 };
                }
            }
            let columns = 2 * first..2 * (first + count);
            // SAFETY: passed on from the caller.
            unsafe {
                zip::<S>(&four[0], &four[1], &mut self.upper[columns.clone()]);
                zip::<S>(&four[2], &four[3], &mut self.lower[columns]);
            }
        }
    }
}

/// `even` and `odd` alternately.
#[inline(always)]
unsafe fn zip<S: Simd>(even: &[f32; PART], odd: &[f32; PART], to: &mut [f32]) {
    let count = to.len() / 2;
    let mut i = 0;
    // SAFETY: whole vectors within the slices; the rest one by one.
    unsafe {
        while i + S::LANES <= count {
            let (a, b) = S::zip(S::load(even.as_ptr().add(i)), S::load(odd.as_ptr().add(i)));
            S::store(to.as_mut_ptr().add(2 * i), a);
            S::store(to.as_mut_ptr().add(2 * i + S::LANES), b);
            i += S::LANES;
        }
    }
    for i in i..count {
        (to[2 * i], to[2 * i + 1]) = (even[i], odd[i]);
    }
}
