//! Deleting into a bin within the gallery, and bringing back, also after a restart.
//! Each deletion is a folder with a manifest that is written before anything moves:
//! whatever happens, every picture is either in its place or in the bin, whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::protocol::{BinBatch, PictureId};
use super::{Gallery, GalleryError, decode, layout};
use crate::clock;
use crate::export::ExportError;
use crate::export::atomic::{self, Existing};
use crate::picture::Picture;
use crate::unfinished;

const MANIFEST: &str = "manifest.json";

/// What one deletion took.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Manifest {
    /// Seconds since 1970.
    deleted: i64,
    pictures: Vec<Item>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Item {
    /// Path within the gallery.
    path: String,
    /// Name within the bin's folder; its sidecar has `.xmp` behind it.
    name: String,
    title: String,
}

impl Gallery {
    /// Moves pictures with their sidecars to the bin; the token brings them back.
    ///
    /// # Errors
    /// The failure of the disk. What was moved before it can be brought back.
    pub fn delete(&mut self, ids: &[PictureId]) -> Result<(u64, usize), GalleryError> {
        let _lock = self.lock()?;
        let mut pictures = Vec::new();
        let mut found = Vec::new();
        for id in ids {
            let Ok(entry) = self.index.get(&self.layout, *id) else {
                continue;
            };
            let path = self.index.path(&self.layout, *id)?;
            let extension = entry.path.extension().and_then(|e| e.to_str());
            let name = format!("{}.{}", pictures.len(), extension.unwrap_or("png"));
            pictures.push(Item {
                path,
                name,
                title: entry.title,
            });
            found.push(*id);
        }
        if pictures.is_empty() {
            return Err(GalleryError::Gone);
        }
        let (token, folder) = self.new_bin_folder()?;
        let manifest = Manifest {
            deleted: clock::now(),
            pictures,
        };
        let json = serde_json::to_vec_pretty(&manifest).unwrap_or_default();
        atomic::write_bytes(&folder.join(MANIFEST), Existing::Keep, &json)?;
        let moved = self.move_out(&manifest, &folder)?;
        if let Err(e) = self.index.remove(&found) {
            // The files are the truth; the next look at the folder mends the index.
            log::warn!("{e}");
        }
        Ok((token, moved))
    }

