//! FastGAN generators (Liu et al. 2021, "Towards Faster and Stabilized GAN Training for
//! High-fidelity Few-shot Image Synthesis") of odegeasslbc's repository, and those of Projected
//! GAN (Sauer et al. 2021, `pg_modules/networks_fastgan`), whose parameter names they bear.
//! Spectral normalisation is worked into the weights when they are imported.

use candle_core::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::ModelError;
use super::differentiable::{Differentiable, Setting, one_row, some_starts};
use super::error::stop;
use super::gated::{GatedConv, GatedNames, LayerNoise, NoiseStream, Seed};
use super::generator::{Generator, GeneratorSpec, Seeded};
use super::linear::Row;
use super::pixels::picture_of_signed;
use super::stylegan2::class_row;
use super::weights::Weights;
use crate::cancel::CancelToken;
use crate::latent::{self, Ws};
use crate::nn::{Activation, Conv2d, Conv2dConfig, pool};
use crate::picture::Picture;
use crate::recipe::NoiseMode;

/// What the constructor was called with, as far as it decides pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Length of `z`.
    pub z_dim: usize,
    /// Classes; 0 for an unconditional network.
    pub c_dim: usize,
    /// Width and height of the picture: a power of two from 64 to 1024.
    pub img_resolution: usize,
    /// 1 (grey), 3 (RGB) or 4 (RGB and alpha).
    pub img_channels: usize,
    /// Channels of the layer of 128 pixels; the others follow.
    pub ngf: usize,
    /// Whether `z` is brought to unit length first (Projected GAN).
    pub normalize: bool,
    /// Whether the picture is bent to -1..1 (the first repository's at 1024 pixels).
    pub tanh: bool,
}

impl Config {
    /// # Errors
    /// [`ModelError::BadRequest`] for sizes that no such network has.
    pub fn check(&self) -> Result<(), ModelError> {
        let sane = (1..=1 << 14).contains(&self.z_dim)
            && self.c_dim <= 1 << 20
            && self.img_resolution.is_power_of_two()
            && (64..=1024).contains(&self.img_resolution)
            && matches!(self.img_channels, 1 | 3 | 4)
            && (1..=1 << 12).contains(&self.ngf)
            && self.channels(self.img_resolution) > 0;
        sane.then_some(()).ok_or_else(|| {
            ModelError::BadRequest(
                "config.json: these sizes are not those of a FastGAN generator".into(),
            )
        })
    }

    /// Channels of the layer of so many pixels.
    pub fn channels(&self, resolution: usize) -> usize {
        let share = match resolution {
            4 => 16.0,
            8 => 8.0,
            16 => 4.0,
            32 | 64 => 2.0,
            _ => 128.0 / resolution as f64,
        };
        (share * self.ngf as f64) as usize
    }

    /// Length of a style: `z`, and behind it what stands for the class.
    pub fn w_dim(&self) -> usize {
        self.z_dim * if self.c_dim > 0 { 2 } else { 1 }
    }
}

/// A doubling: one layer, or two with noise.
struct UpBlock(Vec<GatedConv>);

impl UpBlock {
    fn new(config: &Config, resolution: usize, vb: &Weights) -> Result<Self, ModelError> {
        let vb = vb.pp(format_args!("feat_{resolution}"));
        let [from, to] = [resolution / 2, resolution].map(|r| config.channels(r));
        let class = (config.c_dim > 0).then_some(config.z_dim);
        // Convolution, noise and normalisation of each layer.
        let layers: &[[&str; 3]] = match class {
            Some(_) if vb.contains("conv1.weight") => {
                &[["conv1", "noise", "bn1"], ["conv2", "noise", "bn2"]]
            }
            Some(_) => &[["conv", "", "bn"]],
            None if vb.contains("5.weight") => &[["1", "2", "3"], ["5", "6", "7"]],
            None => &[["1", "", "2"]],
        };
        let layer = |(i, [conv, noise, norm]): (usize, &[&str; 3])| {
            let names = GatedNames {
                conv,
                noise: Some(*noise).filter(|noise| !noise.is_empty()),
                norm,
            };
            let mut settings = Conv2dConfig::same(3);
            settings.upsample = i == 0;
            let sides = [if i == 0 { from } else { to }, to, 3];
            GatedConv::new(sides, &names, class, settings, &vb)
        };
        let layers = layers.iter().enumerate().map(layer);
        Ok(Self(layers.collect::<Result<_, _>>()?))
    }
}

