//! Points of a generated picture that are to be pulled elsewhere; part of the document.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::recipe::{Mask, MaskShape};

/// A point and where it is to go, in fractions of the picture's longer side, as masks have it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DragArrow {
    /// Where it is.
    pub at: [f32; 2],
    /// Where it is to go.
    pub target: [f32; 2],
}

impl DragArrow {
    /// How far that is.
    pub fn length(&self) -> f32 {
        (self.target[0] - self.at[0]).hypot(self.target[1] - self.at[1])
    }
}

/// What is to be dragged in the pictures of one generator.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DragDoc {
    /// In the order they were set.
    pub points: Vec<DragArrow>,
    /// What may move; everything when absent. Shared: masks can be long.
    pub mask: Option<Arc<Mask>>,
}

/// A change of what is to be dragged.
#[derive(Debug, Clone)]
pub enum DragEdit {
    /// One more point.
    Add(DragArrow),
    /// A point elsewhere.
    Point(usize, [f32; 2]),
    /// Its target elsewhere.
    Target(usize, [f32; 2]),
    /// One point less.
    Remove(usize),
    /// No points.
    Clear,
    /// The whole mask.
    SetMask(Option<Mask>),
    /// One more shape on the mask.
    AddShape(MaskShape),
    /// The shape that is being drawn, further on; nothing if another is last.
    LastShape(MaskShape),
    /// Takes the shape that is being drawn away again.
    DropShape(MaskShape),
}

impl DragEdit {
    /// Name of the step.
    pub(in crate::app) fn label(&self) -> &'static str {
        match self {
            // One pull sets a point and moves its target.
            Self::Add(_) | Self::Point(..) | Self::Target(..) => "Drag point",
            Self::Remove(_) => "Remove drag point",
            Self::Clear => "Remove drag points",
            Self::SetMask(_) => "Mask",
            Self::AddShape(_) | Self::LastShape(_) | Self::DropShape(_) => "Paint mask",
        }
    }

    /// Whether it begins something new, however soon after the change before.
    pub(in crate::app) fn begins(&self) -> bool {
        matches!(self, Self::Add(_) | Self::AddShape(_))
    }
}
