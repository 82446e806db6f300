//! Files that are opened for a purpose: asked for, and put where they belong once read.

use std::path::PathBuf;

use crate::app::action::{Action, FileRole, Purpose, ViewEdit};
use crate::app::jobs;
use crate::app::lens::edit::LensEdit;
use crate::app::notice::Level;
use crate::app::ports::Services;
use crate::app::queue::Actions;
use crate::app::sources;
use crate::app::state::AppState;
use crate::app::style::edit::StyleEdit;
use crate::app::view::Workspace;
use crate::engine::protocol::{EngineError, Job, OpenedPhoto};
use crate::gallery::protocol::GalleryRequest;
use crate::recipe::StyleSource;

/// Opens files for a purpose.
pub fn open_files(
    paths: &[PathBuf],
    role: FileRole,
    state: &mut AppState,
    services: &mut Services,
) {
    if role == FileRole::Import {
        services
            .gallery
            .send(GalleryRequest::Import(paths.to_vec()));
        return;
    }
    for path in paths {
        match role {
            FileRole::Project => {
                let job = Job::Project {
                    path: path.clone(),
                    model: state.doc.explore.model.clone(),
                    steps: 120,
                };
                jobs::start(job, Purpose::Project, state, services);
            }
            FileRole::Upscale => {
                let job = Job::Upscale {
                    path: path.clone(),
                    scale: 2,
                };
                jobs::start(job, Purpose::Upscale, state, services);
            }
            _ => sources::open(path, role, state, services),
        }
        // One photo and one start at a time; styles may be many.
        if matches!(
            role,
            FileRole::Any
                | FileRole::Photo
                | FileRole::Project
                | FileRole::LensPhoto
                | FileRole::LensOther
        ) {
            if paths.len() > 1 {
                let words = format!(
                    "One picture at a time: the first of {} was opened. In the Gallery, all of \
                     them can be imported at once.",
                    paths.len()
                );
                state.toasts.push(Level::Info, words);
            }
            break;
        }
    }
}

/// An error as it stands alone: with a capital letter.
fn sentence(words: &str) -> String {
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
    follow: &mut Actions,
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
    state.photos.insert(photo);
    if let (FileRole::Any, Some(recipe)) = (role, recipe) {
        follow.push(Action::OpenRecipe(recipe));
        return;
    }
    match role {
        FileRole::Any if state.view.workspace == Workspace::Lens => {
            follow.lens(LensEdit::Photo(source));
        }
        FileRole::LensPhoto => {
            follow.lens(LensEdit::Photo(source));
            follow.view(ViewEdit::Workspace(Workspace::Lens));
        }
        FileRole::LensOther => {
            follow.lens(LensEdit::Other(Some(source)));
            follow.view(ViewEdit::Workspace(Workspace::Lens));
        }
        FileRole::Any | FileRole::Photo => {
            follow.style(StyleEdit::Photo(source));
            follow.view(ViewEdit::Workspace(Workspace::Style));
        }
        FileRole::Style => {
            follow.style(StyleEdit::AddStyle(StyleSource::File(source)));
            follow.view(ViewEdit::Workspace(Workspace::Style));
        }
        // In memory is where it was wanted.
        FileRole::Reopen => {}
        FileRole::Project | FileRole::Upscale | FileRole::Import => {}
    }
}