/// `SEBlock`: what a small map says of the channels of a large one.
struct SkipExcitation {
    look: Conv2d,
    weigh: Conv2d,
}

impl SkipExcitation {
    fn new(config: &Config, [from, to]: [usize; 2], vb: &Weights) -> Result<Self, ModelError> {
        let vb = vb.pp(format_args!("se_{to}.main"));
        let [inputs, outputs] = [from, to].map(|r| config.channels(r));
        let conv = |name: &str, inputs, kernel, activation| {
            let weight = vb.get(&[outputs, inputs, kernel, kernel], name)?;
            let settings = Conv2dConfig::default().activation(activation);
            Ok::<_, ModelError>(Conv2d::new(weight, None, settings)?)
        };
        Ok(Self {
            look: conv("1.weight", inputs, 4, Activation::Silu)?,
            weigh: conv("3.weight", outputs, 1, Activation::Sigmoid)?,
        })
    }

    fn forward(&self, small: &Tensor, large: &Tensor) -> Result<Tensor, ModelError> {
        let cells = small.dim(2)? / 4;
        let small = match cells {
            1 => small.clone(),
            cells => small.avg_pool2d(cells)?,
        };
        let factor = self.weigh.forward(&self.look.forward(&small)?)?;
        Ok(large.broadcast_mul(&factor)?)
    }
}

/// The generator.
pub struct FastGan {
    spec: GeneratorSpec,
    config: Config,
    /// What stands for each class, `z_dim` numbers.
    classes: Vec<Vec<f32>>,
    /// Where truncation goes, for each class (one without classes).
    centres: Vec<Vec<f32>>,
    seed: Seed,
    blocks: Vec<UpBlock>,
    /// Of the last blocks, from 64 pixels on.
    skips: Vec<SkipExcitation>,
    to_big: Conv2d,
    device: Device,
}

impl FastGan {
    /// Loads `init`, `feat_8` …, `se_64` …, `to_big` below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors, impossible sizes.
    pub fn new(config: Config, vb: &Weights, device: &Device) -> Result<Self, ModelError> {
        config.check()?;
        let (z, c, side) = (config.z_dim, config.c_dim, config.img_resolution);
        let doublings = std::iter::successors(Some(8), |r| Some(r * 2)).take_while(|r| *r <= side);
        let blocks = doublings.map(|r| UpBlock::new(&config, r, vb));
        let skips = [[4, 64], [8, 128], [16, 256], [32, 512]];
        let skips = skips.into_iter().filter(|[_, to]| *to <= side);
        let skips = skips.map(|ends| SkipExcitation::new(&config, ends, vb));
        let classes = match c {
            0 => Vec::new(),
            c => vb.get(&[c, z], "embed.weight")?.to_vec2()?,
        };
        let centre = |class: &Vec<f32>| [vec![0.0; z], class.clone()].concat();
        let centres = match c {
            0 => vec![vec![0.0; z]],
            _ => classes.iter().map(centre).collect(),
        };
        let out = vb.pp("to_big");
        let bias = match out.contains("bias") {
            true => Some(out.get(&[config.img_channels], "bias")?),
            false => None,
        };
        let tanh = if config.tanh {
            Activation::Tanh
        } else {
            Activation::None
        };
        let last = [config.img_channels, config.channels(side), 3, 3];
        Ok(Self {
            spec: GeneratorSpec {
                z_dim: z,
                w_dim: config.w_dim(),
                num_ws: 1,
                c_dim: c,
                size: [side as u32; 2],
                resizable: false,
                numpy_seeds: false,
            },
            classes,
            centres,
            seed: Seed::new(z, config.channels(4), &vb.pp("init.init"))?,
            blocks: blocks.collect::<Result<_, _>>()?,
            skips: skips.collect::<Result<_, _>>()?,
            to_big: Conv2d::new(
                out.get(&last, "weight")?,
                bias,
                Conv2dConfig::same(3).activation(tanh),
            )?,
            config,
            device: device.clone(),
        })
    }

