//! The settings of Grow that decide a picture made of the patches of another.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{FullTurn, Mask, SourceRef};

/// What becomes of the source.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrowTask {
    /// The same again, differently.
    #[default]
    Vary,
    /// The source stays, and goes on for so many pixels on each side.
    Extend {
        /// Before its first column.
        left: u32,
        /// Above its first row.
        top: u32,
        /// Behind its last column.
        right: u32,
        /// Below its last row.
        bottom: u32,
    },
    /// Where a picture of the source's size is light, the source is filled anew.
    Fill {
        /// The mask.
        mask: SourceRef,
    },
    /// As [`Self::Fill`], where at least half of a painted mask lies.
    FillPainted {
        /// The mask. Shared: it can be long.
        mask: Arc<Mask>,
    },
    /// Parts are moved, copied, recoloured, removed or painted over; what lies around them is made
    /// whole again, and the rest stays.
    Edit {
        /// One after the other.
        edits: Vec<GrowEdit>,
    },
    /// The source made seamless on the sides that are to be, most of it as it is; the result is a
    /// little smaller.
    Tile,
    /// The source, a strip photo of a part of what lies around a viewer, stays, and goes on until it
    /// is an equirectangular panorama of everything, twice as wide as high.
    FullTurn(FullTurn),
    /// The arrangement of another picture in the material of the source.
    Shape {
        /// The other picture.
        structure: SourceRef,
        /// How closely it is followed, 0..=1.
        strength: f32,
    },
}

/// A part of a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrowPart {
    /// Within a closed line: its corners one after the other, in fractions of the picture's longer
    /// side from its upper left, as in [`Mask`].
    Lasso(Vec<[f32; 2]>),
    /// Where at least half of a painted mask lies.
    Painted(Arc<Mask>),
    /// Where a picture of the same size is light and opaque.
    Light(SourceRef),
}

/// One edit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GrowEdit {
    /// What it is done to; the whole picture when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<GrowPart>,
    /// What is done.
    pub change: GrowChange,
}

/// What is done to a part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrowChange {
    /// It goes elsewhere, and where it was is filled.
    Move(GrowPlacement),
    /// It is elsewhere, too.
    Copy(GrowPlacement),
    /// It gets another colour, and keeps its forms.
    Recolour {
        /// Its new mean colour, sRGB; as it was when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mean: Option<[u8; 3]>,
        /// Each channel times this, 0..=8.
        #[serde(default = "as_it_is")]
        gain: [f32; 3],
    },
    /// It is filled with what lies around.
    Remove,
    /// It is of one colour, sRGB: a rough sketch of what is to be there.
    Paint([u8; 3]),
    /// It is as in this picture of the same size, where that is opaque: a rough sketch.
    Sketch(SourceRef),
}

/// Where a part goes, and how.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GrowPlacement {
    /// Pixels to the right and down.
    pub by: [i32; 2],
    /// Times as large, about its middle, 0.05..=20.
    #[serde(default = "as_large")]
    pub scale: f32,
    /// Left and right exchanged.
    #[serde(default)]
    pub flip: bool,
    /// Quarter turns clockwise, after that, 0..=3.
    #[serde(default, skip_serializing_if = "is_upright")]
    pub turn: u8,
}

impl GrowPlacement {
    /// Where it is, as it is.
    pub const AS_IT_IS: Self = Self {
        by: [0; 2],
        scale: 1.0,
        flip: false,
        turn: 0,
    };

    /// Where a point of the part, `off` from its middle in pixels, lies from the middle's new place.
    pub fn placed(&self, off: [f64; 2]) -> [f64; 2] {
        let [x, y] = [if self.flip { -off[0] } else { off[0] }, off[1]];
        let turned = match self.turn % 4 {
            0 => [x, y],
            1 => [-y, x],
            2 => [-x, -y],
            _ => [y, -x],
        };
        turned.map(|side| side * f64::from(self.scale))
    }

    /// As it looks in a mirror: left and right exchanged, or above and below.
    #[must_use]
    pub fn mirrored(self, upright: bool) -> Self {
        let half = if upright { 2 } else { 0 };
        Self {
            flip: !self.flip,
            turn: (4 - self.turn % 4 + half) % 4,
            ..self
        }
    }

    /// Turned further, by so many quarters clockwise.
    #[must_use]
    pub fn turned(self, quarters: u8) -> Self {
        Self {
            turn: (self.turn % 4 + quarters % 4) % 4,
            ..self
        }
    }
}

fn is_upright(turn: &u8) -> bool {
    *turn == 0
}

fn as_it_is() -> [f32; 3] {
    [1.0; 3]
}

fn as_large() -> f32 {
    1.0
}

/// A further picture that patches are taken from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GrowOther {
    /// The picture.
    pub picture: SourceRef,
    /// How readily it is taken beside the source, 0.01..=100; 1 as readily.
    #[serde(default = "as_large")]
    pub weight: f32,
    /// Where in the result its patches go and no others; everywhere when absent. A mask may have
    /// any size: it is laid over the whole result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<GrowPart>,
}

/// What a second parent brings: the settings that decided its arrangement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GrowBreed {
    /// Its seed.
    pub seed: u64,
    /// Its chance.
    pub chance: f32,
    /// Its coherence.
    pub coherence: f32,
    /// Its own second parent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breed: Option<Box<GrowBreed>>,
    /// How much of the arrangement is its, 0..=1; something of both always is.
    pub share: f32,
    /// Begins the random numbers that say which parts.
    pub mix: u64,
}

