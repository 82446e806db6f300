//! Work on whole channels: statistics, normalisation, filtering, copying with another layout.

#![allow(unsafe_code)]

use rayon::prelude::*;

use super::gather::{self, RowLayout, Source, Window};
use super::scratch::SharedOutput;
use super::simd::{self, Isa, Simd, SimdTask};

/// Values summed at once in f32; parts are put together in f64.
const PART: usize = 4096;

/// Mean and variance (divided by the count) of some values, in one pass over memory.
pub(crate) fn mean_var(isa: Isa, values: &[f32]) -> (f64, f64) {
    let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
    for part in values.chunks(PART) {
        let mut sums = (0.0, 0.0);
        simd::run(
            isa,
            Sums {
                values: part,
                centre: 0.0,
                sums: &mut sums,
            },
        );
        let part_mean = sums.0 / part.len() as f64;
        simd::run(
            isa,
            Sums {
                values: part,
                centre: part_mean as f32,
                sums: &mut sums,
            },
        );
        // About the rounded centre, so set right by what the rounding left.
        let left = sums.0 / part.len() as f64;
        let part_squares = sums.1 - left * left * part.len() as f64;
        let (n, delta) = (part.len() as f64, part_mean - mean);
        let total = count + n;
        squares += part_squares + delta * delta * count * n / total;
        mean += delta * n / total;
        count = total;
    }
    (mean, (squares / count).max(0.0))
}

/// Sum and sum of squares of the distances from `centre`.
struct Sums<'a> {
    values: &'a [f32],
    centre: f32,
    sums: &'a mut (f64, f64),
}

impl SimdTask for Sums<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        // SAFETY: whole vectors within the slice; the rest one by one.
        unsafe {
            let centre = S::splat(self.centre);
            let (mut sum, mut squares) = ([S::splat(0.0); 4], [S::splat(0.0); 4]);
            let whole = self.values.chunks_exact(4 * S::LANES);
            let rest = whole.remainder();
            for chunk in whole {
                for v in 0..4 {
                    let d = S::sub(S::load(chunk.as_ptr().add(v * S::LANES)), centre);
                    sum[v] = S::add(sum[v], d);
                    squares[v] = S::fma(d, d, squares[v]);
                }
            }
            let total = |v: [S::V; 4]| -> f64 {
                let v = S::add(S::add(v[0], v[1]), S::add(v[2], v[3]));
                let mut lanes = [0f32; 16];
                S::store(lanes.as_mut_ptr(), v);
                lanes[..S::LANES].iter().map(|v| f64::from(*v)).sum()
            };
            *self.sums = (total(sum), total(squares));
            for v in rest {
                let d = f64::from(*v) - f64::from(self.centre);
                self.sums.0 += d;
                self.sums.1 += d * d;
            }
        }
    }
}

/// `act(values · scale + shift) + residual`, in place, where `act` multiplies what is negative with
/// `slope`.
pub(crate) struct Affine<'a> {
    pub(crate) values: &'a mut [f32],
    pub(crate) scale: f32,
    pub(crate) shift: f32,
    pub(crate) slope: f32,
    /// As long as the values.
    pub(crate) residual: Option<&'a [f32]>,
}

impl SimdTask for Affine<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let n = self.values.len();
        let residual = self.residual.map(|r| &r[..n]);
        let mut done = 0;
        // SAFETY: whole vectors within the slices; the rest one by one.
        unsafe {
            let (scale, shift) = (S::splat(self.scale), S::splat(self.shift));
            let (slope, zero) = (S::splat(self.slope), S::splat(0.0));
            while done + S::LANES <= n {
                let place = self.values.as_mut_ptr().add(done);
                let v = S::fma(S::load(place), scale, shift);
                let mut v = S::fma(S::min(v, zero), slope, S::max(v, zero));
                if let Some(residual) = residual {
                    v = S::add(v, S::load(residual.as_ptr().add(done)));
                }
                S::store(place, v);
                done += S::LANES;
            }
        }
        for (i, value) in self.values.iter_mut().enumerate().skip(done) {
            let v = *value * self.scale + self.shift;
            *value = v.min(0.0) * self.slope + v.max(0.0) + residual.map_or(0.0, |r| r[i]);
        }
    }
}

