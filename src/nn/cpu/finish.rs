//! From sums to pixels: demodulation, noise, bias, activation, gain, clamp, residual.

#![allow(unsafe_code)]

use super::scratch::SharedOutput;
use super::simd::Simd;

/// Slope of the activation below zero.
#[derive(Clone, Debug)]
pub(crate) enum Slope {
    /// One for all channels (1: linear, 0: ReLU).
    One(f32),
    /// One for each.
    Each(Vec<f32>),
}

impl Slope {
    #[inline(always)]
    fn at(&self, c: usize) -> f32 {
        match self {
            Slope::One(s) => *s,
            Slope::Each(s) => s[c],
        }
    }
}

/// What happens to the sum of channel `c` of one picture:
/// `y = clamp(gain · act(sum · scale[c] + bias[c] + noise)) + residual`, and 0 where `mask` is.
#[derive(Clone, Copy)]
pub(crate) struct Finish<'a> {
    pub(crate) scale: Option<&'a [f32]>,
    pub(crate) bias: Option<&'a [f32]>,
    /// `[height, width]`.
    pub(crate) noise: Option<&'a [f32]>,
    pub(crate) slope: &'a Slope,
    pub(crate) gain: f32,
    pub(crate) clamp: f32,
    /// As the output, `[channels, height, width]`.
    pub(crate) residual: Option<&'a [f32]>,
    /// As the output, none below 0: a ReLU's result, whose gradient this is.
    pub(crate) mask: Option<&'a [f32]>,
}

/// The output of one picture, `[channels, height, width]`.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) out: SharedOutput,
    /// Where the picture starts within `out`.
    pub(crate) start: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
}

/// A piece of one output channel.
#[derive(Clone, Copy)]
pub(crate) struct OutputTile {
    pub(crate) channel: usize,
    pub(crate) top: usize,
    pub(crate) left: usize,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

/// One channel's constants as vectors.
struct Constants<S: Simd> {
    scale: S::V,
    bias: S::V,
    positive: S::V,
    negative: S::V,
    high: S::V,
    low: S::V,
    zero: S::V,
}

impl<S: Simd> Constants<S> {
    #[inline(always)]
    unsafe fn new(finish: &Finish, c: usize) -> Self {
        // SAFETY: splats only.
        unsafe {
            Self {
                scale: S::splat(finish.scale.map_or(1.0, |s| s[c])),
                bias: S::splat(finish.bias.map_or(0.0, |b| b[c])),
                positive: S::splat(finish.gain),
                negative: S::splat(finish.gain * finish.slope.at(c)),
                high: S::splat(finish.clamp),
                low: S::splat(-finish.clamp),
                zero: S::splat(0.0),
            }
        }
    }

    #[inline(always)]
    unsafe fn apply(&self, sum: S::V, noise: S::V) -> S::V {
        // SAFETY: arithmetic only.
        unsafe {
            let v = S::add(S::fma(sum, self.scale, self.bias), noise);
            let below = S::mul(S::min(v, self.zero), self.negative);
            let v = S::fma(S::max(v, self.zero), self.positive, below);
            S::max(S::min(v, self.high), self.low)
        }
    }
}

/// Writes `piece` from `sums` (rows `stride` apart; readable up to the next whole vector).
///
/// # Safety
/// As for [`Simd`]; no other thread writes to the piece's pixels.
#[inline(always)]
pub(crate) unsafe fn write<S: Simd>(
    finish: &Finish,
    target: &Target,
    piece: OutputTile,
    sums: &[f32],
    stride: usize,
) {
    let area = target.height * target.width;
    // SAFETY: the piece lies within the output, and is this thread's; sums are padded to vectors.
    unsafe {
        let constants = Constants::<S>::new(finish, piece.channel);
        for r in 0..piece.rows {
            let pixel = (piece.top + r) * target.width + piece.left;
            let plane = piece.channel * area + pixel;
            let out = target.out.pointer(target.start + plane, piece.columns);
            let noise = finish.noise.map(|n| &n[pixel..pixel + piece.columns]);
            let beside = Beside::of(finish, plane, piece.columns);
            let sums = &sums[r * stride..];
            write_row::<S>(&constants, sums, noise, beside, (out, piece.columns));
        }
    }
}

/// What lies beside a row of the output.
#[derive(Clone, Copy)]
struct Beside<'a> {
    residual: Option<&'a [f32]>,
    mask: Option<&'a [f32]>,
}

impl<'a> Beside<'a> {
    #[inline(always)]
    fn of(finish: &Finish<'a>, from: usize, columns: usize) -> Self {
        Self {
            residual: finish.residual.map(|r| &r[from..from + columns]),
            mask: finish.mask.map(|m| &m[from..from + columns]),
        }
    }

    #[inline(always)]
    fn skip(self, columns: usize) -> Self {
        Self {
            residual: self.residual.map(|r| &r[columns..]),
            mask: self.mask.map(|m| &m[columns..]),
        }
    }

