//! Generators of lucidrains' `stylegan2-pytorch` (after Karras et al. 2020), parameter names as in
//! its `StyleVectorizer` (`S`) and `Generator` (`G`): bilinear doubling without StyleGAN2's
//! filter, one noise picture for all layers, linear attention on request.

use candle_core::{DType, Device, Tensor};
use serde::{Deserialize, Serialize};

use super::ModelError;
use super::differentiable::{Differentiable, Setting};
use super::error::stop;
use super::generator::{Generator, GeneratorSpec};
use super::linear::{Linear, Row};
use super::linear_attention::{Blur, ChanNorm, LinearAttention, conv};
use super::pixels::picture_of;
use super::stylegan2::gradient::{StyledConv as Convolution, doubled};
use super::weights::Weights;
use crate::cancel::CancelToken;
use crate::latent;
use crate::latent::rng::{Random, RandomPurpose};
use crate::nn::{
    Activation, Conv2d, Fir, ModulatedConv2dConfig, Post, pool, replicate_pad2d,
    upsample_bilinear2x,
};
use crate::picture::Picture;
use crate::recipe::NoiseMode;

/// Below zero.
const LEAKY: Activation = Activation::LeakyRelu(0.2);

/// What the constructors were called with, as far as it decides pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Length of `z` and `w`.
    pub latent_dim: usize,
    /// Layers between them.
    pub style_depth: usize,
    /// Learning rate multiplier of these, part of their scale.
    pub lr_mlp: f32,
    /// Channels before the first block, then behind each.
    pub filters: Vec<usize>,
    /// 3, or 4 with alpha.
    pub channels: usize,
}

impl Config {
    /// Width and height: the first block is 4 × 4, each other one doubles.
    pub fn image_size(&self) -> usize {
        4 << self.num_layers().saturating_sub(1).min(16)
    }

    /// Blocks, each with a style.
    pub fn num_layers(&self) -> usize {
        self.filters.len().saturating_sub(1)
    }

    /// # Errors
    /// [`ModelError::BadRequest`] for sizes that no such network has.
    pub fn check(&self) -> Result<(), ModelError> {
        let sane = (1..=1 << 16).contains(&self.latent_dim)
            && (1..=64).contains(&self.style_depth)
            && (1..=11).contains(&self.num_layers())
            && self.filters.iter().all(|f| (1..=1 << 16).contains(f))
            && matches!(self.channels, 3 | 4)
            && self.lr_mlp.is_finite();
        sane.then_some(()).ok_or_else(|| {
            ModelError::BadRequest(
                "config.json: these sizes are not those of a stylegan2-pytorch generator".into(),
            )
        })
    }
}

/// `S`: `z` to `w`, on the CPU always.
pub struct StyleVectorizer {
    layers: Vec<Linear>,
}

impl StyleVectorizer {
    /// Loads `net.0`, `net.2` … below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub fn new(config: &Config, vb: &Weights) -> Result<Self, ModelError> {
        let n = config.latent_dim;
        let layers = (0..config.style_depth).map(|i| {
            let vb = vb.pp(format_args!("net.{}", 2 * i));
            let (weight, bias) = (vb.get(&[n, n], "weight")?, vb.get(&[n], "bias")?);
            Linear::new(&weight, config.lr_mlp, &bias, config.lr_mlp)
        });
        Ok(Self {
            layers: layers.collect::<Result<_, _>>()?,
        })
    }

    /// `w` of each `z`.
    pub fn forward(&self, zs: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let mut rows: Vec<Vec<f32>> = zs.iter().map(|z| normalized(z)).collect();
        for layer in &self.layers {
            rows = layer.forward_all(&rows);
            for value in rows.iter_mut().flatten() {
                *value = LEAKY.apply(*value, 0);
            }
        }
        rows
    }
}

/// To length 1.
fn normalized(x: &[f32]) -> Vec<f32> {
    let length = x.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-12);
    x.iter().map(|v| v / length).collect()
}

/// `Conv2DMod` with its style; the noise has a factor and an offset for each channel.
struct StyledConv {
    style: Linear,
    conv: Convolution,
    /// `[1, channels, 1, 1]`.
    noise: Option<Tensor>,
}

