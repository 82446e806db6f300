//! What can be done with the user's own styles: a part of the protocol.

use std::path::PathBuf;

use crate::recipe::SourceRef;

/// Something to do with the user's own styles. They are named as
/// [`StyleInfo::own`](super::protocol::StyleInfo::own) names them.
#[derive(Debug, Clone, PartialEq)]
pub enum StyleTask {
    /// Keep a picture as a style.
    Keep {
        /// The picture, with artist and licence as far as they are known.
        picture: SourceRef,
        /// What it is called from now on.
        title: String,
    },
    /// Call a style something else, or put it under another heading.
    Describe {
        /// Which.
        style: String,
        /// Its name.
        title: String,
        /// Heading; empty for the usual one.
        group: String,
    },
    /// Put a style aside.
    Delete {
        /// Which.
        style: String,
    },
    /// Bring back what was put aside.
    Restore {
        /// As [`StyleDone::Deleted`] told.
        token: String,
    },
    /// Write a style as one file.
    Export {
        /// Which.
        style: String,
        /// The file; one that is there is replaced.
        to: PathBuf,
    },
    /// Take a style's file over.
    Import {
        /// The file.
        from: PathBuf,
    },
    /// Give up learning that was interrupted.
    Discard {
        /// Its file.
        learning: PathBuf,
    },
}

/// What came of a [`StyleTask`].
#[derive(Debug, Clone, PartialEq)]
pub enum StyleDone {
    /// Kept, under this name.
    Kept {
        /// What its files are named.
        style: String,
        /// Its name.
        title: String,
    },
    /// It is called so, or stands there, now.
    Described,
    /// Put aside.
    Deleted {
        /// To bring it back.
        token: String,
        /// Its name.
        title: String,
    },
    /// It is back.
    Restored {
        /// As it was told.
        token: String,
        /// Its name.
        title: String,
    },
    /// Written.
    Exported(PathBuf),
    /// Taken over.
    Imported {
        /// What its files are named.
        style: String,
        /// Its name.
        title: String,
        /// It was here already.
        already: bool,
    },
    /// Learning was given up.
    Discarded,
}
