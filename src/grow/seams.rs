//! How well a grown picture's opposite sides go on in one another.

use crate::picture::{Picture, seam};

/// How far from the seam its surroundings go, in pixels.
pub(super) const NEAR: usize = 16;

/// [`seam::Seam::ratio`] in x and y: 1 where no seam is to be seen, more where there is one.
pub fn seams(picture: &Picture) -> [f64; 2] {
    seam::seams(picture).map(|seam| f64::from(seam.ratio))
}
