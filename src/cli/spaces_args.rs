//! What can be typed after `limner material`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::spaces::gltf::Shape;
use crate::spaces::material::Convention;

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
