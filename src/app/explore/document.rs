//! What is worked on in Explore.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::explore::drag_doc::DragDoc;
use crate::app::sliders::marks::{SliderMark, Sliders, SlidersMut};
use crate::app::timeline::document::TimelineDoc;
use crate::engine::protocol::ModelInfo;
use crate::recipe::{ExploreParams, LatentOrigin, NoiseMode};

/// State of Explore.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExploreDoc {
    /// The chosen generator; empty until the engine has told what there is.
    pub model: String,
    /// Where each generator was left.
    pub params: BTreeMap<String, ExploreParams>,
    /// The artist's marks on sliders: model, then direction id.
    pub marks: BTreeMap<String, BTreeMap<String, SliderMark>>,
    /// What is to be dragged in each generator's picture.
    pub drags: BTreeMap<String, DragDoc>,
    /// Bookmarks in order, of any model.
    #[serde(rename = "kept")]
    pub bookmarks: Vec<Bookmark>,
    /// Keyframes of a film.
    pub timeline: TimelineDoc,
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

    /// What is to be dragged in the current picture.
    pub fn drag(&self) -> &DragDoc {
        static NOTHING: DragDoc = DragDoc {
            points: Vec::new(),
            mask: None,
        };
        self.drags.get(&self.model).unwrap_or(&NOTHING)
    }

    /// What is to be dragged in the current picture, to change.
    pub fn drag_mut(&mut self) -> &mut DragDoc {
        self.drags.entry(self.model.clone()).or_default()
    }

    /// The direction sliders of the current generator.
    pub fn sliders(&self) -> Sliders<'_> {
        let edits = self.current().map_or(&[][..], |params| &params.edits);
        Sliders::new(edits, self.marks.get(&self.model))
    }

    /// The direction sliders of the current generator, to change.
    pub fn sliders_mut(&mut self) -> Option<SlidersMut<'_>> {
        let params = self.params.get_mut(&self.model)?;
        Some(SlidersMut {
            model: &self.model,
            edits: &mut params.edits,
            marks: &mut self.marks,
        })
    }

    /// Bookmarks of the film's network, or of the one in front while there is no keyframe.
    pub fn film_bookmarks(&self) -> Vec<ExploreParams> {
        let model = self.timeline.model().unwrap_or(&self.model);
        let kept = self.bookmarks.iter().map(|b| &b.params);
        kept.filter(|params| params.model == model)
            .map(|params| (**params).clone())
            .collect()
    }

    /// The seed behind the current picture, if it comes from one.
    pub fn seed(&self) -> Option<u64> {
        match self.current()?.origin {
            LatentOrigin::Seed(seed) => Some(seed),
            _ => None,
        }
    }
}

/// Where a generator of any size begins: the first picture that is seen of *Waves*.
const HANDSOME_SEED: u64 = 9;

/// The start value of a generator's parameters.
pub fn fresh(model: &ModelInfo) -> ExploreParams {
    let seed = if model.resizable { HANDSOME_SEED } else { 1 };
    ExploreParams {
        noise: NoiseMode::Fixed,
        size: model.resizable.then_some(model.size),
        truncation_psi: model.truncation,
        ..ExploreParams::new(&model.name, seed)
    }
}
