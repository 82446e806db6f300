//! Models from outside: what is known of the hub, downloads, imports.

use crate::hub::protocol::{Download, Entry, Found, ImportStep, Offer, Progress, TaskId, Trouble};
use std::path::PathBuf;

/// What panels ask for.
#[derive(Debug, Clone, PartialEq)]
pub enum HubEdit {
    /// Look for models by words.
    Search(String),
    /// What a repository `owner/name` has, or an entry of the list by its name; none closes
    /// the answer.
    Look(Option<String>),
    /// Fetch this; its licence was read and accepted.
    Fetch(Download),
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
    pub found: Option<Result<Vec<Found>, Trouble>>,
    /// The repository that is being looked at.
    pub looking: Option<String>,
    /// What it has, once told.
    pub offer: Option<Result<Offer, Trouble>>,
    /// A search is under way.
    pub searching: bool,
    /// Downloads and imports, in the order they were asked for.
    pub tasks: Vec<HubTask>,
    pub(crate) seq: u64,
    pub(crate) next: u64,
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
    Paused(Option<Trouble>),
    /// Being stopped.
    Stopping,
    /// Ended without a model, and why.
    Failed(Trouble),
}

impl HubState {
    /// The entry of the curated list that a file is.
    pub fn entry(&self, file: &Download) -> Option<&Entry> {
        self.recommended.iter().find(|entry| {
            let hash = entry.sha256.as_ref();
            (&entry.repo, &entry.file) == (&file.repo, &file.file)
                && hash.is_none_or(|hash| *hash == file.etag)
        })
    }

    /// What a download is called: as the list calls it, or by its repository.
    pub fn title<'a>(&'a self, download: &'a Download) -> &'a str {
        self.entry(download)
            .map_or(&download.repo, |entry| &entry.name)
    }

    pub(crate) fn task(&mut self, id: TaskId) -> Option<&mut HubTask> {
        self.tasks.iter_mut().find(|t| t.id == id)
    }

    pub(crate) fn set(&mut self, id: TaskId, stage: HubStage) {
        if let Some(task) = self.task(id) {
            task.stage = stage;
        }
    }

    /// As [`Self::set`], unless it is being stopped.
    pub(crate) fn go_on(&mut self, id: TaskId, stage: HubStage) {
        if let Some(task) = self.task(id)
            && task.stage != HubStage::Stopping
        {
            task.stage = stage;
        }
    }

    pub(crate) fn add(&mut self, title: String, bytes: Option<u64>, stage: HubStage) -> TaskId {
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
