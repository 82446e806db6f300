//! Why a picture could not be written or read, in words that say what to do.

use std::io;
use std::path::{Path, PathBuf};

/// A failure of writing or reading a picture file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// No space, quota or file-size limit reached.
    #[error("the disk is full; free some space and try again: {0}")]
    DiskFull(PathBuf),
    /// The folder or disk doesn't allow writing.
    #[error("this folder can't be written to; choose another one or change its permissions: {0}")]
    ReadOnly(PathBuf),
    /// The folder isn't there.
    #[error("the folder isn't there (any more); create it or choose another one: {0}")]
    NoFolder(PathBuf),
    /// A file of this name is there already and may not be replaced.
    #[error("a file of this name is there already; choose another name: {0}")]
    Exists(PathBuf),
    /// The file isn't there.
    #[error("the file isn't there (any more): {0}")]
    NotFound(PathBuf),
    /// The file is no picture that Limner reads, or it is damaged.
    #[error("{reason}: {path}")]
    NotAPicture {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The format can't hold this picture.
    #[error("{0}")]
    Format(String),
    /// Content Credentials couldn't be written.
    #[error(transparent)]
    Credentials(#[from] super::credentials::CredentialError),
    /// Another failure of the disk.
    #[error(
        "this file can't be read or written ({source}); look whether its disk is there, then try again: {path}"
    )]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl ExportError {
    /// Names a failure of the system's for `path`, which was being written.
    pub fn writing(path: &Path, source: io::Error) -> Self {
        use io::ErrorKind as K;
        let path = path.to_path_buf();
        match source.kind() {
            K::StorageFull | K::QuotaExceeded | K::FileTooLarge => Self::DiskFull(path),
            K::PermissionDenied | K::ReadOnlyFilesystem => Self::ReadOnly(path),
            K::NotFound | K::NotADirectory => Self::NoFolder(path),
            K::AlreadyExists => Self::Exists(path),
            _ => Self::Io { path, source },
        }
    }

    /// Puts the file's name where an encoder didn't know it.
    #[must_use]
    pub fn at(self, path: &Path) -> Self {
        match self {
            Self::DiskFull(_) => Self::DiskFull(path.to_path_buf()),
            Self::ReadOnly(_) => Self::ReadOnly(path.to_path_buf()),
            Self::Io { source, .. } => Self::Io {
                path: path.to_path_buf(),
                source,
            },
            other => other,
        }
    }

    /// Names a failure of the system's for `path`, which was being read.
    pub fn reading(path: &Path, source: io::Error) -> Self {
        use io::ErrorKind as K;
        match source.kind() {
            K::NotFound => Self::NotFound(path.to_path_buf()),
            K::UnexpectedEof | K::InvalidData => Self::NotAPicture {
                path: path.to_path_buf(),
                reason: "the file is cut short or damaged".into(),
            },
            _ => Self::Io {
                path: path.to_path_buf(),
                source,
            },
        }
    }
}
