//! Limited-memory BFGS (Nocedal 1980; Liu & Nocedal 1989), asked for places and told what is there,
//! so that every step is one look at the network and work can stop between any two.

use std::collections::VecDeque;

use rayon::prelude::*;

/// Pairs of steps and changes of the gradient that are remembered.
const MEMORY: usize = 12;
/// Part of the slope that a step must gain (Armijo).
const GAIN: f64 = 1e-4;
/// Root of the mean square of the first step.
const FIRST: f64 = 0.02;
/// Values whose products are summed at once.
const PART: usize = 1 << 14;

/// The search for a minimum.
pub(super) struct Descent {
    /// Where it is, with value and gradient there once they are known.
    at: Vec<f32>,
    known: Option<(f64, Vec<f32>)>,
    /// Where to look next, how far along `direction` that is, and the slope there.
    next: Vec<f32>,
    direction: Vec<f32>,
    length: f64,
    slope: f64,
    pairs: VecDeque<Pair>,
}

struct Pair {
    step: Vec<f32>,
    change: Vec<f32>,
    /// Their product.
    product: f64,
}

impl Descent {
    /// From `start`.
    pub(super) fn new(start: Vec<f32>) -> Self {
        Self {
            next: start.clone(),
            direction: Vec::new(),
            at: start,
            known: None,
            length: 0.0,
            slope: 0.0,
            pairs: VecDeque::new(),
        }
    }

    /// Where value and gradient are wanted.
    pub(super) fn place(&self) -> &[f32] {
        &self.next
    }

    /// The best place so far.
    pub(super) fn best(&self) -> &[f32] {
        &self.at
    }

    /// Learns value and gradient at [`place`](Self::place), and goes on from there if it is better.
    pub(super) fn learn(&mut self, value: f64, gradient: Vec<f32>) {
        // Not a number is too far as well.
        let falls = |before: f64| value <= before + GAIN * self.length * self.slope;
        match &self.known {
            Some((before, _)) if !falls(*before) => {
                // Too far: the lowest place of the parabola through what is known.
                let rise = value - before - self.length * self.slope;
                let lowest = -self.slope * self.length / (2.0 * rise);
                let factor = if lowest.is_finite() {
                    lowest.clamp(0.1, 0.5)
                } else {
                    0.1
                };
                self.length *= factor;
                if self.length < 1e-3 {
                    self.pairs.clear();
                    self.aim();
                }
            }
            Some((_, before)) => {
                let pair = Pair::new(&self.at, &self.next, before, &gradient);
                if pair.product > 1e-10 * dot(&pair.change, &pair.change).sqrt() {
                    if self.pairs.len() == MEMORY {
                        self.pairs.pop_front();
                    }
                    self.pairs.push_back(pair);
                }
                self.at.copy_from_slice(&self.next);
                self.known = Some((value, gradient));
                self.aim();
            }
            None => {
                self.known = Some((value, gradient));
                self.aim();
            }
        }
        let length = self.length as f32;
        self.next
            .par_iter_mut()
            .zip(&self.at)
            .zip(&self.direction)
            .for_each(|((next, at), d)| *next = at + length * d);
    }

    /// A new direction from where it is.
    fn aim(&mut self) {
        let Some((_, gradient)) = &self.known else {
            return;
        };
        let mut d: Vec<f32> = gradient.par_iter().map(|g| -g).collect();
        let mut factors = Vec::with_capacity(self.pairs.len());
        for pair in self.pairs.iter().rev() {
            let factor = dot(&pair.step, &d) / pair.product;
            add(&mut d, -factor, &pair.change);
            factors.push(factor);
        }
        match self.pairs.back() {
            Some(last) => {
                let scale = (last.product / dot(&last.change, &last.change)) as f32;
                d.par_iter_mut().for_each(|d| *d *= scale);
            }
            None => {
                let size = (dot(&d, &d) / d.len().max(1) as f64).sqrt();
                let scale = (FIRST / size.max(1e-30)) as f32;
                d.par_iter_mut().for_each(|d| *d *= scale);
            }
        }
        for (pair, factor) in self.pairs.iter().zip(factors.iter().rev()) {
            let back = dot(&pair.change, &d) / pair.product;
            add(&mut d, factor - back, &pair.step);
        }
        self.slope = dot(gradient, &d);
        self.direction = d;
        self.length = 1.0;
    }
}

impl Pair {
    fn new(from: &[f32], to: &[f32], before: &[f32], after: &[f32]) -> Self {
        let difference = |a: &[f32], b: &[f32]| b.par_iter().zip(a).map(|(b, a)| b - a).collect();
        let (step, change): (Vec<f32>, Vec<f32>) =
            (difference(from, to), difference(before, after));
        let product = dot(&step, &change);
        Self {
            step,
            change,
            product,
        }
    }
}

/// In parts of fixed length, so that it doesn't depend on the number of threads.
fn dot(a: &[f32], b: &[f32]) -> f64 {
    let parts: Vec<f64> = a
        .par_chunks(PART)
        .zip(b.par_chunks(PART))
        .map(|(a, b)| {
            let small = a.chunks(256).zip(b.chunks(256));
            small
                .map(|(a, b)| {
                    let mut sums = [0f32; 8];
                    for (i, (a, b)) in a.iter().zip(b).enumerate() {
                        sums[i % 8] += a * b;
                    }
                    f64::from(sums.iter().sum::<f32>())
                })
                .sum()
        })
        .collect();
    parts.iter().sum()
}

fn add(to: &mut [f32], factor: f64, what: &[f32]) {
    let factor = factor as f32;
    to.par_iter_mut()
        .with_min_len(PART)
        .zip(what)
        .for_each(|(to, v)| *to += factor * v);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's valley.
    fn valley(x: &[f32]) -> (f64, Vec<f32>) {
        let (a, b) = (f64::from(x[0]), f64::from(x[1]));
        let value = (1.0 - a).powi(2) + 100.0 * (b - a * a).powi(2);
        let da = -2.0 * (1.0 - a) - 400.0 * a * (b - a * a);
        (value, vec![da as f32, (200.0 * (b - a * a)) as f32])
    }

    #[test]
    fn it_finds_the_end_of_a_curved_valley() {
        let mut descent = Descent::new(vec![-1.2, 1.0]);
        for _ in 0..120 {
            let (value, gradient) = valley(descent.place());
            descent.learn(value, gradient);
        }
        let at = descent.best();
        assert!(
            (at[0] - 1.0).abs() < 1e-2 && (at[1] - 1.0).abs() < 2e-2,
            "{at:?}"
        );
    }

    #[test]
    fn no_step_makes_it_worse() {
        let mut descent = Descent::new(vec![-1.2, 1.0]);
        let mut last = f64::INFINITY;
        for _ in 0..60 {
            let (value, gradient) = valley(descent.place());
            descent.learn(value, gradient);
            let now = valley(descent.best()).0;
            assert!(now <= last);
            last = now;
        }
    }
}
