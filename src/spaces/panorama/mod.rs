//! Panoramas: equirectangular pictures, twice as wide as high, with everything around a
//! viewer in them.

mod camera;
mod cube;
mod distances;
mod page;
pub mod strip;

pub use camera::{Camera, Views};
pub use cube::{FACES, Face, faces};
pub use distances::{direction, place};
pub use page::page;

use super::SpacesError;
use crate::picture::panorama::is_panorama;

/// # Errors
/// [`SpacesError::NotAPanorama`] for any other size.
pub fn check(size: [u32; 2]) -> Result<(), SpacesError> {
    match is_panorama(size) {
        true => Ok(()),
        false => Err(SpacesError::NotAPanorama(size[0], size[1])),
    }
}
