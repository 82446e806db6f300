//! What panels may change in Grow.

use crate::app::grow::document::GrowWay;
use crate::recipe::{GrowEdit as PartEdit, GrowParams, GrowPlacement, Mask, MaskShape, SourceRef};

/// A change of a painted mask.
#[derive(Debug, Clone, PartialEq)]
pub enum MaskChange {
    /// Another mask, or none.
    Set(Option<Mask>),
    /// One more shape.
    Add(MaskShape),
    /// The shape that is being drawn, further on; nothing if another is last.
    Last(MaskShape),
    /// Takes the shape that is being drawn away again.
    Drop(MaskShape),
}

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
    /// Where the part goes that an edit moves or copies, and how.
    Place(usize, GrowPlacement),
    /// A stroke of a colour, sRGB: roughly what is to be there.
    Paint([u8; 3], MaskShape),
    /// What is painted goes where this stroke takes away.
    Erase(MaskShape),
    /// One further picture that patches are taken from.
    AddOther(SourceRef),
    /// One further picture less.
    RemoveOther(usize),
    /// How readily patches of a further picture are taken.
    OtherWeight(usize, f32),
    /// Where patches of a further picture go: its mask.
    OtherMask(usize, MaskChange),
    /// The source's patches go wherever no other's do.
    ClearPart,
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
