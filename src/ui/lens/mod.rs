//! The workspace *Lens*: a photo of the user's with sliders of its own.

pub mod panel;
pub mod workspace;
