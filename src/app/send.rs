//! Pictures on their way from one workspace to another, to disk, to the clipboard:
//! made at full size first where they aren't files.

use std::path::PathBuf;

use crate::app::action::{Destination, FileRole, Pick, Purpose, Subject};
use crate::app::finish;
use crate::app::full_size;
use crate::app::gallery;
use crate::app::jobs;
use crate::app::notice::Level;
use crate::app::now::Now;
use crate::app::open_files::open_files;
use crate::app::ports::Services;
use crate::app::recipes;
use crate::app::state::AppState;
use crate::app::style::fine_state::FineRequest;
use crate::app::style::{fine, painting};
use crate::app::timeline;
use crate::app::timeline::document::KeyPicture;
use crate::app::timeline::edit::TimelineEdit;
use crate::app::view::Workspace;
use crate::app::work;
use crate::engine::protocol::{Job, Work};
use crate::gallery::protocol::{GalleryRequest, PictureId};

/// Sends a picture on.
pub fn send(
    to: Destination,
    what: Subject,
    state: &mut AppState,
    services: &mut Services,
    now: Now,
) {
    if to == Destination::Finish {
        finish::events::wait_for(state);
    }
    match what {
        Subject::Explore if to == Destination::Timeline => {
            timeline::apply::edit(TimelineEdit::AddCurrent, state, now);
        }
        Subject::Style if to == Destination::Timeline => {
            if let Some(params) = state.doc.style.params() {
                timeline::apply::edit(TimelineEdit::Add(params.into()), state, now);
            }
        }
        Subject::Params(params) if to == Destination::Timeline => {
            let key = KeyPicture::Explore(params);
            timeline::apply::edit(TimelineEdit::Add(key), state, now);
        }
        Subject::Gallery(id) => send_kept(to, id, state, services, now),
        Subject::Explore => {
            // As it is now: what is saved later is what was seen.
            if let Some(params) = state.doc.explore.current().cloned() {
                send_made(to, Subject::Params(params.into()), state, services);
            }
        }
        Subject::Params(_)
        | Subject::Style
        | Subject::Lens
        | Subject::Finish
        | Subject::Grow
        | Subject::Spaces => {
            send_made(to, what, state, services);
        }
    }
}

/// A picture that the engine makes first.
fn send_made(to: Destination, what: Subject, state: &mut AppState, services: &mut Services) {
    let Some(job) = job_of(&what, state) else {
        let words = "Choose a photo first: open one, or drop it onto the window.";
        state.toasts.push(Level::Info, words);
        return;
    };
    if to == Destination::SaveAs {
        services.system.pick(Pick::SaveAs(Box::new(job)));
    } else if let Some(purpose) = purpose_of(to) {
        make(job, purpose, state, services);
    }
}

/// Makes a picture at full size and writes it to a file.
pub fn save_to(job: Job, path: PathBuf, state: &mut AppState, services: &mut Services) {
    make(job, Purpose::SaveAs(path), state, services);
}

/// Makes a picture; one of *Fine* that is there or on its way isn't made once more.
fn make(job: Job, purpose: Purpose, state: &mut AppState, services: &mut Services) {
    match job {
        Job::StylizeFine(params, options) => {
            let request = FineRequest { params, options };
            painting::send(request, purpose, state, services);
        }
        job => full_size::make(job, purpose, state, services),
    }
}

/// The job that makes a picture; none for what is a file already.
fn job_of(what: &Subject, state: &AppState) -> Option<Job> {
    let work = match what {
        Subject::Finish => return finish::apply::job(state),
        Subject::Params(params) => Some(Work::Explore(params.clone())),
        Subject::Explore => work::of(Workspace::Explore, state),
        Subject::Style => work::of(Workspace::Style, state),
        Subject::Lens => work::of(Workspace::Lens, state),
        Subject::Grow => work::of(Workspace::Grow, state),
        Subject::Spaces => work::of(Workspace::Spaces, state),
        Subject::Gallery(_) => None,
    };
    work::job(&work?, fine::rendering(state))
}

