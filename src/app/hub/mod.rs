//! The hub's part of the state: searches, downloads, imports.
pub mod apply;
pub mod events;
pub mod state;
