//! A film of a generator, and the file that a film goes into: a part of the protocol.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::protocol::StylizeOptions;
pub use crate::export::animation::{FilmFormat, QUALITY};
use crate::recipe::{SourceRef, StyleParams, TurnParams, WalkParams};

/// The file that a film goes into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilmFile {
    /// File to write, or the folder for numbered frames.
    pub out: PathBuf,
    /// Its kind.
    pub format: FilmFormat,
    /// 1..=100, where the kind has one.
    pub quality: u8,
}

impl FilmFile {
    /// A file whose kind its name tells.
    ///
    /// # Errors
    /// Names that tell none, in words for people.
    pub fn named(out: PathBuf) -> Result<Self, String> {
        let format = FilmFormat::of(&out).map_err(|e| e.to_string())?;
        Ok(Self {
            out,
            format,
            quality: QUALITY,
        })
    }
}

/// A walk that becomes a film.
#[derive(Debug, Clone, PartialEq)]
pub struct FilmJob {
    /// Points, times and frames.
    pub params: Arc<WalkParams>,
    /// Longer side for generators of any size; others have their own.
    pub max_side: u32,
    /// How many times as large the enlarging network makes each frame; 1 leaves them.
    pub enlarge: u32,
    /// Where to.
    pub file: FilmFile,
}

/// A camera's turn around in a panorama that becomes a film.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnJob {
    /// Panorama, camera and frames.
    pub params: Arc<TurnParams>,
    /// Whether who made the photo goes into the file, as far as its own file says.
    pub photo_credit: bool,
    /// Where to.
    pub file: FilmFile,
}

/// What a film will take, from a few of its frames.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FilmEstimate {
    /// Pixels of a frame.
    pub size: [u32; 2],
    /// Bytes of the file.
    pub bytes: u64,
    /// Time to make it.
    pub time: Duration,
}

/// A film that is put into a style.
#[derive(Debug, Clone)]
pub struct StyleFilmJob {
    /// An animated picture, a folder of frames, or a video.
    pub film: PathBuf,
    /// The same, as recipes name it.
    pub source: SourceRef,
    /// Styles; the `photo` in it is the film.
    pub params: Arc<StyleParams>,
    /// Size and tiles of each frame.
    pub options: StylizeOptions,
    /// Frames a second; the film's own when absent.
    pub fps: Option<f32>,
    /// Plays for ever, where the kind can say so.
    pub forever: bool,
    /// Where to.
    pub file: FilmFile,
}
