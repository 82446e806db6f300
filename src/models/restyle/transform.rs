//! Transform network of *Restyle*: fully convolutional, conditional instance
//! normalisation from the style code (after Ghiasi et al. 2017).

use candle_core::{DType, Device, Tensor};

use super::config::Config;
use crate::cancel::CancelToken;
use crate::models::ModelError;
use crate::models::linear::Linear;
use crate::models::weights::Weights;
use crate::nn::{Activation, ChannelStats, Conv2d, Conv2dConfig, Norm, PaddingMode, Taken};

/// Statistics of all normalisations, taken once from a copy of the photo.
pub type Norms = Vec<ChannelStats>;

struct ResBlock {
    conv1: Conv2d,
    conv2: Conv2d,
}

/// Whitened photo and strokes to a whitened picture.
pub(super) struct Transform {
    down: [Conv2d; 2],
    res: Vec<ResBlock>,
    up: [Conv2d; 2],
    out: Conv2d,
    mapping: Linear,
    affine: Vec<Linear>,
    slope: f32,
    eps: f64,
}

/// A pass through the network: which normalisation comes next.
struct Pass<'a> {
    net: &'a Transform,
    hidden: Vec<f32>,
    given: Option<&'a Norms>,
    used: Vec<Taken>,
    cancel: &'a CancelToken,
}

fn conv(
    vb: &Weights,
    name: &str,
    [inputs, outputs]: [usize; 2],
    change: impl FnOnce(Conv2dConfig) -> Conv2dConfig,
) -> Result<Conv2d, ModelError> {
    let vb = vb.pp(name);
    let config = Conv2dConfig::same(3).pad_with(PaddingMode::Replicate);
    Ok(Conv2d::new(
        vb.get(&[outputs, inputs, 3, 3], "weight")?,
        Some(vb.get(&[outputs], "bias")?),
        change(config),
    )?)
}

impl Transform {
    pub(super) fn new(config: &Config, vb: &Weights) -> Result<Self, ModelError> {
        let ([d1, d2], [u1, u2]) = (config.down, config.up);
        let same = |c: Conv2dConfig| c;
        let half = |c: Conv2dConfig| c.stride(2);
        let double = |c: Conv2dConfig| c.upsample();
        let res = (0..config.blocks)
            .map(|i| {
                let vb = vb.pp(format_args!("res.{i}"));
                Ok(ResBlock {
                    conv1: conv(&vb, "conv1", [d2, d2], same)?,
                    conv2: conv(&vb, "conv2", [d2, d2], same)?,
                })
            })
            .collect::<Result<_, ModelError>>()?;
        let linear = |vb: Weights, inputs: usize, outputs: usize| {
            let (weight, bias) = (
                vb.get(&[outputs, inputs], "weight")?,
                vb.get(&[outputs], "bias")?,
            );
            Linear::new(&weight, 1.0, &bias, 1.0)
        };
        let affine = config
            .norms()
            .iter()
            .enumerate()
            .map(|(k, c)| linear(vb.pp(format_args!("affine.{k}")), config.hidden, 2 * c))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            down: [
                conv(vb, "down1", [3, d1], half)?,
                conv(vb, "down2", [d1, d2], half)?,
            ],
            res,
            up: [
                conv(vb, "up1", [d2, u1], double)?,
                conv(vb, "up2", [u1, u2], double)?,
            ],
            out: conv(vb, "out", [u2, 3], same)?,
            mapping: linear(vb.pp("mapping"), config.code_dim + 1, config.hidden)?,
            affine,
            slope: config.leaky_slope,
            eps: config.eps_norm,
        })
    }

    /// The same for pictures that go on at their opposite sides, see [`Conv2d::wrapping`].
    pub(super) fn wrapping(&self, wrap: [bool; 2]) -> Self {
        let block = |block: &ResBlock| ResBlock {
            conv1: block.conv1.wrapping(wrap),
            conv2: block.conv2.wrapping(wrap),
        };
        Self {
            down: self.down.each_ref().map(|conv| conv.wrapping(wrap)),
            res: self.res.iter().map(block).collect(),
            up: self.up.each_ref().map(|conv| conv.wrapping(wrap)),
            out: self.out.wrapping(wrap),
            mapping: self.mapping.clone(),
            affine: self.affine.clone(),
            slope: self.slope,
            eps: self.eps,
        }
    }

    /// `x` is `[1, 3, h, w]`, whitened; `strokes` are `code_dim` numbers. With
    /// `norms` those statistics count, else the picture's own.
    pub(super) fn forward(
        &self,
        x: &Tensor,
        strokes: &[f32],
        strength: f32,
        norms: Option<&Norms>,
        cancel: &CancelToken,
    ) -> Result<(Tensor, Norms), ModelError> {
        let mut input = strokes.to_vec();
        input.push(strength);
        let mut hidden = self.mapping.forward(&input);
        for value in &mut hidden {
            if *value < 0.0 {
                *value *= self.slope;
            }
        }
        if norms.is_some_and(|norms| norms.len() != self.affine.len()) {
            return Err(ModelError::BadRequest(
                "statistics of another style network; measure the photo again".into(),
            ));
        }
        let mut pass = Pass {
            net: self,
            hidden,
            given: norms,
            used: Vec::with_capacity(self.affine.len()),
            cancel,
        };
        let mut x = x.clone();
        for down in &self.down {
            x = pass.conv(down, &x, Activation::Relu, None)?;
        }
        for block in &self.res {
            let r = pass.conv(&block.conv1, &x, Activation::Relu, None)?;
            x = pass.conv(&block.conv2, &r, Activation::None, Some(&x))?;
        }
        let picture = match norms {
            Some(_) if x.device().is_cpu() => pass.enlarge_in_bands(&x)?,
            // Statistics are of the whole picture; and a GPU wants few large steps.
            _ => pass.enlarge(&x)?,
        };
        Ok((picture.to_dtype(DType::F32)?, Taken::all(pass.used)?))
    }
}

