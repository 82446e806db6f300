//! *Crisp*: super-resolution ×2 and ×4 in the manner of ESPCN (Shi et al. 2016) and
//! Real-ESRGAN's compact SRVGG: one trunk, a pixel-shuffle head for each scale, added
//! to the enlarged input.

use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use serde::Deserialize;

use super::ModelError;
use super::weights::Weights;
use crate::cancel::CancelToken;
use crate::nn::{Activation, Conv2d, Conv2dConfig, pixel_shuffle, pool, upsample_nearest2x};

/// Sizes of the network.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Channels of the trunk.
    pub channels: usize,
    /// Convolutions of the trunk after the first.
    pub layers: usize,
    /// How many times as large its pictures are: of [`Crisp::SCALES`].
    pub scales: Vec<u32>,
}

impl Config {
    /// # Errors
    /// [`ModelError::BadRequest`] for sizes and scales that no such network has.
    pub fn check(&self) -> Result<(), ModelError> {
        let known = |scale: &u32| Crisp::SCALES.contains(scale);
        let sane = (1..=1024).contains(&self.channels)
            && self.layers <= 256
            && !self.scales.is_empty()
            && self.scales.iter().all(known);
        sane.then_some(()).ok_or_else(|| {
            ModelError::BadRequest(
                "config.json: these sizes or scales are not those of Crisp".into(),
            )
        })
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            channels: 32,
            layers: 4,
            scales: Crisp::SCALES.to_vec(),
        }
    }
}

/// The enlarger.
pub struct Crisp {
    trunk: Vec<Conv2d>,
    heads: Vec<(u32, Conv2d)>,
    device: Device,
}

impl Crisp {
    /// Loads `first`, `body.*` and a `head*` for each of its scales below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors, impossible sizes.
    pub fn new(config: &Config, vb: &Weights, device: &Device) -> Result<Self, ModelError> {
        config.check()?;
        let c = config.channels;
        let conv = |name: &str, inputs: usize, outputs: usize, act: Option<String>| {
            let mut settings = Conv2dConfig::same(3);
            if let Some(act) = act {
                let slopes = vb
                    .get(&[outputs], &format!("{act}.weight"))?
                    .to_vec1::<f32>()?;
                settings = settings.activation(Activation::PRelu(Arc::from(slopes)));
            }
            let vb = vb.pp(name);
            let weight = vb.get(&[outputs, inputs, 3, 3], "weight")?;
            let bias = vb.get(&[outputs], "bias")?;
            Ok::<_, ModelError>(Conv2d::new(weight, Some(bias), settings)?)
        };
        let mut trunk = vec![conv("first", 3, c, Some("first_act".into()))?];
        for i in 0..config.layers {
            let act = Some(format!("body_act.{i}"));
            trunk.push(conv(&format!("body.{i}"), c, c, act)?);
        }
        let head = |&scale: &u32| {
            let outputs = 3 * (scale * scale) as usize;
            Ok((scale, conv(&format!("head{scale}"), c, outputs, None)?))
        };
        Ok(Self {
            trunk,
            heads: config
                .scales
                .iter()
                .map(head)
                .collect::<Result<_, ModelError>>()?,
            device: device.clone(),
        })
    }

    /// Scales that there are heads for.
    pub const SCALES: [u32; 2] = [2, 4];

    /// Scales that this one knows.
    pub fn scales(&self) -> Vec<u32> {
        self.heads.iter().map(|(scale, _)| *scale).collect()
    }

    /// Channels of the trunk.
    pub(super) fn channels(&self) -> u64 {
        let first = self.trunk.first();
        first.map_or(0, |conv| conv.weight().dims()[0] as u64)
    }

    /// Pixels of the input around a pixel that can influence it.
    pub fn receptive_radius(&self) -> usize {
        self.trunk.len() + 1
    }

    /// Sides may be anything.
    pub fn multiple(&self) -> usize {
        1
    }

    /// Where it computes.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// `[1, 3, h, w]`, sRGB 0..=1, to `[1, 3, scale h, scale w]`, 0..=1.
    ///
    /// # Errors
    /// [`ModelError::BadRequest`] for a scale that it doesn't know;
    /// [`ModelError::Cancelled`]; [`ModelError::Candle`].
    pub fn enlarge(
        &self,
        picture: &Tensor,
        scale: u32,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        let Some((_, head)) = self.heads.iter().find(|(known, _)| *known == scale) else {
            let known: Vec<String> = self.scales().iter().map(u32::to_string).collect();
            return Err(ModelError::BadRequest(format!(
                "pictures can be enlarged {} times, not {scale} times",
                known.join(" or ")
            )));
        };
        pool::within(&self.device, || self.run(picture, head, scale, cancel))
    }

    fn run(
        &self,
        picture: &Tensor,
        head: &Conv2d,
        scale: u32,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        let mut x = (picture - 0.5)?;
        for conv in &self.trunk {
            if cancel.is_cancelled() {
                return Err(ModelError::Cancelled);
            }
            x = conv.forward(&x)?;
        }
        let detail = head.forward(&x)?.to_dtype(DType::F32)?;
        let detail = pixel_shuffle(&detail, scale as usize)?;
        let mut base = upsample_nearest2x(picture)?;
        if scale == 4 {
            base = upsample_nearest2x(&base)?;
        }
        Ok((base + detail)?.clamp(0.0, 1.0)?)
    }
}
