//! What FastGAN's (Liu et al. 2021) and lightweight GAN's layers have in common: a convolution,
//! noise, a normalisation by what training saw, a gated linear unit (Dauphin et al. 2017).

use candle_core::{Device, Tensor};
use candle_nn::ops::sigmoid;

use super::ModelError;
use super::linear::{Linear, Row};
use super::weights::Weights;
use crate::latent::rng::{Random, RandomPurpose};
use crate::nn::{Conv2d, Conv2dConfig};
use crate::recipe::NoiseMode;

/// Added to variances.
const EPS: f64 = 1e-5;

/// Normal noise, one layer after the other; none where it is off.
pub(super) struct NoiseStream(Option<Random>);

impl NoiseStream {
    /// These networks keep no noise of their own: the fixed one is that of seed 0.
    pub(super) fn new(mode: NoiseMode) -> Self {
        let seed = match mode {
            NoiseMode::Off => return Self(None),
            NoiseMode::Fixed => 0,
            NoiseMode::Seeded(seed) => seed,
        };
        Self(Some(Random::new(RandomPurpose::Noise, seed)))
    }
}

/// The noise of a layer: `height · width` numbers, or none.
pub(super) type LayerNoise<'a> = dyn FnMut(usize, usize) -> Option<Vec<f32>> + Send + 'a;

impl NoiseStream {
    /// The next layer's.
    pub(super) fn next(&mut self, height: usize, width: usize) -> Option<Vec<f32>> {
        Some(self.0.as_mut()?.normals(height * width))
    }
}

/// The first half of the channels, each as far as the other half lets it through.
pub(super) fn glu(x: &Tensor) -> candle_core::Result<Tensor> {
    let half = x.dim(1)? / 2;
    let gate = sigmoid(&x.narrow(1, half, half)?.contiguous()?)?;
    x.narrow(1, 0, half)? * gate
}

/// Factor and offset of a `BatchNorm2d` that is not trained any more, `[channels]` each.
///
/// # Errors
/// Missing or misshapen tensors.
pub(super) fn batch_norm(channels: usize, vb: &Weights) -> Result<[Tensor; 2], ModelError> {
    let get = |name: &str| vb.get(&[channels], name);
    let scale = (get("weight")? / (get("running_var")? + EPS)?.sqrt()?)?;
    let shift = (get("bias")? - (get("running_mean")? * &scale)?)?;
    Ok([scale, shift])
}

/// A normalisation whose factor and offset a class decides (`CCBN`).
struct ClassNorm {
    gain: Linear,
    bias: Linear,
    /// One over the deviation, and the mean.
    inverse: Vec<f32>,
    mean: Vec<f32>,
}

impl ClassNorm {
    fn new(channels: usize, class_dim: usize, vb: &Weights) -> Result<Self, ModelError> {
        let linear = |name: &str| {
            let vb = vb.pp(name);
            let weight = vb.get(&[channels, class_dim], "weight")?;
            Linear::new(&weight, 1.0, &vb.get(&[channels], "bias")?, 1.0)
        };
        let var = (vb.get(&[channels], "stored_var")? + EPS)?;
        Ok(Self {
            gain: linear("gain")?,
            bias: linear("bias")?,
            inverse: var.sqrt()?.recip()?.to_vec1()?,
            mean: vb.get(&[channels], "stored_mean")?.to_vec1()?,
        })
    }

    /// Factor and offset, `[1, channels, 1, 1]`.
    fn of(&self, class: Row<'_>, device: &Device) -> Result<[Tensor; 2], ModelError> {
        let class = match class {
            Row::Plain(class) => class,
            Row::Graded(class) => return self.graded(class),
        };
        let gain = self.gain.forward(class).into_iter().zip(&self.inverse);
        let scale: Vec<f32> = gain.map(|(gain, inverse)| (1.0 + gain) * inverse).collect();
        let offsets = self.bias.forward(class).into_iter();
        let offsets = offsets.zip(scale.iter().zip(&self.mean));
        let shift: Vec<f32> = offsets.map(|(b, (s, mean))| b - s * mean).collect();
        let count = scale.len();
        let tensor = |values| Tensor::from_vec(values, (1, count, 1, 1), device);
        Ok([tensor(scale)?, tensor(shift)?])
    }

    /// The same with gradients.
    fn graded(&self, class: &Tensor) -> Result<[Tensor; 2], ModelError> {
        let fixed = |values: &[f32]| Tensor::from_slice(values, (1, values.len()), class.device());
        let scale = ((self.gain.forward_tensor(class)? + 1.0)? * fixed(&self.inverse)?)?;
        let shift = (self.bias.forward_tensor(class)? - (&scale * fixed(&self.mean)?)?)?;
        let shape = (1, self.mean.len(), 1, 1);
        Ok([scale.reshape(shape)?, shift.reshape(shape)?])
    }
}

/// What a layer's normalisation does.
enum Normed {
    /// It is in the convolution already; the noise's factor, `[1, 2 · out, 1, 1]`.
    Folded(Option<Tensor>),
    /// A class decides; the noise's factor.
    ByClass(Box<ClassNorm>, Option<f64>),
}

/// Where a layer's parts lie.
pub(super) struct GatedNames<'a> {
    /// The convolution, with or without bias.
    pub(super) conv: &'a str,
    /// The noise's factor, `[1]`.
    pub(super) noise: Option<&'a str>,
    /// The normalisation.
    pub(super) norm: &'a str,
}

