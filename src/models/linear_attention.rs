//! Attention over pictures whose cost grows with their area alone (Shen et al. 2021, "Efficient
//! Attention: Attention with Linear Complexities"), as lucidrains' `stylegan2-pytorch` and
//! `lightweight-gan` have it; the latter looks at each pixel's neighbours beside it.

use candle_core::{D, Tensor};
use candle_nn::ops::softmax;

use super::ModelError;
use super::weights::Weights;
use crate::nn::{Activation, Conv2d, Conv2dConfig};

/// Channels of a head.
const HEAD: usize = 64;
/// Side of the neighbourhood.
const SIDE: usize = 3;

/// `ChanNorm`: each pixel's channels to mean 0 and variance 1, then a factor and an offset each.
pub(super) struct ChanNorm {
    g: Tensor,
    b: Tensor,
}

impl ChanNorm {
    /// Loads `g` and `b` below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub(super) fn new(channels: usize, vb: &Weights) -> Result<Self, ModelError> {
        Ok(Self {
            g: vb.get(&[1, channels, 1, 1], "g")?,
            b: vb.get(&[1, channels, 1, 1], "b")?,
        })
    }

    /// `[N, C, H, W]` to the same.
    ///
    /// # Errors
    /// [`ModelError::Candle`].
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let far = x.broadcast_sub(&x.mean_keepdim(1)?)?;
        let deviation = (far.sqr()?.mean_keepdim(1)? + 1e-5)?.sqrt()?;
        let x = far.broadcast_div(&deviation)?.broadcast_mul(&self.g)?;
        Ok(x.broadcast_add(&self.b)?)
    }
}

/// Queries, and keys and values from a pointwise convolution, or a depthwise and a pointwise one.
struct Lookup {
    q: Conv2d,
    kv: Vec<Conv2d>,
    heads: usize,
}

impl Lookup {
    fn new(channels: usize, [q, kv]: [&str; 2], vb: &Weights) -> Result<Self, ModelError> {
        let weight = vb.any(&format!("{q}.weight"))?;
        let inner = weight.dims4()?.0;
        if inner == 0 || inner % HEAD != 0 {
            return Err(ModelError::BadWeights(format!(
                "'{q}' has {inner} channels, which are no heads of {HEAD}"
            )));
        }
        let pointwise = |outputs: usize, name: &str| {
            let weight = vb.get(&[outputs, channels, 1, 1], name)?;
            Ok::<_, ModelError>(Conv2d::new(weight, None, Conv2dConfig::default())?)
        };
        let plain = format!("{kv}.weight");
        let kv = match vb.contains(&plain) {
            true => vec![pointwise(2 * inner, &plain)?],
            false => {
                let deep = vb.get(&[channels, 1, 3, 3], &format!("{kv}.net.0.weight"))?;
                let settings = Conv2dConfig::same(3).groups(channels);
                vec![
                    Conv2d::new(deep, None, settings)?,
                    pointwise(2 * inner, &format!("{kv}.net.1.weight"))?,
                ]
            }
        };
        Ok(Self {
            q: pointwise(inner, &format!("{q}.weight"))?,
            kv,
            heads: inner / HEAD,
        })
    }

    /// Queries, keys and values, `[heads, HEAD, H, W]` each, of a single picture.
    fn forward(&self, x: &Tensor) -> Result<[Tensor; 3], ModelError> {
        let (_, _, h, w) = x.dims4()?;
        let split = |t: &Tensor| t.reshape((self.heads, HEAD, h, w));
        let mut kv = x.clone();
        for conv in &self.kv {
            kv = conv.forward(&kv)?;
        }
        let half = self.heads * HEAD;
        let part = |from: usize| kv.narrow(1, from, half)?.contiguous();
        Ok([
            split(&self.q.forward(x)?)?,
            split(&part(0)?)?,
            split(&part(half)?)?,
        ])
    }
}

/// Every pixel asks the whole picture at once.
fn whole([q, k, v]: &[Tensor; 3]) -> Result<Tensor, ModelError> {
    let (heads, _, h, w) = q.dims4()?;
    let flat = |t: &Tensor| t.reshape((heads, HEAD, h * w));
    let q = (softmax(&flat(q)?, 1)? * (HEAD as f64).powf(-0.5))?;
    let k = softmax(&flat(k)?, D::Minus1)?;
    // [heads, of v, of k]
    let context = flat(v)?.matmul(&k.t()?.contiguous()?)?;
    let out = context.matmul(&q.contiguous()?)?.gelu_erf()?;
    Ok(out.reshape((1, heads * HEAD, h, w))?)
}

