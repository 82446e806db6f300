//! Learning a style: *Restyle*'s painter gets other numbers, so that photos come out in the style of
//! one or several pictures.
//!
//! Knows the networks and their operators, nothing of files, jobs or recipes.

mod adam;
mod balance;
pub mod file;
mod lesson;
mod painter;
mod parameters;
mod start;
mod student;

pub use adam::Adam;
pub use balance::Balance;
pub use lesson::{Lesson, Mark, Room};
pub use painter::{Painter, Passage};
pub use parameters::Parameters;
pub use start::Audition;
pub use student::{BATCH, Course, Progress};
