//! What [`super::protocol::Job::Drag`] does.

use std::path::PathBuf;

use crate::models::drag::DragPoint;
use crate::recipe::ExploreParams;

/// Points of a generated picture that pull towards targets.
#[derive(Debug, Clone, PartialEq)]
pub struct DragJob {
    /// The picture; of a StyleGAN2 generator.
    pub params: ExploreParams,
    /// Points and targets, in pixels of the picture.
    pub points: Vec<DragPoint>,
    /// A picture that is bright where the picture may change; it may everywhere when absent.
    pub movable: Option<PathBuf>,
    /// Most steps.
    pub steps: u32,
}
