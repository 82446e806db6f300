//! The export dialog's part of the state, and the way of a picture through it.

pub(in crate::app) mod apply;
pub(in crate::app) mod events;
pub mod target;
