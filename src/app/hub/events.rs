//! What the hub's threads answer.

use crate::app::hub::state::HubStage;
use crate::app::hub::state::HubTask;
use crate::app::notice::Level;
use crate::app::plain_words::PlainWords;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::engine::protocol::Request;
use crate::hub::protocol::{Added, Ending, HubEvent, HubRequest, TaskId};

/// Said where too much waits for the hub.
const REFUSED: &str = "Too much is waiting for the hub already; try again in a moment.";

/// Takes one answer in.
pub fn hub_event(event: HubEvent, state: &mut AppState, services: &mut Services) {
    let hub = &mut state.hub;
    match event {
        HubEvent::Recommended(list) => hub.recommended = list,
        HubEvent::Found { seq, result } => {
            if seq == hub.seq {
                hub.searching = false;
                hub.found = Some(result);
            }
        }
        HubEvent::Offered { seq, result } => {
            if seq == hub.seq && hub.looking.is_some() {
                hub.offer = Some(result);
            }
        }
        HubEvent::Pending(id, download) => hub.tasks.push(HubTask {
            id,
            title: hub.title(&download).to_owned(),
            bytes: Some(download.bytes),
            stage: HubStage::Paused(None),
        }),
        HubEvent::Queued(id) => hub.set(id, HubStage::Queued),
        HubEvent::Progress(id, progress) => hub.go_on(id, HubStage::Fetching(progress)),
        HubEvent::Importing(id, step) => hub.go_on(id, HubStage::Importing(step)),
        HubEvent::Opening(id) => hub.go_on(id, HubStage::Opening),
        HubEvent::Paused(id, why) => hub.set(id, HubStage::Paused(why)),
        HubEvent::Refused(request) => refused(*request, state),
        HubEvent::Ended(id, Ok(added)) => arrived(id, added, state, services),
        HubEvent::Ended(id, Err(Ending::Cancelled)) => hub.tasks.retain(|t| t.id != id),
        HubEvent::Ended(id, Err(Ending::Failed(why))) => {
            let title = hub.task(id).map(|t| t.title.clone()).unwrap_or_default();
            hub.set(id, HubStage::Failed(why.clone()));
            let plain = PlainWords {
                details: Some(why.details).filter(|details| !details.is_empty()),
                text: why.message,
            };
            state.toasts.error(&title, plain);
        }
    }
}

/// A request wasn't taken: whatever waited for its answer waits no longer.
fn refused(request: HubRequest, state: &mut AppState) {
    let hub = &mut state.hub;
    match request {
        HubRequest::Search { seq, .. } if seq == hub.seq => {
            hub.searching = false;
            hub.found = Some(Err(REFUSED.into()));
            return;
        }
        HubRequest::Look { seq, .. } if seq == hub.seq && hub.looking.is_some() => {
            hub.offer = Some(Err(REFUSED.into()));
            return;
        }
        HubRequest::Pull { id, .. } | HubRequest::Import { id, .. } => {
            hub.set(id, HubStage::Failed(REFUSED.into()));
        }
        // It goes on as before; its next word says how far it is.
        HubRequest::Pause(id) | HubRequest::Cancel(id) => hub.set(id, HubStage::Queued),
        // The switch shows what is.
        HubRequest::Offline(offline) => state.prefs.offline = !offline,
        HubRequest::Search { .. } | HubRequest::Look { .. } | HubRequest::Shutdown => return,
        HubRequest::Resume(_) => {}
    }
    state.toasts.push(Level::Error, REFUSED);
}

/// A new model: the engine looks again, and it appears in the studio.
pub fn arrived(id: TaskId, added: Added, state: &mut AppState, services: &mut Services) {
    state.hub.tasks.retain(|t| t.id != id);
    let Added { name, summary } = added;
    state
        .toasts
        .push(Level::Info, format!("{name} is ready: {summary}"));
    services.engine.send(Request::Rescan);
}
