//! One photo's lesson: what the painter makes of it is judged in VGG-19's features, and the judgement
//! comes back as a gradient.

use std::sync::Arc;

use super::painter::{Painter, Passage};
use super::parameters::Parameters;
use crate::cancel::CancelToken;
use crate::fine::{Measured, Objective, Style, Weights as FineWeights};
use crate::models::ModelError;
use crate::models::restyle::{Colours, Palette};
use crate::models::vgg19::{self, Vgg19};
use crate::nn::backward::Size;
use candle_core::{Device, Tensor};

/// Weight of the style against the content: what learning begins with, and what [`Mark::loss`] is
/// weighed by.
pub(super) const STYLE: f32 = 4.5;
/// Of covariances against means and deviations.
const COVARIANCE: f32 = 0.15;
/// Of brightness in cells of [`CELL`] pixels: keeps faces where they are.
const TONE: f32 = 0.1;
/// Side of a cell.
const CELL: usize = 8;
/// Of values beyond black and white.
const BEYOND: f32 = 2.0;
/// What is beyond is seen so much, so that it finds back.
const SEEN_BEYOND: f32 = 0.1;

/// How much each part counts, for this weight of the style.
fn weights(style: f32) -> FineWeights {
    FineWeights {
        content: 1.0,
        detail: 0.0,
        moments: style,
        covariance: COVARIANCE * style,
        roughness: 0.0,
        range: 0.0,
    }
}

/// A photo to learn with.
pub struct Lesson {
    size: Size,
    photo: Arc<[f32]>,
    white: Vec<f32>,
    objective: Objective,
}

/// What a lesson came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mark {
    /// What is made small, where the style weighs as much as learning begins with: so what a lesson
    /// comes to can be held against what it came to with another weight.
    pub loss: f32,
    /// Content: 0 is the photo's.
    pub content: f32,
    /// Means and deviations: 1 is the photo, 0 the style.
    pub style: f32,
}

/// Room to work in.
pub struct Room {
    passage: Passage,
    features: vgg19::Passage,
    seen: Vec<f32>,
    gradient: Vec<f32>,
}

impl Room {
    /// For photos of this height and width.
    pub fn new(size: Size) -> Self {
        let values = 3 * size.0 * size.1;
        Self {
            passage: Passage::new(size),
            features: vgg19::Passage::new(size),
            seen: vec![0.0; values],
            gradient: vec![0.0; values],
        }
    }

    /// Bytes for photos of so many pixels.
    pub fn bytes(pixels: u64) -> u64 {
        // The painter's way and back: about 200 numbers for a pixel.
        vgg19::Passage::bytes(pixels) + 4 * 200 * pixels
    }

    /// Height and width.
    pub fn size(&self) -> Size {
        self.passage.size()
    }
}

impl Lesson {
    /// Bytes that a lesson keeps of a photo of so many pixels: the photo, as it is whitened, and its
    /// relu4_1.
    pub fn bytes(pixels: u64) -> u64 {
        4 * pixels * (3 + 3 + 512 / 64)
    }

    /// Of a photo (RGB planes 0..1) as large as `room`, at `strength` 0..=1: below 1 its goal lies
    /// between photo and style.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] soon after `stop`.
    pub fn new(
        photo: Arc<[f32]>,
        style: &Arc<Style>,
        strength: f32,
        (vgg, eps): (&Vgg19, f64),
        room: &mut Room,
        stop: &CancelToken,
    ) -> Result<Self, ModelError> {
        let size = room.size();
        let shape = (1, 3, size.0, size.1);
        let tensor = Tensor::from_slice(&photo[..], shape, &Device::Cpu)?;
        let colours = Colours::of(&tensor, eps)?;
        let white = colours.whiten(&tensor)?.flatten_all()?.to_vec1()?;
        let goal = (weights(STYLE), strength);
        let objective = Objective::of_style(vgg, &photo, &mut room.features, style, goal, stop)?;
        Ok(Self {
            size,
            photo,
            white,
            objective,
        })
    }

