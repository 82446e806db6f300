//! What engine and gallery answer goes into the state here.

use crate::app::action::{Action, Purpose};
use crate::app::jobs;
use crate::app::notice::Level;
use crate::app::ports::Services;
use crate::app::previews::Received;
use crate::app::results;
use crate::app::sources;
use crate::app::state::AppState;
use crate::app::thumbs;
use crate::app::view::Workspace;
use crate::engine::protocol::{
    EngineError, Event, JobId, Library, ModelInfo, ModelKind, Output, Work,
};

/// Longer side of a history thumbnail.
const THUMB_SIDE: u32 = 96;

/// Takes everything that waits. Returns follow-up actions.
pub fn drain(state: &mut AppState, services: &mut Services) -> Vec<Action> {
    let mut follow = Vec::new();
    while let Some(event) = services.engine.try_recv() {
        engine_event(event, state, services, &mut follow);
    }
    while let Some(event) = services.gallery.try_recv() {
        crate::app::gallery::events::gallery_event(event, state, services, &mut follow);
    }
    while let Some(event) = services.hub.try_recv() {
        crate::app::hub::events::hub_event(event, state, services);
    }
    while let Some(action) = services.system.try_recv() {
        follow.push(action);
    }
    follow
}

fn engine_event(
    event: Event,
    state: &mut AppState,
    services: &mut Services,
    follow: &mut Vec<Action>,
) {
    match event {
        Event::Ready(device) => crate::app::device_events::ready(device, state),
        Event::SmallerTiles(card) => crate::app::device_events::smaller_tiles(&card, state),
        // Said when the photo was opened.
        Event::PhotoNotes { .. } => {}
        Event::Library(library) => library_arrived(&library, state, services),
        Event::Preview {
            channel,
            seq,
            index,
            tier,
            picture,
            took,
        } => {
            let shown = Received {
                picture,
                tier,
                took,
            };
            if state.previews.receive(channel, seq, index, shown) {
                state.engine.last_took = Some(took);
                remember_thumb(state);
            }
        }
        Event::PreviewFailed {
            channel,
            seq,
            error,
        } => state.previews.fail(channel, seq, error),
        Event::Opened { path, result } => sources::opened(path, result, state, follow),
        Event::Estimate { seq, estimate } => {
            if seq == state.engine.estimate_seq {
                state.engine.estimate = Some(estimate);
                state.engine.estimate_error = None;
            }
        }
        Event::EstimateFailed { seq, error } => {
            if seq == state.engine.estimate_seq {
                state.engine.estimate = None;
                state.engine.estimate_error = Some(error.to_string());
            }
        }
        Event::Progress {
            id,
            stage,
            done,
            total,
            left,
            look,
        } => {
            if let Some(job) = state.engine.jobs.iter_mut().find(|j| j.id == id) {
                job.stage = Some(stage);
                job.done = done;
                job.total = total;
                job.left = left;
                if look.is_some() {
                    job.look = look;
                }
            }
        }
        Event::Done { id, result } => job_ended(id, result, state, services, follow),
        Event::Queue { previewing, .. } => state.engine.previewing = previewing,
    }
}

/// Gives the current step of the history its thumbnail, if the picture shown is
/// the one of the document.
pub fn remember_thumb(state: &mut AppState) {
    let doc = &state.doc;
    let workspace = state.view.workspace;
    let shown = match workspace {
        Workspace::Style => &state.previews.style,
        _ if doc.explore.lens_doc().is_some() => &state.previews.lens,
        _ => &state.previews.explore,
    };
    let Some(shown) = shown else { return };
    let current = match &shown.work {
        Work::Explore(params) => doc.explore.current() == Some(&**params),
        Work::Style(params) => doc.style.params().as_ref() == Some(&**params),
        Work::Lens(params) => doc.explore.lens_params().as_ref() == Some(&**params),
        Work::WalkFrame(..) => false,
    };
    // A draft is better than nothing; the full picture replaces it.
    if current && (!shown.is_draft() || state.history.lacks_thumb()) {
        let thumb = thumbs::smaller(&shown.picture, THUMB_SIDE);
        state.history.set_thumb(thumb, workspace);
    }
}

/// Models and styles are known: choose what isn't chosen yet, ask for sliders.
fn library_arrived(
    library: &std::sync::Arc<Library>,
    state: &mut AppState,
    services: &mut Services,
) {
    state.engine.library = std::sync::Arc::clone(library);
    state.engine.library_known = true;
    crate::app::gallery::settings::send(state, services);
    state.previews.forget();
    choose_models(state);
    jobs::ask_directions(state, services);
    for (folder, reason) in &library.broken {
        state.toasts.push(
            Level::Warning,
            format!("A model can't be used: {reason} ({})", folder.display()),
        );
    }
}