    /// `[1, img_channels, side, side]`, about -1..1. `noise` is asked for each noisy layer's
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
        let (z, class) = ws[0].split_at(self.config.z_dim);
        let z = self.drawn(z);
        let (z, class) = (Row::Plain(&z), Row::Plain(class));
        pool::within(&self.device, || self.forward(z, class, noise, cancel))
    }

    /// `z` as it is drawn from: of unit length per number, where the network wants that.
    fn drawn(&self, z: &[f32]) -> Vec<f32> {
        if !self.config.normalize {
            return z.to_vec();
        }
        let square = z.iter().map(|v| v * v).sum::<f32>() / z.len() as f32;
        let scale = (square + 1e-8).sqrt().recip();
        z.iter().map(|v| v * scale).collect()
    }

    fn forward(
        &self,
        z: Row<'_>,
        class: Row<'_>,
        noise: &mut LayerNoise<'_>,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        // Maps of 4, 8, 16 and 32 pixels are looked at again.
        let mut maps = vec![self.seed.forward(z)?];
        let mut x = maps[0].clone();
        for (i, block) in self.blocks.iter().enumerate() {
            for layer in &block.0 {
                stop(cancel)?;
                x = layer.forward(&x, class, false, noise)?;
            }
            // The fourth doubling makes 64 pixels.
            if let Some((skip, from)) = i
                .checked_sub(3)
                .and_then(|k| self.skips.get(k).zip(maps.get(k)))
            {
                x = skip.forward(from, &x)?;
            }
            if maps.len() < 4 {
                maps.push(x.clone());
            }
        }
        Ok(self.to_big.forward(&x)?)
    }
}

impl Seeded for FastGan {
    fn spec_mut(&mut self) -> &mut GeneratorSpec {
        &mut self.spec
    }
}

impl Generator for FastGan {
    fn spec(&self) -> &GeneratorSpec {
        &self.spec
    }

    /// Conditional networks: without a class the first, as in the authors' code.
    fn map_batch(&self, zs: &[Vec<f32>]) -> Result<Vec<Vec<f32>>, ModelError> {
        self.map_of_class(zs, None)
    }

    /// There is no mapping network: a style is `z`, and what stands for the class.
    fn map_of_class(
        &self,
        zs: &[Vec<f32>],
        class: Option<u32>,
    ) -> Result<Vec<Vec<f32>>, ModelError> {
        latent::check(zs, zs.len(), self.spec.z_dim)?;
        class_row(class, self.spec.c_dim)?;
        let class = self.classes.get(class.unwrap_or(0) as usize);
        let row = |z: &Vec<f32>| match class {
            Some(class) => [&z[..], &class[..]].concat(),
            None => z.clone(),
        };
        Ok(zs.iter().map(row).collect())
    }

    fn w_avg(&self) -> &[f32] {
        self.w_avg_of(None)
    }

    fn w_avg_of(&self, class: Option<u32>) -> &[f32] {
        let class = class.unwrap_or(0) as usize;
        self.centres.get(class).map_or(&self.centres[0], |c| c)
    }

    fn synthesize(
        &self,
        ws: &[Vec<f32>],
        noise: NoiseMode,
        _size: Option<[u32; 2]>,
        cancel: &CancelToken,
    ) -> Result<Picture, ModelError> {
        let mut stream = NoiseStream::new(noise);
        picture_of_signed(&self.tensor(ws, &mut |h, w| stream.next(h, w), cancel)?)
    }
}

impl Differentiable for FastGan {
    fn device(&self) -> &Device {
        &self.device
    }

    fn picture_of(
        &self,
        ws: &[Tensor],
        setting: &Setting,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        let row = one_row(ws)?;
        let mut z = row.narrow(1, 0, self.config.z_dim)?;
        if self.config.normalize {
            let scale = (z.sqr()?.mean_keepdim(1)? + 1e-8)?.sqrt()?;
            z = z.broadcast_div(&scale)?;
        }
        let class = row.narrow(1, self.config.z_dim, self.spec.w_dim - self.config.z_dim)?;
        let (z, class) = (Row::Graded(&z), Row::Graded(&class));
        let mut stream = NoiseStream::new(setting.noise);
        let mut noise = |h: usize, w: usize| stream.next(h, w);
        pool::within(&self.device, || self.forward(z, class, &mut noise, cancel))
    }

    fn starts(&self, class: Option<u32>) -> Result<Vec<Vec<f32>>, ModelError> {
        let mut starts = some_starts(self, class)?;
        if self.config.normalize {
            // The middle has no length that could be brought to one.
            starts.pop();
        }
        Ok(starts)
    }

    fn settled(&self, mut ws: Ws) -> Ws {
        for row in &mut ws {
            let z = self.drawn(&row[..self.config.z_dim]);
            row[..self.config.z_dim].copy_from_slice(&z);
        }
        ws
    }
}
