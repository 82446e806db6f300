//! Raw camera files: the largest JPEG preview inside, never a thumbnail.

use crate::photo::error::Fault;
use crate::photo::jpeg;
use crate::photo::raster::Raster;
use crate::photo::tiff::ifd::{Directory, File};

/// Said of every preview.
const PREVIEW: &str =
    "a raw camera file: this is the camera's own preview inside; develop it for full quality";
/// Previews whose longer side is shorter are thumbnails.
const SMALLEST: u32 = 640;
/// Streams inside that are looked at.
const MOST_STREAMS: usize = 256;
/// Directories looked at.
const MOST_DIRECTORIES: usize = 64;

mod tag {
    pub(super) const COMPRESSION: u16 = 259;
    pub(super) const PHOTOMETRIC: u16 = 262;
    pub(super) const ORIENTATION: u16 = 274;
    pub(super) const SUB_DIRECTORIES: u16 = 330;
    pub(super) const DNG_VERSION: u16 = 50_706;
}

/// Whether a file that begins like TIFF comes raw from a camera.
pub(crate) fn is_raw(bytes: &[u8]) -> bool {
    bytes.get(8..10) == Some(b"CR") || directories(bytes).iter().any(raw_directory)
}

fn raw_directory(d: &Directory<'_>) -> bool {
    d.has(tag::DNG_VERSION)
        || matches!(d.number(tag::PHOTOMETRIC), Some(32_803 | 34_892))
        // Nikon's, Sony's, Pentax' and Samsung's own compressions.
        || matches!(
            d.number(tag::COMPRESSION),
            Some(32_767 | 32_769 | 32_770 | 32_772 | 34_713 | 65_000 | 65_535)
        )
}

/// The first directories of a file and those below them.
fn directories(bytes: &[u8]) -> Vec<Directory<'_>> {
    let mut found = Vec::new();
    let Some((file, first)) = File::open(bytes) else {
        return found;
    };
    let mut waiting = vec![first];
    let mut seen = std::collections::HashSet::new();
    while let Some(at) = waiting.pop() {
        if at == 0 || found.len() >= MOST_DIRECTORIES || !seen.insert(at) {
            continue;
        }
        if let Some(directory) = file.directory(at) {
            waiting.extend(
                directory
                    .first_numbers(tag::SUB_DIRECTORIES, MOST_DIRECTORIES)
                    .unwrap_or_default(),
            );
            waiting.push(directory.next);
            found.push(directory);
        }
    }
    found
}

/// Size of the preview and everything but its pixels.
pub(crate) fn header(bytes: &[u8]) -> Result<Raster, Fault> {
    preview(bytes).map(|(_, raster)| raster)
}

/// Decodes the preview.
pub(crate) fn decode(bytes: &[u8]) -> Result<Raster, Fault> {
    let (stream, described) = preview(bytes)?;
    let mut raster = jpeg::decode(stream)?;
    raster.turn = described.turn;
    raster.notes.push(PREVIEW.into());
    Ok(raster)
}

fn preview(bytes: &[u8]) -> Result<(&[u8], Raster), Fault> {
    let pixels = |r: &Raster| u64::from(r.size[0]) * u64::from(r.size[1]);
    let best = streams(bytes).max_by_key(|(_, raster)| pixels(raster));
    let (stream, mut raster) = best
        .filter(|(_, raster)| raster.size.iter().max() >= Some(&SMALLEST))
        .ok_or_else(|| Fault::unread("a raw camera file without a large preview inside"))?;
    raster.notes.push(PREVIEW.into());
    // Previews are stored as the sensor was held; the raw file says how.
    if raster.turn == image::metadata::Orientation::NoTransforms {
        let turn = directories(bytes)
            .iter()
            .find_map(|d| d.number(tag::ORIENTATION))
            .and_then(|turn| u8::try_from(turn).ok())
            .and_then(image::metadata::Orientation::from_exif);
        raster.turn = turn.unwrap_or(raster.turn);
    }
    Ok((stream, raster))
}

/// The JPEG streams that lie side by side in a file; what is inside one of them, its
/// own thumbnail, is passed over.
fn streams(bytes: &[u8]) -> impl Iterator<Item = (&[u8], Raster)> {
    let mut at = 0;
    let mut tried = 0;
    std::iter::from_fn(move || {
        while tried < MOST_STREAMS {
            let rest = bytes.get(at..)?;
            let start = at + memchr::memmem::find(rest, b"\xff\xd8\xff")?;
            at = start + 3;
            if !matches!(bytes.get(start + 3), Some(0xc0..=0xfe)) {
                continue;
            }
            tried += 1;
            let stream = &bytes[start..];
            if let Ok((raster, length)) = jpeg::stream(stream) {
                at = start + length;
                return Some((stream, raster));
            }
        }
        None
    })
}
