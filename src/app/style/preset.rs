//! Presets of Style: everything that is set but the photo and what was painted on it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::style::document::{FineWay, Quality, StyleDoc};
use crate::recipe::StyleLayer;

/// Most presets that are kept.
pub const MOST: usize = 200;
/// Longest name, letters.
pub const LONGEST_NAME: usize = 60;

/// Settings with a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StylePreset {
    /// What the user calls it; no other has this name.
    pub name: String,
    model: String,
    styles: Vec<StyleLayer>,
    strength: f32,
    brush: f32,
    keep_colors: f32,
    quality: Quality,
    /// Of *Fine*.
    steps: u32,
}

impl Default for StylePreset {
    fn default() -> Self {
        Self::of(String::new(), &StyleDoc::default())
    }
}

impl StylePreset {
    /// What is set now.
    pub fn of(name: String, doc: &StyleDoc) -> Self {
        let plain = |layer: &Arc<StyleLayer>| StyleLayer {
            mask: None,
            ..(**layer).clone()
        };
        Self {
            name,
            model: doc.model.clone(),
            styles: doc.styles.iter().map(plain).collect(),
            strength: doc.strength,
            brush: doc.brush,
            keep_colors: doc.keep_colors,
            quality: doc.quality,
            steps: doc.fine.steps(),
        }
    }

    /// Its styles.
    pub(in crate::app) fn layers(&self) -> impl Iterator<Item = &StyleLayer> {
        self.styles.iter()
    }

    /// Whether just this is set now, masks aside.
    pub fn is_set(&self, doc: &StyleDoc) -> bool {
        Self::of(self.name.clone(), doc) == *self
    }

    /// Sets it; the photo stays, and how it goes on beyond its sides.
    pub(super) fn set(&self, doc: &mut StyleDoc) {
        *doc = StyleDoc {
            photo: doc.photo.take(),
            model: self.model.clone(),
            styles: self.styles.iter().cloned().map(Arc::new).collect(),
            strength: self.strength,
            brush: self.brush,
            keep_colors: self.keep_colors,
            quality: self.quality,
            fine: FineWay::Steps(self.steps),
            wrap: doc.wrap,
            timeline: std::mem::take(&mut doc.timeline),
        };
    }
}

/// A change of the presets, or the use of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PresetEdit {
    /// Keeps what is set now under a name; one of the same name is replaced.
    Keep(String),
    /// Sets this one.
    Use(usize),
    /// Another name.
    Rename(usize, String),
    /// Takes it out of the list.
    Delete(usize),
}
