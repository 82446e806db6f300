//! The photos in use: read once, kept while they are worked on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::protocol::{EngineError, OpenedPhoto};
use super::recent::Recent;
use super::resample::shrink_to;
use crate::photo;
use crate::photo::Photo;
use crate::recipe::SourceRef;

/// Bytes of photos kept; the one in use always is.
const KEPT: usize = 256 << 20;

/// A file as it was when read.
#[derive(Debug, Clone, PartialEq)]
struct Stamp {
    path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let meta = std::fs::metadata(path).ok()?;
        Some(Self {
            path: path.to_path_buf(),
            length: meta.len(),
            modified: meta.modified().ok(),
        })
    }
}

/// Photos read lately.
pub(crate) struct Photos {
    read: Recent<Stamp, Arc<Photo>>,
    /// What was said of files read since somebody asked.
    noted: Vec<(PathBuf, Vec<String>)>,
}

impl Photos {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self {
            read: Recent::new(KEPT),
            noted: Vec::new(),
        }
    }

    /// A photo at full size, from memory if the file is unchanged.
    pub(crate) fn read(&mut self, path: &Path) -> Result<Arc<Photo>, EngineError> {
        let stamp = Stamp::of(path);
        if let Some(photo) = stamp.as_ref().and_then(|s| self.read.get(s)) {
            return Ok(photo);
        }
        let photo = Arc::new(photo::read(path)?);
        self.note(path, &photo.notes);
        if let Some(stamp) = stamp {
            let bytes = photo.picture.rgba().len();
            self.read.put(stamp, Arc::clone(&photo), bytes);
        }
        Ok(photo)
    }

    fn note(&mut self, path: &Path, notes: &[String]) {
        if !notes.is_empty() && self.noted.iter().all(|(noted, _)| noted != path) {
            self.noted.push((path.to_path_buf(), notes.to_vec()));
        }
    }

    /// What is to be said of the files read since the last call.
    pub(crate) fn take_notes(&mut self) -> Vec<(PathBuf, Vec<String>)> {
        std::mem::take(&mut self.noted)
    }

    /// The photo that a recipe names, if it is in memory and unchanged.
    pub(crate) fn knows(&mut self, source: &SourceRef) -> Option<Arc<Photo>> {
        let photo = self.read.get(&Stamp::of(Path::new(&source.path))?)?;
        (source.sha256.is_empty() || photo.source.sha256 == source.sha256).then_some(photo)
    }

    /// The photo that a recipe names, if it is still the same, and whether it was
    /// read just now.
    pub(crate) fn source(&mut self, source: &SourceRef) -> Result<(Arc<Photo>, bool), EngineError> {
        if source.path.is_empty() {
            return Err(EngineError::BadPicture {
                reason: "it isn't known where this picture is; open it again".into(),
                path: source.name.clone(),
            });
        }
        if let Some(photo) = self.knows(source) {
            return Ok((photo, false));
        }
        let photo = self.read(Path::new(&source.path))?;
        if !source.sha256.is_empty() && photo.source.sha256 != source.sha256 {
            return Err(EngineError::BadPicture {
                reason: "this file has changed since; open it again".into(),
                path: source.path.clone(),
            });
        }
        Ok((photo, true))
    }

    /// Reads a photo and gives a copy for the window.
    pub(crate) fn open(&mut self, path: &Path, max_side: u32) -> Result<OpenedPhoto, EngineError> {
        let photo = self.read(path)?;
        let mut notes = photo.notes.clone();
        let mut recipe = None;
        if let Ok(metadata) = crate::export::metadata::read(path) {
            notes.extend(metadata.notes);
            recipe = metadata.recipe.map(Box::new);
        }
        Ok(OpenedPhoto {
            source: photo.source.clone(),
            size: photo.picture.size(),
            picture: shrink_to(&photo.picture, max_side.max(1)),
            recipe,
            notes,
        })
    }
}
