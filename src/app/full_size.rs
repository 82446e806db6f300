//! Pictures at full size, made for something; those that are at hand aren't made again.

use crate::app::action::Purpose;
use crate::app::finals::FinalOf;
use crate::app::job_events;
use crate::app::jobs;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::engine::protocol::Job;

/// Does something with a picture at full size, once it is there: at once, if it is at hand;
/// with the others that wait for it, if it is being made.
pub(in crate::app) fn make(
    job: Job,
    purpose: Purpose,
    state: &mut AppState,
    services: &mut Services,
) {
    let Some(of) = FinalOf::job(&job) else {
        jobs::start(job, purpose, state, services);
        return;
    };
    if let Some(made) = state.finals.of(&of).cloned() {
        job_events::picture_made(&purpose, made.picture, made.recipe, state, services);
        return;
    }
    // The export dialog stops its own job when it is closed.
    let shared = |purpose: &Purpose| !matches!(purpose, Purpose::Export(_));
    let at_work = state.engine.jobs.iter_mut().find(|job| {
        let alike = job.of.as_ref() == Some(&of) && !job.cancelling;
        alike && shared(&purpose) && shared(&job.purpose)
    });
    match at_work {
        Some(job) if job.purpose == purpose || job.also.contains(&purpose) => {}
        Some(job) => job.also.push(purpose),
        None => {
            jobs::start(job, purpose, state, services);
        }
    }
}
