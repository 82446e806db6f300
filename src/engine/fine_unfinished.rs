//! Pictures of *Fine* that were left before their end, with what is needed to go on as if they had
//! not been.

use std::collections::VecDeque;
use std::time::Duration;

use super::protocol::{Effort, FineOptions};
use super::resample::Planes;
use crate::fine::Painting;
use crate::fine::schedule::{Scale, Schedule};
use crate::recipe::StyleParams;

/// Most that are kept: one that was stopped, and one that made room while it was paused. Each may
/// hold some hundred megabytes.
const MOST: usize = 2;

/// A picture that was left before its end.
pub(crate) struct Unfinished {
    /// Of what.
    pub(super) params: StyleParams,
    /// Longer side of the result; the photo's own when absent.
    pub(super) max_side: Option<u32>,
    /// How long it was to be worked at.
    pub(super) effort: Effort,
    /// The whole way, and what comes after; faces of panoramas have theirs by themselves.
    pub(super) way: Option<(Schedule, Option<u32>)>,
    /// Where on it.
    pub(super) at: At,
}

impl Unfinished {
    /// Whether a request for this picture, worked at as long, goes on here. The way is not asked
    /// for: with the measured speed it may be shared out a little differently each time.
    fn is_of(&self, params: &StyleParams, options: &FineOptions) -> bool {
        self.max_side == options.max_side
            && self.effort == options.effort
            && self.params.is_same_picture(params)
    }
}

/// Where a picture was left.
pub(super) enum At {
    /// At one of its sizes.
    Size(Box<Stand>),
    /// Before its tiles.
    Painted {
        /// What was done at the scales.
        taken: Vec<Scale>,
        /// What came of it.
        painted: Planes,
    },
    /// A panorama, between two faces.
    Faces(Faces),
}

/// How far a picture has come at one of its sizes.
pub(super) struct Stand {
    /// What was done at the scales before.
    pub(super) taken: Vec<Scale>,
    /// The scale at work.
    pub(super) painting: Painting,
    /// Steps taken at it.
    pub(super) steps: u32,
    /// Time spent at it.
    pub(super) spent: Duration,
}

/// How far the faces of a panorama have come.
#[derive(Default)]
pub(super) struct Faces {
    /// What was done with each at the scales before.
    pub(super) taken: Vec<Scale>,
    /// All faces as they were after that; none before the coarsest size is done.
    pub(super) coarser: Vec<Planes>,
    /// Those that are done at the size at work.
    pub(super) finer: Vec<Planes>,
    /// Steps that each takes at it, once the first one has.
    pub(super) steps: Option<u32>,
}

/// All that were left lately.
#[derive(Default)]
pub(crate) struct AllUnfinished {
    newest_last: VecDeque<Unfinished>,
}

impl AllUnfinished {
    /// Takes out what a request goes on with.
    pub(super) fn take(
        &mut self,
        params: &StyleParams,
        options: &FineOptions,
    ) -> Option<Unfinished> {
        let mut all = self.newest_last.iter();
        let at = all.position(|one| one.is_of(params, options))?;
        self.newest_last.remove(at)
    }

    /// Keeps one; the oldest goes when there are too many.
    pub(super) fn keep(&mut self, one: Unfinished) {
        self.newest_last.push_back(one);
        if self.newest_last.len() > MOST {
            self.newest_last.pop_front();
        }
    }
}
