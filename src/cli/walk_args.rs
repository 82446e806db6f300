//! Words of `limner walk`.

use std::path::{Path, PathBuf};

use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::{Args, ValueEnum};

use super::failure::Failure;
use super::values::StyleArg;
use crate::engine::protocol::FilmFile;

use crate::export::animation::FilmFormat;
use crate::recipe::{Easing, WalkPath, ranges};

/// `limner walk`
#[derive(Debug, Args)]
pub(crate) struct Walk {
    /// Generator
    #[arg(long, value_name = "NAME", required_unless_present_any = ["points", "photo"])]
    pub(crate) model: Option<String>,
    /// Seeds of the points
    #[arg(long, value_name = "A,B,C", value_delimiter = ',')]
    pub(crate) seeds: Vec<u64>,
    /// Points from the recipes inside pictures, or in .json files; after the seeds or styles
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
    /// Truncation: 1 is the full variety, 0 the average picture (-1 to 2); the network's own when
    /// absent, mostly 0.7
    #[arg(long, visible_alias = "temperature", value_name = "T", value_parser = super::values::truncation, allow_negative_numbers = true)]
    pub(crate) truncation: Option<f32>,
    /// Longer side in pixels, for generators of any size
    #[arg(long, value_name = "PX", default_value_t = 512, value_parser = clap::value_parser!(u32).range(16..=8192))]
    pub(crate) max_side: u32,
    /// So many times as large, through the enlarging network: 2 or 4
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=4))]
    pub(crate) enlarge: u32,
    #[command(flatten)]
    pub(crate) keys: StyleKeys,
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

/// The keyframes of a photo on its way through styles.
#[derive(Debug, Clone, Args)]
pub(crate) struct StyleKeys {
    /// A photo that goes through styles and strengths, in place of a generator's pictures
    #[arg(long, value_name = "PHOTO", conflicts_with_all = ["model", "seeds", "class", "enlarge"])]
    pub(crate) photo: Option<PathBuf>,
    /// With --photo: the style of a keyframe, a picture or the name of a built-in one (repeated)
    #[arg(long, value_name = "IMG", requires = "photo", value_parser = OsStringValueParser::new().try_map(StyleArg::read))]
    pub(crate) style: Vec<StyleArg>,
    /// With --photo: the strengths of the keyframes, 0 to 1.5; one for all of them
    #[arg(long, value_name = "S,S", value_delimiter = ',', requires = "photo", value_parser = super::values::strength)]
    pub(crate) strengths: Vec<f32>,
    /// With --photo: stroke scale (0.5 to 3)
    #[arg(long, value_name = "SCALE", default_value = "1", value_parser = super::values::stroke_scale)]
    pub(crate) stroke_scale: f32,
    /// With --photo: keep its colours, wholly or by a share (0 to 1)
    #[arg(long = "keep-colours", value_name = "SHARE", num_args = 0..=1, require_equals = true, default_value = "0", default_missing_value = "1", value_parser = super::values::share)]
    pub(crate) keep_colors: f32,
    /// With --photo: style network [default: Limner's own]
    #[arg(long, value_name = "NAME")]
    pub(crate) style_model: Option<String>,
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
