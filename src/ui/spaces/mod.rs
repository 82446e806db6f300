//! Spaces: a picture as a tile, a panorama, a material, on a wall.

mod figure;
pub(in crate::ui) mod film;
mod homography;
mod hung;
mod material;
mod material_canvas;
mod panel;
mod panorama;
mod seamless;
mod seamless_canvas;
mod source;
mod strip;
mod viewer;
mod wall;
mod wall_canvas;
mod wall_light;
mod waves;
mod whole;
pub mod workspace;
