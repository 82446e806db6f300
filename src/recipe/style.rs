//! The state of Style that decides a stylised photo.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{SourceRef, Wrap};

/// Where a style comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StyleSource {
    /// A style that ships, by id.
    Builtin(String),
    /// A picture of the user's or of the gallery.
    File(SourceRef),
}

/// Before the ids of learnt styles, where recipes and cards name them among networks.
pub const LEARNT: &str = "learnt/";

/// Where a stylised photo's recipe keeps the size, tiles and strokes, in [`super::Recipe::extra`].
pub const STYLIZE: &str = "stylize";

/// Which of these says at how many scales strokes were laid. Absent, in recipes of version 0.1.0
/// and of films: at the network's working size only.
pub const STROKES: &str = "strokes";

/// Strokes at the working size, and finer ones at each level up to the result's size.
pub const EVERY_SIZE: &str = "every size";

/// One style with its share, its own code edits and the place where it applies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StyleLayer {
    /// The style.
    pub style: StyleSource,
    /// Share among the styles, 0..=1; shares are normalised where they meet.
    pub weight: f32,
    /// The style's code as numbers, filled in when a picture is made, so that the
    /// recipe renders without the style's file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Vec<f32>>,
    /// SHA-256 of a learnt style's file, filled in when a picture is made: the recipe is of just
    /// that painter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learnt: Option<String>,
    /// Slider offsets onto the code: (code direction index, σ).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub code_edits: Vec<(usize, f32)>,
    /// Where the style applies; everywhere when absent. Shared: masks can be long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<Arc<Mask>>,
}

/// A soft mask, resolution-free: coordinates and radii are fractions of the
/// photo's longer side, origin at the top left.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Mask {
    /// Shapes in the order they were laid down.
    pub shapes: Vec<MaskShape>,
    /// Swap inside and outside at the end.
    #[serde(default)]
    pub invert: bool,
}

/// One step of painting a mask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaskShape {
    /// A brush stroke.
    Stroke(Stroke),
    /// Everything 0 to 1 from `from` to `to`.
    Linear {
        /// Where the mask is 0.
        from: [f32; 2],
        /// Where the mask is 1.
        to: [f32; 2],
    },
    /// 1 in the centre, falling to 0 at the radius, soft over `feather` of it.
    Radial {
        /// Centre.
        center: [f32; 2],
        /// Radius.
        radius: f32,
        /// Soft part, 0..=1 of the radius.
        feather: f32,
    },
    /// The whole picture at one value, 0..=1.
    Fill(f32),
}

impl Mask {
    /// What a mask is before its first shape: nothing for shapes that add, all for a
    /// stroke that takes away.
    pub fn before(first: &MaskShape) -> Self {
        let erases = matches!(first, MaskShape::Stroke(stroke) if stroke.erase);
        Self {
            shapes: erases.then_some(MaskShape::Fill(1.0)).into_iter().collect(),
            invert: false,
        }
    }
}

impl MaskShape {
    /// Whether both could be the same shape while it is being drawn: of one kind,
    /// from one point.
    pub fn begins_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Stroke(a), Self::Stroke(b)) => {
                a.erase == b.erase && a.points.first() == b.points.first()
            }
            (Self::Linear { from: a, .. }, Self::Linear { from: b, .. }) => a == b,
            (Self::Radial { center: a, .. }, Self::Radial { center: b, .. }) => a == b,
            _ => false,
        }
    }
}

/// A brush stroke of a mask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stroke {
    /// Points along the stroke. Shared: every step of undo holds all strokes.
    pub points: Arc<[[f32; 2]]>,
    /// Brush radius.
    pub radius: f32,
    /// Soft part of the radius, 0..=1.
    pub feather: f32,
    /// Takes away instead of adding.
    pub erase: bool,
}

/// Everything that decides a stylised photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StyleParams {
    /// Network, e.g. `restyle`.
    pub model: String,
    /// The photo.
    pub photo: SourceRef,
    /// Styles; empty gives the photo back.
    pub styles: Vec<StyleLayer>,
    /// 0 is the photo, 1 the whole style; up to 1.5 exaggerates.
    pub strength: f32,
    /// Brush size: 1 is the network's own stroke when the photo's longer side is
    /// taken as 768 pixels; 0.5..=3. A fraction of the side, so that preview and
    /// print look alike.
    pub brush: f32,
    /// 0 takes the style's palette, 1 keeps the photo's colours.
    pub keep_colors: f32,
    /// How the photo goes on beyond its sides.
    #[serde(default, skip_serializing_if = "Wrap::is_none")]
    pub wrap: Wrap,
}

impl StyleParams {
    /// Whether both make the same picture: who made a source, and under what licence it is, changes
    /// none.
    pub fn is_same_picture(&self, other: &Self) -> bool {
        self == other || self.uncredited() == other.uncredited()
    }

    fn uncredited(&self) -> Self {
        let mut params = self.clone();
        let styles = params.styles.iter_mut();
        let files = styles.filter_map(|layer| match &mut layer.style {
            StyleSource::File(source) => Some(source),
            StyleSource::Builtin(_) => None,
        });
        for source in files.chain([&mut params.photo]) {
            source.artist.clear();
            source.licence.clear();
        }
        params
    }
}
