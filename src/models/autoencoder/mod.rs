//! Networks that turn a picture into a grid of latents and back, whatever their family.

pub mod kl;
pub mod taesd;

use candle_core::{Device, Tensor};

use super::ModelError;
use super::error::stop;
use crate::cancel::CancelToken;

/// Photo to latent grid to photo.
pub trait Autoencoder: Send + Sync {
    /// Pixels of the picture for one of the grid, across and down; sides must be
    /// multiples of it.
    fn factor(&self) -> usize;

    /// Numbers at each place of the grid.
    fn channels(&self) -> usize;

    /// Where it computes.
    fn device(&self) -> &Device;

    /// `[1, 3, h, w]`, sRGB 0..=1, to `[1, channels, h / factor, w / factor]`.
    ///
    /// # Errors
    /// [`ModelError::BadRequest`] for sides that don't fit; [`ModelError::Cancelled`];
    /// [`ModelError::Candle`].
    fn encode(&self, picture: &Tensor, cancel: &CancelToken) -> Result<Tensor, ModelError>;

    /// The way back; values may leave 0..=1.
    ///
    /// # Errors
    /// As [`Autoencoder::encode`].
    fn decode(&self, grid: &Tensor, cancel: &CancelToken) -> Result<Tensor, ModelError>;
}

/// # Errors
/// [`ModelError::BadRequest`] for sides that are no multiples of the factor.
fn check_picture(net: &dyn Autoencoder, picture: &Tensor) -> Result<(), ModelError> {
    let (_, channels, height, width) = picture.dims4()?;
    let factor = net.factor();
    let fits = channels == 3 && height > 0 && width > 0;
    if fits && height % factor == 0 && width % factor == 0 {
        return Ok(());
    }
    Err(ModelError::BadRequest(format!(
        "the picture is {width} x {height}; sides must be multiples of {factor}"
    )))
}

/// # Errors
/// [`ModelError::BadRequest`] for a grid of another network.
fn check_grid(net: &dyn Autoencoder, grid: &Tensor) -> Result<(), ModelError> {
    let (_, channels, height, width) = grid.dims4()?;
    if channels == net.channels() && height > 0 && width > 0 {
        return Ok(());
    }
    Err(ModelError::BadRequest(format!(
        "these latents have {channels} numbers a place, this network's have {}; open the photo again",
        net.channels()
    )))
}
