//! What engine, gallery, hub and desktop answer goes into the state here.

use crate::app::explore::drag;
use crate::app::plain_words::PlainWords;
use crate::app::ports::Services;
use crate::app::previews::Received;
use crate::app::queue::Actions;
use crate::app::state::AppState;
use crate::app::{
    canvas, device_events, finish, gallery, hub, job_events, library_events, open_files, spaces,
};
use crate::engine::protocol::{Channel, Event};

/// Takes everything that waits. Returns follow-up actions.
pub fn drain(state: &mut AppState, services: &mut Services) -> Actions {
    let mut follow = Actions::default();
    while let Some(event) = services.engine.try_recv() {
        engine_event(event, state, services, &mut follow);
    }
    while let Some(event) = services.gallery.try_recv() {
        gallery::events::gallery_event(event, state, services, &mut follow);
    }
    while let Some(event) = services.hub.try_recv() {
        hub::events::hub_event(event, state, services);
    }
    while let Some(action) = services.system.try_recv() {
        follow.push(action);
    }
    follow
}

fn engine_event(event: Event, state: &mut AppState, services: &mut Services, follow: &mut Actions) {
    match event {
        Event::Ready(device) => device_events::ready(device, state),
        Event::SmallerTiles(gpu) => device_events::smaller_tiles(&gpu, state),
        // Said when the photo was opened.
        Event::PhotoNotes { .. } => {}
        Event::Library(library) => library_events::arrived(&library, state, services),
        Event::Preview {
            channel,
            seq,
            work,
            tier,
            picture,
            took,
        } => {
            let shown = Received {
                picture,
                work,
                tier,
                took,
            };
            if channel == Channel::Finish {
                finish::events::look(seq, shown, state);
                return;
            }
            if channel == Channel::Spaces {
                spaces::shown::came(seq, shown, state);
                return;
            }
            if state.previews.receive(channel, seq, shown) {
                state.engine.last_took = Some(took);
                canvas::remember_thumb(state);
            }
        }
        Event::PreviewFailed {
            channel,
            seq,
            error,
        } => match channel {
            Channel::Finish => finish::events::failed(seq, error, state),
            Channel::Spaces => spaces::shown::failed(seq, error, state),
            _ => state.previews.fail(channel, seq, error),
        },
        Event::Opened { path, result } => open_files::opened(path, result, state, follow),
        Event::Estimate { seq, estimate } => {
            if seq == state.engine.estimate_seq {
                state.engine.estimate = Some(estimate);
                state.engine.estimate_error = None;
            }
        }
        Event::EstimateFailed { seq, error } => {
            if seq == state.engine.estimate_seq {
                state.engine.estimate = None;
                state.engine.estimate_error = Some(PlainWords::of_engine(&error));
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
        Event::Dragged {
            id,
            steps,
            points,
            picture,
        } => drag::stepped(id, steps, &points, picture, state),
        Event::Done { id, result } => job_events::ended(id, result, state, services, follow),
        Event::Refused { what, error } => {
            state.toasts.error(what, PlainWords::of_engine(&error));
        }
        Event::Queue { previewing, .. } => state.engine.previewing = previewing,
    }
}
