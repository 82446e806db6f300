//! How a picture was made, as data: versioned JSON that travels inside the file
//! and brings the picture back. Unknown fields of newer versions are kept.

mod domain;
mod explore;
mod finish;
pub mod foreign;
mod full_turn;
mod grow;
pub mod json;
mod lens;
mod mask_raster;
pub mod migrate;
mod origin;
pub mod ranges;
mod schema;
mod source_recipe;
mod source_title;
mod style;
mod style_walk;
mod surface;
mod turn;
mod wrap;

pub use domain::Domain;
pub use explore::{
    DirectionEdit, Easing, ExploreParams, LatentOrigin, LayerRange, NoiseMode, StyleMix, Transform,
    WalkParams, WalkPath, WalkSpan, way_at,
};
pub use finish::{FINISH_VERSION, FinishParams, FinishSettings};
pub use full_turn::{FullTurn, StripProjection};
pub use grow::{
    GrowBreed, GrowChange, GrowEdit, GrowOther, GrowParams, GrowPart, GrowPlacement, GrowTask,
};
pub use lens::{LensGain, LensOther, LensParams, LensPart};
pub use mask_raster::{MaskCanvas, PixelRegion};
pub use origin::SourceOrigin;
pub use schema::{RecipeError, SCHEMA};
pub use source_title::without_day;
pub use style::{
    EVERY_SIZE, LEARNT, Mask, MaskShape, STROKES, STYLIZE, Stroke, StyleLayer, StyleParams,
    StyleSource,
};
pub use style_walk::StyleWalkParams;
pub use surface::SurfaceParams;
pub use turn::{TurnPanorama, TurnParams};
pub use wrap::Wrap;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The newest version that this program knows. Older ones are migrated when read; newer
/// ones are shown, but not rendered. Version 2 brought [`Recipe::finish`], version 3 [`Wrap`],
/// surfaces, turns, [`Making::StyleWalk`], [`GrowTask::FullTurn`], [`WalkParams::spans`] and [`STROKES`] of every size, and refuses, in older programs, a [`Domain`] that those
/// would render as a plane; a recipe has the lowest version that knows all that is in it
/// ([`Recipe::versioned`]), so that older programs read what they can make.
pub const RECIPE_VERSION: u32 = 3;

/// The version of a recipe with a finish.
pub const FINISHED_VERSION: u32 = 2;

/// The version of a recipe without a finish and times.
pub const UNFINISHED_VERSION: u32 = 1;

/// A picture's recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// See [`Recipe::versioned`].
    pub version: u32,
    /// Program and version, e.g. `Limner 0.2.0`.
    pub software: String,
    /// When the picture was made, RFC 3339, UTC.
    pub created: String,
    /// Device and numerics that made it, e.g. `cpu avx2+fma`.
    #[serde(default)]
    pub device: String,
    /// What was done.
    pub making: Making,
    /// The networks that took part.
    #[serde(default)]
    pub models: Vec<ModelRef>,
    /// Pictures and photos that went in, the photo first, then styles.
    #[serde(default)]
    pub sources: Vec<SourceRef>,
    /// Final latents, `num_ws` rows of `w_dim` numbers, stored whenever the
    /// latent was edited, so that the same pixels come back even if a direction
    /// is measured anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_ws: Option<Vec<Vec<f32>>>,
    /// What was done to the picture at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish: Option<FinishParams>,
    /// Fields of newer versions, kept as they are.
    #[serde(flatten)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// What was done to make a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Making {
    /// A picture from a generator.
    Explore(ExploreParams),
    /// A stylised photo.
    Style(StyleParams),
    /// A photo changed by way of an autoencoder's latents.
    Lens(LensParams),
    /// A picture made of the patches of another.
    Grow(GrowParams),
    /// A photo or picture that was only enlarged.
    Upscale {
        /// How many times as large.
        scale: u32,
        /// How it goes on beyond its sides.
        #[serde(default, skip_serializing_if = "Wrap::is_none")]
        wrap: Wrap,
    },
    /// The maps of a material.
    Material(SurfaceParams),
    /// A picture as an object for a wall.
    Hang(SurfaceParams),
    /// Frames of a walk through latent space.
    Walk(WalkParams),
    /// Frames of a camera that turns around in a panorama.
    Turn(TurnParams),
    /// Frames of a photo on its way through styles and strengths.
    StyleWalk(StyleWalkParams),
    /// A picture brought in from outside.
    Imported,
}