/// Copies every channel with `pad` pixels added on each side.
pub(crate) fn pad(isa: Isa, source: &Source, channels: usize, pad: usize, out: SharedOutput) {
    let (rows, columns) = (source.height + 2 * pad, source.width + 2 * pad);
    (0..channels).into_par_iter().for_each(|channel| {
        let window = Window {
            top: -(pad as isize),
            left: -(pad as isize),
            rows,
            columns,
        };
        simd::run(
            isa,
            Pad {
                source,
                channel,
                window,
                out,
            },
        );
    });
}

struct Pad<'a> {
    source: &'a Source<'a>,
    channel: usize,
    window: Window,
    out: SharedOutput,
}

impl SimdTask for Pad<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let area = self.window.rows * self.window.columns;
        let layout = RowLayout {
            phases: 1,
            run: self.window.columns,
        };
        // SAFETY: each channel has its own places, which `out` gives initialised.
        unsafe {
            let out = self.out.slice(self.channel * area, area);
            gather::channel::<S>(self.source, self.channel, self.window, layout, out);
        }
    }
}

/// Every pixel of a row twice.
pub(crate) struct Twice<'a> {
    pub(crate) row: &'a [f32],
    pub(crate) out: &'a mut [f32],
}

impl SimdTask for Twice<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let n = self.row.len();
        let out = &mut self.out[..2 * n];
        let mut i = 0;
        // SAFETY: whole vectors within the slices; the rest one by one.
        unsafe {
            while i + S::LANES <= n {
                let v = S::load(self.row.as_ptr().add(i));
                let (low, high) = S::zip(v, v);
                S::store(out.as_mut_ptr().add(2 * i), low);
                S::store(out.as_mut_ptr().add(2 * i + S::LANES), high);
                i += S::LANES;
            }
        }
        for (pair, v) in out.as_chunks_mut::<2>().0.iter_mut().zip(self.row).skip(i) {
            *pair = [*v; 2];
        }
    }
}

/// One axis of [`filter`]: which input values make an output value, `width` for each output.
pub(crate) struct Axis {
    taps: Vec<(u32, f32)>,
    width: usize,
    pub(crate) outputs: usize,
}

impl Axis {
    /// Zeros between the `inputs` values (`up`), `before` zeros in front, `fir` reversed, every
    /// `down`-th result of `outputs`.
    pub(crate) fn new(
        inputs: usize,
        outputs: usize,
        fir: &[f32],
        (up, down): (usize, usize),
        before: usize,
    ) -> Self {
        let width = fir.len().div_ceil(up);
        let mut taps = Vec::with_capacity(outputs * width);
        for o in 0..outputs {
            let first = taps.len();
            for (t, weight) in fir.iter().rev().enumerate() {
                let place = (o * down + t) as isize - before as isize;
                if place >= 0
                    && (place as usize).is_multiple_of(up)
                    && (place as usize / up) < inputs
                {
                    taps.push(((place as usize / up) as u32, *weight));
                }
            }
            taps.resize(first + width, (0, 0.0));
        }
        Self {
            taps,
            width,
            outputs,
        }
    }

    fn of(&self, output: usize) -> &[(u32, f32)] {
        &self.taps[output * self.width..(output + 1) * self.width]
    }
}

/// Filters one channel of `width` columns along both axes into `out`.
pub(crate) fn filter(
    values: &[f32],
    width: usize,
    vertical: &Axis,
    across: &Axis,
    out: &mut [f32],
) {
    let mut line = vec![0f32; width];
    for (y, out) in out.chunks_exact_mut(across.outputs).enumerate() {
        line.fill(0.0);
        for (row, weight) in vertical.of(y) {
            let row = &values[*row as usize * width..][..width];
            for (sum, v) in line.iter_mut().zip(row) {
                *sum += v * weight;
            }
        }
        for (x, out) in out.iter_mut().enumerate() {
            *out = across
                .of(x)
                .iter()
                .map(|(i, weight)| line[*i as usize] * weight)
                .sum();
        }
    }
}
