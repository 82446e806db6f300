//! The timeline of Explore and Style: keyframes below the canvas, the film in its place while it plays,
//! and the dialog that writes it.

pub mod export;
pub mod film_file;
pub mod player;
pub mod strip;
mod track;
