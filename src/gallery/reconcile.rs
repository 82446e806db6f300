//! Bringing the index in line with the files: at start, after a rebuild, and for
//! what other programs do meanwhile.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rayon::prelude::*;

use super::describe::{FileStamp, Row, describe, hash_file};
use super::layout::{self, FolderLayout};
use super::path_text::text_of;
use super::protocol::{Entry, FileState, PictureId};
use super::{Gallery, GalleryError};
use crate::export::ExportError;

/// Lines written in one transaction, and between two looks at `stop`.
const BATCH: usize = 256;

/// A file system's clock may tick so coarsely: what changed twice within one tick has the same stamp.
const TICK: Duration = Duration::from_secs(2);

/// Whether the picture or its sidecar was changed so lately that their stamp doesn't tell every change apart.
fn is_young(picture: &Path, stamp: FileStamp, now: SystemTime) -> bool {
    let lately = |changed| now.duration_since(changed).is_ok_and(|age| age < TICK);
    let sidecar = || {
        let labels = layout::sidecar(picture).symlink_metadata().ok()?;
        labels.modified().ok()
    };
    let modified = SystemTime::UNIX_EPOCH + Duration::from_nanos(stamp.modified.max(0) as u64);
    lately(modified) || stamp.sidecar != 0 && sidecar().is_some_and(lately)
}

/// What was found to be different.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// New or changed pictures.
    pub read: usize,
    /// Pictures that are gone.
    pub gone: usize,
    /// Pictures that got another name.
    pub renamed: usize,
}

impl Changes {
    /// Whether anything was different.
    pub fn any(self) -> bool {
        self != Self::default()
    }
}

