//! Stable Diffusion's autoencoder (Rombach et al. 2022, "High-resolution image synthesis
//! with latent diffusion models"; names of `AutoencoderKL` in diffusers).

use candle_core::{D, Device, Tensor};
use serde::{Deserialize, Serialize};

use super::{Autoencoder, check_grid, check_picture, stop};
use crate::cancel::CancelToken;
use crate::models::ModelError;
use crate::models::weights::Weights;
use crate::nn::{
    Activation, ChannelStats, Conv2d, Conv2dConfig, channel_stats, group_norm, instance_norm,
    own_path,
};

/// Added to variances, as the authors do.
const EPS: f64 = 1e-6;

/// Sizes of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Channels of each level, from full size down.
    pub block_out_channels: Vec<usize>,
    /// Blocks of a level of the encoder; the decoder has one more.
    pub layers_per_block: usize,
    /// Numbers at each place of the grid.
    pub latent_channels: usize,
    /// Groups of the normalisations.
    pub norm_num_groups: usize,
    /// Whether the grid goes through convolutions of its own.
    pub use_quant_conv: bool,
}

impl Default for Config {
    /// Stable Diffusion's KL-f8.
    fn default() -> Self {
        Self {
            block_out_channels: vec![128, 256, 512, 512],
            layers_per_block: 2,
            latent_channels: 4,
            norm_num_groups: 32,
            use_quant_conv: true,
        }
    }
}

impl Config {
    /// # Errors
    /// [`ModelError::BadRequest`] for sizes that no such network has.
    fn check(&self) -> Result<(), ModelError> {
        let groups = self.norm_num_groups;
        let width = |c: &usize| (1..=2048).contains(c) && c.is_multiple_of(groups);
        let sane = (1..=6).contains(&self.block_out_channels.len())
            && groups > 0
            && self.block_out_channels.iter().all(width)
            && (1..=8).contains(&self.layers_per_block)
            && (1..=64).contains(&self.latent_channels);
        sane.then_some(()).ok_or_else(|| {
            ModelError::BadRequest(
                "config.json: these sizes are not those of a Stable Diffusion autoencoder".into(),
            )
        })
    }
}

/// Group normalisation and `SiLU` (or not).
struct GroupNorm {
    groups: usize,
    scale: Tensor,
    shift: Tensor,
    activation: Activation,
}

