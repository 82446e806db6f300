//! What the engine and the user say of pictures that grow.

use crate::app::canvas;
use crate::app::finals::FinalOf;
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::app::work;
use crate::engine::protocol::{EngineError, Estimate, JobId, Work};

/// An estimate came, or none can be given.
pub(in crate::app) fn estimated(
    id: JobId,
    result: Result<Estimate, EngineError>,
    state: &mut AppState,
) {
    if state
        .grow
        .asked
        .as_ref()
        .is_some_and(|(_, asked)| *asked == id)
    {
        state.grow.estimate = Some(result);
    }
}

/// The user stopped a job: what it grew isn't begun again by itself.
pub(in crate::app) fn stopped(id: JobId, state: &mut AppState) {
    let job = state.engine.jobs.iter().find(|job| job.id == id);
    if let Some(Work::Grow(params)) = job.and_then(|job| job.of.as_ref()).map(|of| &of.work) {
        state.grow.stopped = Some((**params).clone());
    }
}

/// A job that grew a picture ended: the history gets its thumbnail, or the panel tells why there
/// is none.
pub(in crate::app) fn ended(of: &FinalOf, failed: Option<&EngineError>, state: &mut AppState) {
    let Work::Grow(params) = &of.work else { return };
    match failed {
        Some(EngineError::Cancelled) => {}
        Some(error) => state.grow.failed = Some(((**params).clone(), error.clone())),
        None if work::of(Workspace::Grow, state).as_ref() == Some(&of.work) => {
            let made = state.finals.of(of).map(|made| canvas::thumb(&made.picture));
            if let Some(thumb) = made {
                state.history.set_thumb(thumb, Workspace::Grow);
            }
        }
        None => {}
    }
}
