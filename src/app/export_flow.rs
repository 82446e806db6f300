//! Export from Explore and Style: the picture is made at full size and kept first,
//! so that the export dialog has a file with a recipe to copy from.

use super::action::{Action, Level, Purpose};
use super::services::Services;
use super::state::AppState;
use super::view::{Dialog, Workspace};
use super::{events, flow};
use crate::engine::protocol::{Job, JobId, StylizeOptions, Work};
use crate::gallery::protocol::Entry;

/// The picture outside the gallery that the export dialog is about.
#[derive(Debug, Clone)]
pub struct ExportTarget {
    /// What it was made of.
    work: Work,
    /// How large, for a stylised photo.
    options: StylizeOptions,
    /// The picture, once it is safe on disk.
    pub kept: Option<Entry>,
}

/// Opens the dialog for what is chosen in the gallery, or for the picture on the
/// canvas, which is made first unless it was the last one to be exported.
pub fn begin(state: &mut AppState, services: &mut Services) {
    let options = flow::style_options(state);
    let work = match state.view.workspace {
        Workspace::Gallery => {
            state.view.dialog = Dialog::Export;
            return;
        }
        Workspace::Explore if state.doc.explore.lens_doc().is_some() => {
            state.doc.explore.lens_params().map(|params| {
                let params = std::sync::Arc::new(params);
                (Work::Lens(params.clone()), Job::RenderLens(params))
            })
        }
        Workspace::Explore => state.doc.explore.current().cloned().map(|params| {
            let params = std::sync::Arc::new(params);
            (Work::Explore(params.clone()), Job::Render(params))
        }),
        Workspace::Style => state.doc.style.params().map(|params| {
            let params = std::sync::Arc::new(params);
            (Work::Style(params.clone()), Job::Stylize(params, options))
        }),
    };
    let Some((work, job)) = work else {
        state.toasts.push(Level::Info, "There is no picture yet.");
        return;
    };
    state.view.dialog = Dialog::Export;
    let known = state.export.as_ref();
    if known.is_some_and(|t| t.work == work && t.options == options) {
        return;
    }
    stop(state, services);
    state.export = Some(ExportTarget {
        work,
        options,
        kept: None,
    });
    flow::start(job, Purpose::Export, state, services);
}

/// The job that makes the picture, while it waits or runs.
pub fn making(state: &AppState) -> Option<JobId> {
    state.engine.job_for(&Purpose::Export).map(|job| job.id)
}

/// The user doesn't want it any more: stops the making.
pub fn stop(state: &mut AppState, services: &mut Services) {
    if let Some(id) = making(state) {
        events::cancel(id, state, services);
    }
}

/// The picture is safe on disk.
pub fn kept(entry: Entry, state: &mut AppState) {
    if state.view.dialog != Dialog::Export {
        let show = Box::new(Action::ShowInGallery(entry.id));
        let offer = Some(("Show".to_owned(), show));
        state
            .toasts
            .offer(Level::Info, "Kept in the gallery", offer);
    }
    if let Some(target) = &mut state.export {
        target.kept = Some(entry);
    }
}

/// There is nothing to export after all: stopped, failed or thrown away.
pub fn forget(state: &mut AppState) {
    state.export = None;
    if state.view.dialog == Dialog::Export && state.view.workspace != Workspace::Gallery {
        state.view.dialog = Dialog::None;
    }
}
