//! Photos and style pictures that the document names: kept in memory, read again after
//! a session, an undo or a recipe.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::action::FileRole;
use crate::app::document::Document;
use crate::app::histories::Histories;
use crate::app::photos::Opening;
use crate::app::ports::Services;
use crate::app::prefs::Prefs;
use crate::app::state::AppState;
use crate::app::style::preset::StylePreset;
use crate::app::timeline::document::KeyPicture;
use crate::app::view::Workspace;
use crate::engine::protocol::Request;
use crate::gallery::protocol::GalleryRequest;
use crate::recipe::{GrowChange, GrowPart, SourceRef, StyleLayer, StyleSource};

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
    state.photos.asked(path.to_owned(), opening);
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
    services
        .gallery
        .send(GalleryRequest::TidyAside(in_use(state)));
}

/// The files that anything names: this window, the others, learning that was interrupted.
fn in_use(state: &AppState) -> Vec<PathBuf> {
    let mut in_use = of_session(&state.doc, &state.history, &state.prefs);
    in_use.extend_from_slice(&state.named_elsewhere);
    for plan in state.engine.library.unfinished.iter().map(|one| &one.plan) {
        in_use.extend(plan.pictures.iter().chain(&plan.photo).cloned());
    }
    in_use.sort();
    in_use.dedup();
    in_use
}

/// The files that a session names: its work, the steps that led there, its presets.
pub(in crate::app) fn of_session(
    doc: &Document,
    history: &Histories,
    prefs: &Prefs,
) -> Vec<PathBuf> {
    let mut files = named_by(doc);
    for step in history.all().iter().flat_map(|h| h.steps()) {
        let mut doc = Document::default();
        step.part.put(&mut doc);
        files.extend(named_by(&doc));
    }
    let layers = prefs.style_presets.iter().flat_map(StylePreset::layers);
    files.extend(style_files(layers).map(SourceRef::place));
    files
}

/// The pictures that are styles.
fn style_files<'a>(
    layers: impl Iterator<Item = &'a StyleLayer>,
) -> impl Iterator<Item = &'a SourceRef> {
    layers.filter_map(|layer| match &layer.style {
        StyleSource::File(source) => Some(source),
        StyleSource::Builtin(_) => None,
    })
}

/// The files that a document names, of all its works.
fn named_by(doc: &Document) -> Vec<PathBuf> {
    let mut sources: Vec<&SourceRef> = doc.style.photo.iter().collect();
    sources.extend(style_files(doc.style.styles.iter().map(Arc::as_ref)));
    for keyframe in &doc.style.timeline.keyframes {
        if let KeyPicture::Style(params) = &keyframe.picture {
            sources.push(&params.photo);
            sources.extend(style_files(params.styles.iter()));
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
    let styles = state.doc.style.styles.iter().map(Arc::as_ref);
    named.extend(style_files(styles).cloned());
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
        let busy = state.photos.is_opening(&path) || state.photos.failed.contains_key(&path);
        if state.photos.of(&source).is_none() && path != PathBuf::new() && !busy {
            open(&path, FileRole::Reopen, None, state, services);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::view::ViewState;
    use crate::engine::protocol::{Library, Unfinished};
    use crate::models::style_note::Plan;

    #[test]
    fn pictures_of_learning_that_was_interrupted_are_in_use() {
        let mut state = AppState::new(Document::default(), ViewState::default(), Prefs::default());
        let plan = Plan {
            pictures: vec!["hand.png".into()],
            photo: Some("photo.png".into()),
            about: Default::default(),
            minutes: None,
        };
        state.engine.library = Arc::new(Library {
            unfinished: vec![Unfinished {
                file: "style.learning".into(),
                steps: 1,
                planned: 2,
                plan,
            }],
            ..Library::default()
        });
        let files: Vec<PathBuf> = vec!["hand.png".into(), "photo.png".into()];
        assert_eq!(in_use(&state), files);
    }
}
