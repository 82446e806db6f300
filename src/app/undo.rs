//! Undo, redo and the history strip, carried out: each in the workspace in front.

use std::sync::Arc;

use crate::app::gallery;
use crate::app::history::Part;
use crate::app::jobs;
use crate::app::notice::Level;
use crate::app::ports::Services;
use crate::app::sources;
use crate::app::state::AppState;
use crate::app::view::Workspace;

/// Takes the last step of the workspace in front back; in the gallery, the last deletion.
pub fn undo(state: &mut AppState, services: &mut Services) {
    if state.finishing().is_some() {
        if let Some(work) = state.finish.work.as_mut() {
            work.undo();
        }
        return;
    }
    if state.view.workspace == Workspace::Gallery {
        if state.gallery.can_bring_back() {
            gallery::apply::bring_back(state, services);
        } else {
            let words = "There is nothing to undo here: the bin is empty.";
            state.toasts.push(Level::Info, words);
        }
        return;
    }
    let history = state.history.of_mut(state.view.workspace);
    let part = history.and_then(|history| history.undo(&state.doc));
    adopt(part, state, services);
}

/// Brings the step back again.
pub fn redo(state: &mut AppState, services: &mut Services) {
    if state.finishing().is_some() {
        if let Some(work) = state.finish.work.as_mut() {
            work.redo();
        }
        return;
    }
    let history = state.history.of_mut(state.view.workspace);
    let part = history.and_then(|history| history.redo(&state.doc));
    adopt(part, state, services);
}

/// To any step of the history in front.
pub fn go_to(step: usize, state: &mut AppState, services: &mut Services) {
    state.history.commit(&state.doc);
    let history = state.history.of_mut(state.view.workspace);
    let part = history.and_then(|history| history.go_to(step));
    adopt(part, state, services);
}

/// Takes over the work of a step.
fn adopt(part: Option<Arc<Part>>, state: &mut AppState, services: &mut Services) {
    let Some(part) = part else { return };
    // The next frame of a random walk would leave that step at once.
    state.latent_walk = None;
    part.put(&mut state.doc);
    sources::reopen_sources(state, services);
    jobs::ask_directions(state, services);
}
