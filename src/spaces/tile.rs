//! Whether a picture goes on at its opposite side.

pub use crate::picture::seam::SEAMLESS;
use crate::picture::{Picture, seam};

/// [`seam::Seam::ratio`] in x and y: about 1 for a seamless picture; photos have 5 and more.
pub fn seam(picture: &Picture) -> [f32; 2] {
    seam::seams(picture).map(|seam| seam.ratio)
}

/// The sides at which a picture goes on, by [`SEAMLESS`].
pub fn seamless(picture: &Picture) -> [bool; 2] {
    seam(picture).map(|seam| seam <= SEAMLESS)
}
