//! Pictures as surfaces: materials for renderers, framed prints for a wall, panoramas around
//! a viewer. Mathematics and files only, without a network, a window or a disk: everything
//! here takes a [`Picture`](crate::picture::Picture) and gives numbers or the bytes of files.

mod error;
mod field;
pub mod gltf;
pub mod hang;
pub mod material;
pub mod panorama;
mod plain_png;
pub mod tile;
mod web;

pub use error::SpacesError;
pub use plain_png::Tags;
