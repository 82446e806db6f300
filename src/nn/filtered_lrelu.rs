//! StyleGAN3's filtered nonlinearity (Karras et al. 2021, "Alias-Free Generative Adversarial
//! Networks", `filtered_lrelu`): bias, up-sampling, leaky ReLU, down-sampling.

use candle_core::{Device, Result, Tensor, bail};
use rayon::prelude::*;

use super::conv::own::Held;
use super::cpu::filtered::{Down, Fir, Plane, filtered};
use super::upfirdn::every;
use super::{kernel, own_path, plain};

/// What stays of the filter's rate after the nonlinearity.
#[derive(Clone, Debug, PartialEq)]
pub enum DownFilter {
    /// The outer product of these taps with themselves.
    Separable(Vec<f32>),
    /// Rows of a square filter.
    Radial(Vec<f32>),
}

impl DownFilter {
    /// Rows and columns.
    pub fn side(&self) -> usize {
        match self {
            Self::Separable(taps) => taps.len(),
            Self::Radial(taps) => taps.len().isqrt(),
        }
    }
}

/// Settings of a [`FilteredLrelu`].
#[derive(Clone, Debug, PartialEq)]
pub struct FilteredLreluConfig {
    /// Factor of the up-sampling.
    pub up: usize,
    /// Factor of the down-sampling.
    pub down: usize,
    /// Pixels added at the larger size: left, right, top, bottom; cut off where negative.
    pub padding: [isize; 4],
    /// The input is multiplied by this first.
    pub input_gain: f32,
    /// Factor of negative values.
    pub slope: f32,
    /// Factor of all values after it.
    pub gain: f32,
    /// They are cut off at plus and minus this.
    pub clamp: Option<f32>,
}

/// Bias, up-sampling, leaky ReLU and down-sampling, in one pass over each channel.
#[derive(Clone, Debug)]
pub struct FilteredLrelu {
    config: FilteredLreluConfig,
    up: Vec<f32>,
    down: DownFilter,
    bias: Vec<f32>,
}

impl FilteredLrelu {
    /// `up` are the taps of the separable filter, `bias` one number for each channel.
    ///
    /// # Errors
    /// For factors of zero, filters without taps, and a radial filter that isn't square.
    pub fn new(
        config: FilteredLreluConfig,
        up: Vec<f32>,
        down: DownFilter,
        bias: Vec<f32>,
    ) -> Result<Self> {
        let square = match &down {
            DownFilter::Separable(taps) => !taps.is_empty(),
            DownFilter::Radial(taps) => !taps.is_empty() && taps.len().isqrt().pow(2) == taps.len(),
        };
        if config.up == 0 || config.down == 0 || up.is_empty() || !square {
            bail!("filtered leaky ReLU: factors and filters start at 1")
        }
        Ok(Self {
            config,
            up,
            down,
            bias,
        })
    }

    /// `[height, width]` after up-sampling and at last.
    fn sides(&self, h: usize, w: usize) -> Result<[[usize; 2]; 2]> {
        let c = &self.config;
        let [left, right, top, bottom] = c.padding;
        let side = |n: usize, pad: isize| -> Option<[usize; 2]> {
            let large = (n * c.up)
                .checked_add_signed(pad)?
                .checked_sub(self.up.len() - 1)?;
            Some([large, large.checked_sub(self.down.side())? / c.down + 1])
        };
        match (side(h, top + bottom), side(w, left + right)) {
            (Some([th, oh]), Some([tw, ow])) => Ok([[th, tw], [oh, ow]]),
            _ => bail!("filtered leaky ReLU: {h}×{w} is smaller than the filters"),
        }
    }

