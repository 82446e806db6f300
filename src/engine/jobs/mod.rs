//! One file for each kind of job.

pub(super) mod render;
