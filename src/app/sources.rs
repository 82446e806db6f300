//! Photos and style pictures that the document names: kept in memory, read again after
//! a session, an undo or a recipe.

use std::path::{Path, PathBuf};

use crate::app::action::FileRole;
use crate::app::document::Document;
use crate::app::photos::Opening;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::engine::protocol::Request;
use crate::gallery::protocol::GalleryRequest;
use crate::recipe::{GrowChange, GrowPart, SourceRef, StyleSource};

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

/// Tells which of the pictures that were laid aside are still in use; the rest is cleaned
/// away in time. Once, when the studio is up.
pub fn tidy_session_pictures(state: &mut AppState, services: &mut Services) {
    if state.gallery.tidied {
        return;
    }
    state.gallery.tidied = true;
    let mut in_use = Vec::new();
    in_use.extend(named_by(&state.doc));
    for step in state.history.all().iter().flat_map(|h| h.steps()) {
        let mut doc = Document::default();
        step.part.put(&mut doc);
        in_use.extend(named_by(&doc));
    }
    in_use.sort();
    in_use.dedup();
    services.gallery.send(GalleryRequest::TidyAside(in_use));
}

/// The files that a document names, of all its works.
fn named_by(doc: &Document) -> Vec<PathBuf> {
    let mut sources: Vec<&SourceRef> = doc.style.photo.iter().collect();
    for layer in &doc.style.styles {
        if let StyleSource::File(source) = &layer.style {
            sources.push(source);
        }
    }
    for work in doc.lens.works.values() {
        sources.extend(&work.photo);
        sources.extend(work.other.as_ref().map(|other| &other.picture));
    }
    sources.extend(grown_from(doc));
    sources.extend(in_spaces(doc));
    sources.into_iter().map(SourceRef::place).collect()
}

/// The pictures that Grow's document names.
fn grown_from<'a>(doc: &'a Document) -> Vec<&'a SourceRef> {
    let grow = &doc.grow;
    let all = [&grow.source, &grow.structure, &grow.mask_file];
    let mut named: Vec<&SourceRef> = all.into_iter().flatten().collect();
    let mut part = |part: &'a Option<GrowPart>| {
        if let Some(GrowPart::Light(mask)) = part {
            named.push(mask);
        }
    };
    part(&grow.part);
    grow.others.iter().for_each(|other| part(&other.part));
    grow.edits.iter().for_each(|edit| part(&edit.part));
    named.extend(grow.others.iter().map(|other| &other.picture));
    named.extend(grow.edits.iter().filter_map(|edit| match &edit.change {
        GrowChange::Sketch(picture) => Some(picture),
        _ => None,
    }));
    named
}

/// The pictures that Spaces' document names.
fn in_spaces(doc: &Document) -> impl Iterator<Item = &SourceRef> {
    let spaces = &doc.spaces;
    spaces.source.iter().chain(&spaces.wall.room)
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
    named.extend(grown_from(&state.doc).into_iter().cloned());
    named.extend(in_spaces(&state.doc).cloned());
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
