//! The film that is about to be stylised.

use std::path::PathBuf;

use crate::engine::protocol::{FilmEstimate, StyleFilmJob};
use crate::recipe::SourceRef;

/// A film that is about to be stylised.
#[derive(Debug, Clone, PartialEq)]
pub struct FilmDraft {
    /// The file.
    pub film: PathBuf,
    /// The same, as recipes name it.
    pub source: SourceRef,
    /// Frames in all, at least one.
    pub frames: u32,
    /// Frames a second.
    pub fps: f32,
    /// What the film would take that was tried last.
    pub estimate: Option<(Box<StyleFilmJob>, FilmEstimate)>,
}
