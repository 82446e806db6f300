//! What can be typed after `limner material` and `limner hang`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};

use crate::engine::surface_job::{Convention, Frame, Shape};

/// Programs that materials are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgramArg {
    /// Blender, by the names that Node Wrangler knows
    Blender,
    /// Unreal Engine: DirectX normals; occlusion, roughness, metalness in one map
    Unreal,
    /// Unity: a mask map (HDRP and URP)
    Unity,
    /// Godot: an ORM map
    Godot,
}

impl From<ProgramArg> for Convention {
    fn from(program: ProgramArg) -> Self {
        match program {
            ProgramArg::Blender => Self::Blender,
            ProgramArg::Unreal => Self::Unreal,
            ProgramArg::Unity => Self::Unity,
            ProgramArg::Godot => Self::Godot,
        }
    }
}

/// Shapes that a material is put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShapeArg {
    /// A sheet of the picture's aspect
    Plane,
    /// A ball
    Sphere,
    /// A cube
    Cube,
}

impl From<ShapeArg> for Shape {
    fn from(shape: ShapeArg) -> Self {
        match shape {
            ShapeArg::Plane => Self::Plane,
            ShapeArg::Sphere => Self::Sphere,
            ShapeArg::Cube => Self::Cube,
        }
    }
}

/// How the files of a surface are written.
#[derive(Debug, Clone, Args)]
pub(crate) struct SurfaceKeeping {
    /// Replace files that are there already
    #[arg(long)]
    pub(crate) force: bool,
    /// Don't write creator, copyright, title and day of the photo into what is made from it
    #[arg(long)]
    pub(crate) no_photo_credit: bool,
}

/// `limner material`
#[derive(Debug, Args)]
pub(crate) struct Material {
    /// The picture
    #[arg(value_name = "PICTURE")]
    pub(crate) picture: PathBuf,
    /// Names and packing for a program [default: every map by itself]
    #[arg(long = "for", value_name = "PROGRAM", value_enum)]
    pub(crate) program: Option<ProgramArg>,
    /// Begin with the settings of a material that was made (NAME_material.json)
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    /// How far uneven light is taken out of the base colour (0 to 1) [default: 0.7]
    #[arg(long, value_name = "S", value_parser = super::values::share)]
    pub(crate) even: Option<f32>,
    /// From what size on light and shade are light, not relief: share of the shorter side (0.02 to 0.5) [default: 0.2]
    #[arg(long, value_name = "S")]
    pub(crate) light_scale: Option<f32>,
    /// Strength of the relief (0 to 4) [default: 1]
    #[arg(long, value_name = "S")]
    pub(crate) height_strength: Option<f32>,
    /// How much fine detail the relief has (0 to 1) [default: 0.5]
    #[arg(long, value_name = "S", value_parser = super::values::share)]
    pub(crate) detail: Option<f32>,
    /// Dark is high, light is deep
    #[arg(long)]
    pub(crate) invert: bool,
    /// Roughness of what is smooth (0 to 1) [default: 0.55]
    #[arg(long, value_name = "S", value_parser = super::values::share)]
    pub(crate) roughness: Option<f32>,
    /// How much rougher rugged places are (0 to 1) [default: 0.5]
    #[arg(long, value_name = "S", value_parser = super::values::share)]
    pub(crate) variation: Option<f32>,
    /// Strength of the ambient occlusion (0 to 2) [default: 1]
    #[arg(long, value_name = "S")]
    pub(crate) occlusion: Option<f32>,
    /// Metalness (0 to 1) [default: 0]
    #[arg(long, value_name = "S", value_parser = super::values::share)]
    pub(crate) metalness: Option<f32>,
    /// Sides at which the maps go on at the opposite side: x, y, xy or none [default: those at which the picture does]
    #[arg(long, value_name = "SIDES", value_parser = sides)]
    pub(crate) seamless: Option<[bool; 2]>,
    /// Also a .glb of this shape in the material (may be repeated)
    #[arg(long, value_name = "SHAPE", value_enum)]
    pub(crate) glb: Vec<ShapeArg>,
    /// Also a picture of a ball of it
    #[arg(long)]
    pub(crate) look: bool,
    /// Beginning of the files' names [default: the picture's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Folder to write into
    #[arg(short, long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) keeping: SurfaceKeeping,
}

/// As [`super::values::seamless`], or `none`.
fn sides(text: &str) -> Result<[bool; 2], String> {
    match text {
        "none" => Ok([false; 2]),
        _ => super::values::seamless(text).map_err(|e| format!("{e}, nor none")),
    }
}

/// Frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FrameArg {
    /// Black paint
    Black,
    /// White paint
    White,
    /// Light wood
    Oak,
    /// Dark wood
    Walnut,
    /// Gilding
    Gold,
    /// Brushed metal
    Aluminium,
}

impl From<FrameArg> for Frame {
    fn from(frame: FrameArg) -> Self {
        match frame {
            FrameArg::Black => Self::Black,
            FrameArg::White => Self::White,
            FrameArg::Oak => Self::Oak,
            FrameArg::Walnut => Self::Walnut,
            FrameArg::Gold => Self::Gold,
            FrameArg::Aluminium => Self::Aluminium,
        }
    }
}

/// `limner hang`
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("side").required(true).args(["width_cm", "height_cm"])))]
pub(crate) struct Hang {
    /// The picture
    #[arg(value_name = "PICTURE")]
    pub(crate) picture: PathBuf,
    /// Width of the picture itself, in centimetres; its height follows
    #[arg(long, value_name = "CM")]
    pub(crate) width_cm: Option<f32>,
    /// Height of the picture itself, in centimetres; its width follows
    #[arg(long, value_name = "CM")]
    pub(crate) height_cm: Option<f32>,
    /// Frame [default: none]
    #[arg(long, value_name = "FRAME", value_enum)]
    pub(crate) frame: Option<FrameArg>,
    /// Width of the frame's moulding, in centimetres
    #[arg(long, value_name = "CM", default_value = "2", requires = "frame")]
    pub(crate) frame_width: f32,
    /// Width of a mat between picture and frame, in centimetres [default: none]
    #[arg(
        long,
        value_name = "CM",
        default_value = "0",
        hide_default_value = true
    )]
    pub(crate) mat: f32,
    /// Colour of the mat
    #[arg(long, value_name = "#RRGGBB", default_value = "#f4f1ea", value_parser = color)]
    pub(crate) mat_color: [u8; 3],
    /// Stretch it as a canvas over a frame so deep, in centimetres; the picture goes on around the edge [default: a sheet]
    #[arg(
        long,
        value_name = "CM",
        default_value = "0",
        hide_default_value = true
    )]
    pub(crate) canvas: f32,
    /// File to write (.usdz, .glb or .html; may be repeated)
    #[arg(short, long, value_name = "OUT", required = true)]
    pub(crate) out: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) keeping: SurfaceKeeping,
}

/// `#rrggbb`
fn color(text: &str) -> Result<[u8; 3], String> {
    let wrong = || format!("'{text}' is not a colour like #f4f1ea");
    let digits = text.strip_prefix('#').unwrap_or(text);
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    let number = u32::from_str_radix(digits, 16).map_err(|_| wrong())?;
    let [_, r, g, b] = number.to_be_bytes();
    Ok([r, g, b])
}
