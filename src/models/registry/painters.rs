//! Learnt styles: found, read when first used, and the *Restyle* that each belongs to.

use std::path::Path;
use std::sync::Arc;

use super::{Registry, in_memory};
use crate::digest;
use crate::models::ModelError;
use crate::models::learnt::{self, LearntPainter};
use crate::models::learnt_file;
use crate::models::library::Painter;
use crate::models::manifest::Architecture;
use crate::models::scan::FoundModel;
use crate::recipe::StyleSource;

impl Registry {
    /// A learnt style that ships, ready to paint; read when first asked for. `None` for styles that
    /// aren't learnt.
    ///
    /// # Errors
    /// What is wrong with its file, or that the *Restyle* that it belongs to isn't here.
    pub fn learnt(&mut self, id: &str) -> Result<Option<Arc<LearntPainter>>, ModelError> {
        let Some(path) = self.styles.learnt(id).map(Path::to_path_buf) else {
            return Ok(None);
        };
        if let Some(painter) = self.painters.get(id) {
            return Ok(Some(painter));
        }
        let painter = Arc::new(learnt::load(&path, self)?);
        let room = in_memory(self.entry(&painter.restyle)?.info.bytes);
        self.painters.put(id, room, Arc::clone(&painter));
        Ok(Some(painter))
    }

    /// As [`learnt`](Self::learnt), as a recipe names it, by its file's hash, too: the style of this id,
    /// or another one where only that has such a file, or had it before it was called something else.
    ///
    /// # Errors
    /// As [`learnt`](Self::learnt).
    pub fn learnt_as(
        &mut self,
        id: &str,
        sha256: &str,
    ) -> Result<Option<Arc<LearntPainter>>, ModelError> {
        let named = self.learnt(id);
        if matches!(&named, Ok(Some(painter)) if painter.is(sha256)) {
            return named;
        }
        let learnt = self.styles.styles.iter().map(|style| &style.info);
        let learnt = learnt.filter(|style| style.painter == Painter::Learnt);
        let files = learnt.filter_map(|style| match &style.source {
            StyleSource::Builtin(id) => Some((id.clone(), style.file.clone()?)),
            StyleSource::File(_) => None,
        });
        match self.painters.id_of(sha256, files) {
            Some(other) => self.learnt(&other),
            None => named,
        }
    }

    /// The *Restyle* whose weights have this hash, or any.
    pub fn restyle_of(&self, sha256: &str) -> Option<String> {
        let fitting = self.restyles().find(|(_, e)| e.info.sha256 == sha256);
        let found = fitting.or_else(|| self.restyles().next());
        found.map(|(name, _)| name.clone())
    }

    /// Names of all *Restyle* networks.
    pub fn restyle_names(&self) -> Vec<String> {
        self.restyles().map(|(name, _)| name.clone()).collect()
    }

    /// Files of all learnt styles.
    pub fn learnt_files(&self) -> impl Iterator<Item = &Path> {
        let styles = self.styles.styles.iter().map(|style| &style.info);
        let learnt = styles.filter(|style| style.painter == Painter::Learnt);
        learnt.filter_map(|style| style.file.as_deref())
    }

    /// SHA-256 of a learnt style's file.
    ///
    /// # Errors
    /// [`ModelError::NoLearnt`] if there is none of this id, [`ModelError::Unreadable`].
    pub fn learnt_hash(&self, id: &str) -> Result<String, ModelError> {
        let none = || ModelError::NoLearnt(id.to_owned());
        let path = self.styles.learnt(id).ok_or_else(none)?;
        Ok(digest::sha256(&learnt_file::read(path)?))
    }

    fn restyles(&self) -> impl Iterator<Item = (&String, &FoundModel)> {
        let is = |e: &FoundModel| e.manifest.architecture == Architecture::Restyle;
        self.entries.iter().filter(move |(_, entry)| is(entry))
    }
}
