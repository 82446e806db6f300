//! What panels may change in Lens.

use crate::recipe::{LensParams, LensPart, Mask, MaskShape, SourceRef};

/// A change of Lens.
#[derive(Debug, Clone)]
pub enum LensEdit {
    /// The photo; chooses Lens if a generator is chosen.
    Photo(SourceRef),
    /// How strong a part of the photo's variation is, 0..=[`MOST_GAIN`].
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
    Replace(Box<LensParams>),
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
