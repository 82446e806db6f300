//! The main ways in which a generator's pictures vary, for latent spaces whose own
//! directions are all alike: principal pictures, and the latents that bring them.

use super::LatentStats;
use super::linalg::dot;
use super::regress::Regression;

/// Least share of a principal picture that the latent must explain.
const LEAST_R2: f64 = 0.15;

/// A direction in whitened latents, of length one, and its share of the pictures'
/// variance.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// One number for each whitened coordinate.
    pub way: Vec<f64>,
    /// 0..=1.
    pub share: f64,
}

/// Directions from whitened latents `xs` and small copies of their pictures, largest
/// share first, at right angles to each other. A fifth of the samples is kept to see
/// whether a direction is real.
pub fn responses(xs: &[Vec<f64>], copies: &[Vec<f32>], most: usize) -> Vec<Response> {
    let Ok(principal) = LatentStats::from_samples(copies, most) else {
        return Vec::new();
    };
    let cut = xs.len() * 4 / 5;
    let scores: Vec<Vec<f64>> = copies.iter().map(|copy| principal.whiten(copy)).collect();
    let mut found: Vec<Response> = Vec::new();
    for k in 0..principal.std.len() {
        let ys: Vec<f64> = scores.iter().map(|row| row[k]).collect();
        let Some(fit) = Regression::fit(&xs[..cut], &ys[..cut], 10.0) else {
            continue;
        };
        let r2 = fit.r_squared(&xs[cut..], &ys[cut..]);
        let Some(way) = (r2 >= LEAST_R2)
            .then(|| upright(fit.slope, &found))
            .flatten()
        else {
            continue;
        };
        let variance = f64::from(principal.std[k]).powi(2) / principal.total_variance;
        found.push(Response {
            way,
            share: variance * r2,
        });
    }
    found.sort_by(|a, b| b.share.total_cmp(&a.share));
    found
}

/// What of a slope is at right angles to the ways found before, with length one.
fn upright(mut slope: Vec<f64>, found: &[Response]) -> Option<Vec<f64>> {
    let whole = dot(&slope, &slope).sqrt();
    for other in found {
        let along = dot(&slope, &other.way);
        for (s, o) in slope.iter_mut().zip(&other.way) {
            *s -= along * o;
        }
    }
    let norm = dot(&slope, &slope).sqrt();
    (norm > 0.3 * whole).then(|| slope.iter().map(|s| s / norm).collect())
}
