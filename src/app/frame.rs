//! What the window asks of the studio besides [`crate::app::dispatch`]: a start, a step
//! between two frames, an end.

use std::time::Duration;

use crate::app::action::Action;
use crate::app::canvas;
use crate::app::explore;
use crate::app::finish;
use crate::app::grow::live;
use crate::app::notice::Level;
use crate::app::now::Now;
use crate::app::ports::Services;
use crate::app::queue::Actions;
use crate::app::session::Session;
use crate::app::sources;
use crate::app::spaces;
use crate::app::state::AppState;
use crate::engine::protocol::Request;
use crate::gallery::protocol::GalleryRequest;

/// Pause between two pictures of a random walk.
const WALK_PACE: Duration = Duration::from_millis(33);
/// How soon a change by keys is looked at again to become a step.
const SETTLE_PACE: Duration = Duration::from_millis(120);

/// The state of the last session, or a fresh one.
pub fn begin(session: &mut Session, services: &mut Services) -> AppState {
    let fresh = session.is_fresh();
    let (saved, warning) = session.take_saved();
    let mut state = AppState::new(saved.doc, saved.view, saved.prefs);
    state.finish.recall(saved.finish);
    state.history = session.histories(&state.doc);
    state.named_elsewhere = session.named_elsewhere();
    state.view.start_page |= fresh && session.is_kept() && state.prefs.start_page;
    if let Some(warning) = warning {
        state.toasts.push(Level::Warning, warning);
    }
    sources::reopen_sources(&mut state, services);
    state
}

/// What a step between two frames came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// When the next step is due, if the user does nothing.
    pub next: Option<Duration>,
    /// A random walk moves the picture, as a hand would.
    pub walking: bool,
}

/// Everything that time brings: the random walk goes on, a change becomes a step of
/// the history, the canvas asks for its picture, messages leave. `hand_on`: a button or
/// a slider's key is down.
pub fn tick(state: &mut AppState, services: &mut Services, now: Now, hand_on: bool) -> Tick {
    let walking = explore::apply::walk_on(state, now);
    let hand_on = hand_on || walking;
    let settled = state.history.settle(&state.doc, hand_on, now.time);
    if settled {
        canvas::remember_thumb(state);
    }
    let settling = (state.history.is_pending() && !settled).then_some(SETTLE_PACE);
    if state.finishing().is_some() {
        finish::shown::sync(state, services, hand_on);
    } else {
        canvas::sync(state, services, hand_on);
    }
    live::sync(state, services, hand_on);
    explore::drag::sync(state, services);
    spaces::shown::sync(state, services, hand_on);
    spaces::live::sync(state, services, hand_on);
    let message = state.toasts.expire();
    let pace = walking.then_some(WALK_PACE);
    Tick {
        next: [pace, settling, message].into_iter().flatten().min(),
        walking,
    }
}

/// Whether anything waits that will change something. Panels repeat their preview
/// lists every frame; those that were asked already don't count.
pub fn is_due(actions: &Actions, state: &AppState) -> bool {
    actions.iter().any(|action| match action {
        Action::Previews {
            channel,
            tier,
            items,
        } => !state.previews.was_asked(*channel, *tier, items),
        _ => true,
    })
}

/// Notes how much of the window's time a frame took.
pub fn drawn(state: &mut AppState, time: Duration) {
    state.frames.record(time);
}

/// The window closes: the session is written, the threads end.
pub fn end(state: &mut AppState, services: &mut Services, session: &mut Session) {
    state.history.commit(&state.doc);
    session.save_now(state);
    services.engine.send(Request::Shutdown);
    services.gallery.send(GalleryRequest::Shutdown);
}
