//! Pictures on their way: opened, sent from one workspace to another, made at
//! full size, kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::action::{Action, Destination, FileRole, Level, Pick, Purpose, StyleEdit, Subject};
use super::lens::LensEdit;
use super::services::Services;
use super::state::{AppState, JobEntry};
use super::view::Workspace;
use crate::engine::protocol::{EngineError, Job, OpenedPhoto, Request, StylizeOptions};
use crate::gallery::protocol::{GalleryRequest, PictureId};
use crate::recipe::{ExploreParams, SourceRef, StyleSource};

/// Longer side of photos and style pictures in memory.
const OPEN_SIDE: u32 = 1536;

/// Queues a job.
pub fn start(job: Job, purpose: Purpose, state: &mut AppState, services: &mut Services) {
    let id = state.engine.next_job();
    state.engine.jobs.push(JobEntry {
        id,
        title: job_title(&job, &purpose, state),
        purpose,
        stage: None,
        done: 0,
        total: 0,
        left: None,
        look: None,
        cancelling: false,
    });
    services.engine.send(Request::Job { id, job });
}

fn job_title(job: &Job, purpose: &Purpose, state: &AppState) -> String {
    let title = |name: &str| {
        state
            .engine
            .model(name)
            .map_or_else(|| name.to_owned(), |m| m.title.clone())
    };
    match (job, purpose) {
        (_, Purpose::Keep) => "Keeping the picture".to_owned(),
        (_, Purpose::Export) => "Making the picture to export".to_owned(),
        (_, Purpose::Copy) => "Copying the picture".to_owned(),
        (_, Purpose::SaveAs(_)) => "Saving the picture".to_owned(),
        (Job::Directions { model } | Job::LensDirections { model }, _) => {
            format!("Measuring sliders of {}", title(model))
        }
        (Job::Project { .. }, _) => "Looking for the photo".to_owned(),
        (Job::Walk { .. }, _) => "Making the walk".to_owned(),
        (Job::StylizeFolder { photos, .. }, _) => format!("Stylising {} photos", photos.len()),
        (Job::Upscale { scale, .. }, _) => format!("Enlarging {scale} times"),
        _ => "Making the picture".to_owned(),
    }
}

/// What a command about "the picture" means now.
pub fn current_subject(state: &AppState) -> Option<Subject> {
    match state.view.workspace {
        Workspace::Explore => {
            let doc = &state.doc.explore;
            match doc.lens_doc() {
                Some(lens) => lens.photo.as_ref().map(|_| Subject::Lens),
                None => doc.current().map(|_| Subject::Explore),
            }
        }
        Workspace::Style => state.doc.style.params().map(|_| Subject::Style),
        Workspace::Gallery => state
            .gallery
            .open
            .or_else(|| state.gallery.selected.first().copied())
            .map(Subject::Gallery),
    }
}

/// Sends a picture on.
pub fn send(to: Destination, what: Subject, state: &mut AppState, services: &mut Services) {
    match what {
        Subject::Gallery(id) => send_kept(to, id, state, services),
        Subject::File(path) => send_file(to, path, state, services),
        Subject::Explore => {
            if let Some(params) = state.doc.explore.current().cloned() {
                send_params(to, Arc::new(params), state, services);
            }
        }
        Subject::Params(params) => send_params(to, params, state, services),
        Subject::Style => send_stylised(to, state, services),
        Subject::Lens => send_from_lens(to, state, services),
    }
}

fn send_from_lens(to: Destination, state: &mut AppState, services: &mut Services) {
    let Some(job) = super::lens::job(state) else {
        let words = "Put a photo in first: drop one onto the window.";
        state.toasts.push(Level::Info, words);
        return;
    };
    if to == Destination::SaveAs {
        services.system.pick(Pick::SaveAs(Subject::Lens));
    } else if let Some(purpose) = purpose_of(to) {
        start(job, purpose, state, services);
    }
}

fn send_params(
    to: Destination,
    params: Arc<ExploreParams>,
    state: &mut AppState,
    services: &mut Services,
) {
    if to == Destination::SaveAs {
        services.system.pick(Pick::SaveAs(Subject::Params(params)));
        return;
    }
    if let Some(purpose) = purpose_of(to) {
        start(Job::Render(params), purpose, state, services);
    }
}

fn send_stylised(to: Destination, state: &mut AppState, services: &mut Services) {
    let Some(params) = state.doc.style.params() else {
        state.toasts.push(
            Level::Info,
            "Put a photo in first: drop one onto the window.",
        );
        return;
    };
    if to == Destination::SaveAs {
        services.system.pick(Pick::SaveAs(Subject::Style));
        return;
    }
    if let Some(purpose) = purpose_of(to) {
        let options = style_options(state);
        start(
            Job::Stylize(params.into(), options),
            purpose,
            state,
            services,
        );
    }
}

/// Makes a picture at full size and writes it to a file.
pub fn save_to(what: &Subject, path: PathBuf, state: &mut AppState, services: &mut Services) {
    let job = match what {
        Subject::Params(params) => Some(Job::Render(Arc::clone(params))),
        Subject::Explore => state
            .doc
            .explore
            .current()
            .cloned()
            .map(|p| Job::Render(p.into())),
        Subject::Style => {
            let options = style_options(state);
            state
                .doc
                .style
                .params()
                .map(|p| Job::Stylize(p.into(), options))
        }
        Subject::Lens => super::lens::job(state),
        // These are files already; they are exported by the gallery.
        Subject::Gallery(_) | Subject::File(_) => None,
    };
    if let Some(job) = job {
        start(job, Purpose::SaveAs(path), state, services);
    }
}

