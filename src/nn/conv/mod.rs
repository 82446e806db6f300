//! Two-dimensional convolution with what surrounds it: padding, nearest up-sampling, bias,
//! activation.

mod adjoint;
mod config;
pub(crate) mod own;
mod plan;

use std::sync::{Arc, OnceLock};

use candle_core::{DType, Result, Tensor, bail};
use candle_nn::VarBuilder;

pub use config::{Conv2dConfig, PaddingMode};
use own::{Convolution, Extras, Kernels, Taps};

use super::{ChannelStats, Norm, Post, Taken, own_path, plain, resample, values};

/// A convolution whose weights are laid out for the CPU once. With half weights it takes any picture
/// and gives half ones.
///
/// Weight `[out, in / groups, k, k]`, bias `[out]`; `forward` maps `[N, in, H, W]` to
/// `[N, out, H', W']`.
#[derive(Clone, Debug)]
pub struct Conv2d {
    weight: Tensor,
    bias: Option<Tensor>,
    cfg: Conv2dConfig,
    own: Option<Arc<Own>>,
    /// The bias as numbers, to be joined with a normalisation's; none when a gradient is wanted.
    numbers: Option<Arc<[f32]>>,
    /// Whether the picture goes on at its opposite side, in x and y, instead of being padded.
    wrap: [bool; 2],
}

/// What the CPU kernels need.
#[derive(Debug)]
struct Own {
    kernels: Kernels,
    bias: Option<Vec<f32>>,
    /// The picture must be enlarged before, because no small kernels do the same.
    enlarge: bool,
    /// Once a gradient was wanted: the way back.
    adjoint: OnceLock<Conv2d>,
}

impl Own {
    fn new(weight: &Tensor, bias: Option<&Tensor>, cfg: &Conv2dConfig) -> Result<Self> {
        let (_, _, kh, kw) = weight.dims4()?;
        let doubles = cfg.upsample
            && kh == kw
            && kh % 2 == 1
            && cfg.padding == kh / 2
            && (cfg.stride, cfg.dilation, cfg.groups) == (1, 1, 1)
            && (cfg.padding_mode != PaddingMode::Reflect || cfg.padding <= 1);
        let taps = if doubles {
            Taps::nearest(kh)
        } else {
            Taps::Plain
        };
        Ok(Self {
            kernels: Kernels::new(weight, cfg.groups, taps)?,
            bias: bias.map(values).transpose()?,
            enlarge: cfg.upsample && !doubles,
            adjoint: OnceLock::new(),
        })
    }

    fn forward(
        &self,
        x: &Tensor,
        cfg: &Conv2dConfig,
        output: (usize, usize),
        extras: Extras,
    ) -> Result<Tensor> {
        let enlarged = if self.enlarge {
            Some(resample::upsample_nearest2x(x)?)
        } else {
            None
        };
        let convolution = Convolution {
            kernels: &self.kernels,
            cfg,
            extras,
            output,
        };
        convolution.run(enlarged.as_ref().unwrap_or(x))
    }
}

impl Conv2d {
    /// Packs `weight`.
    ///
    /// # Errors
    /// When the shapes don't fit each other or `cfg` asks for something unsupported.
    pub fn new(weight: Tensor, bias: Option<Tensor>, cfg: Conv2dConfig) -> Result<Self> {
        cfg.check(&weight, bias.as_ref())?;
        let tracked = weight.track_op() || bias.as_ref().is_some_and(Tensor::track_op);
        let single = weight.dtype() == DType::F32;
        let own = match weight.device().is_cpu() && single && !tracked {
            true => Some(Arc::new(Own::new(&weight, bias.as_ref(), &cfg)?)),
            false => None,
        };
        let numbers = match &bias {
            Some(bias) if !tracked => Some(values(bias)?.into()),
            _ => None,
        };
        let bias = bias.map(|bias| bias.to_dtype(weight.dtype())).transpose()?;
        Ok(Self {
            weight,
            bias,
            cfg,
            own,
            numbers,
            wrap: [false; 2],
        })
    }

