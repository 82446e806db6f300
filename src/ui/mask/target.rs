//! Whose mask is painted: a style's, that of Lens, or one of Grow's.

use crate::app::explore::drag_doc::DragEdit;
use crate::app::explore::edit::ExploreEdit;
use crate::app::grow::document::GrowWay;
use crate::app::grow::edit::{GrowEdit, MaskChange};
use crate::app::grow::{growing, others};
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
    /// To the picture in Grow: what is to be filled.
    Grow,
    /// To Explore's picture: what may move when it is dragged.
    Drag,
    /// To a further picture in Grow: where its patches go.
    GrowOther(usize),
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
            Self::Grow => state.grow_source().is_some() && state.doc.grow.way == GrowWay::Fill,
            Self::Drag => state.view.drag && state.doc.explore.current().is_some(),
            Self::GrowOther(at) => {
                state.grow_source().is_some() && at < state.doc.grow.others.len()
            }
        }
    }

    /// Its mask.
    pub fn mask(self, state: &AppState) -> Option<&Mask> {
        match self {
            Self::Style(at) => state.doc.style.styles.get(at)?.mask.as_deref(),
            Self::Lens => state.doc.lens.work()?.mask.as_deref(),
            Self::Grow => state.doc.grow.mask.as_deref(),
            Self::Drag => state.doc.explore.drag().mask.as_deref(),
            Self::GrowOther(at) => others::painted(state.doc.grow.others.get(at)?),
        }
    }

    /// Full size of the photo below it.
    pub fn photo_size(self, state: &AppState) -> [u32; 2] {
        let photo = match self {
            Self::Drag => return state.generator().map_or([1, 1], |model| model.size),
            Self::Style(_) => state.photo(),
            Self::Lens => state.lens_photo(),
            Self::Grow => state.grow_source(),
            // Laid over the result, whatever its size.
            Self::GrowOther(_) => return growing::result_size(state).unwrap_or([1, 1]),
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
            Self::Grow => "Paint over what is to go".to_owned(),
            Self::Drag => "Paint over what may move".to_owned(),
            Self::GrowOther(at) => match state.doc.grow.others.get(at) {
                Some(other) if !other.picture.name.is_empty() => {
                    format!("Paint where {} goes", other.picture.title())
                }
                _ => "Paint where this picture goes".to_owned(),
            },
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
            Self::Drag => p.actions.explore(ExploreEdit::Drag(match edit {
                MaskEdit::Set(mask) => DragEdit::SetMask(mask),
                MaskEdit::Add(shape) => DragEdit::AddShape(shape),
                MaskEdit::Last(shape) => DragEdit::LastShape(shape),
                MaskEdit::Drop(shape) => DragEdit::DropShape(shape),
            })),
            Self::Grow => p.actions.grow(match edit {
                MaskEdit::Set(mask) => GrowEdit::SetMask(mask),
                MaskEdit::Add(shape) => GrowEdit::AddShape(shape),
                MaskEdit::Last(shape) => GrowEdit::LastShape(shape),
                MaskEdit::Drop(shape) => GrowEdit::DropShape(shape),
            }),
            Self::GrowOther(at) => {
                let change = match edit {
                    MaskEdit::Set(mask) => MaskChange::Set(mask),
                    MaskEdit::Add(shape) => MaskChange::Add(shape),
                    MaskEdit::Last(shape) => MaskChange::Last(shape),
                    MaskEdit::Drop(shape) => MaskChange::Drop(shape),
                };
                p.actions.grow(GrowEdit::OtherMask(at, change));
            }
        }
    }
}
