//! A style being learnt, step by step.

use std::collections::VecDeque;
use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::adam::Adam;
use super::balance::Balance;
use super::lesson::{Lesson, Mark, Room};
use super::painter::Painter;
use super::parameters::Parameters;
use crate::cancel::CancelToken;
use crate::fine::Style;
use crate::models::ModelError;
use crate::models::restyle::Palette;
use crate::models::vgg19::Vgg19;

/// Photos of a step.
pub const BATCH: usize = 2;
/// Steps until the full rate is reached.
const RAMP: f32 = 15.0;
/// The full rate.
const RATE: f32 = 1.5e-3;
/// Part of all steps in which the rate falls, at the end.
const FALLING: f32 = 0.4;
/// What is left of it.
const LEAST: f32 = 0.04;
/// How many of ten lessons are at full strength.
const FULL: u32 = 8;
/// Least strength of the others.
const WEAKEST: f32 = 0.2;
/// Steps whose mean loss is held against that of as many before.
const WINDOW: usize = 150;
/// Less of it gained than this: it is good enough.
const GAIN: f32 = 0.015;

/// What a student has come to; all that is needed to go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Where the numbers are.
    pub at: Parameters,
    /// The optimiser's memory, and the average that is used.
    pub adam: Adam,
    /// Steps that are planned in all.
    pub planned: u32,
    /// Losses of the last steps.
    pub losses: VecDeque<f32>,
    /// How the style is weighed.
    pub balance: Balance,
}

impl Progress {
    /// Before the first step from `at`.
    pub fn new(at: Parameters, planned: u32) -> Self {
        Self {
            adam: Adam::new(&at),
            at,
            planned,
            losses: VecDeque::new(),
            balance: Balance::default(),
        }
    }

    /// Steps taken.
    pub fn steps(&self) -> u32 {
        self.adam.steps
    }

    /// Whether all steps were taken.
    pub fn is_over(&self) -> bool {
        self.steps() >= self.planned
    }

    /// The rate of the next step.
    fn rate(&self) -> f32 {
        let step = self.steps() as f32;
        let left = 1.0 - step / self.planned.max(1) as f32;
        let fall = (left / FALLING).clamp(0.0, 1.0);
        let fall = LEAST + (1.0 - LEAST) * 0.5 * (1.0 - (std::f32::consts::PI * fall).cos());
        RATE * ((step + 1.0) / RAMP).min(1.0) * fall
    }

    /// Whether the rate falls already: the plan stays as it is then.
    pub fn ends(&self) -> bool {
        self.steps() as f32 >= (1.0 - FALLING) * self.planned as f32
    }

    /// Whether the losses hardly fall any more, the style has its weight, and the rate doesn't fall yet.
    pub fn is_good_enough(&self) -> bool {
        if self.ends() || self.losses.len() < 2 * WINDOW || !self.balance.is_found() {
            return false;
        }
        let mean = |from: usize| {
            let part = self.losses.iter().skip(from).take(WINDOW);
            part.sum::<f32>() / WINDOW as f32
        };
        let (before, now) = (mean(0), mean(WINDOW));
        before - now < GAIN * before
    }

    /// The rate falls from here on: as many steps follow as that takes.
    pub fn come_to_an_end(&mut self) {
        let all = self.steps() as f32 / (1.0 - FALLING);
        self.planned = self.planned.min((all as u32).max(self.steps() + 1));
    }

    fn remember(&mut self, loss: f32) {
        self.losses.push_back(loss);
        while self.losses.len() > 2 * WINDOW {
            self.losses.pop_front();
        }
    }
}

/// What a student learns from.
pub struct Course {
    /// The network.
    pub painter: Painter,
    /// The style's palette.
    pub palette: Palette,
    /// The style's statistics.
    pub style: Arc<Style>,
    /// Photos, RGB planes 0..1, all of one size.
    pub photos: Vec<Arc<[f32]>>,
    /// Of what is drawn by chance.
    pub seed: u64,
    /// Lessons at full strength, once they were needed.
    lessons: Vec<Option<Lesson>>,
}

impl Course {
    /// With these photos.
    pub fn new(
        painter: Painter,
        (palette, style): (Palette, Arc<Style>),
        photos: Vec<Vec<f32>>,
        seed: u64,
    ) -> Self {
        Self {
            painter,
            palette,
            style,
            lessons: photos.iter().map(|_| None).collect(),
            photos: photos.into_iter().map(Arc::from).collect(),
            seed,
        }
    }

