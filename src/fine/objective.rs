//! What is made small: the distance of the picture's features from the photo's content and from
//! the styles' statistics, and its gradient.
//!
//! Content: squared distance of relu4_1, and of relu3_1, each channel normalised over the picture
//! (as in Huang & Belongie 2017). Style: squared distances of the features' means, deviations and covariances in
//! relu1_1 to relu4_1 (Gatys et al. 2016; Li et al. 2017), each over the photo's own, so that every
//! layer counts alike whatever the pair.

use std::sync::Arc;

use rayon::prelude::*;

use super::painting::Goal;
use super::style::Style;
use crate::cancel::CancelToken;
use crate::models::ModelError;
use crate::models::vgg19::{CHANNELS, LAYERS, Passage, Vgg19};
use crate::nn::backward::{ChannelMix, Moments, Size};

/// The layers of [`Weights::detail`] and [`Weights::content`].
const CONTENT: [usize; 2] = [LAYERS - 2, LAYERS - 1];
/// Added to variances.
const EPSILON: f32 = 1e-5;
/// Least distance of a photo from a style, as a part of the style's own size: below it the photo
/// is in that style already.
const LEAST: f32 = 1e-3;

/// How much each part counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// Content.
    pub content: f32,
    /// Content one layer earlier: the smaller forms, such as those of a face.
    pub detail: f32,
    /// Means and deviations.
    pub moments: f32,
    /// Covariances.
    pub covariance: f32,
    /// Mean squared difference between neighbouring pixels.
    pub roughness: f32,
    /// Mean squared distance from the range 0..1.
    pub range: f32,
}

/// Where a style applies.
pub(super) struct Region {
    pub(super) style: Arc<Style>,
    /// Weight of each pixel of each layer; everywhere alike when absent.
    pub(super) weights: Option<[Vec<f32>; LAYERS]>,
    /// Part of the picture, 0..=1.
    pub(super) part: f32,
    /// Distances of the photo in means and deviations, and in covariances.
    own: [(f32, f32); LAYERS],
}

/// What was measured of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measured {
    /// What is made small.
    pub total: f32,
    /// Content, 0 for the photo; 2 for pictures that share nothing.
    pub content: f32,
    /// The same one layer earlier.
    pub detail: f32,
    /// Means and deviations over the photo's, mean over layers: 1 for the photo.
    pub moments: f32,
    /// Covariances over the photo's.
    pub covariance: f32,
}

/// The objective at one size.
pub struct Objective {
    weights: Weights,
    /// The photo's relu3_1 and relu4_1, normalised; the former empty where it doesn't count.
    content: [Vec<f32>; 2],
    regions: Vec<Region>,
}

impl Objective {
    /// For a photo (RGB planes) and where which style applies: goal, pixels' weights for each
    /// layer, part of the picture. `strength` up to 1 moves the goal from the photo's own
    /// statistics to the style's; beyond, style counts for more.
    pub(super) fn new(
        vgg: &Vgg19,
        photo: &[f32],
        passage: &mut Passage,
        regions: Vec<(Goal, Option<[Vec<f32>; LAYERS]>, f32)>,
        (mut weights, strength): (Weights, f32),
        stop: &CancelToken,
    ) -> Result<Self, ModelError> {
        vgg.forward(photo, passage, stop)?;
        let content = CONTENT.map(|layer| {
            if layer < LAYERS - 1 && weights.detail <= 0.0 {
                return Vec::new();
            }
            let mut content = passage.features(layer).to_vec();
            normalise(&mut content, CHANNELS[layer]);
            content
        });
        let regions = regions
            .into_iter()
            .map(|(goal, weights, part)| {
                let photo = Style::of_features(passage, weights.as_ref());
                let style = match goal {
                    Goal::Style(style) => style,
                    Goal::Onward(ratio) => Arc::new(ratio.applied(&photo)),
                };
                let way = strength.clamp(0.0, 1.0);
                let style = match way < 1.0 {
                    true => {
                        Style::blend(&[(1.0 - way, &photo), (way, &style)]).map_or(style, Arc::new)
                    }
                    false => style,
                };
                let own = std::array::from_fn(|layer| {
                    let (own, wanted) = (&photo.layers[layer], &style.layers[layer]);
                    let (m, c) = distances(own, wanted);
                    let zero = Moments {
                        mean: vec![0.0; wanted.mean.len()],
                        covariance: vec![0.0; wanted.covariance.len()],
                    };
                    let (most_m, most_c) = distances(&zero, wanted);
                    (m.max(LEAST * most_m + 1e-12), c.max(LEAST * most_c + 1e-12))
                });
                Region {
                    style,
                    weights,
                    part,
                    own,
                }
            })
            .collect();
        let beyond = strength.max(1.0);
        weights.moments *= beyond;
        weights.covariance *= beyond;
        Ok(Self {
            weights,
            content,
            regions,
        })
    }

