//! Instance normalisation and AdaIN, with statistics that can be kept and used again.

use candle_core::{CpuStorage, InplaceOp1, Layout, Result, Tensor, bail};
use parking_lot::Mutex;
use rayon::prelude::*;

use super::conv::own::Held;
use super::cpu::planes::{self, Affine};
use super::cpu::simd::{self, Isa};
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
    let norm = Norm {
        stats,
        scale,
        shift,
        eps,
        activation: activation.clone(),
    };
    if norm.check(x)? {
        // Its own memory, to be worked on in place.
        let y = x.force_contiguous()?;
        let stats = normalise(&y, &norm, None)?;
        return Ok((y, stats));
    }
    norm.plain(x)
}

impl Norm<'_> {
    /// [`instance_norm`] of a picture that nobody else holds, then `+ residual` (shaped as it), in
    /// place.
    pub(crate) fn apply(
        &self,
        y: Tensor,
        residual: Option<&Tensor>,
    ) -> Result<(Tensor, ChannelStats)> {
        if self.check(&y)? && residual.is_none_or(own_path) && y.is_contiguous() {
            let stats = normalise(&y, self, residual)?;
            return Ok((y, stats));
        }
        let (y, stats) = self.plain(&y)?;
        match residual {
            Some(residual) => Ok(((y + residual)?, stats)),
            None => Ok((y, stats)),
        }
    }

    /// Whether the CPU kernels can do it.
    fn check(&self, x: &Tensor) -> Result<bool> {
        let (n, c, h, w) = x.dims4()?;
        if h * w == 0 {
            bail!("instance norm: the picture is empty")
        }
        if let Some(stats) = self.stats
            && (stats.channels != c || (stats.batch != n && stats.batch != 1))
        {
            bail!(
                "instance norm: statistics of {} pictures with {} channels for {n} with {c}",
                stats.batch,
                stats.channels
            )
        }
        for (name, values) in [("scale", self.scale), ("shift", self.shift)] {
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
        Ok(own_path(x)
            && self.activation.negative_slope(0).is_some()
            && !matches!(self.activation, Activation::PRelu(_))
            && self.scale.is_none_or(own_path)
            && self.shift.is_none_or(own_path))
    }

    /// Through candle's operators.
    fn plain(&self, x: &Tensor) -> Result<(Tensor, ChannelStats)> {
        let c = x.dim(1)?;
        let stats = match self.stats {
            Some(stats) => stats.clone(),
            None => channel_stats(x)?,
        };
        let shape = (stats.batch, c, 1, 1);
        let mean = Tensor::from_slice(&stats.mean, shape, x.device())?.to_dtype(x.dtype())?;
        let std = Tensor::from_vec(stats.std(self.eps), shape, x.device())?.to_dtype(x.dtype())?;
        let mut y = x.broadcast_sub(&mean)?.broadcast_div(&std)?;
        if let Some(scale) = self.scale {
            y = y.broadcast_mul(&scale.reshape(((), c, 1, 1))?)?;
        }
        if let Some(shift) = self.shift {
            y = y.broadcast_add(&shift.reshape(((), c, 1, 1))?)?;
        }
        Ok((self.activation.apply_tensor(&y)?, stats))
    }
}

/// [`Norm::apply`] on the CPU, in place: each channel is measured and changed by one thread, while
/// it is still in the cache.
fn normalise(y: &Tensor, norm: &Norm, residual: Option<&Tensor>) -> Result<ChannelStats> {
    let (n, c, h, w) = y.dims4()?;
    let residual = residual.map(Tensor::contiguous).transpose()?;
    let held = residual.as_ref().map(Held::new).transpose()?;
    let work = InPlace {
        norm,
        scale: norm.scale.map(values).transpose()?,
        shift: norm.shift.map(values).transpose()?,
        residual: held.as_ref().map(Held::values).transpose()?,
        area: h * w,
        parts: Mutex::default(),
    };
    y.inplace_op1(&work)?;
    Ok(match norm.stats {
        Some(stats) => stats.clone(),
        None => ChannelStats::from_parts(n, c, &work.parts.into_inner()),
    })
}

/// What [`normalise`] does to a tensor's memory.
struct InPlace<'a> {
    norm: &'a Norm<'a>,
    scale: Option<Vec<f32>>,
    shift: Option<Vec<f32>>,
    residual: Option<&'a [f32]>,
    /// Pixels of a channel.
    area: usize,
    /// Mean and variance of each channel.
    parts: Mutex<Vec<(f64, f64)>>,
}

impl InPlace<'_> {
    fn channel(&self, isa: Isa, plane: usize, pixels: &mut [f32]) -> (f64, f64) {
        let (mean, var) = match self.norm.stats {
            Some(stats) => {
                let i = plane % stats.mean.len();
                (f64::from(stats.mean[i]), f64::from(stats.var[i]))
            }
            None => planes::mean_var(isa, pixels),
        };
        let of = |v: &Option<Vec<f32>>| v.as_ref().map(|v| f64::from(v[plane % v.len()]));
        let factor = of(&self.scale).unwrap_or(1.0) / (var + self.norm.eps).sqrt();
        let shift = of(&self.shift).unwrap_or(0.0) - mean * factor;
        let residual = self.residual.map(|r| &r[plane * self.area..][..self.area]);
        simd::run(
            isa,
            Affine {
                values: pixels,
                scale: factor as f32,
                shift: shift as f32,
                slope: self.norm.activation.negative_slope(0).unwrap_or(1.0),
                residual,
            },
        );
        (mean, var)
    }
}

impl InplaceOp1 for InPlace<'_> {
    fn name(&self) -> &'static str {
        "limner-instance-norm"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let (CpuStorage::F32(all), Some((from, to)), Some(isa)) =
            (storage, layout.contiguous_offsets(), kernel::isa())
        else {
            bail!("instance norm: expected a contiguous f32 tensor and a kernel")
        };
        let parts = all[from..to]
            .par_chunks_mut(self.area)
            .with_max_len(1)
            .enumerate()
            .map(|(plane, pixels)| self.channel(isa, plane, pixels))
            .collect();
        *self.parts.lock() = parts;
        Ok(())
    }
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
