//! TAESD: a tiny autoencoder for Stable Diffusion's latents (Ollin Boer Bohan; names of
//! the author's `taesd_encoder.pth` and `taesd_decoder.pth`, below `encoder` and
//! `decoder`). And *Lens*, which has the same layers and names, but widths of its own and
//! fewer activations.

use candle_core::{DType, Device, Tensor};
use serde::{Deserialize, Serialize};

use super::{Autoencoder, check_grid, check_picture, stop};
use crate::cancel::CancelToken;
use crate::models::ModelError;
use crate::models::weights::Weights;
use crate::nn::{Activation, Conv2d, Conv2dConfig, group_norm, pool};

/// Halvings of the encoder, doublings of the decoder.
const LEVELS: usize = 3;

/// Sizes of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Channels of all layers, where `widths` says nothing else.
    #[serde(default = "taesd_width")]
    pub width: usize,
    /// Channels at full size, a half, a quarter, an eighth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub widths: Option<[usize; LEVELS + 1]>,
    /// *Lens*: no activation after a block's sum, and none after the decoder's first
    /// convolution.
    #[serde(default)]
    pub straight: bool,
    /// Numbers at each place of the grid.
    pub latent_channels: usize,
    /// Blocks of the encoder at full size, a half, a quarter, an eighth.
    pub encoder_blocks: [usize; LEVELS + 1],
    /// Blocks of the decoder at an eighth, a quarter, a half, full size.
    pub decoder_blocks: [usize; LEVELS + 1],
    /// TAEF2: blocks at an eighth look at the whole picture first.
    #[serde(default)]
    pub pooled: bool,
}

/// Channels of TAESD as its author made it.
fn taesd_width() -> usize {
    64
}

impl Config {
    /// The same with *Lens*' activations.
    pub fn straight(self) -> Self {
        Self {
            straight: true,
            ..self
        }
    }

    fn level_widths(&self) -> [usize; LEVELS + 1] {
        self.widths.unwrap_or([self.width; LEVELS + 1])
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            width: taesd_width(),
            widths: None,
            straight: false,
            latent_channels: 4,
            encoder_blocks: [1, 3, 3, 3],
            decoder_blocks: [3, 3, 3, 1],
            pooled: false,
        }
    }
}

/// One entry of `nn.Sequential`.
enum Layer {
    Conv(Conv2d),
    /// Three convolutions beside a straight way.
    Block(Box<Block>),
}

struct Block {
    pool: Option<Pool>,
    convolutions: [Conv2d; 3],
    /// Whether the sum stays as it is.
    straight: bool,
}

/// What TAEF2's blocks add to what they get: wide, normalised over the whole picture, and
/// narrow again.
struct Pool {
    widen: Conv2d,
    scale: Tensor,
    shift: Tensor,
    narrow: Conv2d,
}

/// Channels of a pool by its block's.
const POOL_WIDTH: usize = 4;
/// Groups of its normalisation.
const POOL_GROUPS: usize = 4;
/// Added to its variances, as `torch.nn.GroupNorm` does.
const POOL_EPS: f64 = 1e-5;

/// Encoder and decoder.
pub struct Taesd {
    latent_channels: usize,
    encoder: Vec<Layer>,
    decoder: Vec<Layer>,
    device: Device,
}

impl Taesd {
    /// Loads `encoder` and `decoder` below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors, impossible sizes.
    pub fn new(config: &Config, vb: &Weights, device: &Device) -> Result<Self, ModelError> {
        let blocks = config.encoder_blocks.iter().chain(&config.decoder_blocks);
        let widths = config.level_widths();
        let sane = widths.iter().all(|w| (1..=1024).contains(w))
            && (1..=64).contains(&config.latent_channels)
            && blocks.into_iter().all(|&n| n <= 32);
        if !sane {
            return Err(ModelError::BadRequest(
                "config.json: these sizes are not those of a TAESD network".into(),
            ));
        }
        Ok(Self {
            latent_channels: config.latent_channels,
            encoder: encoder(config, &vb.pp("encoder"))?,
            decoder: decoder(config, &vb.pp("decoder"))?,
            device: device.clone(),
        })
    }
}

fn encoder(config: &Config, vb: &Weights) -> Result<Vec<Layer>, ModelError> {
    let widths = config.level_widths();
    let (mut inputs, mut index, mut layers) = (3, 0, Vec::new());
    for (level, (&blocks, &width)) in config.encoder_blocks.iter().zip(&widths).enumerate() {
        let first = level == 0;
        let settings = Conv2dConfig::same(3).stride(if first { 1 } else { 2 });
        layers.push(conv(&vb.pp(index), [inputs, width], first, settings)?);
        index += 1;
        for _ in 0..blocks {
            layers.push(block(&vb.pp(index), width, config, level)?);
            index += 1;
        }
        inputs = width;
    }
    let sides = [inputs, config.latent_channels];
    layers.push(conv(&vb.pp(index), sides, true, Conv2dConfig::same(3))?);
    Ok(layers)
}

