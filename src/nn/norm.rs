//! Instance normalisation and AdaIN, with statistics that can be kept and used again.

use candle_core::{Result, Tensor, bail};

use super::{Activation, plain, values};

/// Mean and variance of each channel of each picture.
///
/// Taken once from a fixed-size copy of a photo, they serve preview, tiled and untiled rendering
/// alike.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelStats {
    /// Pictures in the batch.
    pub batch: usize,
    /// Channels.
    pub channels: usize,
    /// Means, `batch × channels`.
    pub mean: Vec<f32>,
    /// Variances (divided by the number of pixels), `batch × channels`.
    pub var: Vec<f32>,
}

impl ChannelStats {
    /// `sqrt(var + eps)` per picture and channel.
    pub fn std(&self, eps: f64) -> Vec<f32> {
        self.var
            .iter()
            .map(|v| (f64::from(*v) + eps).sqrt() as f32)
            .collect()
    }
}

/// The statistics of `x`, `[N, C, H, W]`.
///
/// # Errors
/// When `x` has not four dimensions or is empty.
pub fn channel_stats(x: &Tensor) -> Result<ChannelStats> {
    let (batch, channels, h, w) = x.dims4()?;
    if h * w == 0 {
        bail!("instance norm: the picture is empty")
    }
    let (mean, var) = plain::mean_var(x)?;
    Ok(ChannelStats {
        batch,
        channels,
        mean: values(&mean)?,
        var: values(&var)?,
    })
}

/// `activation((x − mean) / sqrt(var + eps) · scale + shift)`, and the statistics used.
///
/// `stats`: given ones (from [`channel_stats`] or an earlier call; a batch of one serves any batch)
/// or `None` to take them from `x`. `scale`, `shift`: `[C]` or `[N, C]`; `None` is 1 and 0.
///
/// # Errors
/// When the shapes don't fit each other.
pub fn instance_norm(
    x: &Tensor,
    stats: Option<&ChannelStats>,
    scale: Option<&Tensor>,
    shift: Option<&Tensor>,
    eps: f64,
    activation: &Activation,
) -> Result<(Tensor, ChannelStats)> {
    let (_, c, _, _) = x.dims4()?;
    let stats = match stats {
        Some(stats) => stats.clone(),
        None => channel_stats(x)?,
    };
    if stats.channels != c {
        bail!(
            "instance norm: statistics of {} channels for {c}",
            stats.channels
        )
    }
    let shape = (stats.batch, c, 1, 1);
    let mean = Tensor::from_slice(&stats.mean, shape, x.device())?.to_dtype(x.dtype())?;
    let std = Tensor::from_vec(stats.std(eps), shape, x.device())?.to_dtype(x.dtype())?;
    let mut y = x.broadcast_sub(&mean)?.broadcast_div(&std)?;
    if let Some(scale) = scale {
        y = y.broadcast_mul(&scale.reshape(((), c, 1, 1))?)?;
    }
    if let Some(shift) = shift {
        y = y.broadcast_add(&shift.reshape(((), c, 1, 1))?)?;
    }
    Ok((activation.apply_tensor(&y)?, stats))
}

/// AdaIN: `x` normalised by its own (or the given) statistics, then given the style's.
/// Standard deviations are `sqrt(var + eps)` on both sides.
///
/// # Errors
/// When the shapes don't fit each other.
pub fn adain(
    x: &Tensor,
    stats: Option<&ChannelStats>,
    style: &ChannelStats,
    eps: f64,
) -> Result<(Tensor, ChannelStats)> {
    let shape = (style.batch, style.channels);
    let scale = Tensor::from_vec(style.std(eps), shape, x.device())?.to_dtype(x.dtype())?;
    let shift = Tensor::from_slice(&style.mean, shape, x.device())?.to_dtype(x.dtype())?;
    instance_norm(x, stats, Some(&scale), Some(&shift), eps, &Activation::None)
}
