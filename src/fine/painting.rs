//! A picture that is being optimised at one size, step by step.

use std::sync::Arc;

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
    Style(Arc<Style>),
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
    /// Rows and columns of the opposite sides that the network sees beside the picture.
    beside: Size,
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
        photo_and_start: (&[f32], Vec<f32>),
        size: Size,
        regions: Vec<Region>,
        weights: (Weights, f32),
        stop: &CancelToken,
    ) -> Result<Self, ModelError> {
        Self::wrapping(vgg, photo_and_start, (size, (0, 0)), regions, weights, stop)
    }

    /// [`new`](Self::new) of a picture that goes on at its opposite sides: the network sees so many
    /// rows and columns of them `beside` it, no more than there are, and what it says of these goes
    /// to where they are.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn wrapping(
        vgg: &Vgg19,
        (photo, start): (&[f32], Vec<f32>),
        (own, beside): (Size, Size),
        regions: Vec<Region>,
        (weights, strength): (Weights, f32),
        stop: &CancelToken,
    ) -> Result<Self, ModelError> {
        let size = (own.0 + 2 * beside.0, own.1 + 2 * beside.1);
        let mut passage = Passage::new(size);
        let photo = &around(photo, own, beside);
        let regions = regions
            .into_iter()
            .map(|region| match region.cover {
                None => (region.goal, None, 1.0),
                Some(cover) => {
                    let cover = around(&cover, own, beside);
                    let part = cover.iter().sum::<f32>() / cover.len().max(1) as f32;
                    (region.goal, Some(at_layers(cover, size)), part)
                }
            })
            .collect();
        let objective =
            Objective::new(vgg, photo, &mut passage, regions, (weights, strength), stop)?;
        let pyramid = Pyramid::new(own, LEVELS, (beside.0 > 0, beside.1 > 0));
        Ok(Self {
            size: own,
            beside,
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
        let seen = (
            self.size.0 + 2 * self.beside.0,
            self.size.1 + 2 * self.beside.1,
        );
        if self.passage.size() != seen {
            self.passage = Passage::new(seen);
        }
        self.picture.copy_from_slice(&self.start);
        self.pyramid.add(self.descent.place(), &mut self.picture);
        let measured = match self.beside {
            (0, 0) => self.objective.evaluate(
                vgg,
                &self.picture,
                &mut self.passage,
                &mut self.gradient,
                stop,
            )?,
            beside => {
                let large = around(&self.picture, self.size, beside);
                let mut gradient = vec![0.0; large.len()];
                let (objective, passage) = (&mut self.objective, &mut self.passage);
                let measured = objective.evaluate(vgg, &large, passage, &mut gradient, stop)?;
                self.gradient = folded(&gradient, self.size, beside);
                measured
            }
        };
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

/// Planes with so many rows and columns of their opposite sides beside them.
fn around(planes: &[f32], own: Size, beside: Size) -> Vec<f32> {
    if beside == (0, 0) {
        return planes.to_vec();
    }
    let (h, w) = own;
    let mut large = Vec::new();
    for plane in planes.chunks_exact(h * w) {
        for y in 0..h + 2 * beside.0 {
            let row = &plane[(y + h - beside.0) % h * w..][..w];
            large.extend_from_slice(&row[w - beside.1..]);
            large.extend_from_slice(row);
            large.extend_from_slice(&row[..beside.1]);
        }
    }
    large
}

/// The other way: what lies beside is added where it is from.
fn folded(large: &[f32], own: Size, beside: Size) -> Vec<f32> {
    let (h, w) = own;
    let (rows, columns) = (h + 2 * beside.0, w + 2 * beside.1);
    let mut planes = Vec::new();
    for plane in large.chunks_exact(rows * columns) {
        let mut sums = vec![0.0; h * w];
        for (y, row) in plane.chunks_exact(columns).enumerate() {
            let to = &mut sums[(y + h - beside.0) % h * w..][..w];
            for (x, value) in row.iter().enumerate() {
                to[(x + w - beside.1) % w] += value;
            }
        }
        planes.extend(sums);
    }
    planes
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What is added beside a picture and what is folded back are each other's transpose.
    #[test]
    fn the_gradient_of_what_lies_beside_goes_to_where_it_is_from() {
        let (own, beside) = ((5, 7), (2, 3));
        let number = |i: usize| ((i * 37) % 23) as f32 - 11.0;
        let small: Vec<f32> = (0..3 * 35).map(number).collect();
        let large: Vec<f32> = (0..3 * 9 * 13).map(number).collect();
        let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        assert_eq!(
            product(&around(&small, own, beside), &large),
            product(&small, &folded(&large, own, beside))
        );
    }
}
