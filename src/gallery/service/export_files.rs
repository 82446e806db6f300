//! Copies of gallery pictures for elsewhere: other formats and sizes, with recipe and
//! labels as the user wants them.

use std::path::{Path, PathBuf};

use crate::export::atomic::Existing;
use crate::export::xmp::Value;
use crate::export::{self, ExportError, Provenance, WriteOptions, metadata};
use crate::gallery::protocol::{ExportOptions, PictureId};
use crate::gallery::{Gallery, GalleryError, decode, layout};
use crate::picture::Picture;

/// Writes one picture to the file `to`, or several (or one, when `to` is a folder)
/// into the folder `to`, each under a free name.
///
/// # Errors
/// The first failure; what was written before it stays.
pub(super) fn export_all(
    gallery: &Gallery,
    ids: &[PictureId],
    to: &Path,
    options: &ExportOptions,
) -> Result<Vec<PathBuf>, GalleryError> {
    if let ([id], false) = (ids, to.is_dir()) {
        // A file chosen by the user, who was asked about replacing.
        if gallery.path(*id)? == to {
            return Err(ExportError::Exists(to.to_path_buf()).into());
        }
        export_one(gallery, *id, to, Existing::Replace, options)?;
        return Ok(vec![to.to_path_buf()]);
    }
    std::fs::create_dir_all(to).map_err(|e| ExportError::writing(to, e))?;
    let extension = export::extension(options.format);
    let mut written = Vec::new();
    for id in ids {
        let entry = gallery.get(*id)?;
        let stem = layout::safe_name(&entry.title);
        let mut n = 1;
        loop {
            let path = layout::numbered(to, &stem, extension, n);
            n += 1;
            if path.exists() {
                continue;
            }
            match export_one(gallery, *id, &path, Existing::Keep, options) {
                Ok(()) => written.push(path),
                Err(GalleryError::File(ExportError::Exists(_))) => continue,
                Err(e) => return Err(e),
            }
            break;
        }
    }
    Ok(written)
}

fn export_one(
    gallery: &Gallery,
    id: PictureId,
    path: &Path,
    existing: Existing,
    options: &ExportOptions,
) -> Result<(), GalleryError> {
    let entry = gallery.get(id)?;
    let file = metadata::read(&entry.path)?;
    let picture = fit(decode::picture(&entry.path)?, options.max_side);
    let provenance = match &file.recipe {
        Some(recipe) => gallery.provenance(recipe),
        None => Provenance::of_file(&file),
    };
    let write = WriteOptions {
        recipe: options.recipe,
        source_names: options.source_names,
        ..WriteOptions::new(options.format)
    };
    let mut labels = export::labels(file.recipe.as_ref(), &provenance, &write);
    if let Some(packet) = &mut labels.xmp {
        let stem = entry.path.file_stem().and_then(|s| s.to_str());
        if stem != Some(&entry.title) {
            packet.put("dc:title", Value::Alt(entry.title.clone()));
        }
        packet.put("dc:subject", Value::Bag(entry.tags.clone()));
        if entry.stars > 0 {
            packet.put("xmp:Rating", Value::Text(entry.stars.to_string()));
        }
    }
    export::write_with(path, &picture, options.format, &labels, existing)?;
    Ok(())
}

/// Shrinks to at most `side` pixels on the longer side; never enlarges.
fn fit(picture: Picture, side: Option<u32>) -> Picture {
    let [w, h] = picture.size();
    match side {
        Some(side) if side > 0 && w.max(h) > side => {
            let scale = f64::from(side) / f64::from(w.max(h));
            let to = |n: u32| ((f64::from(n) * scale).round() as u32).max(1);
            export::presets::resize(&picture, to(w), to(h))
        }
        _ => picture,
    }
}
