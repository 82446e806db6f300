//! What a generated picture covers: a piece of a plane, a tile that goes on at its opposite
//! sides, or everything around a viewer.

use serde::{Deserialize, Serialize};

use super::Wrap;

/// What the coordinates of a network that computes each pixel from its place run over.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Domain {
    /// A piece of the plane.
    #[default]
    Plane,
    /// A tile: one or both coordinates run around circles.
    Torus {
        /// Which sides go on at the opposite ones, in x and y.
        seamless: [bool; 2],
        /// How much there is to see in one turn, 0.25..=4: 1 has about as much as the plane.
        period: f32,
        /// How often the pattern repeats within the picture in x and y, 1..=16.
        turns: [u32; 2],
    },
    /// Everything around a viewer, as an equirectangular panorama: directions are the
    /// coordinates, so that there is no seam and the poles are points.
    Sphere {
        /// How much there is to see, 0.25..=4.
        scale: f32,
    },
}

impl Domain {
    /// Whether it is a piece of the plane.
    pub fn is_plane(&self) -> bool {
        *self == Self::Plane
    }

    /// How a picture of it goes on beyond its sides.
    pub fn wrap(&self) -> Wrap {
        match self {
            Self::Plane => Wrap::None,
            Self::Torus { seamless, .. } => Wrap::Tile(*seamless),
            Self::Sphere { .. } => Wrap::Panorama,
        }
    }

    /// Whether it is a panorama.
    pub fn is_sphere(&self) -> bool {
        matches!(self, Self::Sphere { .. })
    }
}
