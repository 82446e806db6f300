//! What surface becomes of a picture, and into which files: a part of the protocol.

use std::path::PathBuf;

pub use crate::picture::panorama::is_panorama;
use crate::recipe::SourceRef;
pub use crate::spaces::gltf::Shape;
pub use crate::spaces::hang::{Frame, Hanging, Part, SIDE_CM, Stuff, parts as hung_parts};
pub use crate::spaces::material::{
    Body, Convention, Map, Settings as MaterialSettings, memory as material_memory,
};
pub use crate::spaces::panorama::strip::usual_fov;
pub use crate::spaces::tile::{SEAMLESS, seam};

/// A surface to make of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct SurfaceJob {
    /// The picture.
    pub picture: SourceRef,
    /// What it becomes.
    pub kind: SurfaceKind,
    /// Whether files that are there are replaced.
    pub replace: bool,
    /// Whether who made the photo goes into the files, as far as its own file says.
    pub photo_credit: bool,
}

/// The kinds of surfaces.
#[derive(Debug, Clone, PartialEq)]
pub enum SurfaceKind {
    /// Maps of a material in a folder, and `NAME_material.json` with its settings.
    Material {
        /// What decides it.
        settings: MaterialSettings,
        /// The folder, which is there.
        folder: PathBuf,
        /// Beginning of the files' names.
        name: String,
        /// Whose names and packing.
        convention: Convention,
        /// A `.glb` of these shapes, too.
        shapes: Vec<Shape>,
        /// A picture of a ball of it, too.
        look: bool,
    },
    /// The base colour of a material as a picture, with all settings in its recipe: for the gallery.
    Base {
        /// What decides it.
        settings: MaterialSettings,
        /// What the material is called.
        name: String,
    },
    /// A panorama, as faces of a cube and as a page to look around in.
    Panorama {
        /// Folder for the faces, which is there, and the beginning of their names.
        faces: Option<(PathBuf, String)>,
        /// The page, `.html`.
        page: Option<PathBuf>,
    },
    /// The picture as it hangs on a wall.
    Hang {
        /// How wide it is, in centimetres; the other side follows by its aspect.
        side: HangSide,
        /// Frame, mat and canvas; its size is filled in.
        hanging: Hanging,
        /// Files: `.usdz`, `.glb` or `.html` each.
        out: Vec<PathBuf>,
    },
}

/// Which side of a picture is given, in centimetres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HangSide {
    /// From left to right.
    Width(f32),
    /// From top to bottom.
    Height(f32),
}
