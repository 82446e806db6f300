//! A strip photo grown on to a panorama of everything around.

use serde::{Deserialize, Serialize};

/// What a strip photo shows, and how.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FullTurn {
    /// Degrees from side to side, 20..=360; guessed by the photo's shape when absent, and then
    /// noted in the recipe of what is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fov: Option<f32>,
    /// Where the horizon is, as a share of the photo's height from above, 0..=1.
    #[serde(default = "in_the_middle")]
    pub horizon: f32,
    /// What its rows are.
    #[serde(default)]
    pub projection: StripProjection,
}

impl Default for FullTurn {
    fn default() -> Self {
        Self {
            fov: None,
            horizon: in_the_middle(),
            projection: StripProjection::default(),
        }
    }
}

fn in_the_middle() -> f32 {
    0.5
}

/// What the rows of a strip photo are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StripProjection {
    /// On a cylinder around the viewer, as telephones and most stitchers make them.
    #[default]
    Cylindrical,
    /// Heights are angles, as in a panorama of everything.
    Equirectangular,
}
