//! Styled convolutions with a gradient that is as quick as the picture itself.
//!
//! Weights stay fixed while a latent is fitted, so a convolution is a linear map, and
//! its gradient is the adjoint map, another convolution. Both run on the kernels that
//! make pictures; candle's own backward step would also compute gradients of weights.

use std::sync::{Arc, OnceLock};

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};

use crate::nn::{
    Activation, Conv2d, Conv2dConfig, Fir, ModulatedConv2d, ModulatedConv2dConfig, Post, upfirdn2d,
    upsample2d,
};

/// Taps of the filter that the adjoints are written for.
const TAPS: usize = 4;

/// A linear map of pictures and its adjoint.
trait LinearMap: Send + Sync + 'static {
    fn forward(&self, x: &Tensor) -> Result<Tensor>;
    fn adjoint(&self, gradient: &Tensor) -> Result<Tensor>;
}

/// A linear map in candle's graph.
struct Linear<M>(Arc<M>);

impl<M: LinearMap> CustomOp1 for Linear<M> {
    fn name(&self) -> &'static str {
        "linear-map"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (CpuStorage::F32(values), Some((start, end))) = (storage, layout.contiguous_offsets())
        else {
            bail!("linear-map: wants contiguous f32")
        };
        let device = candle_core::Device::Cpu;
        let x = Tensor::from_slice(&values[start..end], layout.shape(), &device)?;
        let y = self.0.forward(&x)?;
        let values = y.flatten_all()?.to_vec1::<f32>()?;
        Ok((CpuStorage::F32(values), y.shape().clone()))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some(self.0.adjoint(&gradient.detach().contiguous()?)?))
    }
}

fn apply<M: LinearMap>(map: &Arc<M>, x: &Tensor) -> Result<Tensor> {
    x.contiguous()?.apply_op1(Linear(map.clone()))
}

/// Whether a gradient is wanted of something that our kernels compute.
fn graded(tensors: [&Tensor; 2], fir: &Fir) -> bool {
    fir.taps().len() == TAPS && tensors.iter().any(|t| t.track_op()) && tensors[0].device().is_cpu()
}

/// Doubling of a picture.
struct Doubling(Fir);

impl LinearMap for Doubling {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        upsample2d(x, &self.0)
    }

    fn adjoint(&self, gradient: &Tensor) -> Result<Tensor> {
        upfirdn2d(gradient, &self.0, 1, 2, (1, 1), 4.0)
    }
}

/// [`upsample2d`], with the quick gradient where one is wanted.
///
/// # Errors
/// As [`upsample2d`].
pub(super) fn doubled(x: &Tensor, fir: &Fir) -> Result<Tensor> {
    if graded([x, x], fir) {
        apply(&Arc::new(Doubling(fir.clone())), x)
    } else {
        upsample2d(x, fir)
    }
}

/// The convolution (and doubling) alone.
struct Convolution {
    forward: ModulatedConv2d,
    ones: Tensor,
    adjoint: Conv2d,
    /// The filter, if the convolution doubles the sides.
    fir: Option<Fir>,
}

impl Convolution {
    fn new(weight: &Tensor, up: bool, fir: &Fir) -> Result<Self> {
        let (_, inputs, kernel, _) = weight.dims4()?;
        let plain = ModulatedConv2dConfig {
            up,
            demodulate: false,
            post: Post::from(Activation::None),
        };
        let turned = weight.transpose(0, 1)?.contiguous()?;
        let (turned, config) = if up {
            (turned, Conv2dConfig::default().stride(2))
        } else {
            (turned.flip(&[2, 3])?, Conv2dConfig::same(kernel))
        };
        Ok(Self {
            forward: ModulatedConv2d::new(weight.clone(), None, plain)?,
            ones: Tensor::ones((1, inputs), weight.dtype(), weight.device())?,
            adjoint: Conv2d::new(turned.contiguous()?, None, config)?,
            fir: up.then(|| fir.clone()),
        })
    }
}

impl LinearMap for Convolution {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let ones = self.ones.repeat((x.dim(0)?, 1))?;
        self.forward.forward(x, &ones, None)
    }

    fn adjoint(&self, gradient: &Tensor) -> Result<Tensor> {
        match &self.fir {
            Some(fir) => {
                let blurred = upfirdn2d(gradient, fir, 1, 1, (2, 2), 4.0)?;
                self.adjoint.forward(&blurred)
            }
            None => self.adjoint.forward(gradient),
        }
    }
}

/// The parts of a modulated convolution that a gradient passes one by one.
struct Parts {
    map: Arc<Convolution>,
    /// Squares of the weights, summed over the kernel, `[in, out]`.
    energy: Tensor,
}

/// A modulated convolution, quick with and without gradient.
pub(super) struct StyledConv {
    conv: ModulatedConv2d,
    weight: Tensor,
    bias: Tensor,
    config: ModulatedConv2dConfig,
    fir: Fir,
    parts: OnceLock<Parts>,
}

