//! Export from Explore and Style: the picture is made at full size and kept first,
//! so that the export dialog has a file with a recipe to copy from.

use crate::app::action::{Action, Purpose};
use crate::app::export::target::ExportTarget;
use crate::app::jobs;
use crate::app::notice::Level;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::view::{Dialog, Workspace};
use crate::engine::protocol::{Job, JobId, Work};
use crate::gallery::protocol::Entry;

/// Opens the dialog for what is chosen in the gallery, or for the picture on the
/// canvas, which is made first unless it was the last one to be exported.
pub fn begin(state: &mut AppState, services: &mut Services) {
    let options = jobs::style_options(state);
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
    jobs::start(job, Purpose::Export, state, services);
}

/// The job that makes the picture, while it waits or runs.
pub fn making(state: &AppState) -> Option<JobId> {
    state.engine.job_for(&Purpose::Export).map(|job| job.id)
}

/// The user doesn't want it any more: stops the making.
pub fn stop(state: &mut AppState, services: &mut Services) {
    if let Some(id) = making(state) {
        jobs::cancel(id, state, services);
    }
}

/// The picture is safe on disk.
pub fn kept(entry: Entry, state: &mut AppState) {
    if state.view.dialog != Dialog::Export {
        let show = Box::new(Action::ShowInGallery(entry.id));
        let offer = Some(("Show".to_owned(), show));
        state
            .toasts
            .offer(Level::Info, "Saved to the gallery", offer);
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
