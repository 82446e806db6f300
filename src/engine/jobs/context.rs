//! What a job may use: the networks and photos, and its connection to the scheduler.

use crate::cancel::CancelToken;
use crate::engine::backend::{JobBackend, JobControl};
use crate::engine::inference_state::InferenceState;
use crate::engine::protocol::{EngineError, Event, JobId, Stage};
use crate::picture::Picture;

/// Networks and photos for a job, and its connection to the scheduler.
pub(in crate::engine) struct JobContext<'a> {
    /// Registry, photos, what Explore, Style and Lens keep, memory budget and device.
    pub(in crate::engine) state: &'a mut InferenceState,
    /// The scheduler.
    pub(in crate::engine) control: &'a mut dyn JobControl,
}

impl JobContext<'_> {
    /// The job's number.
    pub(in crate::engine) fn id(&self) -> Option<JobId> {
        self.control.id()
    }

    /// Reports how far the job is; reports that come too often are dropped.
    pub(in crate::engine) fn progress(&mut self, stage: Stage, done: u64, total: u64) {
        self.control.progress(stage, done, total, &mut || None);
    }

    /// As [`JobContext::progress`], with a picture that is only made if it is sent.
    pub(in crate::engine) fn progress_with_look(
        &mut self,
        stage: Stage,
        done: u64,
        total: u64,
        look: &mut dyn FnMut() -> Option<Picture>,
    ) {
        self.control.progress(stage, done, total, look);
    }

    /// Between two steps: serves previews and other quick requests.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] if the job is to stop.
    pub(in crate::engine) fn yield_to_previews(&mut self) -> Result<(), EngineError> {
        self.control.yield_to_previews(&mut *self.state)
    }

    /// Between two steps of a job that may be paused: waits while it is.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] if the job is to stop.
    pub(in crate::engine) fn yield_while_paused(&mut self) -> Result<(), EngineError> {
        let backend: &mut dyn JobBackend = &mut *self.state;
        self.control.yield_while_paused(backend)
    }

    /// Between two steps of a job that nobody waits for: whole jobs go first, too.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] if the job is to stop.
    pub(in crate::engine) fn yield_to_jobs(&mut self) -> Result<(), EngineError> {
        let backend: &mut dyn JobBackend = &mut *self.state;
        self.control.yield_to_jobs(backend)
    }

    /// Whether the job may go on.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] if the job is to stop.
    pub(in crate::engine) fn check(&self) -> Result<(), EngineError> {
        self.control.check()
    }

    /// Cancelled when the job is to stop.
    pub(in crate::engine) fn token(&self) -> CancelToken {
        self.control.token()
    }

    /// As [`JobContext::token`], and cancelled as soon as the canvas asks for a picture.
    pub(in crate::engine) fn token_before_canvas(&self) -> CancelToken {
        self.control.token_before_canvas()
    }

    /// Sends an event.
    pub(in crate::engine) fn emit(&self, event: Event) {
        self.control.emit(event);
    }
}
