//! A picture's palette in closed form: mean colour and the symmetric root of the
//! covariance. Whitened pictures have mean 0 and covariance 1.

use candle_core::Tensor;
use rayon::prelude::*;

use crate::latent::linalg::eigen_symmetric;
use crate::models::ModelError;
use crate::nn::{Conv2dConfig, conv2d};

/// Three rows of three numbers.
pub type Matrix = [[f32; 3]; 3];

/// Palette of a picture: a colour is `root · white + mean`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Palette {
    /// Mean red, green, blue, 0..=1.
    pub mean: [f32; 3],
    /// Symmetric root of the covariance.
    pub root: Matrix,
}

impl Palette {
    /// Numbers of a palette in a style code.
    pub const LEN: usize = 9;

    /// From a style code: mean, then the upper triangle of the root, row by row.
    /// `None` if the code is too short.
    pub fn of_code(code: &[f32]) -> Option<Self> {
        let [r, g, b, rr, rg, rb, gg, gb, bb] = *code.first_chunk::<9>()?;
        Some(Self {
            mean: [r, g, b],
            root: [[rr, rg, rb], [rg, gg, gb], [rb, gb, bb]],
        })
    }

    /// The numbers for a style code.
    pub fn to_code(&self) -> [f32; 9] {
        let ([r, g, b], m) = (self.mean, &self.root);
        [
            r, g, b, m[0][0], m[0][1], m[0][2], m[1][1], m[1][2], m[2][2],
        ]
    }
}

/// A picture's palette and how to take it out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Colours {
    /// The palette.
    pub palette: Palette,
    /// Inverse of the root.
    pub inverse: Matrix,
}

impl Colours {
    /// Of a picture `[1, 3, h, w]`, 0..=1; `eps` is added to the variances.
    ///
    /// # Errors
    /// [`ModelError::Candle`] for another shape.
    pub fn of(picture: &Tensor, eps: f64) -> Result<Self, ModelError> {
        let (_, _, height, width) = picture.dims4()?;
        let values = picture.get(0)?.flatten_all()?.to_vec1::<f32>()?;
        let count = (height * width).max(1) as f64;
        let (mean, products) = moments(&values, height * width);
        let mean = mean.map(|sum| sum / count);
        let mut covariance = [0.0f64; 9];
        for (k, (i, j)) in PAIRS.into_iter().enumerate() {
            let value = products[k] / count - mean[i] * mean[j];
            covariance[i * 3 + j] = value;
            covariance[j * 3 + i] = value;
        }
        for i in 0..3 {
            covariance[i * 4] = covariance[i * 4].max(0.0) + eps;
        }
        let (values, vectors) = eigen_symmetric(&covariance, 3);
        let roots: Vec<f64> = values.iter().map(|v| v.max(eps * 0.5).sqrt()).collect();
        let power = |scale: &dyn Fn(f64) -> f64| -> Matrix {
            std::array::from_fn(|i| {
                std::array::from_fn(|j| {
                    let sum: f64 = (0..3)
                        .map(|k| scale(roots[k]) * vectors[k][i] * vectors[k][j])
                        .sum();
                    sum as f32
                })
            })
        };
        Ok(Self {
            palette: Palette {
                mean: mean.map(|m| m as f32),
                root: power(&|r| r),
            },
            inverse: power(&|r| 1.0 / r),
        })
    }

    /// On the way to another picture's: 0 stays, 1 is `other`.
    pub fn toward(&self, other: &Self, share: f32) -> Self {
        let mix = |a: f32, b: f32| a + share * (b - a);
        let matrix = |a: &Matrix, b: &Matrix| {
            std::array::from_fn(|i| std::array::from_fn(|j| mix(a[i][j], b[i][j])))
        };
        Self {
            palette: Palette {
                mean: std::array::from_fn(|i| mix(self.palette.mean[i], other.palette.mean[i])),
                root: matrix(&self.palette.root, &other.palette.root),
            },
            inverse: matrix(&self.inverse, &other.inverse),
        }
    }

