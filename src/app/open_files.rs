//! Files that are opened for a purpose: asked for, and put where they belong once read.

use std::path::{Path, PathBuf};

use crate::app::action::{Action, FileRole, Purpose};
use crate::app::arrival;
use crate::app::explore::projection;
use crate::app::finish;
use crate::app::grow::edit::GrowEdit;
use crate::app::jobs;
use crate::app::lens::edit::LensEdit;
use crate::app::notice::Level;
use crate::app::photos::Opening;
use crate::app::plain_words::PlainWords;
use crate::app::ports::Services;
use crate::app::queue::Actions;
use crate::app::sources;
use crate::app::spaces::document::SpacesMode;
use crate::app::spaces::edit::SpacesEdit;
use crate::app::state::AppState;
use crate::app::style::edit::StyleEdit;
use crate::app::style::own_styles_edit::OwnStyleEdit;
use crate::app::view::Workspace;
use crate::engine::protocol::{EngineError, Job, OpenedPhoto, StyleTask};
use crate::gallery::protocol::GalleryRequest;
use crate::recipe::{Recipe, SourceRef, StyleSource};

/// Opens files for a purpose; `asked_in` is the workspace in which the user asked for
/// them, `None` for what a job brings.
pub fn open_files(
    paths: &[PathBuf],
    role: FileRole,
    asked_in: Option<Workspace>,
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
                let job = projection::job(path, state);
                jobs::start(job, Purpose::Project, state, services);
            }
            FileRole::Upscale => {
                let job = Job::Upscale {
                    path: path.clone(),
                    scale: 2,
                    model: state.chosen_upscaler(2),
                    wrap: None,
                };
                jobs::start(job, Purpose::Upscale, state, services);
            }
            _ if is_style_file(path) => {
                let from = path.clone();
                let job = Job::Styles(StyleTask::Import { from });
                jobs::start(job, Purpose::OwnStyle, state, services);
            }
            _ => sources::open(path, role, asked_in, state, services),
        }
        // One photo and one start at a time; styles may be many.
        if matches!(
            role,
            FileRole::Any
                | FileRole::Photo
                | FileRole::Project
                | FileRole::LensPhoto
                | FileRole::LensOther
                | FileRole::Finish
                | FileRole::GrowSource
                | FileRole::GrowStructure
                | FileRole::SpacesSource
                | FileRole::SpacesRoom
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

/// Whether a file is no picture, but may be a style.
fn is_style_file(path: &Path) -> bool {
    let ending = path.extension().and_then(|end| end.to_str());
    ending.is_some_and(|end| end.eq_ignore_ascii_case("safetensors"))
}

/// A file was read, or not.
pub fn opened(
    path: PathBuf,
    result: Result<OpenedPhoto, EngineError>,
    state: &mut AppState,
    follow: &mut Actions,
) {
    let opening = state.photos.answered(&path);
    let Opening { role, asked_in } = opening.unwrap_or(Opening {
        role: FileRole::Reopen,
        asked_in: None,
    });
    if role == FileRole::FinishBefore {
        return finish::events::before_opened(path, result, state);
    }
    let photo = match result {
        Ok(photo) => photo,
        Err(error) => {
            let why = PlainWords::of_engine(&error);
            state.photos.failed.insert(path, why.clone());
            state.toasts.error("", why);
            return;
        }
    };
    for note in &photo.notes {
        state.toasts.push(Level::Info, note.clone());
    }
    if role == FileRole::Finish {
        return finish::events::opened(path, photo, state, follow);
    }
    let (source, panorama) = (photo.source.clone(), photo.panorama);
    let recipe = photo.recipe.clone();
    let named = sources::named(state).into_iter().map(|s| s.sha256);
    state.photos.insert(photo, &named.collect());
    let name = name_of(&path);
    if let (FileRole::Any, Some(recipe)) = (role, recipe) {
        recipe_found(&name, recipe, asked_in, state, follow);
        return;
    }
    let to = match role {
        FileRole::Any if asked_in == Some(Workspace::Lens) => {
            follow.lens(LensEdit::Photo(source));
            Workspace::Lens
        }
        FileRole::Any if asked_in == Some(Workspace::Grow) => {
            follow.grow(GrowEdit::Source(source));
            Workspace::Grow
        }
        FileRole::Any if asked_in == Some(Workspace::Spaces) => to_spaces(source, panorama, follow),
        FileRole::SpacesSource => to_spaces(source, panorama, follow),
        FileRole::SpacesRoom => {
            follow.spaces(SpacesEdit::Room(source));
            Workspace::Spaces
        }
        FileRole::GrowSource => {
            follow.grow(GrowEdit::Source(source));
            Workspace::Grow
        }
        FileRole::GrowStructure => {
            follow.grow(GrowEdit::Structure(Some(source)));
            Workspace::Grow
        }
        FileRole::GrowOther => {
            follow.grow(GrowEdit::AddOther(source));
            Workspace::Grow
        }
        FileRole::LensPhoto => {
            follow.lens(LensEdit::Photo(source));
            Workspace::Lens
        }
        FileRole::LensOther => {
            follow.lens(LensEdit::Other(Some(source)));
            Workspace::Lens
        }
        FileRole::Any | FileRole::Photo => {
            follow.style(match panorama {
                true => StyleEdit::Panorama(source),
                false => StyleEdit::Photo(source),
            });
            Workspace::Style
        }
        FileRole::Style => {
            follow.style(StyleEdit::AddStyle(StyleSource::File(source)));
            Workspace::Style
        }
        FileRole::Learn => {
            follow.push(Action::OwnStyle(OwnStyleEdit::AddPicture(source)));
            Workspace::Style
        }
        // In memory is where it was wanted.
        FileRole::Reopen => return,
        // Taken care of above.
        FileRole::Finish | FileRole::FinishBefore => return,
        FileRole::Project | FileRole::Upscale | FileRole::Import => return,
    };
    arrival::arrived(to, &name, asked_in, state, follow);
}

/// The picture of Spaces; one that calls itself a panorama is looked around in.
fn to_spaces(source: SourceRef, panorama: bool, follow: &mut Actions) -> Workspace {
    if panorama {
        follow.spaces(SpacesEdit::Mode(SpacesMode::Panorama));
    }
    follow.spaces(SpacesEdit::Source(source));
    Workspace::Spaces
}

/// A picture with a recipe goes back to where it was made, which may be another
/// workspace: only while the user waits for it.
fn recipe_found(
    name: &str,
    recipe: Box<Recipe>,
    asked_in: Option<Workspace>,
    state: &mut AppState,
    follow: &mut Actions,
) {
    let open = Action::OpenRecipe(recipe);
    if asked_in == Some(state.view.workspace) {
        follow.push(open);
        return;
    }
    let words = format!("{name} was read; it carries a recipe");
    let offer = Some(("Open recipe".to_owned(), Box::new(open)));
    state.toasts.offer(Level::Info, words, offer);
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}