impl StyledConv {
    fn new(
        latent: usize,
        [inputs, outputs, kernel]: [usize; 3],
        [style, noise, conv]: [&str; 3],
        vb: &Weights,
    ) -> Result<Self, ModelError> {
        let (style, noise) = (vb.pp(style), vb.pp(noise));
        let noisy = kernel > 1;
        let weight = noisy.then(|| noise.get(&[outputs, 1], "weight"));
        let settings = ModulatedConv2dConfig {
            up: false,
            demodulate: noisy,
            full: false,
            post: Post::default(),
        };
        // Channels are scaled by the style plus one.
        let one = (style.get(&[inputs], "bias")? + 1.0)?;
        let bias = match noisy {
            true => noise.get(&[outputs], "bias")?,
            false => Tensor::zeros(outputs, DType::F32, one.device())?,
        };
        Ok(Self {
            style: Linear::new(&style.get(&[inputs, latent], "weight")?, 1.0, &one, 1.0)?,
            conv: Convolution::new(
                vb.get(
                    &[outputs, inputs, kernel, kernel],
                    &format!("{conv}.weight"),
                )?,
                bias,
                settings,
                Fir::stylegan2(),
            )?,
            noise: weight
                .transpose()?
                .map(|weight| weight.reshape((1, outputs, 1, 1)))
                .transpose()?,
        })
    }

    fn forward(&self, x: &Tensor, w: Row<'_>, noise: &Tensor) -> Result<Tensor, ModelError> {
        let styles = self.style.of(w, x.device())?;
        let x = self.conv.forward(x, &styles, None)?;
        let Some(weight) = &self.noise else {
            return Ok(x);
        };
        let (_, _, h, w) = x.dims4()?;
        let noise = noise.narrow(2, 0, h)?.narrow(3, 0, w)?;
        let x = x.broadcast_add(&noise.broadcast_mul(weight)?)?;
        Ok(LEAKY.apply_tensor(&x)?)
    }
}

/// `attn_and_ff`: attention, then two pointwise convolutions, each beside what it looks at.
struct Attention {
    norms: [ChanNorm; 2],
    attention: LinearAttention,
    convs: [Conv2d; 2],
}