    /// As [`Objective::new`], one style everywhere, which isn't copied at full strength.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] soon after `stop`.
    pub fn of_style(
        vgg: &Vgg19,
        photo: &[f32],
        passage: &mut Passage,
        style: &Arc<Style>,
        goal: (Weights, f32),
        stop: &CancelToken,
    ) -> Result<Self, ModelError> {
        let everywhere = vec![(Goal::Style(style.clone()), None, 1.0)];
        Self::new(vgg, photo, passage, everywhere, goal, stop)
    }

    /// From here on the parts count so much.
    pub fn reweigh(&mut self, weights: Weights) {
        self.weights = weights;
    }

    /// Measures `picture` (RGB planes) and writes the gradient with respect to it.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] soon after `stop`.
    pub fn evaluate(
        &self,
        vgg: &Vgg19,
        picture: &[f32],
        passage: &mut Passage,
        gradient: &mut [f32],
        stop: &CancelToken,
    ) -> Result<Measured, ModelError> {
        vgg.forward(picture, passage, stop)?;
        let mut measured = Measured::default();
        let mut spare = Vec::new();
        vgg.backward(
            passage,
            &mut |layer, features, size, out| {
                self.style(layer, features, size, out, &mut spare, &mut measured);
                match CONTENT.iter().position(|l| *l == layer) {
                    Some(0) if self.weights.detail > 0.0 => {
                        measured.detail = self.content(0, self.weights.detail, features, out);
                    }
                    Some(1) => {
                        measured.content = self.content(1, self.weights.content, features, out);
                    }
                    _ => {}
                }
            },
            gradient,
            stop,
        )?;
        let pixel = self.pixel_terms(picture, passage.size(), gradient);
        let w = self.weights;
        measured.total = w.content * measured.content
            + w.detail * measured.detail
            + w.moments * measured.moments
            + w.covariance * measured.covariance
            + pixel;
        Ok(measured)
    }

    /// Writes the style's gradient with respect to a layer's features.
    fn style(
        &self,
        layer: usize,
        features: &[f32],
        size: Size,
        out: &mut [f32],
        spare: &mut Vec<f32>,
        measured: &mut Measured,
    ) {
        let channels = CHANNELS[layer];
        let area = size.0 * size.1;
        if self.regions.is_empty() {
            out[..channels * area].fill(0.0);
        }
        for (i, region) in self.regions.iter().enumerate() {
            let weights = region.weights.as_ref().map(|w| w[layer].as_slice());
            let now = Moments::of(features, channels, weights);
            let (m, c) = distances(&now, &region.style.layers[layer]);
            let own = region.own[layer];
            measured.moments += region.part * m / own.0 / LAYERS as f32;
            measured.covariance += region.part * c / own.1 / LAYERS as f32;
            let pixels = weights.map_or(area as f32, |w| w.iter().sum::<f32>().max(1e-6));
            let mix = self.mix(region, layer, &now, pixels);
            let Some(weights) = weights else {
                mix.apply(features, size, out);
                continue;
            };
            spare.resize(spare.len().max(channels * area), 0.0);
            mix.apply(features, size, spare);
            out[..channels * area]
                .par_chunks_exact_mut(area)
                .zip(spare[..channels * area].par_chunks_exact(area))
                .for_each(|(out, more)| {
                    for ((out, more), w) in out.iter_mut().zip(more).zip(weights) {
                        let value = more * w;
                        *out = if i == 0 { value } else { *out + value };
                    }
                });
        }
    }

