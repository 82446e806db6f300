//! What picture files hold beside their pixels, read without decoding them.

pub mod camera;
mod contents;
pub mod gif;
pub mod iptc;
pub mod jpeg;
pub mod png;
pub mod tiff;
pub mod webp;

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::ExportError;
use crate::regular_file;
pub use contents::{Container, Contents, MAX_MANIFEST, MAX_TEXT};

/// Kind of a file by its first bytes (12 are enough).
pub fn sniff(head: &[u8]) -> Option<Container> {
    match head {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Container::Png),
        [0xff, 0xd8, 0xff, ..] => Some(Container::Jpeg),
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Some(Container::Tiff),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Container::Gif),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some(Container::WebP),
        _ => None,
    }
}

/// Reads what a file holds beside its pixels.
///
/// # Errors
/// [`ExportError::NotAPicture`] for other files and damaged ones, or the failure of
/// the disk.
pub fn scan(path: &Path) -> Result<Contents, ExportError> {
    let file = regular_file::open(path).map_err(|e| ExportError::reading(path, e))?;
    // Most of what matters is in the first kilobytes; small reads keep a rebuild quick.
    let mut reader = BufReader::with_capacity(8 << 10, file);
    scan_reader(&mut reader)
        .map_err(|e| ExportError::reading(path, e))?
        .ok_or_else(|| ExportError::NotAPicture {
            path: path.to_path_buf(),
            reason: "this is no PNG, JPEG, WebP, TIFF or GIF picture".into(),
        })
}

/// As [`scan`], from any reader; `None` for other kinds of files.
///
/// # Errors
/// `UnexpectedEof` and `InvalidData` for damaged files.
pub fn scan_reader<R: Read + Seek>(reader: &mut R) -> io::Result<Option<Contents>> {
    let mut head = [0u8; 12];
    let mut got = 0;
    while got < head.len() {
        match reader.read(&mut head[got..])? {
            0 => break,
            n => got += n,
        }
    }
    reader.seek(SeekFrom::Start(0))?;
    Ok(Some(match sniff(&head[..got]) {
        Some(Container::Png) => png::scan(reader)?,
        Some(Container::Jpeg) => jpeg::scan(reader)?,
        Some(Container::WebP) => webp::scan(reader)?,
        Some(Container::Tiff) => tiff::scan(reader)?,
        Some(Container::Gif) => gif::scan(reader)?,
        None => return Ok(None),
    }))
}
