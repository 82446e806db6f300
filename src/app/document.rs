//! What the artist works on: everything that undo takes back and the session
//! file brings home. Plain data without pixels.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::recipe::{
    DirectionEdit, ExploreParams, LatentOrigin, LayerRange, LensGain, LensOther, LensParams, Mask,
    NoiseMode, SourceRef, StyleLayer, StyleParams,
};

/// Everything undoable.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Document {
    /// The generator's side.
    pub explore: ExploreDoc,
    /// The photo's side.
    pub style: StyleDoc,
}

/// State of Explore.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExploreDoc {
    /// The chosen generator; empty until the engine has told what there is.
    pub model: String,
    /// Where each generator was left.
    pub params: BTreeMap<String, ExploreParams>,
    /// Where each autoencoder was left.
    pub lens: BTreeMap<String, LensDoc>,
    /// The artist's marks on sliders: model, then direction id.
    pub marks: BTreeMap<String, BTreeMap<String, SliderMark>>,
    /// Bookmarks in order, of any model.
    #[serde(rename = "kept")]
    pub bookmarks: Vec<Bookmark>,
}

/// What an artist made of a direction slider.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SliderMark {
    /// Own name.
    pub name: Option<String>,
    /// Shown first.
    pub star: bool,
    /// Left alone by "randomise".
    pub lock: bool,
    /// Acts on these layers only.
    pub layers: Option<LayerRange>,
}

/// A point in latent space worth coming back to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bookmark {
    /// How to make it; shared, because undo keeps many copies.
    pub params: Arc<ExploreParams>,
}

impl ExploreDoc {
    /// The current picture's parameters, once there is a generator.
    pub fn current(&self) -> Option<&ExploreParams> {
        self.params.get(&self.model)
    }

    /// The current picture's parameters, to change.
    pub fn current_mut(&mut self) -> Option<&mut ExploreParams> {
        self.params.get_mut(&self.model)
    }

    /// The photo's side of the chosen model, if it is an autoencoder.
    pub fn lens_doc(&self) -> Option<&LensDoc> {
        self.lens.get(&self.model)
    }

    /// What Lens shows, once it has a photo.
    pub fn lens_params(&self) -> Option<LensParams> {
        self.lens_doc()?.params(&self.model)
    }

    /// The direction sliders of the current model that are not at zero.
    fn edits(&self) -> Option<&Vec<DirectionEdit>> {
        match self.lens_doc() {
            Some(lens) => Some(&lens.edits),
            None => self.current().map(|p| &p.edits),
        }
    }

    fn edits_mut(&mut self) -> Option<&mut Vec<DirectionEdit>> {
        match self.lens.get_mut(&self.model) {
            Some(lens) => Some(&mut lens.edits),
            None => self.params.get_mut(&self.model).map(|p| &mut p.edits),
        }
    }

    /// The mark on a direction of the current model.
    pub fn mark(&self, direction: &str) -> Option<&SliderMark> {
        self.marks.get(&self.model)?.get(direction)
    }

    /// The mark on a direction of the current model, to change.
    pub fn mark_mut(&mut self, direction: &str) -> &mut SliderMark {
        self.marks
            .entry(self.model.clone())
            .or_default()
            .entry(direction.to_owned())
            .or_default()
    }

    /// How far a direction slider stands, in σ.
    pub fn sigma(&self, direction: &str) -> f32 {
        self.edits()
            .and_then(|edits| edits.iter().find(|e| e.direction == direction))
            .map_or(0.0, |e| e.sigma)
    }

    /// Moves a direction slider; zero takes the edit out of the recipe.
    pub fn set_sigma(&mut self, direction: &str, sigma: f32) {
        let layers = self.mark(direction).and_then(|m| m.layers);
        let Some(edits) = self.edits_mut() else {
            return;
        };
        let at = edits.iter().position(|e| e.direction == direction);
        match (at, sigma == 0.0) {
            (Some(at), true) => {
                edits.remove(at);
            }
            (Some(at), false) => {
                edits[at].sigma = sigma;
                edits[at].layers = layers;
            }
            (None, true) => {}
            (None, false) => edits.push(DirectionEdit {
                direction: direction.to_owned(),
                sigma,
                layers,
            }),
        }
    }

