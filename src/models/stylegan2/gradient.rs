//! Styled convolutions with a gradient that is as quick as the picture itself.
//!
//! Weights stay fixed while a latent is fitted, so a convolution is a linear map, and
//! its gradient is the adjoint map, another convolution. Both run on the kernels that
//! make pictures, with all that surrounds them in one pass; candle's own backward step
//! would also compute gradients of weights, and go over the picture a dozen times.

use std::sync::{Arc, OnceLock};

use candle_core::{CpuStorage, CustomOp1, CustomOp2, DType, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::window::Window;
use crate::nn::{
    Conv2d, Conv2dConfig, Fir, Held, ModulatedConv2d, ModulatedConv2dConfig, contiguous, upfirdn2d,
    upsample2d, values,
};

/// Taps of the filter that the adjoints are written for.
const TAPS: usize = 4;

/// Doubling of a picture as a step of candle's graph.
struct Doubling(Fir);

impl CustomOp1 for Doubling {
    fn name(&self) -> &'static str {
        "doubling"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let y = upsample2d(&taken(storage, layout)?, &self.0)?;
        let values = with_values(&y, <[f32]>::to_vec)?;
        Ok((CpuStorage::F32(values), y.shape().clone()))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let gradient = gradient.detach().contiguous()?;
        upfirdn2d(&gradient, &self.0, 1, 2, (1, 1), 4.0).map(Some)
    }
}

/// Whether a gradient is wanted of something that our kernels compute.
fn graded(tensors: [&Tensor; 2], fir: &Fir) -> bool {
    fir.taps().len() == TAPS && tensors.iter().any(|t| t.track_op()) && tensors[0].device().is_cpu()
}

/// [`upsample2d`], with the quick gradient where one is wanted.
///
/// # Errors
/// As [`upsample2d`].
pub(in crate::models) fn doubled(x: &Tensor, fir: &Fir) -> Result<Tensor> {
    if graded([x, x], fir) {
        x.contiguous()?.apply_op1(Doubling(fir.clone()))
    } else {
        upsample2d(x, fir)
    }
}

/// The adjoint of the convolution (and doubling) alone.
struct Adjoint {
    conv: Conv2d,
    /// The filter and the zeros around, if the convolution doubles the sides.
    blur: Option<(Fir, usize)>,
}

impl Adjoint {
    fn new(weight: &Tensor, cfg: &ModulatedConv2dConfig, fir: &Fir) -> Result<Self> {
        let kernel = weight.dim(3)?;
        let up = cfg.up;
        let turned = weight.transpose(0, 1)?.contiguous()?;
        let (turned, config) = match (up, cfg.full) {
            (true, _) => (turned, Conv2dConfig::default().stride(2)),
            // The borders that the convolution grew fall away again.
            (false, true) => (turned.flip(&[2, 3])?, Conv2dConfig::default()),
            (false, false) => (turned.flip(&[2, 3])?, Conv2dConfig::same(kernel)),
        };
        Ok(Self {
            conv: Conv2d::new(turned.contiguous()?, None, config)?,
            blur: up.then(|| (fir.clone(), 1 + kernel / 2)),
        })
    }

    fn apply(&self, gradient: &Tensor) -> Result<Tensor> {
        match &self.blur {
            Some((fir, around)) => {
                let blurred = upfirdn2d(gradient, fir, 1, 1, (*around, *around), 4.0)?;
                self.conv.forward(&blurred)
            }
            None => self.conv.forward(gradient),
        }
    }
}

/// What the gradient needs besides the convolution itself.
struct Way {
    adjoint: Adjoint,
    /// Squares of the weights, summed over the kernel, `[in, out]`.
    energy: Tensor,
}

struct Core {
    conv: ModulatedConv2d,
    weight: Tensor,
    config: ModulatedConv2dConfig,
    bias: Vec<f32>,
    fir: Fir,
    way: OnceLock<Way>,
}

impl Core {
    fn way(&self) -> Result<&Way> {
        if let Some(way) = self.way.get() {
            return Ok(way);
        }
        let energy = self.weight.sqr()?.sum((2, 3))?.t()?.contiguous()?;
        let adjoint = Adjoint::new(&self.weight, &self.config, &self.fir)?;
        Ok(self.way.get_or_init(|| Way { adjoint, energy }))
    }
}

/// A modulated convolution, quick with and without gradient.
pub(in crate::models) struct StyledConv(Arc<Core>);

