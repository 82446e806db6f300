//! The settings of Grow that decide a picture made of the patches of another.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Mask, SourceRef};

/// What becomes of the source.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrowTask {
    /// The same again, differently.
    #[default]
    Vary,
    /// The source stays, and goes on for so many pixels on each side.
    Extend {
        /// Before its first column.
        left: u32,
        /// Above its first row.
        top: u32,
        /// Behind its last column.
        right: u32,
        /// Below its last row.
        bottom: u32,
    },
    /// Where a picture of the source's size is light, the source is filled anew.
    Fill {
        /// The mask.
        mask: SourceRef,
    },
    /// As [`Self::Fill`], where at least half of a painted mask lies.
    FillPainted {
        /// The mask. Shared: it can be long.
        mask: Arc<Mask>,
    },
    /// The arrangement of another picture in the material of the source.
    Shape {
        /// The other picture.
        structure: SourceRef,
        /// How closely it is followed, 0..=1.
        strength: f32,
    },
}

/// Everything that decides a grown picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GrowParams {
    /// The picture whose patches it is made of.
    pub source: SourceRef,
    /// What becomes of it.
    #[serde(default)]
    pub task: GrowTask,
    /// Begins all random numbers.
    pub seed: u64,
    /// How far it may go from the source, 0..=1: 1 leaves the whole arrangement to chance.
    pub chance: f32,
    /// How much stays together as it is in the source, 0..=1.
    pub coherence: f32,
    /// Whether the left side goes on at the right, and the upper at the lower.
    #[serde(default)]
    pub seamless: [bool; 2],
    /// The result's size in pixels; that of the source, of what it is extended to, or of the
    /// structure when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<[u32; 2]>,
}

impl GrowParams {
    /// Variations of a picture: everything by chance, middling pieces.
    pub fn new(source: SourceRef, seed: u64) -> Self {
        Self {
            source,
            task: GrowTask::Vary,
            seed,
            chance: 1.0,
            coherence: 0.5,
            seamless: [false; 2],
            size: None,
        }
    }

    /// The second picture, if one takes part.
    pub fn other(&self) -> Option<&SourceRef> {
        match &self.task {
            GrowTask::Vary | GrowTask::Extend { .. } | GrowTask::FillPainted { .. } => None,
            GrowTask::Fill { mask } => Some(mask),
            GrowTask::Shape { structure, .. } => Some(structure),
        }
    }

    /// As [`Self::other`], to be changed.
    pub fn other_mut(&mut self) -> Option<&mut SourceRef> {
        match &mut self.task {
            GrowTask::Vary | GrowTask::Extend { .. } | GrowTask::FillPainted { .. } => None,
            GrowTask::Fill { mask } => Some(mask),
            GrowTask::Shape { structure, .. } => Some(structure),
        }
    }
}
