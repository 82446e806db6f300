//! AdaIN: any style from its picture (Huang & Belongie 2017, "Arbitrary style transfer
//! in real-time with adaptive instance normalization"; layers and names of
//! pytorch-AdaIN's `vgg_normalised.pth` and `decoder.pth`, below `vgg` and `decoder`).

use std::sync::Arc;

use candle_core::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::ModelError;
use super::restyle::Norms;
use super::transfer::{self, Feature, StyleTransfer};
use super::weights::Weights;
use crate::cancel::CancelToken;
use crate::nn::{Activation, Conv2d, Conv2dConfig, PaddingMode};

/// Sizes of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Channels at full size, a half, a quarter, an eighth.
    pub channels: [usize; 4],
}

impl Default for Config {
    /// VGG-19's.
    fn default() -> Self {
        Self {
            channels: [64, 128, 256, 512],
        }
    }
}

/// What is done before a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    /// The largest of four pixels.
    Halve,
    /// Nearest neighbour.
    Double,
}

/// One convolution of `nn.Sequential`.
#[derive(Debug, Clone, Copy)]
pub struct Layer {
    /// Its number in the sequence.
    pub index: usize,
    sides: [usize; 2],
    kernel: usize,
    before: Before,
    relu: bool,
}

/// A 3 × 3 convolution with ReLU.
fn layer(index: usize, sides: [usize; 2]) -> Layer {
    Layer {
        index,
        sides,
        kernel: 3,
        before: Before::Nothing,
        relu: true,
    }
}

impl Config {
    /// Convolutions of VGG-19 up to `relu4_1`.
    pub fn encoder(&self) -> Vec<Layer> {
        let [a, b, c, d] = self.channels;
        let halved = |layer: Layer| Layer {
            before: Before::Halve,
            ..layer
        };
        let colours = Layer {
            kernel: 1,
            relu: false,
            ..layer(0, [3, 3])
        };
        vec![
            colours,
            layer(2, [3, a]),
            layer(5, [a, a]),
            halved(layer(9, [a, b])),
            layer(12, [b, b]),
            halved(layer(16, [b, c])),
            layer(19, [c, c]),
            layer(22, [c, c]),
            layer(25, [c, c]),
            halved(layer(29, [c, d])),
        ]
    }

    /// Convolutions of the decoder.
    pub fn decoder(&self) -> Vec<Layer> {
        let [a, b, c, d] = self.channels;
        let doubled = |layer: Layer| Layer {
            before: Before::Double,
            ..layer
        };
        let out = Layer {
            relu: false,
            ..layer(28, [a, 3])
        };
        vec![
            layer(1, [d, c]),
            doubled(layer(5, [c, c])),
            layer(8, [c, c]),
            layer(11, [c, c]),
            layer(14, [c, b]),
            doubled(layer(18, [b, b])),
            layer(21, [b, a]),
            doubled(layer(25, [a, a])),
            out,
        ]
    }
}

type Sequence = Vec<(Before, Conv2d)>;

/// Encoder and decoder.
pub struct Adain {
    channels: [usize; 4],
    encoder: Sequence,
    decoder: Sequence,
    device: Device,
}

impl Adain {
    /// Loads `vgg` and `decoder` below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors, impossible sizes.
    pub fn new(config: &Config, vb: &Weights, device: &Device) -> Result<Self, ModelError> {
        if !config.channels.iter().all(|c| (1..=2048).contains(c)) {
            return Err(ModelError::BadRequest(
                "config.json: these sizes are not those of an AdaIN network".into(),
            ));
        }
        Ok(Self {
            channels: config.channels,
            encoder: sequence(&config.encoder(), &vb.pp("vgg"))?,
            decoder: sequence(&config.decoder(), &vb.pp("decoder"))?,
            device: device.clone(),
        })
    }

    fn features(&self, picture: &Tensor, cancel: &CancelToken) -> Result<Tensor, ModelError> {
        run(&self.encoder, picture, cancel)
    }
}

fn sequence(layers: &[Layer], vb: &Weights) -> Result<Sequence, ModelError> {
    let load = |layer: &Layer| {
        let vb = vb.pp(layer.index);
        let ([inputs, outputs], k) = (layer.sides, layer.kernel);
        let mut config = Conv2dConfig::same(k).pad_with(PaddingMode::Reflect);
        if layer.before == Before::Double {
            config = config.upsample();
        }
        if layer.relu {
            config = config.activation(Activation::Relu);
        }
        let weight = vb.get(&[outputs, inputs, k, k], "weight")?;
        let conv = Conv2d::new(weight, Some(vb.get(&[outputs], "bias")?), config)?;
        Ok((layer.before, conv))
    };
    layers.iter().map(load).collect()
}

fn run(layers: &Sequence, x: &Tensor, cancel: &CancelToken) -> Result<Tensor, ModelError> {
    let mut x = x.clone();
    for (before, conv) in layers {
        if cancel.is_cancelled() {
            return Err(ModelError::Cancelled);
        }
        if *before == Before::Halve {
            x = x.max_pool2d(2)?;
        }
        x = conv.forward(&x)?;
    }
    Ok(x)
}

impl StyleTransfer for Adain {
    fn multiple(&self) -> usize {
        8
    }

    /// Two kernels at full size, four at a half, eight at a quarter and two at an
    /// eighth, and the pools' own pixels.
    fn receptive_radius(&self) -> usize {
        80
    }

    fn code_len(&self) -> usize {
        2 * self.channels[3]
    }

    fn bytes_per_pixel(&self) -> u64 {
        // Three pictures of the first width: a convolution's input, output and scratch.
        12 * self.channels[0] as u64
    }

    fn device(&self) -> &Device {
        &self.device
    }

    fn wrapping(&self, wrap: [bool; 2]) -> Arc<dyn StyleTransfer> {
        let all = |sequence: &Sequence| {
            let conv = |(before, conv): &(Before, Conv2d)| (*before, conv.wrapping(wrap));
            sequence.iter().map(conv).collect()
        };
        Arc::new(Self {
            channels: self.channels,
            encoder: all(&self.encoder),
            decoder: all(&self.decoder),
            device: self.device.clone(),
        })
    }

    fn encode(&self, style: &Tensor, cancel: &CancelToken) -> Result<Vec<f32>, ModelError> {
        let mut code = Vec::with_capacity(self.code_len());
        transfer::describe(&self.features(style, cancel)?, &mut code)?;
        Ok(code)
    }

    fn transfer(
        &self,
        picture: &Tensor,
        code: &[f32],
        norms: Option<&Norms>,
        cancel: &CancelToken,
    ) -> Result<(Tensor, Norms), ModelError> {
        let width = self.channels[3];
        transfer::check(self, picture, 16, code, norms, &[width])?;
        let features = self.features(picture, cancel)?;
        let (mean, std) = code.split_at(width);
        let given = norms.and_then(|norms| norms.first());
        let style = Feature { mean, std };
        let (adapted, used) = transfer::adapt(&features, given, style)?;
        drop(features);
        Ok((run(&self.decoder, &adapted, cancel)?, vec![used]))
    }
}
