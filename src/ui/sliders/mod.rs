//! Direction sliders, of a generator's picture or of a photo.

pub mod directions;
pub mod layers;
pub mod target;
