//! The hub's part of the state: searches, downloads, imports.
pub(in crate::app) mod apply;
pub(in crate::app) mod events;
pub mod state;
