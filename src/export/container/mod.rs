//! What picture files hold beside their pixels, read without decoding them.

pub mod gif;
pub mod jpeg;
pub mod png;
pub mod tiff;
pub mod webp;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::ExportError;

/// Text and labels beyond this are left unread: no honest recipe is so long.
pub const MAX_TEXT: u64 = 64 << 20;

/// Kinds of files, told by their first bytes, whatever the name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// PNG and APNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    WebP,
    /// TIFF.
    Tiff,
    /// GIF.
    Gif,
}

/// What a file holds, as it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// Kind.
    pub container: Container,
    /// Pixels, as stored (before any rotation that EXIF asks for).
    pub size: [u32; 2],
    /// XMP packets: the main one first, extended ones after it.
    pub xmp: Vec<String>,
    /// Text chunks and comments: keyword (empty for comments), text.
    pub texts: Vec<(String, String)>,
    /// The EXIF block, from its TIFF header on.
    pub exif: Option<Vec<u8>>,
    /// A C2PA manifest is inside.
    pub c2pa: bool,
}

impl Contents {
    fn new(container: Container) -> Self {
        Self {
            container,
            size: [0, 0],
            xmp: Vec::new(),
            texts: Vec::new(),
            exif: None,
            c2pa: false,
        }
    }

    /// A text chunk by its keyword.
    pub fn text(&self, keyword: &str) -> Option<&str> {
        self.texts
            .iter()
            .find(|(k, _)| k == keyword)
            .map(|(_, t)| t.as_str())
    }
}

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
    let file = File::open(path).map_err(|e| ExportError::reading(path, e))?;
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

pub(super) fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

/// `n` bytes, without trusting `n` for the allocation.
fn take<R: Read>(reader: &mut R, n: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(n.min(1 << 16) as usize);
    reader.by_ref().take(n).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == n {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Reads at most `n` bytes of text, or steps over it if that is too long to be honest.
fn take_text<R: Read + Seek>(reader: &mut R, n: u64) -> io::Result<Option<Vec<u8>>> {
    if n > MAX_TEXT {
        reader.seek_relative(n as i64)?;
        return Ok(None);
    }
    take(reader, n).map(Some)
}

fn read_array<const N: usize, R: Read>(reader: &mut R) -> io::Result<[u8; N]> {
    let mut a = [0u8; N];
    reader.read_exact(&mut a)?;
    Ok(a)
}
