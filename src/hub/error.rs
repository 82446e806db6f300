//! What can go wrong between the hub and a model, each with what to do next.

use std::time::Duration;

use crate::import::ImportError;

/// Why something of the hub can't be had.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// The switch is off; no connection was opened.
    #[error(
        "Limner is set to work offline; switch that off in the settings (or HF_HUB_OFFLINE) first"
    )]
    Offline,
    /// Not `owner/name`.
    #[error("'{0}' names no model; write it as owner/name, as in the address of its page")]
    BadName(String),
    /// A model, revision or file that the hub doesn't have.
    #[error("the hub has no {0}; look at the spelling (private models need HF_TOKEN)")]
    NotFound(String),
    /// Terms must be agreed to on the hub's page first.
    #[error(
        "'{repo}' is given out after agreeing to its terms: agree at {page}, then set HF_TOKEN to a token of that account and try again"
    )]
    Gated {
        /// The model.
        repo: String,
        /// Where to agree.
        page: String,
    },
    /// No or a wrong token.
    #[error(
        "the hub doesn't let this account have '{repo}'; set HF_TOKEN to a token that may read it ({page})"
    )]
    Denied {
        /// The model.
        repo: String,
        /// Its page.
        page: String,
    },
    /// Too many requests, for longer than Limner waits.
    #[error("the hub is asked too often from here; try again in {} minutes", .0.as_secs().div_ceil(60).max(1))]
    Busy(Duration),
    /// The hub has trouble.
    #[error(
        "the hub has trouble of its own (error {0}); try again later, what came so far is kept"
    )]
    Trouble(u16),
    /// The hub asks for patience; waited out, unless it takes too long.
    #[error("the hub asks to wait {} s", .0.as_secs())]
    Wait(Duration),
    /// No way there.
    #[error("the hub can't be reached ({0}); look at the connection, what came so far is kept")]
    Unreachable(String),
    /// Nothing came for a long time.
    #[error("nothing came for {} s; look at the connection, what came so far is kept", .0.as_secs())]
    Stalled(Duration),
    /// The connection ended before the file did.
    #[error("the connection was cut; try again, what came so far is kept")]
    Cut,
    /// Another file has taken the place of the one that was begun.
    #[error("{0} was changed on the hub while it was fetched; try again")]
    Changed(String),
    /// The bytes aren't those that were announced.
    #[error(
        "'{0}' came with other bytes than announced, twice; it was thrown away. Try again later or from another network"
    )]
    WrongBytes(String),
    /// A file of the list of checked models differs from what was checked.
    #[error("'{0}' isn't the file that was checked for Limner's list; it isn't used")]
    NotAsListed(String),
    /// Nothing to check the bytes against.
    #[error("the hub gives no checksum for '{0}', so it can't be checked and isn't fetched")]
    NoChecksum(String),
    /// An answer that makes no sense.
    #[error("the hub answered strangely ({0}); is HF_ENDPOINT right?")]
    Odd(String),
    /// Not enough room.
    #[error("{} are needed and {} are free in {place}; make room, or set HF_HOME to another disk", megabytes(*.needed), megabytes(*.free))]
    NoSpace {
        /// Bytes.
        needed: u64,
        /// Bytes.
        free: u64,
        /// Which folder.
        place: String,
    },
    /// The disk said no.
    #[error("the disk refuses: {0}")]
    Disk(std::io::Error),
    /// Another program fetches the same file.
    #[error("another program is fetching '{0}' into the same folder; wait for it, then try again")]
    Locked(String),
    /// Nothing that Limner can open.
    #[error(
        "'{0}' holds no file that Limner can open (StyleGAN2 as .pkl or .pt, or a folder made by Limner)"
    )]
    NothingToOpen(String),
    /// More than one checkpoint; which?
    #[error("'{repo}' holds several networks; choose with --file: {}", .files.join(", "))]
    Several {
        /// The model.
        repo: String,
        /// Its checkpoints.
        files: Vec<String>,
    },
    /// The licence wasn't accepted.
    #[error("the licence is '{licence}': read it at {page}; then say yes with --accept-licence")]
    LicenceNotAccepted {
        /// As the hub names it.
        licence: String,
        /// The model's page.
        page: String,
    },
    /// Fetched and checked, but not of a kind that can be opened.
    #[error("'{file}' was fetched and checked, but can't be opened: {error}")]
    Import {
        /// The file.
        file: String,
        /// Why.
        error: ImportError,
    },
    /// Made by a version of Limner that this one doesn't understand, or no model.
    #[error("what was fetched is no model that this version of Limner can use: {0}")]
    Unusable(String),
    /// The list of checked models is damaged.
    #[error("the list of checked models can't be read: {0}")]
    Catalog(String),
    /// A model of that name is there.
    #[error("a model called '{0}' is there already; give another name")]
    Exists(String),
    /// The user paused.
    #[error("paused; what came so far is kept")]
    Paused,
    /// The user cancelled.
    #[error("cancelled")]
    Cancelled,
    /// No home folder.
    #[error("no home folder is known; set HF_HOME to a folder for downloads")]
    NoHome,
}

impl From<std::io::Error> for HubError {
    fn from(error: std::io::Error) -> Self {
        Self::Disk(error)
    }
}

impl HubError {
    /// Whether trying again may help by itself.
    pub fn passes(&self) -> bool {
        matches!(
            self,
            Self::Trouble(_) | Self::Wait(_) | Self::Unreachable(_) | Self::Stalled(_) | Self::Cut
        )
    }

    /// Whether the user stopped it.
    pub fn stopped(&self) -> bool {
        matches!(self, Self::Paused | Self::Cancelled)
    }
}

/// Bytes in words, rounded up.
pub fn megabytes(bytes: u64) -> String {
    if bytes < 1_000_000_000 {
        format!("{:.0} MB", (bytes as f64 / 1e6).ceil())
    } else {
        format!("{:.1} GB", bytes as f64 / 1e9)
    }
}
