//! Two-dimensional convolution with what surrounds it: padding, nearest up-sampling, bias,
//! activation.

mod config;

pub use config::{Conv2dConfig, PaddingMode};

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::plain;

/// A convolution whose weights are laid out for the CPU once.
///
/// Weight `[out, in / groups, k, k]`, bias `[out]`; `forward` maps `[N, in, H, W]` to
/// `[N, out, H', W']`.
#[derive(Clone, Debug)]
pub struct Conv2d {
    weight: Tensor,
    bias: Option<Tensor>,
    cfg: Conv2dConfig,
}

impl Conv2d {
    /// Packs `weight`.
    ///
    /// # Errors
    /// When the shapes don't fit each other or `cfg` asks for something unsupported.
    pub fn new(weight: Tensor, bias: Option<Tensor>, cfg: Conv2dConfig) -> Result<Self> {
        cfg.check(&weight, bias.as_ref())?;
        Ok(Self { weight, bias, cfg })
    }

    /// Reads `weight` and, where there is one, `bias` from `vb`.
    ///
    /// # Errors
    /// When the weight is missing or its shape differs.
    pub fn load(
        in_channels: usize,
        out_channels: usize,
        kernel: usize,
        cfg: Conv2dConfig,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let groups = cfg.groups.max(1);
        let weight = vb.get(
            (out_channels, in_channels / groups, kernel, kernel),
            "weight",
        )?;
        let bias = match vb.contains_tensor("bias") {
            true => Some(vb.get(out_channels, "bias")?),
            false => None,
        };
        Self::new(weight, bias, cfg)
    }

    /// How it was configured.
    pub fn config(&self) -> &Conv2dConfig {
        &self.cfg
    }

    /// The weight as it was given.
    pub fn weight(&self) -> &Tensor {
        &self.weight
    }

    /// `[N, in, H, W]` to `[N, out, H', W']`.
    ///
    /// # Errors
    /// When `x` has another number of channels or is smaller than the kernel.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.forward_add(x, None)
    }

    /// [`forward`](Self::forward), then `+ residual` (shaped as the result), in one pass.
    ///
    /// # Errors
    /// As [`forward`](Self::forward), and when the residual's shape differs from the result's.
    pub fn forward_add(&self, x: &Tensor, residual: Option<&Tensor>) -> Result<Tensor> {
        let y = plain::conv2d(x, &self.weight, self.bias.as_ref(), &self.cfg)?;
        match residual {
            Some(residual) => y + residual,
            None => Ok(y),
        }
    }
}

impl candle_core::Module for Conv2d {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        Conv2d::forward(self, x)
    }
}

/// A convolution with weights that change at each call (a network made by another network).
/// See [`Conv2d`] for the shapes.
///
/// # Errors
/// As [`Conv2d::new`] and [`Conv2d::forward`].
pub fn conv2d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    cfg: &Conv2dConfig,
) -> Result<Tensor> {
    cfg.check(weight, bias)?;
    plain::conv2d(x, weight, bias, cfg)
}
