//! What is worked on in Lens.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::sliders::marks::{SliderMark, Sliders, SlidersMut};
use crate::recipe::{DirectionEdit, LensGain, LensOther, LensParams, Mask, SourceRef, Wrap};

/// State of Lens.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LensDoc {
    /// The chosen autoencoder; empty until the engine has told what there is.
    pub model: String,
    /// Where each autoencoder was left.
    pub works: BTreeMap<String, LensWork>,
    /// The artist's marks on sliders: model, then direction id.
    pub marks: BTreeMap<String, BTreeMap<String, SliderMark>>,
}

/// What is done to a photo with one autoencoder. Like [`LensParams`], but there may be
/// no photo yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LensWork {
    /// The photo.
    pub photo: Option<SourceRef>,
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
    /// See [`LensParams::wrap`].
    pub wrap: Wrap,
}

impl Default for LensWork {
    fn default() -> Self {
        Self {
            photo: None,
            edits: Vec::new(),
            gains: Vec::new(),
            other: None,
            keep_detail: true,
            mask: None,
            wrap: Wrap::None,
        }
    }
}

impl LensDoc {
    /// What is done with the chosen autoencoder, once there is one.
    pub fn work(&self) -> Option<&LensWork> {
        self.works.get(&self.model)
    }

    /// The photo in front.
    pub fn photo(&self) -> Option<&SourceRef> {
        self.work()?.photo.as_ref()
    }

    /// What Lens shows, once it has a photo.
    pub fn params(&self) -> Option<LensParams> {
        self.work()?.params(&self.model)
    }

    /// Chooses an autoencoder. One without a photo takes the photo in front over, so
    /// that networks can be compared.
    pub fn choose(&mut self, model: &str) {
        let photo = self.photo().cloned();
        let work = self.works.entry(model.to_owned()).or_default();
        work.photo = work.photo.take().or(photo);
        self.model = model.to_owned();
    }

    /// The direction sliders of the chosen autoencoder.
    pub fn sliders(&self) -> Sliders<'_> {
        let edits = self.work().map_or(&[][..], |work| &work.edits);
        Sliders::new(edits, self.marks.get(&self.model))
    }

    /// The direction sliders of the chosen autoencoder, to change.
    pub fn sliders_mut(&mut self) -> Option<SlidersMut<'_>> {
        let work = self.works.get_mut(&self.model)?;
        Some(SlidersMut {
            model: &self.model,
            edits: &mut work.edits,
            marks: &mut self.marks,
        })
    }
}

impl LensWork {
    /// What the engine is asked for; nothing without a photo.
    pub fn params(&self, model: &str) -> Option<LensParams> {
        Some(LensParams {
            model: model.to_owned(),
            photo: self.photo.clone()?,
            edits: self.edits.clone(),
            gains: self.gains.clone(),
            other: self.other.clone(),
            keep_detail: self.keep_detail,
            mask: self.mask.clone(),
            wrap: self.wrap,
        })
    }

    /// Takes over a recipe's state.
    pub fn set_params(&mut self, params: LensParams) {
        *self = Self {
            photo: Some(params.photo),
            edits: params.edits,
            gains: params.gains,
            other: params.other,
            keep_detail: params.keep_detail,
            mask: params.mask,
            wrap: params.wrap,
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