    /// A new folder, named by the moment and the gallery.
    fn new_bin_folder(&self) -> Result<(u64, PathBuf), GalleryError> {
        let bin = self.layout.bin();
        make_folder(&bin)?;
        let mut token = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |d| d.as_millis() as u64);
        // No two galleries give the same one, so that none undoes the other's deletion.
        token = token << 16 | self.layout.number() & 0xffff;
        loop {
            let folder = bin.join(token.to_string());
            match fs::create_dir(&folder) {
                Ok(()) => {
                    atomic::sync_folder(&bin).map_err(|e| ExportError::writing(&bin, e))?;
                    return Ok((token, folder));
                }
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => token += 1 << 16,
                Err(e) => return Err(ExportError::writing(&folder, e).into()),
            }
        }
    }

    /// Moves what isn't in the bin yet, sidecars first, so that a picture in the bin
    /// always has its labels there. Returns how many pictures are in the bin.
    fn move_out(&self, manifest: &Manifest, folder: &Path) -> Result<usize, GalleryError> {
        let mut moved = 0;
        let mut left = Vec::new();
        for item in &manifest.pictures {
            let picture = self.layout.absolute(&item.path);
            let target = folder.join(&item.name);
            move_if_there(&layout::sidecar(&picture), &layout::sidecar(&target))?;
            move_if_there(&picture, &target)?;
            if target.exists() {
                moved += 1;
            }
            let parent = atomic::folder_of(&picture).to_path_buf();
            if !left.contains(&parent) {
                left.push(parent);
            }
        }
        atomic::sync_folder(folder).map_err(|e| ExportError::writing(folder, e))?;
        for parent in left.iter().filter(|p| p.exists()) {
            atomic::sync_folder(parent).map_err(|e| ExportError::writing(parent, e))?;
        }
        Ok(moved)
    }

    /// Brings back what a deletion took, under a new name where the old one is taken.
    ///
    /// # Errors
    /// [`GalleryError::BinEmpty`], or the first failure of the disk; what wasn't brought back
    /// stays in the bin.
    pub fn undelete(&mut self, token: u64) -> Result<Vec<PictureId>, GalleryError> {
        let lock = self.lock()?;
        let folder = self.layout.bin().join(token.to_string());
        let manifest = read_manifest(&folder).ok_or(GalleryError::BinEmpty)?;
        let mut back = Vec::new();
        let mut failure = None;
        for item in there(&manifest, &folder) {
            // One that can't be moved keeps no other in the bin.
            if let Err(e) = self.move_back(&folder.join(&item.name), &item.path, &mut back) {
                failure = failure.or(Some(e));
            }
        }
        if failure.is_none() {
            let removed = fs::remove_dir_all(&folder);
            failure = removed
                .err()
                .map(|e| ExportError::writing(&folder, e).into());
        }
        drop(lock);
        let refreshed = self.refresh(&back);
        failure.map_or(Ok(()), Err)?;
        refreshed?;
        Ok(back
            .iter()
            .filter_map(|p| self.layout.relative(p))
            .map(|r| self.layout.id(&r))
            .collect())
    }

    /// Moves one picture with its labels out of the bin, and notes its new place in `back`.
    fn move_back(
        &self,
        from: &Path,
        old: &str,
        back: &mut Vec<PathBuf>,
    ) -> Result<(), GalleryError> {
        let labels = layout::sidecar(from);
        let to = self.free_place(old, labels.exists())?;
        move_if_there(&labels, &layout::sidecar(&to))?;
        rename_free(from, &to)?;
        back.push(to.clone());
        let parent = atomic::folder_of(&to);
        Ok(atomic::sync_folder(parent).map_err(|e| ExportError::writing(parent, e))?)
    }

    /// The old place, or a free name beside it: no picture is there, and no sidecar where the
    /// picture brings its own. One without takes what is there: a move that was cut short brought
    /// the labels before the picture.
    fn free_place(&self, relative: &str, labelled: bool) -> Result<PathBuf, GalleryError> {
        let old = self.layout.absolute(relative);
        let parent = atomic::folder_of(&old);
        make_folder(parent)?;
        let is_free = |to: &Path| !(to.exists() || labelled && layout::sidecar(to).exists());
        if is_free(&old) {
            return Ok(old);
        }
        let stem = old.file_stem().unwrap_or_default().to_string_lossy();
        let extension = old.extension().and_then(|s| s.to_str()).unwrap_or("png");
        for n in 2..10_000 {
            let to = layout::numbered(parent, &stem, extension, n);
            if is_free(&to) {
                return Ok(to);
            }
        }
        Err(ExportError::Exists(old).into())
    }

    /// What lies in the bin, newest first.
    pub fn bin(&self) -> Vec<BinBatch> {
        let mut batches: Vec<BinBatch> = bin_folders(&self.layout.bin())
            .into_iter()
            .filter_map(|(token, folder)| {
                let manifest = read_manifest(&folder)?;
                let there: Vec<&Item> = there(&manifest, &folder).collect();
                (!there.is_empty()).then(|| BinBatch {
                    token,
                    count: there.len(),
                    deleted: manifest.deleted,
                    titles: there.iter().map(|i| i.title.clone()).collect(),
                    bytes: there.iter().map(|i| bytes(&folder.join(&i.name))).sum(),
                })
            })
            .collect();
        batches.sort_by_key(|b| std::cmp::Reverse(b.token));
        batches
    }

    /// Deletes for good what was deleted before a moment.
    ///
    /// # Errors
    /// The failure of the disk.
    pub fn empty_bin(&mut self, before: i64) -> Result<(), GalleryError> {
        let _lock = self.lock()?;
        for (token, folder) in bin_folders(&self.layout.bin()) {
            // A token is the deletion's moment in milliseconds.
            let deleted = read_manifest(&folder).map_or(token as i64 / 1000, |m| m.deleted);
            let old = deleted < before;
            if old {
                fs::remove_dir_all(&folder).map_err(|e| ExportError::writing(&folder, e))?;
            }
        }
        Ok(())
    }

    /// Deletes one batch for good.
    ///
    /// # Errors
    /// [`GalleryError::BinEmpty`], or the failure of the disk.
    pub fn discard(&mut self, token: u64) -> Result<(), GalleryError> {
        let _lock = self.lock()?;
        let folder = self.layout.bin().join(token.to_string());
        match fs::remove_dir_all(&folder) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Err(GalleryError::BinEmpty),
            done => done.map_err(|e| ExportError::writing(&folder, e).into()),
        }
    }

    /// A picture in the bin, small: longer side at most `side` pixels.
    ///
    /// # Errors
    /// [`GalleryError::BinEmpty`], or a file that can't be read.
    pub fn bin_look(&self, token: u64, at: usize, side: u32) -> Result<Picture, GalleryError> {
        let folder = self.layout.bin().join(token.to_string());
        let manifest = read_manifest(&folder).ok_or(GalleryError::BinEmpty)?;
        let item = there(&manifest, &folder).nth(at);
        let item = item.ok_or(GalleryError::BinEmpty)?;
        Ok(decode::thumbnail(&folder.join(&item.name), side)?)
    }

    /// Mends deletions that a crash cut short: labels go where their picture is.
    pub(super) fn finish_deletions(&self) -> Result<(), GalleryError> {
        for (_, folder) in bin_folders(&self.layout.bin()) {
            match read_manifest(&folder) {
                Some(manifest) => {
                    self.put_back_labels(&manifest, &folder)?;
                    // Nothing was moved yet, or all of it is back.
                    if holds_no_picture(&folder) {
                        remove_folder(&folder);
                    }
                }
                // The manifest comes before everything: nothing was moved yet.
                None if holds_no_picture(&folder) => remove_folder(&folder),
                None => log::warn!("{}: its list is damaged", folder.display()),
            }
        }
        Ok(())
    }

    /// Labels whose picture stayed in its place go back to it.
    fn put_back_labels(&self, manifest: &Manifest, folder: &Path) -> Result<(), GalleryError> {
        for item in &manifest.pictures {
            let target = folder.join(&item.name);
            let picture = self.layout.absolute(&item.path);
            let home = layout::sidecar(&picture);
            if !target.exists() && picture.exists() && !home.exists() {
                move_if_there(&layout::sidecar(&target), &home)?;
            }
        }
        Ok(())
    }
}

