//! Copies of gallery pictures for elsewhere: other formats, shapes and sizes, contact
//! sheets, with recipe and labels as the user wants them.

use std::path::{Path, PathBuf};

use super::protocol::{Entry, ExportOptions, ExportSize, PictureId, Sheet};
use super::{Gallery, GalleryError, decode, layout};
use crate::cancel::CancelToken;
use crate::export::atomic::{self, Existing};
use crate::export::metadata::FileMetadata;
use crate::export::resize::{Filter, resize};
use crate::export::sheet::SheetBuilder;
use crate::export::xmp::Value;
use crate::export::{self, ExportError, Labels, Provenance, WriteOptions, metadata, presets};
use crate::finish::{self, FinishError};
use crate::gallery::signing::PictureFile;
use crate::photo;
use crate::picture::{ColorSpace, DeepPicture, Picture};
use crate::recipe::{FinishParams, Recipe};
use crate::unfinished;

impl Gallery {
    /// Writes one picture to the file `to`, or several (or one, when `to` is a folder)
    /// into the folder `to`, each under a free name. `progress` is called with how many of how
    /// many are written, for a single one with how many of its rows are computed, and says
    /// whether to go on.
    ///
    /// # Errors
    /// The first failure; what was written before it stays.
    pub fn export_copies(
        &self,
        ids: &[PictureId],
        to: &Path,
        options: &ExportOptions,
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Vec<PathBuf>, GalleryError> {
        sweep_target(to);
        if let ([id], false) = (ids, to.is_dir()) {
            // A file chosen by the user, who was asked about replacing.
            self.not_its_own(*id, to)?;
            let whole = self.export_one(*id, to, Existing::Replace, options, progress)?;
            let written = whole.then(|| to.to_path_buf());
            return Ok(written.into_iter().collect());
        }
        std::fs::create_dir_all(to).map_err(|e| ExportError::writing(to, e))?;
        let mut written = Vec::new();
        for (done, id) in ids.iter().enumerate() {
            if !progress(done, ids.len()) {
                break;
            }
            let go_on = &mut |_, _| progress(done, ids.len());
            match self.export_into(*id, to, options, go_on)? {
                Some(path) => written.push(path),
                None => break,
            }
        }
        Ok(written)
    }

    /// Under the first free name in a folder.
    fn export_into(
        &self,
        id: PictureId,
        to: &Path,
        options: &ExportOptions,
        go_on: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Option<PathBuf>, GalleryError> {
        let stem = layout::safe_name(&self.get(id)?.title);
        let extension = export::extension(options.format);
        let mut n = 1;
        loop {
            let path = layout::numbered(to, &stem, extension, n);
            n += 1;
            if path.exists() {
                continue;
            }
            match self.export_one(id, &path, Existing::Keep, options, go_on) {
                Ok(whole) => return Ok(whole.then_some(path)),
                Err(GalleryError::File(ExportError::Exists(_))) => {}
                Err(e) => return Err(e),
            }
        }
    }

    /// Whether it was written, not stopped.
    fn export_one(
        &self,
        id: PictureId,
        path: &Path,
        existing: Existing,
        options: &ExportOptions,
        go_on: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<bool, GalleryError> {
        let entry = self.get(id)?;
        let file = metadata::read(&entry.path)?;
        let labels = self.copy_labels(&entry, &file, options);
        let whole = decode::picture(&entry.path)?;
        let before = whole.size();
        let mut picture = reshaped(whole, options);
        let resized = picture.size() != before;
        let write = write_options(options);
        let deep = match write.is_plain() {
            true => None,
            false => {
                let recipe = file.recipe.as_ref().filter(|_| !resized);
                let Some(deep) = self.deep(id, &picture, recipe, &write, go_on)? else {
                    return Ok(false);
                };
                Some(deep)
            }
        };
        let deep = deep.filter(|deep| {
            if !write.sixteen {
                picture = deep.to_eight_bits();
            }
            write.sixteen
        });
        let file = PictureFile {
            picture: &picture,
            deep: deep.as_ref(),
            format: options.format,
            labels: &labels,
            max_bytes: options.max_bytes,
            recipe: file.recipe.as_ref(),
            origin: &self.origin(&file),
            source_names: options.source_names,
            copy_of: Some((&entry.path, resized)),
        };
        self.write_picture_file(path, existing, &file)?;
        Ok(true)
    }

    /// Whether a copy can have more than 8 bits a channel: the picture was finished, and the one
    /// before is there.
    ///
    /// # Errors
    /// As [`Gallery::get`], or a file that can't be read.
    pub fn is_deep(&self, id: PictureId) -> Result<bool, GalleryError> {
        let recipe = metadata::read(&self.get(id)?.path)?.recipe;
        let finish = recipe.and_then(|recipe| recipe.finish);
        Ok(finish.is_some_and(|finish| {
            let places = self.places_before(id, &finish);
            places.iter().any(|place| place.is_file())
        }))
    }

    /// Writes many small pictures onto one. Pictures that can't be read leave a gap.
    ///
    /// # Errors
    /// Too many pictures for a sheet, or the failure of the disk. Stopped by
    /// `progress`, nothing is written and the list is empty.
    pub fn export_sheet(
        &self,
        ids: &[PictureId],
        to: &Path,
        sheet: Sheet,
        options: &ExportOptions,
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Vec<PathBuf>, GalleryError> {
        sweep_target(to);
        let mut builder = SheetBuilder::new(ids.len(), sheet)?;
        let mut origins = Vec::new();
        for (done, id) in ids.iter().enumerate() {
            if !progress(done, ids.len()) {
                return Ok(Vec::new());
            }
            self.not_its_own(*id, to)?;
            let entry = self.get(*id)?;
            let path = entry.path;
            match metadata::read(&path).and_then(|file| Ok((decode::picture(&path)?, file))) {
                Ok((picture, file)) => {
                    builder.put(Some(&picture), &entry.title)?;
                    origins.push(self.origin(&file));
                }
                Err(e) => {
                    log::warn!("{e}");
                    builder.put(None, &entry.title)?;
                }
            }
        }
        let settings = self.settings();
        let origin = Provenance::of_sheet(&origins, &settings.creator, &settings.rights);
        // A sheet is for looking at: 8 bits, sRGB.
        let write = WriteOptions {
            sixteen: false,
            space: ColorSpace::Srgb,
            ..write_options(options)
        };
        let labels = export::labels(None, &origin, &write);
        let file = PictureFile {
            picture: &builder.finish()?,
            deep: None,
            format: options.format,
            labels: &labels,
            max_bytes: options.max_bytes,
            recipe: None,
            origin: &origin,
            source_names: options.source_names,
            copy_of: None,
        };
        self.write_picture_file(to, Existing::Replace, &file)?;
        Ok(vec![to.to_path_buf()])
    }

    /// Exactly what [`Gallery::export_copies`] would write beside the pixels of a
    /// picture, line by line.
    ///
    /// # Errors
    /// As [`Gallery::get`], or a file that can't be read.
    pub fn export_preview(
        &self,
        id: PictureId,
        options: &ExportOptions,
    ) -> Result<String, GalleryError> {
        let entry = self.get(id)?;
        let file = metadata::read(&entry.path)?;
        let [w, h] = options.size.of(entry.size);
        let dpi = options.size.dpi();
        let dpi = dpi.map_or_else(String::new, |dpi| format!(", {dpi} pixels per inch"));
        let signature = if self.signs() {
            ", signed with Content Credentials"
        } else {
            ""
        };
        let space = match options.space {
            ColorSpace::Srgb => "sRGB",
            ColorSpace::DisplayP3 => "Display P3",
        };
        let bits = match write_options(options).sixteen {
            true => ", 16 bits a channel",
            false => "",
        };
        let head = format!("{w} x {h} pixels{bits}, {space} colour profile{dpi}{signature}\n");
        Ok(head + &self.copy_labels(&entry, &file, options).preview())
    }

    /// Labels of a copy: those of the picture, and what the user gave it here.
    fn copy_labels(&self, entry: &Entry, file: &FileMetadata, options: &ExportOptions) -> Labels {
        let write = write_options(options);
        let mut labels = export::labels(file.recipe.as_ref(), &self.origin(file), &write);
        if let Some(packet) = &mut labels.xmp {
            let stem = entry.path.file_stem().unwrap_or_default().to_string_lossy();
            if layout::title(&stem, file.recipe.as_ref()) != entry.title {
                packet.put("dc:title", Value::Alt(entry.title.clone()));
            }
            packet.put("dc:subject", Value::Bag(entry.tags.clone()));
            if entry.stars > 0 {
                packet.put("xmp:Rating", Value::Text(entry.stars.to_string()));
            }
        }
        labels
    }

    /// More than 8 bits, or another space: computed from the picture before, where this one was
    /// finished and that one is there; else as much as this one has. None when it is stopped.
    fn deep(
        &self,
        id: PictureId,
        picture: &Picture,
        recipe: Option<&Recipe>,
        write: &WriteOptions,
        go_on: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Option<DeepPicture>, ExportError> {
        let finish = recipe.and_then(|recipe| recipe.finish.as_ref());
        if let Some(finish) = finish
            && let Some(before) = self.before(id, finish)
        {
            let mut progress = |done, total| match go_on(done as usize, total as usize) {
                true => Ok(()),
                false => Err(FinishError::Cancelled),
            };
            let stop = CancelToken::new();
            let settings = &finish.settings;
            match finish::finish_deep(&before, settings, write.space, &stop, &mut progress) {
                Ok(deep) if [deep.width(), deep.height()] == picture.size() => {
                    return Ok(Some(deep));
                }
                Err(FinishError::Cancelled) => return Ok(None),
                _ => {}
            }
        }
        export::converted(picture, write.space).map(Some)
    }

    /// The picture that was finished: where its recipe says, or in the gallery.
    fn before(&self, id: PictureId, finish: &FinishParams) -> Option<Picture> {
        let wanted = &finish.picture.sha256;
        self.places_before(id, finish)
            .into_iter()
            .filter_map(|path| photo::read(&path).ok())
            .find(|photo| !wanted.is_empty() && photo.source.sha256 == *wanted)
            .map(|photo| photo.picture)
    }

    /// Where that may be.
    fn places_before(&self, id: PictureId, finish: &FinishParams) -> Vec<PathBuf> {
        let parents = self
            .lineage(id)
            .map_or_else(|_| Vec::new(), |(parents, _)| parents);
        let listed = parents.into_iter().map(|parent| parent.path);
        std::iter::once(finish.picture.place())
            .chain(listed)
            .collect()
    }

    fn origin(&self, file: &FileMetadata) -> Provenance {
        match &file.recipe {
            Some(recipe) => self.provenance(recipe),
            None => Provenance::of_file(file),
        }
    }

    /// A copy never goes over its original.
    fn not_its_own(&self, id: PictureId, to: &Path) -> Result<(), GalleryError> {
        if self.path(id)? == to {
            return Err(ExportError::Exists(to.to_path_buf()).into());
        }
        Ok(())
    }
}

/// Takes away what a crash left where copies go.
fn sweep_target(to: &Path) {
    let folder = if to.is_dir() {
        to
    } else {
        atomic::folder_of(to)
    };
    unfinished::sweep(folder);
}

fn write_options(options: &ExportOptions) -> WriteOptions {
    WriteOptions {
        recipe: options.recipe,
        source_names: options.source_names,
        photo_credit: options.photo_credit,
        dpi: options.size.dpi(),
        profile: true,
        sixteen: options.sixteen && options.format.holds_sixteen(),
        space: options.space,
        ..WriteOptions::new(options.format)
    }
}

/// In its new size, sharpened when that is another one.
fn reshaped(picture: Picture, options: &ExportOptions) -> Picture {
    let size = options.size.of(picture.size());
    if size == picture.size() {
        return picture;
    }
    let shaped = match options.size {
        ExportSize::Shape(_, fitting) => presets::shape(&picture, size, fitting),
        ExportSize::Same | ExportSize::LongerSide(_) => resize(&picture, size, Filter::Lanczos),
    };
    drop(picture);
    if options.sharpen > 0.0 {
        presets::sharpen(&shaped, options.sharpen.min(1.0))
    } else {
        shaped
    }
}
