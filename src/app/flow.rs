//! Pictures on their way: opened, sent from one workspace to another, made at
//! full size, kept.

use crate::app::jobs;
use crate::app::sources;
use std::path::PathBuf;
use std::sync::Arc;

use crate::app::action::{Destination, FileRole, Pick, Purpose, Subject};
use crate::app::notice::Level;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::engine::protocol::Job;
use crate::gallery::protocol::{GalleryRequest, PictureId};
use crate::recipe::{ExploreParams, SourceRef};

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
    let Some(job) = crate::app::jobs::lens_job(state) else {
        let words = "Choose a photo first: open one, or drop it onto the window.";
        state.toasts.push(Level::Info, words);
        return;
    };
    if to == Destination::SaveAs {
        services.system.pick(Pick::SaveAs(Subject::Lens));
    } else if let Some(purpose) = purpose_of(to) {
        jobs::start(job, purpose, state, services);
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
        jobs::start(Job::Render(params), purpose, state, services);
    }
}

fn send_stylised(to: Destination, state: &mut AppState, services: &mut Services) {
    let Some(params) = state.doc.style.params() else {
        state.toasts.push(
            Level::Info,
            "Choose a photo first: open one, or drop it onto the window.",
        );
        return;
    };
    if to == Destination::SaveAs {
        services.system.pick(Pick::SaveAs(Subject::Style));
        return;
    }
    if let Some(purpose) = purpose_of(to) {
        let options = jobs::style_options(state);
        jobs::start(
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
            let options = jobs::style_options(state);
            state
                .doc
                .style
                .params()
                .map(|p| Job::Stylize(p.into(), options))
        }
        Subject::Lens => crate::app::jobs::lens_job(state),
        // These are files already; they are exported by the gallery.
        Subject::Gallery(_) | Subject::File(_) => None,
    };
    if let Some(job) = job {
        jobs::start(job, Purpose::SaveAs(path), state, services);
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
                options: jobs::style_options(state),
                out,
            };
            jobs::start(job, Purpose::Folder, state, services);
        }
        None => state.toasts.push(Level::Info, "Choose a style first."),
    }
}

fn purpose_of(to: Destination) -> Option<Purpose> {
    match to {
        Destination::StylePhoto => Some(Purpose::SendToStyle),
        Destination::StyleStyle => Some(Purpose::UseAsStyle),
        Destination::LensPhoto => Some(Purpose::SendToLens),
        Destination::Keep => Some(Purpose::Keep),
        Destination::Clipboard => Some(Purpose::Copy),
        Destination::Upscale(scale) => Some(Purpose::UpscaleNext(scale)),
        Destination::Export => Some(Purpose::Export),
        Destination::Explore | Destination::SaveAs | Destination::LensOther => None,
    }
}

fn send_kept(to: Destination, id: PictureId, state: &mut AppState, services: &mut Services) {
    let path = state.gallery.entry(id).map(|e| e.path.clone());
    match (to, path) {
        (Destination::Clipboard, _) => services.gallery.send(GalleryRequest::CopyToClipboard(id)),
        (Destination::SaveAs | Destination::Export, _) => {
            crate::app::gallery::ask::export_dialog(state)
        }
        (Destination::Keep, _) => state
            .toasts
            .push(Level::Info, "It is in the gallery already."),
        (Destination::Explore, _) => {
            if let Some((_, recipe)) = state.gallery.picture(id) {
                let recipe = recipe.cloned();
                crate::app::recipes::reopen_recipe(recipe.as_ref(), state, services);
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
        Destination::Upscale(scale) => {
            jobs::start(
                Job::Upscale { path, scale },
                Purpose::Upscale,
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
