//! What is worked on in Style.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::timeline::document::TimelineDoc;
use crate::engine::protocol::{FINE_STEPS, Scale};
use crate::recipe::{Recipe, SourceRef, StyleLayer, StyleParams, Wrap};

/// Where recipes tell of *Fine*.
pub(in crate::app) const EXTRA: &str = "fine";
/// Steps that *Fine* may take, all sizes together.
pub const STEPS: std::ops::RangeInclusive<u32> = 10..=400;

/// How the picture is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Quality {
    /// One pass of a network, live.
    #[default]
    Fast,
    /// The picture itself is optimised, step by step.
    Fine,
}

/// How *Fine* goes about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FineWay {
    /// So many steps, at all sizes together.
    Steps(u32),
    /// As a recipe tells.
    Again(FineAgain),
}

/// What a recipe tells of *Fine*.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FineAgain {
    /// Longer side of the result; the photo's own when absent.
    pub max_side: Option<u32>,
    /// Steps size by size.
    pub scales: Vec<Scale>,
}

impl FineWay {
    /// Steps at all sizes together.
    pub fn steps(&self) -> u32 {
        match self {
            Self::Steps(steps) => *steps,
            Self::Again(again) => again.scales.iter().map(|scale| scale.steps).sum(),
        }
    }

    /// Out of a recipe; none when it isn't of *Fine*.
    ///
    /// # Errors
    /// When it is, and can't be read: what is the matter.
    pub fn of(recipe: &Recipe) -> Result<Option<Self>, serde_json::Error> {
        let Some(extra) = recipe.extra.get(EXTRA) else {
            return Ok(None);
        };
        if let Some(steps) = extra.get("steps").and_then(serde_json::Value::as_u64) {
            let steps = u32::try_from(steps).unwrap_or(u32::MAX);
            return Ok(Some(Self::Steps(steps.clamp(*STEPS.start(), *STEPS.end()))));
        }
        let again: FineAgain = serde_json::from_value(extra.clone())?;
        Ok(Some(match again.scales.is_empty() {
            // A panorama that was stopped before its first size was done.
            true => Self::Steps(FINE_STEPS),
            false => Self::Again(again),
        }))
    }

    /// Whether the picture of a recipe was stopped before its end.
    pub fn is_stopped(recipe: &Recipe) -> bool {
        let extra = recipe.extra.get(EXTRA);
        let stopped = extra.and_then(|extra| extra.get("stopped"));
        stopped.and_then(serde_json::Value::as_bool) == Some(true)
    }

    /// Writes into a recipe what is asked for.
    pub fn write(&self, max_side: Option<u32>, recipe: &mut Recipe) {
        let value = match self {
            Self::Steps(steps) => serde_json::json!({ "max_side": max_side, "steps": steps }),
            Self::Again(again) => serde_json::json!(again),
        };
        recipe.extra.insert(EXTRA.to_owned(), value);
    }
}

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
    /// See [`StyleParams::wrap`].
    pub wrap: Wrap,
    /// How the picture is made.
    pub quality: Quality,
    /// How *Fine* goes about it.
    pub fine: FineWay,
    /// Keyframes of a film of the photo.
    pub timeline: TimelineDoc,
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
            wrap: Wrap::None,
            quality: Quality::Fast,
            fine: FineWay::Steps(FINE_STEPS),
            timeline: TimelineDoc::default(),
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
            wrap: self.wrap,
        })
    }

    /// Takes over a recipe's state; `fine` if it was made by *Fine*.
    pub fn set_params(&mut self, params: &StyleParams, fine: Option<FineWay>) {
        let quality = match &fine {
            Some(_) => Quality::Fine,
            None => Quality::Fast,
        };
        *self = Self {
            photo: Some(params.photo.clone()),
            model: params.model.clone(),
            styles: params.styles.iter().cloned().map(Arc::new).collect(),
            strength: params.strength,
            brush: params.brush,
            keep_colors: params.keep_colors,
            wrap: params.wrap,
            quality,
            fine: fine.unwrap_or_else(|| self.fine.clone()),
            timeline: std::mem::take(&mut self.timeline),
        };
    }
}