    /// `inverse · (picture − mean)`.
    ///
    /// # Errors
    /// [`ModelError::Candle`].
    pub fn whiten(&self, picture: &Tensor) -> Result<Tensor, ModelError> {
        let device = picture.device();
        let weight: Vec<f32> = self.inverse.iter().flatten().copied().collect();
        let mean = self.palette.mean;
        let bias: Vec<f32> = self
            .inverse
            .iter()
            .map(|row| -row.iter().zip(&mean).map(|(r, m)| r * m).sum::<f32>())
            .collect();
        let weight = Tensor::from_vec(weight, (3, 3, 1, 1), device)?;
        let bias = Tensor::from_vec(bias, 3, device)?;
        Ok(conv2d(
            picture,
            &weight,
            Some(&bias),
            &Conv2dConfig::default(),
        )?)
    }
}

/// Channels whose products [`moments`] sums.
const PAIRS: [(usize, usize); 6] = [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2)];
/// Pixels summed by one thread at a time: the sums' order doesn't depend on the threads.
const PART: usize = 1 << 14;

/// Sums of three planes of `pixels` values, and of their [`PAIRS`]' products.
fn moments(values: &[f32], pixels: usize) -> ([f64; 3], [f64; 6]) {
    let parts: Vec<([f64; 3], [f64; 6])> = (0..pixels.div_ceil(PART))
        .into_par_iter()
        .map(|part| {
            let range = part * PART..pixels.min((part + 1) * PART);
            let planes: [&[f32]; 3] =
                std::array::from_fn(|c| &values[c * pixels..(c + 1) * pixels][range.clone()]);
            (
                planes.map(sum),
                PAIRS.map(|(i, j)| product(planes[i], planes[j])),
            )
        })
        .collect();
    let mut total = ([0.0; 3], [0.0; 6]);
    for (sums, products) in parts {
        for (total, value) in total.0.iter_mut().zip(sums) {
            *total += value;
        }
        for (total, value) in total.1.iter_mut().zip(products) {
            *total += value;
        }
    }
    total
}

/// Four running sums, so that the compiler may use vectors; the order is fixed.
fn sum(values: &[f32]) -> f64 {
    let mut sums = [0.0f64; 4];
    let (fours, rest) = values.as_chunks::<4>();
    for four in fours {
        for (sum, v) in sums.iter_mut().zip(four) {
            *sum += f64::from(*v);
        }
    }
    sums.iter().sum::<f64>() + rest.iter().map(|v| f64::from(*v)).sum::<f64>()
}

/// [`sum`] of the products of two planes' values.
fn product(a: &[f32], b: &[f32]) -> f64 {
    let mut sums = [0.0f64; 4];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += f64::from(*a) * f64::from(*b);
        }
    }
    let rest = a_rest.iter().zip(b_rest);
    sums.iter().sum::<f64>()
        + rest
            .map(|(a, b)| f64::from(*a) * f64::from(*b))
            .sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn whitened_pictures_have_mean_zero_and_covariance_one() {
        // More pixels than one part, and not a whole number of vectors.
        let (h, w) = (151, 203);
        let values: Vec<f32> = (0..3 * h * w)
            .map(|i| ((i * 7919 % 1009) as f32 / 1009.0 + (i % 13) as f32 / 40.0) / 1.4)
            .collect();
        let picture = Tensor::from_vec(values, (1, 3, h, w), &Device::Cpu).unwrap();
        let colours = Colours::of(&picture, 1e-9).unwrap();
        let white = colours.whiten(&picture).unwrap();
        let again = Colours::of(&white, 1e-9).unwrap().palette;
        for i in 0..3 {
            assert!(again.mean[i].abs() < 1e-4, "{again:?}");
            for j in 0..3 {
                let expected = if i == j { 1.0 } else { 0.0 };
                assert!((again.root[i][j] - expected).abs() < 1e-3, "{again:?}");
            }
        }
    }
}
