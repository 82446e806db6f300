//! Models from outside: what is known of the hub, downloads, imports; and the one
//! place that changes it.

use std::path::PathBuf;

use super::action::Level;
use super::services::Services;
use super::state::AppState;
use crate::engine::protocol::Request;
use crate::hub::protocol::{
    Added, Ending, Entry, Found, HubEvent, HubRequest, ImportStep, Offer, Order, Progress, TaskId,
};

/// What panels ask for.
#[derive(Debug, Clone, PartialEq)]
pub enum HubEdit {
    /// Look for models by words.
    Search(String),
    /// What a repository has; none closes the answer.
    Look(Option<String>),
    /// Fetch this; its licence was read and accepted.
    Fetch(Order),
    /// Stop, keeping what came.
    Pause(TaskId),
    /// Go on.
    Resume(TaskId),
    /// Stop, throwing away what came.
    Cancel(TaskId),
    /// Take a failed one out of sight.
    Dismiss(TaskId),
    /// Bring in a checkpoint file.
    Import(PathBuf),
}

/// What is known of the hub.
#[derive(Debug, Default)]
pub struct HubState {
    /// Limner's own list.
    pub recommended: Vec<Entry>,
    /// What the last search found; nothing before the first.
    pub found: Option<Result<Vec<Found>, String>>,
    /// The repository that is being looked at.
    pub looking: Option<String>,
    /// What it has, once told.
    pub offer: Option<Result<Offer, String>>,
    /// A search is under way.
    pub searching: bool,
    /// Downloads and imports, in the order they were asked for.
    pub tasks: Vec<HubTask>,
    seq: u64,
    next: u64,
}

/// A download or an import.
#[derive(Debug, Clone, PartialEq)]
pub struct HubTask {
    /// Number.
    pub id: TaskId,
    /// `owner/name`, or the file's name.
    pub title: String,
    /// Bytes in all, for downloads.
    pub bytes: Option<u64>,
    /// What it does.
    pub stage: HubStage,
}

/// What a task does.
#[derive(Debug, Clone, PartialEq)]
pub enum HubStage {
    /// Waits for its turn.
    Queued,
    /// Bytes come.
    Fetching(Progress),
    /// The network is being checked and read.
    Opening,
    /// A file of the user's own is brought in.
    Importing(ImportStep),
    /// Stopped, can go on; with the reason, unless the user wanted it.
    Paused(Option<String>),
    /// Being stopped.
    Stopping,
    /// Ended without a model, and why.
    Failed(String),
}

impl HubState {
    fn task(&mut self, id: TaskId) -> Option<&mut HubTask> {
        self.tasks.iter_mut().find(|t| t.id == id)
    }

    fn set(&mut self, id: TaskId, stage: HubStage) {
        if let Some(task) = self.task(id) {
            task.stage = stage;
        }
    }

    /// As [`Self::set`], unless it is being stopped.
    fn go_on(&mut self, id: TaskId, stage: HubStage) {
        if let Some(task) = self.task(id)
            && task.stage != HubStage::Stopping
        {
            task.stage = stage;
        }
    }

    fn add(&mut self, title: String, bytes: Option<u64>, stage: HubStage) -> TaskId {
        let id = TaskId(self.next);
        self.next += 1;
        self.tasks.push(HubTask {
            id,
            title,
            bytes,
            stage,
        });
        id
    }
}

/// Carries out what a panel asked for.
pub fn edit(edit: HubEdit, state: &mut AppState, services: &mut Services) {
    let hub = &mut state.hub;
    let request = match edit {
        HubEdit::Search(words) => {
            hub.seq += 1;
            hub.searching = true;
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
        HubEdit::Fetch(order) => {
            (hub.looking, hub.offer) = (None, None);
            let id = hub.add(order.repo.clone(), Some(order.bytes), HubStage::Queued);
            HubRequest::Pull { id, order }
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
        HubEvent::Begun(id, order) => hub.tasks.push(HubTask {
            id,
            title: order.repo,
            bytes: Some(order.bytes),
            stage: HubStage::Paused(None),
        }),
        HubEvent::Queued(id) => hub.set(id, HubStage::Queued),
        HubEvent::Progress(id, progress) => hub.go_on(id, HubStage::Fetching(progress)),
        HubEvent::Importing(id, step) => hub.go_on(id, HubStage::Importing(step)),
        HubEvent::Opening(id) => hub.set(id, HubStage::Opening),
        HubEvent::Paused(id, why) => hub.set(id, HubStage::Paused(why)),
        HubEvent::Ended(id, Ok(added)) => arrived(id, added, state, services),
        HubEvent::Ended(id, Err(Ending::Cancelled)) => hub.tasks.retain(|t| t.id != id),
        HubEvent::Ended(id, Err(Ending::Failed(why))) => {
            let title = hub.task(id).map(|t| t.title.clone()).unwrap_or_default();
            hub.set(id, HubStage::Failed(why.clone()));
            state.toasts.push(Level::Error, format!("{title}: {why}"));
        }
    }
}

/// A new model: the engine looks again, and it appears in the studio.
fn arrived(id: TaskId, added: Added, state: &mut AppState, services: &mut Services) {
    state.hub.tasks.retain(|t| t.id != id);
    let Added { name, summary } = added;
    state
        .toasts
        .push(Level::Info, format!("{name} is there now: {summary}"));
    services.engine.send(Request::Rescan);
}
