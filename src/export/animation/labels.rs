//! What an MP4 of ours says about itself: its XMP box, found without reading the frames.

use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use super::boxes::XMP_BOX;
use crate::export::ExportError;
use crate::export::container::MAX_TEXT;
use crate::export::xmp::{self, ns};
use crate::regular_file;

/// Boxes beyond these aren't looked at.
const MOST_BOXES: usize = 1000;

/// Whether a file is named like one.
pub fn is_named_like_mp4(path: &Path) -> bool {
    let ending = path.extension();
    ending.is_some_and(|e| e.eq_ignore_ascii_case("mp4"))
}

/// The recipe's JSON inside an MP4; none in those of other programs.
///
/// # Errors
/// [`ExportError::NotFound`], [`ExportError::NotAPicture`] for a damaged file, or the failure
/// of the disk.
pub fn mp4_recipe(path: &Path) -> Result<Option<String>, ExportError> {
    let read = || -> io::Result<Option<String>> {
        let file = regular_file::open(path)?;
        let whole = file.metadata()?.len();
        packet(&mut BufReader::with_capacity(8 << 10, file), whole)
    };
    let packet = read().map_err(|e| ExportError::reading(path, e))?;
    let recipe = |text: String| {
        let labels = xmp::parse(&text);
        labels.first(ns::LIMNER, "Recipe").map(str::to_owned)
    };
    Ok(packet.and_then(recipe))
}

/// The XMP packet among the outermost boxes.
fn packet<R: Read + Seek>(reader: &mut R, whole: u64) -> io::Result<Option<String>> {
    let mut at = 0;
    for _ in 0..MOST_BOXES {
        if at + 8 > whole {
            break;
        }
        let mut head = [0; 8];
        reader.read_exact(&mut head)?;
        let [a, b, c, d, kind @ ..] = head;
        let (start, length) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (8, whole - at),
            1 => {
                let mut long = [0; 8];
                reader.read_exact(&mut long)?;
                (16, u64::from_be_bytes(long))
            }
            n => (8, u64::from(n)),
        };
        if length < start || length > whole - at {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let inside = length - start;
        if kind == *b"uuid" && (16..MAX_TEXT).contains(&inside) {
            let mut bytes = vec![0; inside as usize];
            reader.read_exact(&mut bytes)?;
            if let Some(text) = bytes.strip_prefix(&XMP_BOX) {
                return Ok(Some(String::from_utf8_lossy(text).into_owned()));
            }
        } else {
            reader.seek_relative(inside as i64)?;
        }
        at += length;
    }
    Ok(None)
}
