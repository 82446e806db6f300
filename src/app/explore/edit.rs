//! What panels may change in Explore.

use crate::app::explore::drag_doc::{DragArrow, DragEdit};
use crate::app::sliders::edit::SliderEdit;
use crate::recipe::{ExploreParams, NoiseMode, StyleMix, Transform};

/// A change of Explore.
#[derive(Debug, Clone)]
pub enum ExploreEdit {
    /// Another generator; each remembers where it was left.
    Model(String),
    /// Class of a conditional generator; none for no class.
    Class(Option<u32>),
    /// Base latent from a seed.
    Seed(u64),
    /// Truncation ψ.
    Psi(f32),
    /// Style mixing.
    Mix(Option<StyleMix>),
    /// Noise.
    Noise(NoiseMode),
    /// Output size.
    Size([u32; 2]),
    /// Moving and turning.
    Transform(Transform),
    /// The direction sliders.
    Sliders(SliderEdit),
    /// What is to be dragged.
    Drag(DragEdit),
    /// What a drag has come to.
    Dragged {
        /// The new state.
        params: Box<ExploreParams>,
        /// Where the points are now.
        points: Vec<DragArrow>,
    },
    /// Everything at once: a variation, a pasted recipe, a bookmark.
    Replace {
        /// The new state.
        params: Box<ExploreParams>,
        /// Name of the step.
        label: &'static str,
    },
    /// Bookmark the current picture.
    AddBookmark,
    /// Remove a bookmark.
    RemoveBookmark(usize),
    /// Reorder bookmarks.
    MoveBookmark {
        /// From here.
        from: usize,
        /// To before this place.
        to: usize,
    },
}
