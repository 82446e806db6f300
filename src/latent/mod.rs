//! Mathematics of latent spaces on plain numbers: seeds, truncation, mixing,
//! directions, ways between points. Knows no network: generators come in as
//! [`Mapping`], their pictures through a closure.

pub mod attributes;
pub mod codes;
mod directions;
pub mod discover;
pub mod grid;
pub mod landscape;
pub mod linalg;
pub mod numpy_random;
pub mod paths;
pub mod regress;
mod resolve;
pub mod response;
pub mod rng;
pub mod sliders;
mod stats;
mod vary;
mod walk;

pub use directions::{DIRECTIONS_VERSION, Direction, DirectionSet};
pub use resolve::{DirectionLookup, LatentError, Mapping, check, resolve, truncate};
pub use stats::{LatentStats, sample_w};
pub use vary::{RandomWalk, breed, neighbours};
pub use walk::{Walk, distance};

/// One style vector per layer: `num_ws` rows of `w_dim` numbers.
pub type Ws = Vec<Vec<f32>>;
