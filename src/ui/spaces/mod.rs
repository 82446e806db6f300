//! Spaces: a picture as a tile, a panorama, a material, on a wall.

mod material;
mod material_canvas;
mod panel;
mod source;
pub mod workspace;
