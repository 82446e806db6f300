//! What can be typed after `limner grow`.

use std::path::PathBuf;

use clap::Args;

use super::values::{Sides, Size};
use super::writing_args::Keeping;

/// `limner grow`
#[derive(Debug, Args)]
pub(crate) struct Grow {
    /// The picture whose patches are taken
    #[arg(value_name = "PICTURE")]
    pub(crate) picture: PathBuf,
    /// Size of the result [default: the picture's own]
    #[arg(long, value_name = "WxH", conflicts_with_all = ["extend", "fill"])]
    pub(crate) size: Option<Size>,
    /// Let the picture go on beyond its edges by so many pixels
    #[arg(long, value_name = "LEFT,TOP,RIGHT,BOTTOM", conflicts_with_all = ["fill", "structure", "seamless"])]
    pub(crate) extend: Option<Sides>,
    /// Fill the picture anew where this one, of the same size, is light
    #[arg(long, value_name = "MASK", conflicts_with_all = ["structure", "seamless"])]
    pub(crate) fill: Option<PathBuf>,
    /// Take the arrangement of this picture, in the material of the first
    #[arg(long, value_name = "PICTURE")]
    pub(crate) structure: Option<PathBuf>,
    /// How closely the structure is followed (0 to 1)
    #[arg(long, value_name = "S", default_value = "0.5", requires = "structure", value_parser = super::values::share)]
    pub(crate) strength: f32,
    /// Seed of the first picture
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    pub(crate) seed: u64,
    /// Pictures, with rising seeds; OUT is then a folder
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) count: Option<u32>,
    /// How far from the picture: 1 leaves its whole arrangement to chance, less only smaller parts,
    /// 0 nothing [default: 1; with --size and one picture 0]
    #[arg(long, value_name = "C", value_parser = super::values::share)]
    pub(crate) chance: Option<f32>,
    /// How much stays together as it is in the picture (0 to 1)
    #[arg(long, value_name = "C", default_value = "0.5", value_parser = super::values::share)]
    pub(crate) coherence: f32,
    /// Let sides go on at the opposite side: x, y or xy
    #[arg(long, value_name = "SIDES", value_parser = super::values::seamless)]
    pub(crate) seamless: Option<[bool; 2]>,
    /// Say what it would take, and do nothing
    #[arg(long)]
    pub(crate) estimate: bool,
    /// File to write (.png, .jpg, .webp, .tif), or folder for several
    #[arg(short, long, value_name = "OUT", required_unless_present = "estimate")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) keeping: Keeping,
}
