//! One channel of StyleGAN3's filtered leaky ReLU: a row of the enlarged channel is made,
//! bent, filtered and added to the rows of the result that it belongs to; the enlarged channel
//! as a whole never exists.

#![allow(unsafe_code)]

use super::simd::{self, Isa, Simd, SimdTask};

/// The up-sampling filter by phases of the output.
pub(crate) struct Fir {
    /// First input of output 0 of each phase, and its weights.
    phases: Vec<(isize, Vec<f32>)>,
}

impl Fir {
    /// Zeros between the values, `before` zeros in front, `taps` reversed, times `up`.
    pub(crate) fn up(taps: &[f32], up: usize, before: isize) -> Self {
        let factor = up as isize;
        let phases = (0..factor)
            .map(|phase| {
                let first = (before - phase).rem_euclid(factor);
                let weights = taps.iter().rev().skip(first as usize).step_by(up);
                let weights = weights.map(|t| t * up as f32).collect();
                ((phase + first - before).div_euclid(factor), weights)
            })
            .collect();
        Self { phases }
    }

    /// Outputs for each input.
    pub(crate) fn phases(&self) -> usize {
        self.phases.len()
    }

    /// Phase and weights of an output, and its first input, which may lie outside.
    pub(crate) fn of(&self, output: usize) -> (isize, &[f32]) {
        let (first, weights) = &self.phases[output % self.phases.len()];
        ((output / self.phases.len()) as isize + first, weights)
    }
}

/// The down-sampling filter, reversed.
pub(crate) enum Down {
    Separable(Vec<f32>),
    Radial(Vec<f32>),
}

/// What is done to every channel.
pub(crate) struct Plane {
    /// `[height, width]`.
    pub(crate) input: [usize; 2],
    /// Enlarged.
    pub(crate) large: [usize; 2],
    pub(crate) output: [usize; 2],
    pub(crate) vertical: Fir,
    pub(crate) across: Fir,
    pub(crate) down: usize,
    pub(crate) filter: Down,
    /// Rows and columns of `filter`.
    pub(crate) side: usize,
    pub(crate) input_gain: f32,
    pub(crate) slope: f32,
    pub(crate) gain: f32,
    pub(crate) clamp: f32,
}

/// Fills `out` (zeros) with the result of channel `x`.
pub(crate) fn filtered(isa: Isa, plane: &Plane, x: &[f32], bias: f32, out: &mut [f32]) {
    simd::run(
        isa,
        Task {
            plane,
            x,
            bias,
            out,
        },
    );
}

struct Task<'a> {
    plane: &'a Plane,
    x: &'a [f32],
    bias: f32,
    out: &'a mut [f32],
}

/// Lines that one row passes through.
struct Lines {
    /// The input's rows summed, with zeros on both sides.
    line: Vec<f32>,
    /// Zeros on the left.
    left: usize,
    /// Each phase of the enlarged row.
    phases: Vec<Vec<f32>>,
    /// The enlarged row by its places modulo `down`.
    split: Vec<Vec<f32>>,
    /// Filtered across.
    across: Vec<f32>,
}

impl Lines {
    fn new(plane: &Plane, lanes: usize) -> Self {
        let [_, w] = plane.input;
        let [_, tw] = plane.large;
        let up = plane.across.phases.len();
        let run = tw.div_ceil(up).next_multiple_of(lanes);
        let firsts = || plane.across.phases.iter().map(|(first, _)| *first);
        let most = firsts().max().unwrap_or(0).max(0) as usize;
        let left = firsts().min().unwrap_or(0).min(0).unsigned_abs();
        let taps = plane.across.phases.iter().map(|(_, w)| w.len()).max();
        let reach = (most + run + taps.unwrap_or(0)).max(w);
        let columns = plane.output[1].next_multiple_of(lanes);
        let split = (columns + plane.side).max(tw.div_ceil(plane.down)) + 2 * lanes;
        Self {
            line: vec![0.0; left + reach + lanes],
            left,
            phases: vec![vec![0.0; run.max(split)]; up],
            split: vec![vec![0.0; split.max(2 * run)]; plane.down],
            across: vec![0.0; columns],
        }
    }
}

impl SimdTask for Task<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let plane = self.plane;
        let [oh, ow] = plane.output;
        let mut lines = Lines::new(plane, S::LANES);
        let used = plane.large[0].min((oh - 1) * plane.down + plane.side);
        for row in 0..used {
            sum_rows(plane, self.x, self.bias, row, &mut lines);
            // SAFETY: the lines are as long as whole vectors reach, see `Lines::new`.
            unsafe {
                bend::<S>(plane, &mut lines);
                split::<S>(plane, &mut lines);
            }
            if let Down::Separable(taps) = &plane.filter {
                // SAFETY: as above.
                unsafe { across::<S>(plane, &lines.split, taps, &mut lines.across) };
            }
            let first = (row + 1).saturating_sub(plane.side).div_ceil(plane.down);
            for to in first..=(row / plane.down).min(oh - 1) {
                let tap = row - to * plane.down;
                let out = &mut self.out[to * ow..(to + 1) * ow];
                let weight = match &plane.filter {
                    Down::Separable(taps) => taps[tap],
                    Down::Radial(taps) => {
                        let taps = &taps[tap * plane.side..][..plane.side];
                        // SAFETY: as above.
                        unsafe { across::<S>(plane, &lines.split, taps, &mut lines.across) };
                        1.0
                    }
                };
                for (out, v) in out.iter_mut().zip(&lines.across) {
                    *out += v * weight;
                }
            }
        }
    }
}

