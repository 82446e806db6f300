//! Reading picture files from anywhere: upright, in sRGB, never more memory than
//! agreed, and with words that help when it can't be done.

mod color;
mod decode;
mod jpeg;
mod sample;
mod sniff;

pub use crate::photo::sample::SAMPLE;
pub(crate) use crate::photo::sample::sample;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::digest;
use crate::engine::protocol::EngineError;
use crate::picture::Picture;
use crate::recipe::SourceRef;

pub use crate::photo::sniff::Kind;

/// More pixels than this are taken for a mistake or an attack.
pub const MAX_PIXELS: u64 = 200_000_000;
/// No side may be longer.
pub const MAX_SIDE: u32 = 100_000;
/// Decoded bytes that a file may need (16-bit files need twice their pixels).
const MAX_BYTES: u64 = 1_200_000_000;
/// Larger files are not read.
const MAX_FILE: u64 = 2_000_000_000;

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

/// Reads a picture file.
///
/// # Errors
/// [`EngineError::BadPicture`] with what is wrong and what to do.
pub fn read(path: &Path) -> Result<Photo, EngineError> {
    read_inner(path).map_err(|trouble| trouble.at(path))
}

/// Upright size of a picture file from its header alone.
///
/// # Errors
/// [`EngineError::BadPicture`] with what is wrong and what to do.
pub fn probe(path: &Path) -> Result<[u32; 2], EngineError> {
    let look = || {
        let mut file = open_file(path)?;
        let kind = sniff_file(&mut file)?;
        decode::size(&mut file, kind)
    };
    look().map_err(|trouble| trouble.at(path))
}

/// SHA-256 of a file, hex.
///
/// # Errors
/// [`EngineError::BadPicture`] if it can't be read.
pub fn hash_file(path: &Path) -> Result<String, EngineError> {
    let hash = || hash_open_file(&mut open_file(path)?);
    hash().map_err(|trouble| trouble.at(path))
}

fn read_inner(path: &Path) -> Result<Photo, Trouble> {
    let mut file = open_file(path)?;
    let kind = sniff_file(&mut file)?;
    let sha256 = hash_open_file(&mut file)?;
    let decoded = decode::decode(&mut file, kind)?;
    let mut notes = decoded.notes;
    if let Some(claimed) = sniff::claimed(path).filter(|&claimed| claimed != kind) {
        notes.insert(
            0,
            format!("named like {}, but is {}", claimed.name(), kind.name()),
        );
    }
    let name = path
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    Ok(Photo {
        picture: decoded.picture,
        source: SourceRef {
            sha256,
            name,
            path: absolute(path).to_string_lossy().into_owned(),
            artist: String::new(),
            licence: String::new(),
        },
        kind,
        notes,
    })
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

fn open_file(path: &Path) -> Result<File, Trouble> {
    let meta = std::fs::metadata(path).map_err(|e| Trouble::io(&e))?;
    if meta.is_dir() {
        return Err(Trouble::new("this is a folder, not a picture"));
    }
    if !meta.is_file() {
        return Err(Trouble::new("this is not a file"));
    }
    if meta.len() == 0 {
        return Err(Trouble::new(
            "the file is empty; it was probably never finished, fetch it again",
        ));
    }
    if meta.len() > MAX_FILE {
        return Err(Trouble::new(
            "the file is larger than 2 GB; save it smaller",
        ));
    }
    File::open(path).map_err(|e| Trouble::io(&e))
}

fn sniff_file(file: &mut File) -> Result<Kind, Trouble> {
    let mut head = Vec::with_capacity(512);
    file.take(512)
        .read_to_end(&mut head)
        .map_err(|e| Trouble::io(&e))?;
    file.seek(SeekFrom::Start(0)).map_err(|e| Trouble::io(&e))?;
    sniff::sniff(&head).map_err(Trouble::new)
}

fn hash_open_file(file: &mut File) -> Result<String, Trouble> {
    let sha256 = digest::sha256_of(file).map_err(|e| Trouble::io(&e))?;
    file.seek(SeekFrom::Start(0)).map_err(|e| Trouble::io(&e))?;
    Ok(sha256)
}

/// What is wrong with a file, in words for the user.
#[derive(Debug)]
struct Trouble(String);

impl Trouble {
    /// Decoders' own words may hold line breaks; the user gets one line.
    fn new(text: impl AsRef<str>) -> Self {
        let words: Vec<&str> = text.as_ref().split_whitespace().collect();
        Self(words.join(" "))
    }

    fn io(error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        Self(match error.kind() {
            ErrorKind::NotFound => "there is no such file".into(),
            ErrorKind::PermissionDenied => "you may not read this file".into(),
            ErrorKind::UnexpectedEof => CUT_SHORT.into(),
            _ => format!("the file can't be read ({error})"),
        })
    }

    fn at(self, path: &Path) -> EngineError {
        EngineError::BadPicture {
            reason: self.0,
            path: path.display().to_string(),
        }
    }
}

/// The most common damage.
const CUT_SHORT: &str = "the file is damaged or cut short; fetch it again";

/// Refuses sizes that no photo has, before any memory is taken.
fn check_size(width: u32, height: u32, bytes: u64) -> Result<(), Trouble> {
    if width == 0 || height == 0 {
        return Err(Trouble::new("the picture has no pixels"));
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS || width > MAX_SIDE || height > MAX_SIDE || bytes > MAX_BYTES {
        return Err(Trouble::new(format!(
            "the picture is too large ({width} x {height}); Limner reads up to 200 megapixels, save it smaller"
        )));
    }
    Ok(())
}
