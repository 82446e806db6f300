//! The same operators through candle's own: CUDA, Metal, gradients, and the peer to measure
//! against.

use candle_core::{D, Result, Tensor};

use super::conv::{Conv2dConfig, PaddingMode};
use super::resample::{reflect_pad2d, replicate_pad2d};

/// See [`super::conv2d`].
pub(crate) fn conv2d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    cfg: &Conv2dConfig,
) -> Result<Tensor> {
    cfg.output_size(x, weight)?;
    let mut x = x.contiguous()?;
    if cfg.upsample {
        let (_, _, h, w) = x.dims4()?;
        x = x.upsample_nearest2d(2 * h, 2 * w)?;
    }
    let padding = match cfg.padding_mode {
        PaddingMode::Zero => cfg.padding,
        PaddingMode::Reflect => {
            x = reflect_pad2d(&x, cfg.padding)?;
            0
        }
        PaddingMode::Replicate => {
            x = replicate_pad2d(&x, cfg.padding)?;
            0
        }
    };
    let mut y = x.conv2d(
        &weight.contiguous()?,
        padding,
        cfg.stride,
        cfg.dilation,
        cfg.groups,
    )?;
    if let Some(bias) = bias {
        y = y.broadcast_add(&bias.reshape((1, (), 1, 1))?)?;
    }
    cfg.post.apply_tensor(&y)
}

/// Zeros between the pixels, so that each side becomes `up` times as long.
pub(crate) fn insert_zeros(x: &Tensor, up: usize) -> Result<Tensor> {
    if up == 1 {
        return Ok(x.clone());
    }
    let (n, c, h, w) = x.dims4()?;
    x.reshape((n, c, h, 1, w, 1))?
        .pad_with_zeros(5, 0, up - 1)?
        .pad_with_zeros(3, 0, up - 1)?
        .reshape((n, c, h * up, w * up))
}

/// Mean and biased variance per picture and channel, each `[N, C, 1, 1]`.
pub(crate) fn mean_var(x: &Tensor) -> Result<(Tensor, Tensor)> {
    let mean = x.mean_keepdim((D::Minus1, D::Minus2))?;
    let var = x
        .broadcast_sub(&mean)?
        .sqr()?
        .mean_keepdim((D::Minus1, D::Minus2))?;
    Ok((mean, var))
}
