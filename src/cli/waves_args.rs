//! What can be typed after `limner tile` and `limner panorama`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::keeping::{Keeping, Output};
use super::panorama_film_args::PanoramaFilm;
use super::values::Size;
use crate::recipe::{Domain, FullTurn, NoiseMode, StripProjection, ranges};

/// How a generated picture goes on at its sides.
#[derive(Debug, Clone, Args)]
pub(crate) struct Tiling {
    /// Let sides go on at the opposite side, exactly: x, y or xy (for cppn)
    #[arg(long, value_name = "SIDES", value_parser = super::values::seamless)]
    pub(crate) seamless: Option<[bool; 2]>,
    /// With --seamless: how much there is to see in a turn (0.25 to 4)
    #[arg(long, value_name = "P", default_value = "1.5", requires = "seamless")]
    pub(crate) period: f32,
    /// With --seamless: how often the pattern repeats in x and y, like 2 or 3,1 (1 to 16)
    #[arg(long, value_name = "N[,M]", default_value = "1", requires = "seamless", value_parser = turns)]
    pub(crate) turns: [u32; 2],
}

impl Tiling {
    /// The domain of a tile with these sides.
    pub(crate) fn domain(&self, seamless: [bool; 2]) -> Domain {
        Domain::Torus {
            seamless,
            period: self.period,
            turns: self.turns,
        }
    }
}

/// `N` or `N,M`
fn turns(text: &str) -> Result<[u32; 2], String> {
    let wrong = || format!("'{text}' is not a number of turns like 2 or 3,1, each 1 to 16");
    let (x, y) = text.split_once(',').unwrap_or((text, text));
    let number = |s: &str| {
        let number = s.trim().parse().map_err(|_| wrong())?;
        if (1..=16).contains(&number) {
            Ok(number)
        } else {
            Err(wrong())
        }
    };
    Ok([number(x)?, number(y)?])
}

/// `limner tile`
#[derive(Debug, Args)]
pub(crate) struct Tile {
    /// Seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Generator
    #[arg(long, value_name = "NAME", default_value = "cppn")]
    pub(crate) model: String,
    /// Truncation: 1 is the full variety, 0 the average picture (-1 to 2)
    #[arg(long, value_name = "T", default_value = "0.7", value_parser = super::values::truncation, allow_negative_numbers = true)]
    pub(crate) truncation: f32,
    /// Noise: off, fixed or a seed
    #[arg(long, value_name = "NOISE", default_value = "fixed", value_parser = super::values::noise)]
    pub(crate) noise: NoiseMode,
    /// Size in pixels
    #[arg(long, value_name = "WxH", default_value = "1024x1024")]
    pub(crate) size: Size,
    /// Sides that go on at the opposite side: x, y or xy
    #[arg(long, value_name = "SIDES", default_value = "xy", value_parser = super::values::seamless)]
    pub(crate) seamless: [bool; 2],
    /// How much there is to see in a turn (0.25 to 4)
    #[arg(long, value_name = "P", default_value = "1.5")]
    pub(crate) period: f32,
    /// How often the pattern repeats in x and y, like 2 or 3,1 (1 to 16)
    #[arg(long, value_name = "N[,M]", default_value = "1", value_parser = turns)]
    pub(crate) turns: [u32; 2],
    #[command(flatten)]
    pub(crate) output: Output,
}

/// A strip photo that is grown on until its ends meet, and up and down.
#[derive(Debug, Clone, Args)]
pub(crate) struct StripArgs {
    /// PICTURE is a strip photo of a part of what lies around: grow it on to a full turn
    #[arg(long, requires = "picture", conflicts_with = "film")]
    pub(crate) extend: bool,
    /// With --extend: say what it would take, and do nothing
    #[arg(long, requires = "extend")]
    pub(crate) estimate: bool,
    /// With --extend: degrees that the photo shows from side to side (20 to 360) [default: as many
    /// as if it were 50 high]
    #[arg(long, value_name = "DEG", requires = "extend", value_parser = fov)]
    pub(crate) fov: Option<f32>,
    /// With --extend: where its horizon is, as a share of its height from above (0 to 1)
    #[arg(long, value_name = "S", default_value = "0.5", requires = "extend", value_parser = super::values::share)]
    pub(crate) horizon: f32,
    /// With --extend: what its rows are
    #[arg(
        long,
        value_name = "KIND",
        default_value = "cylindrical",
        requires = "extend",
        value_enum
    )]
    pub(crate) projection: ProjectionArg,
}

/// What the rows of a strip photo are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProjectionArg {
    /// On a cylinder, as telephones and most stitchers make them
    Cylindrical,
    /// Heights are angles
    Equirectangular,
}

impl StripArgs {
    /// As a recipe has it.
    pub(crate) fn turn(&self) -> FullTurn {
        FullTurn {
            fov: self.fov,
            horizon: self.horizon,
            projection: match self.projection {
                ProjectionArg::Cylindrical => StripProjection::Cylindrical,
                ProjectionArg::Equirectangular => StripProjection::Equirectangular,
            },
        }
    }
}

fn fov(text: &str) -> Result<f32, String> {
    super::panorama_film_args::within(text, &ranges::STRIP_FOV)
}

/// `limner panorama`
#[derive(Debug, Args)]
pub(crate) struct Panorama {
    /// A panorama that is there already, twice as wide as high, or with --extend a strip photo;
    /// drawn anew when absent
    #[arg(value_name = "PICTURE", conflicts_with_all = ["truncation", "noise", "scale"])]
    pub(crate) picture: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) strip: StripArgs,
    /// Seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Truncation: 1 is the full variety, 0 the average picture (-1 to 2)
    #[arg(long, value_name = "T", default_value = "0.7", value_parser = super::values::truncation, allow_negative_numbers = true)]
    pub(crate) truncation: f32,
    /// Noise: off, fixed or a seed
    #[arg(long, value_name = "NOISE", default_value = "fixed", value_parser = super::values::noise)]
    pub(crate) noise: NoiseMode,
    /// Size in pixels, twice as wide as high, up to 8192x4096 [default: 4096x2048; of a strip photo
    /// that at which it keeps its scale]
    #[arg(long, value_name = "WxH")]
    pub(crate) size: Option<Size>,
    /// How much there is to see (0.25 to 4)
    #[arg(long, value_name = "S", default_value = "1")]
    pub(crate) scale: f32,
    /// Folder for six faces of a cube around the viewer, too
    #[arg(long, value_name = "DIR")]
    pub(crate) faces: Option<PathBuf>,
    /// Page to look around in it, one file that needs no network, too (.html)
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) film: PanoramaFilm,
    /// File to write (.png, .jpg, .webp, .tif)
    #[arg(short, long, value_name = "OUT", required_unless_present_any = ["picture", "film"])]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) keeping: Keeping,
}
