//! Stars, tags and titles beside a picture, in an XMP file that other programs
//! read and write, too.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::{GalleryError, layout};
use crate::export::atomic::{self, Existing};
use crate::export::xmp::{self, UserLabels};
use crate::export::{ExportError, metadata};
use crate::regular_file;

/// Largest sidecar that is read; darktable's are some hundred kilobytes at most.
const MAX: u64 = 16 << 20;

/// The labels beside a picture; `None` when there is no sidecar.
///
/// # Errors
/// The failure of the disk.
pub fn read(picture: &Path) -> Result<Option<UserLabels>, GalleryError> {
    let packet = text(picture)?;
    Ok(packet.map(|p| UserLabels::from_properties(&xmp::parse(&p))))
}

fn text(picture: &Path) -> Result<Option<String>, GalleryError> {
    let path = layout::sidecar(picture);
    let read = || {
        let file = regular_file::open_unlinked(&path)?;
        if file.metadata()?.len() > MAX {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut bytes = Vec::new();
        file.take(MAX).read_to_end(&mut bytes).map(|_| bytes)
    };
    match read() {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(ExportError::reading(&path, e).into()),
    }
}

/// Changes the labels beside a picture; what else the sidecar holds stays. Without a
/// sidecar, the labels inside the picture are where the change starts from. The
/// caller holds the gallery's lock.
///
/// # Errors
/// [`GalleryError::Gone`] when the picture isn't there, [`GalleryError::Sidecar`] when
/// the sidecar is no XMP (it is left alone), or the failure of the disk.
pub fn change(
    picture: &Path,
    change: impl FnOnce(&mut UserLabels),
) -> Result<UserLabels, GalleryError> {
    if !picture.exists() {
        return Err(GalleryError::Gone);
    }
    let path = layout::sidecar(picture);
    let existing = text(picture)?;
    let before = match &existing {
        Some(packet) => UserLabels::from_properties(&xmp::parse(packet)),
        None => metadata::read(picture)
            .map(|m| m.labels)
            .unwrap_or_default(),
    };
    let mut labels = before.clone();
    change(&mut labels);
    if existing.is_some() && labels == before {
        return Ok(labels);
    }
    let packet =
        xmp::edit(existing.as_deref(), &labels).ok_or(GalleryError::Sidecar(path.clone()))?;
    atomic::write_bytes(&path, Existing::Replace, packet.as_bytes())?;
    Ok(labels)
}

/// Copies a sidecar, if there is one; a link is none.
pub(super) fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut from = match regular_file::open_unlinked(from) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    std::io::copy(&mut from, &mut File::create_new(to)?).map(drop)
}
