//! What the dialog for a folder of photos has been told, and what it asks for.

use std::path::PathBuf;

use crate::export::format::Format;

/// The folders, as far as they are chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderDraft {
    /// Where the photos are.
    pub from: Option<PathBuf>,
    /// The photos in it, by name.
    pub photos: Vec<PathBuf>,
    /// Where the results go, if the user said so.
    pub into: Option<PathBuf>,
}

/// Name of the folder for the results, inside that of the photos, until another is chosen.
const INTO: &str = "Styled";

impl FolderDraft {
    /// Where the results go.
    pub fn out(&self) -> Option<PathBuf> {
        let inside = || self.from.as_ref().map(|from| from.join(INTO));
        self.into.clone().or_else(inside)
    }
}

/// A change of the folders, or the start.
#[derive(Debug, Clone, PartialEq)]
pub enum FolderEdit {
    /// The photos of this folder.
    From {
        /// The folder.
        folder: PathBuf,
        /// The pictures in it.
        photos: Vec<PathBuf>,
    },
    /// The results go into this folder.
    Into(PathBuf),
    /// Stylise them.
    Start {
        /// What the files are.
        format: Format,
        /// Longer side in pixels; each photo's own when absent.
        side: Option<u32>,
    },
}
