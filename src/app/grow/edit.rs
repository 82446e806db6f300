//! What panels may change in Grow.

use crate::app::grow::document::GrowWay;
use crate::recipe::{GrowEdit as PartEdit, GrowParams, Mask, MaskShape, SourceRef};

/// A change of Grow.
#[derive(Debug, Clone)]
pub enum GrowEdit {
    /// The picture that it grows from.
    Source(SourceRef),
    /// The picture whose arrangement is followed, or none.
    Structure(Option<SourceRef>),
    /// Both, e.g. in each other's place.
    Swap {
        /// The picture that it grows from.
        source: SourceRef,
        /// The picture whose arrangement is followed.
        structure: SourceRef,
    },
    /// What is to become of it.
    Way(GrowWay),
    /// Another seed.
    Seed(u64),
    /// See [`GrowParams::chance`].
    Chance(f32),
    /// See [`GrowParams::coherence`].
    Coherence(f32),
    /// How closely the structure is followed.
    Strength(f32),
    /// See [`GrowParams::seamless`].
    Seamless([bool; 2]),
    /// Whether the picture itself is made seamless.
    Keep(bool),
    /// The result's size; its own when absent.
    Size(Option<[u32; 2]>),
    /// Pixels that are added at the left, top, right and bottom.
    Sides([u32; 4]),
    /// The whole mask.
    SetMask(Option<Mask>),
    /// One more shape on the mask.
    AddShape(MaskShape),
    /// The shape that is being drawn, further on; nothing if another is last.
    LastShape(MaskShape),
    /// Takes the shape that is being drawn away again.
    DropShape(MaskShape),
    /// One more edit of a part.
    AddEdit(PartEdit),
    /// One edit less.
    RemoveEdit(usize),
    /// No edits.
    ClearEdits,
    /// One further picture less.
    RemoveOther(usize),
    /// All sliders to where they were at first.
    Reset,
    /// Everything at once, from a recipe.
    Replace {
        /// The new state.
        params: Box<GrowParams>,
        /// Name of the step.
        label: &'static str,
    },
}
