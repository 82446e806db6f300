//! What the worker can be asked to do, apart from how requests reach it: the real
//! one has networks behind it, tests put their own in its place.

use std::path::Path;
use std::sync::Arc;

use crate::cancel::CancelToken;
use crate::engine::config::{DeviceChoice, Precision};
use crate::engine::protocol::{
    DeviceInfo, EngineError, Estimate, Job, Library, OpenedPhoto, Output, StylizeOptions, Tier,
    Work,
};
use crate::engine::scheduler::Desk;
use crate::picture::Picture;
use crate::recipe::StyleParams;

/// Whoever does the work. Lives on the engine's thread and is never shared.
pub(crate) trait Studio {
    /// The device in use.
    fn device(&self) -> &DeviceInfo;

    /// Computes elsewhere from now on, if that is there.
    fn use_device(&mut self, choice: DeviceChoice, precision: Precision);

    /// Looks for models and styles on disk.
    fn rescan(&mut self) -> Arc<Library>;

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
        options: &StylizeOptions,
    ) -> Result<Estimate, EngineError>;

    /// A whole job. Calls [`Desk::breathe`] between its steps, so that previews
    /// are served meanwhile, and [`Desk::progress`].
    fn job(&mut self, job: &Job, desk: &mut Desk) -> Result<Output, EngineError>;
}
