//! What panels may change in Spaces.

use crate::app::spaces::document::{PanoramaDoc, SpacesMode, TileDoc};
use crate::app::spaces::strip_doc::StripDoc;
use crate::app::spaces::wall::WallDoc;
use crate::engine::surface_job::MaterialSettings;
use crate::recipe::{ExploreParams, SourceRef, TurnParams};

/// A change of Spaces. Parts are replaced as wholes, with the name of what was changed in them.
#[derive(Debug, Clone)]
pub enum SpacesEdit {
    /// The picture.
    Source(SourceRef),
    /// What is to become of it.
    Mode(SpacesMode),
    /// The tile.
    Tile(Box<TileDoc>, &'static str),
    /// The panorama.
    Panorama(Box<PanoramaDoc>, &'static str),
    /// The material.
    Material(Box<MaterialSettings>, &'static str),
    /// The wall.
    Wall(Box<WallDoc>, &'static str),
    /// A photo of a wall.
    Room(SourceRef),
    /// All sliders of the mode in front to where they were at first.
    Reset,
    /// A picture and its material as its recipe has it.
    MaterialOf(SourceRef, Box<MaterialSettings>),
    /// A strip photo that is extended to a full turn, as a recipe has it.
    Strip(SourceRef, Box<StripDoc>),
    /// A film of a panorama as its recipe has it.
    Turn(Box<TurnParams>),
    /// *Waves* as a recipe has it, in the mode of its domain.
    Waves {
        /// Its parameters; on a torus or a sphere.
        params: Box<ExploreParams>,
        /// Name of the step.
        label: &'static str,
    },
}
