//! A camera that turns around within a panorama.

use serde::{Deserialize, Serialize};

use super::{ExploreParams, SourceRef};

/// A film of one full turn: the frame behind the last one is the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TurnParams {
    /// What is around the camera.
    pub panorama: TurnPanorama,
    /// Pixels of a frame.
    pub size: [u32; 2],
    /// Frames of the turn.
    pub frames: u32,
    /// Frames a second.
    pub fps: f32,
    /// Where it begins: degrees to the right of the panorama's middle, -180..=180.
    pub start: f32,
    /// How far above the horizon it looks, degrees, -90..=90.
    pub tilt: f32,
    /// How much it sees from top to bottom, degrees, 15..=110.
    pub view_angle: f32,
    /// It turns to the left.
    pub leftwards: bool,
}

/// A panorama, twice as wide as high.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnPanorama {
    /// A picture.
    Picture(SourceRef),
    /// One that a generator makes, on a sphere.
    Generated(Box<ExploreParams>),
}

impl TurnParams {
    /// The picture that it turns in, if it is one.
    pub fn picture(&self) -> Option<&SourceRef> {
        match &self.panorama {
            TurnPanorama::Picture(picture) => Some(picture),
            TurnPanorama::Generated(_) => None,
        }
    }

    /// Its generator, if one makes the panorama.
    pub fn generated(&self) -> Option<&ExploreParams> {
        match &self.panorama {
            TurnPanorama::Picture(_) => None,
            TurnPanorama::Generated(params) => Some(params),
        }
    }
}
