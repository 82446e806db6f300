//! Mathematics of latent spaces on plain numbers: seeds, truncation, mixing,
//! directions, ways between points. Knows no network: generators come in as [`Mapping`].

mod resolve;
pub mod rng;

pub use resolve::{DirectionLookup, LatentError, Mapping, check, resolve, truncate};

/// One style vector per layer: `num_ws` rows of `w_dim` numbers.
pub type Ws = Vec<Vec<f32>>;
