//! MicroAST: any style from its picture, with a very small network (Wang et al. 2023,
//! "MicroAST: towards super-fast ultra-resolution arbitrary style transfer"; names of
//! the authors' four files, below `content_encoder`, `style_encoder`, `modulator` and
//! `decoder`).

use std::sync::Arc;

use candle_core::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::ModelError;
use super::error::stop;
use super::restyle::Norms;
use super::transfer::{self, Feature, StyleTransfer};
use super::weights::Weights;
use crate::cancel::CancelToken;
use crate::nn::{
    Activation, Conv2d, Conv2dConfig, PaddingMode, channel_stats, upsample_bilinear2x,
};

/// Sizes of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Channels at full size, a half, a quarter.
    pub channels: [usize; 3],
}

impl Default for Config {
    /// The published network's (`slim_factor` 1).
    fn default() -> Self {
        Self {
            channels: [16, 32, 64],
        }
    }
}

impl Config {
    /// # Errors
    /// [`ModelError::BadRequest`] for sizes that no such network has.
    fn check(&self) -> Result<(), ModelError> {
        let [a, b, c] = self.channels;
        let sane = (1..=512).contains(&a) && b == 2 * a && c == 2 * b;
        sane.then_some(()).ok_or_else(|| {
            ModelError::BadRequest(
                "config.json: these sizes are not those of a MicroAST network".into(),
            )
        })
    }
}

/// Two convolutions beside a straight way.
struct Residual {
    first: Conv2d,
    second: Conv2d,
}

/// Full size to features at a quarter.
struct Encoder {
    down: Vec<Conv2d>,
    inner: Residual,
    outer: Residual,
}

/// What a style does to the two blocks of the decoder.
struct Modulator {
    /// `weight1`, `bias1`, `weight2`, `bias2`.
    convs: [Conv2d; 4],
}

/// Features at a quarter to full size.
struct Decoder {
    first: Residual,
    second: Residual,
    /// Behind each doubling.
    half: [Conv2d; 2],
    full: [Conv2d; 3],
    /// Whether pictures go on at their opposite sides.
    wrap: [bool; 2],
}

/// All of it.
pub struct MicroAst {
    width: usize,
    first_width: usize,
    content: Encoder,
    style: Arc<Encoder>,
    modulator: Arc<Modulator>,
    decoder: Decoder,
    device: Device,
}

impl MicroAst {
    /// Loads the four parts below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors, impossible sizes.
    pub fn new(config: &Config, vb: &Weights, device: &Device) -> Result<Self, ModelError> {
        config.check()?;
        Ok(Self {
            width: config.channels[2],
            first_width: config.channels[0],
            content: Encoder::new(config, &vb.pp("content_encoder"))?,
            style: Arc::new(Encoder::new(config, &vb.pp("style_encoder"))?),
            modulator: Arc::new(Modulator::new(config, &vb.pp("modulator"))?),
            decoder: Decoder::new(config, &vb.pp("decoder"))?,
            device: device.clone(),
        })
    }
}

/// A reflection-padded convolution below `name.conv_layer`.
fn conv(
    vb: &Weights,
    name: &str,
    [inputs, outputs]: [usize; 2],
    kernel: usize,
    groups: usize,
    change: impl FnOnce(Conv2dConfig) -> Conv2dConfig,
) -> Result<Conv2d, ModelError> {
    let vb = vb.pp(name).pp("conv_layer");
    let config = Conv2dConfig::same(kernel)
        .pad_with(PaddingMode::Reflect)
        .groups(groups);
    Ok(Conv2d::new(
        vb.get(&[outputs, inputs / groups, kernel, kernel], "weight")?,
        Some(vb.get(&[outputs], "bias")?),
        change(config),
    )?)
}

fn plain(config: Conv2dConfig) -> Conv2dConfig {
    config
}

fn relu(config: Conv2dConfig) -> Conv2dConfig {
    config.activation(Activation::Relu)
}

fn halving(config: Conv2dConfig) -> Conv2dConfig {
    relu(config.stride(2))
}

impl Residual {
    fn new(
        vb: &Weights,
        channels: usize,
        first: fn(Conv2dConfig) -> Conv2dConfig,
    ) -> Result<Self, ModelError> {
        Ok(Self {
            first: conv(vb, "conv1", [channels; 2], 3, 1, first)?,
            second: conv(vb, "conv2", [channels; 2], 3, 1, plain)?,
        })
    }

