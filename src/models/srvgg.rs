//! `SRVGGNetCompact`, the small networks of Real-ESRGAN (Wang et al. 2021, "Real-ESRGAN: Training
//! real-world blind super-resolution with pure synthetic data"), names as in `BasicSR`.

use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use serde::{Deserialize, Serialize};

use super::ModelError;
use super::upscaler::OneScale;
use super::weights::Weights;
use crate::cancel::CancelToken;
use crate::nn::{Activation, Conv2d, Conv2dConfig, pixel_shuffle};

/// Sizes of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Channels of the trunk.
    pub num_feat: usize,
    /// Convolutions of the trunk between the first and the last.
    pub num_conv: usize,
    /// How many times as large its pictures are.
    pub upscale: usize,
}

impl Config {
    /// # Errors
    /// [`ModelError::BadRequest`] for sizes that no such network has.
    fn check(&self) -> Result<(), ModelError> {
        let sane = (1..=1024).contains(&self.num_feat)
            && self.num_conv <= 256
            && (1..=8).contains(&self.upscale);
        sane.then_some(()).ok_or_else(|| {
            ModelError::BadRequest(
                "config.json: these sizes are not those of an SRVGGNetCompact".into(),
            )
        })
    }
}

/// The enlarger.
pub struct SrvggNet {
    body: Vec<Conv2d>,
    config: Config,
    device: Device,
}

impl SrvggNet {
    /// Loads `body.*` below `vb`: convolutions at even places, slopes at odd ones.
    ///
    /// # Errors
    /// Missing or misshapen tensors, impossible sizes.
    pub fn new(config: Config, vb: &Weights, device: &Device) -> Result<Self, ModelError> {
        config.check()?;
        let f = config.num_feat;
        let last = config.num_conv + 1;
        let conv = |i: usize| {
            let inputs = if i == 0 { 3 } else { f };
            let mut settings = Conv2dConfig::same(3);
            let outputs = match i == last {
                true => 3 * config.upscale * config.upscale,
                false => {
                    let name = format!("body.{}.weight", 2 * i + 1);
                    let slopes = vb.get(&[f], &name)?.to_vec1::<f32>()?;
                    settings = settings.activation(Activation::PRelu(Arc::from(slopes)));
                    f
                }
            };
            let vb = vb.pp(format!("body.{}", 2 * i));
            Ok(Conv2d::new(
                vb.get(&[outputs, inputs, 3, 3], "weight")?,
                Some(vb.get(&[outputs], "bias")?),
                settings,
            )?)
        };
        Ok(Self {
            body: (0..=last).map(conv).collect::<Result<_, ModelError>>()?,
            config,
            device: device.clone(),
        })
    }
}

impl OneScale for SrvggNet {
    fn scale(&self) -> u32 {
        self.config.upscale as u32
    }

    fn reach(&self) -> usize {
        self.config.num_conv + 2
    }

    fn bytes(&self, pixels: u64) -> u64 {
        let scale = self.scale();
        let f = self.config.num_feat as u64;
        4 * pixels * (3 * f + 12 * u64::from(scale * scale))
    }

    fn device(&self) -> &Device {
        &self.device
    }

    fn forward(&self, picture: &Tensor, cancel: &CancelToken) -> Result<Tensor, ModelError> {
        let (_, _, height, width) = picture.dims4()?;
        let mut x = picture.clone();
        for conv in &self.body {
            if cancel.is_cancelled() {
                return Err(ModelError::Cancelled);
            }
            x = conv.forward(&x)?;
        }
        let scale = self.config.upscale;
        let detail = pixel_shuffle(&x.to_dtype(DType::F32)?, scale)?;
        let base = picture.upsample_nearest2d(height * scale, width * scale)?;
        Ok((base + detail)?)
    }
}
