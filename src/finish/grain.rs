//! Film's grain: normal numbers on a lattice, smooth between its points, strongest in the
//! middle tones.

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

use super::tone::luminance;
use crate::recipe::FinishSettings;

/// Longer side at which a grain of size 1 is a pixel.
const LONGEST: f32 = 1500.0;
/// Deviation, in sRGB's numbers, of the strongest grain in middle tones.
const DEVIATION: f32 = 0.12;

/// The grain of one result.
pub(super) struct Grain {
    strength: f32,
    seed: u64,
    /// Pixels from one point of the lattice to the next, at least one.
    pitch: f32,
    /// Points in a row.
    columns: usize,
}

impl Grain {
    /// None where there is none; `scale` is as for the result.
    pub(super) fn new(settings: &FinishSettings, size: [u32; 2], scale: f32) -> Option<Self> {
        if settings.grain <= 0.0 {
            return None;
        }
        let longest = size[0].max(size[1]) as f32;
        let full = settings.grain_size * longest / scale / LONGEST;
        // At full size a grain is a pixel at least; from afar several are one, and weaker.
        let seen = full.max(1.0) * scale;
        let pitch = seen.max(1.0);
        Some(Self {
            strength: settings.grain * DEVIATION * seen.min(1.0),
            seed: settings.grain_seed,
            pitch,
            columns: (size[0] as f32 / pitch) as usize + 2,
        })
    }

    /// Adds a row's grain to sRGB's numbers.
    pub(super) fn row(&self, y: usize, row: &mut [[f32; 4]]) {
        let place = y as f32 / self.pitch;
        let line = place as usize;
        let part = place - line as f32;
        let above = self.line(line);
        let below = if part > 0.0 {
            self.line(line + 1)
        } else {
            Vec::new()
        };
        for (x, pixel) in row.iter_mut().enumerate() {
            let place = x as f32 / self.pitch;
            let column = place as usize;
            let right = place - column as f32;
            let mut value = mix(&above, column, right);
            let mut weight = (1.0 - part) * (1.0 - part);
            if part > 0.0 {
                value = value * (1.0 - part) + mix(&below, column, right) * part;
                weight += part * part;
            }
            // Between points the mean of several: as strong as at one.
            weight *= (1.0 - right) * (1.0 - right) + right * right;
            let luma = luminance([pixel[0], pixel[1], pixel[2]]).clamp(0.0, 1.0);
            let middle = 0.25 + 3.0 * luma * (1.0 - luma);
            let grain = self.strength * middle * value / weight.sqrt();
            for channel in &mut pixel[..3] {
                *channel += grain;
            }
        }
    }

    /// A line of the lattice: its own stream of the seed's, so that any line can be had first.
    fn line(&self, line: usize) -> Vec<f32> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(line as u64);
        (0..self.columns).map(|_| normal(&mut rng)).collect()
    }
}

fn mix(line: &[f32], column: usize, right: f32) -> f32 {
    if right > 0.0 {
        line[column] * (1.0 - right) + line[column + 1] * right
    } else {
        line[column]
    }
}

/// Close to a normal number, by Irwin and Hall: the sum of eight even ones has deviation √(8/12).
/// Sums and roots are the same everywhere, logarithms needn't be.
fn normal(rng: &mut ChaCha8Rng) -> f32 {
    let bits = [rng.next_u64(), rng.next_u64()];
    let sum: u32 = bits
        .iter()
        .flat_map(|bits| (0..4).map(move |n| ((bits >> (16 * n)) & 0xffff) as u32))
        .sum();
    (sum as f32 / 65_536.0 - 4.0) * 1.224_744_9
}
