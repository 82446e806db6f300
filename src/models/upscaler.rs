//! What all networks that enlarge pictures have in common.

use candle_core::{Device, Tensor};

use super::ModelError;
use super::crisp::Crisp;
use crate::cancel::CancelToken;
use crate::nn::pool;

/// A network that enlarges pictures.
pub trait Upscaler: Send + Sync {
    /// How many times as large its pictures can be.
    fn scales(&self) -> Vec<u32>;

    /// Sides of the pictures that it takes are multiples of this.
    fn multiple(&self) -> usize;

    /// Pixels around a pixel that it has to see.
    fn reach(&self) -> usize;

    /// Side of a tile of the small picture at which its memory stays bounded.
    fn tile(&self) -> usize;

    /// Most bytes that it needs for a picture of so many pixels beside its weights, at this
    /// scale.
    fn bytes(&self, pixels: u64, scale: u32) -> u64;

    /// Where it computes.
    fn device(&self) -> &Device;

    /// `[1, 3, h, w]`, sRGB 0..=1, to `[1, 3, scale h, scale w]`, about 0..=1.
    ///
    /// # Errors
    /// [`ModelError::BadRequest`] for a scale or sides that it doesn't have;
    /// [`ModelError::Cancelled`]; [`ModelError::Candle`].
    fn enlarge(
        &self,
        picture: &Tensor,
        scale: u32,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError>;
}

/// A network with one scale, which takes a picture in one go.
pub(super) trait OneScale: Send + Sync {
    /// How many times as large its pictures are.
    fn scale(&self) -> u32;

    /// See [`Upscaler::multiple`].
    fn multiple(&self) -> usize {
        1
    }

    /// See [`Upscaler::reach`].
    fn reach(&self) -> usize;

    /// See [`Upscaler::tile`].
    fn tile(&self) -> usize {
        320
    }

    /// See [`Upscaler::bytes`].
    fn bytes(&self, pixels: u64) -> u64;

    /// Where it computes.
    fn device(&self) -> &Device;

    /// `[1, 3, h, w]`, sRGB 0..=1, to `[1, 3, scale h, scale w]`, about 0..=1.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`]; [`ModelError::Candle`].
    fn forward(&self, picture: &Tensor, cancel: &CancelToken) -> Result<Tensor, ModelError>;
}

impl<N: OneScale> Upscaler for N {
    fn scales(&self) -> Vec<u32> {
        vec![self.scale()]
    }

    fn multiple(&self) -> usize {
        OneScale::multiple(self)
    }

    fn reach(&self) -> usize {
        OneScale::reach(self)
    }

    fn tile(&self) -> usize {
        OneScale::tile(self)
    }

    fn bytes(&self, pixels: u64, _scale: u32) -> u64 {
        OneScale::bytes(self, pixels)
    }

    fn device(&self) -> &Device {
        OneScale::device(self)
    }

    fn enlarge(
        &self,
        picture: &Tensor,
        scale: u32,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        checked(picture, [scale, self.scale()], OneScale::multiple(self))?;
        pool::within(OneScale::device(self), || self.forward(picture, cancel))
    }
}

impl Upscaler for Crisp {
    fn scales(&self) -> Vec<u32> {
        Crisp::scales(self)
    }

    fn multiple(&self) -> usize {
        Crisp::multiple(self)
    }

    fn reach(&self) -> usize {
        self.receptive_radius()
    }

    fn tile(&self) -> usize {
        192
    }

    fn bytes(&self, pixels: u64, scale: u32) -> u64 {
        let channels = self.channels();
        // Two maps of the trunk, or one and the head's with the enlarged picture twice.
        4 * pixels * (2 * channels + 9 * u64::from(scale * scale))
    }

    fn device(&self) -> &Device {
        Crisp::device(self)
    }

    fn enlarge(
        &self,
        picture: &Tensor,
        scale: u32,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        Crisp::enlarge(self, picture, scale, cancel)
    }
}

/// A picture's height and width, if a network with one scale takes it.
///
/// # Errors
/// [`ModelError::BadRequest`].
fn checked(
    picture: &Tensor,
    [wanted, own]: [u32; 2],
    multiple: usize,
) -> Result<(usize, usize), ModelError> {
    if wanted != own {
        return Err(ModelError::BadRequest(format!(
            "this network enlarges {own} times, not {wanted} times"
        )));
    }
    let (_, _, height, width) = picture.dims4()?;
    if height % multiple != 0 || width % multiple != 0 {
        return Err(ModelError::BadRequest(format!(
            "the picture is {width} x {height}; sides must be multiples of {multiple}"
        )));
    }
    Ok((height, width))
}