impl Recipe {
    /// The same picture with this finish, or without any.
    pub fn finished(mut self, finish: Option<FinishParams>) -> Self {
        self.finish = finish;
        self.versioned()
    }

    /// The same with the lowest version that knows all that is in it.
    #[must_use]
    pub fn versioned(mut self) -> Self {
        let plain = self.making.is_plain() && !self.has_strokes_of_every_size();
        self.version = match (plain, &self.finish) {
            (false, _) => RECIPE_VERSION,
            (true, Some(_)) => FINISHED_VERSION,
            (true, None) => UNFINISHED_VERSION,
        };
        self
    }

    /// Whether a stylised photo was painted at every level up to its size, see [`STROKES`].
    pub fn has_strokes_of_every_size(&self) -> bool {
        let strokes = self.extra.get(STYLIZE).and_then(|extra| extra.get(STROKES));
        strokes.is_some_and(|strokes| strokes == EVERY_SIZE)
    }
}

impl Making {
    /// How the picture goes on beyond its sides, where something was done to one that does.
    pub fn wrap(&self) -> Wrap {
        match self {
            Self::Style(params) => params.wrap,
            Self::Lens(params) => params.wrap,
            Self::Upscale { wrap, .. } => *wrap,
            Self::StyleWalk(walk) => walk.points.first().map_or(Wrap::None, |p| p.wrap),
            _ => Wrap::None,
        }
    }

    /// The settings of Style that made it: one, or each keyframe's of a film; else none.
    pub fn styled(&self) -> &[StyleParams] {
        match self {
            Self::Style(params) => std::slice::from_ref(params),
            Self::StyleWalk(walk) => &walk.points,
            _ => &[],
        }
    }

    /// Whether all of it was known before version 3.
    fn is_plain(&self) -> bool {
        match self {
            Self::Explore(params) => params.domain.is_plane(),
            Self::Walk(walk) => {
                walk.spans.is_empty() && walk.points.iter().all(|point| point.domain.is_plane())
            }
            Self::Material(_) | Self::Hang(_) | Self::Turn(_) | Self::StyleWalk(_) => false,
            Self::Grow(params) => !params.goes_round(),
            other => other.wrap().is_none(),
        }
    }

    /// Whether the picture, or each frame of the film, is an equirectangular panorama.
    pub fn is_panorama(&self) -> bool {
        match self {
            Self::Explore(params) => params.domain.is_sphere(),
            Self::Walk(walk) => walk.points.first().is_some_and(|p| p.domain.is_sphere()),
            Self::Grow(params) => matches!(params.task, GrowTask::FullTurn(_)),
            other => other.wrap().is_panorama(),
        }
    }

    /// The pictures that the settings name: the photo first, then styles or the second
    /// picture.
    pub fn pictures(&self) -> Vec<&SourceRef> {
        match self {
            Self::Style(_) | Self::StyleWalk(_) => {
                let points = self.styled();
                let layers = points.iter().flat_map(|point| &point.styles);
                let mut pictures: Vec<&SourceRef> = points
                    .first()
                    .map(|point| &point.photo)
                    .into_iter()
                    .collect();
                for layer in layers {
                    if let StyleSource::File(source) = &layer.style
                        && !pictures.contains(&source)
                    {
                        pictures.push(source);
                    }
                }
                pictures
            }
            Self::Lens(params) => {
                let other = params.other.iter().map(|other| &other.picture);
                std::iter::once(&params.photo).chain(other).collect()
            }
            Self::Grow(params) => {
                let mut pictures = Vec::new();
                params.each_picture(&mut |picture, _| pictures.push(picture));
                pictures
            }
            Self::Material(params) | Self::Hang(params) => vec![&params.picture],
            Self::Turn(params) => params.picture().into_iter().collect(),
            Self::Explore(_) | Self::Upscale { .. } | Self::Walk(_) | Self::Imported => Vec::new(),
        }
    }
}

/// A network by name and content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelRef {
    /// Folder name in `models/`, e.g. `fruit`.
    pub name: String,
    /// SHA-256 of the weights file, hex; for networks without a file, of their definition.
    pub sha256: String,
}

