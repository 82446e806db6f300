//! Randomness that gives the same numbers everywhere: ChaCha20 keyed by a purpose
//! and a seed, normal numbers by our own Box-Muller. Nothing else in the program
//! draws random numbers that decide a picture.

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};

/// Changes whenever the same seed would give other numbers.
pub const RNG_VERSION: u32 = 1;

/// What the numbers are for. Each purpose is a key of its own, so that a picture's
/// `z` and its noise never share numbers although they may share the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RandomPurpose {
    /// `z` of a generator.
    Latent,
    /// Per-layer noise.
    Noise,
    /// Weights of the coordinate network.
    Weights,
    /// Samples for statistics and directions.
    Samples,
    /// Neighbours, breeding, walks.
    Variation,
}

impl RandomPurpose {
    fn tag(self) -> [u8; 4] {
        match self {
            Self::Latent => *b"latz",
            Self::Noise => *b"nois",
            Self::Weights => *b"wght",
            Self::Samples => *b"smpl",
            Self::Variation => *b"vari",
        }
    }
}

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub struct Random {
    rng: ChaCha20Rng,
    spare: Option<f64>,
}

impl Random {
    /// The stream of a purpose and a seed.
    pub fn new(purpose: RandomPurpose, seed: u64) -> Self {
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..12].copy_from_slice(&purpose.tag());
        key[12..16].copy_from_slice(&RNG_VERSION.to_le_bytes());
        key[16..22].copy_from_slice(b"limner");
        Self {
            rng: ChaCha20Rng::from_seed(key),
            spare: None,
        }
    }

    /// Uniform in `[0, 1)`.
    pub fn uniform(&mut self) -> f64 {
        (self.rng.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Standard normal (Box-Muller in f64).
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * self.uniform()).sin_cos();
        self.spare = Some(radius * sin);
        radius * cos
    }

    /// Standard normal numbers.
    pub fn normals(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.normal() as f32).collect()
    }

    /// A whole number in `0..bound`; 0 when `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        ((self.uniform() * bound as f64) as usize).min(bound.saturating_sub(1))
    }
}

/// `z` of a seed: `dim` standard normal numbers.
pub fn z_of_seed(seed: u64, dim: usize) -> Vec<f32> {
    Random::new(RandomPurpose::Latent, seed).normals(dim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_seed_never_change() {
        let z = z_of_seed(42, 4);
        let again = z_of_seed(42, 6);
        assert_eq!(z, again[..4]);
        assert_ne!(z, z_of_seed(43, 4));
        assert_ne!(z, Random::new(RandomPurpose::Noise, 42).normals(4));
    }

    #[test]
    fn normal_numbers_are_normal() {
        let v = Random::new(RandomPurpose::Samples, 7).normals(100_000);
        let mean = v.iter().map(|&x| f64::from(x)).sum::<f64>() / v.len() as f64;
        let var = v.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / v.len() as f64;
        let inside = v.iter().filter(|x| x.abs() < 1.0).count() as f64 / v.len() as f64;
        assert!(mean.abs() < 0.01, "{mean}");
        assert!((var - 1.0).abs() < 0.02, "{var}");
        assert!((inside - 0.6827).abs() < 0.01, "{inside}");
    }
}
