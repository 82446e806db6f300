//! What can be wrong with a picture file, in words that say what to do next.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

/// A picture file that can't be read, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault}: {}", path.display())]
pub struct PhotoError {
    /// What is wrong.
    pub fault: Fault,
    /// With which file.
    pub path: PathBuf,
}

/// What is wrong with a picture file. Each kind says in one line what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nothing of this name.
    #[error("there is no such file; was it moved or renamed?")]
    Missing,
    /// The system says no.
    #[error("you may not read this file; change its permissions or copy it")]
    NotAllowed,
    /// A folder.
    #[error("this is a folder, not a picture; choose a file in it")]
    Folder,
    /// A device, socket or named pipe.
    #[error("this is not a file; save the picture into one first")]
    NotAFile,
    /// No bytes.
    #[error("the file is empty; it was probably never finished, fetch it again")]
    Empty,
    /// The file is longer than any photo.
    #[error("the file is larger than 2 GB; save it smaller")]
    LongFile,
    /// A side is zero.
    #[error("the picture has no pixels; save it again")]
    NoPixels,
    /// More pixels than the limit.
    #[error(
        "the picture is too large ({width} x {height}); Limner reads up to {megapixels} megapixels \
         (LIMNER_MAX_MEGAPIXELS changes that), save it smaller"
    )]
    TooLarge {
        /// Pixels a row.
        width: u64,
        /// Rows.
        height: u64,
        /// The limit, in millions of pixels.
        megapixels: u64,
    },
    /// More metadata than any program writes.
    #[error("the file holds more than 64 MB of metadata; save it again without them")]
    Metadata,
    /// Bytes that contradict their format, or end too early.
    #[error("the file is damaged or cut short; fetch it again ({0})")]
    Damaged(String),
    /// A known kind of picture that Limner doesn't read, by its name.
    #[error("{0} can't be read; export it as JPEG, PNG or TIFF first")]
    Unread(String),
    /// No picture at all, or one that nobody knows.
    #[error("this is not a picture that Limner knows ({0}); export it as JPEG, PNG or TIFF first")]
    Unknown(&'static str),
    /// Nothing that moves.
    #[error(
        "this is no film; choose an animated GIF, PNG or WebP, a folder of pictures, or a video"
    )]
    NotAFilm,
    /// FFmpeg isn't there.
    #[error(
        "videos are read by FFmpeg, which isn't installed; install it, or choose an animated GIF, \
         PNG or WebP, or a folder of pictures"
    )]
    NoFfmpeg,
    /// More frames than anybody watches.
    #[error("the film has no frames, or more than 100,000; cut it shorter")]
    Frames,
    /// The system can't read it.
    #[error("the file can't be read ({0}); is its disk still there?")]
    Io(String),
}

impl Fault {
    /// Damage, with a decoder's own words on one line.
    pub(crate) fn damaged(detail: impl Display) -> Self {
        Self::Damaged(one_line(detail))
    }

    /// A kind of picture that isn't read.
    pub(crate) fn unread(what: impl Display) -> Self {
        Self::Unread(one_line(what))
    }

    /// The system's error.
    pub(crate) fn io(error: &io::Error) -> Self {
        use io::ErrorKind;
        match error.kind() {
            ErrorKind::NotFound => Self::Missing,
            ErrorKind::PermissionDenied => Self::NotAllowed,
            ErrorKind::UnexpectedEof => Self::damaged("it ends too early"),
            _ => Self::Io(one_line(error)),
        }
    }

    /// With the file's name.
    pub(crate) fn at(self, path: &Path) -> PhotoError {
        PhotoError {
            fault: self,
            path: path.to_path_buf(),
        }
    }
}

/// Decoders' own words may hold line breaks; the user gets one line.
fn one_line(text: impl Display) -> String {
    let text = text.to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
