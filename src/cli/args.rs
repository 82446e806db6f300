//! What can be typed on the command line.

use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::gallery::GalleryCommand;
use super::hub_args::{Pull, Search};
pub(crate) use super::keeping::{Keeping, Output};
use super::learn_args::Learn;
use super::styles_args::StylesCommand;
use super::values::{AmountArg, DirectionArg, GainArg, Layers, Size, StyleArg};
use crate::engine::{DeviceChoice, Precision};
use crate::recipe::NoiseMode;

/// A desktop art studio: explore generative networks, put styles onto your photos,
/// keep the results. Without a command it opens the window.
#[derive(Debug, Parser)]
#[command(name = "limner", version, propagate_version = true)]
pub(crate) struct Cli {
    /// Pictures to open in the window
    #[arg(value_name = "PICTURE")]
    pub(crate) files: Vec<PathBuf>,
    /// Folder of the gallery [default: the one last used]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) gallery: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What every command understands.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// Where to compute: auto, cpu, cuda, cuda:N or metal
    #[arg(long, global = true, default_value = "auto")]
    pub(crate) device: DeviceChoice,
    /// Precision on a graphics card: f32, or f16 for less memory [default: f32]
    #[arg(long, global = true)]
    pub(crate) precision: Option<Precision>,
    /// CPU threads [default: all cores; in the window all but one]
    #[arg(long, global = true, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Folder with models, in addition to the standard ones (may be repeated)
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) models: Vec<PathBuf>,
    /// Print the result as JSON on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// No progress bars
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Why the program for cards couldn't be used, if it was tried.
    #[arg(skip)]
    pub(crate) gpu_problem: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Render pictures with a generator
    Generate(Generate),
    /// Render a latent walk of a generator as an animation
    Walk(super::walk_args::Walk),
    /// Put styles onto photos
    Stylize(Stylize),
    /// Learn a style from pictures: a painter of its own, in minutes
    Learn(Learn),
    /// Your own styles: list, keep, rename, delete, export, import
    #[command(subcommand)]
    Styles(StylesCommand),
    /// Change a photo with an autoencoder's sliders
    Lens(Lens),
    /// Grow new pictures from the patches of one
    Grow(super::grow_args::Grow),
    /// Draw a seamless tile
    Tile(super::waves_args::Tile),
    /// Draw a panorama, everything around; or show one around whoever looks
    Panorama(super::waves_args::Panorama),
    /// Make a material of a picture: base colour, height, normals, roughness, occlusion
    Material(Box<super::spaces_args::Material>),
    /// Hang a picture: true to scale for a phone's camera (.usdz, .glb), or in a room (.html)
    Hang(super::spaces_args::Hang),
    /// Finish a picture: crop, straighten, tone, sharpen, resize
    Finish(Box<super::finish_args::Finish>),
    /// Project a photo: find the picture of a generator that comes closest to it
    Project(Project),
    /// Drag points of a generator's picture to other places
    Drag(super::drag_args::Drag),
    /// Upscale a picture
    Upscale(Upscale),
    /// Show how a picture was made, or render it again
    #[command(subcommand)]
    Recipe(RecipeCommand),
    /// Show the models that are there
    #[command(subcommand)]
    Models(ModelsCommand),
    /// The gallery's bin
    #[command(subcommand)]
    Gallery(GalleryCommand),
    /// Measure how fast this machine is
    Bench(Bench),
    /// Show what this program finds on this machine
    Doctor,
}

/// `limner generate`
#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// Generator
    #[arg(long, value_name = "NAME")]
    pub(crate) model: String,
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
    /// Truncation: 1 is the full variety, 0 the average picture (-1 to 2); the network's own when
    /// absent, mostly 0.7
    #[arg(long, visible_alias = "temperature", value_name = "T", value_parser = super::values::truncation, allow_negative_numbers = true)]
    pub(crate) truncation: Option<f32>,
    /// Class, for networks that have some: 0, 1, …
    #[arg(long, value_name = "N")]
    pub(crate) class: Option<u32>,
    /// A second seed, for style mixing
    #[arg(long, value_name = "M")]
    pub(crate) mix_seed: Option<u64>,
    /// Layers that take the second seed's styles [default: the finer half]
    #[arg(long, value_name = "A..B", requires = "mix_seed")]
    pub(crate) mix_layers: Option<Layers>,
    /// Move along a direction by so many standard deviations (may be repeated)
    #[arg(long, value_name = "NAME=SIGMA")]
    pub(crate) direction: Vec<DirectionArg>,
    /// Per-layer noise: off, fixed or a seed
    #[arg(long, value_name = "NOISE", default_value = "fixed", value_parser = super::values::noise)]
    pub(crate) noise: NoiseMode,
    /// Size in pixels, for generators of any size
    #[arg(long, value_name = "WxH")]
    pub(crate) size: Option<Size>,
    /// Move to the right and down, in widths and heights of the picture (StyleGAN3)
    #[arg(long, value_name = "X,Y", default_value = "0,0", value_parser = super::values::translation, allow_hyphen_values = true)]
    pub(crate) translate: [f32; 2],
    /// Turn by so many degrees (StyleGAN3)
    #[arg(long, value_name = "DEGREES", default_value = "0", value_parser = super::values::rotation, allow_negative_numbers = true)]
    pub(crate) rotate: f32,
    #[command(flatten)]
    pub(crate) tiling: super::waves_args::Tiling,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// How a styled picture is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Quality {
    /// One pass of a style network
    Fast,
    /// The picture itself is optimised, for a minute or so
    Fine,
}

