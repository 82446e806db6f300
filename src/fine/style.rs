//! What a style is to the optimisation: the statistics of a painting's features.

use crate::cancel::CancelToken;
use crate::models::ModelError;
use crate::models::vgg19::{CHANNELS, LAYERS, Passage, Vgg19};
use crate::nn::backward::{Moments, Size};

/// Mean and covariance of the features of each layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Style {
    pub(super) layers: [Moments; LAYERS],
}

impl Style {
    /// Of a painting (RGB planes 0..1), at the size at which its strokes are to come out.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] soon after `stop`.
    pub fn of(
        vgg: &Vgg19,
        painting: &[f32],
        size: Size,
        stop: &CancelToken,
    ) -> Result<Self, ModelError> {
        let mut passage = Passage::new(size);
        vgg.forward(painting, &mut passage, stop)?;
        Ok(Self::of_features(&passage, None))
    }

    /// Of the features that `passage` holds, each pixel weighing as `weights` say.
    pub(super) fn of_features(passage: &Passage, weights: Option<&[Vec<f32>; LAYERS]>) -> Self {
        Self {
            layers: std::array::from_fn(|layer| {
                let weights = weights.map(|weights| weights[layer].as_slice());
                Moments::of(passage.features(layer), CHANNELS[layer], weights)
            }),
        }
    }

    /// The mean of several by their shares; `None` without any share above 0.
    pub fn blend(styles: &[(f32, &Style)]) -> Option<Self> {
        let total: f32 = styles.iter().map(|(share, _)| share.max(0.0)).sum();
        if total <= 0.0 {
            return None;
        }
        let mean = |of: &dyn Fn(&Style) -> Vec<f32>| {
            let mut sum: Vec<f32> = Vec::new();
            for (share, style) in styles {
                let values = of(style);
                sum.resize(values.len(), 0.0);
                for (sum, value) in sum.iter_mut().zip(&values) {
                    *sum += share.max(0.0) / total * value;
                }
            }
            sum
        };
        Some(Self {
            layers: std::array::from_fn(|layer| Moments {
                mean: mean(&|style| style.layers[layer].mean.clone()),
                covariance: mean(&|style| style.layers[layer].covariance.clone()),
            }),
        })
    }
}
