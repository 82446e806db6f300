//! What is set of a film of a panorama.

use serde::{Deserialize, Serialize};

use crate::recipe::{ExploreParams, LatentOrigin};

/// Longest film, frames.
const MOST_FRAMES: f32 = 100_000.0;
/// How many panoramas a walk comes by after the first, until the user names seeds.
const STOPS: u64 = 2;

/// What a film of a panorama shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum FilmKind {
    /// What a camera sees that turns around once.
    #[default]
    Turn,
    /// Panoramas, each frame a whole one, on a walk through the latents of *Waves*.
    Walk,
}

/// A film of a panorama.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FilmDoc {
    /// What it shows.
    pub kind: FilmKind,
    /// Seconds of the whole film.
    pub seconds: f32,
    /// Frames a second.
    pub fps: f32,
    /// Pixels of a camera's frame.
    pub size: [u32; 2],
    /// The camera turns to the left.
    pub leftwards: bool,
    /// Width of a whole panorama, pixels.
    pub width: u32,
    /// Seeds that a walk comes by after the panorama itself; the next ones where none is named.
    pub stops: Vec<u64>,
}

/// Seconds that films may last.
pub const SECONDS: std::ops::RangeInclusive<f32> = 2.0..=120.0;
/// Frames a second that can be chosen.
pub const FPS: std::ops::RangeInclusive<f32> = 6.0..=60.0;

impl Default for FilmDoc {
    fn default() -> Self {
        Self {
            kind: FilmKind::Turn,
            seconds: 20.0,
            fps: 24.0,
            size: [1280, 720],
            leftwards: false,
            width: 2048,
            stops: Vec::new(),
        }
    }
}

impl FilmDoc {
    /// Frames of the whole film.
    pub fn frames(&self) -> u32 {
        (self.seconds * self.fps).round().clamp(2.0, MOST_FRAMES) as u32
    }

    /// The seeds that a walk from a panorama comes by.
    pub fn stops_after(&self, first: &ExploreParams) -> Vec<u64> {
        if !self.stops.is_empty() {
            return self.stops.clone();
        }
        let seed = match first.origin {
            LatentOrigin::Seed(seed) => seed,
            _ => 0,
        };
        (1..=STOPS).map(|n| seed.wrapping_add(n)).collect()
    }
}
