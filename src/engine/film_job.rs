//! A film of a generator, and the file that a film goes into: a part of the protocol.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::protocol::StylizeOptions;
pub use crate::export::animation::{FilmFormat, QUALITY};
use crate::recipe::{SourceRef, StyleParams, StyleWalkParams, TurnParams, WalkParams};

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

/// Keyframes, times and frames of a film.
#[derive(Debug, Clone)]
pub enum FilmParams {
    /// A walk through a generator's latent space.
    Walk(Arc<WalkParams>),
    /// A photo on its way through styles and strengths.
    Style(Arc<StyleWalkParams>),
}

impl PartialEq for FilmParams {
    /// What is shared is the same without a look inside.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Walk(a), Self::Walk(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::Style(a), Self::Style(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => false,
        }
    }
}

impl FilmParams {
    /// Frames in all.
    pub fn frames(&self) -> u32 {
        match self {
            Self::Walk(walk) => walk.frames,
            Self::Style(walk) => walk.frames,
        }
    }

    /// Frames a second.
    pub fn fps(&self) -> f32 {
        match self {
            Self::Walk(walk) => walk.fps,
            Self::Style(walk) => walk.fps,
        }
    }

    /// Back to the first keyframe at the end.
    pub fn looped(&self) -> bool {
        match self {
            Self::Walk(walk) => walk.looped,
            Self::Style(walk) => walk.looped,
        }
    }

    /// The same with so many frames.
    #[must_use]
    pub fn with_frames(self, frames: u32) -> Self {
        match self {
            Self::Walk(walk) => Self::Walk(Arc::new(WalkParams {
                frames,
                ..(*walk).clone()
            })),
            Self::Style(walk) => Self::Style(Arc::new(StyleWalkParams {
                frames,
                ..(*walk).clone()
            })),
        }
    }
}

impl From<WalkParams> for FilmParams {
    fn from(walk: WalkParams) -> Self {
        Self::Walk(Arc::new(walk))
    }
}

impl From<StyleWalkParams> for FilmParams {
    fn from(walk: StyleWalkParams) -> Self {
        Self::Style(Arc::new(walk))
    }
}

/// Keyframes that become a film.
#[derive(Debug, Clone, PartialEq)]
pub struct FilmJob {
    /// Keyframes, times and frames.
    pub params: FilmParams,
    /// Longer side for generators of any size, and for photos at most; other generators have
    /// their own.
    pub max_side: u32,
    /// How many times as large the enlarging network makes each frame of a generator; 1 leaves
    /// them.
    pub enlarge: u32,
    /// Which network that is; the generator's own or *Crisp* where none is named.
    pub enlarger: Option<String>,
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

/// A film in a style, as its frames are looked at one by one.
#[derive(Debug, Clone, PartialEq)]
pub struct StyleFilmLook {
    /// An animated picture, a folder of frames, or a video.
    pub film: PathBuf,
    /// The same, as recipes name it.
    pub source: SourceRef,
    /// Styles; the `photo` in it is the film.
    pub params: Arc<StyleParams>,
}

/// A film that is put into a style.
#[derive(Debug, Clone, PartialEq)]
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
