//! The photo that is worked on, in Style and in Lens.

pub mod gallery_pick;
pub mod slot;
