//! Pictures that were made at full size: they stay at hand, so that the canvas shows them and
//! nothing is made twice to be saved, exported and sent on.

use std::sync::Arc;

use crate::engine::protocol::{Job, StylizeOptions, Work};
use crate::picture::Picture;
use crate::recipe::Recipe;

/// Bytes of pictures that stay at hand; the newest one always does.
const KEPT: usize = 256 << 20;

/// What decides a picture at full size.
#[derive(Debug, Clone, PartialEq)]
pub struct FinalOf {
    /// The document's picture.
    pub work: Work,
    /// For a stylised photo.
    pub options: Option<StylizeOptions>,
}

impl FinalOf {
    /// What a job makes; nothing for one of *Fine*, which has its own place, and for those that
    /// make no picture of a document.
    pub(in crate::app) fn job(job: &Job) -> Option<Self> {
        let (work, options) = match job {
            Job::Render(params) => (Work::Explore(Arc::clone(params)), None),
            Job::RenderLens(params) => (Work::Lens(Arc::clone(params)), None),
            Job::Grow(params) => (Work::Grow(Arc::clone(params)), None),
            Job::Stylize(params, options) => (Work::Style(Arc::clone(params)), Some(*options)),
            _ => return None,
        };
        Some(Self { work, options })
    }
}

/// A picture at full size.
#[derive(Debug, Clone)]
pub struct Final {
    /// What it is.
    pub of: FinalOf,
    /// Pixels.
    pub picture: Picture,
    /// How it was made.
    pub recipe: Box<Recipe>,
}

/// The pictures at hand, the newest last.
#[derive(Debug, Default)]
pub struct Finals {
    made: Vec<Final>,
}

impl Finals {
    /// Keeps a picture at hand; older ones make room.
    pub(in crate::app) fn put(&mut self, of: FinalOf, picture: Picture, recipe: Box<Recipe>) {
        self.made.retain(|made| made.of != of);
        self.made.push(Final {
            of,
            picture,
            recipe,
        });
        let bytes = |made: &[Final]| made.iter().map(|m| m.picture.rgba().len()).sum::<usize>();
        while self.made.len() > 1 && bytes(&self.made) > KEPT {
            self.made.remove(0);
        }
    }

    /// Networks or the device have changed: what they make may look different.
    pub(in crate::app) fn clear(&mut self) {
        self.made.clear();
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.made.is_empty()
    }

    /// A picture, if it is at hand.
    pub fn of(&self, of: &FinalOf) -> Option<&Final> {
        self.made.iter().find(|made| made.of == *of)
    }
}
