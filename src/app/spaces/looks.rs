//! How things are looked at in Spaces: not undone, but remembered in the session.

use serde::{Deserialize, Serialize};

use crate::engine::surface_job::{Body, Map};

/// Who or what stands before the wall for scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ForScale {
    /// Somebody of 1.7 m.
    #[default]
    Person,
    /// A sofa of 2 m.
    Sofa,
    /// Nothing.
    Nothing,
}

/// How a tile is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum TileView {
    /// Once.
    #[default]
    One,
    /// Three times next to itself.
    Repeated,
    /// Moved by half its sides: what was at the edges is in the middle.
    Offset,
}

/// Where somebody within a panorama looks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gaze {
    /// To the right of the picture's middle, radians.
    pub yaw: f32,
    /// Above the horizon, radians, -π/2..=π/2.
    pub pitch: f32,
    /// Angle from top to bottom of the view, radians.
    pub height: f32,
}

/// Angles that a view may be high, radians.
pub const GAZE_HEIGHT: std::ops::RangeInclusive<f32> = 0.25..=1.9;

impl Default for Gaze {
    fn default() -> Self {
        Self {
            yaw: 0.0,
            pitch: 0.0,
            height: 1.2,
        }
    }
}

impl Gaze {
    /// The nearest one that can be.
    pub fn confined(self) -> Self {
        use std::f32::consts::{FRAC_PI_2, PI, TAU};
        Self {
            yaw: (self.yaw + PI).rem_euclid(TAU) - PI,
            pitch: self.pitch.clamp(-FRAC_PI_2, FRAC_PI_2),
            height: self.height.clamp(*GAZE_HEIGHT.start(), *GAZE_HEIGHT.end()),
        }
    }
}

/// Lamp and body until the user says otherwise.
pub const LAMP: [f32; 2] = [-38.0, 40.0];
/// How often a material is repeated until the user says otherwise.
pub const TILES: f32 = 2.0;

/// How things are looked at in Spaces.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpacesView {
    /// How the tile is shown.
    pub tile: TileView,
    /// The panorama is seen as it is in its file, not from within.
    pub flat: bool,
    /// Where one looks.
    pub gaze: Gaze,
    /// What the material is put on.
    pub body: Body,
    /// One of its maps in place of the body.
    pub map: Option<Map>,
    /// Where the lamp is: degrees to the right, degrees up.
    pub lamp: [f32; 2],
    /// How often the picture is repeated on the body.
    pub tiles: f32,
    /// Who stands before the wall.
    pub scale: ForScale,
}

impl Default for SpacesView {
    fn default() -> Self {
        Self {
            tile: TileView::One,
            flat: false,
            gaze: Gaze::default(),
            body: Body::Sphere,
            map: None,
            lamp: LAMP,
            tiles: TILES,
            scale: ForScale::Person,
        }
    }
}

impl SpacesView {
    /// The lamp's direction: to the right, up, towards the eye.
    pub fn lamp_direction(&self) -> [f32; 3] {
        let [turn, rise] = self.lamp.map(f32::to_radians);
        [turn.sin() * rise.cos(), rise.sin(), turn.cos() * rise.cos()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gaze_goes_all_around_and_never_over_the_top() {
        let gaze = Gaze {
            yaw: 4.0,
            pitch: 2.0,
            height: 9.0,
        }
        .confined();
        assert!((gaze.yaw - (4.0 - std::f32::consts::TAU)).abs() < 1e-5);
        assert_eq!(gaze.pitch, std::f32::consts::FRAC_PI_2);
        assert_eq!(gaze.height, *GAZE_HEIGHT.end());
    }

    #[test]
    fn the_lamp_is_where_its_angles_say() {
        let lamp = |lamp| {
            SpacesView {
                lamp,
                ..SpacesView::default()
            }
            .lamp_direction()
        };
        let close = |a: [f32; 3], b: [f32; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
        assert!(close(lamp([0.0, 0.0]), [0.0, 0.0, 1.0]));
        assert!(close(lamp([90.0, 0.0]), [1.0, 0.0, 0.0]));
        assert!(close(lamp([0.0, 90.0]), [0.0, 1.0, 0.0]));
    }
}