impl StyledConv {
    /// Weight `[out, in, k, k]`, bias `[out]`.
    pub(in crate::models) fn new(
        weight: Tensor,
        bias: Tensor,
        config: ModulatedConv2dConfig,
        fir: Fir,
    ) -> Result<Self> {
        let values = bias.to_dtype(DType::F32)?.to_vec1()?;
        Ok(Self(Arc::new(Core {
            conv: ModulatedConv2d::new(weight.clone(), Some(bias), config.clone())?,
            weight,
            config,
            bias: values,
            fir,
            way: OnceLock::new(),
        })))
    }

    /// `x` `[N, in, h, w]`, styles `[N, in]`; see [`ModulatedConv2d::forward`].
    pub(in crate::models) fn forward(
        &self,
        x: &Tensor,
        styles: &Tensor,
        noise: Option<&Tensor>,
    ) -> Result<Tensor> {
        let core = &self.0;
        let slope = core.config.post.activation.negative_slope(0);
        match slope.filter(|s| *s > 0.0 && graded([x, styles], &core.fir)) {
            Some(slope) => x.contiguous()?.apply_op2(
                &styles.contiguous()?,
                Styled {
                    core: Arc::clone(core),
                    noise: noise.map(Tensor::detach),
                    slope,
                },
            ),
            None => core.conv.forward(x, styles, noise),
        }
    }
}

/// A modulated convolution with all that follows it, as one step of candle's graph.
struct Styled {
    core: Arc<Core>,
    noise: Option<Tensor>,
    /// Of the activation below zero; not 0, so that what went in can be told from what came out.
    slope: f32,
}

impl CustomOp2 for Styled {
    fn name(&self) -> &'static str {
        "styled-convolution"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        styles: &CpuStorage,
        styles_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, styles) = (taken(x, x_layout)?, taken(styles, styles_layout)?);
        let y = self.core.conv.forward(&x, &styles, self.noise.as_ref())?;
        let shape = y.shape().clone();
        let y = with_values(&y, <[f32]>::to_vec)?;
        Ok((CpuStorage::F32(y), shape))
    }

    /// With `v` the convolution of `s x`, `d` the demodulation and `g` the gradient before the
    /// activation: `dx = s A'(d g)`, and `ds` what `x` and `A'(d g)` have in common, less
    /// `s Σ_o d² E Σ g d v`, the way through `d`.
    fn bwd(
        &self,
        x: &Tensor,
        styles: &Tensor,
        y: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (x, styles, y) = (x.detach(), styles.detach(), y.detach());
        let gradient = gradient.detach().contiguous()?;
        let (_, _, h, w) = x.dims4()?;
        let core = &self.core;
        let kernel = core.weight.dim(3)?;
        let (by_x, by_style) = match Window::of(&gradient, [h, w], kernel, &core.config)? {
            Some(part) => {
                let noise = self.noise.as_ref().map(|n| part.output(n)).transpose()?;
                let (y, gradient) = (part.output(&y)?, part.output(&gradient)?);
                let (by_x, by_style) =
                    self.back(&part.input(&x)?, &styles, noise.as_ref(), &y, &gradient)?;
                (part.in_place(&by_x)?, by_style)
            }
            None => self.back(&x, &styles, self.noise.as_ref(), &y, &gradient)?,
        };
        Ok((Some(by_x), Some(by_style)))
    }
}

impl Styled {
    /// Gradients by `x` and by the styles, of pictures that are as large as they are given.
    fn back(
        &self,
        x: &Tensor,
        styles: &Tensor,
        noise: Option<&Tensor>,
        y: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Tensor, Tensor)> {
        let way = self.core.way()?;
        let (n, inputs) = styles.dims2()?;
        let outputs = self.core.bias.len();
        let scale = match self.core.config.demodulate {
            true => Some((styles.sqr()?.matmul(&way.energy)? + 1e-8)?.powf(-0.5)?),
            false => None,
        };
        let factors = match &scale {
            Some(scale) => scale.flatten_all()?.to_vec1()?,
            None => vec![1.0; n * outputs],
        };
        let (before, common) = self.before(y, gradient, noise, &factors)?;
        let back = way.adjoint.apply(&before)?;
        let (by_x, by_style) = shared_by_plane(x, &back, &values(styles)?)?;
        let mut by_style = by_style.reshape((n, inputs))?;
        if let Some(scale) = scale {
            let through = (common.reshape((n, outputs))? * scale.sqr()?)?;
            let through = through.matmul(&way.energy.t()?)?;
            by_style = (by_style - (through * styles)?)?;
        }
        Ok((by_x, by_style))
    }