/// Picks a generator and a style network if the document has none that is there.
fn choose_models(state: &mut AppState) {
    let mut doc = state.doc.clone();
    let library = std::sync::Arc::clone(&state.engine.library);
    let of = |kind| library.models.iter().filter(move |m| m.kind == kind);
    for model in of(ModelKind::Generator) {
        doc.explore
            .params
            .entry(model.name.clone())
            .or_insert_with(|| {
                crate::app::document::fresh(&model.name, model.resizable, model.size)
            });
    }
    for model in of(ModelKind::Autoencoder) {
        doc.explore.lens.entry(model.name.clone()).or_default();
    }
    if doc.explore.model.is_empty()
        && let Some(model) = first_generator(of(ModelKind::Generator))
    {
        doc.explore.model = model.name.clone();
    }
    if doc.style.model.is_empty()
        && let Some(model) = first_style_network(of(ModelKind::Style))
    {
        doc.style.model = model.name.clone();
    }
    if doc != state.doc {
        state.doc = doc;
        state.history.amend(&state.doc);
    }
}

/// A trained network is the better start, unless it is a sketch; the coordinate
/// network always works.
fn first_generator<'a>(models: impl Iterator<Item = &'a ModelInfo>) -> Option<&'a ModelInfo> {
    let mut all: Vec<&ModelInfo> = models.collect();
    all.sort_by_key(|m| !m.trained || m.sketch);
    all.into_iter().next()
}

/// The one that knows the styles that ship and has sliders for them, if it is there.
fn first_style_network<'a>(models: impl Iterator<Item = &'a ModelInfo>) -> Option<&'a ModelInfo> {
    let mut all: Vec<&ModelInfo> = models.collect();
    all.sort_by_key(|m| m.code_len == 0);
    all.into_iter().next()
}

fn job_ended(
    id: JobId,
    result: Result<Output, EngineError>,
    state: &mut AppState,
    services: &mut Services,
    follow: &mut Vec<Action>,
) {
    let Some(at) = state.engine.jobs.iter().position(|j| j.id == id) else {
        return;
    };
    let job = state.engine.jobs.remove(at);
    if result.is_err() && job.purpose == Purpose::Export {
        crate::app::export::flow::forget(state);
    }
    match result {
        Ok(output) => results::finished(job, output, state, services, follow),
        // The user doesn't want them now.
        Err(EngineError::Cancelled) if matches!(job.purpose, Purpose::Directions(_)) => {}
        Err(EngineError::Cancelled) => state
            .toasts
            .push(Level::Info, format!("{}: stopped", job.title)),
        Err(error) => {
            if let Purpose::Directions(model) = &job.purpose {
                // Don't ask again and again; the panel says that there are none.
                state.engine.directions.entry(model.clone()).or_default();
            }
            state
                .toasts
                .push(Level::Error, format!("{}: {error}", job.title));
        }
    }
}

/// Brings the canvas' request in line with the document.
pub fn sync_canvas(state: &mut AppState, services: &mut Services, hand_on: bool) {
    use crate::engine::protocol::Tier;
    if !state.engine.library_known {
        return;
    }
    let work = match state.view.workspace {
        Workspace::Explore => explore_work(state),
        Workspace::Style => state.doc.style.params().map(|p| Work::Style(p.into())),
        Workspace::Gallery => None,
    };
    let draft = Tier::Draft(state.prefs.draft_side);
    // Behind the grid of neighbours a draft is enough.
    let grid = state.view.neighbours
        && state.view.workspace == Workspace::Explore
        && matches!(work, Some(Work::Explore(_)));
    let full = if grid {
        draft
    } else {
        Tier::Full(full_side(state))
    };
    if let Some(request) = state.previews.ask_canvas(work, draft, full, hand_on) {
        services.engine.send(request);
    }
}

/// What Explore's canvas shows: a generator's picture, or a photo in Lens.
fn explore_work(state: &AppState) -> Option<Work> {
    let doc = &state.doc.explore;
    match doc.lens_doc() {
        // One that isn't read yet would only fail.
        Some(lens) => {
            state.photos.of(lens.photo.as_ref()?)?;
            doc.lens_params().map(|p| Work::Lens(p.into()))
        }
        None => doc.current().map(|p| Work::Explore(p.clone().into())),
    }
}

/// Longer side of the full preview: the picture's own, bounded so that one
/// preview stays a matter of moments.
fn full_side(state: &AppState) -> u32 {
    match state.view.workspace {
        Workspace::Style => 1024,
        _ => state
            .doc
            .explore
            .current()
            .and_then(|p| p.size)
            .map_or(1024, |[w, h]| w.max(h).min(1536)),
    }
}