/// A source picture by content; the path only helps to find it again. The default is none yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SourceRef {
    /// SHA-256 of the file's bytes, hex.
    pub sha256: String,
    /// File name without folders; empty when the user keeps names out of recipes.
    #[serde(default)]
    pub name: String,
    /// Where it was, as text or, when that isn't Unicode, as a `file://` URI (RFC 8089);
    /// empty when the user keeps names out of recipes.
    #[serde(default)]
    pub path: String,
    /// Artist, as far as known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub artist: String,
    /// Licence, as far as known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub licence: String,
}

/// How the place of a picture is told whose path isn't.
const CONTENT_ADDRESS: &str = "sha256:";

/// Paths in files of JSON: every one comes back, Unicode or not. For serde's `with`.
pub mod path_as_text {
    use std::path::PathBuf;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// As text.
    ///
    /// # Errors
    /// The serialiser's.
    pub fn serialize<S: Serializer>(path: &Option<PathBuf>, to: S) -> Result<S::Ok, S::Error> {
        path.as_deref().map(super::path_text).serialize(to)
    }

    /// From text.
    ///
    /// # Errors
    /// The deserialiser's.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        Ok(text.as_deref().map(super::path_from_text))
    }
}

/// How a path is told that isn't Unicode.
const FILE_URI: &str = "file://";

impl SourceRef {
    /// A file by its content.
    pub fn of_file(path: &Path, sha256: String) -> Self {
        let name = path.file_name().unwrap_or_default();
        Self {
            sha256,
            name: name.to_string_lossy().into_owned(),
            path: path_text(path),
            artist: String::new(),
            licence: String::new(),
        }
    }

    /// Where the picture lies: its path or, where that isn't told, the address of its
    /// content, which the engine finds among the photos that were opened before.
    pub fn place(&self) -> PathBuf {
        match self.path.as_str() {
            "" if self.sha256.is_empty() => PathBuf::new(),
            "" => PathBuf::from(format!("{CONTENT_ADDRESS}{}", self.sha256)),
            text => path_from_text(text),
        }
    }

    /// The hash in a place that is the address of a content.
    pub fn content_of(place: &Path) -> Option<&str> {
        place.to_str()?.strip_prefix(CONTENT_ADDRESS)
    }

    /// The file as it was `read`, with what the user said here of artist and licence.
    pub fn as_read(&self, read: &Self) -> Self {
        Self {
            artist: self.artist.clone(),
            licence: self.licence.clone(),
            ..read.clone()
        }
    }
}

#[cfg(unix)]
fn path_text(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    let bytes = path.as_os_str().as_bytes();
    match path.to_str() {
        Some(text) if !text.starts_with(FILE_URI) => text.to_owned(),
        _ => format!(
            "{FILE_URI}{}",
            percent_encoding::percent_encode(bytes, percent_encoding::NON_ALPHANUMERIC)
        ),
    }
}

#[cfg(unix)]
fn path_from_text(text: &str) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    match text.strip_prefix(FILE_URI) {
        Some(encoded) => {
            let bytes = percent_encoding::percent_decode_str(encoded).collect();
            std::ffi::OsString::from_vec(bytes).into()
        }
        None => PathBuf::from(text),
    }
}

#[cfg(not(unix))]
fn path_text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn path_from_text(text: &str) -> PathBuf {
    PathBuf::from(text)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn every_path_comes_back_from_a_recipe() {
        for bytes in [
            &b"/plain/photo.jpg"[..],
            b"/not utf-8 \xff\xfe/photo.jpg",
            "/emoji 😀/مرحبا/שלום.jpg".as_bytes(),
            b"/line\nbreak/tab\t.jpg",
            b"file://odd",
            b"/100%25/photo.jpg",
        ] {
            let path = Path::new(std::ffi::OsStr::from_bytes(bytes));
            let source = SourceRef::of_file(path, "ab".into());
            let json = serde_json::to_string(&source).unwrap();
            let back: SourceRef = serde_json::from_str(&json).unwrap();
            assert_eq!(back.place(), path);
            assert_eq!(SourceRef::content_of(&back.place()), None);
        }
        let mut unknown = SourceRef::of_file(Path::new("/a.jpg"), "ab".into());
        unknown.path.clear();
        assert_eq!(SourceRef::content_of(&unknown.place()), Some("ab"));
    }
}
