//! Sizes of the pyramid: separable cubic resampling in integers, so that every processor comes to
//! the same values.

use rayon::prelude::*;

use super::GrowError;
use super::canvas::{Canvas, Pixel, UNIT};
use crate::cancel::CancelToken;
use crate::picture::cubic::kernel;

/// Weights of one row or column add up to this.
const WHOLE: i32 = 1 << 14;

/// What one place of the result takes from the source.
struct Taps {
    /// First place in the source.
    first: usize,
    /// Weights of it and those after it.
    weights: Vec<i16>,
}

/// Weights from `from` places to `to`; the kernel is widened when it shrinks. Beyond the edges the
/// weights are left out and the others made up for it, or, if it `wraps`, the other side is seen.
fn taps(from: usize, to: usize, wraps: bool) -> Vec<Taps> {
    let ratio = from as f64 / to as f64;
    let widened = ratio.max(1.0);
    (0..to)
        .map(|i| {
            let centre = (i as f64 + 0.5) * ratio - 0.5;
            let low = (centre - 2.0 * widened).ceil() as i64;
            let high = (centre + 2.0 * widened).floor() as i64;
            let (low, high) = match wraps {
                true => (low, high),
                false => (low.max(0), high.min(from as i64 - 1)),
            };
            let exact: Vec<f64> = (low..=high)
                .map(|x| kernel((x as f64 - centre) / widened))
                .collect();
            let sum: f64 = exact.iter().sum();
            let mut weights: Vec<i32> = exact
                .iter()
                .map(|w| (w / sum * f64::from(WHOLE)).round() as i32)
                .collect();
            // What rounding lost goes to the largest.
            let lost = WHOLE - weights.iter().sum::<i32>();
            if let Some(largest) = weights.iter_mut().max_by_key(|w| **w) {
                *largest += lost;
            }
            // One is 2¹⁴: all of them fit.
            Taps {
                first: low.rem_euclid(from as i64) as usize,
                weights: weights.into_iter().map(|w| w as i16).collect(),
            }
        })
        .collect()
}

/// A canvas at another size, values kept in range; `wraps` says for x and y whether what is beyond
/// an edge is the other side.
///
/// # Errors
/// [`GrowError::Cancelled`].
pub(super) fn resized(
    from: &Canvas,
    [width, height]: [usize; 2],
    wraps: [bool; 2],
    stop: &CancelToken,
) -> Result<Canvas, GrowError> {
    if from.size() == [width, height] {
        return Ok(from.clone());
    }
    let across = taps(from.width, width, wraps[0]);
    let down = taps(from.height, height, wraps[1]);
    let blank = [0i16; 4];
    let mut narrow = Canvas::filled(width, from.height, blank);
    narrow
        .data
        .par_chunks_mut(width)
        .zip(from.data.par_chunks(from.width))
        .for_each(|(out, row)| {
            if stop.is_cancelled() {
                return;
            }
            for (out, taps) in out.iter_mut().zip(&across) {
                *out = sum(taps, from.width, |x| row[x]);
            }
        });
    let mut out = Canvas::filled(width, height, blank);
    out.data
        .par_chunks_mut(width)
        .zip(&down)
        .for_each(|(row, taps)| {
            if stop.is_cancelled() {
                return;
            }
            for (x, out) in row.iter_mut().enumerate() {
                *out = sum(taps, from.height, |y| narrow.data[y * width + x]);
            }
        });
    match stop.is_cancelled() {
        true => Err(GrowError::Cancelled),
        false => Ok(out),
    }
}

/// A weighted sum of pixels, rounded.
fn sum(taps: &Taps, length: usize, pixel: impl Fn(usize) -> Pixel) -> Pixel {
    let mut sums = [WHOLE / 2; 4];
    let mut add = |weight: i16, pixel: Pixel| {
        for c in 0..4 {
            sums[c] += i32::from(weight) * i32::from(pixel[c]);
        }
    };
    let (last, count) = (length - taps.first, taps.weights.len());
    for (at, &weight) in taps.weights[..count.min(last)].iter().enumerate() {
        add(weight, pixel(taps.first + at));
    }
    // Beyond the edge the other side is seen.
    for (at, &weight) in taps.weights.iter().enumerate().skip(last) {
        add(weight, pixel((taps.first + at) % length));
    }
    sums.map(|sum| (sum / WHOLE).clamp(0, 255 * UNIT) as i16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_stays_flat_and_wrapping_has_no_seam() {
        let flat = Canvas::filled(37, 11, [1234, 0, 4080, 4080]);
        for size in [[9, 5], [80, 40], [37, 3]] {
            for wraps in [[false; 2], [true; 2]] {
                let out = resized(&flat, size, wraps, &CancelToken::new()).unwrap();
                assert_eq!(out.size(), size);
                assert!(out.data.iter().all(|p| *p == [1234, 0, 4080, 4080]));
            }
        }
        // Turned round by half a wrapped picture, the result is turned round as well.
        let mut canvas = Canvas::filled(32, 4, [0; 4]);
        for (i, pixel) in canvas.data.iter_mut().enumerate() {
            *pixel = [(i * 577 % 4081) as i16; 4];
        }
        let mut turned = canvas.clone();
        turned
            .data
            .chunks_mut(32)
            .for_each(|row| row.rotate_left(16));
        let out = resized(&canvas, [16, 4], [true, false], &CancelToken::new()).unwrap();
        let mut expected = resized(&turned, [16, 4], [true, false], &CancelToken::new()).unwrap();
        expected
            .data
            .chunks_mut(16)
            .for_each(|row| row.rotate_left(8));
        assert_eq!(out, expected);
    }
}