/// Formats of files, for folders; a file says it by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatArg {
    /// PNG
    Png,
    /// JPEG
    Jpg,
    /// WebP without loss
    Webp,
    /// TIFF
    Tif,
}

impl FormatArg {
    /// The ending of names.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpg => "jpg",
            Self::Webp => "webp",
            Self::Tif => "tif",
        }
    }
}

/// `limner stylize`
#[derive(Debug, Args)]
pub(crate) struct Stylize {
    /// Photos, or folders of some; with several, OUT is a folder
    #[arg(required = true, value_name = "PHOTO")]
    pub(crate) photos: Vec<PathBuf>,
    /// Style: a picture or the name of a built-in style, with a weight (may be repeated)
    #[arg(long, visible_alias = "style-name", value_name = "IMG[:WEIGHT]", required = true, value_parser = OsStringValueParser::new().try_map(StyleArg::read))]
    pub(crate) style: Vec<StyleArg>,
    /// 0 the photo, 1 the whole style, up to 1.5
    #[arg(long, value_name = "S", default_value = "1", value_parser = super::values::strength)]
    pub(crate) strength: f32,
    /// Stroke scale: how large the strokes are, 1 as the style has them (0.5 to 3)
    #[arg(long, value_name = "SCALE", default_value = "1", value_parser = super::values::stroke_scale)]
    pub(crate) stroke_scale: f32,
    /// The stroke scale as version 0.1 took it: in pixels of the style picture, 768 for 1
    #[arg(long, value_name = "PX", hide = true, conflicts_with = "stroke_scale", value_parser = clap::value_parser!(u32).range(128..=4608))]
    pub(crate) style_size: Option<u32>,
    /// Keep the photo's colours, wholly or by a share (0 to 1)
    #[arg(long = "keep-colours", alias = "keep-colors", value_name = "SHARE", num_args = 0..=1, require_equals = true, default_value = "0", default_missing_value = "1", value_parser = super::values::share)]
    pub(crate) keep_colors: f32,
    /// Style network [default: Limner's own]
    #[arg(long, value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// Format of the files in a folder [default: png]
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(crate) format: Option<FormatArg>,
    /// How the picture is made
    #[arg(long, value_name = "HOW", value_enum, default_value_t = Quality::Fast)]
    pub(crate) quality: Quality,
    /// With --quality fine: steps, at all sizes together [default: 120, or as many as --time allows]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) steps: Option<u32>,
    /// With --quality fine: about so many seconds for each photo
    #[arg(long, value_name = "SECONDS", value_parser = super::values::seconds)]
    pub(crate) time: Option<f64>,
    /// Longer side of the result [default: the photo's own]
    #[arg(long, value_name = "PX", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_side: Option<u32>,
    /// Longer side of a tile [default: from the memory]
    #[arg(long, value_name = "PX", value_parser = clap::value_parser!(u32).range(128..))]
    pub(crate) tile: Option<u32>,
    /// Memory limit, in megabytes
    #[arg(long = "memory-limit", alias = "memory", value_name = "MB", default_value_t = 2048, value_parser = clap::value_parser!(u64).range(64..))]
    pub(crate) memory: u64,
    /// Only tell time and memory that it would take
    #[arg(long)]
    pub(crate) estimate: bool,
    /// PHOTO is a film, also where it could be taken for a picture or several: an animated GIF, PNG or
    /// WebP, a folder of frames; OUT is one, too
    #[arg(long)]
    pub(crate) film: bool,
    /// Frame rate of a film [default: its own; 24 for a folder of frames]
    #[arg(long, value_name = "F", value_parser = super::values::fps)]
    pub(crate) fps: Option<f32>,
    #[command(flatten)]
    pub(crate) coding: super::walk_args::Coding,
    /// File to write (.png, .jpg, .webp, .tif), or folder for several; .mp4, .gif, .apng for a film
    #[arg(short, long, value_name = "OUT", required_unless_present = "estimate")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) wrapping: super::wrap_args::Wrapping,
    #[command(flatten)]
    pub(crate) keeping: Keeping,
}

