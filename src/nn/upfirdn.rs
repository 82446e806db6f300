//! Up-sampling, filtering and down-sampling as in StyleGAN2 (Karras et al. 2020, `upfirdn2d`).

use candle_core::{Device, Result, Tensor, bail};
use rayon::prelude::*;

use super::conv::own::Held;
use super::cpu::planes::{self, Axis};
use super::{own_path, pixel_shuffle, plain, replicate_pad2d};

/// A separable low-pass filter: the two-dimensional one is the outer product with itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Fir {
    taps: Vec<f32>,
}

impl Fir {
    /// From taps, scaled so that they add up to 1 (the official `setup_filter`).
    pub fn new(taps: &[f32]) -> Self {
        let sum: f32 = taps.iter().sum();
        Self {
            taps: taps.iter().map(|t| t / sum).collect(),
        }
    }

    /// StyleGAN2's `[1, 3, 3, 1]`.
    pub fn stylegan2() -> Self {
        Self::new(&[1.0, 3.0, 3.0, 1.0])
    }

    /// The taps; they add up to 1.
    pub fn taps(&self) -> &[f32] {
        &self.taps
    }
}

/// Zeros between the pixels (`up`), zero padding `(left/top, right/bottom)`, convolution with
/// `fir` in both directions times `gain`, then every `down`-th pixel:
/// `[N, C, H, W]` to `[N, C, (H·up + p0 + p1 − taps) / down + 1, …]`.
///
/// # Errors
/// When the padded picture is smaller than the filter.
pub fn upfirdn2d(
    x: &Tensor,
    fir: &Fir,
    up: usize,
    down: usize,
    padding: (usize, usize),
    gain: f32,
) -> Result<Tensor> {
    let (n, c, h, w) = x.dims4()?;
    let taps = fir.taps.len();
    if up == 0 || down == 0 {
        bail!("upfirdn2d: up and down start at 1")
    }
    let (before, after) = padding;
    if h * up + before + after < taps || w * up + before + after < taps {
        bail!("upfirdn2d: {h}×{w} is smaller than the filter")
    }
    // The two directions one after the other; each takes the square root of the gain.
    let side = gain.abs().sqrt();
    if own_path(x) && gain >= 0.0 {
        let taps_scaled: Vec<f32> = fir.taps.iter().map(|t| t * side).collect();
        let outputs = |side: usize| (side * up + before + after - taps) / down + 1;
        let vertical = Axis::new(h, outputs(h), &taps_scaled, (up, down), before);
        let across = Axis::new(w, outputs(w), &taps_scaled, (up, down), before);
        let x = x.contiguous()?;
        let held = Held::new(&x)?;
        let mut out = vec![0f32; n * c * outputs(h) * outputs(w)];
        out.par_chunks_mut(outputs(h) * outputs(w))
            .zip(held.values()?.par_chunks(h * w))
            .for_each(|(out, plane)| planes::filter(plane, w, &vertical, &across, out));
        return Tensor::from_vec(out, (n, c, outputs(h), outputs(w)), &Device::Cpu);
    }
    let x = plain::insert_zeros(&x.contiguous()?, up)?
        .pad_with_zeros(2, before, after)?
        .pad_with_zeros(3, before, after)?;
    let (ph, pw) = (x.dim(2)?, x.dim(3)?);
    let x = x.reshape((n * c, 1, ph, pw))?;
    let flipped: Vec<f32> = fir.taps.iter().rev().map(|t| t * side).collect();
    let column = Tensor::from_slice(&flipped, (1, 1, taps, 1), x.device())?.to_dtype(x.dtype())?;
    let row = column.reshape((1, 1, 1, taps))?;
    let y = x.conv2d(&column, 0, 1, 1, 1)?.conv2d(&row, 0, 1, 1, 1)?;
    let y = if gain < 0.0 { y.neg()? } else { y };
    let (oh, ow) = (y.dim(2)?, y.dim(3)?);
    let y = y.reshape((n, c, oh, ow))?;
    every(&every(&y, 2, down)?, 3, down)
}

/// Every `step`-th row or column.
pub(super) fn every(x: &Tensor, dim: usize, step: usize) -> Result<Tensor> {
    if step == 1 {
        return Ok(x.clone());
    }
    let side = x.dim(dim)? as u32;
    let index: Vec<u32> = (0..side).step_by(step).collect();
    x.contiguous()?
        .index_select(&Tensor::new(index, x.device())?, dim)
}

/// The official `upsample2d(x, f)`: `[N, C, H, W]` to `[N, C, 2H, 2W]`.
///
/// # Errors
/// When `x` has not four dimensions.
pub fn upsample2d(x: &Tensor, fir: &Fir) -> Result<Tensor> {
    let taps = fir.taps.len();
    if taps == PHASE_TAPS && !own_path(x) && !x.track_op() {
        return doubled(x, fir);
    }
    upfirdn2d(x, fir, 2, 1, (taps.div_ceil(2), (taps - 2) / 2), 4.0)
}

/// `nn.Upsample(scale_factor=2, mode="bilinear")`: shares of a quarter and three quarters, border
/// pixels repeated.
///
/// # Errors
/// When `x` has not four dimensions or is empty.
pub fn upsample_bilinear2x(x: &Tensor) -> Result<Tensor> {
    let (_, _, height, width) = x.dims4()?;
    let large = upsample2d(&replicate_pad2d(x, 1)?, &Fir::stylegan2())?;
    let cut = large.narrow(2, 2, 2 * height)?.narrow(3, 2, 2 * width)?;
    cut.contiguous()
}

/// Taps of a filter of which [`doubled`] knows the phases.
const PHASE_TAPS: usize = 4;

/// [`upsample2d`] through candle's operators in few steps: no zeros are put in, each of the four
/// phases of the result is a 3×3 convolution of the small picture.
fn doubled(x: &Tensor, fir: &Fir) -> Result<Tensor> {
    let (n, c, h, w) = x.dims4()?;
    // What output 2q + phase takes of the pixels q − 1, q, q + 1, turned as convolutions are.
    let [first, second, third, fourth] = [3, 2, 1, 0].map(|t| 2.0 * fir.taps[t]);
    let phases = [[first, third, 0.0], [0.0, second, fourth]];
    let mut weight = Vec::with_capacity(4 * 9);
    for (down, across) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        for y in phases[down] {
            weight.extend(phases[across].map(|x| y * x));
        }
    }
    let weight = Tensor::from_vec(weight, (4, 1, 3, 3), x.device())?.to_dtype(x.dtype())?;
    let y = x
        .contiguous()?
        .reshape((n * c, 1, h, w))?
        .conv2d(&weight, 1, 1, 1, 1)?;
    pixel_shuffle(&y, 2)?.reshape((n, c, 2 * h, 2 * w))
}
