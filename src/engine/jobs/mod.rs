//! One file for each kind of job.

pub(super) mod directions;
pub(super) mod fine;
pub(super) mod folder;
pub(super) mod lens;
pub(super) mod project;
pub(super) mod render;
pub(super) mod replay;
pub(super) mod stylize;
pub(super) mod upscale;
pub(super) mod walk;
