//! The canvas in front: its picture is asked for as the document changes, and gives
//! the history its thumbnails.

use crate::app::at_hand;
use crate::app::grow::growing;
use crate::app::history::History;
use crate::app::ports::Services;
use crate::app::spaces;
use crate::app::state::AppState;
use crate::app::style::fine;
use crate::app::thumbs;
use crate::app::view::{Workspace, Zoom};
use crate::app::work;
use crate::engine::protocol::{ModelKind, Tier, Work};
use crate::picture::Picture;

/// Longer side of a history thumbnail.
const THUMB_SIDE: u32 = 96;

/// Gives the current step of the history its thumbnail, if the picture shown is
/// the one of the document.
pub fn remember_thumb(state: &mut AppState) {
    let workspace = state.view.workspace;
    let shown = match workspace {
        Workspace::Explore => &state.previews.explore,
        Workspace::Style => &state.previews.style,
        Workspace::Lens => &state.previews.lens,
        Workspace::Grow => &state.previews.grow,
        Workspace::Spaces => return spaces::shown::remember_thumb(state),
        Workspace::Gallery => return,
    };
    let Some(shown) = shown else { return };
    let current = work::of(workspace, state).as_ref() == Some(&shown.work);
    // A draft is better than nothing; the full picture replaces it.
    let lacking = state.front_history().is_some_and(History::lacks_thumb);
    if current && (!shown.is_draft() || lacking) {
        // What Fine painted of it, or Grow has grown, goes before.
        let better = match workspace {
            Workspace::Style => fine::picture(state),
            Workspace::Grow => at_hand::picture(workspace, state),
            _ => None,
        };
        let thumb = thumb(better.unwrap_or(&shown.picture));
        state.history.set_thumb(thumb, workspace);
    }
}

/// A history thumbnail of a picture.
pub(in crate::app) fn thumb(picture: &Picture) -> Picture {
    thumbs::smaller(picture, THUMB_SIDE)
}

/// Brings the canvas' request in line with the document.
pub fn sync(state: &mut AppState, services: &mut Services, hand_on: bool) {
    if !state.engine.library_known {
        return;
    }
    let workspace = state.view.workspace;
    let work = match workspace {
        // A photo that isn't read yet would only fail.
        Workspace::Lens if state.lens_photo().is_none() => None,
        Workspace::Grow if !growing::is_ready(state) => None,
        Workspace::Spaces => None,
        _ => work::of(workspace, state),
    };
    let draft = Tier::Draft(state.prefs.draft_side);
    // Behind the grid of neighbours a draft is enough.
    let grid = state.view.variations && matches!(work, Some(Work::Explore(_)));
    // The whole comes as a job, which shows how far it is.
    let grown = matches!(work, Some(Work::Grow(_)));
    let full = match full_side(state) {
        _ if grid || grown => draft,
        side if crisp(state) => Tier::Crisp(side),
        side => Tier::Full(side),
    };
    if let Some(request) = state.previews.ask_canvas(work, draft, full, hand_on) {
        services.engine.send(request);
    }
}

/// Generators whose own pictures are larger are sharp enough.
const SMALL: u32 = 256;

/// Whether Explore's picture goes through the enlarging network: it is small, shown larger than
/// it is, and the artist wants it.
pub fn crisp(state: &AppState) -> bool {
    let small = |size: [u32; 2]| size[0].max(size[1]) <= SMALL;
    let generator = state.generator().filter(|m| !m.resizable && small(m.size));
    let enlarged = match state.view.explore.zoom {
        Zoom::Fit => true,
        Zoom::Scale(scale) => scale > 1.0,
    };
    state.prefs.crisp
        && state.view.workspace == Workspace::Explore
        && generator.is_some()
        && enlarged
        && state.engine.models(ModelKind::Upscaler).next().is_some()
}

/// Longer side of a preview that is a matter of moments.
const QUICK: u32 = 1536;
/// Longer side of the largest preview.
const LARGEST: u32 = 4096;

/// Longer side of the full preview: the picture's own, bounded so that one preview stays a matter
/// of moments. Where the picture is looked at from so near that this is too little, its true
/// pixels are worth the time.
fn full_side(state: &AppState) -> u32 {
    let own = match state.view.workspace {
        Workspace::Explore => state.doc.explore.current().and_then(|p| p.size),
        _ => None,
    };
    let Some(own) = own.map(|[w, h]| w.max(h)) else {
        return 1024;
    };
    match state.view.explore.zoom {
        Zoom::Scale(scale) if scale * own as f32 > QUICK as f32 => own.min(LARGEST),
        Zoom::Fit | Zoom::Scale(_) => own.min(QUICK),
    }
}
