//! What is worked on in Grow.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::recipe::{
    GrowBreed, GrowEdit, GrowOther, GrowParams, GrowPart, GrowTask, Mask, SourceRef,
};

/// What is to become of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum GrowWay {
    /// The same again, differently, at any size.
    #[default]
    Vary,
    /// Beyond its edges.
    Extend,
    /// Anew where it is painted over.
    Fill,
    /// In the arrangement of another picture.
    Remix,
    /// With parts moved, copied, recoloured or removed.
    Edit,
}

impl GrowWay {
    /// Shown name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Vary => "Vary",
            Self::Extend => "Extend",
            Self::Fill => "Fill",
            Self::Remix => "Remix",
            Self::Edit => "Parts",
        }
    }
}

/// State of Grow. Like [`GrowParams`], but there may be no picture yet, and each way keeps its
/// settings while another is in front.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GrowDoc {
    /// Where the patches come from.
    pub source: Option<SourceRef>,
    /// What is to become of it.
    pub way: GrowWay,
    /// Begins all random numbers.
    pub seed: u64,
    /// See [`GrowParams::chance`].
    pub chance: f32,
    /// See [`GrowParams::coherence`].
    pub coherence: f32,
    /// See [`GrowParams::seamless`]; not for extending and filling.
    pub seamless: [bool; 2],
    /// A variation that is seamless keeps the picture, but for what its edges need.
    pub keep: bool,
    /// The result's size; that of the source, or of the structure, when absent. Not for extending
    /// and filling.
    pub size: Option<[u32; 2]>,
    /// Pixels that are added at the left, top, right and bottom.
    pub sides: [u32; 4],
    /// Where it is filled. Shared: masks can be long.
    pub mask: Option<Arc<Mask>>,
    /// The same as a picture file, out of a recipe; a painted mask goes before it.
    pub mask_file: Option<SourceRef>,
    /// The picture whose arrangement is followed.
    pub structure: Option<SourceRef>,
    /// How closely, 0..=1.
    pub strength: f32,
    /// A second parent, for variations and remixes.
    pub breed: Option<Box<GrowBreed>>,
    /// Where in the result the source's own patches go.
    pub part: Option<GrowPart>,
    /// Further pictures that patches are taken from.
    pub others: Vec<GrowOther>,
    /// What is done to parts of the picture. Shared: masks can be long.
    pub edits: Arc<Vec<GrowEdit>>,
}

impl Default for GrowDoc {
    fn default() -> Self {
        Self {
            source: None,
            way: GrowWay::Vary,
            seed: 1,
            chance: CHANCE,
            coherence: COHERENCE,
            seamless: [false; 2],
            keep: false,
            size: None,
            sides: [0; 4],
            mask: None,
            mask_file: None,
            structure: None,
            strength: STRENGTH,
            breed: None,
            part: None,
            others: Vec::new(),
            edits: Arc::default(),
        }
    }
}

/// Chance until the user says otherwise: the whole arrangement.
pub const CHANCE: f32 = 1.0;
/// Coherence until the user says otherwise.
pub const COHERENCE: f32 = 0.5;
/// Strength of a structure until the user says otherwise.
pub const STRENGTH: f32 = 0.5;

impl GrowDoc {
    /// What the engine is asked for; nothing as long as something is missing for it.
    pub fn params(&self) -> Option<GrowParams> {
        let source = self.source.clone()?;
        let task = self.task()?;
        let keeps = self.keeps();
        let free = matches!(self.way, GrowWay::Vary | GrowWay::Remix) && !keeps;
        let seams = free || keeps || self.way == GrowWay::Extend;
        Some(GrowParams {
            task,
            chance: self.chance,
            coherence: self.coherence,
            seamless: if seams { self.seamless } else { [false; 2] },
            size: self.size.filter(|_| free),
            breed: self.breed.clone().filter(|_| free),
            part: self.part.clone(),
            others: match keeps {
                true => Vec::new(),
                false => self.others.clone(),
            },
            source,
            seed: self.seed,
        })
    }

    /// Whether the picture itself is made seamless.
    pub fn keeps(&self) -> bool {
        self.way == GrowWay::Vary && self.keep && self.seamless != [false; 2]
    }

    fn task(&self) -> Option<GrowTask> {
        Some(match self.way {
            GrowWay::Vary if self.keeps() => GrowTask::Tile,
            GrowWay::Vary => GrowTask::Vary,
            GrowWay::Extend if self.sides == [0; 4] => return None,
            GrowWay::Extend => {
                let [left, top, right, bottom] = self.sides;
                GrowTask::Extend {
                    left,
                    top,
                    right,
                    bottom,
                }
            }
            GrowWay::Fill => match (&self.mask, &self.mask_file) {
                (Some(mask), _) => GrowTask::FillPainted {
                    mask: Arc::clone(mask),
                },
                (None, Some(mask)) => GrowTask::Fill { mask: mask.clone() },
                (None, None) => return None,
            },
            GrowWay::Edit if self.edits.is_empty() => return None,
            GrowWay::Edit => GrowTask::Edit {
                edits: (*self.edits).clone(),
            },
            GrowWay::Remix => GrowTask::Shape {
                structure: self.structure.clone()?,
                strength: self.strength,
            },
        })
    }

