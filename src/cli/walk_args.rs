//! Words of `limner walk`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::failure::Failure;
use crate::engine::protocol::FilmFile;

use crate::export::animation::FilmFormat;
use crate::recipe::{Easing, WalkPath, ranges};

/// `limner walk`
#[derive(Debug, Args)]
pub(crate) struct Walk {
    /// Generator
    #[arg(long, value_name = "NAME", required_unless_present = "points")]
    pub(crate) model: Option<String>,
    /// Seeds of the points
    #[arg(long, value_name = "A,B,C", value_delimiter = ',')]
    pub(crate) seeds: Vec<u64>,
    /// Points from the recipes inside pictures, or in .json files; after the seeds
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) points: Vec<PathBuf>,
    /// Class, for networks that have some: 0, 1, …
    #[arg(long, value_name = "N")]
    pub(crate) class: Option<u32>,
    /// Frames in all, at one even pace
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub(crate) frames: u32,
    /// Seconds from each point to the next, in place of --frames; one number for all of them
    #[arg(long, value_name = "S,S", value_delimiter = ',', value_parser = span, conflicts_with = "frames")]
    pub(crate) seconds: Vec<f32>,
    /// How the pace goes between two points, with --seconds
    #[arg(long, value_enum, default_value_t = EasingArg::Linear, requires = "seconds")]
    pub(crate) easing: EasingArg,
    /// Frame rate, in frames per second
    #[arg(long, value_name = "F", default_value = "20", value_parser = super::values::fps)]
    pub(crate) fps: f32,
    /// Come back to the first point without a jump
    #[arg(long = "loop")]
    pub(crate) looped: bool,
    /// How to go between the points
    #[arg(long, value_enum, default_value_t = PathArg::Spherical)]
    pub(crate) path: PathArg,
    /// Truncation: 1 is the full variety, 0 the average picture (-1 to 2)
    #[arg(long, value_name = "T", default_value = "0.7", value_parser = super::values::truncation, allow_negative_numbers = true)]
    pub(crate) truncation: f32,
    /// Longer side in pixels, for generators of any size
    #[arg(long, value_name = "PX", default_value_t = 512, value_parser = clap::value_parser!(u32).range(16..=8192))]
    pub(crate) max_side: u32,
    /// So many times as large, through the enlarging network: 2 or 4
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=4))]
    pub(crate) enlarge: u32,
    #[command(flatten)]
    pub(crate) coding: Coding,
    /// File to write: .mp4, .gif, .webp, .png for an animated PNG; a name without an ending makes a
    /// folder of numbered frames
    #[arg(short, long, value_name = "OUT")]
    pub(crate) out: PathBuf,
    /// Replace a file that is there already
    #[arg(long)]
    pub(crate) force: bool,
}

/// How a film is encoded.
#[derive(Debug, Clone, Args)]
pub(crate) struct Coding {
    /// Quality of a film as MP4 or WebP (1 to 100)
    #[arg(long, value_name = "Q", default_value_t = crate::export::animation::QUALITY, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub(crate) film_quality: u8,
    /// What is inside an MP4
    #[arg(long, value_enum, default_value_t = Codec::Av1)]
    pub(crate) codec: Codec,
}

impl Coding {
    /// The file that a film goes into.
    pub(crate) fn file(&self, out: &Path) -> Result<FilmFile, Failure> {
        let named = FilmFile::named(out.to_path_buf()).map_err(Failure::new)?;
        Ok(FilmFile {
            format: self.format(named.format),
            quality: self.film_quality,
            ..named
        })
    }

    /// The kind of film: the name's, with this codec inside.
    fn format(&self, named: FilmFormat) -> FilmFormat {
        match (named, self.codec) {
            #[cfg(feature = "mp4")]
            (FilmFormat::Mp4, Codec::H264) => FilmFormat::H264,
            (other, _) => other,
        }
    }
}

/// What an MP4 holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Codec {
    /// AV1: small, free of royalties
    Av1,
    /// H.264: also for players from before 2018
    #[cfg(feature = "mp4")]
    H264,
}

/// Ways between points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PathArg {
    /// Great-circle steps from point to point
    Spherical,
    /// One smooth curve through all points
    Spline,
}

impl From<PathArg> for WalkPath {
    fn from(path: PathArg) -> Self {
        match path {
            PathArg::Spherical => Self::Spherical,
            PathArg::Spline => Self::Spline,
        }
    }
}

/// Paces between two points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EasingArg {
    /// Evenly
    Linear,
    /// From rest to rest
    Smooth,
    /// From rest
    In,
    /// To rest
    Out,
}

impl From<EasingArg> for Easing {
    fn from(easing: EasingArg) -> Self {
        match easing {
            EasingArg::Linear => Self::Linear,
            EasingArg::Smooth => Self::Smooth,
            EasingArg::In => Self::In,
            EasingArg::Out => Self::Out,
        }
    }
}

/// Seconds of a span.
fn span(text: &str) -> Result<f32, String> {
    let range = ranges::SPAN;
    match text.parse::<f32>() {
        Ok(seconds) if seconds >= range.least && seconds <= range.most => Ok(seconds),
        _ => Err(format!(
            "'{text}' is not a number of seconds from {} to {}",
            range.least, range.most
        )),
    }
}
