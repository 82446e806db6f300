//! SPAN (Wan et al. 2023, "Swift Parameter-free Attention Network for Efficient
//! Super-Resolution"), names as in the authors' `SPAN`; the convolutions are those that its
//! triples amount to (`eval_conv`).

use candle_core::{DType, Device, Tensor};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::ModelError;
use super::error::stop;
use super::upscaler::OneScale;
use super::weights::Weights;
use crate::cancel::CancelToken;
use crate::nn::{Activation, Conv2d, Held, own_path, pixel_shuffle};

/// Means of red, green and blue that the authors take away, and the factor after it.
const MEAN: [f32; 3] = [0.4488, 0.4371, 0.4040];
const RANGE: f64 = 255.0;
/// Blocks between the first convolution and the last.
const BLOCKS: usize = 6;

/// Sizes of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Channels of the trunk.
    pub feature_channels: usize,
    /// How many times as large its pictures are.
    pub upscale: usize,
    /// Whether means are taken away first.
    pub norm: bool,
}

impl Config {
    /// # Errors
    /// [`ModelError::BadRequest`] for sizes that no such network has.
    fn check(&self) -> Result<(), ModelError> {
        let sane = (1..=1024).contains(&self.feature_channels) && (1..=8).contains(&self.upscale);
        sane.then_some(()).ok_or_else(|| {
            ModelError::BadRequest("config.json: these sizes are not those of a SPAN".into())
        })
    }
}

/// `SPAB`: three convolutions, whose result is weighed by itself.
struct Block([Conv2d; 3]);

/// The enlarger.
pub struct Span {
    config: Config,
    conv_1: Conv2d,
    blocks: Vec<Block>,
    conv_2: Conv2d,
    conv_cat: Conv2d,
    upsampler: Conv2d,
    device: Device,
}

fn conv3(sides: [usize; 2], activation: Activation, vb: &Weights) -> Result<Conv2d, ModelError> {
    super::linear_attention::conv([sides[0], sides[1], 3], activation, vb)
}

impl Span {
    /// Loads `conv_1` … `upsampler.0` below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors, impossible sizes.
    pub fn new(config: Config, vb: &Weights, device: &Device) -> Result<Self, ModelError> {
        config.check()?;
        let f = config.feature_channels;
        let merged = |name: &str, inputs: usize, activation: Activation| {
            conv3([inputs, f], activation, &vb.pp(format!("{name}.eval_conv")))
        };
        let block = |i: usize| {
            let conv = |k: usize, activation| merged(&format!("block_{i}.c{k}_r"), f, activation);
            let convs = [
                conv(1, Activation::Silu)?,
                conv(2, Activation::Silu)?,
                conv(3, Activation::None)?,
            ];
            Ok::<_, ModelError>(Block(convs))
        };
        let out = 3 * config.upscale * config.upscale;
        Ok(Self {
            conv_1: merged("conv_1", 3, Activation::None)?,
            blocks: (1..=BLOCKS).map(block).collect::<Result<_, _>>()?,
            conv_2: merged("conv_2", f, Activation::None)?,
            conv_cat: super::linear_attention::conv(
                [4 * f, f, 1],
                Activation::None,
                &vb.pp("conv_cat"),
            )?,
            upsampler: conv3([f, out], Activation::None, &vb.pp("upsampler.0"))?,
            config,
            device: device.clone(),
        })
    }
}

/// `(y + x) · (sigmoid(y) − ½)`.
fn weighed(y: &Tensor, x: &Tensor) -> candle_core::Result<Tensor> {
    if !(own_path(y) && own_path(x)) {
        let weight = (candle_nn::ops::sigmoid(y)? - 0.5)?;
        return (y + x)? * weight;
    }
    let (y, x) = (y.contiguous()?, x.contiguous()?);
    let mut out = vec![0f32; y.elem_count()];
    let (held_y, held_x) = (Held::new(&y)?, Held::new(&x)?);
    let piece = 1 << 14;
    out.par_chunks_mut(piece)
        .zip(held_y.values()?.par_chunks(piece))
        .zip(held_x.values()?.par_chunks(piece))
        .for_each(|((out, y), x)| {
            for ((out, y), x) in out.iter_mut().zip(y).zip(x) {
                *out = (y + x) * (1.0 / (1.0 + (-y).exp()) - 0.5);
            }
        });
    Tensor::from_vec(out, y.shape(), &Device::Cpu)
}

impl OneScale for Span {
    fn scale(&self) -> u32 {
        self.config.upscale as u32
    }

    fn reach(&self) -> usize {
        3 * BLOCKS + 3
    }

    fn bytes(&self, pixels: u64) -> u64 {
        let scale = self.scale();
        let f = self.config.feature_channels as u64;
        4 * pixels * (9 * f + 9 * u64::from(scale * scale))
    }

    fn device(&self) -> &Device {
        &self.device
    }

    fn forward(&self, picture: &Tensor, cancel: &CancelToken) -> Result<Tensor, ModelError> {
        let mut x = picture.clone();
        if self.config.norm {
            let mean = Tensor::from_slice(&MEAN, (1, 3, 1, 1), x.device())?;
            x = (x.broadcast_sub(&mean)? * RANGE)?;
        }
        let first = self.conv_1.forward(&x)?;
        let mut x = first.clone();
        let (mut of_first, mut inner) = (None, None);
        for (i, Block([one, two, three])) in self.blocks.iter().enumerate() {
            stop(cancel)?;
            let y = one.forward(&x)?;
            // The authors' activation works in place: what they keep of this has gone through it.
            inner = Some(y.clone());
            let y = three.forward(&two.forward(&y)?)?;
            x = weighed(&y, &x)?;
            if i == 0 {
                of_first = Some(x.clone());
            }
        }
        stop(cancel)?;
        let last = self.conv_2.forward(&x)?;
        let none = || ModelError::BadWeights("there are no blocks".into());
        let parts = [
            first,
            last,
            of_first.ok_or_else(none)?,
            inner.ok_or_else(none)?,
        ];
        let x = self.conv_cat.forward(&Tensor::cat(&parts, 1)?)?;
        let x = self.upsampler.forward(&x)?.to_dtype(DType::F32)?;
        Ok(pixel_shuffle(&x, self.config.upscale)?)
    }
}
