//! sRGB's numbers as the samples of a space.

use super::transfer::{decode, encoding};
use crate::picture::ColorSpace;

/// A whole number that stands for 0..=1.
pub(super) trait Sample: Copy + Default + Send {
    /// The nearest to a value, 0 and 1 for what is outside.
    fn of(value: f32) -> Self;
}

impl Sample for u8 {
    fn of(value: f32) -> Self {
        // Casts end at the type's ends.
        (value * 255.0 + 0.5) as u8
    }
}

impl Sample for u16 {
    fn of(value: f32) -> Self {
        (value * 65_535.0 + 0.5) as u16
    }
}

/// Writes a row.
pub(super) fn row<S: Sample>(row: &[[f32; 4]], space: ColorSpace, out: &mut [S]) {
    for (pixel, out) in row.iter().zip(out.chunks_exact_mut(4)) {
        let rgb = [pixel[0], pixel[1], pixel[2]];
        let rgb = match space {
            ColorSpace::Srgb => rgb,
            ColorSpace::DisplayP3 => converted(rgb, space),
        };
        for (out, value) in out.iter_mut().zip(rgb) {
            *out = S::of(value);
        }
        out[3] = S::of(pixel[3]);
    }
}

fn converted(rgb: [f32; 3], space: ColorSpace) -> [f32; 3] {
    let light = rgb.map(decode);
    space.from_linear_srgb().map(|row| {
        let sum = row[0] * light[0] + row[1] * light[1] + row[2] * light[2];
        encoding().at(sum)
    })
}
