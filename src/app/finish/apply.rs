//! What is asked of Finish, carried out.

use std::sync::Arc;

use crate::app::action::{Destination, Purpose, Subject};
use crate::app::finish::edit::FinishEdit;
use crate::app::jobs;
use crate::app::notice::Level;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::view::{CanvasView, Workspace};
use crate::engine::protocol::Job;
use crate::gallery::protocol::{GalleryRequest, PictureId};
use crate::recipe::FinishSettings;

/// Changes what is being finished.
pub fn edit(edit: FinishEdit, state: &mut AppState) {
    let Some(work) = state.finish.work.as_mut() else {
        return;
    };
    match edit {
        FinishEdit::Set(mut settings) => {
            settings.confine();
            work.set(*settings, true);
        }
        FinishEdit::Cropping(on) => {
            work.cropping = on;
            fit(state);
        }
        FinishEdit::Reset => {
            work.set(FinishSettings::default(), false);
            work.held = false;
        }
        FinishEdit::Close => close(state),
    }
}

/// The whole picture on the canvas again.
pub(super) fn fit(state: &mut AppState) {
    let workspace = state.view.workspace;
    *state.view.canvas_mut(workspace) = CanvasView::default();
}

/// Back to the workspace; the settings are remembered.
pub(super) fn close(state: &mut AppState) {
    if let Some(work) = state.finish.work.take() {
        state.finish.remember(&work);
        fit(state);
    }
}

/// The job that makes what is being finished.
pub fn job(state: &AppState) -> Option<Job> {
    let work = state.finishing()?;
    Some(Job::Finish {
        path: work.path.clone(),
        settings: Arc::new(work.settings.clone()),
        keep_shape: false,
    })
}

/// Copies the settings of what is being finished, or of a picture of the gallery.
pub fn copy(what: Option<Subject>, state: &mut AppState, services: &mut Services) {
    if let Some(work) = state.finishing() {
        let settings = work.settings.clone();
        return copied(settings, state);
    }
    match what {
        Some(Subject::Gallery(id)) => copy_of(id, state, services),
        _ => state.toasts.push(
            Level::Info,
            "Choose a finished picture in the gallery first.",
        ),
    }
}

/// Copies the settings of a picture of the gallery, once its recipe is read.
pub fn copy_of(id: PictureId, state: &mut AppState, services: &mut Services) {
    let Some((_, recipe)) = state.gallery.picture(id) else {
        state.gallery.awaited.push((id, Destination::CopyFinish));
        services.gallery.send(GalleryRequest::Load(id));
        return;
    };
    match recipe.and_then(|recipe| recipe.finish.clone()) {
        Some(finish) => copied(finish.settings, state),
        None => state.toasts.push(
            Level::Info,
            "This picture wasn't finished: there is nothing to copy.",
        ),
    }
}

fn copied(mut settings: FinishSettings, state: &mut AppState) {
    settings.confine();
    state.finish.copied = Some(settings);
    state.toasts.push(Level::Info, "Finish copied");
}

/// Brings copied light, colour and detail to what is being finished, or to all chosen pictures of
/// the gallery, each of which becomes a new one.
pub fn paste(state: &mut AppState, services: &mut Services) {
    let Some(copied) = state.finish.copied.clone() else {
        let words = "Copy the finish of a picture first.";
        state.toasts.push(Level::Info, words);
        return;
    };
    if state.finishing().is_some() {
        if let Some(work) = state.finish.work.as_mut() {
            let settings = work.settings.with_tones_of(&copied);
            work.set(settings, false);
        }
        return;
    }
    let tones = Arc::new(FinishSettings::default().with_tones_of(&copied));
    if tones.is_nothing() {
        let words =
            "The copied finish changes neither light nor colour: nothing to bring to others.";
        state.toasts.push(Level::Info, words);
        return;
    }
    let paths = chosen(state);
    if paths.is_empty() {
        state.toasts.push(Level::Info, "Choose pictures first.");
    }
    for path in paths {
        let job = Job::Finish {
            path,
            settings: Arc::clone(&tones),
            keep_shape: true,
        };
        jobs::start(job, Purpose::Keep, state, services);
    }
}

/// Files of the pictures that are chosen in the gallery.
fn chosen(state: &AppState) -> Vec<std::path::PathBuf> {
    if state.view.workspace != Workspace::Gallery {
        return Vec::new();
    }
    let gallery = &state.gallery;
    let ids: Vec<PictureId> = match gallery.open {
        Some(id) => vec![id],
        None => gallery.selected.iter().copied().collect(),
    };
    let path = |id: &PictureId| gallery.entry(*id).map(|entry| entry.path.clone());
    ids.iter().filter_map(path).collect()
}
