//! Pictures that are in use but that nobody saved: sent from one workspace to another, or about
//! to be exported. They lie in a folder of their own, beside the session, and are no part of
//! the gallery; what nobody uses any more is cleaned away.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::protocol::{Entry, PictureId};
use super::{Gallery, GalleryError, layout};
use crate::picture::Picture;
use crate::recipe::Recipe;

/// Bytes that pictures out of use may take.
const MOST_BYTES: u64 = 1 << 30;
/// How long a picture stays after it was last in use: another window may need it, and so may
/// a step back in a history.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);
/// What was made so lately isn't cleaned away, however large: another window may be about to
/// use it.
const NEW: Duration = Duration::from_secs(3600);

/// The folder of pictures in use, opened.
#[derive(Debug)]
pub struct SessionPictures {
    store: Gallery,
}

impl SessionPictures {
    /// Opens the folder, or makes it.
    ///
    /// # Errors
    /// As [`Gallery::open_and_reconcile`].
    pub fn open(folder: &Path) -> Result<Self, GalleryError> {
        let store = Gallery::open_and_reconcile(folder)?;
        Ok(Self { store })
    }

    /// The pictures, for reading and copying.
    pub fn store(&self) -> &Gallery {
        &self.store
    }

    /// The pictures, to change what is written with them.
    pub fn store_mut(&mut self) -> &mut Gallery {
        &mut self.store
    }

    /// Whether a picture is one of these.
    pub fn holds(&self, id: PictureId) -> bool {
        self.store.layout().holds(id)
    }

    /// Lays a picture aside; the same one only once.
    ///
    /// # Errors
    /// As [`Gallery::save`].
    pub fn keep(&mut self, picture: &Picture, recipe: &Recipe) -> Result<Entry, GalleryError> {
        // They stay on this machine, and go on from what they were made of; copies that leave it
        // are written as the user wants.
        let mut settings = self.store.settings().clone();
        if !settings.source_names {
            settings.source_names = true;
            self.store.set_settings(settings);
        }
        let (entry, there) = self.store.save_once(picture, recipe)?;
        if there {
            used(&entry.path, SystemTime::now());
        }
        Ok(entry)
    }

    /// Cleans away what wasn't in use for a month and, beyond a gibibyte, what wasn't in use for
    /// longest. Pictures at `in_use` stay, whatever their size and age.
    ///
    /// # Errors
    /// The folder can't be read.
    pub fn tidy(&mut self, in_use: &[PathBuf], now: SystemTime) -> Result<(), GalleryError> {
        self.tidy_to(in_use, now, MOST_BYTES)
    }

    fn tidy_to(
        &mut self,
        in_use: &[PathBuf],
        now: SystemTime,
        most: u64,
    ) -> Result<(), GalleryError> {
        let mut idle = Vec::new();
        for entry in self.store.list(&Default::default())? {
            if in_use.contains(&entry.path) {
                used(&entry.path, now);
            } else if let Ok(file) = fs::metadata(&entry.path) {
                let since = file.modified().unwrap_or(now);
                let age = now.duration_since(since).unwrap_or_default();
                idle.push((age, file.len(), entry.path));
            }
        }
        idle.sort_by_key(|(age, ..)| *age);
        let mut bytes = 0;
        for (age, size, path) in idle {
            bytes += size;
            if age > LONGEST || (bytes > most && age > NEW) {
                remove(&path);
                remove(&layout::sidecar(&path));
            }
        }
        self.store.reconcile(&mut |_, _| true)?;
        Ok(())
    }
}

/// Notes that a picture is in use: its file's time says when it last was.
fn used(path: &Path, now: SystemTime) {
    let set = File::options()
        .append(true)
        .open(path)
        .and_then(|file| file.set_modified(now));
    if let Err(e) = set {
        log::warn!("{}: {e}", path.display());
    }
}

fn remove(path: &Path) {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            log::warn!("{}: {e}", path.display());
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::{ExploreParams, Making, UNFINISHED_VERSION};

    fn keep(pictures: &mut SessionPictures, seed: u64) -> PathBuf {
        let picture = Picture::from_rgba(2, 1, vec![seed as u8; 8]).unwrap();
        let recipe = Recipe {
            version: UNFINISHED_VERSION,
            software: "Limner".into(),
            created: "2026-11-29T10:00:00Z".into(),
            device: String::new(),
            making: Making::Explore(ExploreParams::new("fruit", seed)),
            models: Vec::new(),
            sources: Vec::new(),
            resolved_ws: None,
            finish: None,
            extra: Default::default(),
        };
        pictures.keep(&picture, &recipe).unwrap().path
    }

    #[test]
    fn the_same_picture_is_laid_aside_once() {
        let dir = tempfile::tempdir().unwrap();
        let mut pictures = SessionPictures::open(dir.path()).unwrap();
        let first = keep(&mut pictures, 1);
        assert_eq!(keep(&mut pictures, 1), first);
        assert_ne!(keep(&mut pictures, 2), first);
        assert_eq!(pictures.store().len().unwrap(), 2);
    }

    #[test]
    fn what_is_in_use_stays_and_the_rest_is_bounded_in_age_and_size() {
        let dir = tempfile::tempdir().unwrap();
        let mut pictures = SessionPictures::open(dir.path()).unwrap();
        let paths: Vec<PathBuf> = (1..=4).map(|seed| keep(&mut pictures, seed)).collect();
        let now = SystemTime::now();
        let hour = Duration::from_secs(3600);
        for (at, hours) in [(0, 24 * 40), (1, 24 * 40), (2, 48), (3, 24)] {
            used(&paths[at], now - hour * hours);
        }
        let there = || paths.iter().map(|p| p.exists()).collect::<Vec<_>>();
        pictures.tidy(&paths[..1], now).unwrap();
        assert_eq!(there(), [true, false, true, true]);
        // Room for one of the two that are out of use.
        let most = fs::metadata(&paths[3]).unwrap().len();
        pictures.tidy_to(&paths[..1], now, most).unwrap();
        assert_eq!(there(), [true, false, false, true]);
        // Used a moment ago: a month from then on it is still there.
        pictures.tidy(&[], now + hour).unwrap();
        assert_eq!(there(), [true, false, false, true]);
    }
}
