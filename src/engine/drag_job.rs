//! What [`super::protocol::Job::Drag`] does.

use std::path::PathBuf;
use std::sync::Arc;

use crate::models::drag::DragPoint;
use crate::recipe::{ExploreParams, Mask};

/// Points of a generated picture that pull towards targets.
#[derive(Debug, Clone, PartialEq)]
pub struct DragJob {
    /// The picture; of a StyleGAN2 or StyleGAN3 generator.
    pub params: ExploreParams,
    /// Points and targets, in pixels of the picture.
    pub points: Vec<DragPoint>,
    /// Where the picture may change; it may everywhere when absent.
    pub movable: Option<Movable>,
    /// Most steps.
    pub steps: u32,
    /// Whether the picture after each step is told ([`super::protocol::Event::Dragged`]).
    pub watched: bool,
}

/// What may move.
#[derive(Debug, Clone, PartialEq)]
pub enum Movable {
    /// A picture that is bright where the other may change.
    File(PathBuf),
    /// Painted. Shared: masks can be long.
    Painted(Arc<Mask>),
}
