//! Fast neural style: one network that is one style (Johnson et al. 2016, "Perceptual
//! losses for real-time style transfer"; layers and names of `TransformerNet` in the
//! PyTorch examples, with instance normalisation after Ulyanov et al. 2016).

use std::sync::Arc;

use candle_core::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::ModelError;
use super::restyle::Norms;
use super::transfer::StyleTransfer;
use super::weights::Weights;
use crate::cancel::CancelToken;
use crate::nn::{Activation, Conv2d, Conv2dConfig, Norm, PaddingMode, Taken, pool};

/// Added to variances, as `torch.nn.InstanceNorm2d` does.
const EPS: f64 = 1e-5;

/// Sizes of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Channels of the three first convolutions; the last three mirror them.
    pub channels: [usize; 3],
    /// Residual blocks.
    pub blocks: usize,
    /// Side of the first and last kernels.
    pub outer_kernel: usize,
}

impl Default for Config {
    /// As in the PyTorch examples.
    fn default() -> Self {
        Self {
            channels: [32, 64, 128],
            blocks: 5,
            outer_kernel: 9,
        }
    }
}

impl Config {
    /// # Errors
    /// [`ModelError::BadRequest`] for sizes that no such network has.
    fn check(&self) -> Result<(), ModelError> {
        let sane = self.channels.iter().all(|c| (1..=1024).contains(c))
            && self.blocks <= 32
            && self.outer_kernel % 2 == 1
            && self.outer_kernel <= 15;
        sane.then_some(()).ok_or_else(|| {
            ModelError::BadRequest(
                "config.json: these sizes are not those of a fast-neural-style network".into(),
            )
        })
    }
}

/// A convolution and the normalisation behind it.
struct Layer {
    conv: Conv2d,
    scale: Tensor,
    shift: Tensor,
}

/// A network that is one style.
pub struct TransformerNet {
    config: Config,
    down: Vec<Layer>,
    res: Vec<[Layer; 2]>,
    up: Vec<Layer>,
    out: Conv2d,
    device: Device,
}

/// A pass through the network: which normalisation comes next.
struct Pass<'a> {
    given: Option<&'a Norms>,
    used: Vec<Taken>,
    cancel: &'a CancelToken,
}

impl TransformerNet {
    /// Loads `conv1` … `deconv3` and `in1` … `in5` below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors, impossible sizes.
    pub fn new(config: Config, vb: &Weights, device: &Device) -> Result<Self, ModelError> {
        config.check()?;
        let [c1, c2, c3] = config.channels;
        let k = config.outer_kernel;
        let same = |k| Conv2dConfig::same(k).pad_with(PaddingMode::Reflect);
        let layer = |name: &str, norm: &str, [inputs, outputs]: [usize; 2], k, config| {
            let norm = vb.pp(norm);
            Ok::<_, ModelError>(Layer {
                conv: convolution(vb, name, [inputs, outputs], k, config)?,
                // They go into the statistics', which are numbers on the processor.
                scale: norm.get(&[outputs], "weight")?.to_device(&Device::Cpu)?,
                shift: norm.get(&[outputs], "bias")?.to_device(&Device::Cpu)?,
            })
        };
        let down = vec![
            layer("conv1", "in1", [3, c1], k, same(k))?,
            layer("conv2", "in2", [c1, c2], 3, same(3).stride(2))?,
            layer("conv3", "in3", [c2, c3], 3, same(3).stride(2))?,
        ];
        let res = (1..=config.blocks)
            .map(|i| {
                let half = |j: usize| {
                    let (name, norm) = (format!("res{i}.conv{j}"), format!("res{i}.in{j}"));
                    layer(&name, &norm, [c3, c3], 3, same(3))
                };
                Ok([half(1)?, half(2)?])
            })
            .collect::<Result<_, ModelError>>()?;
        let up = vec![
            layer("deconv1", "in4", [c3, c2], 3, same(3).upsample())?,
            layer("deconv2", "in5", [c2, c1], 3, same(3).upsample())?,
        ];
        Ok(Self {
            out: convolution(vb, "deconv3", [c1, 3], k, same(k))?,
            down,
            res,
            up,
            config,
            device: device.clone(),
        })
    }

