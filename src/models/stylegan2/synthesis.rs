//! Synthesis network of StyleGAN2 (Karras et al. 2020; `SynthesisNetwork` of
//! networks_stylegan2 in the authors' stylegan3 repository), skip, resnet and
//! orig.

use candle_core::{DType, Device, Tensor};

use super::config::{Config, SynthesisArchitecture};
use super::gradient::{StyledConv, doubled};
use crate::cancel::CancelToken;
use crate::latent::rng::{Random, RandomPurpose};
use crate::models::ModelError;
use crate::models::differentiable::{FEATURE_RATE, Features, Rest};
use crate::models::error::stop;
use crate::models::weights::Weights;
use crate::nn::{Activation, Conv2d, Conv2dConfig, Fir, ModulatedConv2dConfig, Post};
use crate::recipe::NoiseMode;

const SQRT_HALF: f32 = std::f32::consts::FRAC_1_SQRT_2;

/// Where a layer's noise comes from.
#[derive(Clone)]
pub enum NoiseSource {
    /// No noise.
    None,
    /// The layers' own `noise_const`.
    Const,
    /// Normal numbers, layer after layer.
    Random(Box<Random>),
}

impl NoiseSource {
    /// What a recipe's noise means.
    pub fn of(noise: NoiseMode) -> Self {
        match noise {
            NoiseMode::Off => Self::None,
            NoiseMode::Fixed => Self::Const,
            NoiseMode::Seeded(seed) => {
                Self::Random(Box::new(Random::new(RandomPurpose::Noise, seed)))
            }
        }
    }
}

/// `FullyConnectedLayer` from `w` to styles, as tensors, so that gradients pass.
struct Affine {
    weight: Tensor,
    bias: Tensor,
}

impl Affine {
    /// `gain` scales weight and bias alike.
    fn new(w_dim: usize, outputs: usize, gain: f64, vb: &Weights) -> Result<Self, ModelError> {
        let weight_gain = gain / (w_dim as f64).sqrt();
        let weight = (vb.get(&[outputs, w_dim], "weight")? * weight_gain)?;
        Ok(Self {
            weight: weight.t()?.contiguous()?,
            bias: (vb.get(&[outputs], "bias")? * gain)?,
        })
    }

    /// `[N, w_dim]` to `[N, outputs]`.
    fn forward(&self, w: &Tensor) -> candle_core::Result<Tensor> {
        w.matmul(&self.weight)?.broadcast_add(&self.bias)
    }
}

/// Modulated convolution with noise, bias and leaky ReLU.
struct SynthesisLayer {
    affine: Affine,
    conv: StyledConv,
    size: [usize; 2],
    noise_strength: f64,
    /// Constant noise, already times its strength.
    noise_const: Option<Tensor>,
}

/// What all layers of a network share.
struct Shared<'a> {
    config: &'a Config,
    vb: Weights,
}

impl SynthesisLayer {
    fn new(
        shared: &Shared<'_>,
        name: &str,
        channels: [usize; 2],
        size: [usize; 2],
        up: bool,
        gain: f32,
    ) -> Result<Self, ModelError> {
        let (config, vb) = (shared.config, shared.vb.pp(name));
        let [inputs, outputs] = channels;
        let kernel = config.kernel_size;
        let post = Post {
            activation: Activation::LeakyRelu(0.2),
            gain: std::f32::consts::SQRT_2 * gain,
            clamp: config.conv_clamp.map(|clamp| clamp * gain),
        };
        let (mut noise_strength, mut noise_const) = (0.0, None);
        if config.use_noise {
            noise_strength = f64::from(vb.get(&[], "noise_strength")?.to_scalar::<f32>()?);
            noise_const = Some((vb.get(&size, "noise_const")? * noise_strength)?);
        }
        Ok(Self {
            affine: Affine::new(config.w_dim, inputs, 1.0, &vb.pp("affine"))?,
            conv: StyledConv::new(
                vb.get(&[outputs, inputs, kernel, kernel], "weight")?,
                vb.get(&[outputs], "bias")?,
                ModulatedConv2dConfig {
                    up,
                    demodulate: true,
                    full: false,
                    post,
                },
                Fir::new(&config.resample_filter),
            )?,
            size,
            noise_strength,
            noise_const,
        })
    }

    fn forward(
        &self,
        x: &Tensor,
        w: &Tensor,
        noise: &mut NoiseSource,
    ) -> candle_core::Result<Tensor> {
        let styles = self.affine.forward(w)?;
        let noise = self.noise(noise, x.device())?;
        self.conv.forward(x, &styles, noise.as_ref())
    }

