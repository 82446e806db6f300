//! The same operators through candle's own: CUDA, Metal, gradients, and the peer to measure
//! against.

use candle_core::{D, Result, Tensor};

use super::conv::{Conv2dConfig, PaddingMode};
use super::resample::reflect_pad2d;

/// See [`super::conv2d`].
pub(crate) fn conv2d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    cfg: &Conv2dConfig,
) -> Result<Tensor> {
    cfg.output_size(x, weight)?;
    let mut x = x.contiguous()?;
    // Enlarging and repeating the border is one choice of rows and one of columns.
    let at_once = cfg.padding_mode == PaddingMode::Replicate && cfg.upsample;
    if cfg.upsample && !at_once {
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
            x = repeated(&x, cfg.padding, if at_once { 2 } else { 1 })?;
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

/// Each pixel `times` times in both directions, then the border's `pad` times more.
pub(crate) fn repeated(x: &Tensor, pad: usize, times: usize) -> Result<Tensor> {
    if pad == 0 && times == 1 {
        return Ok(x.clone());
    }
    let (_, _, h, w) = x.dims4()?;
    let places = |side: usize| {
        let last = (side * times).saturating_sub(1);
        let places = (0..side * times + 2 * pad).map(|i| i.saturating_sub(pad).min(last) / times);
        Tensor::from_iter(places.map(|i| i as u32), x.device())
    };
    // Rows first: they are fewer, and whole.
    x.contiguous()?
        .index_select(&places(h)?, 2)?
        .index_select(&places(w)?, 3)
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
