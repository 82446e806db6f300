//! *Fine*: the picture itself is optimised until its features, as VGG-19 has them, keep the photo's
//! content and take the statistics of the paintings.
//!
//! Knows the networks and their operators, nothing of files, jobs or recipes.

mod descent;
mod objective;
mod painting;
mod profile;
mod pyramid;
pub mod schedule;
mod style;

pub use objective::{Measured, Objective, Weights};
pub use painting::{Goal, Painting, Region};
pub use profile::{Profile, Ratio};
pub use style::Style;