    fn noise(
        &self,
        source: &mut NoiseSource,
        device: &Device,
    ) -> candle_core::Result<Option<Tensor>> {
        match source {
            _ if self.noise_strength == 0.0 => Ok(None),
            NoiseSource::None => Ok(None),
            NoiseSource::Const => Ok(self.noise_const.clone()),
            NoiseSource::Random(random) => {
                let [height, width] = self.size;
                let values = random.normals(height * width);
                let noise = Tensor::from_vec(values, (height, width), device)?;
                Ok(Some((noise * self.noise_strength)?))
            }
        }
    }
}

/// Modulated 1×1 convolution to the picture.
struct ToRgb {
    affine: Affine,
    conv: StyledConv,
}

impl ToRgb {
    fn new(shared: &Shared<'_>, inputs: usize) -> Result<Self, ModelError> {
        let (config, vb) = (shared.config, shared.vb.pp("torgb"));
        let gain = 1.0 / (inputs as f64).sqrt();
        Ok(Self {
            affine: Affine::new(config.w_dim, inputs, gain, &vb.pp("affine"))?,
            conv: StyledConv::new(
                vb.get(&[config.img_channels, inputs, 1, 1], "weight")?,
                vb.get(&[config.img_channels], "bias")?,
                ModulatedConv2dConfig::to_rgb(config.conv_clamp),
                Fir::new(&config.resample_filter),
            )?,
        })
    }

    fn forward(&self, x: &Tensor, w: &Tensor) -> candle_core::Result<Tensor> {
        let shown = self.conv.forward(x, &self.affine.forward(w)?, None)?;
        // Pictures add up in full numbers, as the authors' do.
        shown.to_dtype(DType::F32)
    }
}

/// One resolution.
struct SynthesisBlock {
    /// 4, 8, … as in its tensors' names.
    name: usize,
    constant: Option<Tensor>,
    conv0: Option<SynthesisLayer>,
    conv1: SynthesisLayer,
    torgb: Option<ToRgb>,
    skip: Option<Conv2d>,
}

impl SynthesisBlock {
    fn new(config: &Config, resolution: usize, vb: Weights) -> Result<Self, ModelError> {
        let outputs = config.channels(resolution);
        let size = config.block_size(resolution);
        let first = resolution == 4;
        let resnet = config.architecture == SynthesisArchitecture::Resnet;
        let inputs = config.channels(resolution / 2);
        let gain = if resnet && !first { SQRT_HALF } else { 1.0 };
        let shared = Shared { config, vb };
        let vb = &shared.vb;
        let (mut constant, mut conv0, mut skip) = (None, None, None);
        if first {
            let [height, width] = size;
            constant = Some(vb.get(&[outputs, height, width], "const")?.unsqueeze(0)?);
        } else {
            let layer = SynthesisLayer::new(&shared, "conv0", [inputs, outputs], size, true, 1.0)?;
            conv0 = Some(layer);
            if resnet {
                let scale = f64::from(SQRT_HALF) / (inputs as f64).sqrt();
                let weight = vb.get(&[outputs, inputs, 1, 1], "skip.weight")?;
                let weight = (weight * scale)?;
                skip = Some(Conv2d::new(weight, None, Conv2dConfig::default())?);
            }
        }
        let skips = config.architecture == SynthesisArchitecture::Skip;
        let shows = skips || resolution == config.img_resolution;
        Ok(Self {
            name: resolution,
            constant,
            conv0,
            conv1: SynthesisLayer::new(&shared, "conv1", [outputs, outputs], size, false, gain)?,
            torgb: shows.then(|| ToRgb::new(&shared, outputs)).transpose()?,
            skip,
        })
    }
}

/// `ws` to the picture.
pub struct SynthesisNetwork {
    blocks: Vec<SynthesisBlock>,
    fir: Fir,
}

