//! Photos and style pictures: read, read again after an undo, and put where they belong.

use crate::app::action::{Action, FileRole};
use crate::app::lens::edit::LensEdit;
use crate::app::notice::Level;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::style::edit::StyleEdit;
use crate::app::view::Workspace;
use crate::engine::protocol::{EngineError, OpenedPhoto, Request};
use crate::recipe::{SourceRef, StyleSource};
use std::path::{Path, PathBuf};

/// Longer side of photos and style pictures in memory.
pub(crate) const OPEN_SIDE: u32 = 1536;

pub(crate) fn open(path: &Path, role: FileRole, state: &mut AppState, services: &mut Services) {
    state.photos.failed.remove(path);
    state.photos.opening.insert(path.to_owned(), role);
    services.engine.send(Request::Open {
        path: path.to_owned(),
        max_side: OPEN_SIDE,
    });
}

/// After a session, an undo or a recipe: photos that the document names but that
/// aren't in memory are read again.
pub fn reopen_sources(state: &mut AppState, services: &mut Services) {
    let mut wanted: Vec<SourceRef> = Vec::new();
    wanted.extend(state.doc.style.photo.clone());
    for layer in &state.doc.style.styles {
        if let StyleSource::File(source) = &layer.style {
            wanted.push(source.clone());
        }
    }
    if let Some(lens) = state.doc.explore.lens_doc() {
        wanted.extend(lens.photo.clone());
        wanted.extend(lens.other.as_ref().map(|other| other.picture.clone()));
    }
    for source in wanted {
        let path = PathBuf::from(&source.path);
        let busy =
            state.photos.opening.contains_key(&path) || state.photos.failed.contains_key(&path);
        if state.photos.of(&source).is_none() && !source.path.is_empty() && !busy {
            open(&path, FileRole::Reopen, state, services);
        }
    }
}

/// Whether the canvas in front is that of Lens.
pub fn lens_in_front(state: &AppState) -> bool {
    state.view.workspace == Workspace::Explore && state.doc.explore.lens_doc().is_some()
}

/// An error as it stands alone: with a capital letter.
pub(crate) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A file was read, or not.
pub fn opened(
    path: PathBuf,
    result: Result<OpenedPhoto, EngineError>,
    state: &mut AppState,
    follow: &mut Vec<Action>,
) {
    let role = state
        .photos
        .opening
        .remove(&path)
        .unwrap_or(FileRole::Reopen);
    let photo = match result {
        Ok(photo) => photo,
        Err(error) => {
            let why = sentence(&error.to_string());
            state.toasts.push(Level::Error, why.clone());
            state.photos.failed.insert(path, why);
            return;
        }
    };
    for note in &photo.notes {
        state.toasts.push(Level::Info, note.clone());
    }
    let source = photo.source.clone();
    let recipe = photo.recipe.clone();
    let size = photo.size;
    state.photos.insert(photo);
    if let (FileRole::Any, Some(recipe)) = (role, recipe) {
        follow.push(Action::OpenRecipe(recipe));
        return;
    }
    match role {
        FileRole::Any if lens_in_front(state) => follow.push(Action::Lens(LensEdit::Photo(source))),
        FileRole::LensPhoto => {
            follow.push(Action::Lens(LensEdit::Photo(source)));
            follow.push(Action::View(crate::app::action::ViewEdit::Workspace(
                Workspace::Explore,
            )));
        }
        FileRole::LensOther => {
            follow.push(Action::Lens(LensEdit::Other(Some(source))));
            follow.push(Action::View(crate::app::action::ViewEdit::Workspace(
                Workspace::Explore,
            )));
        }
        FileRole::Any | FileRole::Photo => {
            follow.push(Action::Style(StyleEdit::Photo(source)));
            follow.push(Action::View(crate::app::action::ViewEdit::Workspace(
                Workspace::Style,
            )));
        }
        FileRole::Style => {
            follow.push(Action::Style(StyleEdit::AddStyle(StyleSource::File(
                source,
            ))));
            follow.push(Action::View(crate::app::action::ViewEdit::Workspace(
                Workspace::Style,
            )));
        }
        FileRole::Reopen => {
            if state.doc.style.photo.as_ref() == Some(&source) {
                state.doc.style.photo_size = Some(size);
            }
            let explore = &mut state.doc.explore;
            if let Some(lens) = explore.lens.get_mut(&explore.model)
                && lens.photo.as_ref() == Some(&source)
            {
                lens.photo_size = Some(size);
            }
        }
        FileRole::Project | FileRole::Upscale | FileRole::Import => {}
    }
}
