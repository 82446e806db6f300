//! The seams between the scheduler and the work: what can be asked for, apart from how
//! requests reach it. The real implementation has networks behind it, tests put their
//! own in its place.

use std::path::Path;
use std::sync::Arc;

use crate::cancel::CancelToken;
use crate::engine::config::{DeviceChoice, Precision};
use crate::engine::protocol::{
    DeviceInfo, EngineError, Estimate, Event, Job, JobId, Library, OpenedPhoto, Output, Rendering,
    Stage, Tier, Work,
};
use crate::picture::Picture;
use crate::recipe::StyleParams;

/// What is answered at once, also between two steps of a job.
pub(crate) trait PreviewBackend {
    /// One preview. Stops between layers once `stop` is cancelled.
    fn preview(
        &mut self,
        work: &Work,
        tier: Tier,
        stop: &CancelToken,
    ) -> Result<Picture, EngineError>;

    /// Reads a picture file.
    fn open(&mut self, path: &Path, max_side: u32) -> Result<OpenedPhoto, EngineError>;

    /// What a stylisation would take.
    fn estimate(
        &mut self,
        params: &StyleParams,
        rendering: &Rendering,
    ) -> Result<Estimate, EngineError>;
}

/// What runs whole jobs.
pub(crate) trait JobBackend: PreviewBackend {
    /// A whole job. Calls [`JobControl::yield_to_previews`] between its steps, and
    /// [`JobControl::progress`].
    fn job(&mut self, job: &Job, control: &mut dyn JobControl) -> Result<Output, EngineError>;
}

/// Whoever does the work. Lives on the engine's thread and is never shared.
pub(crate) trait Backend {
    /// The device in use.
    fn device(&self) -> &DeviceInfo;

    /// Computes elsewhere from now on, if that is there.
    fn use_device(&mut self, choice: DeviceChoice, precision: Precision);

    /// Looks for models and styles on disk.
    fn rescan(&mut self) -> Arc<Library>;

    /// What previews and jobs are asked of.
    fn jobs(&mut self) -> &mut dyn JobBackend;
}

/// What a running job may ask of the scheduler.
pub(crate) trait JobControl {
    /// Between two steps of a job: serves what is more urgent.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] if the job is to stop.
    fn yield_to_previews(&mut self, backend: &mut dyn PreviewBackend) -> Result<(), EngineError>;

    /// As [`JobControl::yield_to_previews`]; and while the running job is paused, serves
    /// what else comes, whole jobs too. One that nobody waits for leaves off once this one goes on,
    /// as if it were cancelled, and begins anew afterwards.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] if the job is to stop.
    fn yield_while_paused(&mut self, backend: &mut dyn JobBackend) -> Result<(), EngineError>;

    /// As [`JobControl::yield_to_previews`]; and if the running job is one that nobody
    /// waits for, or that is begun anew with each change, whole jobs that the user has asked
    /// for go first.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] if the job is to stop.
    fn yield_to_jobs(&mut self, backend: &mut dyn JobBackend) -> Result<(), EngineError>;

    /// Whether the running job may go on.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] if the job is to stop.
    fn check(&self) -> Result<(), EngineError>;

    /// The running job's number.
    fn id(&self) -> Option<JobId>;

    /// The running job's token, for networks to look at between layers.
    fn token(&self) -> CancelToken;

    /// As [`JobControl::token`], and cancelled as soon as the canvas asks for a picture: for
    /// work that can be done once more.
    fn token_before_canvas(&self) -> CancelToken;

    /// Reports how far the running job is, with a picture that is only made if the report
    /// is sent; drops reports that come too often.
    fn progress(
        &mut self,
        stage: Stage,
        done: u64,
        total: u64,
        look: &mut dyn FnMut() -> Option<Picture>,
    );

    /// Sends an event and wakes the reader. A reader that doesn't read holds the
    /// worker back, but not beyond the engine's end.
    fn emit(&self, event: Event);
}
