//! New pictures from one picture, without training: patches of the source put together anew, from
//! coarse to fine (Granot et al., "Drop the GAN: In Defense of Patches Nearest Neighbors as Single
//! Image Generative Models", CVPR 2022), with a search that takes seconds.

mod basis;
mod begin;
mod breed;
mod canvas;
mod coarse;
mod cohere;
pub mod edit;
mod error;
mod growing;
mod heights;
mod kernel;
mod lasso;
mod layer;
mod matching;
mod membrane;
mod refine;
mod region;
mod resample;
mod rim;
mod rows;
mod schedule;
mod seams;
mod shift;
mod sources;
mod task;
mod tile;
mod tree;
mod vote;
mod work;

pub use coarse::{Coarse, Small, Told, coarse, halved, halved_size, halvings, reduced};
pub use error::GrowError;
pub use lasso::within;
pub use schedule::{Level, check_size};
pub use seams::seams;
pub use task::{Breed, Genes, Grown, MOST_PARENTS, Material, Other, Settings, Task};
pub use tile::{Tiled, tile};
pub use work::{grow, grow_on, memory, plan, plan_sizes, work};

/// Side of a patch.
const PATCH: usize = 7;
/// Least side of a source and of a result.
pub const LEAST_SIDE: u32 = 16;
/// Most side of either.
pub const MOST_SIDE: u32 = 32768;
/// Most pixels of either.
pub const MOST_PIXELS: u64 = 24_000_000;

/// Most pictures that patches are taken from.
pub const MOST_SOURCES: usize = 8;

/// A patch's upper left corner, `[x, y]`.
pub type Place = [u16; 2];

/// No place: what is there already needs no patch.
const NOWHERE: Place = [u16::MAX; 2];
