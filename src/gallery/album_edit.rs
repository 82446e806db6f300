//! What can be done with albums.

use crate::gallery::protocol::PictureId;

/// A change of albums. An album is a name on its pictures: it is there while it has one, and a
/// picture may be in several. Names are one line without blanks at their ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlbumEdit {
    /// These pictures into this album.
    Add(Vec<PictureId>, String),
    /// These pictures out of this album.
    Remove(Vec<PictureId>, String),
    /// Another name; where that is an album already, both become one.
    Rename {
        /// As it is called.
        from: String,
        /// As it is to be called.
        to: String,
    },
    /// The album, not its pictures; answered by `AlbumRemoved`.
    Delete(String),
}