/// The enlarged row `row` before it is enlarged across; zeros beyond the picture stay zeros.
#[inline(always)]
fn sum_rows(plane: &Plane, x: &[f32], bias: f32, row: usize, lines: &mut Lines) {
    let [h, w] = plane.input;
    let line = &mut lines.line[lines.left..][..w];
    line.fill(0.0);
    let (first, weights) = plane.vertical.of(row);
    let mut sum = 0.0;
    for (i, weight) in weights.iter().enumerate() {
        let Some(from) = usize::try_from(first + i as isize).ok().filter(|i| *i < h) else {
            continue;
        };
        sum += weight;
        for (line, v) in line.iter_mut().zip(&x[from * w..(from + 1) * w]) {
            *line += v * weight;
        }
    }
    for v in line {
        *v = *v * plane.input_gain + bias * sum;
    }
}

/// Enlarges the line across, phase by phase, and bends it.
///
/// # Safety
/// The lines must be those of `plane` for `S`.
#[inline(always)]
unsafe fn bend<S: Simd>(plane: &Plane, lines: &mut Lines) {
    let run = plane.large[1].div_ceil(plane.across.phases.len());
    // SAFETY: each phase reads `run` values, rounded up, and its taps behind `left + first`,
    // which is not negative; `line` is that long.
    unsafe {
        let (zero, slope) = (S::splat(0.0), S::splat(plane.slope));
        let (gain, most, least) = (
            S::splat(plane.gain),
            S::splat(plane.clamp),
            S::splat(-plane.clamp),
        );
        for ((first, weights), out) in plane.across.phases.iter().zip(&mut lines.phases) {
            let from = lines.line.as_ptr().offset(lines.left as isize + first);
            let mut i = 0;
            while i < run {
                let mut v = zero;
                for (tap, weight) in weights.iter().enumerate() {
                    v = S::fma(S::load(from.add(i + tap)), S::splat(*weight), v);
                }
                v = S::fma(S::min(v, zero), slope, S::max(v, zero));
                v = S::max(S::min(S::mul(v, gain), most), least);
                S::store(out.as_mut_ptr().add(i), v);
                i += S::LANES;
            }
        }
    }
}

/// Puts the phases of the up-sampling into those of the down-sampling.
///
/// # Safety
/// The lines must be those of `plane` for `S`.
#[inline(always)]
unsafe fn split<S: Simd>(plane: &Plane, lines: &mut Lines) {
    let (up, down) = (lines.phases.len(), plane.down);
    let run = plane.large[1].div_ceil(up);
    if up == down {
        std::mem::swap(&mut lines.phases, &mut lines.split);
    } else if up == 2 * down {
        for (q, out) in lines.split.iter_mut().enumerate() {
            let (a, b) = (lines.phases[q].as_ptr(), lines.phases[q + down].as_ptr());
            let mut i = 0;
            while i < run {
                // SAFETY: phases hold `run` values rounded up, `out` twice as many.
                unsafe {
                    let (low, high) = S::zip(S::load(a.add(i)), S::load(b.add(i)));
                    S::store(out.as_mut_ptr().add(2 * i), low);
                    S::store(out.as_mut_ptr().add(2 * i + S::LANES), high);
                }
                i += S::LANES;
            }
        }
    } else {
        for t in 0..plane.large[1] {
            lines.split[t % down][t / down] = lines.phases[t % up][t / up];
        }
    }
}

/// The bent row filtered across, every `down`-th place of it.
///
/// # Safety
/// `split` must be that of `plane` for `S`, `out` whole vectors.
#[inline(always)]
unsafe fn across<S: Simd>(plane: &Plane, split: &[Vec<f32>], taps: &[f32], out: &mut [f32]) {
    let mut i = 0;
    while i < plane.output[1] {
        // SAFETY: `split` reaches a whole vector and the taps beyond the last output.
        unsafe {
            let mut v = S::splat(0.0);
            for (tap, weight) in taps.iter().enumerate() {
                let from = split[tap % plane.down].as_ptr().add(i + tap / plane.down);
                v = S::fma(S::load(from), S::splat(*weight), v);
            }
            S::store(out.as_mut_ptr().add(i), v);
        }
        i += S::LANES;
    }
}
