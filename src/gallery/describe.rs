//! A picture file and its sidecar as one line of the index, without decoding pixels.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::fingerprint::fingerprint;
use super::layout::{self, FolderLayout};
use super::protocol::{EntryKind, FileState, PictureId};
use super::{GalleryError, sidecar};
use crate::export::metadata::{self, FileMetadata};
use crate::export::provenance::model_names;
use crate::export::xmp::ns;
use crate::export::{ExportError, SourceType};
use crate::recipe::{Making, Recipe, StyleSource};
use crate::{clock, digest};

/// When and how large: a file whose stamp is the same is taken as unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileStamp {
    /// Bytes of the picture.
    pub bytes: i64,
    /// Nanoseconds since 1970 of the picture's last change.
    pub modified: i64,
    /// Nanoseconds since 1970 of the sidecar's last change, mixed with its size; 0
    /// without one.
    pub sidecar: i64,
}

impl FileStamp {
    /// Stamps a picture as it is now.
    ///
    /// # Errors
    /// The failure of the disk, `NotFound` when it isn't there.
    pub fn of(picture: &Path) -> std::io::Result<Self> {
        let meta = fs::metadata(picture)?;
        if !meta.is_file() {
            return Err(std::io::ErrorKind::NotFound.into());
        }
        let side = layout::sidecar(picture).symlink_metadata().ok();
        let side = side.filter(fs::Metadata::is_file);
        Ok(Self::from_metadata(&meta, side.as_ref()))
    }

    /// Of the picture alone.
    pub fn state(&self) -> FileState {
        FileState {
            bytes: self.bytes,
            modified: self.modified,
        }
    }

    /// From what the system says about both files.
    pub fn from_metadata(picture: &fs::Metadata, sidecar: Option<&fs::Metadata>) -> Self {
        Self {
            bytes: picture.len() as i64,
            modified: nanoseconds(picture),
            sidecar: sidecar.map_or(0, |m| nanoseconds(m) ^ (m.len() as i64) << 1 | 1),
        }
    }
}

fn nanoseconds(meta: &fs::Metadata) -> i64 {
    meta.modified()
        .ok()
        .and_then(|t| t.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |d| d.as_nanos() as i64)
}

/// One line of the index.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Number, from the path.
    pub id: PictureId,
    /// Path within the gallery.
    pub path: String,
    /// Title, or the file's name.
    pub title: String,
    /// Pixels.
    pub size: [u32; 2],
    /// Seconds since 1970.
    pub created: i64,
    /// 0..=5.
    pub stars: u8,
    /// The user's words.
    pub tags: Vec<String>,
    /// Albums.
    pub albums: Vec<String>,
    /// Model.
    pub model: String,
    /// Styles and artists, for the search.
    pub styles: String,
    /// Fingerprint of its recipe.
    pub making: Option<String>,
    /// What it is.
    pub kind: EntryKind,
    /// Content hashes of what it was made from.
    pub sources: Vec<String>,
    /// Hash of the file, where it is known.
    pub sha256: Option<String>,
    /// The file's state when this was read.
    pub stamp: FileStamp,
}

/// Reads one picture's line.
///
/// # Errors
/// The failure of the disk. A damaged picture gets a line, too: the user wants to see
/// that it is there.
pub fn describe(layout: &FolderLayout, relative: &str) -> Result<Row, GalleryError> {
    let path = layout.absolute(relative);
    let stamp = FileStamp::of(&path).map_err(|e| ExportError::reading(&path, e))?;
    let file = match metadata::read(&path) {
        Ok(file) => Some(file),
        Err(ExportError::NotAPicture { .. }) => None,
        Err(e) => return Err(e.into()),
    };
    let side = sidecar::read(&path).ok().flatten();
    let labels = side.unwrap_or_else(|| {
        file.as_ref()
            .map_or_else(Default::default, |f| f.labels.clone())
    });
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let recipe = file.as_ref().and_then(|f| f.recipe.as_ref());
    Ok(Row {
        id: layout.id(relative),
        path: relative.to_owned(),
        title: if labels.title.is_empty() {
            layout::title(&name, recipe)
        } else {
            labels.title
        },
        size: file.as_ref().map_or([0, 0], |f| f.size),
        created: created(file.as_ref(), &stamp),
        stars: labels.stars,
        tags: labels.tags,
        albums: labels.albums,
        model: recipe
            .and_then(|r| model_names(r).into_iter().next())
            .unwrap_or_default(),
        styles: recipe.map(styles).unwrap_or_default(),
        making: recipe.map(fingerprint),
        kind: kind(file.as_ref()),
        sources: recipe.map(sources).unwrap_or_default(),
        sha256: None,
        stamp,
    })
}