    /// The gradient before the demodulation, `[N, out, H, W]`, whose `factors` (one for each
    /// plane) are in it, and for each plane what is shared by the gradient behind it and the
    /// convolution's demodulated result.
    fn before(
        &self,
        y: &Tensor,
        gradient: &Tensor,
        noise: Option<&Tensor>,
        factors: &[f32],
    ) -> Result<(Tensor, Tensor)> {
        let (n, outputs, height, width) = y.dims4()?;
        let area = height * width;
        let post = &self.core.config.post;
        let (up, down) = (post.gain, post.gain * self.slope);
        let most = post.clamp.unwrap_or(f32::INFINITY);
        let noise = noise.map(values).transpose()?.unwrap_or_default();
        let mut out = vec![0f32; n * outputs * area];
        let common: Vec<f32> = with_values(y, |y| {
            with_values(gradient, |gradient| {
                out.par_chunks_mut(area)
                    .zip(y.par_chunks(area).zip(gradient.par_chunks(area)))
                    .enumerate()
                    .map(|(plane, (out, (y, gradient)))| {
                        let bias = self.core.bias[plane % outputs];
                        // One noise for all pictures, or one for each.
                        let first = if noise.len() > area {
                            plane / outputs * area
                        } else {
                            0
                        };
                        let mut sum = Sums::default();
                        for (i, ((out, y), g)) in out.iter_mut().zip(y).zip(gradient).enumerate() {
                            let factor = if *y > 0.0 { up } else { down };
                            let inner = if y.abs() < most { g * factor } else { 0.0 };
                            let added = bias + noise.get(first + i).copied().unwrap_or(0.0);
                            sum.add(i, inner * (y / factor - added));
                            *out = inner * factors[plane];
                        }
                        sum.total()
                    })
                    .collect()
            })
        })??;
        let common = Tensor::from_vec(common, n * outputs, y.device())?;
        Ok((Tensor::from_vec(out, y.shape(), y.device())?, common))
    }
}

/// Sums in sixteen parts, so that the compiler may use vectors; the order is fixed.
#[derive(Default)]
struct Sums([f32; 16]);

impl Sums {
    fn add(&mut self, i: usize, value: f32) {
        self.0[i % 16] += value;
    }

    fn total(&self) -> f32 {
        self.0.iter().sum()
    }
}

/// `b` times a factor for each plane, and for each plane the sum of `a · b`, `[N · C]`.
fn shared_by_plane(a: &Tensor, b: &Tensor, factors: &[f32]) -> Result<(Tensor, Tensor)> {
    let (n, channels, height, width) = a.dims4()?;
    let area = height * width;
    let (a, b) = (a.contiguous()?, b.contiguous()?);
    let mut out = vec![0f32; n * channels * area];
    let sums: Vec<f32> = with_values(&a, |a| {
        with_values(&b, |b| {
            out.par_chunks_mut(area)
                .zip(a.par_chunks(area).zip(b.par_chunks(area)))
                .zip(factors)
                .map(|((out, (a, b)), factor)| {
                    let mut sum = Sums::default();
                    for (i, ((out, a), b)) in out.iter_mut().zip(a).zip(b).enumerate() {
                        sum.add(i, a * b);
                        *out = b * factor;
                    }
                    sum.total()
                })
                .collect()
        })
    })??;
    let sums = Tensor::from_vec(sums, n * channels, b.device())?;
    Ok((Tensor::from_vec(out, b.shape(), b.device())?, sums))
}

/// Looks at the values of a contiguous `f32` tensor on the processor.
fn with_values<R>(tensor: &Tensor, look: impl FnOnce(&[f32]) -> R) -> Result<R> {
    Ok(look(Held::new(tensor)?.values()?))
}

/// A tensor of its own.
fn taken(storage: &CpuStorage, layout: &Layout) -> Result<Tensor> {
    let values = contiguous(storage, layout)?;
    Tensor::from_slice(values, layout.shape(), &candle_core::Device::Cpu)
}

#[cfg(test)]
#[path = "gradient_tests.rs"]
mod tests;
