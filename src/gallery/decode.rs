//! Picture files of the gallery to pixels: upright, 8 bits, bounded in memory.

use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageReader};

use crate::export::ExportError;
use crate::picture::Picture;

/// Most memory that decoding one picture may take: 100 megapixels with room.
const MAX_BYTES: u64 = 1 << 30;

/// Decodes a file, upright.
///
/// # Errors
/// [`ExportError::NotFound`], [`ExportError::NotAPicture`] or the failure of the disk.
pub fn picture(path: &Path) -> Result<Picture, ExportError> {
    let image = decode(path)?;
    let (w, h) = (image.width(), image.height());
    Picture::from_rgba(w, h, image.into_rgba8().into_raw()).map_err(|e| ExportError::NotAPicture {
        path: path.to_path_buf(),
        reason: e.to_string(),
    })
}

/// Decodes and shrinks to at most `side` pixels on the longer side.
///
/// # Errors
/// As [`picture`].
pub fn thumbnail(path: &Path, side: u32) -> Result<Picture, ExportError> {
    let image = decode(path)?;
    let small = if image.width().max(image.height()) > side {
        image.thumbnail(side, side)
    } else {
        image
    };
    let (w, h) = (small.width(), small.height());
    Picture::from_rgba(w, h, small.into_rgba8().into_raw()).map_err(|e| ExportError::NotAPicture {
        path: path.to_path_buf(),
        reason: e.to_string(),
    })
}

fn decode(path: &Path) -> Result<DynamicImage, ExportError> {
    let bad = |e: image::ImageError| match e {
        image::ImageError::IoError(e) => ExportError::reading(path, e),
        image::ImageError::Limits(_) => ExportError::NotAPicture {
            path: path.to_path_buf(),
            reason: "the picture is too large to open here".into(),
        },
        other => ExportError::NotAPicture {
            path: path.to_path_buf(),
            reason: format!("the picture can't be read ({other})"),
        },
    };
    let mut reader = ImageReader::open(path)
        .and_then(ImageReader::with_guessed_format)
        .map_err(|e| ExportError::reading(path, e))?;
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(bad)?;
    let orientation = decoder.orientation().map_err(bad)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(bad)?;
    image.apply_orientation(orientation);
    Ok(image)
}
