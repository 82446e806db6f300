//! Export from Explore, Style and Lens: the picture is made at full size and laid aside
//! first, so that the export dialog has a file with a recipe to copy from. The gallery gets
//! none of it.

use crate::app::export::target::ExportTarget;
use crate::app::finish;
use crate::app::full_size;
use crate::app::notice::Level;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::style::fine_state::FineRequest;
use crate::app::style::{fine, painting};
use crate::app::view::Dialog;
use crate::app::work;
use crate::engine::protocol::{Job, JobId};

/// Opens the dialog for what is chosen in the gallery, or for the picture on the
/// canvas, which is made first unless it was the last one to be exported.
pub fn begin(state: &mut AppState, services: &mut Services) {
    let workspace = state.view.workspace;
    if !state.exports_canvas() {
        state.view.dialog = Dialog::Export;
        return;
    }
    let rendering = fine::rendering(state);
    let made = match finish::apply::job(state).zip(state.finishing()) {
        Some((job, finishing)) => Some((job, finishing.look(finishing.settings.clone()))),
        None => work::of(workspace, state)
            .and_then(|work| Some((work::job(&work, rendering.clone())?, work))),
    };
    let Some((job, work)) = made else {
        state.toasts.push(Level::Info, "There is no picture yet.");
        return;
    };
    state.view.dialog = Dialog::Export;
    let known = state.export.as_ref();
    if known.is_some_and(|t| t.work == work && t.rendering == rendering) {
        return;
    }
    let before = making(state);
    state.exports += 1;
    let target = ExportTarget {
        number: state.exports,
        work,
        rendering,
        kept: None,
    };
    let purpose = target.purpose();
    state.export = Some(target);
    // Nobody wants the one before any more.
    if let Some(id) = before {
        painting::stop_or_cancel(id, state, services);
    }
    match job {
        Job::StylizeFine(params, options) => {
            let request = FineRequest { params, options };
            painting::send(request, purpose, state, services);
        }
        job => full_size::make(job, purpose, state, services),
    }
}

/// The job that makes the picture, while it waits or runs.
fn making(state: &AppState) -> Option<JobId> {
    let purpose = state.export.as_ref()?.purpose();
    state.engine.job_for(&purpose).map(|job| job.id)
}
