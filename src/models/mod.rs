//! The networks: definitions, loading, and the registry of those that are there.

pub mod cppn;
mod error;
mod generator;
mod hashes;
pub mod linear;
pub mod manifest;
pub mod pixels;
pub mod registry;
pub mod stylegan2;
pub mod weights;

pub use error::ModelError;
pub use generator::{Generator, GeneratorSpec, MAX_PIXELS};
pub use registry::Registry;