fn purpose_of(to: Destination) -> Option<Purpose> {
    match to {
        Destination::StylePhoto => Some(Purpose::SendToStyle),
        Destination::StyleStyle => Some(Purpose::UseAsStyle),
        Destination::LensPhoto => Some(Purpose::SendToLens),
        Destination::GrowSource => Some(Purpose::SendToGrow),
        Destination::SpacesSource => Some(Purpose::SendToSpaces),
        Destination::Full => Some(Purpose::Full),
        Destination::Keep => Some(Purpose::Keep),
        Destination::Clipboard => Some(Purpose::Copy),
        Destination::Upscale(scale) => Some(Purpose::UpscaleNext(scale)),
        Destination::Finish => Some(Purpose::SendToFinish),
        Destination::Explore
        | Destination::Timeline
        | Destination::SaveAs
        // The dialog has its picture made.
        | Destination::Export
        | Destination::LensOther
        | Destination::CopyFinish
        | Destination::GrowStructure
        | Destination::GrowOther
        | Destination::SpacesRoom => None,
    }
}

fn send_kept(
    to: Destination,
    id: PictureId,
    state: &mut AppState,
    services: &mut Services,
    now: Now,
) {
    let path = file_of(id, state);
    match (to, path) {
        (Destination::Clipboard, _) => services.gallery.send(GalleryRequest::CopyToClipboard(id)),
        (Destination::SaveAs | Destination::Export, _) => gallery::apply::export_dialog(state),
        (Destination::Keep | Destination::Full, _) => state
            .toasts
            .push(Level::Info, "It is in the gallery already."),
        (Destination::Explore | Destination::Timeline, _) => {
            if to == Destination::Timeline && state.gallery.picture(id).is_some() {
                timeline::apply::edit(TimelineEdit::AddPicture(id), state, now);
            } else if let Some((_, recipe)) = state.gallery.picture(id) {
                let recipe = recipe.cloned();
                recipes::reopen_recipe(recipe.as_ref(), state, services, now);
            } else {
                state.gallery.awaited.push((id, to));
                services.gallery.send(GalleryRequest::Load(id));
            }
        }
        (Destination::CopyFinish, _) => finish::apply::copy_of(id, state, services),
        (_, Some(path)) => {
            let here = Some(state.view.workspace);
            send_file(to, path, here, state, services);
        }
        (_, None) => state
            .toasts
            .push(Level::Warning, "That picture isn't listed any more."),
    }
}

/// The file of a picture of the gallery, or of the one that is about to be exported.
fn file_of(id: PictureId, state: &AppState) -> Option<PathBuf> {
    let exported = state
        .export
        .as_ref()
        .and_then(|target| target.kept.as_ref());
    let entry = state.gallery.entry(id).or(exported.filter(|e| e.id == id));
    entry.map(|e| e.path.clone())
}

/// A picture that a job made and that is safe on disk now goes on from its file. The
/// user may be elsewhere by now, and stays there.
pub(in crate::app) fn pass_on(
    to: Destination,
    path: PathBuf,
    state: &mut AppState,
    services: &mut Services,
) {
    send_file(to, path, None, state, services);
}

fn send_file(
    to: Destination,
    path: PathBuf,
    asked_in: Option<Workspace>,
    state: &mut AppState,
    services: &mut Services,
) {
    let role = match to {
        Destination::StylePhoto => FileRole::Photo,
        Destination::StyleStyle => FileRole::Style,
        Destination::LensPhoto => FileRole::LensPhoto,
        Destination::LensOther => FileRole::LensOther,
        Destination::GrowSource => FileRole::GrowSource,
        Destination::GrowStructure => FileRole::GrowStructure,
        Destination::GrowOther => FileRole::GrowOther,
        Destination::SpacesSource => FileRole::SpacesSource,
        Destination::SpacesRoom => FileRole::SpacesRoom,
        Destination::Explore => FileRole::Any,
        Destination::Upscale(scale) => {
            jobs::start(
                Job::Upscale {
                    path,
                    scale,
                    model: state.chosen_upscaler(scale),
                    wrap: None,
                },
                Purpose::Upscale,
                state,
                services,
            );
            return;
        }
        Destination::Keep => FileRole::Import,
        Destination::Finish => FileRole::Finish,
        Destination::Full
        | Destination::Timeline
        | Destination::SaveAs
        | Destination::Export
        | Destination::Clipboard
        | Destination::CopyFinish => return,
    };
    open_files(&[path], role, asked_in, state, services);
}