/// Everything that decides a grown picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GrowParams {
    /// The picture whose patches it is made of.
    pub source: SourceRef,
    /// What becomes of it.
    #[serde(default)]
    pub task: GrowTask,
    /// Begins all random numbers.
    pub seed: u64,
    /// How far it may go from the source, 0..=1: 1 leaves the whole arrangement to chance.
    pub chance: f32,
    /// How much stays together as it is in the source, 0..=1.
    pub coherence: f32,
    /// A second parent, for variations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breed: Option<Box<GrowBreed>>,
    /// Whether the left side goes on at the right, and the upper at the lower.
    #[serde(default)]
    pub seamless: [bool; 2],
    /// The result's size in pixels; that of the source, of what it is extended to, or of the
    /// structure when absent; of a full turn, that at which the source keeps its scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<[u32; 2]>,
    /// Where in the result the source's own patches go; wherever no other's do when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<GrowPart>,
    /// Further pictures that patches are taken from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<GrowOther>,
}

impl GrowParams {
    /// Variations of a picture: everything by chance, middling pieces.
    pub fn new(source: SourceRef, seed: u64) -> Self {
        Self {
            source,
            task: GrowTask::Vary,
            seed,
            chance: 1.0,
            coherence: 0.5,
            breed: None,
            seamless: [false; 2],
            size: None,
            part: None,
            others: Vec::new(),
        }
    }

    /// A picture of the parts of this one and another of the same source; `mix` says which parts.
    pub fn bred(&self, other: &Self, share: f32, mix: u64) -> Self {
        Self {
            breed: Some(Box::new(GrowBreed {
                seed: other.seed,
                chance: other.chance,
                coherence: other.coherence,
                breed: other.breed.clone(),
                share,
                mix,
            })),
            ..self.clone()
        }
    }

    /// Calls `tell` with every picture that takes part, the source first, and whether more of it
    /// than a mask's form goes in.
    pub fn each_picture<'a>(&'a self, tell: &mut dyn FnMut(&'a SourceRef, bool)) {
        tell(&self.source, true);
        match &self.task {
            GrowTask::Vary
            | GrowTask::Tile
            | GrowTask::Extend { .. }
            | GrowTask::FullTurn(_)
            | GrowTask::FillPainted { .. } => {}
            GrowTask::Fill { mask } => tell(mask, false),
            GrowTask::Shape { structure, .. } => tell(structure, true),
            GrowTask::Edit { edits } => {
                for edit in edits {
                    if let Some(GrowPart::Light(mask)) = &edit.part {
                        tell(mask, false);
                    }
                    if let GrowChange::Sketch(picture) = &edit.change {
                        tell(picture, true);
                    }
                }
            }
        }
        if let Some(GrowPart::Light(mask)) = &self.part {
            tell(mask, false);
        }
        for other in &self.others {
            tell(&other.picture, true);
            if let Some(GrowPart::Light(mask)) = &other.part {
                tell(mask, false);
            }
        }
    }

    /// As [`Self::each_picture`], to be changed.
    pub fn each_picture_mut(&mut self, tell: &mut dyn FnMut(&mut SourceRef)) {
        tell(&mut self.source);
        match &mut self.task {
            GrowTask::Vary
            | GrowTask::Tile
            | GrowTask::Extend { .. }
            | GrowTask::FullTurn(_)
            | GrowTask::FillPainted { .. } => {}
            GrowTask::Fill { mask } => tell(mask),
            GrowTask::Shape { structure, .. } => tell(structure),
            GrowTask::Edit { edits } => {
                for edit in edits {
                    if let Some(GrowPart::Light(mask)) = &mut edit.part {
                        tell(mask);
                    }
                    if let GrowChange::Sketch(picture) = &mut edit.change {
                        tell(picture);
                    }
                }
            }
        }
        if let Some(GrowPart::Light(mask)) = &mut self.part {
            tell(mask);
        }
        for other in &mut self.others {
            tell(&mut other.picture);
            if let Some(GrowPart::Light(mask)) = &mut other.part {
                tell(mask);
            }
        }
    }

    /// Whether it goes on beyond the source's edges and there goes on at the opposite side, which
    /// recipes before version 3 didn't know.
    pub fn goes_round(&self) -> bool {
        match self.task {
            GrowTask::FullTurn(_) => true,
            GrowTask::Extend { .. } => self.seamless != [false; 2],
            _ => false,
        }
    }

    /// Whether anything but the source's own pixels goes in.
    pub fn is_of_one(&self) -> bool {
        let mut count = 0;
        self.each_picture(&mut |_, whole| count += usize::from(whole));
        count == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrors_and_turns_add_up() {
        let point = [3.0, 1.0];
        let upright = GrowPlacement::AS_IT_IS;
        for turn in 0..4 {
            for flip in [false, true] {
                let before = GrowPlacement {
                    turn,
                    flip,
                    ..upright
                };
                let [x, y] = before.placed(point);
                assert_eq!(before.mirrored(false).placed(point), [-x, y]);
                assert_eq!(before.mirrored(true).placed(point), [x, -y]);
                assert_eq!(before.turned(1).placed(point), [-y, x]);
                assert_eq!(before.turned(3).placed(point), [y, -x]);
            }
        }
    }
}
