//! Generators of lucidrains' `lightweight-gan` (after FastGAN, Liu et al. 2021), parameter names
//! as in its `Generator`: doubling by pixel shuffle and blur, channels of fine layers weighed by
//! coarse ones (global context, or frequency attention), attention on request.

use candle_core::{D, Device, Tensor};
use candle_nn::ops::softmax;
use serde::{Deserialize, Serialize};

use super::ModelError;
use super::differentiable::{Differentiable, Setting, one_row, some_starts};
use super::error::stop;
use super::gated::{GatedConv, GatedNames, LayerNoise, NoiseStream, Seed};
use super::generator::{Generator, GeneratorSpec};
use super::linear::Row;
use super::linear_attention::{Blur, ChanNorm, LinearAttention, conv};
use super::pixels::picture_of;
use super::weights::Weights;
use crate::cancel::CancelToken;
use crate::latent;
use crate::nn::{Activation, Conv2d, Conv2dConfig, pixel_shuffle, pool};
use crate::picture::Picture;
use crate::recipe::NoiseMode;

/// The first doubling makes 8 pixels of 4: its number in the program is 2.
const FIRST: usize = 2;
/// How much later what a layer says of the channels is obeyed.
const LATER: usize = 4;
/// The last layer that says something.
const LAST_SAYING: usize = 6;

/// What the constructor was called with, as far as it decides pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Length of `z`, and channels at 4 pixels.
    pub latent_dim: usize,
    /// Channels behind each doubling.
    pub features: Vec<usize>,
    /// 1 (grey), 3 (RGB) or 4 (RGB and alpha).
    pub channels: usize,
}

impl Config {
    /// Width and height.
    pub fn image_size(&self) -> usize {
        4 << self.features.len().min(16)
    }

    /// # Errors
    /// [`ModelError::BadRequest`] for sizes that no such network has.
    pub fn check(&self) -> Result<(), ModelError> {
        let widths = (1..=10).contains(&self.features.len())
            && self.features.iter().all(|f| (1..=1 << 14).contains(f));
        let sane = (1..=1 << 14).contains(&self.latent_dim) && matches!(self.channels, 1 | 3 | 4);
        (widths && sane).then_some(()).ok_or_else(|| {
            ModelError::BadRequest(
                "config.json: these sizes are not those of a lightweight-gan generator".into(),
            )
        })
    }

    /// The layer that obeys what this one says of its channels.
    fn obeys(&self, number: usize) -> Option<usize> {
        let later = number + LATER;
        let size = self.features.len() + FIRST;
        let says = (FIRST + 1..=LAST_SAYING).contains(&number);
        (says && number <= size && later <= size).then_some(later)
    }
}

/// What is said of the channels of a later layer.
enum Excitation {
    /// `GlobalContext`: the mean of the places that matter.
    Context(Conv2d),
    /// `FCANet`: a frequency of each channel, `[1, channels, side, side]`.
    Frequency(Tensor),
}

struct Saying {
    sees: Excitation,
    net: [Conv2d; 2],
}

impl Saying {
    fn new(config: &Config, index: usize, vb: &Weights) -> Result<Self, ModelError> {
        let inputs = config.features[index];
        // The layer before the one that obeys makes its channels.
        let outputs = config.features[index + LATER - 1];
        let hidden = vb.any("net.0.weight")?.dims4()?.0;
        let side = 8 << index;
        let sees = match vb.contains("dct_weights") {
            true => Excitation::Frequency(vb.get(&[1, inputs, side, side], "dct_weights")?),
            false => Excitation::Context(conv([inputs, 1, 1], Activation::None, &vb.pp("to_k"))?),
        };
        let (leaky, gate) = (Activation::LeakyRelu(0.1), Activation::Sigmoid);
        Ok(Self {
            sees,
            net: [
                conv([inputs, hidden, 1], leaky, &vb.pp("net.0"))?,
                conv([hidden, outputs, 1], gate, &vb.pp("net.2"))?,
            ],
        })
    }

    /// `[1, channels, 1, 1]`.
    fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let (_, c, h, w) = x.dims4()?;
        let seen = match &self.sees {
            Excitation::Context(to_k) => {
                let shares = to_k.forward(x)?.reshape((1, 1, h * w))?;
                let shares = softmax(&shares, D::Minus1)?.reshape((h * w, 1))?;
                x.reshape((c, h * w))?.matmul(&shares)?
            }
            Excitation::Frequency(weights) => (x * weights)?.sum((2, 3))?,
        };
        let seen = seen.reshape((1, c, 1, 1))?.contiguous()?;
        Ok(self.net[1].forward(&self.net[0].forward(&seen)?)?)
    }
}

/// A doubling, with what comes before and behind it.
struct Layer {
    attention: Option<(ChanNorm, LinearAttention)>,
    shuffled: Conv2d,
    blur: Blur,
    gated: GatedConv,
    says: Option<Saying>,
}