    /// A whole vector of values with what lies beside them from `i` on.
    #[inline(always)]
    unsafe fn apply<S: Simd>(self, mut v: S::V, i: usize) -> S::V {
        // SAFETY: the caller has checked that a whole vector lies there.
        unsafe {
            if let Some(residual) = self.residual {
                v = S::add(v, S::load(residual.as_ptr().add(i)));
            }
            if let Some(mask) = self.mask {
                // Any normal number above 0 times the largest is more than 1.
                let mask = S::mul(S::load(mask.as_ptr().add(i)), S::splat(f32::MAX));
                v = S::mul(v, S::min(mask, S::splat(1.0)));
            }
            v
        }
    }

    /// The same for one value.
    #[inline(always)]
    fn apply_one(self, v: f32, i: usize) -> f32 {
        let v = v + self.residual.map_or(0.0, |r| r[i]);
        self.mask.map_or(v, |m| v * (m[i] * f32::MAX).min(1.0))
    }
}

#[inline(always)]
unsafe fn write_row<S: Simd>(
    constants: &Constants<S>,
    sums: &[f32],
    noise: Option<&[f32]>,
    beside: Beside,
    (out, columns): (*mut f32, usize),
) {
    debug_assert!(sums.len() >= columns.next_multiple_of(S::LANES));
    // SAFETY: whole vectors while they fit the row, the last one through a copy of its own.
    unsafe {
        let mut i = 0;
        while i + S::LANES <= columns {
            let noise = noise.map_or(constants.zero, |n| S::load(n.as_ptr().add(i)));
            let v = constants.apply(S::load(sums.as_ptr().add(i)), noise);
            S::store(out.add(i), beside.apply::<S>(v, i));
            i += S::LANES;
        }
        let rest = columns - i;
        if rest > 0 {
            let mut noise_rest = [0f32; 16];
            if let Some(noise) = noise {
                noise_rest[..rest].copy_from_slice(&noise[i..i + rest]);
            }
            let v = constants.apply(S::load(sums.as_ptr().add(i)), S::load(noise_rest.as_ptr()));
            let mut values = [0f32; 16];
            S::store(values.as_mut_ptr(), v);
            for (j, value) in values[..rest].iter().enumerate() {
                out.add(i + j).write(beside.apply_one(*value, i + j));
            }
        }
    }
}

/// Writes the four phases of an enlarged picture: `piece` is given in pixels of the small one,
/// `sums` holds the phases `(0,0) (0,1) (1,0) (1,1)`, `phase_stride` apart.
///
/// # Safety
/// As for [`write`].
#[inline(always)]
pub(crate) unsafe fn write_doubled<S: Simd>(
    finish: &Finish,
    target: &Target,
    piece: OutputTile,
    sums: &[f32],
    stride: usize,
    phase_stride: usize,
) {
    let area = target.height * target.width;
    // SAFETY: as in `write`.
    unsafe {
        let constants = Constants::<S>::new(finish, piece.channel);
        for r in 0..piece.rows {
            for py in 0..2 {
                let even = &sums[2 * py * phase_stride + r * stride..];
                let odd = &sums[(2 * py + 1) * phase_stride + r * stride..];
                let pixel = (2 * (piece.top + r) + py) * target.width + 2 * piece.left;
                let (plane, columns) = (piece.channel * area + pixel, 2 * piece.columns);
                let out = target.out.pointer(target.start + plane, columns);
                let noise = finish.noise.map(|n| &n[pixel..pixel + columns]);
                let beside = Beside::of(finish, plane, columns);
                zip_row::<S>(&constants, (even, odd), noise, beside, (out, columns));
            }
        }
    }
}

/// Two phases of a row into every other pixel each.
#[inline(always)]
unsafe fn zip_row<S: Simd>(
    constants: &Constants<S>,
    (even, odd): (&[f32], &[f32]),
    noise: Option<&[f32]>,
    beside: Beside,
    (out, columns): (*mut f32, usize),
) {
    debug_assert!(even.len().min(odd.len()) >= (columns / 2).next_multiple_of(S::LANES));
    let pair = 2 * S::LANES;
    for first in (0..columns).step_by(pair) {
        // SAFETY: whole pairs of vectors while they fit the row, the last through a copy.
        unsafe {
            let a = S::load(even.as_ptr().add(first / 2));
            let b = S::load(odd.as_ptr().add(first / 2));
            let (a, b) = S::zip(a, b);
            let out = out.add(first);
            if first + pair > columns {
                let mut both = [0f32; 32];
                S::store(both.as_mut_ptr(), a);
                S::store(both.as_mut_ptr().add(S::LANES), b);
                let (noise, beside) = (noise.map(|n| &n[first..]), beside.skip(first));
                write_row::<S>(constants, &both, noise, beside, (out, columns - first));
                continue;
            }
            for (half, sum) in [a, b].into_iter().enumerate() {
                let at = half * S::LANES;
                let noise = noise.map_or(constants.zero, |n| S::load(n.as_ptr().add(first + at)));
                let v = constants.apply(sum, noise);
                S::store(out.add(at), beside.apply::<S>(v, first + at));
            }
        }
    }
}
