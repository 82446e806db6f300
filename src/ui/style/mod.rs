//! The workspace *Style*: a photo, styles with weights, and the way to the full size.

pub mod chosen;
pub mod compare;
pub mod credit;
pub mod film;
pub mod fine;
pub mod folder;
pub mod learning;
pub mod names;
pub mod output;
pub mod own_styles;
pub mod presets;
pub mod report;
pub mod sliders;
pub mod swatches;
pub mod tryouts;
pub mod workspace;
