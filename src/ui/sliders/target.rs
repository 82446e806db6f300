//! Whose direction sliders are drawn: those of Explore's generator, or those of Lens.

use std::sync::Arc;

use crate::app::explore::edit::ExploreEdit;
use crate::app::lens::edit::LensEdit;
use crate::app::sliders::edit::SliderEdit;
use crate::app::sliders::marks::Sliders;
use crate::app::state::AppState;
use crate::engine::protocol::{DirectionInfo, Work};
use crate::recipe::DirectionEdit;
use crate::ui::panel::Panel;

/// Where direction sliders belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SliderTarget {
    /// To the generator of Explore.
    Explore,
    /// To the photo in Lens.
    Lens,
}

impl SliderTarget {
    /// Name of the network.
    pub fn model(self, state: &AppState) -> &str {
        match self {
            Self::Explore => &state.doc.explore.model,
            Self::Lens => &state.doc.lens.model,
        }
    }

    /// The sliders that there are, once measured.
    pub fn directions(self, state: &AppState) -> Option<&Arc<Vec<DirectionInfo>>> {
        match self {
            Self::Explore => state.directions(),
            Self::Lens => state.lens_directions(),
        }
    }

    /// Where they stand, and their marks.
    pub fn sliders(self, state: &AppState) -> Sliders<'_> {
        match self {
            Self::Explore => state.doc.explore.sliders(),
            Self::Lens => state.doc.lens.sliders(),
        }
    }

    /// Ends of a slider, σ.
    pub fn reach(self) -> f32 {
        3.0
    }

    /// The thumbnails on hover show the picture this far to both sides, σ.
    pub fn look(self) -> f32 {
        match self {
            Self::Explore => 2.0,
            Self::Lens => 1.0,
        }
    }

    /// The picture with one slider somewhere else.
    pub fn moved_to(self, state: &AppState, edit: DirectionEdit) -> Option<Work> {
        let set = |edits: &mut Vec<DirectionEdit>| {
            edits.retain(|e| e.direction != edit.direction);
            edits.push(edit);
        };
        match self {
            Self::Explore => {
                let mut params = state.doc.explore.current()?.clone();
                set(&mut params.edits);
                Some(Work::Explore(Arc::new(params)))
            }
            Self::Lens => {
                let mut params = state.doc.lens.params()?;
                set(&mut params.edits);
                Some(Work::Lens(Arc::new(params)))
            }
        }
    }

    /// Asks for a change of them.
    #[track_caller]
    pub fn send(self, p: &mut Panel<'_>, edit: SliderEdit) {
        match self {
            Self::Explore => p.actions.explore(ExploreEdit::Sliders(edit)),
            Self::Lens => p.actions.lens(LensEdit::Sliders(edit)),
        }
    }
}
