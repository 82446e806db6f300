//! What can go wrong in a gallery, in words that say what to do.

use std::path::PathBuf;

use crate::export::ExportError;

/// A failure of the gallery's.
#[derive(Debug, thiserror::Error)]
pub enum GalleryError {
    /// Writing or reading a picture.
    #[error(transparent)]
    File(#[from] ExportError),
    /// The index; it can always be rebuilt.
    #[error(
        "the gallery's index has a problem ({0}); close Limner and open it again, the index is made anew where it is damaged"
    )]
    Index(rusqlite::Error),
    /// The picture was removed meanwhile.
    #[error("this picture isn't in the gallery any more")]
    Gone,
    /// The bin holds nothing under this number.
    #[error("there is nothing to restore; the bin was emptied")]
    BinEmpty,
    /// The folder can't be used.
    #[error("the gallery's folder can't be used ({reason}); choose another one: {folder}")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        reason: String,
    },
    /// A sidecar that is no XMP.
    #[error("the labels beside this picture are damaged; move this file away to start anew: {0}")]
    Sidecar(PathBuf),
    /// The system clipboard.
    #[error("the picture can't be put on the clipboard: {0}")]
    Clipboard(String),
}

impl From<rusqlite::Error> for GalleryError {
    fn from(e: rusqlite::Error) -> Self {
        match e.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => {
                Self::File(ExportError::DiskFull("the gallery's index".into()))
            }
            _ => Self::Index(e),
        }
    }
}

impl GalleryError {
    /// Whether the index file itself is at fault, so that a rebuild helps.
    pub fn is_damaged_index(&self) -> bool {
        use rusqlite::ErrorCode as C;
        match self {
            Self::Index(e) => matches!(
                e.sqlite_error_code(),
                Some(C::DatabaseCorrupt | C::NotADatabase)
            ),
            _ => false,
        }
    }
}
