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
pub(super) fn doubled(x: &Tensor, fir: &Fir) -> Result<Tensor> {
    if graded([x, x], fir) {
        x.contiguous()?.apply_op1(Doubling(fir.clone()))
    } else {
        upsample2d(x, fir)
    }
}

/// The adjoint of the convolution (and doubling) alone.
struct Adjoint {
    conv: Conv2d,
    /// The filter, if the convolution doubles the sides.
    fir: Option<Fir>,
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
            fir: up.then(|| fir.clone()),
        })
    }

    fn apply(&self, gradient: &Tensor) -> Result<Tensor> {
        match &self.fir {
            Some(fir) => {
                let blurred = upfirdn2d(gradient, fir, 1, 1, (2, 2), 4.0)?;
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
mod tests {
    use candle_core::Var;

    use super::*;
    use crate::latent::rng::{Random, RandomPurpose};
    use crate::nn::{Activation, Post};

    fn random(shape: &[usize], seed: u64) -> Tensor {
        let values = Random::new(RandomPurpose::Samples, seed).normals(shape.iter().product());
        Tensor::from_vec(values, shape, &candle_core::Device::Cpu).unwrap()
    }

    /// Gradients of `Σ y · r` by `x` and by the styles, `r` random in all of the result.
    fn gradients(
        forward: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
        x: &Tensor,
        styles: &Tensor,
    ) -> [Vec<f32>; 3] {
        gradients_of_part(forward, x, styles, |_| true)
    }

    /// The same, where `r` is zero in all places (row and column) but some.
    fn gradients_of_part(
        forward: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
        x: &Tensor,
        styles: &Tensor,
        part: impl Fn([usize; 2]) -> bool,
    ) -> [Vec<f32>; 3] {
        let (x, styles) = (
            Var::from_tensor(x).unwrap(),
            Var::from_tensor(styles).unwrap(),
        );
        let y = forward(x.as_tensor(), styles.as_tensor()).unwrap();
        let (h, w) = (y.dims()[2], y.dims()[3]);
        let places = (0..y.elem_count()).map(|i| part([i / w % h, i % w]));
        let places = places.map(|inside| f32::from(u8::from(inside))).collect();
        let places = Tensor::from_vec(places, y.shape(), y.device()).unwrap();
        let r = (random(y.dims(), 9) * places).unwrap();
        let grads = (&y * r).unwrap().sum_all().unwrap().backward().unwrap();
        let values = |t: &Tensor| t.flatten_all().unwrap().to_vec1().unwrap();
        // What nothing depends on has none.
        let of = |v: &Var| grads.get(v.as_tensor()).map_or_else(Vec::new, values);
        [values(&y.detach()), of(&x), of(&styles)]
    }

    fn assert_near(a: &[f32], b: &[f32], what: &str) {
        let most = b.iter().fold(1f32, |m, v| m.max(v.abs()));
        for (a, b) in a.iter().zip(b) {
            assert!((a - b).abs() < 2e-4 * most, "{what}: {a} {b}");
        }
    }

    #[test]
    fn picture_and_gradients_are_candles() {
        let fir = Fir::stylegan2();
        for (kernel, up, demodulate, full, clamp) in [
            (3, false, true, false, None),
            (3, true, true, false, Some(1.5)),
            (3, false, true, false, Some(1.0)),
            (1, false, false, false, Some(2.0)),
            (3, false, true, true, None),
            (1, false, true, true, None),
        ] {
            let config = ModulatedConv2dConfig {
                up,
                demodulate,
                full,
                post: Post {
                    activation: match kernel {
                        1 => Activation::None,
                        _ => Activation::LeakyRelu(0.2),
                    },
                    gain: 1.4,
                    clamp,
                },
            };
            let (weight, bias) = (random(&[4, 3, kernel, kernel], 1), random(&[4], 2));
            let own =
                StyledConv::new(weight.clone(), bias.clone(), config.clone(), fir.clone()).unwrap();
            let candles = ModulatedConv2d::new(weight, Some(bias), config.clone()).unwrap();
            let (x, styles) = (random(&[2, 3, 6, 5], 3), random(&[2, 3], 4));
            let factor = if up { 2 } else { 1 };
            let grown = if full { kernel - 1 } else { 0 };
            let (h, w) = (6 * factor + grown, 5 * factor + grown);
            let shared = random(&[h, w], 5);
            let each = random(&[2, 1, h, w], 6);
            for noise in [None, Some(&shared), Some(&each)] {
                let a = gradients(|x, s| own.forward(x, s, noise), &x, &styles);
                let b = gradients(|x, s| candles.forward(x, s, noise), &x, &styles);
                for (what, (a, b)) in ["picture", "x", "styles"].iter().zip(a.iter().zip(&b)) {
                    assert_near(a, b, &format!("{what} {config:?}"));
                }
            }
        }
    }

    /// The gradient of a patch is computed around it alone, and is the same: in the middle, at
    /// every edge, of one value, and of nothing.
    #[test]
    fn gradients_of_patches_are_candles() {
        for (kernel, up, full) in [
            (3, false, false),
            (3, true, false),
            (3, false, true),
            (1, false, true),
        ] {
            let config = ModulatedConv2dConfig {
                up,
                full,
                ..ModulatedConv2dConfig::default()
            };
            let (weight, bias) = (random(&[4, 3, kernel, kernel], 1), random(&[4], 2));
            let fir = Fir::stylegan2();
            let own = StyledConv::new(weight.clone(), bias.clone(), config.clone(), fir).unwrap();
            let candles = ModulatedConv2d::new(weight, Some(bias), config.clone()).unwrap();
            let (x, styles) = (random(&[1, 3, 17, 14], 3), random(&[1, 3], 4));
            let factor = if up { 2 } else { 1 };
            let grown = if full { kernel - 1 } else { 0 };
            let (h, w) = (17 * factor + grown, 14 * factor + grown);
            let noise = random(&[h, w], 5);
            for (rows, columns) in [
                (5..8, 4..7),
                (0..1, 0..1),
                (h - 1..h, w - 1..w),
                (0..2, w - 3..w),
                (h / 2..h / 2 + 1, 3..4),
                (0..0, 0..0),
            ] {
                let part = |[y, x]: [usize; 2]| rows.contains(&y) && columns.contains(&x);
                let a =
                    gradients_of_part(|x, s| own.forward(x, s, Some(&noise)), &x, &styles, part);
                let b = gradients_of_part(
                    |x, s| candles.forward(x, s, Some(&noise)),
                    &x,
                    &styles,
                    part,
                );
                for (what, (a, b)) in ["picture", "x", "styles"].iter().zip(a.iter().zip(&b)) {
                    assert_eq!(a.len(), b.len());
                    assert_near(a, b, &format!("{what} {rows:?} {columns:?} {config:?}"));
                }
            }
        }
    }

    #[test]
    fn a_doublings_gradient_is_candles() {
        let fir = Fir::stylegan2();
        let x = random(&[1, 2, 5, 6], 1);
        let one = Tensor::ones((1, 1), DType::F32, x.device()).unwrap();
        let a = gradients(|x, _| doubled(x, &fir), &x, &one.clone());
        let b = gradients(|x, _| upsample2d(x, &fir), &x, &one);
        assert_near(&a[1], &b[1], "doubled");
    }
}