impl SynthesisNetwork {
    /// Loads `b4`, `b8`, … below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub fn new(config: &Config, vb: &Weights) -> Result<Self, ModelError> {
        let blocks = config
            .block_resolutions()
            .into_iter()
            .map(|r| SynthesisBlock::new(config, r, vb.pp(format_args!("b{r}"))))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            blocks,
            fir: Fir::new(&config.resample_filter),
        })
    }

    /// `[N, img_channels, height, width]`, about -1..1, of `num_ws` tensors
    /// `[N, w_dim]`. Looks at `cancel` between layers.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`], or what the tensor library says.
    pub fn forward(
        &self,
        ws: &[Tensor],
        noise: &mut NoiseSource,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        let mut state = State::default();
        for block in &self.blocks {
            self.block(block, &mut state, ws, noise, cancel)?;
            self.show(block, &mut state, ws)?;
        }
        let none = || ModelError::BadWeights("no block makes a picture".into());
        state.picture.ok_or_else(none)
    }

    /// Blocks up to the features: not the last one, and none finer than [`FEATURE_RATE`].
    fn feature_blocks(&self) -> usize {
        let fine = self.blocks.iter().position(|b| b.name > FEATURE_RATE);
        let most = self.blocks.len().saturating_sub(1);
        fine.unwrap_or(most).min(most).max(1)
    }

    /// What the first blocks make of `ws`. The picture so far is without gradient.
    ///
    /// # Errors
    /// As [`SynthesisNetwork::forward`].
    pub(in crate::models) fn features(
        &self,
        ws: &[Tensor],
        mut noise: NoiseSource,
        cancel: &CancelToken,
    ) -> Result<Features, ModelError> {
        let mut state = State::default();
        let untracked: Vec<Tensor> = ws.iter().map(Tensor::detach).collect();
        for block in &self.blocks[..self.feature_blocks()] {
            self.block(block, &mut state, ws, &mut noise, cancel)?;
            let x = state.x.clone();
            state.x = x.as_ref().map(Tensor::detach);
            self.show(block, &mut state, &untracked)?;
            state.x = x;
        }
        let none = || ModelError::BadWeights("there is no block".into());
        let map = state.x.ok_or_else(none)?;
        let (_, _, h, w) = map.dims4()?;
        Ok(Features {
            map,
            rate: [w as f32, h as f32],
            rest: Rest {
                layer: state.layer,
                picture: state.picture,
                noise,
            },
        })
    }

    /// The picture of [`SynthesisNetwork::features`], without gradient.
    ///
    /// # Errors
    /// As [`SynthesisNetwork::forward`].
    pub(in crate::models) fn picture_from(
        &self,
        features: &Features,
        ws: &[Tensor],
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        let ws: Vec<Tensor> = ws.iter().map(Tensor::detach).collect();
        let rest = features.rest.clone();
        let mut noise = rest.noise;
        let mut state = State {
            x: Some(features.map.detach()),
            picture: rest.picture,
            layer: rest.layer,
        };
        for block in &self.blocks[self.feature_blocks()..] {
            self.block(block, &mut state, &ws, &mut noise, cancel)?;
            self.show(block, &mut state, &ws)?;
        }
        let none = || ModelError::BadWeights("no block makes a picture".into());
        state.picture.ok_or_else(none)
    }

    fn block(
        &self,
        block: &SynthesisBlock,
        state: &mut State,
        ws: &[Tensor],
        noise: &mut NoiseSource,
        cancel: &CancelToken,
    ) -> Result<(), ModelError> {
        let style = |layer: usize| style(ws, layer);
        stop(cancel)?;
        let residual = match (&block.skip, &state.x) {
            (Some(skip), Some(x)) => Some(doubled(&skip.forward(x)?, &self.fir)?),
            _ => None,
        };
        let mut x = match (&block.conv0, &block.constant, state.x.take()) {
            (Some(conv0), _, Some(x)) => {
                let x = conv0.forward(&x, style(state.layer)?, noise)?;
                state.layer += 1;
                x
            }
            (_, Some(constant), _) => repeated(constant, style(state.layer)?.dim(0)?)?,
            _ => {
                return Err(ModelError::BadWeights(
                    "its first block has no input".into(),
                ));
            }
        };
        stop(cancel)?;
        x = block.conv1.forward(&x, style(state.layer)?, noise)?;
        state.layer += 1;
        if let Some(residual) = residual {
            x = (x + residual)?;
        }
        state.x = Some(x);
        Ok(())
    }

    /// Adds what the block shows to the picture.
    fn show(
        &self,
        block: &SynthesisBlock,
        state: &mut State,
        ws: &[Tensor],
    ) -> Result<(), ModelError> {
        if let Some(before) = &state.picture {
            state.picture = Some(doubled(before, &self.fir)?);
        }
        if let (Some(torgb), Some(x)) = (&block.torgb, &state.x) {
            let shown = torgb.forward(x, style(ws, state.layer)?)?;
            state.picture = Some(match state.picture.take() {
                Some(before) => (before + shown)?,
                None => shown,
            });
        }
        Ok(())
    }
}

fn style(ws: &[Tensor], layer: usize) -> Result<&Tensor, ModelError> {
    let none = || ModelError::BadRequest(format!("there is no style for layer {layer}"));
    ws.get(layer).ok_or_else(none)
}

/// What goes from block to block.
#[derive(Default)]
struct State {
    x: Option<Tensor>,
    picture: Option<Tensor>,
    layer: usize,
}

fn repeated(constant: &Tensor, count: usize) -> candle_core::Result<Tensor> {
    match count {
        1 => Ok(constant.clone()),
        _ => constant.repeat((count, 1, 1, 1)),
    }
}
