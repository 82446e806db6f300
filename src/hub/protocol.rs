//! What the window and the hub's threads say to each other: plain data.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use super::catalog::{Entry, Group};
pub use super::client::Found;
pub use super::transfer::Progress;
pub use super::trouble::Trouble;
pub use crate::import::ImportStep;

/// A download or an import. The window counts up from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId(pub u64);

/// A model that is wanted, as it was offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Download {
    /// `owner/name`.
    pub repo: String,
    /// Commit, 40 hexadecimal digits.
    pub commit: String,
    /// File in it.
    pub file: String,
    /// Bytes.
    pub bytes: u64,
    /// The licence that was shown and accepted.
    pub licence: String,
    /// Hash of what it said then, see [`super::Repo::licence_text`]. Older lists of downloads
    /// have none, which is no hash of any text.
    #[serde(default)]
    pub licence_text: String,
    /// Name of its blob in the cache.
    pub etag: String,
}

/// What there is to be had, before anything is fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// `owner/name`.
    pub repo: String,
    /// Its page.
    pub page: String,
    /// Licence as its card says; `unknown` where it doesn't.
    pub licence: String,
    /// Access has to be asked for.
    pub gated: bool,
    /// One download for each file that Limner may be able to open.
    pub files: Vec<Download>,
}

/// What the window asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum HubRequest {
    /// Look for models. The answer to an older question doesn't come any more.
    Search {
        /// Comes back with the answer.
        seq: u64,
        /// Words.
        words: String,
    },
    /// Ask what a repository, or an entry of the curated list, has. Fetches nothing.
    Look {
        /// Comes back with the answer.
        seq: u64,
        /// `owner/name`, or the name of an entry of the curated list (which has no slash).
        repo: String,
    },
    /// Fetch a model; its licence was read and accepted.
    Pull {
        /// Its number from now on.
        id: TaskId,
        /// What.
        download: Download,
    },
    /// Stop, keeping what came.
    Pause(TaskId),
    /// Go on.
    Resume(TaskId),
    /// Stop, throwing away what came.
    Cancel(TaskId),
    /// Bring in a checkpoint file of the user's own.
    Import {
        /// Its number from now on.
        id: TaskId,
        /// The file.
        file: PathBuf,
    },
    /// The offline switch: on, running downloads pause and nothing connects.
    Offline(bool),
    /// End, keeping what came.
    Shutdown,
}

/// What the window hears.
#[derive(Debug, Clone, PartialEq)]
pub enum HubEvent {
    /// The curated list; once, at the start.
    Recommended(Vec<Entry>),
    /// What a search found.
    Found {
        /// Of the search.
        seq: u64,
        /// Models, or why none.
        result: Result<Vec<Found>, Trouble>,
    },
    /// What a repository has.
    Offered {
        /// Of the question.
        seq: u64,
        /// The offer, or why there is none.
        result: Result<Offer, Trouble>,
    },
    /// A download of an earlier start, paused.
    Pending(TaskId, Download),
    /// A task waits for its turn.
    Queued(TaskId),
    /// How far a task is.
    Progress(TaskId, Progress),
    /// The bytes are there and checked; the network is being read.
    Opening(TaskId),
    /// How far an import is.
    Importing(TaskId, ImportStep),
    /// Stopped, and what came is kept; with the reason, unless the user wanted it.
    Paused(TaskId, Option<Trouble>),
    /// A request that wasn't taken: too many wait already.
    Refused(Box<HubRequest>),
    /// A task ended.
    Ended(TaskId, Result<Added, Ending>),
}

/// A model that is there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// Its name among the models.
    pub name: String,
    /// What it is, one line.
    pub summary: String,
}

/// Why a task ended without a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The user cancelled.
    Cancelled,
    /// It failed, in words.
    Failed(Trouble),
}
