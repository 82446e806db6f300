//! Explore's part of the state: a generator, its pictures, variations and walks.

pub(in crate::app) mod apply;
pub mod document;
pub mod drag;
pub mod drag_doc;
pub mod drag_state;
pub mod edit;
pub(in crate::app) mod projection;
pub mod random_walk;
pub mod variations;
