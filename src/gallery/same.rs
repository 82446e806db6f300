//! Pictures that are kept already: the same recipe and the same pixels are one picture.

use super::fingerprint::fingerprint;
use super::index::Index;
use super::layout::FolderLayout;
use super::protocol::{Entry, PictureId};
use super::{Gallery, GalleryError, decode};
use crate::picture::Picture;
use crate::recipe::Recipe;

impl Gallery {
    /// Keeps a picture as [`Gallery::save`] does, unless the same one is there already: then
    /// that one is told, and `true`.
    ///
    /// # Errors
    /// As [`Gallery::save`].
    pub fn save_once(
        &mut self,
        picture: &Picture,
        recipe: &Recipe,
    ) -> Result<(Entry, bool), GalleryError> {
        if let Some(entry) = self.same(picture, recipe)? {
            return Ok((entry, true));
        }
        Ok((self.save(picture, recipe)?, false))
    }

    /// The picture of the gallery that has this recipe and these pixels, if there is one.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn same(&self, picture: &Picture, recipe: &Recipe) -> Result<Option<Entry>, GalleryError> {
        let made_alike = self.index.made_alike(&self.layout, &fingerprint(recipe))?;
        for id in made_alike {
            let Ok(entry) = self.get(id) else { continue };
            // A file that was changed, or can't be read any more, is another picture.
            let there = (entry.size == picture.size()).then(|| decode::picture(&entry.path));
            if let Some(Ok(there)) = there
                && there.rgba() == picture.rgba()
            {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }
}

impl Index {
    /// Pictures whose recipe has this [`fingerprint`], newest first.
    ///
    /// # Errors
    /// The failure of SQLite.
    fn made_alike(
        &self,
        layout: &FolderLayout,
        fingerprint: &str,
    ) -> Result<Vec<PictureId>, GalleryError> {
        let mut statement = self.db.prepare_cached(
            "SELECT id FROM picture WHERE making = ?1 ORDER BY created DESC, id DESC",
        )?;
        let rows = statement.query_map([fingerprint], |r| Ok(layout.numbered(r.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
