//! The gradient of a convolution whose weights stay: a convolution again, on the same kernels.
//!
//! candle's own backward step would compute gradients of the weights as well, and be many times
//! slower.

use candle_core::{CpuStorage, CustomOp1, DType, Layout, Result, Shape, Tensor};

use super::own::{Held, contiguous};
use super::{Conv2d, Conv2dConfig, PaddingMode};
use crate::nn::{Post, kernel, plain, reflect_pad2d};

/// The sums of a convolution, with their bias, as a step of candle's graph.
struct Sums(Conv2d);

impl CustomOp1 for Sums {
    fn name(&self) -> &'static str {
        "convolution"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let values = contiguous(storage, layout)?;
        let x = Tensor::from_slice(values, layout.shape(), &candle_core::Device::Cpu)?;
        let y = self.0.forward(&x)?;
        let values = Held::new(&y)?.values()?.to_vec();
        Ok((CpuStorage::F32(values), y.shape().clone()))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let conv = &self.0;
        let Some(own) = &conv.own else {
            return Ok(None);
        };
        let adjoint = match own.adjoint.get() {
            Some(adjoint) => adjoint,
            None => {
                let adjoint = conv.adjoint()?;
                own.adjoint.get_or_init(|| adjoint)
            }
        };
        let back = adjoint.forward(&gradient.detach().contiguous()?)?;
        Ok(Some(match conv.cfg.upsample {
            // Every pixel stood in four places.
            true => (back.avg_pool2d(2)? * 4.0)?,
            false => back,
        }))
    }
}

impl Conv2d {
    /// Whether a gradient is wanted of something that the kernels compute: one picture to one of
    /// as many pixels, weights fixed.
    pub(super) fn is_graded(&self, x: &Tensor) -> bool {
        let (cfg, dims) = (&self.cfg, self.weight.dims());
        let square = dims[2] == dims[3];
        let grouped = cfg.groups == 1 || (dims[1] == 1 && dims[0] == cfg.groups);
        let padded = match cfg.padding_mode {
            PaddingMode::Zero => cfg.padding < dims[2],
            PaddingMode::Reflect | PaddingMode::Replicate => !cfg.upsample,
        };
        let fits = square && grouped && padded && cfg.stride == 1 && cfg.dilation == 1;
        let here = x.device().is_cpu() && x.dtype() == DType::F32;
        let ours = self.own.is_some() && kernel::selected() != kernel::Kernel::Candle;
        ours && here && fits && x.track_op()
    }

    /// [`Conv2d::forward`] with the quick gradient.
    pub(super) fn graded(&self, x: &Tensor) -> Result<Tensor> {
        let mut conv = Self {
            cfg: Conv2dConfig {
                post: Post::default(),
                ..self.cfg.clone()
            },
            ..self.clone()
        };
        let x = match conv.cfg.padding_mode {
            PaddingMode::Zero => x.contiguous()?,
            PaddingMode::Reflect => reflect_pad2d(x, conv.cfg.padding)?,
            PaddingMode::Replicate => plain::repeated(x, conv.cfg.padding, 1)?,
        };
        if conv.cfg.padding_mode != PaddingMode::Zero {
            conv.cfg.padding = 0;
            conv.cfg.padding_mode = PaddingMode::Zero;
        }
        let y = x.contiguous()?.apply_op1(Sums(conv))?;
        self.cfg.post.apply_tensor(&y)
    }

    /// From gradients of the sums to those of the picture (the enlarged one, where it is).
    fn adjoint(&self) -> Result<Self> {
        let turned = match self.cfg.groups {
            1 => self.weight.transpose(0, 1)?,
            _ => self.weight.clone(),
        };
        let kernel = self.weight.dim(2)?;
        let cfg = Conv2dConfig {
            padding: kernel - 1 - self.cfg.padding,
            groups: self.cfg.groups,
            ..Conv2dConfig::default()
        };
        Self::new(turned.contiguous()?.flip(&[2, 3])?.contiguous()?, None, cfg)
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;
    use crate::nn::Activation;

    fn waves(shape: &[usize], step: f32) -> Tensor {
        let count: usize = shape.iter().product();
        let values: Vec<f32> = (0..count).map(|i| (i as f32 * step).sin() * 0.7).collect();
        Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
    }

    /// The result and the gradient of a sum of it, through `f`.
    fn both(x: &Tensor, f: impl Fn(&Tensor) -> Result<Tensor>) -> [Vec<f32>; 2] {
        let x = Var::from_tensor(x).unwrap();
        let y = f(x.as_tensor()).unwrap();
        let weighed = (&y * waves(y.dims(), 0.37)).unwrap().sum_all().unwrap();
        let gradients = weighed.backward().unwrap();
        [&y, gradients.get(x.as_tensor()).unwrap()]
            .map(|t| t.flatten_all().unwrap().to_vec1().unwrap())
    }

    #[test]
    fn gradients_are_those_of_candle() {
        let cases: [([usize; 4], Conv2dConfig); 9] = [
            ([20, 16, 3, 3], Conv2dConfig::same(3)),
            ([20, 16, 3, 3], Conv2dConfig::same(3).upsample()),
            (
                [24, 16, 1, 1],
                Conv2dConfig::default().activation(Activation::Silu),
            ),
            (
                [6, 16, 4, 4],
                Conv2dConfig {
                    padding: 2,
                    ..Conv2dConfig::default()
                },
            ),
            ([18, 16, 4, 4], Conv2dConfig::default()),
            (
                [3, 16, 5, 5],
                Conv2dConfig::same(5).activation(Activation::Tanh),
            ),
            ([16, 1, 3, 3], Conv2dConfig::same(3).groups(16)),
            (
                [16, 1, 3, 3],
                Conv2dConfig::same(3)
                    .groups(16)
                    .pad_with(PaddingMode::Reflect),
            ),
            (
                [20, 16, 3, 3],
                Conv2dConfig::same(3).pad_with(PaddingMode::Replicate),
            ),
        ];
        for (shape, cfg) in cases {
            let (weight, bias) = (waves(&shape, 1.3), waves(&shape[..1], 0.9));
            let conv = Conv2d::new(weight.clone(), Some(bias.clone()), cfg.clone()).unwrap();
            for size in [[1, 16, 9, 14], [1, 16, 4, 4]] {
                let x = waves(&size, 0.11);
                assert!(conv.is_graded(Var::from_tensor(&x).unwrap().as_tensor()));
                let ours = both(&x, |x| conv.forward(x));
                let theirs = both(&x, |x| plain::conv2d(x, &weight, Some(&bias), &cfg));
                for (ours, theirs) in ours.iter().zip(&theirs) {
                    assert_eq!(ours.len(), theirs.len(), "{shape:?} {cfg:?}");
                    let most = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs());
                    let most = most.fold(0.0, f32::max);
                    assert!(most < 2e-4, "{shape:?} {cfg:?} {size:?}: {most} apart");
                }
            }
        }
    }
}