impl StyledConv {
    /// Weight `[out, in, k, k]`, bias `[out]`.
    pub(super) fn new(
        weight: Tensor,
        bias: Tensor,
        config: ModulatedConv2dConfig,
        fir: Fir,
    ) -> Result<Self> {
        Ok(Self {
            conv: ModulatedConv2d::new(weight.clone(), Some(bias.clone()), config.clone())?,
            weight,
            bias,
            config,
            fir,
            parts: OnceLock::new(),
        })
    }

    /// `x` `[N, in, h, w]`, styles `[N, in]`; see [`ModulatedConv2d::forward`].
    pub(super) fn forward(
        &self,
        x: &Tensor,
        styles: &Tensor,
        noise: Option<&Tensor>,
    ) -> Result<Tensor> {
        if !graded([x, styles], &self.fir) {
            return self.conv.forward(x, styles, noise);
        }
        let parts = self.parts()?;
        let (n, inputs) = styles.dims2()?;
        let mut y = x.broadcast_mul(&styles.reshape((n, inputs, 1, 1))?)?;
        y = apply(&parts.map, &y)?;
        let outputs = self.bias.dim(0)?;
        if self.config.demodulate {
            let scale = (styles.sqr()?.matmul(&parts.energy)? + 1e-8)?
                .sqrt()?
                .recip()?;
            y = y.broadcast_mul(&scale.reshape((n, outputs, 1, 1))?)?;
        }
        if let Some(noise) = noise {
            y = y.broadcast_add(noise)?;
        }
        y = y.broadcast_add(&self.bias.reshape((1, outputs, 1, 1))?)?;
        let post = &self.config.post;
        y = (post.activation.apply_tensor(&y)? * f64::from(post.gain))?;
        match post.clamp {
            Some(most) => y.clamp(-most, most),
            None => Ok(y),
        }
    }

    fn parts(&self) -> Result<&Parts> {
        if let Some(parts) = self.parts.get() {
            return Ok(parts);
        }
        let energy = self.weight.sqr()?.sum((2, 3))?.t()?.contiguous()?;
        let map = Arc::new(Convolution::new(&self.weight, self.config.up, &self.fir)?);
        Ok(self.parts.get_or_init(|| Parts { map, energy }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latent::rng::{Purpose, Random};

    fn random(shape: &[usize], seed: u64) -> Tensor {
        let values = Random::new(Purpose::Samples, seed).normals(shape.iter().product());
        Tensor::from_vec(values, shape, &candle_core::Device::Cpu).unwrap()
    }

    fn product(a: &Tensor, b: &Tensor) -> f32 {
        (a * b).unwrap().sum_all().unwrap().to_scalar().unwrap()
    }

    /// `<A x, y> = <x, A' y>`
    fn is_adjoint(map: &impl LinearMap, inputs: [usize; 4]) {
        let x = random(&inputs, 1);
        let ax = map.forward(&x).unwrap();
        let y = random(ax.dims(), 2);
        let back = map.adjoint(&y).unwrap();
        assert_eq!(back.dims(), x.dims());
        let (left, right) = (product(&ax, &y), product(&x, &back));
        assert!(
            (left - right).abs() < 1e-3 * left.abs().max(10.0),
            "{left} {right}"
        );
    }

    #[test]
    fn adjoints_are_adjoint() {
        let fir = Fir::stylegan2();
        is_adjoint(&Doubling(fir.clone()), [1, 2, 5, 6]);
        for (kernel, up) in [(3, false), (1, false), (3, true)] {
            let weight = random(&[4, 3, kernel, kernel], 7);
            let map = Convolution::new(&weight, up, &fir).unwrap();
            is_adjoint(&map, [1, 3, 6, 5]);
        }
    }

    #[test]
    fn with_and_without_gradient_the_picture_is_the_same() {
        for up in [false, true] {
            let config = ModulatedConv2dConfig {
                up,
                ..ModulatedConv2dConfig::default()
            };
            let conv = StyledConv::new(
                random(&[4, 3, 3, 3], 1),
                random(&[4], 2),
                config,
                Fir::stylegan2(),
            )
            .unwrap();
            let (x, styles) = (random(&[1, 3, 6, 5], 3), random(&[1, 3], 4));
            let plain = conv.forward(&x, &styles, None).unwrap();
            let tracked = candle_core::Var::from_tensor(&styles).unwrap();
            let other = conv.forward(&x, tracked.as_tensor(), None).unwrap();
            let far = (plain - other.detach()).unwrap().abs().unwrap();
            let worst: f32 = far
                .flatten_all()
                .unwrap()
                .max(0)
                .unwrap()
                .to_scalar()
                .unwrap();
            assert!(worst < 1e-4, "{worst}");
        }
    }
}
