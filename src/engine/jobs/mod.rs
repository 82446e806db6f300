//! One file for each kind of job.

pub(super) mod directions;
pub(super) mod render;
pub(super) mod replay;
pub(super) mod walk;