    /// The same for pictures that go on at their opposite sides in x, y or both: beyond the border
    /// lies what is there, not padding. Sides that wrap must be multiples of the stride.
    #[must_use]
    pub fn wrapping(&self, wrap: [bool; 2]) -> Self {
        Self {
            wrap,
            ..self.clone()
        }
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
        if self.wraps() {
            let y = self.wrapped(x)?;
            return match residual {
                Some(residual) => y + residual.to_dtype(self.weight.dtype())?,
                None => Ok(y),
            };
        }
        let output = self.checked(x, residual)?;
        if let Some(own) = &self.own
            && own_path(x)
            && residual.is_none_or(own_path)
        {
            let residual = residual.map(Tensor::contiguous).transpose()?;
            let extras = Extras {
                bias: own.bias.as_deref(),
                residual: residual.as_ref(),
                ..Extras::default()
            };
            return own.forward(x, &self.cfg, output, extras);
        }
        let y = match self.is_graded(x) {
            true => self.graded(x)?,
            false => {
                let x = x.to_dtype(self.weight.dtype())?;
                plain::conv2d(&x, &self.weight, self.bias.as_ref(), &self.cfg)?
            }
        };
        match residual {
            Some(residual) => y + residual.to_dtype(self.weight.dtype())?,
            None => Ok(y),
        }
    }
}

impl Conv2d {
    /// The convolution, then [`instance_norm`](super::instance_norm), then `+ residual`. The settings must have no
    /// activation of their own; `norm` brings it.
    ///
    /// With given statistics and a batch that shares them all of it is one pass: the
    /// normalisation is a factor and an offset for each channel.
    ///
    /// # Errors
    /// As [`forward_add`](Self::forward_add) and [`instance_norm`](super::instance_norm).
    pub fn forward_norm(
        &self,
        x: &Tensor,
        norm: &Norm,
        residual: Option<&Tensor>,
    ) -> Result<(Tensor, Taken)> {
        if self.cfg.post != Post::default() {
            bail!("convolution: an activation stands between it and its normalisation")
        }
        if self.wraps() {
            return norm.apply(self.wrapped(x)?, residual);
        }
        if let (Some(own), Some(stats)) = (&self.own, norm.stats)
            && own_path(x)
            && residual.is_none_or(own_path)
            && norm
                .scale
                .is_none_or(|t| own_path(t) && t.dims().len() == 1)
            && norm
                .shift
                .is_none_or(|t| own_path(t) && t.dims().len() == 1)
            && stats.batch == 1
        {
            let y = self.normed(own, x, norm, stats, residual)?;
            return Ok((y, Taken::Here(stats.clone())));
        }
        if let Some(stats) = norm.stats.filter(|_| norm.is_numbers())
            && !own_path(x)
            && self.numbers.is_some() == self.bias.is_some()
        {
            let y = self.normed_plain(x, norm, stats, residual)?;
            return Ok((y, Taken::Here(stats.clone())));
        }
        norm.apply(self.forward(x)?, residual)
    }

    fn wraps(&self) -> bool {
        self.cfg.padding > 0 && self.wrap.contains(&true)
    }

