//! Patches as a few numbers: their principal components.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;

use super::canvas::Canvas;
use super::kernel::{DIMS, PAIRS, Projection};
use super::{PATCH, Place};

/// Numbers in a patch.
const VALUES: usize = PATCH * PATCH * 4;
/// Patches that the components are found on.
const SAMPLE: usize = 2048;
/// Rounds of subspace iteration; the components need not be exact, only the same everywhere.
const ROUNDS: usize = 6;
/// Length of a component in integers.
const LENGTH: f64 = 4096.0;

/// The first [`DIMS`] principal components of patches around `places` of `canvas`, in plain
/// double arithmetic in one order: the same on every processor.
pub(super) fn components(canvas: &Canvas, places: &[Place]) -> Projection {
    let step = places.len().div_ceil(SAMPLE).max(1);
    let sample: Vec<Vec<f64>> = places
        .iter()
        .step_by(step)
        .map(|&place| patch(canvas, place))
        .collect();
    let mut mean = vec![0.0; VALUES];
    for values in &sample {
        add(&mut mean, values, 1.0 / sample.len() as f64);
    }
    let centred: Vec<Vec<f64>> = sample
        .into_iter()
        .map(|mut values| {
            add(&mut values, &mean, -1.0);
            values
        })
        .collect();
    let covariance: Vec<Vec<f64>> = (0..VALUES)
        .into_par_iter()
        .map(|row| {
            let mut sums = vec![0.0; VALUES];
            for values in &centred {
                add(&mut sums, values, values[row]);
            }
            sums
        })
        .collect();
    let mut vectors = start();
    for _ in 0..ROUNDS {
        vectors = vectors
            .par_iter()
            .map(|vector| covariance.iter().map(|row| dot(row, vector)).collect())
            .collect();
        orthonormalise(&mut vectors);
    }
    in_integers(&vectors, &mean)
}

fn add(sums: &mut [f64], values: &[f64], factor: f64) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += factor * value;
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn patch(canvas: &Canvas, [x, y]: Place) -> Vec<f64> {
    let row = |dy: usize| {
        let start = (usize::from(y) + dy) * canvas.width + usize::from(x);
        canvas.data[start..start + PATCH].iter()
    };
    (0..PATCH)
        .flat_map(row)
        .flat_map(|pixel| pixel.iter().map(|&value| f64::from(value)))
        .collect()
}

/// Any directions will do to begin with.
fn start() -> Vec<Vec<f64>> {
    let mut random = ChaCha8Rng::seed_from_u64(0);
    (0..DIMS)
        .map(|_| {
            let value = |_| f64::from(random.next_u32()) / f64::from(u32::MAX) - 0.5;
            (0..VALUES).map(value).collect()
        })
        .collect()
}

/// Gram and Schmidt's way, twice for stability; what has no length of its own becomes nothing.
fn orthonormalise(vectors: &mut [Vec<f64>]) {
    for i in 0..vectors.len() {
        let (done, rest) = vectors.split_at_mut(i);
        let vector = &mut rest[0];
        let before = dot(vector, vector);
        for _ in 0..2 {
            for other in done.iter() {
                let along = dot(vector, other);
                add(vector, other, -along);
            }
        }
        let length = dot(vector, vector);
        let factor = match length > before * 1e-18 && length > 0.0 {
            true => 1.0 / length.sqrt(),
            false => 0.0,
        };
        vector.iter_mut().for_each(|value| *value *= factor);
    }
}

fn in_integers(vectors: &[Vec<f64>], mean: &[f64]) -> Projection {
    let mut projection = Projection {
        pairs: vec![[[0; 2]; DIMS]; PAIRS],
        offset: [0; DIMS],
    };
    for (lane, vector) in vectors.iter().enumerate() {
        let mut offset = 0.0;
        for (i, value) in vector.iter().enumerate() {
            let whole = (value * LENGTH).round();
            projection.pairs[i / 2][lane][i % 2] = whole as i16;
            offset += whole * mean[i].round();
        }
        projection.offset[lane] = offset as i32;
    }
    projection
}
