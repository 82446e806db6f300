//! The workspace *Grow*: pictures that grow from one of the user's own.

mod canvas;
mod extend;
mod fill;
mod grid;
mod lasso;
mod others;
mod outline;
pub mod panel;
mod parts;
mod progress;
mod remix;
mod size;
mod sketch;
mod tiles;
pub mod workspace;
