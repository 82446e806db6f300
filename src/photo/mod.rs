//! Reading picture files from anywhere: upright, in sRGB, never more memory than
//! agreed, and with words that help when it can't be done.

mod bmp;
mod color;
mod decode;
mod decoded;
mod error;
mod exif;
pub mod film;
mod heif;
mod jpeg;
mod jxl;
mod known;
mod limits;
mod plain;
mod png;
mod raster;
mod raw;
mod sample;
mod sniff;
mod tiff;
mod video;
mod webp;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::digest;
use crate::picture::Picture;
use crate::recipe::SourceRef;
use crate::regular_file;

pub use crate::photo::error::{Fault, PhotoError};
pub(crate) use crate::photo::heif::boxes::Items;
pub use crate::photo::known::KnownPhotos;
pub use crate::photo::limits::{MAX_PIXELS, MAX_SIDE};
pub use crate::photo::sample::SAMPLE;
pub(crate) use crate::photo::sample::sample;
pub use crate::photo::sniff::{EXTENSIONS, Kind};

/// A picture file as read, at full size.
#[derive(Debug, Clone)]
pub struct Photo {
    /// Pixels, upright, sRGB.
    pub picture: Picture,
    /// Content hash, name and path.
    pub source: SourceRef,
    /// The format found by looking inside.
    pub kind: Kind,
    /// What the user should know.
    pub notes: Vec<String>,
}

impl Photo {
    /// A frame of a film under the name of its own pixels: a folder of frames goes by its first file, which another
    /// one may begin with, too.
    pub fn of_frame(picture: Picture, film: &SourceRef) -> Self {
        let ([width, height], pixels) = (picture.size(), digest::sha256(picture.rgba()));
        Self {
            picture,
            source: SourceRef {
                sha256: format!("{pixels} {width} x {height}"),
                ..film.clone()
            },
            kind: Kind::Png,
            notes: Vec::new(),
        }
    }
}

/// Reads a picture file.
///
/// # Errors
/// [`PhotoError`] with what is wrong and what to do.
pub fn read(path: &Path) -> Result<Photo, PhotoError> {
    read_inner(path).map_err(|fault| fault.at(path))
}

/// Upright size of a picture file, without decoding its pixels.
///
/// # Errors
/// [`PhotoError`] with what is wrong and what to do.
pub fn probe(path: &Path) -> Result<[u32; 2], PhotoError> {
    let look = || {
        let mut file = open_file(path)?;
        let kind = sniff_file(&mut file)?;
        let bytes = slurp(&mut file)?;
        decode::size(&bytes, sniff::refine(kind, &bytes))
    };
    look().map_err(|fault: Fault| fault.at(path))
}

/// Whether a file that isn't hidden is named like a photo that Limner reads.
pub fn is_named_like_one(path: &Path) -> bool {
    let name = path.file_name();
    let hidden = name.is_none_or(|n| n.as_encoded_bytes().starts_with(b"."));
    let extension = path.extension().and_then(|e| e.to_str());
    let known = extension.is_some_and(|e| EXTENSIONS.iter().any(|k| e.eq_ignore_ascii_case(k)));
    known && !hidden
}

/// SHA-256 of a file, hex.
///
/// # Errors
/// [`PhotoError`] if it can't be read.
pub fn hash_file(path: &Path) -> Result<String, PhotoError> {
    let hash = || digest::sha256_of(&mut open_file(path)?).map_err(|e| Fault::io(&e));
    hash().map_err(|fault| fault.at(path))
}

fn read_inner(path: &Path) -> Result<Photo, Fault> {
    let mut file = open_file(path)?;
    let kind = sniff_file(&mut file)?;
    let bytes = slurp(&mut file)?;
    let kind = sniff::refine(kind, &bytes);
    // Hashing takes as long as decoding where both read from memory.
    let (sha256, decoded) = rayon::join(|| digest::sha256(&bytes), || decode::decode(&bytes, kind));
    let decoded = decoded?;
    let mut notes = decoded.notes;
    if let Some(claimed) = sniff::claimed(path).filter(|&claimed| claimed != kind) {
        notes.insert(
            0,
            format!("named like {}, but is {}", claimed.name(), kind.name()),
        );
    }
    Ok(Photo {
        picture: decoded.picture,
        source: SourceRef::of_file(&absolute(path), sha256),
        kind,
        notes,
    })
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// Opens regular files only: a named pipe would wait for ever.
fn open_file(path: &Path) -> Result<File, Fault> {
    let meta = std::fs::metadata(path).map_err(|e| Fault::io(&e))?;
    if meta.is_dir() {
        return Err(Fault::Folder);
    }
    if !meta.is_file() {
        return Err(Fault::NotAFile);
    }
    if meta.len() == 0 {
        return Err(Fault::Empty);
    }
    if meta.len() > limits::MAX_FILE {
        return Err(Fault::LongFile);
    }
    regular_file::open(path).map_err(|e| match e.kind() {
        // Somebody has put something else in its place since.
        std::io::ErrorKind::InvalidInput => Fault::NotAFile,
        _ => Fault::io(&e),
    })
}

fn sniff_file(file: &mut File) -> Result<Kind, Fault> {
    let mut head = Vec::with_capacity(512);
    file.take(512)
        .read_to_end(&mut head)
        .map_err(|e| Fault::io(&e))?;
    file.seek(SeekFrom::Start(0)).map_err(|e| Fault::io(&e))?;
    sniff::sniff(&head)
}

fn slurp(file: &mut File) -> Result<Vec<u8>, Fault> {
    let length = file.metadata().map_or(0, |meta| meta.len());
    let mut bytes = Vec::with_capacity(length as usize);
    file.take(limits::MAX_FILE)
        .read_to_end(&mut bytes)
        .map_err(|e| Fault::io(&e))?;
    Ok(bytes)
}
