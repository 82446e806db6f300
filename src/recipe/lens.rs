//! The state of Lens that decides a photo taken apart and put together again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{DirectionEdit, Mask, SourceRef, Wrap};

/// What of a photo's variation around its average a gain weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LensPart {
    /// Light and dark.
    Light,
    /// Colours.
    Colour,
    /// Surfaces.
    Texture,
    /// All at once, for networks whose directions aren't known.
    All,
}

impl LensPart {
    /// As the sliders and the command line call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "Light",
            Self::Colour => "Colour",
            Self::Texture => "Texture",
            Self::All => "Everything",
        }
    }
}

/// How strong a part is; 1 leaves it as it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LensGain {
    /// Which.
    pub part: LensPart,
    /// 0..=3: 0 takes its variation away, 2 doubles it.
    pub gain: f32,
}

/// A second picture, and what of it comes in; amounts are 0..=1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LensOther {
    /// The picture.
    pub picture: SourceRef,
    /// How far towards it, place by place, as in a double exposure.
    #[serde(default)]
    pub blend: f32,
    /// How far towards its averages: light and colour.
    #[serde(default)]
    pub light: f32,
    /// How far towards its deviations: how much texture there is.
    #[serde(default)]
    pub texture: f32,
}

impl LensOther {
    /// A second picture that does nothing yet.
    pub fn new(picture: SourceRef) -> Self {
        Self {
            picture,
            blend: 0.0,
            light: 0.0,
            texture: 0.0,
        }
    }

    /// Whether anything of it comes in.
    pub fn acts(&self) -> bool {
        [self.blend, self.light, self.texture] != [0.0; 3]
    }
}

/// Everything that decides a picture of Lens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LensParams {
    /// Network, e.g. `lens`.
    pub model: String,
    /// The photo.
    pub photo: SourceRef,
    /// Direction sliders that are not at zero; layers mean nothing here.
    #[serde(default)]
    pub edits: Vec<DirectionEdit>,
    /// Gains that are not 1, each part at most once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gains: Vec<LensGain>,
    /// The second picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<LensOther>,
    /// Adds what changes to the photo, so that its own fine detail stays; otherwise the
    /// picture is all the network's.
    pub keep_detail: bool,
    /// Where it applies; everywhere when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<Arc<Mask>>,
    /// How the photo goes on beyond its sides; a panorama only at its left and right one.
    #[serde(default, skip_serializing_if = "Wrap::is_none")]
    pub wrap: Wrap,
}

impl LensParams {
    /// A photo as it is.
    pub fn new(model: impl Into<String>, photo: SourceRef) -> Self {
        Self {
            model: model.into(),
            photo,
            edits: Vec::new(),
            gains: Vec::new(),
            other: None,
            keep_detail: true,
            mask: None,
            wrap: Wrap::None,
        }
    }

    /// A part's gain.
    pub fn gain(&self, part: LensPart) -> f32 {
        let found = self.gains.iter().find(|g| g.part == part);
        found.map_or(1.0, |g| g.gain)
    }

    /// Whether all sliders stand where they change nothing.
    pub fn is_still(&self) -> bool {
        self.edits.iter().all(|e| e.sigma == 0.0)
            && self.gains.iter().all(|g| g.gain == 1.0)
            && !self.other.as_ref().is_some_and(LensOther::acts)
    }
}
