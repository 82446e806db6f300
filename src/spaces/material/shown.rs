//! A map of a material as a picture for people to look at.

use serde::{Deserialize, Serialize};

use super::Material;
use crate::picture::Picture;
use crate::spaces::SpacesError;

/// One of the maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Map {
    /// Base colour.
    Base,
    /// Height: light is high.
    Height,
    /// Normals as OpenGL has them.
    Normal,
    /// Roughness: light is rough.
    Roughness,
    /// Ambient occlusion: dark is hidden from the sky.
    Occlusion,
}

/// A map as a picture.
///
/// # Errors
/// [`SpacesError::Encode`] for a material whose maps aren't of one size.
pub fn shown(material: &Material, map: Map) -> Result<Picture, SpacesError> {
    let [width, height] = material.base.size();
    let grey = |bytes: &mut dyn Iterator<Item = u8>| -> Vec<u8> {
        bytes.flat_map(|v| [v, v, v, 255]).collect()
    };
    let pixels = match map {
        Map::Base => return Ok(material.base.clone()),
        Map::Height => grey(&mut material.height.iter().map(|h| (h * 255.0 + 0.5) as u8)),
        Map::Normal => {
            let all = material.normal.iter();
            all.flat_map(|n| [n[0], n[1], n[2], 255]).collect()
        }
        Map::Roughness => grey(&mut material.roughness.iter().copied()),
        Map::Occlusion => grey(&mut material.occlusion.iter().copied()),
    };
    Picture::from_rgba(width, height, pixels).map_err(|e| SpacesError::Encode(e.to_string()))
}