    /// Paints at `strength`, judges by a style that weighs `weight` against the content, and adds to
    /// `gradient` what follows for the painter's numbers.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] soon after `stop`; then `gradient` is of no use.
    pub fn learn(
        &mut self,
        (painter, at, palette): (&Painter, &Parameters, &Palette),
        (strength, weight): (f32, f32),
        vgg: &Vgg19,
        room: &mut Room,
        gradient: &mut Parameters,
        stop: &CancelToken,
    ) -> Result<Mark, ModelError> {
        let Room {
            passage,
            features,
            seen,
            gradient: of_seen,
        } = room;
        self.objective.reweigh(weights(weight));
        painter.forward(at, &self.white, strength, passage, stop)?;
        let share = strength * (2.0 - strength);
        let area = self.size.0 * self.size.1;
        let painted = passage.painted();
        let mut beyond = 0f64;
        for c in 0..3 {
            let [r, g, b] = palette.root[c];
            for i in 0..area {
                let white = [painted[i], painted[area + i], painted[2 * area + i]];
                let styled = r * white[0] + g * white[1] + b * white[2] + palette.mean[c];
                let photo = self.photo[c * area + i];
                let out = photo + share * (styled - photo);
                let inside = out.clamp(0.0, 1.0);
                beyond += f64::from((out - inside) * (out - inside));
                seen[c * area + i] = inside + SEEN_BEYOND * (out - inside);
            }
        }
        let measured: Measured = self
            .objective
            .evaluate(vgg, seen, features, of_seen, stop)?;
        let beyond = (beyond / (3 * area) as f64) as f32;
        // Back to the whitened picture.
        let mut of_white = vec![0.0; 3 * area];
        for i in 0..area {
            let mut of_styled = [0f32; 3];
            for (c, of) in of_styled.iter_mut().enumerate() {
                let value = seen[c * area + i];
                let over = (value - value.clamp(0.0, 1.0)) / SEEN_BEYOND;
                let through = if over == 0.0 { 1.0 } else { SEEN_BEYOND };
                let back = BEYOND * 2.0 * over / (3 * area) as f32;
                *of = share * (of_seen[c * area + i] * through + back);
            }
            for (k, plane) in of_white.chunks_exact_mut(area).enumerate() {
                plane[i] = (0..3).map(|c| of_styled[c] * palette.root[c][k]).sum();
            }
        }
        let tone = self.tone(passage.painted(), &mut of_white);
        // As in `training/limner_training`: the step's length doesn't depend on the weight.
        let scale = 1.0 / weight.sqrt();
        of_white.iter_mut().for_each(|v| *v *= scale);
        painter.backward(at, passage, &of_white, gradient, stop)?;
        let style = measured.moments + COVARIANCE * measured.covariance;
        let loss = measured.content + STYLE * style + TONE * tone + BEYOND * beyond;
        Ok(Mark {
            loss: loss / STYLE.sqrt(),
            content: measured.content,
            style: measured.moments,
        })
    }

    /// Distance of the cells' brightness, whitened; adds its gradient.
    fn tone(&self, painted: &[f32], of_white: &mut [f32]) -> f32 {
        let (height, width) = self.size;
        let area = height * width;
        let cells = (height / CELL, width / CELL);
        let count = (cells.0 * cells.1).max(1) as f32;
        let each = (3 * CELL * CELL) as f32;
        let mut sum = 0f64;
        for y in 0..cells.0 {
            for x in 0..cells.1 {
                let pixels = || {
                    (0..CELL).flat_map(move |dy| {
                        let start = (y * CELL + dy) * width + x * CELL;
                        (0..3).flat_map(move |c| c * area + start..c * area + start + CELL)
                    })
                };
                let apart: f32 = pixels().map(|i| painted[i] - self.white[i]).sum();
                let apart = apart / each;
                sum += f64::from(apart * apart);
                let back = TONE * 2.0 * apart / (count * each);
                pixels().for_each(|i| of_white[i] += back);
            }
        }
        (sum / f64::from(count)) as f32
    }
}
