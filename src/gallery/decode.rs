//! Picture files of the gallery to pixels, as the engine reads photos: upright, sRGB.

use std::path::Path;

use image::RgbaImage;

use crate::export::ExportError;
use crate::photo;
use crate::picture::Picture;

/// Decodes a file.
///
/// # Errors
/// [`ExportError::NotFound`] or [`ExportError::NotAPicture`].
pub fn picture(path: &Path) -> Result<Picture, ExportError> {
    if !path.exists() {
        return Err(ExportError::NotFound(path.to_path_buf()));
    }
    match photo::read(path) {
        Ok(photo) => Ok(photo.picture),
        Err(error) => Err(not_a_picture(path, error.fault.to_string())),
    }
}

/// Decodes and shrinks to at most `side` pixels on the longer side.
///
/// # Errors
/// As [`picture`].
pub fn thumbnail(path: &Path, side: u32) -> Result<Picture, ExportError> {
    let whole = picture(path)?;
    let [w, h] = whole.size();
    if w.max(h) <= side {
        return Ok(whole);
    }
    let scale = f64::from(side) / f64::from(w.max(h));
    let to = |n: u32| ((f64::from(n) * scale).round() as u32).max(1);
    let (tw, th) = (to(w), to(h));
    let small = RgbaImage::from_raw(w, h, whole.into_rgba())
        .map(|image| image::imageops::thumbnail(&image, tw, th));
    small
        .and_then(|s| Picture::from_rgba(tw, th, s.into_raw()).ok())
        .ok_or_else(|| not_a_picture(path, "its size is wrong".into()))
}

fn not_a_picture(path: &Path, reason: String) -> ExportError {
    ExportError::NotAPicture {
        path: path.to_path_buf(),
        reason,
    }
}
