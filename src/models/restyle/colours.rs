//! A picture's palette in closed form: mean colour and the symmetric root of the
//! covariance. Whitened pictures have mean 0 and covariance 1.

use candle_core::Tensor;

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
        let planes: [&[f32]; 3] =
            std::array::from_fn(|c| &values[c * height * width..(c + 1) * height * width]);
        let mean = planes.map(|p| p.iter().map(|&v| f64::from(v)).sum::<f64>() / count);
        let mut covariance = [0.0f64; 9];
        for i in 0..3 {
            for j in 0..=i {
                let sum: f64 = planes[i]
                    .iter()
                    .zip(planes[j])
                    .map(|(&a, &b)| (f64::from(a) - mean[i]) * (f64::from(b) - mean[j]))
                    .sum();
                covariance[i * 3 + j] = sum / count;
                covariance[j * 3 + i] = sum / count;
            }
            covariance[i * 4] += eps;
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
