//! What is known of the picture that Grow's document asks for, besides its pixels.

use crate::engine::protocol::{EngineError, Estimate, JobId};
use crate::recipe::GrowParams;

/// What the engine told, and what the user doesn't want grown by itself.
#[derive(Debug, Default)]
pub struct GrowState {
    /// What was asked last, and the job that answers.
    pub(in crate::app) asked: Option<(GrowParams, JobId)>,
    /// What it would take, or why that can't be.
    pub(in crate::app) estimate: Option<Result<Estimate, EngineError>>,
    /// Stopped by the user: it isn't begun again by itself.
    pub(in crate::app) stopped: Option<GrowParams>,
    /// It couldn't be grown, and why.
    pub(in crate::app) failed: Option<(GrowParams, EngineError)>,
}

impl GrowState {
    /// What the picture asked for would take, or why there can't be one; nothing until that is
    /// known.
    pub fn estimate(&self) -> Option<&Result<Estimate, EngineError>> {
        self.estimate.as_ref()
    }

    /// Whether the user stopped a picture.
    pub fn is_stopped(&self, params: &GrowParams) -> bool {
        self.stopped.as_ref() == Some(params)
    }

    /// Why a picture couldn't be grown.
    pub fn failure(&self, params: &GrowParams) -> Option<&EngineError> {
        let (failed, error) = self.failed.as_ref()?;
        (failed == params).then_some(error)
    }
}
