//! Statistics of a generator's `w` (GANSpace, Härkönen et al. 2020): mean,
//! principal directions, standard deviations.

use serde::{Deserialize, Serialize};

use super::linalg::{dot, eigen_largest};
use super::rng::{Random, RandomPurpose};
use super::{LatentError, Mapping};

/// Mean and principal directions of `w`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LatentStats {
    /// Mean, `w_dim` numbers.
    pub mean: Vec<f32>,
    /// Principal directions, largest first, unit vectors of `w_dim` numbers.
    pub components: Vec<Vec<f32>>,
    /// Standard deviation along each of them.
    pub std: Vec<f32>,
    /// Variance in all directions together.
    pub total_variance: f64,
}

/// `count` random `w`, drawn from `seed`.
///
/// # Errors
/// [`LatentError::Mapping`].
pub fn sample_w(
    mapping: &(impl Mapping + ?Sized),
    count: usize,
    seed: u64,
) -> Result<Vec<Vec<f32>>, LatentError> {
    let mut random = Random::new(RandomPurpose::Samples, seed);
    let zs: Vec<_> = (0..count)
        .map(|_| random.normals(mapping.z_dim()))
        .collect();
    mapping.map_all(&zs, None)
}

/// Latents that are mapped, or summed up, without a pause.
const PART: usize = 256;

impl LatentStats {
    /// From samples of `w`, keeping at most `keep` directions.
    ///
    /// # Errors
    /// [`LatentError::TooFew`] for fewer than two samples.
    pub fn from_samples(samples: &[Vec<f32>], keep: usize) -> Result<Self, LatentError> {
        Self::in_parts(samples, keep, &mut || Ok(()))
    }

    /// The same; `pause` is called every now and then, and ends it with its error.
    fn in_parts(
        samples: &[Vec<f32>],
        keep: usize,
        pause: &mut dyn FnMut() -> Result<(), LatentError>,
    ) -> Result<Self, LatentError> {
        let (Some(first), true) = (samples.first(), samples.len() > 1) else {
            return Err(LatentError::TooFew("too few samples for statistics"));
        };
        let (n, d) = (samples.len() as f64, first.len());
        let mut mean = vec![0.0f64; d];
        for row in samples {
            for (m, &v) in mean.iter_mut().zip(row) {
                *m += f64::from(v) / n;
            }
        }
        let covariance = covariance(samples, &mean, pause)?;
        let total_variance = (0..d).map(|i| covariance[i * d + i]).sum();
        let (values, vectors) = eigen_largest(&covariance, d, keep);
        Ok(Self {
            mean: mean.iter().map(|&v| v as f32).collect(),
            components: vectors.iter().map(|v| oriented(v)).collect(),
            std: values.iter().map(|&v| v.max(0.0).sqrt() as f32).collect(),
            total_variance,
        })
    }

    /// From `count` samples of a generator, as [`sample_w`] draws them.
    ///
    /// # Errors
    /// [`LatentError::Mapping`], [`LatentError::TooFew`].
    pub fn measure(
        mapping: &(impl Mapping + ?Sized),
        count: usize,
        keep: usize,
        seed: u64,
    ) -> Result<Self, LatentError> {
        Self::measure_in_parts(mapping, count, keep, seed, &mut || Ok(()))
    }

    /// The same; `pause` is called every now and then, for a wide mapping network takes seconds,
    /// and ends it with its error.
    ///
    /// # Errors
    /// As [`LatentStats::measure`], or what `pause` says.
    pub fn measure_in_parts(
        mapping: &(impl Mapping + ?Sized),
        count: usize,
        keep: usize,
        seed: u64,
        pause: &mut dyn FnMut() -> Result<(), LatentError>,
    ) -> Result<Self, LatentError> {
        let mut random = Random::new(RandomPurpose::Samples, seed);
        let mut samples = Vec::with_capacity(count);
        while samples.len() < count {
            pause()?;
            let part = PART.min(count - samples.len());
            let zs: Vec<_> = (0..part).map(|_| random.normals(mapping.z_dim())).collect();
            samples.extend(mapping.map_all(&zs, None)?);
        }
        Self::in_parts(&samples, keep, pause)
    }

    /// What one σ along a principal direction adds to `w`.
    pub fn step(&self, component: usize) -> Vec<f32> {
        let std = self.std[component];
        self.components[component].iter().map(|v| v * std).collect()
    }

    /// Whitened coordinates of `w`: σ along each kept direction.
    pub fn whiten(&self, w: &[f32]) -> Vec<f64> {
        let centred: Vec<f64> = w
            .iter()
            .zip(&self.mean)
            .map(|(w, m)| f64::from(*w) - f64::from(*m))
            .collect();
        self.components
            .iter()
            .zip(&self.std)
            .map(|(component, &std)| {
                let along: f64 = component
                    .iter()
                    .zip(&centred)
                    .map(|(c, w)| f64::from(*c) * w)
                    .sum();
                along / f64::from(std).max(1e-12)
            })
            .collect()
    }

    /// The offset in `w` of whitened coordinates.
    pub fn offset(&self, whitened: &[f64]) -> Vec<f32> {
        let mut sum = vec![0.0f64; self.mean.len()];
        for ((component, &std), along) in self.components.iter().zip(&self.std).zip(whitened) {
            let scale = along * f64::from(std);
            for (sum, c) in sum.iter_mut().zip(component) {
                *sum += scale * f64::from(*c);
            }
        }
        sum.iter().map(|&v| v as f32).collect()
    }
}

fn covariance(
    samples: &[Vec<f32>],
    mean: &[f64],
    pause: &mut dyn FnMut() -> Result<(), LatentError>,
) -> Result<Vec<f64>, LatentError> {
    let d = mean.len();
    let mut sum = vec![0.0f64; d * d];
    let mut centred = vec![0.0f64; d];
    for (index, row) in samples.iter().enumerate() {
        if index % PART == 0 {
            pause()?;
        }
        for ((c, &v), m) in centred.iter_mut().zip(row).zip(mean) {
            *c = f64::from(v) - m;
        }
        for i in 0..d {
            let ci = centred[i];
            for (s, cj) in sum[i * d..i * d + i + 1].iter_mut().zip(&centred) {
                *s += ci * cj;
            }
        }
    }
    let n = samples.len() as f64;
    for i in 0..d {
        for j in 0..=i {
            let value = sum[i * d + j] / n;
            (sum[i * d + j], sum[j * d + i]) = (value, value);
        }
    }
    Ok(sum)
}

/// The sign of an eigenvector means nothing; fix it so that the numbers' sum is
/// positive, and a slider doesn't turn around from machine to machine.
fn oriented(v: &[f64]) -> Vec<f32> {
    let weights: Vec<f64> = (0..v.len()).map(|i| 1.0 + i as f64 * 1e-3).collect();
    let sign = if dot(v, &weights) < 0.0 { -1.0 } else { 1.0 };
    v.iter().map(|&x| (sign * x) as f32).collect()
}