fn decoder(config: &Config, vb: &Weights) -> Result<Vec<Layer>, ModelError> {
    let widths = config.level_widths();
    // 0 is the clamp, 2 the activation.
    let first = Conv2dConfig::same(3).activation(match config.straight {
        true => Activation::None,
        false => Activation::Relu,
    });
    let sides = [config.latent_channels, widths[LEVELS]];
    let mut layers = vec![conv(&vb.pp(1), sides, true, first)?];
    let mut index = 3;
    for (step, &blocks) in config.decoder_blocks.iter().enumerate() {
        let level = LEVELS - step;
        let width = widths[level];
        for _ in 0..blocks {
            layers.push(block(&vb.pp(index), width, config, level)?);
            index += 1;
        }
        if level == 0 {
            let settings = Conv2dConfig::same(3);
            layers.push(conv(&vb.pp(index), [width, 3], true, settings)?);
        } else {
            // The enlarging has a number of its own.
            let (sides, settings) = ([width, widths[level - 1]], Conv2dConfig::same(3).upsample());
            layers.push(conv(&vb.pp(index + 1), sides, false, settings)?);
            index += 2;
        }
    }
    Ok(layers)
}

fn conv(
    vb: &Weights,
    [inputs, outputs]: [usize; 2],
    with_bias: bool,
    settings: Conv2dConfig,
) -> Result<Layer, ModelError> {
    let weight = vb.get(&[outputs, inputs, 3, 3], "weight")?;
    let bias = match with_bias {
        true => Some(vb.get(&[outputs], "bias")?),
        false => None,
    };
    Ok(Layer::Conv(Conv2d::new(weight, bias, settings)?))
}

fn block(vb: &Weights, width: usize, config: &Config, level: usize) -> Result<Layer, ModelError> {
    let load = |index: usize, activation| {
        let vb = vb.pp("conv").pp(index);
        Ok::<_, ModelError>(Conv2d::new(
            vb.get(&[width, width, 3, 3], "weight")?,
            Some(vb.get(&[width], "bias")?),
            Conv2dConfig::same(3).activation(activation),
        )?)
    };
    let pooled = config.pooled && level == LEVELS;
    Ok(Layer::Block(Box::new(Block {
        pool: pooled
            .then(|| Pool::new(&vb.pp("pool"), width))
            .transpose()?,
        convolutions: [
            load(0, Activation::Relu)?,
            load(2, Activation::Relu)?,
            load(4, Activation::None)?,
        ],
        straight: config.straight,
    })))
}

impl Pool {
    fn new(vb: &Weights, width: usize) -> Result<Self, ModelError> {
        let wide = POOL_WIDTH * width;
        let norm = vb.pp(1);
        let conv = |index: usize, [inputs, outputs]: [usize; 2]| {
            let weight = vb.pp(index).get(&[outputs, inputs, 1, 1], "weight")?;
            Ok::<_, ModelError>(Conv2d::new(weight, None, Conv2dConfig::default())?)
        };
        Ok(Self {
            widen: conv(0, [width, wide])?,
            scale: norm.get(&[wide], "weight")?,
            shift: norm.get(&[wide], "bias")?,
            narrow: conv(3, [wide, width])?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let wide = self.widen.forward(x)?;
        let affine = [&self.scale, &self.shift];
        let relu = Activation::Relu;
        let normed = group_norm(&wide, POOL_GROUPS, affine, POOL_EPS, &relu)?;
        Ok(self.narrow.forward_add(&normed, Some(x))?)
    }
}

impl Block {
    fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let pooled = self.pool.as_ref().map(|pool| pool.forward(x)).transpose()?;
        let x = pooled.as_ref().unwrap_or(x);
        let [first, second, third] = &self.convolutions;
        let inner = second.forward(&first.forward(x)?)?;
        let sum = third.forward_add(&inner, Some(x))?;
        match self.straight {
            true => Ok(sum),
            false => Ok(sum.relu()?),
        }
    }
}

fn run(layers: &[Layer], x: Tensor, cancel: &CancelToken) -> Result<Tensor, ModelError> {
    let mut x = x;
    for layer in layers {
        stop(cancel)?;
        x = match layer {
            Layer::Conv(conv) => conv.forward(&x)?,
            Layer::Block(block) => block.forward(&x)?,
        };
    }
    Ok(x.to_dtype(DType::F32)?)
}

impl Autoencoder for Taesd {
    fn factor(&self) -> usize {
        1 << LEVELS
    }

    fn channels(&self) -> usize {
        self.latent_channels
    }

    fn device(&self) -> &Device {
        &self.device
    }

    fn encode(&self, picture: &Tensor, cancel: &CancelToken) -> Result<Tensor, ModelError> {
        check_picture(self, picture)?;
        pool::within(&self.device, || run(&self.encoder, picture.clone(), cancel))
    }

    fn decode(&self, grid: &Tensor, cancel: &CancelToken) -> Result<Tensor, ModelError> {
        check_grid(self, grid)?;
        pool::within(&self.device, || {
            let soft = ((grid / 3.0)?.tanh()? * 3.0)?;
            run(&self.decoder, soft, cancel)
        })
    }
}