/// What of a deletion is in the bin.
fn there<'a>(manifest: &'a Manifest, folder: &'a Path) -> impl Iterator<Item = &'a Item> {
    let items = manifest.pictures.iter();
    items.filter(|item| folder.join(&item.name).exists())
}

/// Of a picture and its labels.
fn bytes(picture: &Path) -> u64 {
    let of = |path: &Path| fs::metadata(path).map_or(0, |m| m.len());
    of(picture) + of(&layout::sidecar(picture))
}

fn bin_folders(bin: &Path) -> Vec<(u64, PathBuf)> {
    let Ok(entries) = fs::read_dir(bin) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|e| Some((e.file_name().to_str()?.parse().ok()?, e.path())))
        .collect()
}

/// Whether there is nothing but a list or the beginning of one.
fn holds_no_picture(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|entries| {
        entries.flatten().all(|e| {
            let name = e.file_name();
            name == MANIFEST || name.to_string_lossy().starts_with(unfinished::PART_PREFIX)
        })
    })
}

fn remove_folder(folder: &Path) {
    if let Err(e) = fs::remove_dir_all(folder) {
        log::warn!("{}: {e}", folder.display());
    }
}

fn read_manifest(folder: &Path) -> Option<Manifest> {
    let bytes = fs::read(folder.join(MANIFEST)).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn make_folder(folder: &Path) -> Result<(), GalleryError> {
    fs::create_dir_all(folder).map_err(|e| ExportError::writing(folder, e).into())
}

fn move_if_there(from: &Path, to: &Path) -> Result<(), GalleryError> {
    match rename_free(from, to) {
        Err(GalleryError::File(ExportError::NoFolder(_) | ExportError::NotFound(_)))
            if !from.exists() =>
        {
            Ok(())
        }
        other => other,
    }
}

/// Renames to a name that nobody has; never overwrites.
pub(super) fn rename_free(from: &Path, to: &Path) -> Result<(), GalleryError> {
    atomic::rename_new(from, to).map_err(|e| ExportError::writing(to, e).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHOTO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/sample/photo.jpg");

    #[test]
    fn another_programs_sidecar_in_the_old_place_holds_no_picture_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut gallery = Gallery::open(dir.path()).unwrap();
        let apple = gallery.import(Path::new(PHOTO)).unwrap();
        let pear = gallery.import(Path::new(PHOTO)).unwrap();
        gallery.set_title(apple.id, "Apple").unwrap();
        gallery.set_title(pear.id, "Pear").unwrap();
        let (token, _) = gallery.delete(&[apple.id, pear.id]).unwrap();
        let stray = layout::sidecar(&apple.path);
        fs::write(&stray, "another program's").unwrap();
        let back = gallery.undelete(token).unwrap();
        let titles = back.iter().map(|id| gallery.get(*id).unwrap().title);
        assert_eq!(titles.collect::<Vec<_>>(), ["Apple", "Pear"]);
        assert_eq!(fs::read_to_string(&stray).unwrap(), "another program's");
        assert!(gallery.bin().is_empty());
    }

    #[test]
    fn labels_that_came_back_before_their_picture_are_met_again() {
        let dir = tempfile::tempdir().unwrap();
        let mut gallery = Gallery::open(dir.path()).unwrap();
        let apple = gallery.import(Path::new(PHOTO)).unwrap();
        gallery.set_title(apple.id, "Apple").unwrap();
        let (token, _) = gallery.delete(&[apple.id]).unwrap();
        let binned = gallery.layout.bin().join(token.to_string()).join("0.jpg");
        let labels = layout::sidecar(&apple.path);
        fs::rename(layout::sidecar(&binned), &labels).unwrap();
        assert_eq!(gallery.undelete(token).unwrap(), [apple.id]);
        assert_eq!(gallery.get(apple.id).unwrap().title, "Apple");
    }

    #[test]
    fn a_picture_that_cannot_come_back_keeps_no_other_in_the_bin() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("folder");
        fs::create_dir(&folder).unwrap();
        fs::copy(PHOTO, folder.join("inside.jpg")).unwrap();
        let mut gallery = Gallery::open_and_reconcile(dir.path()).unwrap();
        let inside = gallery.list(&Default::default()).unwrap()[0].id;
        let other = gallery.import(Path::new(PHOTO)).unwrap().id;
        let (token, _) = gallery.delete(&[inside, other]).unwrap();
        // A file has the folder's name now.
        fs::remove_dir(&folder).unwrap();
        fs::write(&folder, "").unwrap();
        assert!(gallery.undelete(token).is_err());
        assert!(gallery.get(other).is_ok(), "listed, whatever failed");
        assert_eq!(gallery.bin()[0].count, 1);
        fs::remove_file(&folder).unwrap();
        assert_eq!(gallery.undelete(token).unwrap(), [inside]);
    }
}
