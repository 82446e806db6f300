//! Lens' part of the state: a photo and its sliders.

pub mod apply;
pub mod document;
pub mod edit;
