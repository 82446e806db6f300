//! `RRDBNet`, the generator of ESRGAN (Wang et al. 2018, "ESRGAN: Enhanced super-resolution
//! generative adversarial networks") and Real-ESRGAN (Wang et al. 2021), names as in `BasicSR`.

use candle_core::{DType, Device, Tensor};
use serde::{Deserialize, Serialize};

use super::ModelError;
use super::error::stop;
use super::upscaler::OneScale;
use super::weights::Weights;
use crate::cancel::CancelToken;
use crate::nn::{Activation, Conv2d, Conv2dConfig, pixel_unshuffle};

/// What blocks and dense blocks add of themselves to what they were given.
const RESIDUAL: f32 = 0.2;
/// Slope of the leaky ReLU below zero.
const SLOPE: f32 = 0.2;
/// Pixels, at the network's own size, that a tile sees beyond its border. More can have a say
/// in a deep network, but hardly has: the authors' programs take 10.
const SEEN: usize = 24;

/// Sizes of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Channels between the blocks.
    pub num_feat: usize,
    /// Channels that each convolution of a dense block adds.
    pub num_grow_ch: usize,
    /// Residual-in-residual dense blocks.
    pub num_block: usize,
    /// Doublings at the end.
    pub doublings: usize,
    /// The picture goes in as so many pixels across in the channels: 1, 2 or 4.
    pub unshuffle: usize,
}

impl Config {
    /// Itself, if there is such a network.
    ///
    /// # Errors
    /// [`ModelError::BadRequest`] for sizes that no such network has.
    pub(super) fn checked(self) -> Result<Self, ModelError> {
        let sane = (1..=512).contains(&self.num_feat)
            && (1..=512).contains(&self.num_grow_ch)
            && (1..=64).contains(&self.num_block)
            && self.doublings <= 3
            && [1, 2, 4].contains(&self.unshuffle)
            && 1 << self.doublings >= self.unshuffle;
        sane.then_some(self).ok_or_else(|| {
            ModelError::BadRequest("config.json: these sizes are not those of an RRDBNet".into())
        })
    }

    /// How many times as large its pictures are.
    pub fn scale(&self) -> u32 {
        ((1 << self.doublings) / self.unshuffle) as u32
    }
}

/// Five convolutions, each of which sees what all before it made.
struct DenseBlock {
    convs: [Conv2d; 4],
    last: Conv2d,
}

/// The enlarger.
pub struct RrdbNet {
    conv_first: Conv2d,
    body: Vec<[DenseBlock; 3]>,
    conv_body: Conv2d,
    conv_up: Vec<Conv2d>,
    conv_hr: Conv2d,
    conv_last: Conv2d,
    config: Config,
    device: Device,
}

impl RrdbNet {
    /// Loads `conv_first`, `body.*.rdb*.conv*`, `conv_body`, `conv_up*`, `conv_hr`, `conv_last`
    /// below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors, impossible sizes.
    pub fn new(config: Config, vb: &Weights, device: &Device) -> Result<Self, ModelError> {
        let config = config.checked()?;
        let f = config.num_feat;
        let inputs = 3 * config.unshuffle * config.unshuffle;
        let same = || Conv2dConfig::same(3);
        let leaky = || same().activation(Activation::LeakyRelu(SLOPE));
        let conv = |name: &str, sides, settings| convolution(&vb.pp(name), sides, settings);
        let body = (0..config.num_block)
            .map(|i| {
                let block = |j| DenseBlock::new(&config, &vb.pp(format!("body.{i}.rdb{j}")));
                Ok([block(1)?, block(2)?, block(3)?])
            })
            .collect::<Result<_, ModelError>>()?;
        let conv_up = (1..=config.doublings)
            .map(|i| conv(&format!("conv_up{i}"), [f, f], leaky().upsample()))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            conv_first: conv("conv_first", [inputs, f], same())?,
            body,
            conv_body: conv("conv_body", [f, f], same())?,
            conv_up,
            conv_hr: conv("conv_hr", [f, f], leaky())?,
            conv_last: conv("conv_last", [f, 3], same())?,
            config,
            device: device.clone(),
        })
    }
}

impl DenseBlock {
    fn new(config: &Config, vb: &Weights) -> Result<Self, ModelError> {
        let (f, grow) = (config.num_feat, config.num_grow_ch);
        let leaky = || Conv2dConfig::same(3).activation(Activation::LeakyRelu(SLOPE));
        let conv = |i: usize| {
            let vb = vb.pp(format!("conv{}", i + 1));
            convolution(&vb, [f + i * grow, grow], leaky())
        };
        let settings = Conv2dConfig::same(3).gain_clamp(RESIDUAL, None);
        Ok(Self {
            convs: [conv(0)?, conv(1)?, conv(2)?, conv(3)?],
            last: convolution(&vb.pp("conv5"), [f + 4 * grow, f], settings)?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let mut seen = x.clone();
        for conv in &self.convs {
            let made = conv.forward(&seen)?;
            seen = Tensor::cat(&[&seen, &made], 1)?;
        }
        Ok(self.last.forward_add(&seen, Some(x))?)
    }
}

impl OneScale for RrdbNet {
    fn scale(&self) -> u32 {
        self.config.scale()
    }

    fn multiple(&self) -> usize {
        self.config.unshuffle
    }

    fn reach(&self) -> usize {
        // Three blocks of five convolutions, one before and one after them, and two pixels for
        // those at the end.
        let all = 15 * self.config.num_block + 4;
        all.min(SEEN) * self.config.unshuffle
    }

    fn tile(&self) -> usize {
        (640 / self.config.scale() as usize).clamp(80, 320)
    }

    fn bytes(&self, pixels: u64) -> u64 {
        let scale = self.scale();
        let [f, grow] = [self.config.num_feat, self.config.num_grow_ch].map(|v| v as u64);
        let small = pixels / (self.config.unshuffle * self.config.unshuffle) as u64;
        // A dense block's map, its copy and what goes round it; at the end two large maps and
        // what a convolution needs besides.
        let inside = small * (2 * (f + 4 * grow) + 3 * f);
        let end = 3 * f * pixels * u64::from(scale * scale);
        4 * inside.max(end)
    }

    fn device(&self) -> &Device {
        &self.device
    }

    fn forward(&self, picture: &Tensor, cancel: &CancelToken) -> Result<Tensor, ModelError> {
        let picture = pixel_unshuffle(picture, self.config.unshuffle)?;
        let first = self.conv_first.forward(&picture)?;
        let mut x = first.clone();
        for blocks in &self.body {
            let before = x.clone();
            for block in blocks {
                stop(cancel)?;
                x = block.forward(&x)?;
            }
            x = ((x * f64::from(RESIDUAL))? + before)?;
        }
        x = self.conv_body.forward_add(&x, Some(&first))?;
        drop(first);
        for conv in self.conv_up.iter().chain([&self.conv_hr, &self.conv_last]) {
            stop(cancel)?;
            x = conv.forward(&x)?;
        }
        Ok(x.to_dtype(DType::F32)?)
    }
}

fn convolution(
    vb: &Weights,
    [inputs, outputs]: [usize; 2],
    settings: Conv2dConfig,
) -> Result<Conv2d, ModelError> {
    Ok(Conv2d::new(
        vb.get(&[outputs, inputs, 3, 3], "weight")?,
        Some(vb.get(&[outputs], "bias")?),
        settings,
    )?)
}
