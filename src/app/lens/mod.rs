//! Lens' part of the state: a photo and its sliders.

pub(in crate::app) mod apply;
pub mod document;
pub mod edit;
