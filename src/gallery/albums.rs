//! Albums: names on pictures, kept in their sidecars like stars and tags.

use super::protocol::{AlbumEdit, PictureId};
use super::{Gallery, GalleryError, words};

impl Gallery {
    /// Every album with its number of pictures, by name.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn albums(&self) -> Result<Vec<(String, usize)>, GalleryError> {
        self.index.albums()
    }

    /// Changes albums; returns once that is safely on disk, with the pictures that it was about.
    ///
    /// # Errors
    /// As [`Gallery::change_labels`].
    pub fn edit_albums(&mut self, edit: &AlbumEdit) -> Result<Vec<PictureId>, GalleryError> {
        match edit {
            AlbumEdit::Add(ids, name) => {
                let name = words::one_line(name);
                if !name.is_empty() {
                    self.change_labels(ids, |l| put(&mut l.albums, &name))?;
                }
                Ok(ids.clone())
            }
            AlbumEdit::Remove(ids, name) => {
                self.change_labels(ids, |l| l.albums.retain(|a| a != name))?;
                Ok(ids.clone())
            }
            AlbumEdit::Rename { from, to } => {
                let to = words::one_line(to);
                let ids = self.index.in_album(&self.layout, from)?;
                if !to.is_empty() && to != *from {
                    self.change_labels(&ids, |l| {
                        l.albums.retain(|a| a != from);
                        put(&mut l.albums, &to);
                    })?;
                }
                Ok(ids)
            }
            AlbumEdit::Delete(name) => {
                let ids = self.index.in_album(&self.layout, name)?;
                self.change_labels(&ids, |l| l.albums.retain(|a| a != name))?;
                Ok(ids)
            }
        }
    }
}

fn put(albums: &mut Vec<String>, name: &str) {
    if !albums.iter().any(|a| a == name) {
        albums.push(name.to_owned());
    }
}
