//! Masks: painting them, seeing them, and what they belong to.

pub mod overlay;
pub mod paint;
pub mod target;
pub mod tools;
