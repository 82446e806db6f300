//! Jobs of the engine: queued, named, cancelled.

use crate::app::action::Purpose;
use crate::app::engine_state::JobEntry;
use crate::app::finals::FinalOf;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::engine::protocol::{Job, JobId, ModelKind, Rendering, Request, StylizeOptions};
use crate::recipe::GrowTask;

/// Queues a job; its number.
pub(in crate::app) fn start(
    job: Job,
    purpose: Purpose,
    state: &mut AppState,
    services: &mut Services,
) -> JobId {
    let id = state.engine.next_job();
    state.engine.jobs.push(JobEntry {
        id,
        title: job_title(&job, &purpose, state),
        purpose,
        also: Vec::new(),
        of: FinalOf::job(&job),
        stage: None,
        done: 0,
        total: 0,
        left: None,
        look: None,
        cancelling: false,
        paused: false,
    });
    services.engine.send(Request::Job { id, job });
    id
}

fn job_title(job: &Job, purpose: &Purpose, state: &AppState) -> String {
    let title = |name: &str| {
        state
            .engine
            .model(name)
            .map_or_else(|| name.to_owned(), |m| m.title.clone())
    };
    match (job, purpose) {
        (_, Purpose::Fine) => "Painting the photo".to_owned(),
        (_, Purpose::Grow) => "Growing the picture".to_owned(),
        (Job::Grow(params), Purpose::Seamless) if matches!(params.task, GrowTask::FullTurn(_)) => {
            "Making the full turn".to_owned()
        }
        (_, Purpose::Seamless) => "Making the picture seamless".to_owned(),
        (_, Purpose::SpacesFile(_)) => "Rendering the picture for its files".to_owned(),
        (_, Purpose::Keep) => "Saving to the gallery".to_owned(),
        (_, Purpose::Full) => "Rendering at full size".to_owned(),
        (_, Purpose::Export(_)) => "Rendering the picture to export".to_owned(),
        (_, Purpose::Copy) => "Copying the picture".to_owned(),
        (_, Purpose::SaveAs(_)) => "Saving the picture".to_owned(),
        (Job::Directions { model } | Job::LensDirections { model }, _) => {
            format!("Measuring sliders of {}", title(model))
        }
        (Job::Styles(_), _) => "My styles".to_owned(),
        (Job::Learn(job), _) => format!("Learning {}", job.about.title),
        (Job::Surface(_), _) => "Writing the files of Spaces".to_owned(),
        (_, Purpose::SendToFinish) => "Rendering the picture to finish".to_owned(),
        (Job::Project { .. }, _) => "Projecting the photo".to_owned(),
        (Job::Drag(_), _) => "Dragging the picture".to_owned(),
        (Job::StylizeFilm(_), _) => "Stylising the film".to_owned(),
        (Job::Walk(_) | Job::Turn(_), _) => "Making the film".to_owned(),
        (Job::WalkEstimate(_) | Job::TurnEstimate(_) | Job::StylizeFilmEstimate(_), _) => {
            "Trying the film".to_owned()
        }
        (Job::StylizeFolder(job), _) => format!("Stylising {} photos", job.photos.len()),
        (Job::Upscale { scale, model, .. }, _) => match model {
            Some(model) => format!("Upscaling {scale}× with {}", title(model)),
            None => format!("Upscaling {scale}×"),
        },
        _ => "Rendering the picture".to_owned(),
    }
}

/// Options for a full-size stylisation in *Fast*.
pub fn style_options(state: &AppState) -> StylizeOptions {
    StylizeOptions {
        max_side: state.view.style_side,
        memory_budget: state.prefs.memory_budget,
        ..StylizeOptions::default()
    }
}

/// Asks for the sliders of the network in front, once.
pub(in crate::app) fn ask_directions(state: &mut AppState, services: &mut Services) {
    let model = match state.view.workspace {
        Workspace::Lens => state.doc.lens.model.clone(),
        _ => state.doc.explore.model.clone(),
    };
    let purpose = Purpose::Directions(model.clone());
    let known = state.engine.directions.contains_key(&model);
    let declined = state.engine.declined.contains(&model);
    let Some(info) = state.engine.model(&model) else {
        return;
    };
    if known || declined || state.engine.job_for(&purpose).is_some() {
        return;
    }
    let job = match info.kind {
        ModelKind::Autoencoder => Job::LensDirections { model },
        _ => Job::Directions { model },
    };
    start(job, purpose, state, services);
}

/// Lets a job that works step by step wait, or go on.
pub(in crate::app) fn pause(
    id: JobId,
    paused: bool,
    state: &mut AppState,
    services: &mut Services,
) {
    let job = state.engine.jobs.iter_mut().find(|job| job.id == id);
    if let Some(job) = job.filter(|job| job.paused != paused) {
        job.paused = paused;
        services.engine.send(Request::Pause { id, paused });
    }
}

/// Tells the engine to stop a job, as the user wants. Measuring of sliders doesn't
/// begin again by itself then.
pub(in crate::app) fn cancel(id: JobId, state: &mut AppState, services: &mut Services) {
    if let Some(job) = state.engine.jobs.iter_mut().find(|j| j.id == id) {
        if let Purpose::Directions(model) = &job.purpose {
            state.engine.declined.insert(model.clone());
        }
        job.cancelling = true;
        services.engine.send(Request::Cancel(id));
    }
}

/// Asks what the full-size stylisation would take; the answer comes as an event.
pub(in crate::app) fn estimate(
    rendering: Rendering,
    state: &mut AppState,
    services: &mut Services,
) {
    if let Some(params) = state.doc.style.params() {
        state.engine.estimate_seq += 1;
        services.engine.send(Request::Estimate {
            seq: state.engine.estimate_seq,
            params: params.into(),
            rendering,
        });
    }
}
