//! What a file is, by its first bytes; names lie.

use std::path::Path;

use crate::photo::bmp;
use crate::photo::error::Fault;
use crate::photo::raw;

/// A format that Limner reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Portable Network Graphics, also animated.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP, also animated.
    WebP,
    /// TIFF.
    Tiff,
    /// GIF, also animated.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// HEIF with HEVC inside, as iPhones write it.
    Heic,
    /// HEIF with AV1 inside.
    Avif,
    /// JPEG XL.
    Jxl,
    /// A raw camera file; its preview is read.
    Raw,
}

impl Kind {
    /// As people say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
            Self::Tiff => "TIFF",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::Heic => "HEIC",
            Self::Avif => "AVIF",
            Self::Jxl => "JPEG XL",
            Self::Raw => "a raw camera file",
        }
    }
}

/// Endings of the names of files that can be opened.
pub const EXTENSIONS: &[&str] = &[
    "png", "jpg", "jpeg", "webp", "tif", "tiff", "heic", "heif", "hif", "avif", "jxl", "gif",
    "bmp", "dng", "cr2", "cr3", "nef", "nrw", "arw", "orf", "rw2", "raf", "pef", "srw",
];

/// The format that a file's name claims.
pub(crate) fn claimed(path: &Path) -> Option<Kind> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "png" | "apng" => Some(Kind::Png),
        "jpg" | "jpeg" | "jpe" | "jfif" => Some(Kind::Jpeg),
        "webp" => Some(Kind::WebP),
        "tif" | "tiff" => Some(Kind::Tiff),
        "gif" => Some(Kind::Gif),
        "bmp" | "dib" => Some(Kind::Bmp),
        "heic" | "heif" | "hif" => Some(Kind::Heic),
        "avif" => Some(Kind::Avif),
        "jxl" => Some(Kind::Jxl),
        "dng" | "cr2" | "cr3" | "nef" | "nrw" | "arw" | "orf" | "rw2" | "raf" | "pef" | "srw" => {
            Some(Kind::Raw)
        }
        _ => None,
    }
}

/// The format of a file that begins so.
///
/// # Errors
/// What it is instead, and what to do.
pub(crate) fn sniff(head: &[u8]) -> Result<Kind, Fault> {
    if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        Ok(Kind::Png)
    } else if head.starts_with(b"\xff\xd8\xff") {
        Ok(Kind::Jpeg)
    } else if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        Ok(Kind::WebP)
    } else if [&b"II*\0"[..], b"MM\0*", b"II+\0", b"MM\0+"]
        .iter()
        .any(|&mark| head.starts_with(mark))
    {
        Ok(Kind::Tiff)
    } else if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
        Ok(Kind::Gif)
    } else if (head.starts_with(b"BM") && head.len() > 26) || bmp::is_dib(head) {
        Ok(Kind::Bmp)
    } else if head.starts_with(b"\xff\x0a") || head.starts_with(b"\0\0\0\x0cJXL ") {
        Ok(Kind::Jxl)
    } else if is_raw(head) {
        Ok(Kind::Raw)
    } else if let Some(kind) = heif(head) {
        Ok(kind)
    } else if let Some(name) = known_other(head) {
        Err(Fault::unread(name))
    } else {
        Err(Fault::Unknown(READ))
    }
}

/// What Limner reads, for the user.
const READ: &str = "it reads JPEG, PNG, WebP, TIFF, HEIC, AVIF, JPEG XL, GIF and BMP";

/// The kind of a whole file that begins as `kind`: raw camera files begin as TIFF.
pub(crate) fn refine(kind: Kind, bytes: &[u8]) -> Kind {
    match kind {
        Kind::Tiff if raw::is_raw(bytes) => Kind::Raw,
        kind => kind,
    }
}

/// Raw camera files with a head of their own.
fn is_raw(head: &[u8]) -> bool {
    let marks: [&[u8]; 7] = [
        b"FUJIFILMCCD-RAW",
        b"IIRO",
        b"IIRS",
        b"MMOR",
        b"IIU\0",
        b"\0MRM",
        b"FOVb",
    ];
    marks.iter().any(|mark| head.starts_with(mark)) || head.get(4..12) == Some(b"ftypcrx ")
}

/// HEIF by its brands, the main one or those that it is compatible with.
fn heif(head: &[u8]) -> Option<Kind> {
    let length = u32::from_be_bytes(*head.first_chunk()?) as usize;
    let brands = head.get(4..length.min(head.len()))?.strip_prefix(b"ftyp")?;
    let brands = brands.as_chunks::<4>().0;
    let any = |names: &[&[u8; 4]]| brands.iter().any(|b| names.contains(&b));
    if any(&[b"avif", b"avis"]) {
        Some(Kind::Avif)
    } else if any(&[
        b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1",
    ]) {
        Some(Kind::Heic)
    } else {
        None
    }
}

fn known_other(head: &[u8]) -> Option<&'static str> {
    if head.get(4..8) == Some(b"ftyp") {
        return Some("a video");
    }
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    [
        (head.starts_with(b"8BPS"), "a Photoshop file"),
        (head.starts_with(b"%PDF"), "a PDF"),
        (head.starts_with(b"\0\0\0\x0cjP  "), "a JPEG 2000 picture"),
        (head.starts_with(b"gimp xcf"), "a GIMP file"),
        (
            text.starts_with("<svg") || (text.starts_with("<?xml") && text.contains("<svg")),
            "an SVG drawing",
        ),
        (
            text.to_ascii_lowercase().starts_with("<!doctype html") || text.starts_with("<html"),
            "a web page",
        ),
    ]
    .into_iter()
    .find_map(|(is, name)| is.then_some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_called_by_their_name() {
        let cases: [(&[u8], &str); 4] = [
            (b"\0\0\0\x18ftypisom\0\0\0\0mp41", "video"),
            (b"8BPS\0\x01", "Photoshop"),
            (b"<?xml version='1.0'?><svg/>", "SVG"),
            (b"<!DOCTYPE html><html>404", "web page"),
        ];
        for (head, word) in cases {
            let error = sniff(head).unwrap_err().to_string();
            assert!(error.contains(word) && error.contains("JPEG"), "{error}");
        }
        let error = sniff(b"hello").unwrap_err().to_string();
        assert!(error.contains("not a picture"), "{error}");
    }

    #[test]
    fn what_phones_write_is_known_by_its_brands() {
        let heads: [(&[u8], Kind); 4] = [
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1", Kind::Heic),
            (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif", Kind::Avif),
            (b"\xff\x0a\0\0", Kind::Jxl),
            (b"\0\0\0\x18ftypcrx \0\0\0\x01crx ", Kind::Raw),
        ];
        for (head, kind) in heads {
            assert_eq!(sniff(head).unwrap(), kind);
        }
    }
}
