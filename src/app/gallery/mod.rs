//! The gallery's part of the state: what it tells, and what is asked of it.

pub(in crate::app) mod apply;
pub(in crate::app) mod events;
pub(in crate::app) mod file_events;
mod listing;
pub mod settings;
pub mod state;
pub mod thumb_store;
