//! What panels may change about direction sliders.

use crate::recipe::LayerRange;

/// A change of direction sliders.
#[derive(Debug, Clone)]
pub enum SliderEdit {
    /// Where one stands, in σ.
    Sigma {
        /// Direction id.
        direction: String,
        /// Where to, within [`crate::recipe::ranges::SIGMA`].
        sigma: f32,
    },
    /// All to zero.
    Reset,
    /// Unlocked ones anywhere.
    Randomise,
    /// Own name; none gives the measured one back.
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
    /// Layers where one acts.
    Layers {
        /// Direction id.
        direction: String,
        /// Layers; none is all.
        layers: Option<LayerRange>,
    },
}