    /// Takes over a recipe's state; what it doesn't tell of stays at hand.
    pub fn set_params(&mut self, params: GrowParams) {
        self.source = Some(params.source);
        self.seed = params.seed;
        self.chance = params.chance;
        self.coherence = params.coherence;
        self.seamless = params.seamless;
        self.size = params.size;
        self.breed = params.breed;
        self.part = params.part;
        self.others = params.others;
        match params.task {
            GrowTask::Vary => {
                self.way = GrowWay::Vary;
                self.keep = false;
            }
            GrowTask::Tile => {
                self.way = GrowWay::Vary;
                self.keep = true;
            }
            GrowTask::Extend {
                left,
                top,
                right,
                bottom,
            } => {
                self.way = GrowWay::Extend;
                self.sides = [left, top, right, bottom];
            }
            // Of Spaces, where it goes: here it is the strip.
            GrowTask::FullTurn(_) => self.way = GrowWay::Extend,
            GrowTask::Fill { mask } => {
                self.way = GrowWay::Fill;
                self.mask = None;
                self.mask_file = Some(mask);
            }
            GrowTask::FillPainted { mask } => {
                self.way = GrowWay::Fill;
                self.mask = Some(mask);
                self.mask_file = None;
            }
            GrowTask::Edit { edits } => {
                self.way = GrowWay::Edit;
                self.edits = Arc::new(edits);
            }
            GrowTask::Shape {
                structure,
                strength,
            } => {
                self.way = GrowWay::Remix;
                self.structure = Some(structure);
                self.strength = strength;
            }
        }
    }

    /// The result's size, for a source and a structure of these sizes.
    pub fn result_size(&self, source: [u32; 2], structure: Option<[u32; 2]>) -> [u32; 2] {
        match self.way {
            GrowWay::Vary if self.keeps() => source,
            GrowWay::Vary => self.size.unwrap_or(source),
            GrowWay::Fill | GrowWay::Edit => source,
            GrowWay::Remix => self.size.or(structure).unwrap_or(source),
            GrowWay::Extend => {
                let [left, top, right, bottom] = self.sides;
                let side = |own: u32, before: u32, after: u32| {
                    own.saturating_add(before).saturating_add(after)
                };
                [side(source[0], left, right), side(source[1], top, bottom)]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(name: &str) -> SourceRef {
        SourceRef {
            sha256: name.into(),
            name: name.into(),
            ..SourceRef::default()
        }
    }

    #[test]
    fn what_is_missing_is_waited_for_and_recipes_come_back_as_they_were() {
        let mut doc = GrowDoc::default();
        assert_eq!(doc.params(), None);
        doc.source = Some(source("a"));
        doc.size = Some([64, 32]);
        doc.sides = [0, 5, 0, 0];
        doc.mask = Some(Arc::new(Mask::default()));
        doc.structure = Some(source("b"));
        for way in [
            GrowWay::Vary,
            GrowWay::Extend,
            GrowWay::Fill,
            GrowWay::Remix,
        ] {
            doc.way = way;
            let params = doc.params().unwrap();
            let mut other = GrowDoc::default();
            other.set_params(params.clone());
            assert_eq!(other.params(), Some(params), "{way:?}");
        }
        doc.sides = [0; 4];
        doc.mask = None;
        doc.structure = None;
        for way in [GrowWay::Extend, GrowWay::Fill, GrowWay::Remix] {
            doc.way = way;
            assert_eq!(doc.params(), None, "{way:?}");
        }
    }

    #[test]
    fn sizes_follow_the_way() {
        let mut doc = GrowDoc {
            sides: [1, 2, 3, 4],
            ..GrowDoc::default()
        };
        let size = |doc: &GrowDoc| doc.result_size([10, 20], Some([7, 8]));
        assert_eq!(size(&doc), [10, 20]);
        doc.way = GrowWay::Extend;
        assert_eq!(size(&doc), [14, 26]);
        doc.way = GrowWay::Remix;
        assert_eq!(size(&doc), [7, 8]);
        doc.size = Some([30, 30]);
        assert_eq!(size(&doc), [30, 30]);
        doc.way = GrowWay::Fill;
        assert_eq!(size(&doc), [10, 20]);
    }
}
