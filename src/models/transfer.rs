//! What style networks of other people have in common, whatever their family.

use std::sync::Arc;

use candle_core::{Device, Tensor};

use super::ModelError;
use super::pixels::tensor_of;
use super::restyle::Norms;
use crate::cancel::CancelToken;
use crate::nn::{ChannelStats, resize_bilinear};
use crate::picture::Picture;

/// Added to variances of features, as in the authors' `calc_mean_std`.
const EPS: f64 = 1e-5;
/// Longer side of what is looked at of a style picture.
const LONGEST_STYLE: usize = 1024;
/// Smaller style pictures are enlarged to this.
const SHORTEST_STYLE: usize = 64;

/// A network that puts a style onto a picture: its one style, or any, by code.
pub trait StyleTransfer: Send + Sync {
    /// Heights and widths that go in must be multiples of this.
    fn multiple(&self) -> usize;

    /// Pixels around an output pixel that can influence it, statistics apart.
    fn receptive_radius(&self) -> usize;

    /// Numbers of a style's code; 0 for a network that is one style.
    fn code_len(&self) -> usize;

    /// About what it needs for a pixel of a tile, in bytes.
    fn bytes_per_pixel(&self) -> u64;

    /// Where it computes.
    fn device(&self) -> &Device;

    /// The same network for whole pictures that go on at their opposite sides in x, y or both.
    fn wrapping(&self, wrap: [bool; 2]) -> Arc<dyn StyleTransfer>;

    /// The code of a style picture `[1, 3, h, w]`, sRGB 0..=1, sides multiples of
    /// [`StyleTransfer::multiple`].
    ///
    /// # Errors
    /// [`ModelError::Cancelled`], [`ModelError::Candle`].
    fn encode(&self, style: &Tensor, cancel: &CancelToken) -> Result<Vec<f32>, ModelError>;

    /// The picture (or a tile of it) `[1, 3, h, w]`, sRGB 0..=1, in a style, about
    /// 0..=1. Networks that are one style have an empty code.
    ///
    /// With `norms`, taken once from a copy of the whole photo, tiles and sizes fit
    /// together; without, the picture's own statistics are used and come back.
    ///
    /// # Errors
    /// [`ModelError::BadRequest`] for sides that don't fit, a code or statistics of
    /// another network; [`ModelError::Cancelled`]; [`ModelError::Candle`].
    fn transfer(
        &self,
        picture: &Tensor,
        code: &[f32],
        norms: Option<&Norms>,
        cancel: &CancelToken,
    ) -> Result<(Tensor, Norms), ModelError>;
}

/// The code of a style picture: its middle, with sides that the network takes.
/// Transparency is left out.
///
/// # Errors
/// As [`StyleTransfer::encode`].
pub fn code_of(
    net: &dyn StyleTransfer,
    style: &Picture,
    cancel: &CancelToken,
) -> Result<Vec<f32>, ModelError> {
    let mut tensor = tensor_of(style, net.device())?;
    let (_, _, height, width) = tensor.dims4()?;
    let short = height.min(width);
    if short < SHORTEST_STYLE {
        let larger = |side: usize| (side * SHORTEST_STYLE).div_ceil(short.max(1));
        tensor = resize_bilinear(&tensor, larger(height), larger(width))?;
    }
    for axis in [2, 3] {
        let side = tensor.dim(axis)?;
        let kept = side.min(LONGEST_STYLE) / net.multiple() * net.multiple();
        tensor = tensor.narrow(axis, (side - kept) / 2, kept)?;
    }
    net.encode(&tensor.contiguous()?, cancel)
}

/// # Errors
/// [`ModelError::BadRequest`] for sides that are no multiples of `multiple` or
/// smaller than `smallest`, a code of another length, statistics of another network.
pub(super) fn check(
    net: &dyn StyleTransfer,
    picture: &Tensor,
    smallest: usize,
    code: &[f32],
    norms: Option<&Norms>,
    channels: &[usize],
) -> Result<(), ModelError> {
    let (_, _, height, width) = picture.dims4()?;
    let multiple = net.multiple();
    if height % multiple != 0 || width % multiple != 0 || height.min(width) < smallest {
        return Err(ModelError::BadRequest(format!(
            "the picture is {width} x {height}; sides must be multiples of {multiple}, {smallest} at least"
        )));
    }
    if code.len() != net.code_len() || code.iter().any(|v| !v.is_finite()) {
        return Err(ModelError::BadRequest(format!(
            "this style was made for another network: it has {} numbers, {} are needed; choose its picture again",
            code.len(),
            net.code_len()
        )));
    }
    if norms.is_some_and(|norms| {
        !norms
            .iter()
            .map(|n| n.channels)
            .eq(channels.iter().copied())
    }) {
        return Err(ModelError::BadRequest(
            "statistics of another style network; measure the photo again".into(),
        ));
    }
    Ok(())
}

/// Statistics as `torch.var` has them: divided by one pixel less.
pub(super) fn unbiased(mut stats: ChannelStats, pixels: usize) -> ChannelStats {
    let factor = pixels as f64 / (pixels.max(2) - 1) as f64;
    for var in &mut stats.var {
        *var = (f64::from(*var) * factor) as f32;
    }
    stats
}

/// A style's mean and deviation for each channel of some features.
#[derive(Debug, Clone, Copy)]
pub(super) struct Feature<'a> {
    pub(super) mean: &'a [f32],
    pub(super) std: &'a [f32],
}

/// Adaptive instance normalisation (Huang & Belongie 2017). Statistics are the
/// features' own or `given`, and come back.
pub(super) fn adapt(
    features: &Tensor,
    given: Option<&ChannelStats>,
    style: Feature<'_>,
) -> Result<(Tensor, ChannelStats), ModelError> {
    let (_, channels, height, width) = features.dims4()?;
    let stats = match given {
        Some(stats) => stats.clone(),
        None => unbiased(crate::nn::channel_stats(features)?, height * width),
    };
    let device = features.device();
    let scale = Tensor::from_slice(style.std, channels, device)?;
    let shift = Tensor::from_slice(style.mean, channels, device)?;
    let activation = crate::nn::Activation::None;
    Ok(crate::nn::instance_norm(
        features,
        Some(&stats),
        Some(&scale),
        Some(&shift),
        EPS,
        &activation,
    )?)
}

/// Mean and deviation of features, as a style's code holds them.
pub(super) fn describe(features: &Tensor, code: &mut Vec<f32>) -> Result<(), ModelError> {
    let (_, _, height, width) = features.dims4()?;
    let stats = unbiased(crate::nn::channel_stats(features)?, height * width);
    code.extend_from_slice(&stats.mean);
    code.extend(stats.std(EPS));
    Ok(())
}
