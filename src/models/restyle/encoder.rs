//! Style encoder of *Restyle*: texture statistics of four small convolutions.

use candle_core::Tensor;

use super::config::Config;
use crate::cancel::CancelToken;
use crate::models::ModelError;
use crate::models::linear::Linear;
use crate::models::weights::Weights;
use crate::nn::{Activation, Conv2d, Conv2dConfig, PaddingMode, channel_stats};

/// A whitened style picture to `code_dim` numbers.
pub(super) struct StyleEncoder {
    convs: Vec<Conv2d>,
    fc: Linear,
    mean: Vec<f32>,
    std: Vec<f32>,
    eps: f64,
}

impl StyleEncoder {
    pub(super) fn new(config: &Config, vb: &Weights) -> Result<Self, ModelError> {
        let mut inputs = 3;
        let mut convs = Vec::new();
        for (i, &outputs) in config.encoder_channels.iter().enumerate() {
            let vb = vb.pp(format_args!("conv{i}"));
            convs.push(Conv2d::new(
                vb.get(&[outputs, inputs, 3, 3], "weight")?,
                Some(vb.get(&[outputs], "bias")?),
                Conv2dConfig::same(3)
                    .pad_with(PaddingMode::Replicate)
                    .activation(Activation::Relu),
            )?);
            inputs = outputs;
        }
        let numbers = 2 * config.encoder_channels.iter().sum::<usize>();
        Ok(Self {
            convs,
            fc: Linear::new(
                &vb.get(&[config.code_dim, numbers], "fc.weight")?,
                1.0,
                &vb.get(&[config.code_dim], "fc.bias")?,
                1.0,
            )?,
            mean: vb.get(&[numbers], "d_mean")?.to_vec1()?,
            std: vb.get(&[numbers], "d_std")?.to_vec1()?,
            eps: config.eps_norm,
        })
    }

    pub(super) fn forward(
        &self,
        white: &Tensor,
        cancel: &CancelToken,
    ) -> Result<Vec<f32>, ModelError> {
        let mut x = white.clone();
        let mut numbers = Vec::with_capacity(self.mean.len());
        for (i, conv) in self.convs.iter().enumerate() {
            if cancel.is_cancelled() {
                return Err(ModelError::Cancelled);
            }
            if i > 0 {
                x = x.avg_pool2d(2)?;
            }
            x = conv.forward(&x)?;
            let stats = channel_stats(&x)?;
            numbers.extend_from_slice(&stats.mean);
            numbers.extend(stats.std(self.eps));
        }
        for ((n, mean), std) in numbers.iter_mut().zip(&self.mean).zip(&self.std) {
            *n = (*n - mean) / std;
        }
        Ok(self.fc.forward(&numbers))
    }
}
