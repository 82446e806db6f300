//! A gallery: a folder of pictures, their sidecars, a bin and an index.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::describe::describe;
use super::index::Index;
use super::layout::{self, FolderLayout};
use super::protocol::{Entry, Format, GallerySettings, PictureId, Query};
use super::snapshot::Snapshot;
use super::{GalleryError, decode, sidecar, words};
use crate::export::atomic::{self, Existing};
use crate::export::xmp::UserLabels;
use crate::export::{self, ExportError, Provenance, WriteOptions, metadata};
use crate::gallery::signing::PictureFile;
use crate::picture::Picture;
use crate::recipe::Recipe;
use crate::regular_file;
use crate::unfinished;

/// An open gallery. Each thread opens its own; several programs may have the same
/// folder open.
#[derive(Debug)]
pub struct Gallery {
    pub(super) layout: FolderLayout,
    pub(super) index: Index,
    new_index: bool,
    settings: GallerySettings,
    pub(super) snapshot: Option<Snapshot>,
}

impl Gallery {
    /// Opens a gallery, or makes one. The index is used as it is; when it is missing,
    /// damaged or of another version, a new one is begun and [`Gallery::needs_rebuild`]
    /// says so.
    ///
    /// # Errors
    /// [`GalleryError::Folder`] when the folder can't be made or read.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, GalleryError> {
        let root: PathBuf = folder.into();
        fs::create_dir_all(&root)
            .and_then(|()| fs::read_dir(&root).map(drop))
            .map_err(|e| GalleryError::Folder {
                folder: root.clone(),
                reason: e.to_string(),
            })?;
        // Once it is there: a folder that is missing has no place of its own.
        let layout = FolderLayout::new(root);
        let (index, new_index) = match open_index(&layout) {
            Ok(opened) => opened,
            Err(e) => {
                // Looking is better than nothing: a read-only folder, a file system
                // without locks.
                log::warn!("the gallery's index can't be kept on disk: {e}");
                (Index::in_memory()?, true)
            }
        };
        let gallery = Self {
            layout,
            index,
            new_index,
            settings: GallerySettings::default(),
            snapshot: None,
        };
        if gallery.layout.refuse_links().is_ok() && gallery.layout.bin().exists() {
            let _lock = gallery.lock()?;
            gallery.finish_deletions()?;
        }
        Ok(gallery)
    }

    /// Opens a gallery and brings its index in line with the files before it returns.
    ///
    /// # Errors
    /// As [`Gallery::open`] and [`Gallery::reconcile`].
    pub fn open_and_reconcile(folder: impl Into<PathBuf>) -> Result<Self, GalleryError> {
        let mut gallery = Self::open(folder)?;
        gallery.sweep();
        match gallery.reconcile(&mut |_, _| true) {
            // Damage that shows only when the lines are read.
            Err(e) if e.is_damaged_index() => {
                log::warn!("the gallery's index is damaged ({e}); it is made anew");
                gallery.replace_index()?;
                gallery.reconcile(&mut |_, _| true)?;
            }
            Err(GalleryError::File(ExportError::DiskFull(what))) => {
                // On a full disk everything can still be seen.
                log::warn!(
                    "{} can't grow on the full disk; one in memory stands in",
                    what.display()
                );
                gallery.index = Index::in_memory()?;
                gallery.new_index = true;
                gallery.reconcile(&mut |_, _| true)?;
            }
            other => drop(other?),
        }
        Ok(gallery)
    }

    /// Removes unfinished files that nobody is writing any more.
    pub fn sweep(&self) {
        let mut folders = vec![self.layout.root().to_path_buf()];
        while let Some(folder) = folders.pop() {
            unfinished::sweep(&folder);
            // Below the gallery the pictures' folders, and of Limner's own the bin's.
            let Ok(entries) = fs::read_dir(&folder) else {
                continue;
            };
            let inside = entries.flatten();
            let inside = inside.filter(|e| e.file_type().is_ok_and(|t| t.is_dir()));
            folders.extend(inside.map(|e| e.path()));
        }
    }

    /// Another handle on the same gallery, for another thread.
    ///
    /// # Errors
    /// As [`Gallery::open`].
    pub fn again(&self) -> Result<Self, GalleryError> {
        let mut other = Self::open(self.layout.root())?;
        other.settings = self.settings.clone();
        Ok(other)
    }

    /// Whether the index is new and empty.
    pub fn needs_rebuild(&self) -> bool {
        self.new_index
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.layout.root()
    }

    /// Paths.
    pub fn layout(&self) -> &FolderLayout {
        &self.layout
    }

    /// What goes into files.
    pub fn settings(&self) -> &GallerySettings {
        &self.settings
    }

    /// Changes what goes into files from now on.
    pub fn set_settings(&mut self, settings: GallerySettings) {
        self.settings = settings;
    }

    /// Number of pictures in the index.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn len(&self) -> Result<usize, GalleryError> {
        self.index.len()
    }

    /// Whether the index holds no picture.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn is_empty(&self) -> Result<bool, GalleryError> {
        self.index.is_empty()
    }

    /// Throws the index away and reads all files again.
    ///
    /// # Errors
    /// As [`Gallery::reconcile`].
    pub fn rebuild(
        &mut self,
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<(), GalleryError> {
        self.clear_index()?;
        self.reconcile(progress)?;
        Ok(())
    }

    /// Takes all lines out of the index; [`Gallery::reconcile`] puts them in again.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn clear_index(&mut self) -> Result<(), GalleryError> {
        self.index.clear()
    }

    /// Throws a damaged index away; the next [`Gallery::reconcile`] fills a new one.
    ///
    /// # Errors
    /// The failure of the disk.
    pub fn replace_index(&mut self) -> Result<(), GalleryError> {
        let _lock = self.lock()?;
        self.snapshot = None;
        self.index = Index::in_memory()?;
        self.index = Index::replace(&self.layout.index())?;
        self.new_index = true;
        Ok(())
    }

    /// Whether the index is sound; slow for large ones.
    pub fn check_index(&self) -> bool {
        self.index.check().unwrap_or(false)
    }

    /// Labels of a picture with this recipe.
    pub fn provenance(&self, recipe: &Recipe) -> Provenance {
        let s = &self.settings;
        Provenance::of(recipe, &s.cards, &s.creator, &s.rights)
    }

    /// Keeps a picture as PNG under a readable name; returns once it is safely on disk.
    /// # Errors
    /// A full disk or a folder that can't be written to; then nothing is left behind.
    pub fn save(&mut self, picture: &Picture, recipe: &Recipe) -> Result<Entry, GalleryError> {
        let provenance = self.provenance(recipe);
        let options = WriteOptions {
            recipe: self.settings.recipe,
            source_names: self.settings.source_names,
            photo_credit: self.settings.photo_credit,
            ..WriteOptions::new(Format::Png)
        };
        let stem = layout::stem(Some(recipe), &self.settings.cards);
        let labels = export::labels(Some(recipe), &provenance, &options);
        let file = PictureFile {
            picture,
            deep: None,
            format: Format::Png,
            labels: &labels,
            max_bytes: None,
            recipe: Some(recipe),
            origin: &provenance,
            source_names: options.source_names,
            copy_of: None,
        };
        let path = self.first_free(&stem, "png", &|path| {
            self.write_picture_file(path, Existing::Keep, &file)
        })?;
        self.take_up(&path)
    }

    /// Brings a file in by copying it, byte by byte.
    ///
    /// # Errors
    /// [`ExportError::NotAPicture`], or the failure of the disk.
    pub fn import(&mut self, file: &Path) -> Result<Entry, GalleryError> {
        let kind = metadata::read(file)?.container;
        let stem = file.file_stem().unwrap_or_default();
        let stem = layout::safe_name(&stem.to_string_lossy());
        let extension = match kind {
            export::container::Container::Png => "png",
            export::container::Container::Jpeg => "jpg",
            export::container::Container::WebP => "webp",
            export::container::Container::Tiff => "tif",
            export::container::Container::Gif => "gif",
        };
        let copy = |path: &Path| {
            atomic::write_file(path, Existing::Keep, |out| {
                let mut from =
                    regular_file::open(file).map_err(|e| ExportError::reading(file, e))?;
                let mut out = atomic::Noting::new(out);
                let copied = std::io::copy(&mut from, &mut out).map(drop);
                copied.map_err(|e| match out.failure() {
                    Some(failure) => ExportError::writing(path, failure),
                    None => ExportError::reading(file, e),
                })
            })
        };
        let path = self.first_free(&stem, extension, &copy)?;
        // Labels that another program keeps beside the file come along.
        let labels = layout::sidecar(file);
        if let Err(e) = sidecar::copy(&labels, &layout::sidecar(&path)) {
            log::warn!("{}: {e}", labels.display());
        }
        self.take_up(&path)
    }

    /// Writes under the first name that is free, whoever else is writing.
    fn first_free(
        &self,
        stem: &str,
        extension: &str,
        write: &dyn Fn(&Path) -> Result<(), ExportError>,
    ) -> Result<PathBuf, GalleryError> {
        let root = self.layout.root();
        let mut made_folder = false;
        let mut n = 1;
        loop {
            let path = layout::numbered(root, stem, extension, n);
            if path.exists() || layout::sidecar(&path).exists() {
                n += 1;
                continue;
            }
            match write(&path) {
                Ok(()) => return Ok(path),
                Err(ExportError::Exists(_)) => n += 1,
                // Someone removed the gallery's folder meanwhile.
                Err(ExportError::NoFolder(_)) if !made_folder => {
                    made_folder = true;
                    fs::create_dir_all(root).map_err(|e| ExportError::writing(root, e))?;
                }
                Err(e) => return Err(e.into()),
            }
        }
    }

    /// All hits of a query, in order.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn list(&self, query: &Query) -> Result<Vec<Entry>, GalleryError> {
        self.index.list(&self.layout, query)
    }

    /// One line of the index.
    ///
    /// # Errors
    /// [`GalleryError::Gone`], or the failure of SQLite.
    pub fn get(&self, id: PictureId) -> Result<Entry, GalleryError> {
        self.index.get(&self.layout, id)
    }

    /// What a picture was made from, and what was made from it.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn lineage(&self, id: PictureId) -> Result<(Vec<Entry>, Vec<Entry>), GalleryError> {
        self.index.lineage(&self.layout, id)
    }

    /// Every tag with its number of pictures, the commonest first.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn tags(&self) -> Result<Vec<(String, usize)>, GalleryError> {
        self.index.tags()
    }

    /// The pixels and the recipe of a picture.
    ///
    /// # Errors
    /// [`GalleryError::Gone`], or a file that can't be read.
    pub fn load(&self, id: PictureId) -> Result<(Picture, Option<Recipe>), GalleryError> {
        let path = self.path(id)?;
        let recipe = metadata::read(&path)?.recipe;
        Ok((decode::picture(&path)?, recipe))
    }

    /// The file of a picture.
    ///
    /// # Errors
    /// [`GalleryError::Gone`], or the failure of SQLite.
    pub fn path(&self, id: PictureId) -> Result<PathBuf, GalleryError> {
        Ok(self.layout.absolute(&self.index.path(&self.layout, id)?))
    }

    /// Sets stars, 0..=5.
    ///
    /// # Errors
    /// As [`Gallery::change_labels`].
    pub fn set_stars(&mut self, ids: &[PictureId], stars: u8) -> Result<(), GalleryError> {
        self.change_labels(ids, |l| l.stars = stars.min(5))
    }

    /// Sets a title; an empty one gives the file's name back.
    ///
    /// # Errors
    /// As [`Gallery::change_labels`].
    pub fn set_title(&mut self, id: PictureId, title: &str) -> Result<(), GalleryError> {
        self.change_labels(&[id], |l| l.title = title.trim().to_owned())
    }

    /// Adds a tag where it isn't yet.
    ///
    /// # Errors
    /// As [`Gallery::change_labels`].
    pub fn add_tag(&mut self, ids: &[PictureId], tag: &str) -> Result<(), GalleryError> {
        let tag = words::one_line(tag);
        if tag.is_empty() {
            return Ok(());
        }
        self.change_labels(ids, |l| {
            if !l.tags.contains(&tag) {
                l.tags.push(tag.clone());
            }
        })
    }

    /// Takes a tag away.
    ///
    /// # Errors
    /// As [`Gallery::change_labels`].
    pub fn remove_tag(&mut self, ids: &[PictureId], tag: &str) -> Result<(), GalleryError> {
        let tag = words::one_line(tag);
        self.change_labels(ids, |l| l.tags.retain(|t| *t != tag))
    }

    /// Changes the labels of pictures; returns once they are safely on disk. All that
    /// can be changed are changed, also when some fail.
    ///
    /// # Errors
    /// The first failure: a picture that is gone, a damaged sidecar, the disk.
    pub fn change_labels(
        &mut self,
        ids: &[PictureId],
        change: impl Fn(&mut UserLabels),
    ) -> Result<(), GalleryError> {
        let _lock = self.lock()?;
        let mut failure = None;
        let mut rows = Vec::new();
        for id in ids {
            let changed = self.index.path(&self.layout, *id).and_then(|relative| {
                sidecar::change(&self.layout.absolute(&relative), &change)?;
                describe(&self.layout, &relative)
            });
            match changed {
                Ok(row) => rows.push(row),
                Err(e) => failure = failure.or(Some(e)),
            }
        }
        self.index.put(&rows)?;
        failure.map_or(Ok(()), Err)
    }

    /// Held while sidecars and the bin are changed, against other threads and programs.
    pub(super) fn lock(&self) -> Result<File, GalleryError> {
        lock(&self.layout).map_err(|e| ExportError::writing(&self.layout.own(), e).into())
    }
}

fn lock(layout: &FolderLayout) -> std::io::Result<File> {
    layout.refuse_links()?;
    fs::create_dir_all(layout.own())?;
    let mut options = File::options();
    // What the file holds doesn't matter; it is never cut.
    let file = options.create(true).append(true).open(layout.lock())?;
    // Released when the file is closed, also by a crash.
    file.lock()?;
    Ok(file)
}

fn open_index(layout: &FolderLayout) -> Result<(Index, bool), GalleryError> {
    let _lock = lock(layout).map_err(|e| ExportError::writing(&layout.own(), e))?;
    Index::open(&layout.index())
}