    /// `[N, C, H, W]` to `[N, C, H', W']`, H' = ((H · up + padding − up taps + 1) − down taps)
    /// / down + 1.
    ///
    /// # Errors
    /// For another number of channels than the bias has, and pictures smaller than the filters.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (n, c, h, w) = x.dims4()?;
        if c != self.bias.len() {
            bail!(
                "filtered leaky ReLU: {c} channels, {} biases",
                self.bias.len()
            )
        }
        let [large, out] = self.sides(h, w)?;
        let (true, Some(isa)) = (own_path(x), kernel::isa()) else {
            return self.plain(x);
        };
        let cfg = &self.config;
        let [left, _, top, _] = cfg.padding;
        let plane = Plane {
            input: [h, w],
            large,
            output: out,
            vertical: Fir::up(&self.up, cfg.up, top),
            across: Fir::up(&self.up, cfg.up, left),
            down: cfg.down,
            filter: match &self.down {
                DownFilter::Separable(taps) => Down::Separable(reversed(taps)),
                DownFilter::Radial(taps) => Down::Radial(reversed(taps)),
            },
            side: self.down.side(),
            input_gain: cfg.input_gain,
            slope: cfg.slope,
            gain: cfg.gain,
            clamp: cfg.clamp.unwrap_or(f32::INFINITY),
        };
        let x = x.contiguous()?;
        let held = Held::new(&x)?;
        let area = out[0] * out[1];
        let mut y = vec![0f32; n * c * area];
        y.par_chunks_mut(area.max(1))
            .zip(held.values()?.par_chunks(h * w))
            .enumerate()
            .for_each(|(i, (y, x))| filtered(isa, &plane, x, self.bias[i % c], y));
        Tensor::from_vec(y, (n, c, out[0], out[1]), &Device::Cpu)
    }

    /// Through candle's operators.
    fn plain(&self, x: &Tensor) -> Result<Tensor> {
        let cfg = &self.config;
        let bias = Tensor::from_slice(&self.bias, (1, self.bias.len(), 1, 1), x.device())?;
        let x = (x * f64::from(cfg.input_gain))?.broadcast_add(&bias.to_dtype(x.dtype())?)?;
        let mut x = plain::insert_zeros(&x.contiguous()?, cfg.up)?;
        let [left, right, top, bottom] = cfg.padding;
        x = padded(&padded(&x, 2, top, bottom)?, 3, left, right)?;
        let up: Vec<f32> = self.up.iter().map(|t| t * cfg.up as f32).collect();
        x = separable(&x, &up)?;
        // As max(x, slope · x) where the slope is below 1, with the gain in both.
        let (high, low) = (f64::from(cfg.gain), f64::from(cfg.gain * cfg.slope));
        x = ((x.relu()? * high)? - (x.neg()?.relu()? * low)?)?;
        if let Some(clamp) = cfg.clamp {
            x = x.clamp(-clamp, clamp)?;
        }
        x = match &self.down {
            DownFilter::Separable(taps) => separable(&x, taps)?,
            DownFilter::Radial(taps) => {
                let side = self.down.side();
                let filter = Tensor::from_vec(reversed(taps), (1, 1, side, side), x.device())?;
                each(&x, &filter)?
            }
        };
        every(&every(&x, 2, cfg.down)?, 3, cfg.down)
    }
}

/// As a convolution takes them.
fn reversed(taps: &[f32]) -> Vec<f32> {
    taps.iter().rev().copied().collect()
}

/// Zeros added, or pixels cut off, on two sides.
fn padded(x: &Tensor, dim: usize, before: isize, after: isize) -> Result<Tensor> {
    let cut = |n: isize| (-n).max(0) as usize;
    let x = x.pad_with_zeros(dim, before.max(0) as usize, after.max(0) as usize)?;
    match cut(before) + cut(after) {
        0 => Ok(x),
        all => {
            let Some(left) = x.dim(dim)?.checked_sub(all) else {
                bail!("filtered leaky ReLU: more is cut off than there is")
            };
            x.narrow(dim, cut(before), left)
        }
    }
}

fn separable(x: &Tensor, taps: &[f32]) -> Result<Tensor> {
    let column = Tensor::from_vec(reversed(taps), (1, 1, taps.len(), 1), x.device())?;
    let row = column.reshape((1, 1, 1, taps.len()))?;
    each(&each(x, &column)?, &row)
}

/// Every channel with one filter.
fn each(x: &Tensor, filter: &Tensor) -> Result<Tensor> {
    let (n, c, h, w) = x.dims4()?;
    let y = x.contiguous()?.reshape((n * c, 1, h, w))?.conv2d(
        &filter.to_dtype(x.dtype())?,
        0,
        1,
        1,
        1,
    )?;
    let (oh, ow) = (y.dim(2)?, y.dim(3)?);
    y.reshape((n, c, oh, ow))
}