impl Layer {
    fn new(config: &Config, index: usize, vb: &Weights) -> Result<Self, ModelError> {
        let inputs = match index.checked_sub(1) {
            Some(before) => config.features[before],
            None => config.latent_dim,
        };
        let (up, attention) = (vb.pp("0"), vb.pp("2"));
        let attention = match attention.contains("norm.g") {
            true => Some((
                ChanNorm::new(inputs, &attention.pp("norm"))?,
                LinearAttention::new(inputs, &attention.pp("fn"))?,
            )),
            false => None,
        };
        let names = GatedNames {
            conv: "2.1",
            noise: Some("3"),
            norm: "4",
        };
        // Two zeros before and one behind: one row and column too many are cut off again.
        let padded = Conv2dConfig {
            padding: 2,
            ..Conv2dConfig::default()
        };
        let sides = [inputs, config.features[index], 4];
        let says = config.obeys(FIRST + index);
        Ok(Self {
            attention,
            shuffled: conv([inputs, 4 * inputs, 1], Activation::Silu, &up.pp("0.net.0"))?,
            blur: Blur::new(inputs, &up.pp("1"))?,
            gated: GatedConv::new(sides, &names, None, padded, &up)?,
            says: says
                .map(|_| Saying::new(config, index, &vb.pp("1")))
                .transpose()?,
        })
    }

    fn forward(&self, x: &Tensor, noise: &mut LayerNoise<'_>) -> Result<Tensor, ModelError> {
        let mut x = x.clone();
        if let Some((norm, attention)) = &self.attention {
            x = (attention.forward(&norm.forward(&x)?)? + x)?;
        }
        let x = pixel_shuffle(&self.shuffled.forward(&x)?, 2)?;
        self.gated
            .forward(&self.blur.forward(&x)?, Row::Plain(&[]), true, noise)
    }
}

/// The generator.
pub struct LightweightGan {
    spec: GeneratorSpec,
    config: Config,
    centre: Vec<f32>,
    seed: Seed,
    layers: Vec<Layer>,
    out_conv: Conv2d,
    device: Device,
}

impl LightweightGan {
    /// Loads `initial_conv`, `layers` and `out_conv` below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors, impossible sizes.
    pub fn new(config: Config, vb: &Weights, device: &Device) -> Result<Self, ModelError> {
        config.check()?;
        let n = config.latent_dim;
        let layers = (0..config.features.len())
            .map(|i| Layer::new(&config, i, &vb.pp(format_args!("layers.{i}"))));
        let last = config.features.last().copied().unwrap_or(n);
        Ok(Self {
            spec: GeneratorSpec {
                z_dim: n,
                w_dim: n,
                num_ws: 1,
                c_dim: 0,
                size: [config.image_size() as u32; 2],
                resizable: false,
                numpy_seeds: false,
            },
            centre: vec![0.0; n],
            seed: Seed::new(n, n, &vb.pp("initial_conv"))?,
            layers: layers.collect::<Result<_, _>>()?,
            out_conv: conv(
                [last, config.channels, 3],
                Activation::None,
                &vb.pp("out_conv"),
            )?,
            config,
            device: device.clone(),
        })
    }

    /// `[1, channels, side, side]`, about 0..=1. `noise` is asked for each layer's
    /// `height · width` numbers.
    ///
    /// # Errors
    /// As [`Generator::synthesize`].
    pub fn tensor(
        &self,
        ws: &[Vec<f32>],
        noise: &mut (dyn FnMut(usize, usize) -> Option<Vec<f32>> + Send),
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        latent::check(ws, self.spec.num_ws, self.spec.w_dim)?;
        pool::within(&self.device, || {
            self.forward(Row::Plain(&ws[0]), noise, cancel)
        })
    }

    fn forward(
        &self,
        z: Row<'_>,
        noise: &mut LayerNoise<'_>,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        let x = self.seed.forward(z)?;
        let length = x.sqr()?.sum_keepdim(1)?.sqrt()?.maximum(1e-12f32)?;
        let mut x = x.broadcast_div(&length)?;
        let mut said: Vec<(usize, Tensor)> = Vec::new();
        for (number, layer) in (FIRST..).zip(&self.layers) {
            stop(cancel)?;
            x = layer.forward(&x, noise)?;
            if let (Some(saying), Some(later)) = (&layer.says, self.config.obeys(number)) {
                said.push((later, saying.forward(&x)?));
            }
            if let Some((_, factor)) = said.iter().find(|(later, _)| *later == number + 1) {
                x = x.broadcast_mul(factor)?;
            }
        }
        Ok(self.out_conv.forward(&x)?)
    }
}

impl Generator for LightweightGan {
    fn spec(&self) -> &GeneratorSpec {
        &self.spec
    }

    /// There is no mapping network: a style is `z`.
    fn map_batch(&self, zs: &[Vec<f32>]) -> Result<Vec<Vec<f32>>, ModelError> {
        latent::check(zs, zs.len(), self.spec.z_dim)?;
        Ok(zs.to_vec())
    }

    fn w_avg(&self) -> &[f32] {
        &self.centre
    }

    fn synthesize(
        &self,
        ws: &[Vec<f32>],
        noise: NoiseMode,
        _size: Option<[u32; 2]>,
        cancel: &CancelToken,
    ) -> Result<Picture, ModelError> {
        let mut stream = NoiseStream::new(noise);
        picture_of(&self.tensor(ws, &mut |h, w| stream.next(h, w), cancel)?)
    }
}

impl Differentiable for LightweightGan {
    fn device(&self) -> &Device {
        &self.device
    }

    fn picture_of(
        &self,
        ws: &[Tensor],
        setting: &Setting,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        let z = Row::Graded(one_row(ws)?);
        let mut stream = NoiseStream::new(setting.noise);
        let mut noise = |h: usize, w: usize| stream.next(h, w);
        let x = pool::within(&self.device, || self.forward(z, &mut noise, cancel))?;
        Ok(((x * 2.0)? - 1.0)?)
    }

    fn starts(&self, class: Option<u32>) -> Result<Vec<Vec<f32>>, ModelError> {
        some_starts(self, class)
    }
}
