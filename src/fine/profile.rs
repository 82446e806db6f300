//! Pictures too large to be optimised at once: their statistics, gathered part by part, and what
//! each part has to become for the whole to have the style's.
//!
//! A part isn't made like the style itself, which would put everything that the style has into
//! every corner. Its own statistics, a sky's or a face's, are carried on as far as the whole
//! picture's are from the style's: channel by channel, by the ratio of means and of deviations.

use super::style::Style;
use crate::cancel::CancelToken;
use crate::models::ModelError;
use crate::models::vgg19::{CHANNELS, LAYERS, Passage, Vgg19};
use crate::nn::backward::{Moments, Size};

/// Ratios go from 1 over this to this: channels that the picture hardly has stay hardly there.
const MOST: f32 = 2.0;
/// Added to means and deviations, whose ratio is taken, as a part of the style's largest.
const FLOOR: f32 = 1e-3;

/// Mean and deviation of the features of each layer, over all parts added so far.
#[derive(Clone, Debug)]
pub struct Profile {
    layers: [Sums; LAYERS],
}

/// Sums over pixels, by channel.
#[derive(Clone, Debug)]
struct Sums {
    pixels: f64,
    values: Vec<f64>,
    squares: Vec<f64>,
}

/// How far a picture's statistics are from a style's: factors for each channel of each layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratio {
    layers: [Factors; LAYERS],
}

#[derive(Clone, Debug, PartialEq)]
struct Factors {
    mean: Vec<f32>,
    deviation: Vec<f32>,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            layers: CHANNELS.map(|n| Sums {
                pixels: 0.0,
                values: vec![0.0; n],
                squares: vec![0.0; n],
            }),
        }
    }
}

impl Profile {
    /// Adds a part (RGB planes 0..1), each pixel weighing `cover` (1 when absent).
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] soon after `stop`.
    pub fn add(
        &mut self,
        vgg: &Vgg19,
        part: &[f32],
        size: Size,
        cover: Option<Vec<f32>>,
        stop: &CancelToken,
    ) -> Result<(), ModelError> {
        let mut passage = Passage::new(size);
        vgg.forward(part, &mut passage, stop)?;
        let weights = cover.map(|cover| super::painting::at_layers(cover, size));
        for (layer, sums) in self.layers.iter_mut().enumerate() {
            let weights = weights.as_ref().map(|w| w[layer].as_slice());
            let (h, w) = passage.layer_size(layer);
            let pixels = weights.map_or((h * w) as f64, |w| w.iter().map(|w| f64::from(*w)).sum());
            let moments = Moments::of(passage.features(layer), CHANNELS[layer], weights);
            sums.add(&moments, pixels);
        }
        Ok(())
    }

    /// What brings it to `style`.
    pub fn ratio(&self, style: &Style) -> Ratio {
        Ratio {
            layers: std::array::from_fn(|layer| self.layers[layer].factors(&style.layers[layer])),
        }
    }
}

impl Sums {
    fn add(&mut self, part: &Moments, pixels: f64) {
        let n = self.values.len();
        self.pixels += pixels;
        for c in 0..n {
            let (mean, variance) = (part.mean[c], part.covariance[c * n + c]);
            let mean = f64::from(mean);
            self.values[c] += pixels * mean;
            self.squares[c] += pixels * (f64::from(variance) + mean * mean);
        }
    }

    fn factors(&self, style: &Moments) -> Factors {
        let n = self.values.len();
        let pixels = self.pixels.max(1e-12);
        let mean: Vec<f32> = self.values.iter().map(|v| (v / pixels) as f32).collect();
        let deviation = |c: usize| {
            let mean = self.values[c] / pixels;
            (self.squares[c] / pixels - mean * mean).max(0.0).sqrt() as f32
        };
        let own: Vec<f32> = (0..n).map(deviation).collect();
        let wanted: Vec<f32> = (0..n)
            .map(|c| style.covariance[c * n + c].max(0.0).sqrt())
            .collect();
        Factors {
            mean: ratios(&mean, &style.mean),
            deviation: ratios(&own, &wanted),
        }
    }
}

fn ratios(from: &[f32], to: &[f32]) -> Vec<f32> {
    let floor = FLOOR * to.iter().fold(1e-6f32, |most, v| most.max(v.abs()));
    from.iter()
        .zip(to)
        .map(|(from, to)| ((to + floor) / (from + floor)).clamp(1.0 / MOST, MOST))
        .map(|ratio| if ratio.is_finite() { ratio } else { 1.0 })
        .collect()
}

impl Ratio {
    /// A part's statistics, carried on by it.
    pub(super) fn applied(&self, part: &Style) -> Style {
        Style {
            layers: std::array::from_fn(|layer| {
                let (part, by) = (&part.layers[layer], &self.layers[layer]);
                let n = part.mean.len();
                let mean = part.mean.iter().zip(&by.mean).map(|(m, f)| m * f).collect();
                let covariance = (0..n * n)
                    .map(|i| part.covariance[i] * by.deviation[i / n] * by.deviation[i % n])
                    .collect();
                Moments { mean, covariance }
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(n: usize, mean: f32, variance: f32) -> Moments {
        let mut covariance = vec![0.0; n * n];
        (0..n).for_each(|c| covariance[c * n + c] = variance);
        Moments {
            mean: vec![mean; n],
            covariance,
        }
    }

    fn style(mean: f32, variance: f32) -> Style {
        Style {
            layers: CHANNELS.map(|n| moments(n, mean, variance)),
        }
    }

    #[test]
    fn parts_make_up_the_statistics_of_the_whole() {
        let mut sums = Profile::default().layers[0].clone();
        sums.add(&moments(64, 1.0, 0.5), 300.0);
        sums.add(&moments(64, 3.0, 0.5), 100.0);
        // Mean 1.5; variance 0.5 within and 0.75 between.
        let factors = sums.factors(&moments(64, 1.5, 1.25));
        let near = |v: &f32| (v - 1.0).abs() < 1e-3;
        assert!(factors.mean.iter().chain(&factors.deviation).all(near));
    }

    #[test]
    fn a_part_keeps_what_it_is_and_goes_as_far_as_the_whole() {
        let mut profile = Profile::default();
        for (sums, n) in profile.layers.iter_mut().zip(CHANNELS) {
            sums.add(&moments(n, 1.0, 1.0), 10.0);
        }
        let ratio = profile.ratio(&style(1.5, 2.25));
        let goal = ratio.applied(&style(0.2, 0.04));
        let first = &goal.layers[0];
        assert!((first.mean[0] - 0.3).abs() < 1e-3, "{}", first.mean[0]);
        assert!((first.covariance[0] - 0.09).abs() < 1e-3);
        // Never further than is sensible.
        let far = profile.ratio(&style(90.0, 1.0)).applied(&style(0.2, 0.04));
        assert!((far.layers[0].mean[0] - 0.4).abs() < 1e-3);
    }
}
