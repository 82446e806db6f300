//! Instance normalisation and AdaIN, with statistics that can be kept and used again.

use candle_core::{CpuStorage, DType, Device, InplaceOp1, Layout, Result, Tensor, bail};
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

/// The statistics that a normalisation used. On a GPU they stay there until somebody asks: reading
/// them back makes the processor wait for all that was begun.
#[derive(Clone, Debug)]
pub enum Taken {
    /// Given ones, or those of the CPU kernels.
    Here(ChannelStats),
    /// Taken on a device: means, then variances, `[2, N, C]`.
    There(Tensor),
}

impl Taken {
    /// As numbers.
    ///
    /// # Errors
    /// What the device says.
    pub fn stats(self) -> Result<ChannelStats> {
        let all = Self::all(vec![self])?.pop();
        all.ok_or_else(|| candle_core::Error::Msg("statistics are missing".into()))
    }

    /// Those of many normalisations, read back at once.
    ///
    /// # Errors
    /// As [`Taken::stats`].
    pub fn all(taken: Vec<Self>) -> Result<Vec<ChannelStats>> {
        let mut there = Vec::new();
        for one in &taken {
            if let Self::There(tensor) = one {
                there.push(tensor.flatten_all()?);
            }
        }
        let read = match there.is_empty() {
            true => Vec::new(),
            false => values(&Tensor::cat(&there, 0)?)?,
        };
        let mut rest = read.as_slice();
        let stats = |one| match one {
            Self::Here(stats) => Ok(stats),
            Self::There(tensor) => {
                let (_, batch, channels) = tensor.dims3()?;
                let (own, others) = rest.split_at(2 * batch * channels);
                rest = others;
                let (mean, var) = own.split_at(batch * channels);
                Ok(ChannelStats {
                    batch,
                    channels,
                    mean: mean.to_vec(),
                    var: var.to_vec(),
                })
            }
        };
        taken.into_iter().map(stats).collect()
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
    Taken::There(measured(x)?).stats()
}

/// Means and variances through candle's operators, `[2, N, C]`, `f32` whatever `x` is.
fn measured(x: &Tensor) -> Result<Tensor> {
    let (batch, channels, _, _) = x.dims4()?;
    let (mean, var) = plain::mean_var(&x.detach().to_dtype(DType::F32)?)?;
    Tensor::stack(&[mean, var], 0)?.reshape((2, batch, channels))
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
    let (y, taken) = norm.plain(x)?;
    Ok((y, taken.stats()?))
}

impl Norm<'_> {
    /// [`instance_norm`] of a picture that nobody else holds, then `+ residual` (shaped as it), in
    /// place.
    pub(crate) fn apply(&self, y: Tensor, residual: Option<&Tensor>) -> Result<(Tensor, Taken)> {
        if self.check(&y)? && residual.is_none_or(own_path) && y.is_contiguous() {
            let stats = normalise(&y, self, residual)?;
            return Ok((y, Taken::Here(stats)));
        }
        let (y, taken) = self.plain(&y)?;
        match residual {
            Some(residual) => Ok(((&y + residual.to_dtype(y.dtype())?)?, taken)),
            None => Ok((y, taken)),
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

    /// Through candle's operators; nothing is read back.
    fn plain(&self, x: &Tensor) -> Result<(Tensor, Taken)> {
        let c = x.dim(1)?;
        if let Some(stats) = self.stats.filter(|_| self.is_numbers()) {
            let (factor, offset) = self.affine(stats, c)?;
            let y = self.finished(x, factor, offset)?;
            return Ok((y, Taken::Here(stats.clone())));
        }
        let (both, taken) = match self.stats {
            Some(stats) => {
                let both = [stats.mean.as_slice(), &stats.var].concat();
                let both = Tensor::from_vec(both, (2, stats.batch, c), x.device())?;
                (both, Taken::Here(stats.clone()))
            }
            None => {
                let both = measured(x)?;
                (both.clone(), Taken::There(both))
            }
        };
        let on_device = |t: &Tensor| t.to_device(x.device())?.to_dtype(DType::F32);
        let mut factor = (both.get(1)? + self.eps)?.sqrt()?.recip()?;
        if let Some(scale) = self.scale {
            factor = factor.broadcast_mul(&on_device(scale)?)?;
        }
        let mut offset = both.get(0)?.broadcast_mul(&factor)?.neg()?;
        if let Some(shift) = self.shift {
            offset = offset.broadcast_add(&on_device(shift)?)?;
        }
        Ok((self.shifted(x, &factor, &offset)?, taken))
    }

    /// Whether factor and offset of each channel can be told without asking a device.
    pub(crate) fn is_numbers(&self) -> bool {
        let here = |t: &Tensor| t.device().is_cpu() && t.dims().len() == 1 && !t.track_op();
        self.stats.is_some_and(|stats| stats.batch == 1)
            && self.scale.is_none_or(here)
            && self.shift.is_none_or(here)
    }

    /// `activation(x · factor + offset)` of numbers for each channel, brought over in one go.
    pub(crate) fn finished(
        &self,
        x: &Tensor,
        factor: Vec<f32>,
        offset: Vec<f32>,
    ) -> Result<Tensor> {
        let shape = (2, 1, factor.len());
        let both = Tensor::from_vec([factor, offset].concat(), shape, x.device())?;
        self.shifted(x, &both.get(0)?, &both.get(1)?)
    }

    /// The same of tensors `[N or 1, C]`. In `f32`: half numbers would lose what a large mean
    /// leaves of them.
    fn shifted(&self, x: &Tensor, factor: &Tensor, offset: &Tensor) -> Result<Tensor> {
        let c = x.dim(1)?;
        let y = x
            .to_dtype(DType::F32)?
            .broadcast_mul(&factor.reshape(((), c, 1, 1))?)?
            .broadcast_add(&offset.reshape(((), c, 1, 1))?)?;
        self.activation.apply_tensor(&y)?.to_dtype(x.dtype())
    }
}

/// Normalisation over groups of channels (Wu & He 2018), through candle's operators: nothing is
/// read back. `scale` and `shift` are `[C]`.
///
/// # Errors
/// When the shapes don't fit each other.
pub(crate) fn group_norm(
    x: &Tensor,
    groups: usize,
    [scale, shift]: [&Tensor; 2],
    eps: f64,
    activation: &Activation,
) -> Result<Tensor> {
    let (n, c, h, w) = x.dims4()?;
    let x32 = x.to_dtype(DType::F32)?;
    let (mean, var) = plain::mean_var(&x32.reshape((n, groups, c / groups, h * w))?)?;
    let each = |t: Tensor| -> Result<Tensor> {
        let shape = (n, groups, c / groups, 1);
        t.broadcast_as(shape)?.reshape((n, c, 1, 1))
    };
    let factor = each((var + eps)?.sqrt()?.recip()?)?;
    let factor = factor.broadcast_mul(&scale.reshape((1, c, 1, 1))?)?;
    let offset = shift
        .reshape((1, c, 1, 1))?
        .broadcast_sub(&(each(mean)? * &factor)?)?;
    let y = x32.broadcast_mul(&factor)?.broadcast_add(&offset)?;
    activation.apply_tensor(&y)?.to_dtype(x.dtype())
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
    let scale = Tensor::from_vec(style.std(eps), shape, &Device::Cpu)?;
    let shift = Tensor::from_slice(&style.mean, shape, &Device::Cpu)?;
    instance_norm(x, stats, Some(&scale), Some(&shift), eps, &Activation::None)
}
