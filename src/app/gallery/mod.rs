//! The gallery's part of the state: what it tells, and what is asked of it.

pub mod apply;
pub mod events;
pub mod file_events;
pub mod settings;
pub mod state;
pub mod thumb_store;