    fn wrapping(&self, wrap: [bool; 2]) -> Self {
        Self {
            first: self.first.wrapping(wrap),
            second: self.second.wrapping(wrap),
        }
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let inner = self.first.forward(x)?;
        Ok(self.second.forward_add(&inner, Some(x))?)
    }

    /// With a style's factors and offsets (`[1, C, 1, 1]`) on both convolutions. The
    /// first convolution must have no activation of its own.
    fn modulated(&self, x: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor, ModelError> {
        let blend = |y: Tensor, x: &Tensor| y.broadcast_mul(weight)? + x.broadcast_mul(bias)?;
        let inner = blend(self.first.forward(x)?, x)?.relu()?;
        Ok((x + blend(self.second.forward(&inner)?, &inner)?)?)
    }
}

impl Encoder {
    fn new(config: &Config, vb: &Weights) -> Result<Self, ModelError> {
        let [a, b, c] = config.channels;
        let down = vec![
            conv(vb, "enc1.0", [3, a], 9, 1, relu)?,
            conv(vb, "enc1.2", [a, b], 3, a, halving)?,
            conv(vb, "enc1.4", [b, b], 1, 1, relu)?,
            conv(vb, "enc1.6", [b, c], 3, b, halving)?,
            conv(vb, "enc1.8", [c, c], 1, 1, relu)?,
        ];
        Ok(Self {
            down,
            inner: Residual::new(&vb.pp("enc1.10"), c, relu)?,
            outer: Residual::new(&vb.pp("enc2.0"), c, relu)?,
        })
    }

    fn wrapping(&self, wrap: [bool; 2]) -> Self {
        Self {
            down: self.down.iter().map(|conv| conv.wrapping(wrap)).collect(),
            inner: self.inner.wrapping(wrap),
            outer: self.outer.wrapping(wrap),
        }
    }

    fn forward(&self, x: &Tensor, cancel: &CancelToken) -> Result<[Tensor; 2], ModelError> {
        let mut x = x.clone();
        for conv in &self.down {
            stop(cancel)?;
            x = conv.forward(&x)?;
        }
        let inner = self.inner.forward(&x)?;
        let outer = self.outer.forward(&inner)?;
        Ok([inner, outer])
    }
}

impl Modulator {
    fn new(config: &Config, vb: &Weights) -> Result<Self, ModelError> {
        let c = config.channels[2];
        let load = |name: &str| conv(&vb.pp(name), "0", [c, c], 3, c, plain);
        Ok(Self {
            convs: [
                load("weight1")?,
                load("bias1")?,
                load("weight2")?,
                load("bias2")?,
            ],
        })
    }

    /// `weight1`, `bias1` of the first features, `weight2`, `bias2` of the second.
    fn describe(&self, features: &[Tensor; 2], code: &mut Vec<f32>) -> Result<(), ModelError> {
        for (i, conv) in self.convs.iter().enumerate() {
            let filtered = conv.forward(&features[i / 2])?;
            code.extend(channel_stats(&filtered)?.mean);
        }
        Ok(())
    }
}

impl Decoder {
    fn new(config: &Config, vb: &Weights) -> Result<Self, ModelError> {
        let [a, b, c] = config.channels;
        Ok(Self {
            first: Residual::new(&vb.pp("dec1"), c, plain)?,
            second: Residual::new(&vb.pp("dec2"), c, plain)?,
            half: [
                conv(vb, "dec3.1", [c, b], 3, b, relu)?,
                conv(vb, "dec3.3", [b, b], 1, 1, relu)?,
            ],
            full: [
                conv(vb, "dec3.6", [b, a], 3, a, relu)?,
                conv(vb, "dec3.8", [a, a], 1, 1, relu)?,
                conv(vb, "dec3.10", [a, 3], 9, 1, plain)?,
            ],
            wrap: [false; 2],
        })
    }

    fn wrapping(&self, wrap: [bool; 2]) -> Self {
        Self {
            first: self.first.wrapping(wrap),
            second: self.second.wrapping(wrap),
            half: self.half.each_ref().map(|conv| conv.wrapping(wrap)),
            full: self.full.each_ref().map(|conv| conv.wrapping(wrap)),
            wrap,
        }
    }