/// Convolution, noise, normalisation, gated linear unit.
pub(super) struct GatedConv {
    conv: Conv2d,
    normed: Normed,
}

impl GatedConv {
    /// Loads the parts below `vb`; `class_dim` is the length of what decides a class' normalisation.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub(super) fn new(
        [inputs, outputs, kernel]: [usize; 3],
        names: &GatedNames<'_>,
        class_dim: Option<usize>,
        config: Conv2dConfig,
        vb: &Weights,
    ) -> Result<Self, ModelError> {
        let both = 2 * outputs;
        let conv = vb.pp(names.conv);
        let mut weight = conv.get(&[both, inputs, kernel, kernel], "weight")?;
        let mut bias = match conv.contains("bias") {
            true => Some(conv.get(&[both], "bias")?),
            false => None,
        };
        let noise = names
            .noise
            .map(|name| vb.get(&[1], &format!("{name}.weight")));
        let noise = noise.transpose()?;
        let norm = vb.pp(names.norm);
        let normed = match class_dim {
            Some(length) => {
                let noise = noise.map(|noise| noise.to_vec1::<f32>()).transpose()?;
                let noise = noise.map(|noise| f64::from(noise[0]));
                Normed::ByClass(Box::new(ClassNorm::new(both, length, &norm)?), noise)
            }
            None => {
                let [scale, shift] = batch_norm(both, &norm)?;
                weight = weight.broadcast_mul(&scale.reshape((both, 1, 1, 1))?)?;
                bias = Some(match bias {
                    Some(bias) => ((bias * &scale)? + shift)?,
                    None => shift,
                });
                let noise =
                    noise.map(|noise| scale.broadcast_mul(&noise)?.reshape((1, both, 1, 1)));
                Normed::Folded(noise.transpose()?)
            }
        };
        let conv = Conv2d::new(weight, bias, config)?;
        Ok(Self { conv, normed })
    }

    /// `[1, in, H, W]` to `[1, out, H', W']`; `class` is obeyed by networks with classes; `crop` takes a row and a column away behind the
    /// convolution.
    ///
    /// # Errors
    /// [`ModelError::Candle`].
    pub(super) fn forward(
        &self,
        x: &Tensor,
        class: Row<'_>,
        crop: bool,
        noise: &mut LayerNoise<'_>,
    ) -> Result<Tensor, ModelError> {
        let mut x = self.conv.forward(x)?;
        if crop {
            let (_, _, h, w) = x.dims4()?;
            x = x.narrow(2, 0, h - 1)?.narrow(3, 0, w - 1)?.contiguous()?;
        }
        let (_, _, h, w) = x.dims4()?;
        let mut drawn = |wanted: bool| -> candle_core::Result<Option<Tensor>> {
            let values = if wanted { noise(h, w) } else { None };
            let plane = values.map(|values| Tensor::from_vec(values, (1, 1, h, w), x.device()));
            plane.transpose()
        };
        Ok(match &self.normed {
            Normed::Folded(factor) => match (factor, drawn(factor.is_some())?) {
                (Some(factor), Some(plane)) => {
                    glu(&x.broadcast_add(&plane.broadcast_mul(factor)?)?)?
                }
                _ => glu(&x)?,
            },
            Normed::ByClass(norm, factor) => {
                if let (Some(factor), Some(plane)) = (factor, drawn(factor.is_some())?) {
                    x = x.broadcast_add(&(plane * *factor)?)?;
                }
                let [scale, shift] = norm.of(class, x.device())?;
                glu(&x.broadcast_mul(&scale)?.broadcast_add(&shift)?)?
            }
        })
    }
}

/// A transposed 4 × 4 convolution of a single pixel, then normalisation and gated linear unit.
pub(super) struct Seed {
    /// `[latent, 2 · out · 16]`.
    weight: Tensor,
    /// `[1, 2 · out, 4, 4]`.
    bias: Tensor,
}

impl Seed {
    /// Loads the convolution `0` and the normalisation `1` below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub(super) fn new(latent: usize, outputs: usize, vb: &Weights) -> Result<Self, ModelError> {
        let both = 2 * outputs;
        let weight = vb.get(&[latent, both, 4, 4], "0.weight")?;
        let [scale, mut shift] = batch_norm(both, &vb.pp("1"))?;
        if vb.contains("0.bias") {
            shift = (shift + (vb.get(&[both], "0.bias")? * &scale)?)?;
        }
        let weight = weight.broadcast_mul(&scale.reshape((1, both, 1, 1))?)?;
        Ok(Self {
            weight: weight.reshape((latent, both * 16))?,
            bias: shift.reshape((1, both, 1, 1))?.repeat((1, 1, 4, 4))?,
        })
    }

    /// `latent` numbers to `[1, out, 4, 4]`.
    ///
    /// # Errors
    /// [`ModelError::Candle`].
    pub(super) fn forward(&self, z: Row<'_>) -> Result<Tensor, ModelError> {
        let z = match z {
            Row::Plain(z) => Tensor::from_slice(z, (1, z.len()), self.weight.device())?,
            Row::Graded(z) => z.clone(),
        };
        let x = z.matmul(&self.weight)?.reshape(self.bias.shape())?;
        Ok(glu(&(x + &self.bias)?)?)
    }
}
