//! What a file is, by its first bytes; names lie.

use std::path::Path;

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
        }
    }
}

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
        _ => None,
    }
}

/// The format of a file that begins so.
///
/// # Errors
/// What it is instead, and what to do.
pub(crate) fn sniff(head: &[u8]) -> Result<Kind, String> {
    if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        Ok(Kind::Png)
    } else if head.starts_with(b"\xff\xd8\xff") {
        Ok(Kind::Jpeg)
    } else if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        Ok(Kind::WebP)
    } else if head.starts_with(b"II*\0") || head.starts_with(b"MM\0*") {
        Ok(Kind::Tiff)
    } else if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
        Ok(Kind::Gif)
    } else if head.starts_with(b"BM") && head.len() > 26 {
        Ok(Kind::Bmp)
    } else if let Some(name) = known_other(head) {
        Err(format!(
            "{name} can't be read; export it as JPEG, PNG or TIFF first"
        ))
    } else {
        Err("this is not a picture that Limner knows (JPEG, PNG, WebP, TIFF, GIF, BMP)".into())
    }
}

fn known_other(head: &[u8]) -> Option<&'static str> {
    if head.get(4..8) == Some(b"ftyp") {
        return Some(match head.get(8..12) {
            Some(b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1") => {
                "a HEIC photo"
            }
            Some(b"avif" | b"avis") => "an AVIF picture",
            Some(b"crx ") => "a raw camera file",
            _ => "a video",
        });
    }
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    [
        (head.starts_with(b"8BPS"), "a Photoshop file"),
        (head.starts_with(b"%PDF"), "a PDF"),
        (
            head.starts_with(b"\xff\x0a") || head.starts_with(b"\0\0\0\x0cJXL "),
            "a JPEG XL picture",
        ),
        (head.starts_with(b"\0\0\0\x0cjP  "), "a JPEG 2000 picture"),
        (head.starts_with(b"gimp xcf"), "a GIMP file"),
        (head.starts_with(b"FUJIFILM"), "a raw camera file"),
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
        let cases: [(&[u8], &str); 5] = [
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1", "HEIC"),
            (b"\0\0\0\x1cftypavif", "AVIF"),
            (b"8BPS\0\x01", "Photoshop"),
            (b"<?xml version='1.0'?><svg/>", "SVG"),
            (b"<!DOCTYPE html><html>404", "web page"),
        ];
        for (head, word) in cases {
            let error = sniff(head).unwrap_err();
            assert!(error.contains(word) && error.contains("JPEG"), "{error}");
        }
        assert!(sniff(b"hello").unwrap_err().contains("not a picture"));
    }
}
