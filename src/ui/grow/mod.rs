//! The workspace *Grow*: pictures that grow from one of the user's own.

mod canvas;
mod extend;
mod fill;
mod grid;
pub mod panel;
mod progress;
mod remix;
mod size;
mod tiles;
pub mod workspace;