/// Stylises photos into a folder.
pub fn style_folder(
    photos: Vec<PathBuf>,
    out: PathBuf,
    state: &mut AppState,
    services: &mut Services,
) {
    if photos.is_empty() {
        state
            .toasts
            .push(Level::Warning, "There are no pictures in that folder.");
        return;
    }
    let mut doc = state.doc.style.clone();
    // The folder job has photos of its own; the recipe's one is ignored.
    doc.photo.get_or_insert_with(|| SourceRef {
        sha256: String::new(),
        name: String::new(),
        path: String::new(),
        artist: String::new(),
        licence: String::new(),
    });
    match doc.params().filter(|p| !p.styles.is_empty()) {
        Some(params) => {
            let job = Job::StylizeFolder {
                photos,
                params: params.into(),
                options: style_options(state),
                out,
            };
            start(job, Purpose::Folder, state, services);
        }
        None => state.toasts.push(Level::Info, "Choose a style first."),
    }
}

/// Options for a full-size stylisation.
pub fn style_options(state: &AppState) -> StylizeOptions {
    StylizeOptions {
        max_side: state.view.style_side,
        memory_budget: state.prefs.memory_budget,
        ..StylizeOptions::default()
    }
}

fn purpose_of(to: Destination) -> Option<Purpose> {
    match to {
        Destination::StylePhoto => Some(Purpose::SendToStyle),
        Destination::StyleStyle => Some(Purpose::UseAsStyle),
        Destination::LensPhoto => Some(Purpose::SendToLens),
        Destination::Keep => Some(Purpose::Keep),
        Destination::Clipboard => Some(Purpose::Copy),
        Destination::Enlarge(scale) => Some(Purpose::EnlargeNext(scale)),
        Destination::Export => Some(Purpose::Export),
        Destination::Explore | Destination::SaveAs | Destination::LensOther => None,
    }
}

fn send_kept(to: Destination, id: PictureId, state: &mut AppState, services: &mut Services) {
    let path = state.gallery.entry(id).map(|e| e.path.clone());
    match (to, path) {
        (Destination::Clipboard, _) => services.gallery.send(GalleryRequest::CopyToClipboard(id)),
        (Destination::SaveAs | Destination::Export, _) => {
            super::gallery_events::export_dialog(state)
        }
        (Destination::Keep, _) => state
            .toasts
            .push(Level::Info, "It is in the gallery already."),
        (Destination::Explore, _) => {
            if let Some((_, recipe)) = state.gallery.picture(id) {
                let recipe = recipe.cloned();
                super::recipes::reopen_recipe(recipe.as_ref(), state, services);
            } else {
                state.gallery.awaited.push((id, to));
                services.gallery.send(GalleryRequest::Load(id));
            }
        }
        (_, Some(path)) => send_file(to, path, state, services),
        (_, None) => state
            .toasts
            .push(Level::Warning, "That picture isn't listed any more."),
    }
}

fn send_file(to: Destination, path: PathBuf, state: &mut AppState, services: &mut Services) {
    let role = match to {
        Destination::StylePhoto => FileRole::Photo,
        Destination::StyleStyle => FileRole::Style,
        Destination::LensPhoto => FileRole::LensPhoto,
        Destination::LensOther => FileRole::LensOther,
        Destination::Explore => FileRole::Any,
        Destination::Enlarge(scale) => {
            start(
                Job::Upscale { path, scale },
                Purpose::Enlarge,
                state,
                services,
            );
            return;
        }
        Destination::Keep => FileRole::Import,
        Destination::SaveAs | Destination::Export | Destination::Clipboard => return,
    };
    open_files(&[path], role, state, services);
}

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
                start(job, Purpose::Project, state, services);
            }
            FileRole::Enlarge => {
                let job = Job::Upscale {
                    path: path.clone(),
                    scale: 2,
                };
                start(job, Purpose::Enlarge, state, services);
            }
            _ => open(path, role, state, services),
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
                     them can be brought in at once.",
                    paths.len()
                );
                state.toasts.push(Level::Info, words);
            }
            break;
        }
    }
}

fn open(path: &Path, role: FileRole, state: &mut AppState, services: &mut Services) {
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
            follow.push(Action::View(super::action::ViewEdit::Workspace(
                Workspace::Explore,
            )));
        }
        FileRole::LensOther => {
            follow.push(Action::Lens(LensEdit::Other(Some(source))));
            follow.push(Action::View(super::action::ViewEdit::Workspace(
                Workspace::Explore,
            )));
        }
        FileRole::Any | FileRole::Photo => {
            follow.push(Action::Style(StyleEdit::Photo(source)));
            follow.push(Action::View(super::action::ViewEdit::Workspace(
                Workspace::Style,
            )));
        }
        FileRole::Style => {
            follow.push(Action::Style(StyleEdit::AddStyle(StyleSource::File(
                source,
            ))));
            follow.push(Action::View(super::action::ViewEdit::Workspace(
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
        FileRole::Project | FileRole::Enlarge | FileRole::Import => {}
    }
}
