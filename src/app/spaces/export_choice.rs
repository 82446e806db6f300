//! What Spaces can write.

use std::path::PathBuf;

use crate::app::spaces::document::SpacesMode;
use crate::engine::surface_job::{Convention, Shape};

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpacesExport {
    /// The maps of the material into a folder.
    Maps {
        /// Whose names and packing.
        convention: Convention,
        /// Files that are there are replaced.
        replace: bool,
    },
    /// The material on a shape, `.glb`, and its maps beside it.
    Shape {
        /// What it is put on.
        shape: Shape,
        /// Whose names and packing.
        convention: Convention,
        /// Files that are there are replaced.
        replace: bool,
    },
    /// Six faces of a cube into a folder.
    Faces {
        /// Files that are there are replaced.
        replace: bool,
    },
    /// A page to look around in.
    PanoramaPage,
    /// An object for phones, `.usdz`.
    WallUsdz,
    /// An object for renderers, `.glb`.
    WallGlb,
    /// A page with the picture in a room.
    WallPage,
}

/// Files to write, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpacesFiles {
    /// What.
    pub what: SpacesExport,
    /// The folder or the file.
    pub to: PathBuf,
    /// What files in a folder are named after.
    pub name: String,
}

impl SpacesExport {
    /// The ending of the one file; none for a folder.
    pub fn ending(self) -> Option<&'static str> {
        match self {
            Self::Maps { .. } | Self::Shape { .. } | Self::Faces { .. } => None,
            Self::WallUsdz => Some("usdz"),
            Self::WallGlb => Some("glb"),
            Self::PanoramaPage | Self::WallPage => Some("html"),
        }
    }

    /// The mode that it is of.
    pub(in crate::app) fn mode(self) -> SpacesMode {
        match self {
            Self::Maps { .. } | Self::Shape { .. } => SpacesMode::Material,
            Self::Faces { .. } | Self::PanoramaPage => SpacesMode::Panorama,
            Self::WallUsdz | Self::WallGlb | Self::WallPage => SpacesMode::Wall,
        }
    }
}