    /// The gradient of a region's style as a matrix over the channels of every pixel.
    fn mix(&self, region: &Region, layer: usize, now: &Moments, pixels: f32) -> ChannelMix {
        let n = CHANNELS[layer];
        let wanted = &region.style.layers[layer];
        let share = region.part / LAYERS as f32;
        let of_moments = share * self.weights.moments / region.own[layer].0;
        let of_covariance = share * self.weights.covariance / region.own[layer].1;
        let mut w: Vec<f32> = now
            .covariance
            .iter()
            .zip(&wanted.covariance)
            .map(|(now, wanted)| 4.0 * of_covariance * (now - wanted) / ((n * n) as f32 * pixels))
            .collect();
        for c in 0..n {
            let (deviation, goal) = (deviation(now, c), deviation(wanted, c));
            w[c * n + c] += of_moments * 2.0 * (deviation - goal) / (deviation * n as f32 * pixels);
        }
        let b = (0..n)
            .map(|c| {
                let row = &w[c * n..(c + 1) * n];
                let centre: f32 = row.iter().zip(&now.mean).map(|(w, mean)| w * mean).sum();
                let mean = of_moments * 2.0 * (now.mean[c] - wanted.mean[c]);
                mean / (n as f32 * pixels) - centre
            })
            .collect();
        ChannelMix::new(&w, b)
    }

    /// The content's distance; adds its gradient.
    fn content(&self, which: usize, weight: f32, features: &[f32], out: &mut [f32]) -> f32 {
        let channels = CHANNELS[CONTENT[which]];
        let area = features.len() / channels;
        let factor = 2.0 * weight / features.len() as f32;
        let sums: Vec<f64> = features
            .par_chunks_exact(area)
            .zip(self.content[which].par_chunks_exact(area))
            .zip(out[..features.len()].par_chunks_exact_mut(area))
            .map(|((x, goal), out)| {
                let (mean, inverse) = mean_and_inverse(x);
                let (mut sum, mut of_g, mut of_gz) = (0f64, 0f64, 0f64);
                for (x, goal) in x.iter().zip(goal) {
                    let z = (x - mean) * inverse;
                    let d = f64::from(z - goal);
                    sum += d * d;
                    of_g += d;
                    of_gz += d * f64::from(z);
                }
                let g = (of_g / area as f64) as f32;
                let gz = (of_gz / area as f64) as f32;
                for ((x, goal), out) in x.iter().zip(goal).zip(out) {
                    let z = (x - mean) * inverse;
                    *out += factor * inverse * ((z - goal) - g - z * gz);
                }
                sum
            })
            .collect();
        (sums.iter().sum::<f64>() / features.len() as f64) as f32
    }

    /// Roughness and range of the picture; adds their gradient.
    fn pixel_terms(&self, picture: &[f32], (h, w): Size, gradient: &mut [f32]) -> f32 {
        let n = picture.len() as f32;
        let (rough, range) = (
            2.0 * self.weights.roughness / n,
            2.0 * self.weights.range / n,
        );
        let sums: Vec<f64> = picture
            .par_chunks_exact(h * w)
            .zip(gradient.par_chunks_exact_mut(h * w))
            .map(|(x, g)| {
                let (mut across, mut beyond) = (0f64, 0f64);
                for y in 0..h {
                    for i in y * w..(y + 1) * w {
                        let over = x[i] - x[i].clamp(0.0, 1.0);
                        beyond += f64::from(over * over);
                        g[i] += range * over;
                        for other in [i + 1, i + w] {
                            let there = if other == i + 1 {
                                other < (y + 1) * w
                            } else {
                                y + 1 < h
                            };
                            if there {
                                let d = x[other] - x[i];
                                across += f64::from(d * d);
                                g[other] += rough * d;
                                g[i] -= rough * d;
                            }
                        }
                    }
                }
                f64::from(rough) / 2.0 * across + f64::from(range) / 2.0 * beyond
            })
            .collect();
        sums.iter().sum::<f64>() as f32
    }
}

/// Mean squared distances of means and deviations (added), and of covariances.
fn distances(a: &Moments, b: &Moments) -> (f32, f32) {
    let n = a.mean.len();
    let square = |d: f32| f64::from(d) * f64::from(d);
    let moments: f64 = (0..n)
        .map(|c| square(a.mean[c] - b.mean[c]) + square(deviation(a, c) - deviation(b, c)))
        .sum();
    let covariance: f64 = a
        .covariance
        .iter()
        .zip(&b.covariance)
        .map(|(a, b)| square(a - b))
        .sum();
    (
        (moments / n as f64) as f32,
        (covariance / (n * n) as f64) as f32,
    )
}

