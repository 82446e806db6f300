//! Small dense matrices in f64, row by row; deterministic.

/// Eigenvalues (largest first) and eigenvectors (rows) of a symmetric matrix of
/// `n` × `n` numbers, by Jacobi rotations.
pub fn eigen_symmetric(matrix: &[f64], n: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut a = matrix.to_vec();
    let mut v: Vec<f64> = (0..n * n).map(|i| f64::from(i % (n + 1) == 0)).collect();
    for _sweep in 0..60 {
        let off: f64 = (0..n)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| a[i * n + j].powi(2))
            .sum();
        let trace: f64 = (0..n).map(|i| a[i * n + i].powi(2)).sum();
        if off <= trace * 1e-26 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut v, n, p, q);
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[j * n + j].total_cmp(&a[i * n + i]));
    let values = order.iter().map(|&i| a[i * n + i]).collect();
    let vectors = order
        .iter()
        .map(|&i| v[i * n..(i + 1) * n].to_vec())
        .collect();
    (values, vectors)
}

/// One Jacobi rotation that brings `a[p][q]` to zero; `v` holds vectors as rows.
fn rotate(a: &mut [f64], v: &mut [f64], n: usize, p: usize, q: usize) {
    let apq = a[p * n + q];
    if apq == 0.0 {
        return;
    }
    let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
    let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let t = if theta == 0.0 { 1.0 } else { t };
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    for k in 0..n {
        let (x, y) = (a[k * n + p], a[k * n + q]);
        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
    for k in 0..n {
        let (x, y) = (a[p * n + k], a[q * n + k]);
        a[p * n + k] = c * x - s * y;
        a[q * n + k] = s * x + c * y;
    }
    for k in 0..n {
        let (x, y) = (v[p * n + k], v[q * n + k]);
        v[p * n + k] = c * x - s * y;
        v[q * n + k] = s * x + c * y;
    }
}

/// The `count` largest eigenvalues and eigenvectors (rows) of a symmetric positive
/// matrix, by subspace iteration from a fixed start.
pub fn eigen_largest(matrix: &[f64], n: usize, count: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let count = count.min(n);
    if n <= 96 || count * 2 > n {
        let (mut values, mut vectors) = eigen_symmetric(matrix, n);
        values.truncate(count);
        vectors.truncate(count);
        return (values, vectors);
    }
    // Some more than asked for: the last ones converge slowest.
    let wide = (count + count / 2 + 8).min(n);
    let mut basis: Vec<Vec<f64>> = (0..wide)
        .map(|i| (0..n).map(|j| start(i * n + j)).collect())
        .collect();
    orthonormalise(&mut basis);
    for _ in 0..40 {
        basis = basis.iter().map(|row| multiply(matrix, n, row)).collect();
        orthonormalise(&mut basis);
    }
    let moved: Vec<Vec<f64>> = basis.iter().map(|row| multiply(matrix, n, row)).collect();
    let small: Vec<f64> = basis
        .iter()
        .flat_map(|a| moved.iter().map(move |b| dot(a, b)))
        .collect();
    let (mut values, mixes) = eigen_symmetric(&symmetric(small, wide), wide);
    values.truncate(count);
    let vectors = mixes[..count]
        .iter()
        .map(|mix| combine(mix, &basis, n))
        .collect();
    (values, vectors)
}

/// Fixed numbers without pattern, -0.5..0.5.
fn start(i: usize) -> f64 {
    ((i as f64 + 1.0) * 0.618_033_988_749_894_9).fract() - 0.5 + 1e-3 * ((i * i) as f64).sin()
}

fn symmetric(mut m: Vec<f64>, n: usize) -> Vec<f64> {
    for i in 0..n {
        for j in 0..i {
            let mean = 0.5 * (m[i * n + j] + m[j * n + i]);
            (m[i * n + j], m[j * n + i]) = (mean, mean);
        }
    }
    m
}

fn combine(mix: &[f64], basis: &[Vec<f64>], n: usize) -> Vec<f64> {
    let mut sum = vec![0.0; n];
    for (share, row) in mix.iter().zip(basis) {
        for (sum, value) in sum.iter_mut().zip(row) {
            *sum += share * value;
        }
    }
    sum
}

fn multiply(matrix: &[f64], n: usize, x: &[f64]) -> Vec<f64> {
    matrix.chunks_exact(n).map(|row| dot(row, x)).collect()
}

/// Scalar product.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Gram-Schmidt, twice for safety.
fn orthonormalise(rows: &mut [Vec<f64>]) {
    for _ in 0..2 {
        for i in 0..rows.len() {
            let (done, rest) = rows.split_at_mut(i);
            let Some(row) = rest.first_mut() else { break };
            for other in done.iter() {
                let along = dot(row, other);
                for (value, o) in row.iter_mut().zip(other) {
                    *value -= along * o;
                }
            }
            let norm = dot(row, row).sqrt().max(1e-300);
            for value in row.iter_mut() {
                *value /= norm;
            }
        }
    }
}

/// Solves `A x = b` for a symmetric positive definite `A` of `n` × `n` numbers
/// (Cholesky). `None` if it isn't positive definite.
pub fn solve_positive(a: &[f64], b: &[f64]) -> Option<Vec<f64>> {
    let n = b.len();
    let mut l = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let sum = a[i * n + j] - dot(&l[i * n..i * n + j], &l[j * n..j * n + j]);
            if i == j {
                if sum <= 0.0 || !sum.is_finite() {
                    return None;
                }
                l[i * n + i] = sum.sqrt();
            } else {
                l[i * n + j] = sum / l[j * n + j];
            }
        }
    }
    let mut y = vec![0.0; n];
    for (i, b) in b.iter().enumerate() {
        y[i] = (b - dot(&l[i * n..i * n + i], &y[..i])) / l[i * n + i];
    }
    for i in (0..n).rev() {
        let above: f64 = (i + 1..n).map(|k| l[k * n + i] * y[k]).sum();
        y[i] = (y[i] - above) / l[i * n + i];
    }
    Some(y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latent::rng::{Random, RandomPurpose};

    fn random_covariance(n: usize, seed: u64) -> Vec<f64> {
        let mut random = Random::new(RandomPurpose::Samples, seed);
        let rows: Vec<Vec<f64>> = (0..2 * n)
            .map(|_| {
                (0..n)
                    .map(|j| random.normal() * 4.0 / (1.0 + j as f64))
                    .collect()
            })
            .collect();
        let mut c = vec![0.0; n * n];
        for row in &rows {
            for i in 0..n {
                for j in 0..n {
                    c[i * n + j] += row[i] * row[j] / rows.len() as f64;
                }
            }
        }
        c
    }

    #[test]
    fn eigenvectors_are_eigenvectors() {
        for (n, count) in [(12, 12), (130, 10)] {
            let matrix = random_covariance(n, 3);
            let (values, vectors) = eigen_largest(&matrix, n, count);
            for (value, vector) in values.iter().zip(&vectors) {
                let moved = multiply(&matrix, n, vector);
                for (m, v) in moved.iter().zip(vector) {
                    assert!((m - value * v).abs() < 1e-6 * values[0], "{n}");
                }
            }
            assert!(values.windows(2).all(|w| w[0] >= w[1]));
            assert!(dot(&vectors[0], &vectors[1]).abs() < 1e-9);
        }
    }

    #[test]
    fn cholesky_solves() {
        let n = 9;
        let matrix = random_covariance(n, 5);
        let x: Vec<f64> = (0..n).map(|i| i as f64 - 3.0).collect();
        let b = multiply(&matrix, n, &x);
        let found = solve_positive(&matrix, &b).unwrap();
        for (x, y) in x.iter().zip(found) {
            assert!((x - y).abs() < 1e-6);
        }
        assert!(solve_positive(&[1.0, 2.0, 2.0, 1.0], &[1.0, 1.0]).is_none());
    }
}