    /// The convolution of a picture that wraps: some of the opposite sides is put beside it, and
    /// what became of that is cut off again.
    fn wrapped(&self, x: &Tensor) -> Result<Tensor> {
        let (_, _, h, w) = x.dims4()?;
        let (stride, up) = (self.cfg.stride, if self.cfg.upsample { 2 } else { 1 });
        let beside = self.cfg.padding.div_ceil(up).next_multiple_of(stride);
        let mut large = x.clone();
        for (axis, side, wraps) in [(3, w, self.wrap[0]), (2, h, self.wrap[1])] {
            if !wraps {
                continue;
            }
            if beside > side || !(side * up).is_multiple_of(stride) {
                bail!("convolution: a side of {side} can't wrap around {beside} at stride {stride}")
            }
            let (before, after) = (
                large.narrow(axis, side - beside, beside)?,
                large.narrow(axis, 0, beside)?,
            );
            large = Tensor::cat(&[&before, &large, &after], axis)?;
        }
        let plain = self.wrapping([false; 2]);
        let mut y = plain.forward_add(&large.contiguous()?, None)?;
        for (axis, side, wraps) in [(3, w, self.wrap[0]), (2, h, self.wrap[1])] {
            if wraps {
                y = y.narrow(axis, beside * up / stride, side * up / stride)?;
            }
        }
        y.force_contiguous()
    }

    /// [`normed`](Self::normed) through candle's operators: the bias goes into the offset.
    fn normed_plain(
        &self,
        x: &Tensor,
        norm: &Norm,
        stats: &ChannelStats,
        residual: Option<&Tensor>,
    ) -> Result<Tensor> {
        self.checked(x, residual)?;
        let (factor, offset) = self.folded(norm, stats, self.numbers.as_deref())?;
        let x = x.to_dtype(self.weight.dtype())?;
        let y = plain::conv2d(&x, &self.weight, None, &self.cfg)?;
        let y = norm.finished(&y, factor, offset)?;
        match residual {
            Some(residual) => y + residual.to_dtype(self.weight.dtype())?,
            None => Ok(y),
        }
    }

    /// Factor and offset of each channel by a normalisation, the bias in the offset.
    fn folded(
        &self,
        norm: &Norm,
        stats: &ChannelStats,
        bias: Option<&[f32]>,
    ) -> Result<(Vec<f32>, Vec<f32>)> {
        let (factor, mut offset) = norm.affine(stats, self.weight.dim(0)?)?;
        for ((offset, factor), bias) in offset.iter_mut().zip(&factor).zip(bias.unwrap_or_default())
        {
            *offset += bias * factor;
        }
        Ok((factor, offset))
    }

    /// The output's size, if picture and residual fit.
    fn checked(&self, x: &Tensor, residual: Option<&Tensor>) -> Result<(usize, usize)> {
        let output = self.cfg.output_size(x, &self.weight)?;
        check_residual(x, self.weight.dim(0)?, output, residual)?;
        Ok(output)
    }

    fn normed(
        &self,
        own: &Own,
        x: &Tensor,
        norm: &Norm,
        stats: &ChannelStats,
        residual: Option<&Tensor>,
    ) -> Result<Tensor> {
        let output = self.checked(x, residual)?;
        let (factor, bias) = self.folded(norm, stats, own.bias.as_deref())?;
        // One factor list for each picture of the batch.
        let factors = factor.repeat(x.dim(0)?);
        let cfg = self.cfg.clone().activation(norm.activation.clone());
        let residual = residual.map(Tensor::contiguous).transpose()?;
        let extras = Extras {
            output_scale: Some(&factors),
            bias: Some(&bias),
            residual: residual.as_ref(),
            ..Extras::default()
        };
        own.forward(x, &cfg, output, extras)
    }
}

fn check_residual(
    x: &Tensor,
    out: usize,
    output: (usize, usize),
    residual: Option<&Tensor>,
) -> Result<()> {
    match residual {
        Some(residual) if residual.dims() != [x.dim(0)?, out, output.0, output.1] => {
            bail!(
                "convolution: cannot add {:?} to the result",
                residual.dims()
            )
        }
        _ => Ok(()),
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
    let output = cfg.output_size(x, weight)?;
    if own_path(x) && own_path(weight) && bias.is_none_or(own_path) {
        let own = Own::new(weight, bias, cfg)?;
        let extras = Extras {
            bias: own.bias.as_deref(),
            ..Extras::default()
        };
        return own.forward(x, cfg, output, extras);
    }
    plain::conv2d(x, weight, bias, cfg)
}
