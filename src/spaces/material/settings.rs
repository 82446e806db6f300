//! What can be set of a material.

use serde::{Deserialize, Serialize};

use crate::spaces::SpacesError;

/// Everything that decides a material beside its picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How far uneven light is taken out of the base colour, 0..=1.
    pub even: f32,
    /// From what size on light and shade count as light: share of the shorter side,
    /// 0.02..=0.5. The relief is finer than that.
    pub light_scale: f32,
    /// Strength of the relief, 0..=4: 1 raises the highest point by 1/40 of the shorter
    /// side over the lowest.
    pub height_strength: f32,
    /// How much fine detail the relief has, 0..=1.
    pub detail: f32,
    /// Dark is high, light is deep.
    pub invert: bool,
    /// Roughness of what is smooth, 0..=1.
    pub roughness: f32,
    /// How much rougher rugged places are, 0..=1.
    pub variation: f32,
    /// Strength of the ambient occlusion, 0..=2.
    pub occlusion: f32,
    /// Metalness, 0..=1.
    pub metalness: f32,
    /// Whether the maps go on at the opposite sides, in x and y; as the picture does when
    /// absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seamless: Option<[bool; 2]>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            even: 0.7,
            light_scale: 0.2,
            height_strength: 1.0,
            detail: 0.5,
            invert: false,
            roughness: 0.55,
            variation: 0.5,
            occlusion: 1.0,
            metalness: 0.0,
            seamless: None,
        }
    }
}

impl Settings {
    /// # Errors
    /// [`SpacesError::Range`] for the first number outside its range.
    pub fn check(&self) -> Result<(), SpacesError> {
        let ranges = [
            ("even", self.even, 0.0, 1.0),
            ("light_scale", self.light_scale, 0.02, 0.5),
            ("height_strength", self.height_strength, 0.0, 4.0),
            ("detail", self.detail, 0.0, 1.0),
            ("roughness", self.roughness, 0.0, 1.0),
            ("variation", self.variation, 0.0, 1.0),
            ("occlusion", self.occlusion, 0.0, 2.0),
            ("metalness", self.metalness, 0.0, 1.0),
        ];
        for (name, value, least, most) in ranges {
            // Not a number is outside, too.
            if !(least..=most).contains(&value) {
                return Err(SpacesError::Range {
                    name,
                    value: value.to_string(),
                    least,
                    most,
                });
            }
        }
        Ok(())
    }

    /// From the lowest to the highest point, in pixels.
    pub(super) fn depth_in_pixels(&self, width: u32, height: u32) -> f32 {
        self.height_strength * width.min(height) as f32 / 40.0
    }
}
