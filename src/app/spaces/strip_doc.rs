//! A strip photo that is extended to a full turn, in the document.

use serde::{Deserialize, Serialize};

use crate::recipe::{FullTurn, GrowParams, GrowTask, SourceRef};

/// What becomes of a photo that is no panorama yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StripDoc {
    /// Whether it is extended; otherwise it is looked at as it is.
    pub on: bool,
    /// What it shows.
    pub turn: FullTurn,
    /// Columns of the panorama; none: as many as leave the photo its scale.
    pub width: Option<u32>,
    /// Begins the random numbers of what grows.
    pub seed: u64,
}

impl Default for StripDoc {
    fn default() -> Self {
        Self {
            on: false,
            turn: FullTurn::default(),
            width: None,
            seed: 1,
        }
    }
}

impl StripDoc {
    /// What the engine is asked for.
    pub fn params(&self, source: SourceRef) -> GrowParams {
        GrowParams {
            task: GrowTask::FullTurn(self.turn),
            size: self.width.map(|width| [width, width / 2]),
            ..GrowParams::new(source, self.seed)
        }
    }

    /// As a recipe has it.
    pub fn of(params: &GrowParams, turn: FullTurn) -> Self {
        Self {
            on: true,
            turn,
            width: params.size.map(|[width, _]| width),
            seed: params.seed,
        }
    }
}
