//! A run of the drag tool, as the window knows it.

use crate::app::explore::drag_doc::{DragArrow, DragDoc};
use crate::engine::protocol::JobId;
use crate::picture::Picture;
use crate::recipe::ExploreParams;

/// What drags now, and what came of it last.
#[derive(Debug, Default)]
pub struct DragState {
    /// The run at work.
    pub run: Option<DragRun>,
    /// How the last one ended.
    pub last: Option<DragEnd>,
}

/// Points on their way.
#[derive(Debug, Clone)]
pub struct DragRun {
    /// Its job.
    pub id: JobId,
    /// What it began with; it ends when that changes.
    pub params: ExploreParams,
    /// The same.
    pub doc: DragDoc,
    /// Steps taken.
    pub steps: u32,
    /// Where the points are now.
    pub points: Vec<DragArrow>,
    /// The picture after the last step.
    pub picture: Option<Picture>,
}

/// The end of a run.
#[derive(Debug, Clone)]
pub struct DragEnd {
    /// Steps taken.
    pub steps: u32,
    /// Pixels that the farthest point has left.
    pub left: f32,
    /// Whether all points have arrived.
    pub arrived: bool,
    /// The picture that it told of.
    pub params: ExploreParams,
}