/// All pictures below the gallery's folder with their stamps.
///
/// # Errors
/// [`GalleryError::Folder`] when the gallery's folder can't be read. Folders below it
/// that can't be read are left out.
pub fn walk(layout: &FolderLayout) -> Result<HashMap<String, FileStamp>, GalleryError> {
    let mut found = HashMap::new();
    let mut folders = vec![(layout.root().to_path_buf(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(e) if prefix.is_empty() => {
                return Err(GalleryError::Folder {
                    folder,
                    reason: e.to_string(),
                });
            }
            Err(e) => {
                log::warn!("{}: {e}", folder.display());
                continue;
            }
        };
        let mut pictures = Vec::new();
        let mut sidecars = HashSet::new();
        for entry in entries.flatten() {
            let Some(name) = text_of(&entry.file_name()) else {
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            match entry.file_type() {
                Ok(t) if t.is_dir() => {
                    folders.push((entry.path(), format!("{prefix}{name}/")));
                }
                Ok(_) if layout::is_picture(&entry.path()) => pictures.push((entry, name)),
                Ok(_) if name.ends_with(".xmp") => {
                    sidecars.insert(name);
                }
                _ => {}
            }
        }
        for (entry, name) in pictures {
            // Through a link to its file; pipes, sockets and devices are no pictures.
            let Ok(meta) = fs::metadata(entry.path()) else {
                continue;
            };
            if !meta.is_file() {
                continue;
            }
            let side = sidecars
                .contains(&format!("{name}.xmp"))
                .then(|| layout::sidecar(&entry.path()).symlink_metadata().ok())
                .flatten()
                .filter(fs::Metadata::is_file);
            let stamp = FileStamp::from_metadata(&meta, side.as_ref());
            found.insert(format!("{prefix}{name}"), stamp);
        }
    }
    Ok(found)
}

impl Gallery {
    /// The state of a picture's file now; none if it isn't there.
    pub fn state(&self, id: PictureId) -> Option<FileState> {
        let path = self.path(id).ok()?;
        FileStamp::of(&path).ok().map(|stamp| stamp.state())
    }

    /// Compares the whole folder with the index and mends the index. `progress` is called with
    /// how many of how many pictures have been read and says whether to go on.
    ///
    /// # Errors
    /// The folder can't be read, or the failure of SQLite.
    pub fn reconcile(
        &mut self,
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Changes, GalleryError> {
        // First, since on a full disk the journal may hold all the space that is left.
        self.index.shrink_journal();
        let known = self.index.stamps()?;
        let found = walk(&self.layout)?;
        let changed: Vec<(String, FileStamp)> = found
            .iter()
            .filter(|(path, stamp)| known.get(*path) != Some(*stamp))
            .map(|(p, s)| (p.clone(), *s))
            .collect();
        let gone: Vec<(String, FileStamp)> = known
            .into_iter()
            .filter(|(path, _)| !found.contains_key(path))
            .collect();
        self.apply(changed, gone, progress)
    }

    /// Looks at these paths only (files or their sidecars).
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn refresh(&mut self, paths: &[std::path::PathBuf]) -> Result<Changes, GalleryError> {
        let mut changed = Vec::new();
        let mut gone = Vec::new();
        let mut seen = HashSet::new();
        for path in paths {
            let picture = match path.extension().and_then(|e| e.to_str()) {
                Some("xmp") => path.with_extension(""),
                _ => path.clone(),
            };
            let Some(relative) = self.layout.relative(&picture) else {
                continue;
            };
            if !layout::is_picture(&picture) || !seen.insert(relative.clone()) {
                continue;
            }
            let known = self.index.stamp(&relative)?;
            match (FileStamp::of(&picture).ok(), known) {
                (Some(now), known) if Some(now) != known => changed.push((relative, now)),
                (None, Some(known)) => gone.push((relative, known)),
                _ => {}
            }
        }
        self.apply(changed, gone, &mut |_, _| true)
    }

    fn apply(
        &mut self,
        mut changed: Vec<(String, FileStamp)>,
        gone: Vec<(String, FileStamp)>,
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Changes, GalleryError> {
        let mut changes = Changes {
            renamed: self.follow_renames(&changed, &gone),
            ..Changes::default()
        };
        // Another thread or program may have put a line there since the folder was
        // read: only what is still gone is taken out.
        let gone: Vec<PictureId> = gone
            .iter()
            .filter(|(path, _)| !self.layout.absolute(path).exists())
            .map(|(path, _)| self.layout.id(path))
            .collect();
        for ids in gone.chunks(BATCH) {
            self.index.remove(ids)?;
            changes.gone += ids.len();
        }
        // Newest first: what the user made last is there first.
        changed.sort_unstable_by_key(|(_, s)| std::cmp::Reverse(s.modified));
        let total = changed.len();
        for batch in changed.chunks(BATCH) {
            if !progress(changes.read, total) {
                return Ok(changes);
            }
            let layout = &self.layout;
            let rows: Vec<Row> = batch
                .par_iter()
                .filter_map(|(path, _)| match describe(layout, path) {
                    Ok(row) => Some(row),
                    Err(e) => {
                        log::warn!("{path}: {e}");
                        None
                    }
                })
                .collect();
            changes.read += self.put_current(rows)?;
        }
        if total > 0 {
            progress(total, total);
        }
        Ok(changes)
    }

    /// Puts lines that were read without the lock into the index; returns how many. What another thread or
    /// program has changed since then is read again, so that no line replaces a newer one.
    fn put_current(&mut self, rows: Vec<Row>) -> Result<usize, GalleryError> {
        // In a folder that can't be written to, nobody changes labels.
        let _lock = self.lock().ok();
        let now = SystemTime::now();
        let layout = &self.layout;
        let current = |row: Row| {
            let path = layout.absolute(&row.path);
            match FileStamp::of(&path) {
                Ok(stamp) if stamp == row.stamp && !is_young(&path, stamp, now) => Some(row),
                Ok(_) => describe(layout, &row.path).ok(),
                // Gone meanwhile.
                Err(_) => None,
            }
        };
        let rows: Vec<Row> = rows.into_iter().filter_map(current).collect();
        self.index.put(&rows)?;
        Ok(rows.len())
    }

    /// Puts a file that was just written into the index.
    pub(super) fn take_up(&mut self, path: &Path) -> Result<Entry, GalleryError> {
        let relative = self.layout.relative(path).ok_or(GalleryError::Gone)?;
        let hashed = FileStamp::of(path).map_err(|e| ExportError::reading(path, e))?;
        let sha256 = hash_file(path)?;
        // Only now: hashing takes its time, and somebody may set labels meanwhile.
        let _lock = self.lock().ok();
        let mut row = describe(&self.layout, &relative)?;
        if row.stamp.state() == hashed.state() {
            row.sha256 = Some(sha256);
        }
        let id = row.id;
        self.index.put(&[row])?;
        self.index.get(&self.layout, id)
    }

    /// A picture that another program renamed or moved leaves its sidecar behind:
    /// bring it after. Size and time of the picture tell which is which.
    fn follow_renames(
        &self,
        changed: &[(String, FileStamp)],
        gone: &[(String, FileStamp)],
    ) -> usize {
        let mut by_content: HashMap<(i64, i64), Vec<&str>> = HashMap::new();
        for (path, s) in changed.iter().filter(|(_, s)| s.sidecar == 0) {
            by_content
                .entry((s.bytes, s.modified))
                .or_default()
                .push(path);
        }
        let mut renamed = 0;
        for (old, s) in gone.iter().filter(|(_, s)| s.sidecar != 0) {
            let Some([new]) = by_content.get(&(s.bytes, s.modified)).map(Vec::as_slice) else {
                continue;
            };
            match self.move_sidecar(old, new) {
                Ok(true) => renamed += 1,
                Ok(false) => {}
                Err(e) => log::warn!("{old}: {e}"),
            }
        }
        renamed
    }

    fn move_sidecar(&self, old: &str, new: &str) -> Result<bool, GalleryError> {
        let _lock = self.lock()?;
        let (old, new) = (self.layout.absolute(old), self.layout.absolute(new));
        let (from, to) = (layout::sidecar(&old), layout::sidecar(&new));
        if old.exists() || !new.exists() || !from.exists() || to.exists() {
            return Ok(false);
        }
        super::bin::rename_free(&from, &to)?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A gallery with one picture, and that picture's line as a scan has just read it.
    fn read(folder: &Path) -> (Gallery, PictureId, Row) {
        let mut gallery = Gallery::open(folder).unwrap();
        let photo = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/sample/photo.jpg");
        let entry = gallery.import(Path::new(photo)).unwrap();
        let relative = gallery.layout.relative(&entry.path).unwrap();
        let row = describe(&gallery.layout, &relative).unwrap();
        (gallery, entry.id, row)
    }

    #[test]
    fn labels_set_while_a_scan_reads_stay() {
        let dir = tempfile::tempdir().unwrap();
        let (mut scan, id, row) = read(dir.path());
        let mut session = scan.again().unwrap();
        session.set_title(id, "Still life").unwrap();
        session.set_stars(&[id], 4).unwrap();
        scan.put_current(vec![row]).unwrap();
        let entry = session.get(id).unwrap();
        assert_eq!((entry.title.as_str(), entry.stars), ("Still life", 4));
    }

    #[test]
    fn labels_changed_within_one_tick_of_the_clock_stay() {
        let dir = tempfile::tempdir().unwrap();
        let (mut scan, id, row) = read(dir.path());
        let mut session = scan.again().unwrap();
        // Twice: a sidecar that is new is laid out otherwise.
        session.set_title(id, "Still life A").unwrap();
        session.set_title(id, "Still life B").unwrap();
        let path = scan.layout.absolute(&row.path);
        let once = describe(&scan.layout, &row.path).unwrap();
        let written = layout::sidecar(&path)
            .metadata()
            .unwrap()
            .modified()
            .unwrap();
        session.set_title(id, "Still life C").unwrap();
        let again = fs::File::options()
            .write(true)
            .open(layout::sidecar(&path))
            .unwrap();
        again.set_modified(written).unwrap();
        assert_eq!(
            FileStamp::of(&path).unwrap(),
            once.stamp,
            "no change to see"
        );
        scan.put_current(vec![once]).unwrap();
        assert_eq!(session.get(id).unwrap().title, "Still life C");
    }

    #[test]
    fn a_picture_that_went_while_a_scan_read_it_gets_no_line() {
        let dir = tempfile::tempdir().unwrap();
        let (mut scan, id, row) = read(dir.path());
        fs::remove_file(scan.layout.absolute(&row.path)).unwrap();
        scan.refresh(&[scan.layout.absolute(&row.path)]).unwrap();
        assert_eq!(scan.put_current(vec![row]).unwrap(), 0);
        assert!(scan.get(id).is_err());
    }

    #[test]
    fn labels_set_while_a_new_picture_is_hashed_stay() {
        let dir = tempfile::tempdir().unwrap();
        let gallery = Gallery::open(dir.path()).unwrap();
        let mut files = gallery.again().unwrap();
        let path = dir.path().join("photo.jpg");
        let photo = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/sample/photo.jpg");
        // As whoever sets labels holds it.
        let lock = gallery.lock().unwrap();
        let taken_up = std::thread::Builder::new()
            .name("import".to_owned())
            .spawn(move || files.import(Path::new(photo)).unwrap())
            .unwrap();
        while !path.exists() {
            std::thread::yield_now();
        }
        super::super::sidecar::change(&path, |labels| labels.stars = 4).unwrap();
        drop(lock);
        assert_eq!(taken_up.join().unwrap().stars, 4);
    }

    #[test]
    fn what_was_found_out_of_a_file_before_it_changed_is_not_noted() {
        use crate::gallery::protocol::Colour;
        let dir = tempfile::tempdir().unwrap();
        let (mut gallery, id, row) = read(dir.path());
        let path = gallery.layout.absolute(&row.path);
        let mut bytes = fs::read(&path).unwrap();
        bytes.push(0);
        fs::write(&path, bytes).unwrap();
        gallery.refresh(&[path]).unwrap();
        let old = row.stamp.state();
        gallery.note_hash(id, old, "ab").unwrap();
        gallery.note_colour(id, old, Colour::Red).unwrap();
        gallery.note_colourless(id, old).unwrap();
        let unknown = |gallery: &Gallery| {
            let colours = gallery.without_colour(9).unwrap();
            [gallery.without_hash(9).unwrap(), colours]
        };
        let [hashes, colours] = unknown(&gallery);
        assert_eq!((hashes.len(), colours.len()), (1, 1));
        let (_, now, _) = hashes[0];
        gallery.note_hash(id, now, "ab").unwrap();
        gallery.note_colour(id, now, Colour::Red).unwrap();
        assert!(unknown(&gallery).iter().all(Vec::is_empty));
    }
}
