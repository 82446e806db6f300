//! Photos and style pictures in memory.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::app::action::FileRole;
use crate::app::view::Workspace;
use crate::engine::protocol::OpenedPhoto;
use crate::recipe::SourceRef;

/// Photos and style pictures that were read, by content.
#[derive(Debug, Default)]
pub struct Photos {
    by_hash: HashMap<String, OpenedPhoto>,
    /// Files being read, and what for.
    pub opening: HashMap<PathBuf, Opening>,
    /// Files that couldn't be read, and why.
    pub failed: HashMap<PathBuf, String>,
}

/// A file that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// What for.
    pub role: FileRole,
    /// The workspace in which the user asked for it; `None` for what a job brings.
    pub asked_in: Option<Workspace>,
}

impl Photos {
    /// The photo behind a reference.
    pub fn of(&self, source: &SourceRef) -> Option<&OpenedPhoto> {
        self.by_hash.get(&source.sha256)
    }

    /// Why the photo behind a reference couldn't be read.
    pub fn failure(&self, source: &SourceRef) -> Option<&String> {
        self.failed.get(&source.place())
    }

    /// Remembers a photo.
    pub fn insert(&mut self, photo: OpenedPhoto) {
        self.by_hash.insert(photo.source.sha256.clone(), photo);
    }
}
