//! Photos and style pictures that the document names: kept in memory, read again after
//! a session, an undo or a recipe.

use std::path::{Path, PathBuf};

use crate::app::action::FileRole;
use crate::app::photos::Opening;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::engine::protocol::Request;
use crate::recipe::{SourceRef, StyleSource};

/// Longer side of photos and style pictures in memory.
const OPEN_SIDE: u32 = 1536;

/// Reads a file for a role; `asked_in` as in [`Opening`].
pub fn open(
    path: &Path,
    role: FileRole,
    asked_in: Option<Workspace>,
    state: &mut AppState,
    services: &mut Services,
) {
    state.photos.failed.remove(path);
    let opening = Opening { role, asked_in };
    state.photos.opening.insert(path.to_owned(), opening);
    services.engine.send(Request::Open {
        path: path.to_owned(),
        max_side: OPEN_SIDE,
    });
}

/// The photos and style pictures that the document names.
pub(in crate::app) fn named(state: &AppState) -> Vec<SourceRef> {
    let mut named: Vec<SourceRef> = Vec::new();
    named.extend(state.doc.style.photo.clone());
    for layer in &state.doc.style.styles {
        if let StyleSource::File(source) = &layer.style {
            named.push(source.clone());
        }
    }
    if let Some(lens) = state.doc.lens.work() {
        named.extend(lens.photo.clone());
        named.extend(lens.other.as_ref().map(|other| other.picture.clone()));
    }
    named
}

/// After a session, an undo or a recipe: photos that the document names but that
/// aren't in memory are read again.
pub fn reopen_sources(state: &mut AppState, services: &mut Services) {
    for source in named(state) {
        let path = source.place();
        let busy =
            state.photos.opening.contains_key(&path) || state.photos.failed.contains_key(&path);
        if state.photos.of(&source).is_none() && path != PathBuf::new() && !busy {
            open(&path, FileRole::Reopen, None, state, services);
        }
    }
}
