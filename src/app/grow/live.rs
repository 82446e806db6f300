//! The picture follows the document: its first sizes at once, as a preview, and the whole of it
//! once the hand is off, as a job that shows each size and is stopped by the next change. Large
//! ones wait until they are asked for.

use std::sync::Arc;

use crate::app::action::Purpose;
use crate::app::at_hand;
use crate::app::full_size;
use crate::app::grow::growing::{at_work, is_live, is_ready, params};
use crate::app::jobs;
use crate::app::notice::Level;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::engine::protocol::{Job, Request, Work};
use crate::recipe::GrowParams;

/// Brings job and estimate in line with the document.
pub(in crate::app) fn sync(state: &mut AppState, services: &mut Services, hand_on: bool) {
    let wanted = params(state);
    stop_others(wanted.as_deref(), state, services);
    let Some(params) = wanted else { return };
    let seen = state.view.workspace == Workspace::Grow && !state.view.start_page;
    let settled = !hand_on && !state.history.is_pending();
    if !seen || !settled || !state.engine.library_known || !is_ready(state) {
        return;
    }
    ask_estimate(&params, state, services);
    let given_up =
        state.grow.stopped.as_ref() == Some(&*params) || state.grow.failure(&params).is_some();
    // Behind the grid nobody sees it.
    let grid = state.view.grow_grid && !state.doc.grow.keeps();
    if is_live(state) && !given_up && !grid {
        begin(params, state, services);
    }
}

/// Grows the whole picture, as the user asks.
pub(in crate::app) fn grow(state: &mut AppState, services: &mut Services) {
    match params(state) {
        Some(params) if is_ready(state) => {
            state.grow.stopped = None;
            state.grow.failed = None;
            begin(params, state, services);
        }
        _ => {
            let words = "Open a picture in Grow first, and say what is to become of it.";
            state.toasts.push(Level::Info, words);
        }
    }
}

fn begin(params: Arc<GrowParams>, state: &mut AppState, services: &mut Services) {
    if at_hand::picture(Workspace::Grow, state).is_none() && at_work(state).is_none() {
        full_size::make(Job::Grow(params), Purpose::Grow, state, services);
    }
}

/// Pictures that were only to be looked at end once others are wanted.
fn stop_others(wanted: Option<&GrowParams>, state: &mut AppState, services: &mut Services) {
    for job in &mut state.engine.jobs {
        let Some(Work::Grow(params)) = job.of.as_ref().map(|of| &of.work) else {
            continue;
        };
        let only_seen = job.purpose == Purpose::Grow && job.also.is_empty();
        if only_seen && !job.cancelling && wanted != Some(&**params) {
            job.cancelling = true;
            services.engine.send(Request::Cancel(job.id));
        }
    }
}

pub(in crate::app) fn ask_estimate(
    params: &Arc<GrowParams>,
    state: &mut AppState,
    services: &mut Services,
) {
    // Another seed takes as long.
    let key = GrowParams {
        seed: 0,
        ..(**params).clone()
    };
    if state
        .grow
        .asked
        .as_ref()
        .is_some_and(|(asked, _)| *asked == key)
    {
        return;
    }
    let job = Job::EstimateGrow(Arc::clone(params));
    let id = jobs::start(job, Purpose::GrowEstimate, state, services);
    state.grow.asked = Some((key, id));
    state.grow.estimate = None;
}
