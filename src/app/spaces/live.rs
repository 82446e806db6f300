//! A picture that is made seamless or extended to a full turn follows the document: a first look at once, the whole as a job
//! once the hand is off. What grows in Grow itself is not touched.

use std::sync::Arc;

use crate::app::action::Purpose;
use crate::app::at_hand;
use crate::app::engine_state::JobEntry;
use crate::app::full_size;
use crate::app::grow;
use crate::app::ports::Services;
use crate::app::spaces::document::SpacesMode;
use crate::app::spaces::{making, shown};
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::engine::protocol::{Job, Request, Work};
use crate::engine::surface_job::usual_fov;
use crate::recipe::GrowParams;

/// Pixels up to which the whole picture is made by itself: some seconds.
const LIVE_PIXELS: u64 = 2_000_000;

/// Brings job and estimate in line with the document.
pub(in crate::app) fn sync(state: &mut AppState, services: &mut Services, hand_on: bool) {
    let wanted = making::grown_params(state);
    stop_others(wanted.as_deref(), state, services);
    let settled = !hand_on && !state.history.is_pending();
    let Some(params) = wanted.filter(|_| settled && shown::is_seen(state)) else {
        return;
    };
    if !state.engine.library_known || making::photo(state).is_none() {
        return;
    }
    grow::live::ask_estimate(&params, state, services);
    let given_up = state.grow.is_stopped(&params) || state.grow.failure(&params).is_some();
    if is_live(state) && !given_up {
        begin(params, state, services);
    }
}

/// Whether the whole is made by itself after each change.
fn is_live(state: &AppState) -> bool {
    making::photo(state).is_some_and(|photo| {
        let [w, h] = result_size(state, photo.size).map(u64::from);
        w * h <= LIVE_PIXELS
    })
}

/// The size of what is made of a photo, as far as it can be told without making it.
fn result_size(state: &AppState, photo: [u32; 2]) -> [u32; 2] {
    let spaces = &state.doc.spaces;
    if spaces.mode != SpacesMode::Panorama {
        return photo;
    }
    let strip = &spaces.panorama.strip;
    let fov = strip.turn.fov.unwrap_or_else(|| usual_fov(photo));
    let own = (photo[0] as f32 * 360.0 / fov) as u32;
    let width = strip.width.unwrap_or(own);
    [width, width / 2]
}

/// Whether the whole waits until it is asked for.
pub fn waits(state: &AppState) -> bool {
    let Some(params) = making::grown_params(state).filter(|_| making::photo(state).is_some())
    else {
        return false;
    };
    let given_up = state.grow.is_stopped(&params) || state.grow.failure(&params).is_some();
    (given_up || !is_live(state))
        && at_work(state).is_none()
        && at_hand::picture(Workspace::Spaces, state).is_none()
}

/// The job that makes what the document asks for.
pub fn at_work(state: &AppState) -> Option<&JobEntry> {
    let work = Work::Grow(making::grown_params(state)?);
    let mut jobs = state.engine.jobs.iter();
    jobs.find(|job| job.of.as_ref().is_some_and(|of| of.work == work) && !job.cancelling)
}

/// Makes the whole picture, as the user asks.
pub(in crate::app) fn make(state: &mut AppState, services: &mut Services) {
    if let Some(params) = making::grown_params(state).filter(|_| making::photo(state).is_some()) {
        state.grow.stopped = None;
        state.grow.failed = None;
        begin(params, state, services);
    }
}

fn begin(params: Arc<GrowParams>, state: &mut AppState, services: &mut Services) {
    if at_hand::picture(Workspace::Spaces, state).is_none() && at_work(state).is_none() {
        full_size::make(Job::Grow(params), Purpose::Seamless, state, services);
    }
}

/// Pictures that were only to be looked at end once others are wanted.
fn stop_others(wanted: Option<&GrowParams>, state: &mut AppState, services: &mut Services) {
    for job in &mut state.engine.jobs {
        let Some(Work::Grow(params)) = job.of.as_ref().map(|of| &of.work) else {
            continue;
        };
        let only_seen = job.purpose == Purpose::Seamless && job.also.is_empty();
        if only_seen && !job.cancelling && wanted != Some(&**params) {
            job.cancelling = true;
            services.engine.send(Request::Cancel(job.id));
        }
    }
}