/// Every pixel asks its neighbours; beyond the border there are zeros.
fn near([q, k, v]: &[Tensor; 3]) -> Result<Tensor, ModelError> {
    let (heads, _, h, w) = q.dims4()?;
    let q = (q * (HEAD as f64).powf(-0.5))?;
    let padded = |t: &Tensor| t.pad_with_zeros(2, 1, 1)?.pad_with_zeros(3, 1, 1);
    let (k, v) = (padded(k)?, padded(v)?);
    let at = |t: &Tensor, i: usize| t.narrow(2, i / SIDE, h)?.narrow(3, i % SIDE, w);
    let likeness = (0..SIDE * SIDE)
        .map(|i| (&q * at(&k, i)?)?.sum_keepdim(1))
        .collect::<candle_core::Result<Vec<_>>>()?;
    let shares = softmax(&Tensor::cat(&likeness, 1)?, 1)?;
    let mut out = v.narrow(2, 1, h)?.narrow(3, 1, w)?.zeros_like()?;
    for i in 0..SIDE * SIDE {
        out = (out + at(&v, i)?.broadcast_mul(&shares.narrow(1, i, 1)?)?)?;
    }
    Ok(out.reshape((1, heads * HEAD, h, w))?)
}

/// Attention; pictures come one at a time.
pub(super) struct LinearAttention {
    whole: Lookup,
    near: Option<Lookup>,
    to_out: Conv2d,
}

impl LinearAttention {
    /// Loads `to_q`, `to_kv` and `to_out` below `vb`, where there are `to_lin_q` and `to_lin_kv`
    /// these for the whole picture and the former for the neighbourhood.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub(super) fn new(channels: usize, vb: &Weights) -> Result<Self, ModelError> {
        let own = Lookup::new(channels, ["to_q", "to_kv"], vb)?;
        let (whole, near) = match vb.contains("to_lin_q.weight") {
            true => {
                let whole = Lookup::new(channels, ["to_lin_q", "to_lin_kv"], vb)?;
                (whole, Some(own))
            }
            false => (own, None),
        };
        let near_heads = near.as_ref().map_or(0, |near| near.heads);
        let inner = HEAD * (whole.heads + near_heads);
        Ok(Self {
            to_out: Conv2d::new(
                vb.get(&[channels, inner, 1, 1], "to_out.weight")?,
                Some(vb.get(&[channels], "to_out.bias")?),
                Conv2dConfig::default(),
            )?,
            whole,
            near,
        })
    }

    /// `[1, C, H, W]` to the same.
    ///
    /// # Errors
    /// [`ModelError::Candle`].
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let mut out = whole(&self.whole.forward(x)?)?;
        if let Some(lookup) = &self.near {
            out = Tensor::cat(&[out, near(&lookup.forward(x)?)?], 1)?;
        }
        Ok(self.to_out.forward(&out)?)
    }
}

/// `kornia`'s `filter2d` with `[1, 2, 1]` in both directions, borders mirrored.
pub(super) struct Blur(Conv2d);

impl Blur {
    /// For so many channels; loads `f`, the filter, below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub(super) fn new(channels: usize, vb: &Weights) -> Result<Self, ModelError> {
        let f = vb.get(&[3], "f")?;
        let f = f.broadcast_div(&f.abs()?.sum_all()?)?;
        let square = f.reshape((3, 1))?.matmul(&f.reshape((1, 3))?)?;
        let weight = square.reshape((1, 1, 3, 3))?.repeat((channels, 1, 1, 1))?;
        let config = Conv2dConfig::same(3)
            .groups(channels)
            .pad_with(crate::nn::PaddingMode::Reflect);
        Ok(Self(Conv2d::new(weight, None, config)?))
    }

    /// `[N, channels, H, W]` to the same.
    ///
    /// # Errors
    /// [`ModelError::Candle`].
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        Ok(self.0.forward(x)?)
    }
}

/// A convolution with bias below `vb`, that keeps the sides.
///
/// # Errors
/// Missing or misshapen tensors.
pub(super) fn conv(
    [inputs, outputs, kernel]: [usize; 3],
    activation: Activation,
    vb: &Weights,
) -> Result<Conv2d, ModelError> {
    Ok(Conv2d::new(
        vb.get(&[outputs, inputs, kernel, kernel], "weight")?,
        Some(vb.get(&[outputs], "bias")?),
        Conv2dConfig::same(kernel).activation(activation),
    )?)
}
