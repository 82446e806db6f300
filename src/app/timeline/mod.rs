//! The timeline of Explore: keyframes that become a film.

pub(in crate::app) mod apply;
pub mod document;
pub mod edit;
