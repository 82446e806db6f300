//! Light taken apart from colour: the large, smooth part of the picture's logarithm counts
//! as light (homomorphic filtering, Oppenheim, Schafer and Stockham 1968; the single-scale
//! retinex of Jobson, Rahman and Woodell 1997), what is finer as the surface.

use rayon::prelude::*;

use super::Settings;
use crate::picture::Picture;
use crate::spaces::SpacesError;
use crate::spaces::field::Field;

/// How many times lighter or darker evening makes a pixel at most.
pub const LIGHTEST_GAIN: f32 = 8.0;
/// Added to luminance before the logarithm, so that noise in the dark doesn't count.
const FLOOR: f32 = 0.02;
/// Steps of the table from linear light to sRGB.
const STEPS: usize = 1 << 14;

/// A picture's logarithm of luminance, in parts.
pub(super) struct Light {
    /// The sum of all bands that are finer than the light, each with its weight in the height.
    pub(super) relief: Field,
    /// What is coarser.
    pub(super) smooth: Field,
}

/// Takes a picture's light apart; the bands are weighed as the height wants them.
pub(super) fn measure(
    picture: &Picture,
    settings: &Settings,
    wraps: [bool; 2],
    check: &dyn Fn() -> Result<(), SpacesError>,
) -> Result<Light, SpacesError> {
    let [width, height] = picture.size().map(|side| side as usize);
    let linear = to_linear();
    let mut whole = Field::by_rows(width, height, |y, row| {
        let pixels = &picture.rgba()[y * width * 4..][..width * 4];
        for (out, p) in row.iter_mut().zip(pixels.chunks_exact(4)) {
            let [r, g, b] = [p[0], p[1], p[2]].map(|c| linear[usize::from(c)]);
            *out = (0.2126 * r + 0.7152 * g + 0.0722 * b + FLOOR).ln();
        }
    });
    let side = width.min(height) as f32;
    // Splines with holes of 2^k pixels, k < n, have a deviation of about 2^n / sqrt 3.
    let levels = (side * settings.light_scale * 3.0f32.sqrt()).log2().round() as usize;
    let mut sum = Field {
        width,
        height,
        values: vec![0.0; width * height],
    };
    for level in 0..levels.max(1) {
        check()?;
        let smoother = whole.smoothed(1 << level, wraps);
        let weight = super::height::weight(level, side, settings.detail);
        sum.values
            .par_chunks_mut(width)
            .zip(whole.values.par_chunks(width))
            .zip(smoother.values.par_chunks(width))
            .for_each(|((sum, fine), coarse)| {
                for ((sum, fine), coarse) in sum.iter_mut().zip(fine).zip(coarse) {
                    *sum += weight * (fine - coarse);
                }
            });
        whole = smoother;
    }
    Ok(Light {
        relief: sum,
        smooth: whole,
    })
}

/// The picture under even light.
pub(super) fn evened(picture: &Picture, light: &Light, even: f32) -> Result<Picture, SpacesError> {
    let [width, height] = picture.size();
    if even == 0.0 {
        return Ok(picture.clone());
    }
    let smooth = &light.smooth.values;
    let rows: Vec<f64> = smooth
        .par_chunks(width as usize)
        .map(|row| row.iter().map(|v| f64::from(*v)).sum())
        .collect();
    let mean = (rows.iter().sum::<f64>() / smooth.len() as f64) as f32;
    let (linear, encoded) = (to_linear(), to_srgb());
    let mut out = picture.rgba().to_vec();
    let row = width as usize * 4;
    out.par_chunks_mut(row)
        .zip(smooth.par_chunks(width as usize))
        .for_each(|(pixels, smooth)| {
            for (p, smooth) in pixels.chunks_exact_mut(4).zip(smooth) {
                let color = [p[0], p[1], p[2]].map(|c| linear[usize::from(c)]);
                let gain = ((mean - smooth) * even).exp();
                let gain = gain.clamp(1.0 / LIGHTEST_GAIN, LIGHTEST_GAIN);
                // No lighter than the lightest channel allows: the hue stays.
                let most = color[0].max(color[1]).max(color[2]);
                let gain = if gain > 1.0 {
                    gain.min(1.0 / most.max(1e-6))
                } else {
                    gain
                };
                for (out, c) in p.iter_mut().zip(color) {
                    *out = byte(&encoded, c * gain);
                }
            }
        });
    Picture::from_rgba(width, height, out).map_err(|e| SpacesError::Encode(e.to_string()))
}

/// sRGB bytes to linear light (IEC 61966-2-1).
pub(super) fn to_linear() -> [f32; 256] {
    std::array::from_fn(|i| {
        let c = i as f32 / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    })
}

/// Linear light to sRGB bytes.
pub(super) fn to_srgb() -> Vec<u8> {
    (0..STEPS)
        .map(|i| {
            let c = i as f32 / (STEPS - 1) as f32;
            let v = if c <= 0.003_130_8 {
                12.92 * c
            } else {
                1.055 * c.powf(1.0 / 2.4) - 0.055
            };
            (v * 255.0 + 0.5) as u8
        })
        .collect()
}

/// The byte of a linear light by a table of [`to_srgb`].
pub(super) fn byte(encoded: &[u8], linear: f32) -> u8 {
    encoded[(linear.clamp(0.0, 1.0) * (STEPS - 1) as f32 + 0.5) as usize]
}
