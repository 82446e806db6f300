//! The export dialog's part of the state, and the way of a picture through it.

pub mod apply;
pub mod events;
pub mod target;
