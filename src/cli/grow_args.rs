//! What can be typed after `limner grow`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser};

use super::grow_values::{Coloured, Further, Placed};
use super::keeping::Keeping;
use super::values::{Sides, Size};

/// `limner grow`
#[derive(Debug, Args)]
pub(crate) struct Grow {
    /// The picture whose patches are taken
    #[arg(
        value_name = "PICTURE",
        required_unless_present = "parents",
        conflicts_with = "parents"
    )]
    pub(crate) picture: Option<PathBuf>,
    /// Take patches of this picture, too, so readily beside the first, and where a mask is light of
    /// it alone
    #[arg(long, value_name = "PICTURE[:WEIGHT][@MASK]", value_parser = OsStringValueParser::new().try_map(Further::read))]
    pub(crate) source: Vec<Further>,
    /// Breed two grown pictures of the same source: some parts as the first has them, the others as
    /// the second; the seed says which
    #[arg(long, value_name = "A,B", value_delimiter = ',', num_args = 1, conflicts_with_all = ["size", "extend", "fill", "edits", "structure", "chance", "coherence", "seamless", "keep", "source"])]
    pub(crate) parents: Vec<PathBuf>,
    /// How much is as the second parent has it (0 to 1)
    #[arg(long, value_name = "S", default_value = "0.5", requires = "parents", value_parser = super::values::share)]
    pub(crate) share: f32,
    /// Size of the result [default: the picture's own]
    #[arg(long, value_name = "WxH", conflicts_with_all = ["extend", "fill", "edits"])]
    pub(crate) size: Option<Size>,
    /// Let the picture go on beyond its edges by so many pixels
    #[arg(long, value_name = "LEFT,TOP,RIGHT,BOTTOM", conflicts_with_all = ["fill", "edits", "structure"])]
    pub(crate) extend: Option<Sides>,
    /// Fill the picture anew where this one, of the same size, is light
    #[arg(long, value_name = "MASK", conflicts_with_all = ["edits", "structure", "seamless"])]
    pub(crate) fill: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) edits: Edits,
    /// Take the arrangement of this picture, in the material of the first
    #[arg(long, value_name = "PICTURE", conflicts_with = "edits")]
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
    /// Make the picture itself seamless and leave most of it as it is; a little is cut off
    #[arg(long, requires = "seamless", conflicts_with_all = ["size", "extend", "fill", "edits", "structure", "count", "source"])]
    pub(crate) keep: bool,
    /// Say what it would take, and do nothing
    #[arg(long)]
    pub(crate) estimate: bool,
    /// File to write (.png, .jpg, .webp, .tif), or folder for several
    #[arg(short, long, value_name = "OUT", required_unless_present = "estimate")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) keeping: Keeping,
}

/// What is edited, in this order. What lies around is made whole again.
#[derive(Debug, Args)]
#[group(id = "edits", multiple = true, conflicts_with = "seamless")]
pub(crate) struct Edits {
    /// Do the edits listed in this file (docs/GROW.md says how)
    #[arg(long, value_name = "FILE.json")]
    pub(crate) edit: Option<PathBuf>,
    /// Move what is light in a mask, to the right and down, larger or smaller, flipped, turned by 90,
    /// 180 or 270 degrees; fill where it was
    #[arg(long = "move", value_name = "MASK,DX,DY[,SCALE][,flip][,turnN]", value_parser = OsStringValueParser::new().try_map(Placed::read))]
    pub(crate) moved: Vec<Placed>,
    /// Lay a copy of it elsewhere
    #[arg(long, value_name = "MASK,DX,DY[,SCALE][,flip][,turnN]", value_parser = OsStringValueParser::new().try_map(Placed::read))]
    pub(crate) copy: Vec<Placed>,
    /// Give it another mean colour
    #[arg(long, value_name = "MASK=#RRGGBB", value_parser = OsStringValueParser::new().try_map(Coloured::read))]
    pub(crate) recolour: Vec<Coloured>,
    /// Replace it with what lies around
    #[arg(long, value_name = "MASK")]
    pub(crate) remove: Vec<PathBuf>,
    /// Make true what is roughly painted in this picture of the same size, transparent elsewhere
    #[arg(long, value_name = "PICTURE")]
    pub(crate) sketch: Vec<PathBuf>,
}
