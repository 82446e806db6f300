//! A material from a picture: base colour, height, normal, roughness, ambient occlusion and
//! metalness, by image mathematics alone. Where the picture wraps, the maps do.

mod files;
mod height;
mod light;
mod look;
mod mtlx;
mod relief;
mod settings;
mod shown;
mod surface;

pub use files::{Convention, MaterialFile, files, glb};
pub use light::LIGHTEST_GAIN;
pub use look::{Body, Look, look};
pub use mtlx::mtlx;
pub use settings::Settings;
pub use shown::{Map, shown};

use super::SpacesError;
use crate::cancel::CancelToken;
use crate::picture::Picture;

/// Pixels that a side needs at least.
pub const LEAST_SIDE: u32 = 8;

/// The maps of a material, all of one size.
#[derive(Debug, Clone)]
pub struct Material {
    /// Base colour, sRGB, its light evened out; the picture's own opacity.
    pub base: Picture,
    /// Height 0..=1, rows from top to bottom.
    pub height: Vec<f32>,
    /// Normals in tangent space as OpenGL has them: x to the right, y up, z out of the
    /// picture; each from -1..=1 to 0..=255.
    pub normal: Vec<[u8; 3]>,
    /// Perceptual roughness, 0..=255.
    pub roughness: Vec<u8>,
    /// Share of the sky that each point sees, 0..=255.
    pub occlusion: Vec<u8>,
    /// Metalness everywhere, 0..=255.
    pub metalness: u8,
    /// Whether it goes on at its opposite sides, in x and y.
    pub seamless: [bool; 2],
}

/// Bytes that [`make`] takes at most beside the picture, for a size.
pub fn memory(size: [u32; 2]) -> u64 {
    // Eight fields of numbers at once, the padded one among them, and the maps.
    u64::from(size[0]) * u64::from(size[1]) * (8 * 4 + 14)
}

/// Makes a material of a picture.
///
/// # Errors
/// [`SpacesError::TooSmall`], [`SpacesError::Range`], [`SpacesError::Cancelled`].
pub fn make(
    picture: &Picture,
    settings: &Settings,
    cancel: &CancelToken,
) -> Result<Material, SpacesError> {
    let [width, height] = picture.size();
    if width.min(height) < LEAST_SIDE {
        return Err(SpacesError::TooSmall(width, height, LEAST_SIDE));
    }
    settings.check()?;
    let check = || match cancel.is_cancelled() {
        true => Err(SpacesError::Cancelled),
        false => Ok(()),
    };
    let wraps = settings
        .seamless
        .unwrap_or_else(|| super::tile::seamless(picture));
    let light = light::measure(picture, settings, wraps, &check)?;
    let base = light::evened(picture, &light, settings.even)?;
    check()?;
    let raised = height::normalised(&light, settings);
    drop(light);
    check()?;
    let depth = settings.depth_in_pixels(width, height);
    let slopes = relief::slopes(&raised, depth, wraps);
    let normal = relief::normals(&slopes);
    check()?;
    let roughness = surface::roughness(slopes, settings, wraps);
    check()?;
    let occlusion = surface::occlusion(&raised, depth, settings, wraps);
    check()?;
    Ok(Material {
        base,
        height: raised.values,
        normal,
        roughness,
        occlusion,
        metalness: (settings.metalness * 255.0 + 0.5) as u8,
        seamless: wraps,
    })
}

#[cfg(test)]
mod tests;
