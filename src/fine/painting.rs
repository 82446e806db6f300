//! A picture that is being optimised at one size, step by step.

use super::descent::Descent;
use super::objective::{Measured, Objective, Weights};
use super::profile::Ratio;
use super::pyramid::Pyramid;
use super::style::Style;
use crate::cancel::CancelToken;
use crate::models::ModelError;
use crate::models::vgg19::{LAYERS, Passage, Vgg19};
use crate::nn::backward::Size;

/// Levels of the pyramid that is stepped in.
const LEVELS: usize = 4;

/// What a place is to become.
#[derive(Clone, Debug)]
pub enum Goal {
    /// Like this style.
    Style(Style),
    /// As it is, carried on: for a part of a larger picture.
    Onward(Ratio),
}

/// Where a style applies.
pub struct Region {
    /// The style.
    pub goal: Goal,
    /// 0..=1 for each pixel of the picture; everywhere alike when absent.
    pub cover: Option<Vec<f32>>,
}

/// A picture at work. What it has come to depends on what it began with and the number of steps
/// alone.
pub struct Painting {
    size: Size,
    objective: Objective,
    passage: Passage,
    pyramid: Pyramid,
    descent: Descent,
    start: Vec<f32>,
    picture: Vec<f32>,
    gradient: Vec<f32>,
}

impl Painting {
    /// Begins with `start`; `photo` and `start` are RGB planes 0..1 of the same `size`. `strength`
    /// 0..=1 is how far the goal goes from photo to styles; beyond, the styles count for more.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] soon after `stop`.
    pub fn new(
        vgg: &Vgg19,
        (photo, start): (&[f32], Vec<f32>),
        size: Size,
        regions: Vec<Region>,
        (weights, strength): (Weights, f32),
        stop: &CancelToken,
    ) -> Result<Self, ModelError> {
        let mut passage = Passage::new(size);
        let regions = regions
            .into_iter()
            .map(|region| match region.cover {
                None => (region.goal, None, 1.0),
                Some(cover) => {
                    let part = cover.iter().sum::<f32>() / cover.len().max(1) as f32;
                    (region.goal, Some(at_layers(cover, size)), part)
                }
            })
            .collect();
        let objective =
            Objective::new(vgg, photo, &mut passage, regions, (weights, strength), stop)?;
        let pyramid = Pyramid::new(size, LEVELS);
        Ok(Self {
            size,
            objective,
            passage,
            descent: Descent::new(vec![0.0; pyramid.len()]),
            pyramid,
            picture: start.clone(),
            gradient: vec![0.0; start.len()],
            start,
        })
    }

    /// One step: the network forward and back. A step that `stop` interrupts leaves no trace.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] soon after `stop`.
    pub fn step(&mut self, vgg: &Vgg19, stop: &CancelToken) -> Result<Measured, ModelError> {
        if self.passage.size() != self.size {
            self.passage = Passage::new(self.size);
        }
        self.picture.copy_from_slice(&self.start);
        self.pyramid.add(self.descent.place(), &mut self.picture);
        let measured = self.objective.evaluate(
            vgg,
            &self.picture,
            &mut self.passage,
            &mut self.gradient,
            stop,
        )?;
        let mut gradient = vec![0.0; self.pyramid.len()];
        self.pyramid.gradient(&self.gradient, &mut gradient);
        self.descent.learn(f64::from(measured.total), gradient);
        Ok(measured)
    }

    /// Gives back the memory that only steps need.
    pub fn rest(&mut self) {
        self.passage = Passage::new((0, 0));
    }

    /// The best picture so far, RGB planes; values may leave 0..1 a little.
    pub fn picture(&self) -> Vec<f32> {
        let mut picture = self.start.clone();
        self.pyramid.add(self.descent.best(), &mut picture);
        picture
    }

    /// Height and width.
    pub fn size(&self) -> Size {
        self.size
    }
}

/// The cover for the features of each layer: means of 2×2, as pooling has them.
pub(super) fn at_layers(cover: Vec<f32>, (h, w): Size) -> [Vec<f32>; LAYERS] {
    let mut next = cover;
    let (mut h, mut w) = (h, w);
    std::array::from_fn(|layer| {
        if layer > 0 {
            let (oh, ow) = (h / 2, w / 2);
            let halved = (0..oh * ow)
                .map(|i| {
                    let at = 2 * (i / ow) * w + 2 * (i % ow);
                    (next[at] + next[at + 1] + next[at + w] + next[at + w + 1]) / 4.0
                })
                .collect();
            (next, h, w) = (halved, oh, ow);
        }
        next.clone()
    })
}