impl GroupNorm {
    fn new(
        vb: &Weights,
        channels: usize,
        groups: usize,
        activation: Activation,
    ) -> Result<Self, ModelError> {
        Ok(Self {
            groups,
            scale: vb.get(&[channels], "weight")?,
            shift: vb.get(&[channels], "bias")?,
            activation,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        if !own_path(x) {
            let affine = [&self.scale, &self.shift];
            let act = &self.activation;
            return Ok(group_norm(x, self.groups, affine, EPS, act)?);
        }
        let stats = grouped(&channel_stats(x)?, self.groups);
        let (scale, shift) = (Some(&self.scale), Some(&self.shift));
        Ok(instance_norm(x, Some(&stats), scale, shift, EPS, &self.activation)?.0)
    }
}

/// Statistics of groups of channels, given to each channel.
fn grouped(stats: &ChannelStats, groups: usize) -> ChannelStats {
    let size = (stats.channels / groups).max(1);
    let mut out = stats.clone();
    let parts = out.mean.chunks_mut(size).zip(out.var.chunks_mut(size));
    for (mean, var) in parts {
        let count = mean.len() as f64;
        let middle = mean.iter().map(|&m| f64::from(m)).sum::<f64>() / count;
        let spread: f64 = mean
            .iter()
            .zip(var.iter())
            .map(|(&m, &v)| f64::from(v) + (f64::from(m) - middle).powi(2))
            .sum();
        mean.fill(middle as f32);
        var.fill((spread / count) as f32);
    }
    out
}

fn conv(
    vb: &Weights,
    [inputs, outputs]: [usize; 2],
    kernel: usize,
    settings: Conv2dConfig,
) -> Result<Conv2d, ModelError> {
    let weight = vb.get(&[outputs, inputs, kernel, kernel], "weight")?;
    Ok(Conv2d::new(
        weight,
        Some(vb.get(&[outputs], "bias")?),
        settings,
    )?)
}

struct Resnet {
    norm1: GroupNorm,
    conv1: Conv2d,
    norm2: GroupNorm,
    conv2: Conv2d,
    shortcut: Option<Conv2d>,
}

impl Resnet {
    fn new(vb: &Weights, sides: [usize; 2], groups: usize) -> Result<Self, ModelError> {
        let [inputs, outputs] = sides;
        let shortcut = match inputs == outputs {
            true => None,
            false => {
                let vb = vb.pp("conv_shortcut");
                Some(conv(&vb, sides, 1, Conv2dConfig::default())?)
            }
        };
        let same = Conv2dConfig::same(3);
        Ok(Self {
            norm1: GroupNorm::new(&vb.pp("norm1"), inputs, groups, Activation::Silu)?,
            conv1: conv(&vb.pp("conv1"), sides, 3, same.clone())?,
            norm2: GroupNorm::new(&vb.pp("norm2"), outputs, groups, Activation::Silu)?,
            conv2: conv(&vb.pp("conv2"), [outputs; 2], 3, same)?,
            shortcut,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let inner = self.conv1.forward(&self.norm1.forward(x)?)?;
        let inner = self.norm2.forward(&inner)?;
        let straight = self.shortcut.as_ref().map(|c| c.forward(x)).transpose()?;
        let straight = straight.as_ref().unwrap_or(x);
        Ok(self.conv2.forward_add(&inner, Some(straight))?)
    }
}

/// Attention of all places to all, one head.
struct Attention {
    norm: GroupNorm,
    query: Conv2d,
    key: Conv2d,
    value: Conv2d,
    out: Conv2d,
}

impl Attention {
    fn new(vb: &Weights, channels: usize, groups: usize) -> Result<Self, ModelError> {
        // A linear layer for each place is a convolution of one pixel.
        let linear = |name: &str| {
            let vb = vb.pp(name);
            let weight = vb.get(&[channels, channels], "weight")?;
            let weight = weight.reshape((channels, channels, 1, 1))?;
            let bias = Some(vb.get(&[channels], "bias")?);
            Ok::<_, ModelError>(Conv2d::new(weight, bias, Conv2dConfig::default())?)
        };
        Ok(Self {
            norm: GroupNorm::new(&vb.pp("group_norm"), channels, groups, Activation::None)?,
            query: linear("to_q")?,
            key: linear("to_k")?,
            value: linear("to_v")?,
            out: linear("to_out.0")?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let (_, channels, height, width) = x.dims4()?;
        let normed = self.norm.forward(x)?;
        let flat = |conv: &Conv2d| conv.forward(&normed)?.reshape((channels, height * width));
        let (query, key, value) = (flat(&self.query)?, flat(&self.key)?, flat(&self.value)?);
        let scores = (query.t()?.contiguous()?.matmul(&key)? / (channels as f64).sqrt())?;
        let shares = candle_nn::ops::softmax(&scores, D::Minus1)?;
        let seen = value.matmul(&shares.t()?.contiguous()?)?;
        let seen = seen.reshape((1, channels, height, width))?;
        Ok(self.out.forward_add(&seen, Some(x))?)
    }
}

struct Middle {
    before: Resnet,
    attention: Attention,
    after: Resnet,
}

impl Middle {
    fn new(vb: &Weights, channels: usize, groups: usize) -> Result<Self, ModelError> {
        let resnet = |i: usize| Resnet::new(&vb.pp("resnets").pp(i), [channels; 2], groups);
        Ok(Self {
            before: resnet(0)?,
            attention: Attention::new(&vb.pp("attentions.0"), channels, groups)?,
            after: resnet(1)?,
        })
    }

    fn forward(&self, x: &Tensor, cancel: &CancelToken) -> Result<Tensor, ModelError> {
        let x = self.before.forward(x)?;
        stop(cancel)?;
        let x = self.attention.forward(&x)?;
        stop(cancel)?;
        self.after.forward(&x)
    }
}

/// Blocks of a level, and the way to the next.
struct Level {
    resnets: Vec<Resnet>,
    step: Option<Conv2d>,
}

struct Half {
    conv_in: Conv2d,
    levels: Vec<Level>,
    middle: Middle,
    norm_out: GroupNorm,
    conv_out: Conv2d,
}

impl Half {
    fn encoder(config: &Config, vb: &Weights) -> Result<Self, ModelError> {
        let (widths, groups) = (&config.block_out_channels, config.norm_num_groups);
        let mut before = widths[0];
        let mut levels = Vec::new();
        for (i, &width) in widths.iter().enumerate() {
            let vb = vb.pp("down_blocks").pp(i);
            let step = match i + 1 == widths.len() {
                true => None,
                false => {
                    let vb = vb.pp("downsamplers.0.conv");
                    // Padded by hand, on two sides only.
                    let settings = Conv2dConfig::default().stride(2);
                    Some(conv(&vb, [width; 2], 3, settings)?)
                }
            };
            let resnets = resnets(&vb, before, width, config.layers_per_block, groups)?;
            levels.push(Level { resnets, step });
            before = width;
        }
        Self::new(
            config,
            vb,
            levels,
            [3, widths[0], before],
            2 * config.latent_channels,
        )
    }

    fn decoder(config: &Config, vb: &Weights) -> Result<Self, ModelError> {
        let (widths, groups) = (&config.block_out_channels, config.norm_num_groups);
        let deepest = widths[widths.len() - 1];
        let mut before = deepest;
        let mut levels = Vec::new();
        for (i, &width) in widths.iter().rev().enumerate() {
            let vb = vb.pp("up_blocks").pp(i);
            let step = match i + 1 == widths.len() {
                true => None,
                false => {
                    let vb = vb.pp("upsamplers.0.conv");
                    let settings = Conv2dConfig::same(3).upsample();
                    Some(conv(&vb, [width; 2], 3, settings)?)
                }
            };
            let resnets = resnets(&vb, before, width, config.layers_per_block + 1, groups)?;
            levels.push(Level { resnets, step });
            before = width;
        }
        let inputs = config.latent_channels;
        Self::new(config, vb, levels, [inputs, deepest, before], 3)
    }

    /// `sides`: what comes in, what the first convolution makes of it, what the last
    /// gets.
    fn new(
        config: &Config,
        vb: &Weights,
        levels: Vec<Level>,
        sides: [usize; 3],
        outputs: usize,
    ) -> Result<Self, ModelError> {
        let [inputs, first, last] = sides;
        let groups = config.norm_num_groups;
        let deepest = config.block_out_channels.last().copied().unwrap_or(first);
        let same = Conv2dConfig::same(3);
        let norm = vb.pp("conv_norm_out");
        Ok(Self {
            conv_in: conv(&vb.pp("conv_in"), [inputs, first], 3, same.clone())?,
            levels,
            middle: Middle::new(&vb.pp("mid_block"), deepest, groups)?,
            norm_out: GroupNorm::new(&norm, last, groups, Activation::Silu)?,
            conv_out: conv(&vb.pp("conv_out"), [last, outputs], 3, same)?,
        })
    }

    fn levels(&self, x: Tensor, down: bool, cancel: &CancelToken) -> Result<Tensor, ModelError> {
        let mut x = x;
        for level in &self.levels {
            for resnet in &level.resnets {
                stop(cancel)?;
                x = resnet.forward(&x)?;
            }
            if let Some(step) = &level.step {
                if down {
                    x = x.pad_with_zeros(2, 0, 1)?.pad_with_zeros(3, 0, 1)?;
                }
                x = step.forward(&x)?;
            }
        }
        Ok(x)
    }

    fn finish(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        Ok(self.conv_out.forward(&self.norm_out.forward(x)?)?)
    }
}

fn resnets(
    vb: &Weights,
    before: usize,
    width: usize,
    count: usize,
    groups: usize,
) -> Result<Vec<Resnet>, ModelError> {
    let load = |i: usize| {
        let inputs = if i == 0 { before } else { width };
        Resnet::new(&vb.pp("resnets").pp(i), [inputs, width], groups)
    };
    (0..count).map(load).collect()
}

/// Encoder, decoder, and the grid's own convolutions.
pub struct AutoencoderKl {
    latent_channels: usize,
    levels: usize,
    encoder: Half,
    decoder: Half,
    quant: Option<[Conv2d; 2]>,
    device: Device,
}

impl AutoencoderKl {
    /// Loads `encoder`, `decoder`, `quant_conv` and `post_quant_conv` below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors, impossible sizes.
    pub fn new(config: &Config, vb: &Weights, device: &Device) -> Result<Self, ModelError> {
        config.check()?;
        let c = config.latent_channels;
        let quant = match config.use_quant_conv {
            false => None,
            true => {
                let load =
                    |name: &str, n: usize| conv(&vb.pp(name), [n, n], 1, Conv2dConfig::default());
                Some([load("quant_conv", 2 * c)?, load("post_quant_conv", c)?])
            }
        };
        Ok(Self {
            latent_channels: c,
            levels: config.block_out_channels.len(),
            encoder: Half::encoder(config, &vb.pp("encoder"))?,
            decoder: Half::decoder(config, &vb.pp("decoder"))?,
            quant,
            device: device.clone(),
        })
    }
}

impl Autoencoder for AutoencoderKl {
    fn factor(&self) -> usize {
        1 << (self.levels - 1)
    }

    fn channels(&self) -> usize {
        self.latent_channels
    }

    fn device(&self) -> &Device {
        &self.device
    }

    /// The mean of the distribution: the likeliest grid.
    fn encode(&self, picture: &Tensor, cancel: &CancelToken) -> Result<Tensor, ModelError> {
        check_picture(self, picture)?;
        let signed = picture.affine(2.0, -1.0)?;
        let half = &self.encoder;
        let x = half.levels(half.conv_in.forward(&signed)?, true, cancel)?;
        let x = half.finish(&half.middle.forward(&x, cancel)?)?;
        let x = match &self.quant {
            Some([quant, _]) => quant.forward(&x)?,
            None => x,
        };
        Ok(x.narrow(1, 0, self.latent_channels)?.contiguous()?)
    }

    fn decode(&self, grid: &Tensor, cancel: &CancelToken) -> Result<Tensor, ModelError> {
        check_grid(self, grid)?;
        let half = &self.decoder;
        let x = match &self.quant {
            Some([_, post]) => half.conv_in.forward(&post.forward(grid)?)?,
            None => half.conv_in.forward(grid)?,
        };
        let x = half.levels(half.middle.forward(&x, cancel)?, false, cancel)?;
        Ok(half.finish(&x)?.affine(0.5, 0.5)?)
    }
}
