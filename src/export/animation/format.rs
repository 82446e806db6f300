//! Which kinds of films are written, and how they are told apart.

use std::path::Path;

use crate::export::ExportError;

/// A kind of film.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FilmFormat {
    /// AV1 in MP4: small, all colours, no royalties.
    Mp4,
    /// H.264 in MP4, for players from before 2018; in builds with the feature `mp4`.
    #[cfg(feature = "mp4")]
    H264,
    /// 256 colours a frame, dithered; plays everywhere.
    Gif,
    /// Animated PNG: every pixel exact, large.
    Apng,
    /// Animated WebP: small, plays in browsers.
    WebP,
    /// A folder of numbered PNG files, for programs that cut films.
    Frames,
}

/// Endings of the files that this program writes films into, the usual one first.
pub const ENDINGS: &[&str] = &["mp4", "gif", "png", "apng", "webp"];

impl FilmFormat {
    /// All of them, in the order of a menu.
    pub const ALL: &[Self] = &[
        Self::Mp4,
        #[cfg(feature = "mp4")]
        Self::H264,
        Self::Gif,
        Self::Apng,
        Self::WebP,
        Self::Frames,
    ];

    /// The kind that a name asks for: by its ending; without one, a folder of frames.
    ///
    /// # Errors
    /// [`ExportError::Format`] for other endings.
    pub fn of(path: &Path) -> Result<Self, ExportError> {
        let Some(ending) = path.extension() else {
            return Ok(Self::Frames);
        };
        match ending.to_string_lossy().to_ascii_lowercase().as_str() {
            "mp4" => Ok(Self::Mp4),
            "gif" => Ok(Self::Gif),
            "png" | "apng" => Ok(Self::Apng),
            "webp" => Ok(Self::WebP),
            _ => Err(ExportError::Format(format!(
                "films are written as .{}, or, for a name without an ending, as a folder of numbered frames: {}",
                ENDINGS.join(", ."),
                path.display()
            ))),
        }
    }

    /// Shown name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Mp4 => "MP4 (AV1)",
            #[cfg(feature = "mp4")]
            Self::H264 => "MP4 (H.264)",
            Self::Gif => "GIF",
            Self::Apng => "Animated PNG",
            Self::WebP => "Animated WebP",
            Self::Frames => "Numbered frames",
        }
    }

    /// The ending of its files; none for a folder.
    pub fn ending(self) -> Option<&'static str> {
        match self {
            Self::Mp4 => Some("mp4"),
            #[cfg(feature = "mp4")]
            Self::H264 => Some("mp4"),
            Self::Gif => Some("gif"),
            Self::Apng => Some("png"),
            Self::WebP => Some("webp"),
            Self::Frames => None,
        }
    }

    /// Whether a quality can be chosen; the others keep every pixel, or have but one way.
    pub fn has_quality(self) -> bool {
        match self {
            Self::Mp4 | Self::WebP => true,
            #[cfg(feature = "mp4")]
            Self::H264 => false,
            Self::Gif | Self::Apng | Self::Frames => false,
        }
    }
}
