//! A strip as it lies in a panorama: its rows brought from tangents to angles, at another scale
//! where that is asked for.

use rayon::prelude::*;

use super::{Layout, Projection};
use crate::picture::Picture;
use crate::picture::cubic::kernel;
use crate::spaces::SpacesError;

/// What one place of the result takes from a row or column.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

/// Around `middle`, in pixels from the first one's middle, where `step` of them come to one of the
/// result: none is left out where it gets smaller.
fn taps(middle: f64, step: f64, count: usize) -> Taps {
    let widened = step.max(1.0);
    let last = count as i64 - 1;
    let low = ((middle - 2.0 * widened).ceil() as i64).clamp(0, last);
    let high = ((middle + 2.0 * widened).floor() as i64).clamp(low, last);
    let exact: Vec<f64> = (low..=high)
        .map(|at| kernel((at as f64 - middle) / widened))
        .collect();
    let sum: f64 = exact.iter().sum();
    let weights = match sum.abs() > 1e-6 {
        true => exact.into_iter().map(|w| (w / sum) as f32).collect(),
        // Beyond an edge, by rounding.
        false => vec![1.0 / (high - low + 1) as f32; (high - low + 1) as usize],
    };
    Taps {
        first: low as usize,
        weights,
    }
}

impl Layout {
    /// The strip with [`Self::part`] pixels, as it lies in the panorama: itself where nothing has
    /// to be done.
    ///
    /// # Errors
    /// [`SpacesError::TooSmall`] for another picture than the one it was laid out for.
    pub fn unrolled(&self, strip: &Picture) -> Result<Picture, SpacesError> {
        if strip.size() != self.source {
            return Err(SpacesError::TooSmall(
                strip.width(),
                strip.height(),
                self.source[0].min(self.source[1]),
            ));
        }
        let flat = self.strip.projection == Projection::Equirectangular;
        if flat && self.part == self.source {
            return Ok(strip.clone());
        }
        let [width, height] = self.part.map(|side| side as usize);
        let own = self.source.map(|side| side as usize);
        let ratio = own[0] as f64 / width as f64;
        let across: Vec<Taps> = (0..width)
            .map(|x| taps((x as f64 + 0.5) * ratio - 0.5, ratio, own[0]))
            .collect();
        let down: Vec<Taps> = (0..height).map(|y| self.row(y)).collect();
        let wide = widened(strip, &across);
        let mut pixels = vec![0u8; width * height * 4];
        pixels
            .par_chunks_mut(width * 4)
            .zip(&down)
            .for_each(|(row, taps)| {
                for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
                    let mut sum = [0.0f32; 4];
                    for (at, weight) in taps.weights.iter().enumerate() {
                        let from = wide[(taps.first + at) * width + x];
                        for (sum, value) in sum.iter_mut().zip(from) {
                            *sum += weight * value;
                        }
                    }
                    let alpha = sum[3].clamp(0.0, 255.0);
                    let straight = if alpha > 0.0 { 255.0 / alpha } else { 0.0 };
                    for (to, value) in pixel.iter_mut().zip(&sum[..3]) {
                        *to = (value * straight + 0.5).clamp(0.0, 255.0) as u8;
                    }
                    pixel[3] = (alpha + 0.5) as u8;
                }
            });
        let picture = Picture::from_rgba(self.part[0], self.part[1], pixels);
        picture.map_err(|e| SpacesError::Encode(e.to_string()))
    }

    /// Which rows of the strip a row of its part in the panorama takes.
    fn row(&self, y: usize) -> Taps {
        let count = self.source[1] as usize;
        let at = |y: f64| -> f64 {
            let rows = f64::from(self.size[1]);
            let rise = std::f64::consts::PI * (0.5 - (f64::from(self.top) + y) / rows);
            let up = match self.strip.projection {
                Projection::Cylindrical => rise.tan(),
                Projection::Equirectangular => rise,
            };
            f64::from(self.strip.horizon) * count as f64 - up * self.strip.radius(self.source)
        };
        let (above, below) = (at(y as f64), at(y as f64 + 1.0));
        taps((above + below) / 2.0 - 0.5, below - above, count)
    }
}

/// Rows at another width, each value times opacity.
fn widened(strip: &Picture, across: &[Taps]) -> Vec<[f32; 4]> {
    let own = strip.width() as usize;
    let mut wide = vec![[0.0f32; 4]; across.len() * strip.height() as usize];
    wide.par_chunks_mut(across.len())
        .zip(strip.rgba().par_chunks(own * 4))
        .for_each(|(out, row)| {
            for (out, taps) in out.iter_mut().zip(across) {
                let from = row[taps.first * 4..].chunks_exact(4);
                for (pixel, weight) in from.zip(&taps.weights) {
                    let alpha = f32::from(pixel[3]) * weight;
                    for (out, value) in out.iter_mut().zip(&pixel[..3]) {
                        *out += f32::from(*value) * alpha / 255.0;
                    }
                    out[3] += alpha;
                }
            }
        });
    wide
}
