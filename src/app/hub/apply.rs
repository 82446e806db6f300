//! What panels ask of the hub, carried out.

use crate::app::hub::state::HubEdit;
use crate::app::hub::state::HubStage;

use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::hub::protocol::{HubRequest, ImportStep};

/// Carries out what a panel asked for.
pub fn edit(edit: HubEdit, state: &mut AppState, services: &mut Services) {
    let hub = &mut state.hub;
    let request = match edit {
        HubEdit::Search(words) => {
            hub.seq += 1;
            // The answer to an older question doesn't come any more, and this one is to be seen.
            (hub.searching, hub.looking, hub.offer) = (true, None, None);
            let seq = hub.seq;
            HubRequest::Search { seq, words }
        }
        HubEdit::Look(None) => {
            (hub.looking, hub.offer) = (None, None);
            return;
        }
        HubEdit::Look(Some(repo)) => {
            hub.seq += 1;
            (hub.looking, hub.offer, hub.searching) = (Some(repo.clone()), None, false);
            let seq = hub.seq;
            HubRequest::Look { seq, repo }
        }
        HubEdit::Fetch(download) => {
            (hub.looking, hub.offer) = (None, None);
            let title = hub.title(&download).to_owned();
            let id = hub.add(title, Some(download.bytes), HubStage::Queued);
            HubRequest::Pull { id, download }
        }
        HubEdit::Pause(id) => {
            hub.set(id, HubStage::Stopping);
            HubRequest::Pause(id)
        }
        HubEdit::Resume(id) => HubRequest::Resume(id),
        HubEdit::Cancel(id) => {
            hub.set(id, HubStage::Stopping);
            HubRequest::Cancel(id)
        }
        HubEdit::Dismiss(id) => {
            hub.tasks.retain(|t| t.id != id);
            return;
        }
        HubEdit::Import(file) => {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let begin = HubStage::Importing(ImportStep::Reading(0, 0));
            let id = hub.add(name.into_owned(), None, begin);
            HubRequest::Import { id, file }
        }
    };
    services.hub.send(request);
}

/// Offline, what is being asked isn't answered.
pub(in crate::app) fn went_offline(state: &mut AppState) {
    let hub = &mut state.hub;
    hub.seq += 1;
    hub.searching = false;
    if hub.offer.is_none() {
        hub.looking = None;
    }
}
