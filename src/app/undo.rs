//! Undo, redo and the history strip, carried out.

use std::sync::Arc;

use crate::app::document::Document;
use crate::app::gallery;
use crate::app::history::differ_in;
use crate::app::jobs;
use crate::app::ports::Services;
use crate::app::sources;
use crate::app::state::AppState;

/// Takes the last step back; in the gallery, the last deletion first.
pub fn undo(state: &mut AppState, services: &mut Services) {
    if gallery::apply::can_bring_back(state) {
        gallery::apply::bring_back(state, services);
        return;
    }
    let doc = state.history.undo(&state.doc);
    adopt(doc, state, services);
}

/// Brings the step back again.
pub fn redo(state: &mut AppState, services: &mut Services) {
    let doc = state.history.redo(&state.doc);
    adopt(doc, state, services);
}

/// To any step of the history.
pub fn go_to(step: usize, state: &mut AppState, services: &mut Services) {
    state.history.commit(&state.doc);
    let doc = state.history.go_to(step);
    adopt(doc, state, services);
}

/// Takes over a document of the history, and shows where it changed: an undo that
/// nobody sees would be one press too many.
fn adopt(doc: Option<Arc<Document>>, state: &mut AppState, services: &mut Services) {
    let Some(doc) = doc else { return };
    // The next frame of a random walk would leave that step at once.
    state.latent_walk = None;
    if let Some(workspace) = differ_in(&state.doc, &doc) {
        state.view.workspace = workspace;
    }
    state.doc = (*doc).clone();
    sources::reopen_sources(state, services);
    jobs::ask_directions(state, services);
}
