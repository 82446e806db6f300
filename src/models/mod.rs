//! The networks: definitions, loading, and the registry of those that are there.

pub mod adain;
pub mod autoencoder;
pub mod cppn;
pub mod crisp;
pub mod encoder;
mod error;
mod explore;
pub mod fast_style;
pub mod folders;
mod generator;
mod hashes;
mod in_memory;
pub mod lens_directions;
pub mod lens_measure;
pub mod library;
pub mod likeness;
pub mod linear;
mod loading;
pub mod manifest;
pub mod microast;
pub mod pixels;
pub mod project;
pub mod registry;
pub mod restyle;
mod scan;
pub mod stylegan2;
pub mod styles;
pub mod transfer;
pub mod vgg19;
pub mod weights;

pub use error::ModelError;
pub use explore::find_directions;
pub use folders::user_folder;
pub use generator::{Generator, GeneratorSpec, MAX_PIXELS};
pub use loading::unused_tensors;
pub use registry::Registry;
