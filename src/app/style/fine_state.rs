//! What *Fine* has at work and has made.

use std::sync::Arc;

use crate::app::action::Purpose;
use crate::engine::protocol::{FineOptions, JobId};
use crate::picture::Picture;
use crate::recipe::{Recipe, StyleParams};

/// What decides a picture of *Fine*. Those of one picture are equal, whoever is said to have made its
/// sources.
#[derive(Debug, Clone)]
pub struct FineRequest {
    /// Photo, styles, settings.
    pub params: Arc<StyleParams>,
    /// Size and work.
    pub options: FineOptions,
}

impl PartialEq for FineRequest {
    fn eq(&self, other: &Self) -> bool {
        self.options == other.options
            && (Arc::ptr_eq(&self.params, &other.params)
                || self.params.is_same_picture(&other.params))
    }
}

/// A picture that waits or is at work.
#[derive(Debug)]
pub(in crate::app) struct FineJob {
    pub(in crate::app) id: JobId,
    pub(in crate::app) request: FineRequest,
    /// What else is to be done with it.
    pub(in crate::app) then: Vec<Purpose>,
}

/// A picture that has been painted.
#[derive(Debug, Clone)]
pub struct FineResult {
    /// Of what.
    pub request: FineRequest,
    /// Full size.
    pub picture: Picture,
    /// With the steps taken.
    pub recipe: Box<Recipe>,
    /// Not stopped before its end.
    pub whole: bool,
}

/// All pictures of *Fine*, at work and made.
#[derive(Debug, Default)]
pub struct FineState {
    pub(in crate::app) jobs: Vec<FineJob>,
    /// Newest last.
    pub(in crate::app) made: Vec<FineResult>,
}
