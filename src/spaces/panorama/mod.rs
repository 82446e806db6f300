//! Panoramas: equirectangular pictures, twice as wide as high, with everything around a
//! viewer in them.

mod cube;
mod equiangular;
mod page;

pub use cube::{FACES, Face, faces};
pub use equiangular::{direction, place};
pub use page::page;

use super::SpacesError;

/// Whether a size is that of a panorama; a pixel more or less is none.
pub fn is_panorama([width, height]: [u32; 2]) -> bool {
    height >= 8 && u64::from(width).abs_diff(2 * u64::from(height)) <= 2
}

/// # Errors
/// [`SpacesError::NotAPanorama`] for any other size.
pub fn check(size: [u32; 2]) -> Result<(), SpacesError> {
    match is_panorama(size) {
        true => Ok(()),
        false => Err(SpacesError::NotAPanorama(size[0], size[1])),
    }
}