impl Attention {
    fn new(n: usize, vb: &Weights) -> Result<Self, ModelError> {
        Ok(Self {
            norms: [
                ChanNorm::new(n, &vb.pp("0.fn.norm"))?,
                ChanNorm::new(n, &vb.pp("1.fn.norm"))?,
            ],
            attention: LinearAttention::new(n, &vb.pp("0.fn.fn"))?,
            convs: [
                conv([n, 2 * n, 1], LEAKY, &vb.pp("1.fn.fn.0"))?,
                conv([2 * n, n, 1], Activation::None, &vb.pp("1.fn.fn.2"))?,
            ],
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let x = (self.attention.forward(&self.norms[0].forward(x)?)? + x)?;
        let y = self.convs[0].forward(&self.norms[1].forward(&x)?)?;
        Ok((self.convs[1].forward(&y)? + x)?)
    }
}

/// `GeneratorBlock`, and the attention before it.
struct Block {
    attention: Option<Attention>,
    first: StyledConv,
    second: StyledConv,
    to_rgb: StyledConv,
    /// Of the picture so far; none behind the last block.
    blur: Option<Blur>,
}

impl Block {
    fn new(config: &Config, index: usize, vb: &Weights) -> Result<Self, ModelError> {
        let (n, [inputs, outputs]) = (
            config.latent_dim,
            [config.filters[index], config.filters[index + 1]],
        );
        let attention = vb.pp(format_args!("attns.{index}"));
        let vb = vb.pp(format_args!("blocks.{index}"));
        let last = index + 1 == config.num_layers();
        let rgb = vb.pp("to_rgb");
        Ok(Self {
            attention: match attention.contains("0.fn.norm.g") {
                true => Some(Attention::new(inputs, &attention)?),
                false => None,
            },
            first: StyledConv::new(
                n,
                [inputs, outputs, 3],
                ["to_style1", "to_noise1", "conv1"],
                &vb,
            )?,
            second: StyledConv::new(
                n,
                [outputs, outputs, 3],
                ["to_style2", "to_noise2", "conv2"],
                &vb,
            )?,
            to_rgb: StyledConv::new(
                n,
                [outputs, config.channels, 1],
                ["to_style", "", "conv"],
                &rgb,
            )?,
            blur: match last {
                true => None,
                false => Some(Blur::new(config.channels, &rgb.pp("upsample.1"))?),
            },
        })
    }
}

/// What the first block begins with.
enum Initial {
    /// `initial_block`, `[1, channels, 4, 4]`.
    Constant(Tensor),
    /// `to_initial_block`, `[latent, channels · 16]`.
    OfStyle(Tensor),
}

/// `G`.
struct Synthesis {
    initial: Initial,
    initial_conv: Conv2d,
    blocks: Vec<Block>,
}

impl Synthesis {
    fn new(config: &Config, vb: &Weights) -> Result<Self, ModelError> {
        let (n, first) = (config.latent_dim, config.filters[0]);
        let initial = match vb.contains("initial_block") {
            true => Initial::Constant(vb.get(&[1, first, 4, 4], "initial_block")?),
            false => {
                let weight = vb.get(&[n, first, 4, 4], "to_initial_block.weight")?;
                Initial::OfStyle(weight.reshape((n, 16 * first))?)
            }
        };
        let blocks = (0..config.num_layers()).map(|i| Block::new(config, i, vb));
        Ok(Self {
            initial,
            initial_conv: conv([first, first, 3], Activation::None, &vb.pp("initial_conv"))?,
            blocks: blocks.collect::<Result<_, _>>()?,
        })
    }

    fn forward(
        &self,
        ws: &[Row<'_>],
        noise: &Tensor,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        let x = match &self.initial {
            Initial::Constant(constant) => constant.clone(),
            Initial::OfStyle(weight) => {
                let x = mean(ws, weight.device())?.matmul(weight)?;
                x.reshape((1, x.dim(1)? / 16, 4, 4))?
            }
        };
        let mut x = self.initial_conv.forward(&x)?;
        let mut picture: Option<Tensor> = None;
        for (i, (block, w)) in self.blocks.iter().zip(ws).enumerate() {
            stop(cancel)?;
            if let Some(attention) = &block.attention {
                x = attention.forward(&x)?;
            }
            if i > 0 {
                x = enlarged(&x)?;
            }
            x = block.first.forward(&x, *w, noise)?;
            stop(cancel)?;
            x = block.second.forward(&x, *w, noise)?;
            let mut shown = block.to_rgb.forward(&x, *w, noise)?;
            if let Some(before) = picture {
                shown = (shown + before)?;
            }
            if let Some(blur) = &block.blur {
                shown = blur.forward(&enlarged(&shown)?)?;
            }
            picture = Some(shown);
        }
        picture.ok_or_else(|| ModelError::BadWeights("no block makes a picture".into()))
    }
}

/// The mean of rows, `[1, numbers]`.
fn mean(rows: &[Row<'_>], device: &Device) -> Result<Tensor, ModelError> {
    let graded: Vec<&Tensor> = rows.iter().filter_map(|row| row.tensor()).collect();
    if !graded.is_empty() {
        return Ok(Tensor::cat(&graded, 0)?.mean_keepdim(0)?);
    }
    let plain: Vec<&[f32]> = rows.iter().filter_map(|row| row.numbers()).collect();
    let (count, length) = (plain.len() as f32, plain.first().map_or(0, |row| row.len()));
    let mean = (0..length).map(|i| plain.iter().map(|w| w[i]).sum::<f32>() / count);
    Ok(Tensor::from_vec(mean.collect(), (1, length), device)?)
}

/// [`upsample_bilinear2x`], with a quick gradient where one is wanted.
fn enlarged(x: &Tensor) -> Result<Tensor, ModelError> {
    if !x.track_op() {
        return Ok(upsample_bilinear2x(x)?);
    }
    let (_, _, h, w) = x.dims4()?;
    let large = doubled(&replicate_pad2d(x, 1)?, &Fir::stylegan2())?;
    Ok(large
        .narrow(2, 2, 2 * h)?
        .narrow(3, 2, 2 * w)?
        .contiguous()?)
}

/// `S` and `G`.
pub struct StyleGan2Pytorch {
    spec: GeneratorSpec,
    mapping: StyleVectorizer,
    /// The mean of many `w`, as the program's own truncation takes it.
    w_avg: Vec<f32>,
    synthesis: Synthesis,
    device: Device,
}

impl StyleGan2Pytorch {
    /// Loads `S`, `G` and `w_avg` below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors, impossible sizes.
    pub fn new(config: &Config, vb: &Weights, device: &Device) -> Result<Self, ModelError> {
        config.check()?;
        let n = config.latent_dim;
        Ok(Self {
            spec: GeneratorSpec {
                z_dim: n,
                w_dim: n,
                num_ws: config.num_layers(),
                c_dim: 0,
                size: [config.image_size() as u32; 2],
                resizable: false,
                numpy_seeds: false,
            },
            mapping: StyleVectorizer::new(config, &vb.pp("S"))?,
            w_avg: vb.get(&[n], "w_avg")?.to_vec1()?,
            synthesis: Synthesis::new(config, &vb.pp("G"))?,
            device: device.clone(),
        })
    }

    /// `[1, channels, side, side]`, about 0..=1, with a noise picture (`side · side` numbers of
    /// 0..1 by rows, as the program's `image_noise`).
    ///
    /// # Errors
    /// As [`Generator::synthesize`].
    pub fn tensor(
        &self,
        ws: &[Vec<f32>],
        noise: &[f32],
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        latent::check(ws, self.spec.num_ws, self.spec.w_dim)?;
        let rows: Vec<Row<'_>> = ws.iter().map(|row| Row::Plain(row)).collect();
        self.drawn(&rows, noise, cancel)
    }

    fn drawn(
        &self,
        rows: &[Row<'_>],
        noise: &[f32],
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        let side = self.spec.size[0] as usize;
        // The program turns rows and columns of its noise round.
        let noise = Tensor::from_slice(noise, (1, 1, side, side), &self.device)?;
        let noise = noise.transpose(2, 3)?.contiguous()?;
        pool::within(&self.device, || {
            self.synthesis.forward(rows, &noise, cancel)
        })
    }

    /// Evenly spread noise of a seed; its mean everywhere where there is to be none, since the
    /// network never saw zeros.
    fn noise(&self, mode: NoiseMode) -> Vec<f32> {
        let count = (self.spec.size[0] as usize).pow(2);
        let seed = match mode {
            NoiseMode::Off => return vec![0.5; count],
            NoiseMode::Fixed => 0,
            NoiseMode::Seeded(seed) => seed,
        };
        let mut random = Random::new(RandomPurpose::Noise, seed);
        (0..count).map(|_| random.uniform() as f32).collect()
    }
}

impl Generator for StyleGan2Pytorch {
    fn spec(&self) -> &GeneratorSpec {
        &self.spec
    }

    fn map_batch(&self, zs: &[Vec<f32>]) -> Result<Vec<Vec<f32>>, ModelError> {
        latent::check(zs, zs.len(), self.spec.z_dim)?;
        Ok(self.mapping.forward(zs))
    }

    fn w_avg(&self) -> &[f32] {
        &self.w_avg
    }

    fn synthesize(
        &self,
        ws: &[Vec<f32>],
        noise: NoiseMode,
        _size: Option<[u32; 2]>,
        cancel: &CancelToken,
    ) -> Result<Picture, ModelError> {
        picture_of(&self.tensor(ws, &self.noise(noise), cancel)?)
    }
}

impl Differentiable for StyleGan2Pytorch {
    fn device(&self) -> &Device {
        &self.device
    }

    fn picture_of(
        &self,
        ws: &[Tensor],
        setting: &Setting,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        let rows: Vec<Row<'_>> = ws.iter().map(Row::Graded).collect();
        let x = self.drawn(&rows, &self.noise(setting.noise), cancel)?;
        Ok(((x * 2.0)? - 1.0)?)
    }
}