fn deviation(of: &Moments, channel: usize) -> f32 {
    let n = of.mean.len();
    (of.covariance[channel * n + channel].max(0.0) + EPSILON).sqrt()
}

/// Mean, and 1 over the deviation.
fn mean_and_inverse(x: &[f32]) -> (f32, f32) {
    let n = x.len() as f64;
    let mean = x.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
    let squares: f64 = x.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum();
    let inverse = 1.0 / (squares / n + f64::from(EPSILON)).sqrt();
    (mean as f32, inverse as f32)
}

fn normalise(features: &mut [f32], channels: usize) {
    let area = features.len() / channels;
    features.par_chunks_exact_mut(area).for_each(|x| {
        let (mean, inverse) = mean_and_inverse(x);
        x.iter_mut().for_each(|v| *v = (*v - mean) * inverse);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::weights::Weights as File;

    /// A picture of waves, `shift` apart from others.
    fn waves((h, w): Size, shift: f32) -> Vec<f32> {
        (0..3 * h * w)
            .map(|i| {
                let (c, y, x) = (i / (h * w), i / w % h, i % w);
                let (y, x) = (y as f32, x as f32 + 9.0 * c as f32);
                0.5 + 0.3 * (0.9 * x + shift * y).sin() * (0.5 * y - shift).cos()
            })
            .collect()
    }

    #[test]
    fn the_gradient_is_what_small_steps_measure() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models/vgg19");
        let file = folder.join("weights.safetensors");
        let file = File::open(&file, None, &candle_core::Device::Cpu).unwrap();
        let vgg = Vgg19::new(&file).unwrap();
        let stop = CancelToken::new();
        let size = (32, 24);
        let style = Style::of(&vgg, &waves((40, 40), 1.7), (40, 40), &stop).unwrap();
        let style = Arc::new(style);
        let half: [Vec<f32>; LAYERS] = std::array::from_fn(|layer| {
            let (h, w) = (size.0 >> layer, size.1 >> layer);
            (0..h * w).map(|i| (i % w) as f32 / w as f32).collect()
        });
        let weights = Weights {
            content: 1.0,
            detail: 0.7,
            moments: 3.0,
            covariance: 2.0,
            roughness: 0.5,
            range: 4.0,
        };
        let whole = vec![(Goal::Style(style.clone()), None, 1.0)];
        let masked = vec![
            (Goal::Style(style.clone()), Some(half.clone()), 0.5),
            (Goal::Style(style), Some(half), 0.5),
        ];
        for (regions, strength) in [(whole, 0.7), (masked, 1.3)] {
            let mut passage = Passage::new(size);
            let photo = waves(size, 0.3);
            let goal = (weights, strength);
            let objective =
                Objective::new(&vgg, &photo, &mut passage, regions, goal, &stop).unwrap();
            let at: Vec<f32> = waves(size, 0.4).iter().map(|v| 1.5 * v - 0.25).collect();
            let mut gradient = vec![0.0; at.len()];
            let mut value = |x: &[f32], gradient: &mut [f32]| {
                objective
                    .evaluate(&vgg, x, &mut passage, gradient, &stop)
                    .unwrap()
                    .total
            };
            value(&at, &mut gradient);
            let mut spare = gradient.clone();
            let size = gradient.iter().map(|g| g * g).sum::<f32>().sqrt();
            for mix in [0.0, 0.8] {
                // Along the gradient, and partly along something else.
                let way: Vec<f32> = gradient
                    .iter()
                    .enumerate()
                    .map(|(i, g)| (1.0 - mix) * g / size + mix * 0.02 * (i as f32 * 1.3).sin())
                    .collect();
                let slope: f32 = way.iter().zip(&gradient).map(|(w, g)| w * g).sum();
                let step = 0.02;
                let moved =
                    |t: f32| -> Vec<f32> { at.iter().zip(&way).map(|(x, w)| x + t * w).collect() };
                let rise = value(&moved(step), &mut spare) - value(&moved(-step), &mut spare);
                let measured = rise / (2.0 * step);
                assert!(
                    (measured - slope).abs() < 0.02 * slope.abs(),
                    "measured {measured}, gradient {slope}, mix {mix}"
                );
            }
        }
    }
}
