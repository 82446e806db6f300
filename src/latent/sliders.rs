//! What a slider of a latent space is called and what it does.

use super::attributes::Attribute;
use crate::recipe::LayerRange;

/// What sliders of Lens do to light itself and not through the network.
pub const TONES: [Attribute; 4] = [
    Attribute::Brightness,
    Attribute::Contrast,
    Attribute::Warmth,
    Attribute::Saturation,
];

/// Sliders of Lens that answer for a picture's parts, its light, colour and texture, have
/// ids that begin so.
pub const ANSWER: &str = "answer.";

/// A slider that a model offers.
#[derive(Debug, Clone, PartialEq)]
pub struct DirectionInfo {
    /// Stable within the model's hash, e.g. `pca.0`, `measured.warmth`.
    pub id: String,
    /// What it does, in artists' words: `Warmth`, or `Shape 3`.
    pub name: String,
    /// Measured: share of the attribute's variance that it explains (R²);
    /// unsupervised: share of the latents' variance.
    pub strength: f32,
    /// Whether `name` was measured.
    pub measured: bool,
    /// Layers where it acts most.
    pub layers: LayerRange,
}
