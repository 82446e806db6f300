//! Light and colour of single pixels: exposure, warmth, contrast, saturation and vignette in linear
//! light, then the curve on sRGB's numbers.

use super::curve::{Curve, CurveTable};
use super::transfer::{LightTable, encoding};
use crate::recipe::FinishSettings;

/// Shares of red, green and blue in luminance (Rec. 709, as sRGB has them).
pub(super) const LUMINANCE: [f32; 3] = [0.2126, 0.7152, 0.0722];
/// What contrast leaves as it is: middle grey.
const MIDDLE: f64 = 0.18;

/// All of it, for results of one size.
pub(super) struct Tones {
    /// Factors of red, green and blue: exposure and warmth.
    gains: [f32; 3],
    contrast: Option<LightTable>,
    saturation: f32,
    vignette: f32,
    size: [f32; 2],
    curve: Option<CurveTable>,
}

impl Tones {
    pub(super) fn new(settings: &FinishSettings, size: [u32; 2]) -> Self {
        let power = f64::from(settings.contrast).exp2();
        Self {
            gains: gains(settings),
            contrast: (settings.contrast != 0.0)
                .then(|| LightTable::of(|light| MIDDLE * (light / MIDDLE).powf(power))),
            saturation: 1.0 + settings.saturation,
            vignette: settings.vignette,
            size: size.map(|side| side as f32),
            curve: Curve::new(settings.moving_curve()).map(|curve| curve.table()),
        }
    }

    /// From linear light to sRGB's numbers, which may lie below black and beyond white.
    pub(super) fn row(&self, y: usize, row: &mut [[f32; 4]]) {
        let [w, h] = self.size;
        // 1 at the corners.
        let down = (2.0 * (y as f32 + 0.5) / h - 1.0).powi(2) / 2.0;
        for (x, pixel) in row.iter_mut().enumerate() {
            let mut light = [pixel[0], pixel[1], pixel[2]];
            for (channel, gain) in light.iter_mut().zip(self.gains) {
                *channel *= gain;
                if let Some(contrast) = &self.contrast {
                    *channel = contrast.at(*channel);
                }
            }
            if self.saturation != 1.0 {
                let grey = luminance(light);
                light = light.map(|channel| grey + (channel - grey) * self.saturation);
            }
            if self.vignette != 0.0 {
                let along = (2.0 * (x as f32 + 0.5) / w - 1.0).powi(2) / 2.0;
                let far = along + down;
                // Flat in the middle, all of it at the corners.
                let factor = 1.0 + self.vignette * far * far;
                light = light.map(|channel| channel * factor.max(0.0));
            }
            for (value, light) in pixel.iter_mut().zip(light) {
                let number = encoding().at(light.abs()).copysign(light);
                *value = match &self.curve {
                    Some(curve) => curve.at(number),
                    None => number,
                };
            }
        }
    }
}

/// Exposure and warmth as factors. A warmth of 1 is red against blue by a stop; grey keeps its
/// luminance.
fn gains(settings: &FinishSettings) -> [f32; 3] {
    let half = (f64::from(settings.warmth) / 2.0).exp2();
    let tinted = [half, 1.0, 1.0 / half];
    let grey: f64 = tinted
        .iter()
        .zip(LUMINANCE)
        .map(|(gain, share)| gain * f64::from(share))
        .sum();
    let light = f64::from(settings.exposure).exp2() / grey;
    tinted.map(|gain| (gain * light) as f32)
}

/// Luminance of linear light, or luma of sRGB's numbers.
#[inline]
pub(super) fn luminance(rgb: [f32; 3]) -> f32 {
    LUMINANCE[0] * rgb[0] + LUMINANCE[1] * rgb[1] + LUMINANCE[2] * rgb[2]
}
