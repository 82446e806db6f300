//! What panels may change in Style.

use crate::app::style::document::{FineWay, Quality};
use crate::app::style::preset::StylePreset;
use crate::recipe::{Mask, MaskShape, SourceRef, StyleParams, StyleSource, Wrap};

/// A change of Style.
#[derive(Debug, Clone)]
pub enum StyleEdit {
    /// The photo.
    Photo(SourceRef),
    /// The photo, which is a panorama.
    Panorama(SourceRef),
    /// See [`StyleParams::wrap`].
    Wrap(Wrap),
    /// The network.
    Model(String),
    /// See [`StyleParams::strength`].
    Strength(f32),
    /// See [`StyleParams::brush`].
    Brush(f32),
    /// See [`StyleParams::keep_colors`].
    KeepColors(f32),
    /// How the picture is made.
    Quality(Quality),
    /// Steps of *Fine*.
    Steps(u32),
    /// Only this style.
    OnlyStyle(StyleSource),
    /// One style more.
    AddStyle(StyleSource),
    /// One style less.
    RemoveStyle(usize),
    /// Another style in this place, weight and mask stay.
    ReplaceStyle(usize, StyleSource),
    /// The same style with artist and licence filled in.
    Credit(usize, StyleSource),
    /// Share of a style in the mixture, 0..=1; the others share the rest as they did.
    Weight(usize, f32),
    /// A style-code slider, in σ.
    Code {
        /// Which style.
        style: usize,
        /// Code direction.
        direction: usize,
        /// Where to.
        sigma: f32,
    },
    /// The whole mask of a style.
    SetMask(usize, Option<Mask>),
    /// One more shape on the mask of a style.
    AddShape(usize, MaskShape),
    /// The shape that is being drawn, further on; nothing if another is last.
    LastShape(usize, MaskShape),
    /// Takes the shape that is being drawn away again.
    DropShape(usize, MaskShape),
    /// Everything but the photo at once, from a preset.
    Preset(Box<StylePreset>),
    /// Everything at once, from a recipe.
    Replace {
        /// The new state.
        params: Box<StyleParams>,
        /// How *Fine* made it; none if *Fast* did.
        fine: Option<FineWay>,
        /// Name of the step.
        label: &'static str,
    },
}