/// `limner lens`
#[derive(Debug, Args)]
pub(crate) struct Lens {
    /// The photo
    #[arg(value_name = "PHOTO")]
    pub(crate) photo: PathBuf,
    /// Move along a direction by so many standard deviations (may be repeated)
    #[arg(long, value_name = "NAME=SIGMA")]
    pub(crate) direction: Vec<DirectionArg>,
    /// Intensity of light, colour, texture or all, 1 as in the photo (may be repeated)
    #[arg(long = "intensity", alias = "gain", value_name = "PART=INTENSITY")]
    pub(crate) gain: Vec<GainArg>,
    /// A second picture, and how much of it is blended in, as in a double exposure (0 to 1)
    #[arg(long, value_name = "FILE=AMOUNT", value_parser = OsStringValueParser::new().try_map(AmountArg::read))]
    pub(crate) blend: Option<AmountArg>,
    /// A second picture, and how far its light and colour are matched (0 to 1)
    #[arg(long = "match-tone", alias = "borrow", value_name = "FILE=AMOUNT", value_parser = OsStringValueParser::new().try_map(AmountArg::read))]
    pub(crate) borrow: Option<AmountArg>,
    /// A second picture, and how far its texture is matched (0 to 1)
    #[arg(
        long = "match-texture",
        alias = "borrow-texture",
        value_name = "FILE=AMOUNT",
        value_parser = OsStringValueParser::new().try_map(AmountArg::read)
    )]
    pub(crate) borrow_texture: Option<AmountArg>,
    /// Leave the photo's own fine detail out: the picture is all the network's
    #[arg(long)]
    pub(crate) redraw: bool,
    /// Autoencoder
    #[arg(long, value_name = "NAME", default_value = "lens")]
    pub(crate) model: String,
    #[command(flatten)]
    pub(crate) wrapping: super::wrap_args::Wrapping,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// `limner project`
#[derive(Debug, Args)]
pub(crate) struct Project {
    /// The photo
    #[arg(value_name = "PHOTO")]
    pub(crate) photo: PathBuf,
    /// Generator
    #[arg(long, value_name = "NAME")]
    pub(crate) model: String,
    /// Class to begin with, of networks that have classes
    #[arg(long, value_name = "N")]
    pub(crate) class: Option<u32>,
    /// Steps of the search
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) steps: u32,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// `limner upscale`
#[derive(Debug, Args)]
pub(crate) struct Upscale {
    /// The picture
    #[arg(value_name = "PHOTO")]
    pub(crate) photo: PathBuf,
    /// How many times as large; as far as the network goes when absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=8))]
    pub(crate) scale: Option<u32>,
    /// Network: crisp, or one that was imported
    #[arg(long, value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// Only tell size, time and memory that it will take
    #[arg(long)]
    pub(crate) estimate: bool,
    /// File to write (.png, .jpg, .webp, .tif)
    #[arg(short, long, value_name = "OUT", required_unless_present = "estimate")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) wrapping: super::wrap_args::Wrapping,
    #[command(flatten)]
    pub(crate) keeping: Keeping,
}

/// `limner recipe`
#[derive(Debug, Subcommand)]
pub(crate) enum RecipeCommand {
    /// Print the recipe inside a picture as JSON
    Show {
        /// The picture
        file: PathBuf,
    },
    /// Render the same pixels again
    Render {
        /// The picture, or a recipe as a .json file
        file: PathBuf,
        /// A source picture, where the recipe doesn't say where it is (may be repeated)
        #[arg(long, value_name = "FILE")]
        source: Vec<PathBuf>,
        #[command(flatten)]
        output: Output,
    },
    /// Write a copy without recipe and labels
    Strip {
        /// The picture
        file: PathBuf,
        /// File to write
        #[arg(short, long, value_name = "OUT")]
        out: PathBuf,
        /// Replace a file that is there already
        #[arg(long)]
        force: bool,
    },
}

/// `limner models`
#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// List the models and styles that are there
    List,
    /// Show a model's card
    Show {
        /// Name, as `limner models list` gives it
        name: String,
    },
    /// List the models that Limner recommends, with size and licence; opens no connection
    Catalog {
        /// Only those with these words
        #[arg(value_name = "WORD")]
        words: Vec<String>,
    },
    /// Look for models at the Hugging Face hub
    Search(Search),
    /// Download a model of the Hugging Face hub and import it
    Pull(Pull),
    /// Import a network of another program (.pkl, .pt, .pth, .safetensors); nothing in it is run
    Import {
        /// The file; for a network of several files any of them, or their folder
        file: PathBuf,
        /// Name that the model gets; the file's own when absent
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// Folder for the model; the user's models when absent
        #[arg(long, value_name = "FOLDER")]
        into: Option<PathBuf>,
    },
}

/// `limner bench`
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Runs of each measurement
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) runs: u32,
    /// Also time the 12-megapixel photo
    #[arg(long)]
    pub(crate) full: bool,
    /// Generator [default: the first trained one]
    #[arg(long, value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// Run this part only, in this process
    #[arg(long, hide = true)]
    pub(crate) part: Option<String>,
}