    /// The picture (or a tile of it) `[1, 3, h, w]`, sRGB 0..=1, in this style, about
    /// 0..=1.
    ///
    /// With `norms`, taken once from a copy of the whole photo, tiles and sizes fit
    /// together; without, the picture's own statistics are used and come back.
    ///
    /// # Errors
    /// [`ModelError::BadRequest`] for sides that are no multiple of 4 or too small;
    /// [`ModelError::Cancelled`]; [`ModelError::Candle`].
    pub fn forward(
        &self,
        picture: &Tensor,
        norms: Option<&Norms>,
        cancel: &CancelToken,
    ) -> Result<(Tensor, Norms), ModelError> {
        let (_, _, height, width) = picture.dims4()?;
        let smallest = self.config.outer_kernel.max(8);
        if height % 4 != 0 || width % 4 != 0 || height.min(width) < smallest {
            return Err(ModelError::BadRequest(format!(
                "the picture is {width} x {height}; sides must be multiples of 4, {smallest} at least"
            )));
        }
        let count = self.down.len() + 2 * self.res.len() + self.up.len();
        if norms.is_some_and(|norms| norms.len() != count) {
            return Err(ModelError::BadRequest(
                "statistics of another style network; measure the photo again".into(),
            ));
        }
        let mut pass = Pass {
            given: norms,
            used: Vec::with_capacity(count),
            cancel,
        };
        let mut x = (picture * 255.0)?;
        for layer in &self.down {
            x = pass.layer(layer, &x, Activation::Relu, None)?;
        }
        for [first, second] in &self.res {
            let r = pass.layer(first, &x, Activation::Relu, None)?;
            x = pass.layer(second, &r, Activation::None, Some(&x))?;
        }
        for layer in &self.up {
            x = pass.layer(layer, &x, Activation::Relu, None)?;
        }
        Ok(((self.out.forward(&x)? / 255.0)?, Taken::all(pass.used)?))
    }
}

impl StyleTransfer for TransformerNet {
    fn multiple(&self) -> usize {
        4
    }

    fn receptive_radius(&self) -> usize {
        // First and last kernel at full size, a halving and a doubling convolution at
        // each size, two convolutions a block at a quarter.
        let outer = 2 * (self.config.outer_kernel / 2);
        (outer + 1 + 2 + 8 * self.config.blocks + 2 + 1).next_multiple_of(4)
    }

    fn code_len(&self) -> usize {
        0
    }

    fn bytes_per_pixel(&self) -> u64 {
        // A convolution's input, output and scratch.
        12 * self.config.channels[0] as u64
    }

    fn device(&self) -> &Device {
        &self.device
    }

    fn wrapping(&self, wrap: [bool; 2]) -> Arc<dyn StyleTransfer> {
        let layer = |layer: &Layer| Layer {
            conv: layer.conv.wrapping(wrap),
            scale: layer.scale.clone(),
            shift: layer.shift.clone(),
        };
        Arc::new(Self {
            config: self.config.clone(),
            down: self.down.iter().map(layer).collect(),
            res: self
                .res
                .iter()
                .map(|two| two.each_ref().map(layer))
                .collect(),
            up: self.up.iter().map(layer).collect(),
            out: self.out.wrapping(wrap),
            device: self.device.clone(),
        })
    }

    fn encode(&self, _style: &Tensor, _cancel: &CancelToken) -> Result<Vec<f32>, ModelError> {
        Ok(Vec::new())
    }

    fn transfer(
        &self,
        picture: &Tensor,
        _code: &[f32],
        norms: Option<&Norms>,
        cancel: &CancelToken,
    ) -> Result<(Tensor, Norms), ModelError> {
        pool::within(&self.device, || self.forward(picture, norms, cancel))
    }
}

impl Pass<'_> {
    fn layer(
        &mut self,
        layer: &Layer,
        x: &Tensor,
        activation: Activation,
        residual: Option<&Tensor>,
    ) -> Result<Tensor, ModelError> {
        if self.cancel.is_cancelled() {
            return Err(ModelError::Cancelled);
        }
        let norm = Norm {
            stats: self.given.and_then(|norms| norms.get(self.used.len())),
            scale: Some(&layer.scale),
            shift: Some(&layer.shift),
            eps: EPS,
            activation,
        };
        let (y, used) = layer.conv.forward_norm(x, &norm, residual)?;
        self.used.push(used);
        Ok(y)
    }
}

fn convolution(
    vb: &Weights,
    name: &str,
    [inputs, outputs]: [usize; 2],
    kernel: usize,
    config: Conv2dConfig,
) -> Result<Conv2d, ModelError> {
    let vb = vb.pp(name).pp("conv2d");
    Ok(Conv2d::new(
        vb.get(&[outputs, inputs, kernel, kernel], "weight")?,
        Some(vb.get(&[outputs], "bias")?),
        config,
    )?)
}
