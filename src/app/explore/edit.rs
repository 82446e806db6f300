//! What panels may change in Explore.

use crate::recipe::{ExploreParams, LayerRange, NoiseMode, StyleMix};

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
    /// A direction slider, in σ.
    Sigma {
        /// Direction id.
        direction: String,
        /// Where to.
        sigma: f32,
    },
    /// All direction sliders to zero.
    ResetSliders,
    /// Unlocked direction sliders anywhere.
    RandomiseSliders,
    /// Own name of a slider; none gives its measured one back.
    Rename {
        /// Direction id.
        direction: String,
        /// Name.
        name: Option<String>,
    },
    /// Star on or off.
    Star(String),
    /// Lock on or off.
    Lock(String),
    /// Layers where a slider acts.
    Layers {
        /// Direction id.
        direction: String,
        /// Layers; none is all.
        layers: Option<LayerRange>,
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
