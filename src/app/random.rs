//! Dice: a ChaCha stream seeded from the system once.

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore as _, SeedableRng as _};

/// A random source for dice and walks.
pub fn random_source() -> ChaCha20Rng {
    use std::hash::{BuildHasher as _, Hasher as _};
    let from_system = std::hash::RandomState::new().build_hasher().finish();
    ChaCha20Rng::seed_from_u64(from_system)
}

/// A number that nobody expects.
pub fn number(source: &mut ChaCha20Rng) -> u64 {
    source.next_u64()
}
