//! What was done to a picture at the end, without touching the picture itself: its part and
//! shape, light and colour, sharpness, grain, size.

use serde::{Deserialize, Serialize};

use super::SourceRef;

/// The version of [`FinishSettings`] that this program writes and knows.
pub const FINISH_VERSION: u32 = 1;

/// The finish of a recipe's picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinishParams {
    /// [`FINISH_VERSION`] at the time of writing.
    pub version: u32,
    /// The picture before, as a file; where there is none any more, the rest of the recipe
    /// makes it again.
    #[serde(default)]
    pub picture: SourceRef,
    /// What was done.
    pub settings: FinishSettings,
    /// The finish that the picture had before this one, when it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Box<FinishParams>>,
}

impl FinishParams {
    /// A finish of a picture that has none yet.
    pub fn new(picture: SourceRef, settings: FinishSettings) -> Self {
        Self {
            version: FINISH_VERSION,
            picture,
            settings,
            before: None,
        }
    }

    /// Calls `tell` with the picture of this finish and of those before it.
    pub(super) fn each_source(&mut self, tell: &mut dyn FnMut(&mut SourceRef)) {
        if !self.picture.sha256.is_empty() {
            tell(&mut self.picture);
        }
        if let Some(before) = &mut self.before {
            before.each_source(tell);
        }
    }
}

/// Everything that decides how a picture is finished; the default leaves it as it is. Steps are
/// taken in the order of the fields, but for the vignette, which comes before the curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FinishSettings {
    /// Turns by 90° clockwise, 0..=3.
    pub quarter_turns: u8,
    /// Left and right, and above and below, exchanged; after the turns.
    pub flip: [bool; 2],
    /// Turned clockwise, in degrees; the largest part of the same aspect that has no empty corners
    /// stays.
    pub straighten: f32,
    /// Left, top, right and bottom side of the part that stays, as fractions of the turned and
    /// straightened picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crop: Option<[f32; 4]>,
    /// Pixels of the result; those of the part that stays when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<[u32; 2]>,
    /// In stops: light times 2 to the power of it.
    pub exposure: f32,
    /// −1 cool to 1 warm: red against blue by a stop, the luminance of grey unchanged.
    pub warmth: f32,
    /// Light around middle grey (0.18) to the power of 2 to this power.
    pub contrast: f32,
    /// −1 grey to 1 twice as far from grey of the same luminance.
    pub saturation: f32,
    /// Points of the tone curve, input and output from 0 to 1 as sRGB encodes them, by rising
    /// input. The curve is monotone between them and level outside. None leave all as it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub curve: Vec<[f32; 2]>,
    /// Strength of an unsharp mask on the luma, about two pixels wide.
    pub sharpen: f32,
    /// Strength of the grain.
    pub grain: f32,
    /// Size of the grains, in 1500ths of the longer side.
    pub grain_size: f32,
    /// Seed of the grain.
    pub grain_seed: u64,
    /// Light at the corners: −1 dark, 1 twice as much.
    pub vignette: f32,
}

impl Default for FinishSettings {
    fn default() -> Self {
        Self {
            quarter_turns: 0,
            flip: [false; 2],
            straighten: 0.0,
            crop: None,
            size: None,
            exposure: 0.0,
            warmth: 0.0,
            contrast: 0.0,
            saturation: 0.0,
            curve: Vec::new(),
            sharpen: 0.0,
            grain: 0.0,
            grain_size: 1.5,
            grain_seed: 0,
            vignette: 0.0,
        }
    }
}

impl FinishSettings {
    /// Whether a picture stays as it is, byte for byte.
    pub fn is_nothing(&self) -> bool {
        // What says how something is done that isn't done doesn't count.
        let done = Self {
            crop: self.crop.filter(|crop| *crop != WHOLE),
            curve: self.moving_curve().to_vec(),
            grain_size: Self::default().grain_size,
            grain_seed: 0,
            ..self.clone()
        };
        done == Self::default()
    }

    /// The curve, empty where it changes nothing.
    pub fn moving_curve(&self) -> &[[f32; 2]] {
        let ends = self.curve.first().zip(self.curve.last());
        let level = self.curve.iter().all(|[x, y]| x == y)
            && ends.is_none_or(|(first, last)| first[0] <= 0.0 && last[0] >= 1.0);
        if level { &[] } else { &self.curve }
    }

    /// The part that stays, `[0, 0, 1, 1]` for all.
    pub fn part(&self) -> [f32; 4] {
        self.crop.unwrap_or(WHOLE)
    }

    /// These settings with another's light and colour: what a copy of settings brings to a
    /// picture of another shape.
    pub fn with_tones_of(&self, other: &Self) -> Self {
        Self {
            quarter_turns: self.quarter_turns,
            flip: self.flip,
            straighten: self.straighten,
            crop: self.crop,
            size: self.size,
            ..other.clone()
        }
    }
}

/// The crop that leaves all.
const WHOLE: [f32; 4] = [0.0, 0.0, 1.0, 1.0];
