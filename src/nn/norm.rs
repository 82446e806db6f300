//! Instance normalisation and AdaIN, with statistics that can be kept and used again.

use candle_core::{Device, Result, Tensor, bail};
use rayon::prelude::*;

use super::conv::own::Held;
use super::cpu::planes::{self, Affine};
use super::cpu::scratch::Shared;
use super::cpu::simd;
use super::{Activation, kernel, own_path, plain, values};

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
    fn from_parts(batch: usize, channels: usize, parts: &[(f64, f64)]) -> Self {
        Self {
            batch,
            channels,
            mean: parts.iter().map(|p| p.0 as f32).collect(),
            var: parts.iter().map(|p| p.1 as f32).collect(),
        }
    }

    /// `sqrt(var + eps)` per picture and channel.
    pub fn std(&self, eps: f64) -> Vec<f32> {
        self.var
            .iter()
            .map(|v| (f64::from(*v) + eps).sqrt() as f32)
            .collect()
    }
}

/// What [`Conv2d::forward_norm`](super::Conv2d::forward_norm) does after the convolution; the
/// arguments of [`instance_norm`].
#[derive(Clone, Debug)]
pub struct Norm<'a> {
    /// Statistics to use instead of the result's own.
    pub stats: Option<&'a ChannelStats>,
    /// Factors, `[C]` or `[N, C]`.
    pub scale: Option<&'a Tensor>,
    /// Offsets, `[C]` or `[N, C]`.
    pub shift: Option<&'a Tensor>,
    /// Added to the variances.
    pub eps: f64,
    /// Pointwise function at the end.
    pub activation: Activation,
}

impl Norm<'_> {
    /// Factor and offset of each of `channels` channels with given statistics of one picture.
    pub(crate) fn affine(
        &self,
        stats: &ChannelStats,
        channels: usize,
    ) -> Result<(Vec<f32>, Vec<f32>)> {
        let scale = self.scale.map(values).transpose()?;
        let shift = self.shift.map(values).transpose()?;
        let lengths = [
            Some(&stats.mean),
            Some(&stats.var),
            scale.as_ref(),
            shift.as_ref(),
        ];
        if lengths.into_iter().flatten().any(|v| v.len() != channels) {
            bail!("instance norm: statistics, scale or shift are not for {channels} channels")
        }
        let of = |v: &Option<Vec<f32>>, c: usize| v.as_ref().map(|v| f64::from(v[c]));
        Ok((0..channels)
            .map(|c| {
                let std = (f64::from(stats.var[c]) + self.eps).sqrt();
                let factor = of(&scale, c).unwrap_or(1.0) / std;
                let offset = of(&shift, c).unwrap_or(0.0) - f64::from(stats.mean[c]) * factor;
                (factor as f32, offset as f32)
            })
            .unzip())
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
    if own_path(x)
        && let Some(isa) = kernel::isa()
    {
        let x = x.contiguous()?;
        let held = Held::new(&x)?;
        let parts: Vec<(f64, f64)> = held
            .values()?
            .par_chunks(h * w)
            .map(|plane| planes::mean_var(isa, plane))
            .collect();
        return Ok(ChannelStats::from_parts(batch, channels, &parts));
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
    let (n, c, h, w) = x.dims4()?;
    if h * w == 0 {
        bail!("instance norm: the picture is empty")
    }
    if let Some(stats) = stats
        && (stats.channels != c || (stats.batch != n && stats.batch != 1))
    {
        bail!(
            "instance norm: statistics of {} pictures with {} channels for {n} with {c}",
            stats.batch,
            stats.channels
        )
    }
    for (name, values) in [("scale", scale), ("shift", shift)] {
        if let Some(values) = values
            && values.dims() != [c]
            && values.dims() != [n, c]
            && values.dims() != [1, c]
        {
            bail!(
                "instance norm: {name} {:?} for {n} pictures with {c} channels",
                values.dims()
            )
        }
    }
    if let (Some(slope), true) = (activation.negative_slope(0), own_path(x))
        && !matches!(activation, Activation::PRelu(_))
        && scale.is_none_or(own_path)
        && shift.is_none_or(own_path)
    {
        return normalise(x, stats, scale, shift, eps, slope);
    }
    let stats = match stats {
        Some(stats) => stats.clone(),
        None => channel_stats(x)?,
    };
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

/// [`instance_norm`] on the CPU: each channel is read, measured and written by one thread, while
/// it is still in the cache.
fn normalise(
    x: &Tensor,
    stats: Option<&ChannelStats>,
    scale: Option<&Tensor>,
    shift: Option<&Tensor>,
    eps: f64,
    slope: f32,
) -> Result<(Tensor, ChannelStats)> {
    let (n, c, h, w) = x.dims4()?;
    let Some(isa) = kernel::isa() else {
        bail!("no kernel selected")
    };
    let (scale, shift) = (
        scale.map(values).transpose()?,
        shift.map(values).transpose()?,
    );
    let x = x.contiguous()?;
    let held = Held::new(&x)?;
    let pixels = held.values()?;
    let mut out = Vec::with_capacity(pixels.len());
    let shared = Shared::uninit(&mut out.spare_capacity_mut()[..pixels.len()]);
    let parts: Vec<(f64, f64)> = pixels
        .par_chunks(h * w)
        .with_max_len(1)
        .enumerate()
        .map(|(plane, pixels)| {
            let (mean, var) = match stats {
                Some(stats) => {
                    let i = plane % stats.mean.len();
                    (f64::from(stats.mean[i]), f64::from(stats.var[i]))
                }
                None => planes::mean_var(isa, pixels),
            };
            let of = |v: &Option<Vec<f32>>| v.as_ref().map(|v| f64::from(v[plane % v.len()]));
            let factor = of(&scale).unwrap_or(1.0) / (var + eps).sqrt();
            let offset = of(&shift).unwrap_or(0.0) - mean * factor;
            let (scale, shift) = (factor as f32, offset as f32);
            let start = plane * h * w;
            simd::run(
                isa,
                Affine {
                    values: pixels,
                    scale,
                    shift,
                    slope,
                    out: shared,
                    start,
                },
            );
            (mean, var)
        })
        .collect();
    // SAFETY: every plane was written.
    #[allow(unsafe_code)]
    unsafe {
        out.set_len(pixels.len());
    }
    let stats = match stats {
        Some(stats) => stats.clone(),
        None => ChannelStats::from_parts(n, c, &parts),
    };
    Ok((Tensor::from_vec(out, (n, c, h, w), &Device::Cpu)?, stats))
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
