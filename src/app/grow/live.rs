//! The picture follows the document: its first sizes at once, as a preview, and the whole of it
//! once the hand is off, as a job that shows each size and is stopped by the next change. Large
//! ones wait until they are asked for.

use std::sync::Arc;

use crate::app::action::Purpose;
use crate::app::canvas;
use crate::app::command::Command;
use crate::app::engine_state::JobEntry;
use crate::app::finals::FinalOf;
use crate::app::full_size;
use crate::app::jobs;
use crate::app::notice::Level;
use crate::app::ports::Services;
use crate::app::previews::Shown;
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::app::work;
use crate::engine::protocol::{EngineError, Estimate, Job, JobId, Request, Work};
use crate::picture::Picture;
use crate::recipe::GrowParams;

/// Pixels, in source and result, up to which the whole picture is grown by itself: some seconds.
const LIVE_PIXELS: u64 = 2_000_000;

/// How far shapes may be from each other: small sizes are rounded.
const ALIKE: f32 = 0.05;

/// What the document asks for.
pub fn params(state: &AppState) -> Option<Arc<GrowParams>> {
    match work::of(Workspace::Grow, state)? {
        Work::Grow(params) => Some(params),
        _ => None,
    }
}

/// The size of what the document asks for, once its pictures are read.
pub fn result_size(state: &AppState) -> Option<[u32; 2]> {
    let source = state.grow_source()?.size;
    if state.doc.grow.keeps()
        && let Some(whole) = full_size::picture(Workspace::Grow, state)
    {
        // A little smaller, nobody knows how much beforehand.
        return Some(whole.size());
    }
    let structure = state.doc.grow.structure.as_ref();
    let structure = structure.and_then(|s| state.photos.of(s)).map(|p| p.size);
    Some(state.doc.grow.result_size(source, structure))
}

/// Whether the whole picture is grown by itself after each change.
pub fn is_live(state: &AppState) -> bool {
    let pixels = |[w, h]: [u32; 2]| u64::from(w) * u64::from(h);
    let sizes = [
        state.grow_source().map(|photo| photo.size),
        result_size(state),
    ];
    sizes
        .into_iter()
        .all(|size| size.is_some_and(|size| pixels(size) <= LIVE_PIXELS))
}

/// The job that grows what the document asks for.
pub fn at_work(state: &AppState) -> Option<&JobEntry> {
    let params = params(state)?;
    let of = FinalOf {
        work: Work::Grow(params),
        options: None,
    };
    let mut jobs = state.engine.jobs.iter();
    jobs.find(|job| job.of.as_ref() == Some(&of) && !job.cancelling)
}

/// The best of what is there of the picture that the document asks for: all of it, or the size
/// that it has come to.
pub fn picture(state: &AppState) -> Option<&Picture> {
    if let Some(whole) = full_size::picture(Workspace::Grow, state) {
        return Some(whole);
    }
    let now = work::of(Workspace::Grow, state);
    let draft = state.previews.grow.as_ref();
    let own = draft.filter(|shown| Some(&shown.work) == now.as_ref());
    let look = at_work(state).and_then(|job| job.look.as_ref());
    match (look, own) {
        (Some(look), Some(own)) if look.width() < own.picture.width() => Some(&own.picture),
        (Some(look), _) => Some(look),
        // What was asked for before stays until there is more.
        (None, _) => draft
            .filter(|shown| stands_in(shown, state))
            .map(|shown| &shown.picture),
    }
}

/// Whether an earlier look may stand where the picture is to be: of the same source, in the same
/// shape.
fn stands_in(shown: &Shown, state: &AppState) -> bool {
    let (Work::Grow(params), Some([w, h])) = (&shown.work, result_size(state)) else {
        return false;
    };
    let source = state.doc.grow.source.as_ref();
    let shape = |w: u32, h: u32| w as f32 / h.max(1) as f32;
    let [x, y] = shown.picture.size();
    source.is_some_and(|source| source.sha256 == params.source.sha256)
        && (shape(x, y) / shape(w, h) - 1.0).abs() < ALIKE
}

/// Whether all the pictures that take part are read.
pub(in crate::app) fn is_ready(state: &AppState) -> bool {
    let Some(params) = params(state) else {
        return false;
    };
    let mut all = true;
    params.each_picture(&mut |source, _| all &= state.photos.of(source).is_some());
    all
}

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
    if full_size::picture(Workspace::Grow, state).is_none() && at_work(state).is_none() {
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

fn ask_estimate(params: &Arc<GrowParams>, state: &mut AppState, services: &mut Services) {
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

/// Whether a command is for Grow while it is in front.
pub(in crate::app) fn takes(command: Command, state: &AppState) -> bool {
    state.view.workspace == Workspace::Grow
        && !state.view.start_page
        && matches!(
            command,
            Command::NewSeed
                | Command::NextSeed
                | Command::PreviousSeed
                | Command::ResetSliders
                | Command::ToggleVariations
        )
}
