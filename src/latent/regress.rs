//! Ridge regression of a picture's attribute on whitened latents.

use super::linalg::{dot, solve_positive};

/// `y ≈ intercept + slope · x`.
#[derive(Debug, Clone, PartialEq)]
pub struct Regression {
    /// One number for each coordinate.
    pub slope: Vec<f64>,
    /// Value at the origin.
    pub intercept: f64,
}

impl Regression {
    /// Fits rows `xs` to `ys` with a penalty of `ridge` on each slope, in units of a
    /// sample. `None` if there are no samples or they aren't finite.
    pub fn fit(xs: &[Vec<f64>], ys: &[f64], ridge: f64) -> Option<Self> {
        let n = xs.first()?.len();
        if n == 0 {
            return None;
        }
        let count = xs.len() as f64;
        let mean_y = ys.iter().sum::<f64>() / count;
        let mut mean_x = vec![0.0; n];
        for x in xs {
            for (m, v) in mean_x.iter_mut().zip(x) {
                *m += v / count;
            }
        }
        let mut a = vec![0.0; n * n];
        let mut b = vec![0.0; n];
        for (x, y) in xs.iter().zip(ys) {
            let centred: Vec<f64> = x.iter().zip(&mean_x).map(|(x, m)| x - m).collect();
            for ((row, b), ci) in a.chunks_exact_mut(n).zip(&mut b).zip(&centred) {
                *b += ci * (y - mean_y);
                for (a, cj) in row.iter_mut().zip(&centred) {
                    *a += ci * cj;
                }
            }
        }
        for i in 0..n {
            a[i * n + i] += ridge;
        }
        let slope = solve_positive(&a, &b)?;
        let intercept = mean_y - dot(&slope, &mean_x);
        Some(Self { slope, intercept })
    }

    /// The fitted value.
    pub fn predict(&self, x: &[f64]) -> f64 {
        self.intercept + dot(&self.slope, x)
    }

    /// Share of the variance of `ys` that is explained; below 0 if the mean would
    /// be better.
    pub fn r_squared(&self, xs: &[Vec<f64>], ys: &[f64]) -> f64 {
        let mean = ys.iter().sum::<f64>() / ys.len().max(1) as f64;
        let left: f64 = xs
            .iter()
            .zip(ys)
            .map(|(x, y)| (y - self.predict(x)).powi(2))
            .sum();
        let whole: f64 = ys.iter().map(|y| (y - mean).powi(2)).sum();
        if whole > 0.0 { 1.0 - left / whole } else { 0.0 }
    }
}
