//! The photo that ships, so that there is something to try a style on.

use std::path::{Path, PathBuf};

use crate::export::ExportError;
use crate::export::atomic::{Existing, write_bytes};
use crate::photo::SAMPLE as PHOTO;

/// Puts the photo into the program's folder, unless it is there, and tells where.
/// A file, because a photo in a recipe is one.
///
/// # Errors
/// If the folder can't be written to.
pub fn place(data_dir: &Path) -> Result<PathBuf, ExportError> {
    let folder = data_dir.join("sample");
    let path = folder.join("sample photo.jpg");
    let there = std::fs::read(&path).is_ok_and(|bytes| bytes == PHOTO);
    if !there {
        std::fs::create_dir_all(&folder).map_err(|e| ExportError::writing(&folder, e))?;
        write_bytes(&path, Existing::Replace, PHOTO)?;
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_photo_is_placed_once_and_repaired() {
        let dir = tempfile::tempdir().unwrap();
        let path = place(dir.path()).unwrap();
        assert!(image::open(&path).is_ok());
        std::fs::write(&path, b"broken").unwrap();
        assert_eq!(place(dir.path()).unwrap(), path);
        assert!(image::open(&path).is_ok());
    }

    /// Pixel by pixel against another decoder: a wrong layout shows at once.
    #[test]
    fn the_photo_is_read_as_any_viewer_shows_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = place(dir.path()).unwrap();
        let ours = crate::photo::read(&path).unwrap().picture;
        let theirs = image::open(&path).unwrap().into_rgba8();
        assert_eq!(ours.size(), [theirs.width(), theirs.height()]);
        let off = ours.rgba().iter().zip(theirs.as_raw());
        let worst = off.map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(3), "{worst:?}");
    }
}