    /// The seed behind the current picture, if it comes from one.
    pub fn seed(&self) -> Option<u64> {
        match self.current()?.origin {
            LatentOrigin::Seed(seed) => Some(seed),
            _ => None,
        }
    }
}

/// State of an autoencoder. Like [`LensParams`], but there may be no photo yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LensDoc {
    /// The photo.
    pub photo: Option<SourceRef>,
    /// Full size of the photo, once read.
    pub photo_size: Option<[u32; 2]>,
    /// Direction sliders that are not at zero.
    pub edits: Vec<DirectionEdit>,
    /// Gains that are not 1.
    pub gains: Vec<LensGain>,
    /// The second picture.
    pub other: Option<LensOther>,
    /// See [`LensParams::keep_detail`].
    pub keep_detail: bool,
    /// Where it applies. Shared: masks can be long.
    pub mask: Option<Arc<Mask>>,
}

impl Default for LensDoc {
    fn default() -> Self {
        Self {
            photo: None,
            photo_size: None,
            edits: Vec::new(),
            gains: Vec::new(),
            other: None,
            keep_detail: true,
            mask: None,
        }
    }
}

impl LensDoc {
    /// What the engine is asked for; nothing without a photo.
    pub fn params(&self, model: &str) -> Option<LensParams> {
        Some(LensParams {
            model: model.to_owned(),
            photo: self.photo.clone()?,
            edits: self.edits.clone(),
            gains: self.gains.clone(),
            other: self.other.clone(),
            keep_detail: self.keep_detail,
            mask: self.mask.as_deref().cloned(),
        })
    }

    /// Takes over a recipe's state.
    pub fn set_params(&mut self, params: &LensParams) {
        let params = params.clone();
        *self = Self {
            photo: Some(params.photo),
            photo_size: None,
            edits: params.edits,
            gains: params.gains,
            other: params.other,
            keep_detail: params.keep_detail,
            mask: params.mask.map(Arc::new),
        };
    }

    /// All sliders back to where they change nothing; the second picture stays at hand.
    pub fn reset(&mut self) {
        self.edits.clear();
        self.gains.clear();
        if let Some(other) = &mut self.other {
            *other = LensOther::new(other.picture.clone());
        }
    }
}

/// State of Style. Like [`StyleParams`], but there may be no photo yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StyleDoc {
    /// The photo.
    pub photo: Option<SourceRef>,
    /// Full size of the photo, once read.
    pub photo_size: Option<[u32; 2]>,
    /// Style network; empty until the engine has told what there is.
    pub model: String,
    /// Styles from top to bottom. Shared: masks can be long.
    pub styles: Vec<Arc<StyleLayer>>,
    /// See [`StyleParams::strength`].
    pub strength: f32,
    /// See [`StyleParams::brush`].
    pub brush: f32,
    /// See [`StyleParams::keep_colors`].
    pub keep_colors: f32,
}

impl Default for StyleDoc {
    fn default() -> Self {
        Self {
            photo: None,
            photo_size: None,
            model: String::new(),
            styles: Vec::new(),
            strength: 1.0,
            brush: 1.0,
            keep_colors: 0.0,
        }
    }
}

impl StyleDoc {
    /// What the engine is asked for; nothing without photo or network.
    pub fn params(&self) -> Option<StyleParams> {
        if self.model.is_empty() {
            return None;
        }
        Some(StyleParams {
            model: self.model.clone(),
            photo: self.photo.clone()?,
            styles: self.styles.iter().map(|s| (**s).clone()).collect(),
            strength: self.strength,
            brush: self.brush,
            keep_colors: self.keep_colors,
        })
    }

    /// Takes over a recipe's state.
    pub fn set_params(&mut self, params: &StyleParams) {
        *self = Self {
            photo: Some(params.photo.clone()),
            photo_size: None,
            model: params.model.clone(),
            styles: params.styles.iter().cloned().map(Arc::new).collect(),
            strength: params.strength,
            brush: params.brush,
            keep_colors: params.keep_colors,
        };
    }
}

/// The start value of a generator's parameters.
pub fn fresh(model: &str, resizable: bool, size: [u32; 2]) -> ExploreParams {
    ExploreParams {
        noise: NoiseMode::Fixed,
        size: resizable.then_some(size),
        ..ExploreParams::new(model, 1)
    }
}
