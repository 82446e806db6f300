//! What is found out of pictures after they are listed: the hashes of their files and the colours
//! that prevail. It takes its time, and a file may change meanwhile: each is noted of a state.

use std::path::PathBuf;

use rusqlite::params;

use super::index::Index;
use super::layout::FolderLayout;
use super::protocol::{Colour, FileState, PictureId};
use super::{Gallery, GalleryError};

impl Gallery {
    /// Pictures whose content hash isn't known yet, newest first, at most `n`, with their
    /// states.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn without_hash(
        &self,
        n: usize,
    ) -> Result<Vec<(PictureId, FileState, PathBuf)>, GalleryError> {
        self.index.without("sha256", &self.layout, n)
    }

    /// Pictures whose prevailing colour isn't known yet, newest first, at most `n`, with their
    /// states.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn without_colour(
        &self,
        n: usize,
    ) -> Result<Vec<(PictureId, FileState, PathBuf)>, GalleryError> {
        self.index.without("colour", &self.layout, n)
    }

    /// Notes the content hash of a picture that was in this state before it was read; where it
    /// has changed since, nothing.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn note_hash(
        &mut self,
        id: PictureId,
        of: FileState,
        sha256: &str,
    ) -> Result<(), GalleryError> {
        self.index.set_hash(id, of, sha256)
    }

    /// Notes the colour that prevails in a picture, as with [`Gallery::note_hash`].
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn note_colour(
        &mut self,
        id: PictureId,
        of: FileState,
        colour: Colour,
    ) -> Result<(), GalleryError> {
        self.index.set_colour(id, of, Some(colour))
    }

    /// Notes that a picture has no colour, for it can't be decoded; not tried again until
    /// its file changes.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn note_colourless(&mut self, id: PictureId, of: FileState) -> Result<(), GalleryError> {
        self.index.set_colour(id, of, None)
    }
}

impl Index {
    /// Notes the hash of a file in a state; nothing where it is in another one now.
    ///
    /// # Errors
    /// The failure of SQLite.
    fn set_hash(&mut self, id: PictureId, of: FileState, sha256: &str) -> Result<(), GalleryError> {
        self.db
            .prepare_cached(
                "UPDATE picture SET sha256 = ?2 WHERE id = ?1 AND bytes = ?3 AND modified = ?4",
            )?
            .execute(params![id.file, sha256, of.bytes, of.modified])?;
        Ok(())
    }

    /// Notes the colour that prevails in a file in a state, or that it can't be looked at, by a
    /// number that is no colour's; nothing where it is in another state now.
    ///
    /// # Errors
    /// The failure of SQLite.
    fn set_colour(
        &mut self,
        id: PictureId,
        of: FileState,
        colour: Option<Colour>,
    ) -> Result<(), GalleryError> {
        let number = colour.map_or(-1, |colour| colour as i64);
        self.db
            .prepare_cached(
                "UPDATE picture SET colour = ?2 WHERE id = ?1 AND bytes = ?3 AND modified = ?4",
            )?
            .execute(params![id.file, number, of.bytes, of.modified])?;
        Ok(())
    }

    /// Pictures of which this column isn't known yet, newest first, at most `n`, with the states
    /// of their files.
    ///
    /// # Errors
    /// The failure of SQLite.
    fn without(
        &self,
        column: &str,
        layout: &FolderLayout,
        n: usize,
    ) -> Result<Vec<(PictureId, FileState, PathBuf)>, GalleryError> {
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT id, path, bytes, modified FROM picture WHERE {column} IS NULL
             ORDER BY created DESC LIMIT ?1"
        ))?;
        let rows = statement.query_map([n as i64], |r| {
            let state = FileState {
                bytes: r.get(2)?,
                modified: r.get(3)?,
            };
            let path = layout.absolute(r.get_ref(1)?.as_str()?);
            Ok((layout.numbered(r.get(0)?), state, path))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