    /// One step; the same for the same progress, whatever happened in between.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] soon after `stop`: nothing was learnt then.
    pub fn step(
        &mut self,
        progress: &mut Progress,
        vgg: &Vgg19,
        room: &mut Room,
        stop: &CancelToken,
    ) -> Result<Mark, ModelError> {
        let mut rng = ChaCha20Rng::seed_from_u64(self.seed);
        rng.set_stream(u64::from(progress.steps()));
        let mut gradient = progress.at.clone();
        gradient.clear();
        let mut mean = Mark::default();
        // Taken in at the end: a step that is cancelled leaves no trace.
        let mut full_strength = Vec::new();
        for _ in 0..BATCH {
            let photo = rng.next_u32() as usize % self.photos.len().max(1);
            let full = rng.next_u32() % 10 < FULL;
            let chance = rng.next_u32() as f32 / u32::MAX as f32;
            let strength = if full {
                1.0
            } else {
                WEAKEST + (1.0 - WEAKEST) * chance
            };
            let mark = self.lesson(photo, strength, progress, vgg, room, &mut gradient, stop)?;
            if full {
                full_strength.push(mark);
            }
            mean.loss += mark.loss / BATCH as f32;
            mean.content += mark.content / BATCH as f32;
            mean.style += mark.style / BATCH as f32;
        }
        for group in gradient.groups_mut() {
            group.iter_mut().for_each(|g| *g /= BATCH as f32);
        }
        for mark in &full_strength {
            progress.balance.take(mark, progress.adam.steps);
        }
        let rate = progress.rate();
        progress.adam.step(&mut progress.at, &gradient, rate);
        progress.remember(mean.loss);
        Ok(mean)
    }

    #[allow(clippy::too_many_arguments)] // all of them are the step's
    fn lesson(
        &mut self,
        photo: usize,
        strength: f32,
        progress: &Progress,
        vgg: &Vgg19,
        room: &mut Room,
        gradient: &mut Parameters,
        stop: &CancelToken,
    ) -> Result<Mark, ModelError> {
        let eps = self.painter.config().eps_colour;
        let new = |room: &mut Room| {
            let photo = self.photos[photo].clone();
            Lesson::new(photo, &self.style, strength, (vgg, eps), room, stop)
        };
        let mut once;
        let lesson = match strength < 1.0 {
            true => {
                once = new(room)?;
                &mut once
            }
            false => {
                if self.lessons[photo].is_none() {
                    self.lessons[photo] = Some(new(room)?);
                }
                match &mut self.lessons[photo] {
                    Some(lesson) => lesson,
                    None => return Err(ModelError::Cancelled),
                }
            }
        };
        let at = (&self.painter, &progress.at, &self.palette);
        let how = (strength, progress.balance.weight());
        lesson.learn(at, how, vgg, room, gradient, stop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Learning whose losses at each step are these, and whose content is where it is to be.
    fn after(loss: impl Fn(usize) -> f32) -> Progress {
        let at = Parameters {
            weights: vec![vec![0.0]],
            affine: vec![vec![0.0]],
            bias: vec![0.0],
            strokes: vec![0.0],
        };
        let mut progress = Progress::new(at, 4000);
        for step in 0..2 * WINDOW + 20 {
            progress.remember(loss(step));
            progress.adam.steps += 1;
        }
        progress
    }

    #[test]
    fn good_enough_is_what_no_longer_gains_whatever_single_photos_do() {
        // Photos differ by more than a hundred steps gain.
        let photos = |step: usize| 0.2 * ((step * 37 % 101) as f32 / 50.0 - 1.0);
        let gains = after(|step| 1.0 - 3e-4 * step as f32 + photos(step));
        assert!(!gains.is_good_enough());
        let mut rests = after(|step| 0.8 + photos(step));
        assert!(rests.is_good_enough());
        // A style that hasn't its weight yet isn't done, nor what comes to its end already.
        let balance = rests.balance;
        let dissolved = Mark {
            loss: 0.8,
            content: 1.2,
            style: 0.1,
        };
        (0..60).for_each(|_| rests.balance.take(&dissolved, 0));
        assert!(!rests.is_good_enough());
        rests.balance = balance;
        rests.come_to_an_end();
        assert!(rests.ends() && !rests.is_good_enough());
    }
}
