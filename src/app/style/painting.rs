//! *Fine* carried out: painted, paused, stopped, gone on with, and sent on. The pictures stay at
//! hand, so that the artist may look at other settings and come back.

use std::sync::Arc;

use crate::app::action::{Action, Purpose};
use crate::app::canvas;
use crate::app::command::Command;
use crate::app::engine_state::JobEntry;
use crate::app::explore::drag;
use crate::app::export::events as export;
use crate::app::grow::answers;
use crate::app::job_events;
use crate::app::jobs;
use crate::app::notice::Level;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::style::document::FineWay;
use crate::app::style::fine::{all_at_work, at_work, credit, painted, painting, request, result};
use crate::app::style::fine_state::{FineJob, FineRequest, FineResult};
use crate::app::view::Workspace;
use crate::engine::protocol::{Job, JobId, Request};
use crate::picture::Picture;
use crate::recipe::Recipe;

/// Bytes of pictures that stay at hand; the newest one always does.
const KEPT: usize = 256 << 20;

/// Paints what the document asks for, or goes on with it.
pub(in crate::app) fn paint(state: &mut AppState, services: &mut Services) {
    if let Some((id, paused)) = at_work(state).map(|job| (job.id, job.paused)) {
        if paused {
            jobs::pause(id, false, state, services);
        }
        return;
    }
    if result(state).is_some_and(|made| made.whole) {
        let words = "It is painted already: save it, take more steps, or change a setting.";
        state.toasts.push(Level::Info, words);
        return;
    }
    match request(state) {
        Some(request) => start(request, Purpose::Fine, state, services),
        None => state
            .toasts
            .push(Level::Info, "Choose a photo, a style and Fine first."),
    }
}

/// Lets the picture that the document asks for wait or go on, or else the one at work.
pub(in crate::app) fn pause_or_go_on(state: &mut AppState, services: &mut Services) {
    let first = || {
        all_at_work(state)
            .map(|(job, _)| job)
            .find(|job| job.stage.is_some())
    };
    let job = at_work(state).or_else(first);
    if let Some((id, paused)) = job.map(|job| (job.id, job.paused)) {
        jobs::pause(id, !paused, state, services);
    }
}

/// Does something with a picture of *Fine*, once it is there.
pub(in crate::app) fn send(
    request: FineRequest,
    purpose: Purpose,
    state: &mut AppState,
    services: &mut Services,
) {
    // One that was stopped before its turn comes to nothing.
    let comes = |job: &&JobEntry| !job.cancelling || job.stage.is_some();
    if let Some(id) = painting(&request, state).filter(comes).map(|job| job.id) {
        then(id, purpose, state, services);
    } else if let Some(mut made) = painted(&request, state).cloned() {
        credit(&mut made.recipe, &request.params);
        job_events::picture_made(&purpose, made.picture, made.recipe, state, services);
    } else if request.params.styles.is_empty() {
        let words = "Choose a photo and a style first.";
        state.toasts.push(Level::Info, words);
    } else {
        start(request, purpose, state, services);
    }
}

/// Notes what is to be done with a picture at work.
fn then(id: JobId, purpose: Purpose, state: &mut AppState, services: &mut Services) {
    jobs::pause(id, false, state, services);
    let Some(entry) = state.engine.jobs.iter_mut().find(|entry| entry.id == id) else {
        return;
    };
    if entry.purpose == Purpose::Fine {
        entry.purpose = purpose;
    } else if entry.purpose != purpose
        && let Some(job) = state.fine.jobs.iter_mut().find(|job| job.id == id)
    {
        job.then.push(purpose);
    }
    let words = "Done with it as soon as it is painted. To have it as it is, stop it first.";
    state.toasts.push(Level::Info, words);
}

fn start(request: FineRequest, purpose: Purpose, state: &mut AppState, services: &mut Services) {
    let job = Job::StylizeFine(Arc::clone(&request.params), request.options.clone());
    let id = jobs::start(job, purpose, state, services);
    state.fine.jobs.push(FineJob {
        id,
        request,
        then: Vec::new(),
    });
}

/// Stops a job: a picture of *Fine*, or one that is dragged, ends with what there is.
pub(in crate::app) fn stop_or_cancel(id: JobId, state: &mut AppState, services: &mut Services) {
    if !stop(id, state, services) && !drag::stop(id, state, services) {
        let jobs = &state.engine.jobs;
        let purpose = jobs.iter().find(|job| job.id == id);
        let purpose = purpose.map(|job| job.purpose.clone());
        // At once: before it ends, another export may have begun.
        export::given_up(&purpose, state);
        answers::stopped(id, state);
        jobs::cancel(id, state, services);
    }
}

/// Ends a picture that has begun with what there is. Whether it was one.
fn stop(id: JobId, state: &mut AppState, services: &mut Services) -> bool {
    let Some(job) = state.fine.jobs.iter_mut().find(|job| job.id == id) else {
        return false;
    };
    let Some(entry) = state.engine.jobs.iter_mut().find(|entry| entry.id == id) else {
        return false;
    };
    if entry.stage.is_none() {
        return false;
    }
    // Whoever stops it wants to look at it first.
    let mut given_up = std::mem::take(&mut job.then);
    given_up.push(std::mem::replace(&mut entry.purpose, Purpose::Fine));
    entry.cancelling = true;
    export::given_up(&given_up, state);
    services.engine.send(Request::Finish(id));
    true
}

/// Notes in the recipe of a picture that has just been painted what is said now of its sources; it was
/// begun with what was said then.
pub(in crate::app) fn credit_now(id: JobId, recipe: &mut Recipe, state: &AppState) {
    if let Some(job) = state.fine.jobs.iter().find(|job| job.id == id) {
        let now = request(state).filter(|now| *now == job.request);
        credit(recipe, &now.as_ref().unwrap_or(&job.request).params);
    }
}

/// A job ended: its picture stays at hand. What else is to be done with it.
pub(in crate::app) fn ended(
    id: JobId,
    made: Option<(&Picture, &Recipe)>,
    state: &mut AppState,
) -> Vec<Purpose> {
    let Some(at) = state.fine.jobs.iter().position(|job| job.id == id) else {
        return Vec::new();
    };
    let job = state.fine.jobs.remove(at);
    let Some((picture, recipe)) = made else {
        export::given_up(&job.then, state);
        return Vec::new();
    };
    state.fine.made.retain(|made| made.request != job.request);
    let whole = !FineWay::is_stopped(recipe);
    if request(state).as_ref() == Some(&job.request) {
        let thumb = canvas::thumb(picture);
        state.history.set_thumb(thumb, Workspace::Style);
    } else if state.view.workspace == Workspace::Style {
        let words = "The picture with the settings before is painted. Undo leads back to it.";
        state.toasts.push(Level::Info, words);
    }
    if state.view.workspace != Workspace::Style {
        let show = Box::new(Action::Command(Command::GoStyle));
        let offer = Some(("Show".to_owned(), show));
        state
            .toasts
            .offer(Level::Info, "The photo is painted", offer);
    }
    state.fine.made.push(FineResult {
        request: job.request,
        picture: picture.clone(),
        recipe: Box::new(recipe.clone()),
        whole,
    });
    let bytes = |made: &[FineResult]| made.iter().map(|m| m.picture.rgba().len()).sum::<usize>();
    while state.fine.made.len() > 1 && bytes(&state.fine.made) > KEPT {
        state.fine.made.remove(0);
    }
    job.then
}
