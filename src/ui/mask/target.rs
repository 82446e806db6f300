//! Whose mask is painted: a style's, or that of Lens.

use crate::app::lens::edit::LensEdit;
use crate::app::state::AppState;
use crate::app::style::edit::StyleEdit;
use crate::recipe::{Mask, MaskShape};
use crate::ui::panel::Panel;
use crate::ui::style::names;

/// Where a painted mask belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaskTarget {
    /// To the style in this place.
    Style(usize),
    /// To the photo in Lens.
    Lens,
}

/// A change of a mask.
#[derive(Debug, Clone, PartialEq)]
pub enum MaskEdit {
    /// Another mask, or none.
    Set(Option<Mask>),
    /// One more shape.
    Add(MaskShape),
    /// The shape that is being drawn, further on.
    Last(MaskShape),
    /// Takes the shape that is being drawn away again.
    Drop(MaskShape),
}

impl MaskTarget {
    /// Whether there still is such a thing.
    pub fn is_there(self, state: &AppState) -> bool {
        match self {
            Self::Style(at) => at < state.doc.style.styles.len(),
            Self::Lens => state.lens_photo().is_some(),
        }
    }

    /// Its mask.
    pub fn mask(self, state: &AppState) -> Option<&Mask> {
        match self {
            Self::Style(at) => state.doc.style.styles.get(at)?.mask.as_deref(),
            Self::Lens => state.doc.lens.work()?.mask.as_deref(),
        }
    }

    /// Full size of the photo below it.
    pub fn photo_size(self, state: &AppState) -> [u32; 2] {
        let photo = match self {
            Self::Style(_) => state.photo(),
            Self::Lens => state.lens_photo(),
        };
        photo.map_or([1, 1], |photo| photo.size)
    }

    /// What stands above the canvas.
    pub fn title(self, state: &AppState) -> String {
        match self {
            Self::Style(at) => match state.doc.style.styles.get(at) {
                Some(layer) => format!("Mask of {}", names::name(state, &layer.style)),
                None => "Mask".to_owned(),
            },
            Self::Lens => "Mask of the photo".to_owned(),
        }
    }

    /// Asks for a change of it.
    pub fn send(self, p: &mut Panel<'_>, edit: MaskEdit) {
        match self {
            Self::Style(at) => p.actions.style(match edit {
                MaskEdit::Set(mask) => StyleEdit::SetMask(at, mask),
                MaskEdit::Add(shape) => StyleEdit::AddShape(at, shape),
                MaskEdit::Last(shape) => StyleEdit::LastShape(at, shape),
                MaskEdit::Drop(shape) => StyleEdit::DropShape(at, shape),
            }),
            Self::Lens => p.actions.lens(match edit {
                MaskEdit::Set(mask) => LensEdit::SetMask(mask),
                MaskEdit::Add(shape) => LensEdit::AddShape(shape),
                MaskEdit::Last(shape) => LensEdit::LastShape(shape),
                MaskEdit::Drop(shape) => LensEdit::DropShape(shape),
            }),
        }
    }
}
