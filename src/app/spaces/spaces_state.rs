//! What Spaces knows besides its document: the newest look, how seamless it is.

use std::time::Duration;

use crate::engine::protocol::{EngineError, FilmEstimate, Seq, TurnJob, Work};
use crate::picture::Picture;

/// A look as it came.
#[derive(Debug, Clone)]
pub struct SpacesShown {
    /// Pixels.
    pub picture: Picture,
    /// What it shows.
    pub work: Work,
    /// Longer side at most.
    pub side: u32,
    /// How long it took.
    pub took: Duration,
    /// How much stronger it changes across its border than inside, in x and y.
    pub seam: [f32; 2],
}

/// A look that was asked for.
#[derive(Debug, Clone)]
pub(in crate::app) struct Asked {
    pub(in crate::app) seq: Seq,
    pub(in crate::app) work: Work,
    pub(in crate::app) side: u32,
}

/// Spaces' part of the state.
#[derive(Debug, Default)]
pub struct SpacesState {
    /// The newest look.
    pub shown: Option<SpacesShown>,
    /// Why there is no newer one, and what was asked for.
    pub(in crate::app) failed: Option<(Work, EngineError)>,
    /// The request that is being answered.
    pub(in crate::app) asked: Option<Asked>,
    /// Of the last request.
    pub(in crate::app) seq: Seq,
    /// The seams of the picture as it was opened, by its content.
    pub(in crate::app) opened: Option<(String, [f32; 2])>,
    /// The seams of a tile at full size.
    pub(in crate::app) whole: Option<(Work, [f32; 2])>,
    /// What a film of a turn takes.
    pub film: Option<(Box<TurnJob>, FilmEstimate)>,
}

impl SpacesState {
    /// Why there is no look at that.
    pub fn failure(&self, work: &Work) -> Option<&EngineError> {
        let (failed, error) = self.failed.as_ref()?;
        (failed == work).then_some(error)
    }

    /// The seams of the picture as it was opened.
    pub fn seam_before(&self, sha256: &str) -> Option<[f32; 2]> {
        let (of, seam) = self.opened.as_ref()?;
        (of == sha256).then_some(*seam)
    }

    /// The seams of what the document asks for: of the whole picture, or of a look at it.
    pub fn seam_of(&self, work: &Work) -> Option<[f32; 2]> {
        let whole = self.whole.as_ref().filter(|(of, _)| of == work);
        let shown = self.shown.as_ref().filter(|shown| shown.work == *work);
        whole
            .map(|(_, seam)| *seam)
            .or_else(|| shown.map(|shown| shown.seam))
    }
}