/// Rows that the doubling convolutions work on at a time, at the size before them: what they make
/// then stays in the cache, and a large picture's widest layers are never in memory whole.
const BAND: usize = 32;
/// Rows above and below a band that its pixels depend on.
const HALO: usize = 1;

impl Pass<'_> {
    /// Four times the size, and the picture.
    fn enlarge(&mut self, x: &Tensor) -> Result<Tensor, ModelError> {
        let mut x = x.clone();
        for up in &self.net.up {
            x = self.conv(up, &x, Activation::Relu, None)?;
        }
        Ok(self.net.out.forward(&x)?)
    }

    /// [`enlarge`](Self::enlarge) with given statistics, band by band.
    fn enlarge_in_bands(&mut self, x: &Tensor) -> Result<Tensor, ModelError> {
        let height = x.dim(2)?;
        let band = height.div_ceil(height.div_ceil(BAND).max(1)).max(1);
        let before = self.used.len();
        let mut bands = Vec::with_capacity(height.div_ceil(band));
        for top in (0..height).step_by(band) {
            let bottom = height.min(top + band);
            let first = top.saturating_sub(HALO);
            let last = height.min(bottom + HALO);
            self.used.truncate(before);
            let part = x.narrow(2, first, last - first)?.contiguous()?;
            let made = self.enlarge(&part)?;
            let scale = made.dim(2)? / (last - first);
            bands.push(made.narrow(2, (top - first) * scale, (bottom - top) * scale)?);
        }
        Ok(Tensor::cat(&bands, 2)?)
    }

    /// A convolution and the next conditional instance normalisation, `+ residual`.
    fn conv(
        &mut self,
        conv: &Conv2d,
        x: &Tensor,
        activation: Activation,
        residual: Option<&Tensor>,
    ) -> Result<Tensor, ModelError> {
        if self.cancel.is_cancelled() {
            return Err(ModelError::Cancelled);
        }
        let k = self.used.len();
        let Some(affine) = self.net.affine.get(k) else {
            return Err(ModelError::BadWeights(
                "it has too few normalisations".into(),
            ));
        };
        let mut gamma = affine.forward(&self.hidden);
        let beta = gamma.split_off(gamma.len() / 2);
        for g in &mut gamma {
            *g += 1.0;
        }
        // As numbers on the processor, wherever the picture is: they go into the statistics'.
        let scale = Tensor::from_vec(gamma, beta.len(), &Device::Cpu)?;
        let shift = Tensor::from_vec(beta, scale.dims1()?, &Device::Cpu)?;
        let norm = Norm {
            stats: self.given.and_then(|norms| norms.get(k)),
            scale: Some(&scale),
            shift: Some(&shift),
            eps: self.net.eps,
            activation,
        };
        let (y, used) = conv.forward_norm(x, &norm, residual)?;
        self.used.push(used);
        Ok(y)
    }
}
