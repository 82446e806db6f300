//! What Spaces shows of a picture: a part of the protocol.

use super::surface_job::{Body, Map, MaterialSettings};
use crate::recipe::SourceRef;

/// A picture in Spaces.
#[derive(Debug, Clone, PartialEq)]
pub struct SpacesLook {
    /// The picture.
    pub source: SourceRef,
    /// What is shown of it.
    pub show: SpacesShow,
}

/// What is shown of a picture.
#[derive(Debug, Clone, PartialEq)]
pub enum SpacesShow {
    /// The picture itself, its longer side at most as the tier says.
    Picture,
    /// A material of it; its maps and the view are at most as large as the tier says.
    Material {
        /// What decides the maps.
        settings: MaterialSettings,
        /// How it is looked at.
        view: MaterialView,
    },
}

/// How a material is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaterialView {
    /// Lit.
    Lit {
        /// What it is put on.
        body: Body,
        /// Where the lamp is: to the right, up, towards the eye.
        lamp: [f32; 3],
        /// How often the picture is repeated from left to right, 0.25..=16.
        tiles: f32,
    },
    /// One of its maps.
    Map(Map),
}
