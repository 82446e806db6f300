//! Two arrangements of one picture made one: some parts as the first has them, the others as the
//! second has; the finer sizes join them.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::growing::{Growing, Tell, Tuning, Whole};
use super::schedule::Level;
use super::vote::grid;
use super::{GrowError, PATCH};

/// Shorter side of the size at which arrangements are mixed.
const CROSSING: usize = 32;
/// Cells of the random field across the shorter side.
const CELLS: f64 = 2.5;
/// Least and greatest share of the second.
const SHARE: [f32; 2] = [0.1, 0.9];

/// How a picture's arrangement comes about.
pub(super) struct Line {
    /// From coarse to fine.
    pub(super) levels: Vec<Level>,
    /// How.
    pub(super) tuning: Tuning,
    /// The other parent, if it has two.
    pub(super) cross: Option<Box<Cross>>,
}

/// What a second parent brings.
pub(super) struct Cross {
    /// Itself.
    pub(super) with: Line,
    /// How much of the result is as it has it, 0..=1.
    pub(super) share: f32,
    /// Begins the random numbers that say where.
    pub(super) seed: u64,
}

/// Which of the sizes arrangements are mixed at.
pub(super) fn crossing(levels: &[Level]) -> usize {
    let fine = |level: &Level| level.result[0].min(level.result[1]) >= CROSSING;
    let last = levels.len().saturating_sub(2);
    levels.iter().position(fine).unwrap_or(last).min(last)
}

impl Growing<'_> {
    /// Both parents' arrangements at one size, mixed.
    ///
    /// # Errors
    /// As for [`Self::run`].
    pub(super) fn bred(
        &self,
        line: &Line,
        cross: &Cross,
        at: Level,
        tell: Tell<'_>,
    ) -> Result<Whole, GrowError> {
        let first = Growing {
            tuning: &line.tuning,
            ..*self
        };
        let mut whole = first.alone(&line.levels, at, tell)?;
        let other = Growing {
            tuning: &cross.with.tuning,
            ..*self
        };
        let second = match &cross.with.cross {
            None => other.alone(&cross.with.levels, at, tell)?,
            Some(further) => other.bred(&cross.with, further, at, tell)?,
        };
        mix(&mut whole, &second, cross, line.tuning.wraps);
        Ok(whole)
    }

    /// Up to one size without mixing.
    fn alone(&self, levels: &[Level], at: Level, tell: Tell<'_>) -> Result<Whole, GrowError> {
        let pixels = |level: &Level| level.result[0] * level.result[1];
        let coarser = levels.iter().filter(|level| pixels(level) < pixels(&at));
        let mut grown = None;
        for (index, level) in coarser.chain([&at]).enumerate() {
            grown = Some(self.level(*level, index, false, grown, tell)?);
        }
        grown.ok_or(GrowError::NothingKnown)
    }
}

fn mix(first: &mut Whole, second: &Whole, cross: &Cross, wraps: [bool; 2]) {
    let size = first.picture.size();
    let theirs = parts(size, cross.share.clamp(SHARE[0], SHARE[1]), cross.seed);
    let pixels = first.picture.data.iter_mut().zip(&second.picture.data);
    for ((pixel, other), _) in pixels.zip(&theirs).filter(|(_, theirs)| **theirs) {
        *pixel = *other;
    }
    let columns = grid(size[0], wraps[0]);
    for (at, (place, other)) in first.places.iter_mut().zip(&second.places).enumerate() {
        let x = (at % columns + PATCH / 2).min(size[0] - 1);
        let y = (at / columns + PATCH / 2).min(size[1] - 1);
        if theirs[y * size[0] + x] {
            *place = *other;
        }
    }
}

/// Where the second is taken: where a smooth random field is large, on just the share of the
/// pixels that it is to have.
fn parts([width, height]: [usize; 2], share: f32, seed: u64) -> Vec<bool> {
    let cell = width.min(height) as f64 / CELLS;
    let columns = (width as f64 / cell).ceil() as usize + 2;
    let rows = (height as f64 / cell).ceil() as usize + 2;
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    let lattice: Vec<f64> = (0..columns * rows)
        .map(|_| f64::from(random.next_u32()))
        .collect();
    let field: Vec<f64> = (0..width * height)
        .map(|at| {
            let (x, y) = ((at % width) as f64 / cell, (at / width) as f64 / cell);
            let (left, top) = (x as usize, y as usize);
            let (across, down) = (x - left as f64, y - top as f64);
            let at = |c: usize, r: usize| lattice[(top + r) * columns + left + c];
            let upper = at(0, 0) * (1.0 - across) + at(1, 0) * across;
            let lower = at(0, 1) * (1.0 - across) + at(1, 1) * across;
            upper * (1.0 - down) + lower * down
        })
        .collect();
    let mut sorted = field.clone();
    sorted.sort_by(f64::total_cmp);
    let border = ((1.0 - f64::from(share)) * field.len() as f64) as usize;
    let border = sorted[border.min(field.len() - 1)];
    field.into_iter().map(|value| value >= border).collect()
}