    fn enlarge(&self, x: &Tensor, cancel: &CancelToken) -> Result<Tensor, ModelError> {
        let mut x = x.clone();
        for stage in [self.half.as_slice(), &self.full] {
            x = bilinear2x(&x, self.wrap)?;
            for conv in stage {
                stop(cancel)?;
                x = conv.forward(&x)?;
            }
        }
        Ok(x)
    }
}

/// `nn.Upsample(scale_factor=2, mode="bilinear")`: shares of a quarter and three
/// quarters, border pixels repeated, or those of the opposite side where the picture wraps.
fn bilinear2x(x: &Tensor, wrap: [bool; 2]) -> Result<Tensor, ModelError> {
    let mut x = x.clone();
    for axis in [0, 1].into_iter().filter(|&a| wrap[a]) {
        // Only the next pixel counts: one of the opposite side is enough.
        let (dim, side) = (3 - axis, x.dim(3 - axis)?);
        let (first, last) = (x.narrow(dim, 0, 1)?, x.narrow(dim, side - 1, 1)?);
        x = Tensor::cat(&[&last, &x, &first], dim)?;
    }
    let mut large = upsample_bilinear2x(&x.contiguous()?)?;
    for axis in [0, 1].into_iter().filter(|&a| wrap[a]) {
        let side = large.dim(3 - axis)?;
        large = large.narrow(3 - axis, 2, side - 4)?;
    }
    Ok(large.contiguous()?)
}

/// Where the parts of a style's code lie.
struct Code<'a> {
    features: [Feature<'a>; 2],
    /// As [`Modulator::describe`] gives them.
    filters: [&'a [f32]; 4],
}

impl<'a> Code<'a> {
    fn of(code: &'a [f32], width: usize) -> Option<Self> {
        let mut parts = code.chunks_exact(width);
        let mut next = || parts.next();
        let (mean0, std0, mean1, std1) = (next()?, next()?, next()?, next()?);
        let feature = |mean, std| Feature { mean, std };
        Some(Self {
            features: [feature(mean0, std0), feature(mean1, std1)],
            filters: [next()?, next()?, next()?, next()?],
        })
    }

    /// Factor and offset of a block: 0 is the one of the first features.
    fn filter(&self, block: usize, device: &Device) -> Result<[Tensor; 2], ModelError> {
        let tensor = |values: &[f32]| Tensor::from_slice(values, (1, values.len(), 1, 1), device);
        let [weight, bias] = [self.filters[2 * block], self.filters[2 * block + 1]];
        Ok([tensor(weight)?, tensor(bias)?])
    }
}

impl StyleTransfer for MicroAst {
    fn multiple(&self) -> usize {
        4
    }

    /// Kernels of nine and three at full size, two of three and the enlarging at a
    /// half, eight of three and the enlarging at a quarter.
    fn receptive_radius(&self) -> usize {
        60
    }

    fn code_len(&self) -> usize {
        8 * self.width
    }

    fn bytes_per_pixel(&self) -> u64 {
        20 * self.first_width as u64
    }

    fn device(&self) -> &Device {
        &self.device
    }

    fn wrapping(&self, wrap: [bool; 2]) -> Arc<dyn StyleTransfer> {
        Arc::new(Self {
            width: self.width,
            first_width: self.first_width,
            content: self.content.wrapping(wrap),
            style: Arc::clone(&self.style),
            modulator: Arc::clone(&self.modulator),
            decoder: self.decoder.wrapping(wrap),
            device: self.device.clone(),
        })
    }

    fn encode(&self, style: &Tensor, cancel: &CancelToken) -> Result<Vec<f32>, ModelError> {
        let features = self.style.forward(style, cancel)?;
        let mut code = Vec::with_capacity(self.code_len());
        for feature in &features {
            transfer::describe(feature, &mut code)?;
        }
        self.modulator.describe(&features, &mut code)?;
        Ok(code)
    }

    fn transfer(
        &self,
        picture: &Tensor,
        code: &[f32],
        norms: Option<&Norms>,
        cancel: &CancelToken,
    ) -> Result<(Tensor, Norms), ModelError> {
        transfer::check(self, picture, 16, code, norms, &[self.width; 2])?;
        let Some(code) = Code::of(code, self.width) else {
            return Err(ModelError::BadRequest(
                "this style code is too short".into(),
            ));
        };
        let [_, features] = self.content.forward(picture, cancel)?;
        let given = |i: usize| norms.and_then(|norms| norms.get(i));
        let mut used = Vec::with_capacity(2);
        let mut x = features;
        // From the second features to the first.
        for (i, block) in [&self.decoder.first, &self.decoder.second]
            .into_iter()
            .enumerate()
        {
            stop(cancel)?;
            let from = 1 - i;
            let (adapted, stats) = transfer::adapt(&x, given(i), code.features[from])?;
            let [weight, bias] = code.filter(from, &self.device)?;
            x = block.modulated(&adapted, &weight, &bias)?;
            used.push(stats);
        }
        Ok((self.decoder.enlarge(&x, cancel)?, used))
    }
}
