//! Finish: crop, straighten, light, colour, detail and size of any picture, live on the canvas.

mod crop;
mod crop_overlay;
mod curve;
mod geometry;
mod panel;
pub mod workspace;
