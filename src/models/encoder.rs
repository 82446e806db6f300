//! Encoder of a generator: picture to `w`, one dense layer on a small copy plus a small
//! convolutional correction (an amortised posterior, Kingma & Welling 2014).

use candle_core::{Device, Tensor};
use serde::Deserialize;

use super::ModelError;
use super::linear::Linear;
use super::pixels::tensor_of;
use super::weights::Weights;
use crate::nn::{Activation, Conv2d, Conv2dConfig, resize_bilinear};
use crate::picture::Picture;

/// A picture of any size is brought to this many times the encoder's own, then averaged.
const REDUCED: usize = 4;

/// Sizes of the network.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Config {
    /// Length of `w`.
    pub w_dim: usize,
    /// Height of what it looks at.
    pub height: usize,
    /// Width of what it looks at.
    pub width: usize,
    /// Channels of the three convolutions.
    pub channels: [usize; 3],
}

/// The encoder.
pub struct Encoder {
    config: Config,
    convs: Vec<Conv2d>,
    linear: Linear,
    fc: Linear,
    device: Device,
}

impl Encoder {
    /// Loads `linear`, `conv0` to `conv2`, `fc` below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors, impossible sizes.
    pub fn new(config: Config, vb: &Weights, device: &Device) -> Result<Self, ModelError> {
        let side = 8..=512;
        if !side.contains(&config.height)
            || !side.contains(&config.width)
            || !config.height.is_multiple_of(8)
            || !config.width.is_multiple_of(8)
        {
            return Err(ModelError::BadRequest(
                "config.json: these sizes are not those of an encoder".into(),
            ));
        }
        let mut inputs = 3;
        let mut convs = Vec::new();
        for (i, &outputs) in config.channels.iter().enumerate() {
            let vb = vb.pp(format_args!("conv{i}"));
            convs.push(Conv2d::new(
                vb.get(&[outputs, inputs, 3, 3], "weight")?,
                Some(vb.get(&[outputs], "bias")?),
                Conv2dConfig::same(3)
                    .stride(2)
                    .activation(Activation::LeakyRelu(0.2)),
            )?);
            inputs = outputs;
        }
        let pixels = config.height * config.width;
        let linear = |name: &str, inputs: usize| {
            let vb = vb.pp(name);
            let weight = vb.get(&[config.w_dim, inputs], "weight")?;
            Linear::new(&weight, 1.0, &vb.get(&[config.w_dim], "bias")?, 1.0)
        };
        Ok(Self {
            linear: linear("linear", 3 * pixels)?,
            fc: linear("fc", config.channels[2] * pixels / 64)?,
            convs,
            config,
            device: device.clone(),
        })
    }

    /// Length of `w`.
    pub fn w_dim(&self) -> usize {
        self.config.w_dim
    }

    /// `w` of a picture; its middle is taken in the aspect that the generator has.
    ///
    /// # Errors
    /// [`ModelError::Candle`].
    pub fn encode(&self, picture: &Picture) -> Result<Vec<f32>, ModelError> {
        let size = [self.config.height, self.config.width].map(|side| side * REDUCED);
        let fitted = fitted(&tensor_of(picture, &self.device)?, size)?;
        self.encode_tensor(&((fitted * 2.0)? - 1.0)?)
    }

    /// `w` of `[1, 3, height, width]`, -1..=1, or of a whole multiple of that size.
    ///
    /// # Errors
    /// [`ModelError::Candle`].
    pub fn encode_tensor(&self, x: &Tensor) -> Result<Vec<f32>, ModelError> {
        let factor = (x.dim(3)? / self.config.width).max(1);
        let mut h = if factor > 1 {
            x.avg_pool2d(factor)?
        } else {
            x.contiguous()?
        };
        let flat = h.flatten_all()?.to_vec1::<f32>()?;
        for conv in &self.convs {
            h = conv.forward(&h)?;
        }
        let fine = self.fc.forward(&h.flatten_all()?.to_vec1::<f32>()?);
        let coarse = self.linear.forward(&flat);
        Ok(coarse.iter().zip(fine).map(|(a, b)| a + b).collect())
    }
}

/// The middle of `[1, 3, h, w]` in the aspect of `size` (`[height, width]`), resized
/// to it.
///
/// # Errors
/// [`ModelError::Candle`].
pub fn fitted(picture: &Tensor, size: [usize; 2]) -> Result<Tensor, ModelError> {
    let (_, _, height, width) = picture.dims4()?;
    let [h, w] = size;
    let crop_w = (height * w / h).clamp(1, width);
    let crop_h = (width * h / w).clamp(1, height);
    let cropped = picture
        .narrow(2, (height - crop_h) / 2, crop_h)?
        .narrow(3, (width - crop_w) / 2, crop_w)?
        .contiguous()?;
    if (crop_h, crop_w) == (h, w) {
        return Ok(cropped);
    }
    Ok(resize_bilinear(&cropped, h, w)?)
}
