//! What panels may change in Lens.

use crate::app::sliders::edit::SliderEdit;
use crate::recipe::{LensParams, LensPart, Mask, MaskShape, SourceRef};

/// A change of Lens.
#[derive(Debug, Clone)]
pub enum LensEdit {
    /// Another autoencoder; each remembers where it was left.
    Model(String),
    /// The photo.
    Photo(SourceRef),
    /// The direction sliders.
    Sliders(SliderEdit),
    /// How strong a part of the photo's variation is, within
    /// [`crate::recipe::ranges::GAIN`].
    Gain(LensPart, f32),
    /// The second picture, or none.
    Other(Option<SourceRef>),
    /// How much of the second picture comes in, 0..=1.
    Amount(Amount, f32),
    /// See [`LensParams::keep_detail`].
    KeepDetail(bool),
    /// The whole mask.
    SetMask(Option<Mask>),
    /// One more shape on the mask.
    AddShape(MaskShape),
    /// The shape that is being drawn, further on; nothing if another is last.
    LastShape(MaskShape),
    /// Takes the shape that is being drawn away again.
    DropShape(MaskShape),
    /// Everything at once, from a recipe.
    Replace {
        /// The new state.
        params: Box<LensParams>,
        /// Name of the step.
        label: &'static str,
    },
}

/// What of the second picture comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// A double exposure.
    Blend,
    /// Its light and colour.
    Light,
    /// Its amount of texture.
    Texture,
}
