//! The export dialog's part of the state, and the way of a picture through it.

pub mod flow;
pub mod target;
