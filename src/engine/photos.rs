//! The photos in use: read once, kept while they are worked on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::protocol::{EngineError, OpenedPhoto};
use super::recent::Recent;
use super::resample::shrink_to;
use crate::photo;
use crate::photo::{KnownPhotos, Photo};
use crate::picture::Picture;
use crate::recipe::{Making, Recipe, SourceOrigin, SourceRef};

/// Bytes of photos kept; the one in use always is.
const KEPT: usize = 256 << 20;

/// Bytes of reduced photos kept.
const REDUCED: usize = 48 << 20;

/// Bytes, about, of what files said of themselves.
const ORIGINS: usize = 4 << 20;

/// A file as it was when read.
#[derive(Debug, Clone, PartialEq)]
struct PhotoStamp {
    path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
}

impl PhotoStamp {
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
pub(crate) struct PhotoCache {
    read: Recent<PhotoStamp, Arc<Photo>>,
    /// Some of them reduced, by content and halvings.
    reduced: Recent<(String, u32), Picture>,
    known: KnownPhotos,
    /// What the files said of themselves, by content.
    origins: Recent<String, SourceOrigin>,
    /// What was said of files read since somebody asked.
    noted: Vec<(PathBuf, Vec<String>)>,
}

impl PhotoCache {
    /// None in memory yet.
    pub(crate) fn new(known: KnownPhotos) -> Self {
        Self {
            known,
            origins: Recent::new(ORIGINS),
            read: Recent::new(KEPT),
            reduced: Recent::new(REDUCED),
            noted: Vec::new(),
        }
    }

    /// A photo at full size, from memory if the file is unchanged.
    pub(crate) fn read(&mut self, path: &Path) -> Result<Arc<Photo>, EngineError> {
        let stamp = PhotoStamp::of(path);
        if let Some(photo) = stamp.as_ref().and_then(|s| self.read.get(s)) {
            return Ok(photo);
        }
        let photo = Arc::new(photo::read(path)?);
        let sha256 = &photo.source.sha256;
        let origin = crate::export::origin::read(path, sha256);
        let mut notes = photo.notes.clone();
        if !origin.content_credentials.is_empty() {
            notes.push(format!("carries {}", origin.content_credentials));
        }
        self.note(path, &notes);
        self.origins.put(sha256.clone(), origin, 2048);
        self.known.note(&photo.source.sha256, &photo.source.place());
        if let Some(stamp) = stamp {
            let bytes = photo.picture.rgba().len();
            self.read.put(stamp, Arc::clone(&photo), bytes);
        }
        Ok(photo)
    }

    /// A picture of this content reduced by so many halvings, from memory if it was before.
    pub(crate) fn reduced(&mut self, sha256: &str, picture: &Picture, halvings: u32) -> Picture {
        let key = (sha256.to_owned(), halvings);
        if let Some(reduced) = self.reduced.get(&key) {
            return reduced;
        }
        let reduced = crate::grow::reduced(picture, halvings);
        let bytes = reduced.rgba().len();
        self.reduced.put(key, reduced.clone(), bytes);
        reduced
    }

    /// What a file that was read says of itself.
    pub(crate) fn origin(&mut self, source: &SourceRef) -> Option<SourceOrigin> {
        self.origins.get(&source.sha256)
    }

    /// Notes in a recipe what the photos in it say of themselves.
    pub(crate) fn note_origins(&mut self, recipe: &mut Recipe) {
        let photos: Vec<&SourceRef> = match &recipe.making {
            Making::Style(_) | Making::StyleWalk(_) => {
                let styled = recipe.making.styled();
                styled.first().map(|p| &p.photo).into_iter().collect()
            }
            Making::Lens(params) => std::iter::once(&params.photo)
                .chain(params.other.iter().map(|other| &other.picture))
                .collect(),
            Making::Grow(params) => {
                let mut pictures = Vec::new();
                params.each_picture(&mut |picture, whole| {
                    if whole {
                        pictures.push(picture);
                    }
                });
                pictures
            }
            Making::Upscale { .. } => recipe.sources.first().into_iter().collect(),
            Making::Material(params) | Making::Hang(params) => vec![&params.picture],
            Making::Turn(params) => params.picture().into_iter().collect(),
            Making::Explore(_) | Making::Walk(_) | Making::Imported => Vec::new(),
        };
        let origins = photos
            .into_iter()
            .filter_map(|photo| self.origins.get(&photo.sha256))
            .collect();
        recipe.set_origins(origins);
    }

    /// Says something of a file with what is said of those that were read.
    pub(crate) fn note(&mut self, path: &Path, notes: &[String]) {
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
        let stamp = PhotoStamp::of(&self.find(source)?)?;
        let photo = self.read.get(&stamp)?;
        same(&photo, source).then_some(photo)
    }

    /// Where a source lies, if there is a file at all: where it says, or where its
    /// content was seen before.
    pub(crate) fn find(&mut self, source: &SourceRef) -> Option<PathBuf> {
        let told = source.place();
        if told.exists() {
            return Some(told);
        }
        let places = self.known.places(&source.sha256);
        places.into_iter().find(|place| place.exists())
    }

    /// The photo that a recipe names, if it is still the same, and whether it was
    /// read just now.
    pub(crate) fn source(&mut self, source: &SourceRef) -> Result<(Arc<Photo>, bool), EngineError> {
        if let Some(photo) = self.knows(source) {
            return Ok((photo, false));
        }
        let failure = match source.path.as_str() {
            "" => EngineError::BadPicture {
                reason: "it isn't known where this picture is; open it again".into(),
                path: source.name.clone(),
            },
            _ => match self.read(&source.place()) {
                Ok(photo) if same(&photo, source) => return Ok((photo, true)),
                Ok(_) => EngineError::BadPicture {
                    reason: "this file has changed since; open it again".into(),
                    path: source.path.clone(),
                },
                Err(error) => error,
            },
        };
        // Moved, changed or not told: perhaps it lies elsewhere, too.
        for place in self.known.places(&source.sha256) {
            if let Ok(photo) = self.read(&place)
                && same(&photo, source)
            {
                return Ok((photo, true));
            }
        }
        Err(failure)
    }

    /// The photo at a place, which may be the address of a content, see [`SourceRef::place`].
    pub(crate) fn at(&mut self, place: &Path) -> Result<Arc<Photo>, EngineError> {
        match SourceRef::content_of(place) {
            Some(sha256) => {
                let mut source = SourceRef::of_file(Path::new(""), sha256.to_owned());
                source.name = "a photo of the recipe".into();
                Ok(self.source(&source)?.0)
            }
            None => self.read(place),
        }
    }

    /// Reads a photo and gives a copy for the window; `place` may be the address of a
    /// content, see [`SourceRef::place`].
    pub(crate) fn open(&mut self, place: &Path, max_side: u32) -> Result<OpenedPhoto, EngineError> {
        let photo = self.at(place)?;
        let path = &photo.source.place();
        let mut notes = photo.notes.clone();
        let (mut recipe, mut panorama) = (None, false);
        if let Ok(metadata) = crate::export::metadata::read(path) {
            panorama = metadata.is_panorama();
            notes.extend(metadata.notes);
            recipe = metadata.recipe.map(Box::new);
        }
        Ok(OpenedPhoto {
            source: photo.source.clone(),
            size: photo.picture.size(),
            picture: shrink_to(&photo.picture, max_side.max(1)),
            recipe,
            notes,
            panorama,
        })
    }
}

fn same(photo: &Photo, source: &SourceRef) -> bool {
    source.sha256.is_empty() || photo.source.sha256 == source.sha256
}
