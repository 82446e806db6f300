//! Neighbours, children and random walks: small moves in whitened `w`, where all
//! directions count alike.

use super::Ws;
use super::rng::{Random, RandomPurpose};
use super::stats::LatentStats;

/// A random unit vector in whitened coordinates.
fn unit(random: &mut Random, dim: usize) -> Vec<f64> {
    let v: Vec<f64> = (0..dim).map(|_| random.normal()).collect();
    let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt().max(1e-12);
    v.iter().map(|x| x / norm).collect()
}

fn moved(ws: &[Vec<f32>], offset: &[f32]) -> Ws {
    ws.iter()
        .map(|row| row.iter().zip(offset).map(|(w, o)| w + o).collect())
        .collect()
}

/// `count` variations around `ws`, each `distance` σ away in a random direction.
/// The same seed gives the same ones, the first `n` whatever `count` is.
pub fn neighbours(
    ws: &[Vec<f32>],
    stats: &LatentStats,
    distance: f64,
    count: usize,
    seed: u64,
) -> Vec<Ws> {
    let mut random = Random::new(RandomPurpose::Variation, seed);
    (0..count)
        .map(|_| {
            let way: Vec<f64> = unit(&mut random, stats.std.len())
                .iter()
                .map(|x| x * distance)
                .collect();
            moved(ws, &stats.offset(&way))
        })
        .collect()
}

/// `count` children of two parents. Every layer comes from one parent, from the
/// other, or from between them; neighbouring layers tend to stay together.
pub fn breed(a: &[Vec<f32>], b: &[Vec<f32>], count: usize, seed: u64) -> Vec<Ws> {
    let mut random = Random::new(RandomPurpose::Variation, seed);
    (0..count).map(|_| child(a, b, &mut random)).collect()
}

fn child(a: &[Vec<f32>], b: &[Vec<f32>], random: &mut Random) -> Ws {
    let mut share = first_share(random);
    a.iter()
        .zip(b)
        .map(|(a, b)| {
            if random.uniform() < 0.3 {
                share = first_share(random);
            }
            super::paths::lerp(a, b, share)
        })
        .collect()
}

/// How much of the second parent: none, all, or something between, equally often.
fn first_share(random: &mut Random) -> f64 {
    match random.below(3) {
        0 => 0.0,
        1 => 1.0,
        _ => 0.25 + 0.5 * random.uniform(),
    }
}

/// A random walk that keeps its direction for a while and stays near the mean.
#[derive(Debug, Clone)]
pub struct RandomWalk {
    random: Random,
    heading: Vec<f64>,
}

impl RandomWalk {
    /// Starts in a direction drawn from the seed.
    pub fn new(stats: &LatentStats, seed: u64) -> Self {
        let mut random = Random::new(RandomPurpose::Variation, seed);
        let heading = unit(&mut random, stats.std.len());
        Self { random, heading }
    }

    /// The next point, `distance` σ on. `inertia` 0..1: how far the old direction
    /// holds.
    pub fn step(
        &mut self,
        ws: &[Vec<f32>],
        stats: &LatentStats,
        distance: f64,
        inertia: f64,
    ) -> Ws {
        let inertia = inertia.clamp(0.0, 0.999);
        let fresh = unit(&mut self.random, self.heading.len());
        // Far out, turn back: beyond √dim σ there is nothing that the network knows.
        let mean_row = mean_of(ws);
        let place = stats.whiten(&mean_row);
        let bound = (place.len() as f64).sqrt();
        let out = place.iter().map(|x| x * x).sum::<f64>().sqrt() / bound.max(1e-9);
        let pull = (out - 0.8).max(0.0);
        for ((h, f), p) in self.heading.iter_mut().zip(&fresh).zip(&place) {
            *h = inertia * *h + (1.0 - inertia) * f - pull * p / bound;
        }
        let norm = self.heading.iter().map(|x| x * x).sum::<f64>().sqrt();
        for h in &mut self.heading {
            *h /= norm.max(1e-12);
        }
        let way: Vec<f64> = self.heading.iter().map(|h| h * distance).collect();
        moved(ws, &stats.offset(&way))
    }
}

/// Mean of the layers.
pub(super) fn mean_of(ws: &[Vec<f32>]) -> Vec<f32> {
    let mut mean = vec![0.0; ws.first().map_or(0, Vec::len)];
    for row in ws {
        for (m, v) in mean.iter_mut().zip(row) {
            *m += v / ws.len() as f32;
        }
    }
    mean
}