fn created(file: Option<&FileMetadata>, stamp: &FileStamp) -> i64 {
    let recipe = file.and_then(|f| f.recipe.as_ref());
    recipe
        .and_then(|r| clock::parse(&r.created))
        .or_else(|| clock::parse(file?.xmp.first(ns::XMP, "CreateDate")?))
        .unwrap_or(stamp.modified / 1_000_000_000)
}

fn kind(file: Option<&FileMetadata>) -> EntryKind {
    let Some(file) = file else {
        return EntryKind::Imported;
    };
    match file.recipe.as_ref().map(|r| &r.making) {
        Some(Making::Explore(_) | Making::Walk(_) | Making::Grow(_)) => EntryKind::Generated,
        Some(Making::Turn(params)) if params.generated().is_some() => EntryKind::Generated,
        Some(Making::Style(_) | Making::StyleWalk(_) | Making::Lens(_)) => EntryKind::Stylised,
        Some(Making::Upscale { .. }) => EntryKind::Enlarged,
        Some(Making::Imported | Making::Material(_) | Making::Hang(_) | Making::Turn(_)) => {
            EntryKind::Imported
        }
        // Kept without a recipe: the label still says it.
        None if !wrote_it(file) => EntryKind::Imported,
        None => match file.source_type {
            Some(
                SourceType::TrainedAlgorithmicMedia
                | SourceType::AlgorithmicMedia
                | SourceType::DataDrivenMedia,
            ) => EntryKind::Generated,
            Some(
                SourceType::CompositeWithTrainedAlgorithmicMedia | SourceType::CompositeSynthetic,
            ) => EntryKind::Stylised,
            Some(SourceType::AlgorithmicallyEnhanced) => EntryKind::Enlarged,
            None => EntryKind::Imported,
        },
    }
}

fn wrote_it(file: &FileMetadata) -> bool {
    file.xmp
        .first(ns::XMP, "CreatorTool")
        .is_some_and(|t| t.starts_with("Limner"))
}

fn styles(recipe: &Recipe) -> String {
    let mut words: Vec<&str> = Vec::new();
    for p in recipe.making.styled() {
        for layer in &p.styles {
            match &layer.style {
                StyleSource::Builtin(id) => words.push(id),
                StyleSource::File(s) => words.extend([s.name.as_str(), s.artist.as_str()]),
            }
        }
    }
    words.extend(recipe.sources.iter().map(|s| s.artist.as_str()));
    words.retain(|w| !w.is_empty());
    words.dedup();
    words.join("\n")
}

fn sources(recipe: &Recipe) -> Vec<String> {
    let mut hashes: Vec<String> = recipe.sources.iter().map(|s| s.sha256.clone()).collect();
    // What was finished is a parent, too.
    let finished = recipe
        .finish
        .iter()
        .map(|finish| finish.picture.sha256.clone());
    hashes.extend(finished.filter(|hash| !hash.is_empty()));
    let named = recipe.making.pictures();
    hashes.extend(named.into_iter().map(|s| s.sha256.clone()));
    hashes.retain(|h| !h.is_empty());
    hashes.sort();
    hashes.dedup();
    hashes
}

/// SHA-256 of a file's bytes, hex.
///
/// # Errors
/// The failure of the disk.
pub fn hash_file(path: &Path) -> Result<String, ExportError> {
    digest::sha256_of_file(path).map_err(|e| ExportError::reading(path, e))
}
