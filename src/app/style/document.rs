//! What is worked on in Style.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::recipe::{SourceRef, StyleLayer, StyleParams};

/// State of Style. Like [`StyleParams`], but there may be no photo yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StyleDoc {
    /// The photo.
    pub photo: Option<SourceRef>,
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
            model: params.model.clone(),
            styles: params.styles.iter().cloned().map(Arc::new).collect(),
            strength: params.strength,
            brush: params.brush,
            keep_colors: params.keep_colors,
        };
    }
}
