//! Height from light and dark: under light from all sides, what lies deep is dark (Langer
//! and Zucker, "Shape-from-shading on a cloudy day", 1994). Bands of the logarithm of
//! luminance are weighed from fine to coarse; what is coarser than the light is no relief.

use rayon::prelude::*;

use super::Settings;
use super::light::Light;
use crate::spaces::field::Field;

/// Steps of the histogram.
const BINS: usize = 4096;
/// Share of the pixels that is cut off at either end.
const CUT: f64 = 0.002;

/// Weight of the band of details of 2^`level` pixels. Full detail has all bands as they
/// are; without any, each coarser band counts twice as much, as if the picture were the
/// relief's slope.
pub(super) fn weight(level: usize, side: f32, detail: f32) -> f32 {
    let octaves = level as f32 - (side / 64.0).log2();
    (octaves * (1.0 - detail)).exp2()
}

/// Heights 0..=1; the lowest and highest of all pixels but a few.
pub(super) fn normalised(light: &Light, settings: &Settings) -> Field {
    let bands = &light.relief;
    let (low, high) = ends(&bands.values);
    let scale = 1.0 / (high - low).max(1e-3);
    let width = bands.width;
    Field::by_rows(width, bands.height, |y, row| {
        for (out, v) in row.iter_mut().zip(bands.row(y)) {
            let height = ((v - low) * scale).clamp(0.0, 1.0);
            *out = if settings.invert {
                1.0 - height
            } else {
                height
            };
        }
    })
}

/// The values below and above which only [`CUT`] of all lie.
fn ends(values: &[f32]) -> (f32, f32) {
    let (least, most) = values
        .par_chunks(1 << 16)
        .map(|part| {
            part.iter()
                .fold((f32::MAX, f32::MIN), |(a, b), v| (a.min(*v), b.max(*v)))
        })
        .reduce(
            || (f32::MAX, f32::MIN),
            |(a, b), (c, d)| (a.min(c), b.max(d)),
        );
    let scale = (BINS - 1) as f32 / (most - least).max(1e-9);
    let counts = values
        .par_chunks(1 << 18)
        .map(|part| {
            let mut counts = vec![0u64; BINS];
            for v in part {
                counts[((v - least) * scale) as usize] += 1;
            }
            counts
        })
        .reduce(
            || vec![0; BINS],
            |mut all, part| {
                all.iter_mut().zip(part).for_each(|(a, b)| *a += b);
                all
            },
        );
    let cut = (values.len() as f64 * CUT) as u64;
    let low = first_beyond(counts.iter(), cut);
    let high = BINS - 1 - first_beyond(counts.iter().rev(), cut);
    (
        least + low as f32 / scale,
        least + (high + 1) as f32 / scale,
    )
}

/// The first bin by which more than `cut` are counted.
fn first_beyond<'a>(counts: impl Iterator<Item = &'a u64>, cut: u64) -> usize {
    let mut seen = 0;
    let mut with = counts.enumerate().skip_while(|(_, count)| {
        seen += **count;
        seen <= cut
    });
    with.next().map_or(0, |(bin, _)| bin)
}
