//! What a picture file holds, and how its parts are read.

use std::io::{self, Read, Seek};

/// Text and labels of a file beyond this, all of them together, are left unread: no honest
/// recipe is so long.
pub const MAX_TEXT: u64 = 16 << 20;

/// Text chunks and comments of a file beyond these are left unread.
const MOST_TEXTS: usize = 10_000;

/// Bytes of a C2PA manifest that are looked at.
pub const MAX_MANIFEST: usize = 4 << 20;

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
    /// The block of IPTC's older model.
    pub iptc: Option<Vec<u8>>,
    /// A C2PA manifest is inside.
    pub c2pa: bool,
    /// Bytes of texts and labels that may still be taken in.
    room: u64,
    /// The manifest's bytes, at most [`MAX_MANIFEST`]; JPEG's with the heads of its parts.
    pub manifest: Option<Vec<u8>>,
}

impl Contents {
    pub(super) fn new(container: Container) -> Self {
        Self {
            container,
            size: [0, 0],
            xmp: Vec::new(),
            texts: Vec::new(),
            exif: None,
            iptc: None,
            c2pa: false,
            room: MAX_TEXT,
            manifest: None,
        }
    }

    /// Takes bytes out of the room for texts and labels; false if there isn't enough left.
    pub(super) fn take_room(&mut self, bytes: usize) -> bool {
        let left = self.room.checked_sub(bytes as u64);
        self.room = left.unwrap_or(self.room);
        left.is_some()
    }

    /// Bytes of texts and labels that may still be taken in.
    pub(super) fn room(&self) -> u64 {
        self.room
    }

    /// Reads `n` bytes of text, or steps over them if there is no room for so many.
    pub(super) fn take_text<R: Read + Seek>(
        &mut self,
        reader: &mut R,
        n: u64,
    ) -> io::Result<Option<Vec<u8>>> {
        if n > self.room {
            reader.seek_relative(n as i64)?;
            return Ok(None);
        }
        self.room -= n;
        take(reader, n).map(Some)
    }

    /// Adds a text chunk or comment.
    pub(super) fn add_text(&mut self, keyword: String, text: String) {
        if self.texts.len() < MOST_TEXTS {
            self.texts.push((keyword, text));
        }
    }

    /// Adds a part of the C2PA manifest.
    pub(super) fn add_manifest(&mut self, part: &[u8]) {
        let manifest = self.manifest.get_or_insert_default();
        let room = MAX_MANIFEST.saturating_sub(manifest.len());
        manifest.extend_from_slice(&part[..part.len().min(room)]);
    }

    /// A text chunk by its keyword.
    pub fn text(&self, keyword: &str) -> Option<&str> {
        self.texts
            .iter()
            .find(|(k, _)| k == keyword)
            .map(|(_, t)| t.as_str())
    }
}

pub(in crate::export) fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

/// `n` bytes, without trusting `n` for the allocation.
pub(super) fn take<R: Read>(reader: &mut R, n: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(n.min(1 << 16) as usize);
    reader.by_ref().take(n).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == n {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Reads the start of a manifest of `n` bytes and steps over the rest.
pub(super) fn take_manifest<R: Read + Seek>(
    reader: &mut R,
    n: u64,
    contents: &mut Contents,
) -> io::Result<()> {
    contents.c2pa = true;
    let part = take(reader, n.min(MAX_MANIFEST as u64))?;
    contents.add_manifest(&part);
    reader.seek_relative(n as i64 - part.len() as i64)
}

pub(super) fn read_array<const N: usize, R: Read>(reader: &mut R) -> io::Result<[u8; N]> {
    let mut a = [0u8; N];
    reader.read_exact(&mut a)?;
    Ok(a)
}
