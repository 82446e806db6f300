//! Gradient of StyleGAN3's filtered leaky ReLU with respect to its input: the filters turned
//! around, and between them the slopes of the nonlinearity. A row of the enlarged channel at a
//! time, as forward; the enlarged channel as a whole never exists.

#![allow(unsafe_code)]

use crate::nn::cpu::filtered::{Down, Plane};
use crate::nn::cpu::simd::{self, Isa, Simd, SimdTask};

/// Adds to `out`, as large as `x`, what the gradient `g` of the result says of channel `x`.
pub(crate) fn of_filtered(
    isa: Isa,
    plane: &Plane,
    x: &[f32],
    bias: f32,
    g: &[f32],
    out: &mut [f32],
) {
    simd::run(
        isa,
        Task {
            plane,
            x,
            bias,
            g,
            out,
        },
    );
}

struct Task<'a> {
    plane: &'a Plane,
    x: &'a [f32],
    bias: f32,
    g: &'a [f32],
    out: &'a mut [f32],
}

/// Rows that are worked in.
struct Rows {
    /// A row as wide as the input.
    input: Vec<f32>,
    /// A row as wide as the result.
    output: Vec<f32>,
    /// The enlarged row by its places modulo the factor up.
    up: Vec<Vec<f32>>,
    /// Its gradient by its places modulo the factor down.
    down: Vec<Vec<f32>>,
}

impl SimdTask for Task<'_> {
    // Plain loops, which the compiler turns into the vectors of the instruction set.
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let plane = self.plane;
        let ([_, w], [oh, ow]) = (plane.input, plane.output);
        let phases = plane.across.phases();
        let mut rows = Rows {
            input: vec![0.0; w],
            output: vec![0.0; ow],
            up: vec![vec![0.0; plane.large[1].div_ceil(phases)]; phases],
            down: vec![vec![0.0; plane.large[1].div_ceil(plane.down)]; plane.down],
        };
        let used = plane.large[0].min((oh - 1) * plane.down + plane.side);
        // Rows of which the gradient says nothing are passed over.
        let says = |row: &[f32]| row.iter().any(|g| *g != 0.0);
        let rows_of_g = || self.g.chunks(ow.max(1));
        let Some(first) = rows_of_g().position(says) else {
            return;
        };
        let last = rows_of_g().rposition(says).unwrap_or(first) + 1;
        for row in first * plane.down..used.min(last * plane.down + plane.side) {
            enlarge(plane, self.x, self.bias, row, &mut rows);
            spread(plane, self.g, row, &mut rows);
            bend(plane, &mut rows);
            gather(plane, row, &mut rows, self.out);
        }
        for v in self.out.iter_mut() {
            *v *= plane.input_gain;
        }
    }
}

/// `out[at + i] += from[i] · weight`, where that is within `out`.
#[inline(always)]
fn add(out: &mut [f32], at: isize, from: &[f32], weight: f32) {
    let (skip, start) = ((-at).max(0) as usize, at.max(0) as usize);
    let (Some(from), Some(out)) = (from.get(skip..), out.get_mut(start..)) else {
        return;
    };
    for (out, v) in out.iter_mut().zip(from) {
        *out += v * weight;
    }
}

/// Row `row` of the enlarged channel, before it is bent.
#[inline(always)]
fn enlarge(plane: &Plane, x: &[f32], bias: f32, row: usize, rows: &mut Rows) {
    let [h, w] = plane.input;
    let line = &mut rows.input;
    line.fill(0.0);
    let (first, weights) = plane.vertical.of(row);
    let mut sum = 0.0;
    for (i, weight) in weights.iter().enumerate() {
        let Some(from) = usize::try_from(first + i as isize).ok().filter(|i| *i < h) else {
            continue;
        };
        sum += weight;
        add(line, 0, &x[from * w..(from + 1) * w], *weight);
    }
    for v in line.iter_mut() {
        *v = *v * plane.input_gain + bias * sum;
    }
    for (phase, out) in rows.up.iter_mut().enumerate() {
        out.fill(0.0);
        let (first, weights) = plane.across.of(phase);
        for (k, weight) in weights.iter().enumerate() {
            add(out, -(first + k as isize), line, *weight);
        }
    }
}

/// What the result's gradient says of row `row` of the enlarged channel, bent.
#[inline(always)]
fn spread(plane: &Plane, g: &[f32], row: usize, rows: &mut Rows) {
    let [oh, ow] = plane.output;
    let (down, side) = (plane.down, plane.side);
    let Rows {
        output, down: to, ..
    } = rows;
    to.iter_mut().for_each(|to| to.fill(0.0));
    output.fill(0.0);
    let first = (row + 1).saturating_sub(side).div_ceil(down);
    for from in first..=(row / down).min(oh - 1) {
        let tap = row - from * down;
        let g = &g[from * ow..(from + 1) * ow];
        match &plane.filter {
            Down::Separable(taps) => add(output, 0, g, taps[tap]),
            Down::Radial(taps) => across(g, &taps[tap * side..][..side], to),
        }
    }
    if let Down::Separable(taps) = &plane.filter {
        across(output, taps, to);
    }
}

/// A row of the result's gradient, filtered across.
#[inline(always)]
fn across(g: &[f32], taps: &[f32], to: &mut [Vec<f32>]) {
    let down = to.len();
    for (tap, weight) in taps.iter().enumerate() {
        add(&mut to[tap % down], (tap / down) as isize, g, *weight);
    }
}

/// The slopes of the nonlinearity times the gradient, in place of the enlarged row.
#[inline(always)]
fn bend(plane: &Plane, rows: &mut Rows) {
    let (up, down) = (rows.up.len(), rows.down.len());
    let (high, low) = (plane.gain, plane.gain * plane.slope);
    let bent = |v: f32, g: f32| {
        let factor = if v > 0.0 { high } else { low };
        if (v * factor).abs() < plane.clamp {
            g * factor
        } else {
            0.0
        }
    };
    if up == down {
        for (up, down) in rows.up.iter_mut().zip(&rows.down) {
            for (v, g) in up.iter_mut().zip(down) {
                *v = bent(*v, *g);
            }
        }
        return;
    }
    for (phase, line) in rows.up.iter_mut().enumerate() {
        for (i, v) in line.iter_mut().enumerate() {
            let at = i * up + phase;
            let g = rows.down[at % down].get(at / down).copied().unwrap_or(0.0);
            *v = bent(*v, g);
        }
    }
}

/// What the enlarged row says of the input.
#[inline(always)]
fn gather(plane: &Plane, row: usize, rows: &mut Rows, out: &mut [f32]) {
    let [h, w] = plane.input;
    let line = &mut rows.input;
    line.fill(0.0);
    for (phase, from) in rows.up.iter().enumerate() {
        let (first, weights) = plane.across.of(phase);
        for (k, weight) in weights.iter().enumerate() {
            add(line, first + k as isize, from, *weight);
        }
    }
    let (first, weights) = plane.vertical.of(row);
    for (i, weight) in weights.iter().enumerate() {
        if let Some(to) = usize::try_from(first + i as isize).ok().filter(|i| *i < h) {
            add(&mut out[to * w..(to + 1) * w], 0, line, *weight);
        }
    }
}
