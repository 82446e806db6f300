//! What is worked on in Spaces.

use serde::{Deserialize, Serialize};

use crate::app::spaces::film_doc::FilmDoc;
use crate::app::spaces::strip_doc::StripDoc;
use crate::app::spaces::wall::WallDoc;
use crate::engine::surface_job::MaterialSettings;
use crate::recipe::{Domain, ExploreParams, SourceRef};

/// The network that computes each pixel from its place.
pub const WAVES: &str = "cppn";

/// What is to become of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum SpacesMode {
    /// A tile that goes on at its opposite sides.
    Seamless,
    /// Everything around a viewer.
    Panorama,
    /// Maps for renderers.
    #[default]
    Material,
    /// Hung on a wall.
    Wall,
}

impl SpacesMode {
    /// Shown name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Seamless => "Seamless",
            Self::Panorama => "Panorama",
            Self::Material => "Material",
            Self::Wall => "On the wall",
        }
    }
}

/// Where a tile or a panorama comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// The picture.
    Picture,
    /// *Waves*, computed on a torus or a sphere.
    Waves,
}

/// How a picture is made seamless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TileWay {
    /// It stays as it is, but for what its edges need: cuts and blends.
    Keep,
    /// Another one is grown of its patches.
    Grow,
}

/// A tile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TileDoc {
    /// What it is made of.
    pub origin: Origin,
    /// How a picture is made seamless.
    pub way: TileWay,
    /// Which sides of a picture go on at the opposite ones, in x and y.
    pub sides: [bool; 2],
    /// Begins the random numbers of what grows.
    pub seed: u64,
    /// *Waves*, with a torus as its domain.
    pub waves: ExploreParams,
}

/// Sides of a tile of *Waves* at first, pixels.
const TILE: u32 = 1024;
/// Period of *Waves* until the user says otherwise.
pub const PERIOD: f32 = 1.5;

impl Default for TileDoc {
    fn default() -> Self {
        Self {
            origin: Origin::Picture,
            way: TileWay::Keep,
            sides: [true; 2],
            seed: 1,
            waves: ExploreParams {
                size: Some([TILE; 2]),
                domain: Domain::Torus {
                    seamless: [true; 2],
                    period: PERIOD,
                    turns: [1, 1],
                },
                ..ExploreParams::new(WAVES, 1)
            },
        }
    }
}

/// A panorama.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PanoramaDoc {
    /// What it is made of.
    pub origin: Origin,
    /// *Waves*, with a sphere as its domain.
    pub waves: ExploreParams,
    /// Whether and how a picture is extended to one.
    pub strip: StripDoc,
    /// A film of it.
    pub film: FilmDoc,
}

/// Pixels of a panorama of *Waves* at first.
const PANORAMA: [u32; 2] = [4096, 2048];

impl Default for PanoramaDoc {
    fn default() -> Self {
        Self {
            origin: Origin::Waves,
            waves: ExploreParams {
                size: Some(PANORAMA),
                domain: Domain::Sphere { scale: 1.0 },
                ..ExploreParams::new(WAVES, 1)
            },
            strip: StripDoc::default(),
            film: FilmDoc::default(),
        }
    }
}

/// State of Spaces: one picture for all modes, each of which keeps its settings while another is in
/// front.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SpacesDoc {
    /// The picture.
    pub source: Option<SourceRef>,
    /// What is to become of it.
    pub mode: SpacesMode,
    /// A tile.
    pub tile: TileDoc,
    /// A panorama.
    pub panorama: PanoramaDoc,
    /// What decides a material.
    pub material: MaterialSettings,
    /// How it hangs.
    pub wall: WallDoc,
}

impl SpacesDoc {
    /// Whether the mode in front works on the picture.
    pub fn needs_picture(&self) -> bool {
        match self.mode {
            SpacesMode::Seamless => self.tile.origin == Origin::Picture,
            SpacesMode::Panorama => self.panorama.origin == Origin::Picture,
            SpacesMode::Material | SpacesMode::Wall => true,
        }
    }
}
