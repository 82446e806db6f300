//! Above and below what was grown: each direction has the mean of what lies around it at the edge,
//! over the wider a part of the sphere the farther it is from there. At a pole that is the mean of
//! the whole turn: all meridians come to one colour, without a star or a swirl.

use rayon::prelude::*;

use super::{FADING, Layout};
use crate::picture::Picture;
use crate::spaces::SpacesError;

/// How wide the mean is (a standard deviation), over the distance from the edge.
const WIDENING: f64 = 0.5;
/// Box means that together come close to a Gaussian.
const BOXES: u32 = 3;

/// A row of the turn, without opacity: red, green, blue.
type Line = Vec<[f32; 3]>;

impl Layout {
    /// The whole panorama, of what was grown at full size or at a smaller one: [`Self::band`] of it,
    /// all around. Nothing of the strip is changed.
    ///
    /// # Errors
    /// [`SpacesError::TooSmall`] for fewer than sixteen columns.
    pub fn whole(&self, grown: &Picture) -> Result<Picture, SpacesError> {
        let (width, height) = (grown.width() / 2 * 2, grown.width() / 2);
        if width < 16 {
            return Err(SpacesError::TooSmall(grown.width(), grown.height(), 16));
        }
        let scale = f64::from(height) / f64::from(self.size[1]);
        let at = |row: u32| (f64::from(row) * scale).round() as usize;
        let rows = height as usize;
        let top = at(self.band.start).min(rows - 1);
        let bottom = (top + grown.height() as usize).min(rows);
        let own = [at(self.top), at(self.top + self.part[1])];
        let wide = grown.width() as usize * 4;
        let bytes = width as usize * 4;
        let mut pixels = vec![0u8; bytes * rows];
        for (out, row) in pixels
            .chunks_exact_mut(bytes)
            .skip(top)
            .zip(grown.rgba().chunks_exact(wide))
        {
            out.copy_from_slice(&row[..bytes]);
        }
        let fading = (FADING / 180.0 * rows as f64).round() as usize;
        // From the strip's edge on at the soonest.
        let above = (top + fading).min(own[0]).max(top);
        let below = bottom.saturating_sub(fading).max(own[1]).min(bottom);
        let cap = |edge: usize, end: usize, up: bool| Cap {
            edge,
            end,
            up,
            rows,
        };
        let caps = [
            (cap(above, top, true), top..above),
            (cap(below, bottom, false), below..bottom),
        ];
        for (cap, zone) in caps {
            if zone.is_empty() {
                continue;
            }
            let line = mean_of(&pixels, zone, bytes);
            let mut ends = match cap.up {
                true => pixels.chunks_exact_mut(bytes).take(cap.edge).collect(),
                false => pixels
                    .chunks_exact_mut(bytes)
                    .skip(cap.edge)
                    .collect::<Vec<_>>(),
            };
            let first = if cap.up { 0 } else { cap.edge };
            ends.par_iter_mut()
                .enumerate()
                .for_each(|(row, out)| cap.fill(first + row, &line, out));
        }
        let picture = Picture::from_rgba(width, height, pixels);
        picture.map_err(|e| SpacesError::Encode(e.to_string()))
    }
}

/// What lies beyond an edge, up to a pole.
struct Cap {
    /// The first row that isn't quite as it was grown, or the one behind the last that is.
    edge: usize,
    /// Where nothing is grown any more.
    end: usize,
    up: bool,
    /// Rows from pole to pole.
    rows: usize,
}

impl Cap {
    /// One of its rows.
    fn fill(&self, row: usize, line: &Line, out: &mut [u8]) {
        let far = match self.up {
            true => self.edge as f64 - row as f64 - 0.5,
            false => row as f64 + 0.5 - self.edge as f64,
        };
        let zone = self.edge.abs_diff(self.end).max(1) as f64;
        let share = (far / zone).clamp(0.0, 1.0);
        let share = (share * share * (3.0 - 2.0 * share)) as f32;
        // As many columns as that is at this height.
        let round = Layout::rise_of(row, self.rows).cos();
        let calm = blurred(line, WIDENING * far / round);
        for (x, (pixel, calm)) in out.chunks_exact_mut(4).zip(&calm).enumerate() {
            // So that smooth colours have no bands.
            let dither = noise(x, row);
            for (value, calm) in pixel.iter_mut().zip(calm) {
                let mixed = f32::from(*value) * (1.0 - share) + (calm + dither) * share;
                *value = (mixed + 0.5).clamp(0.0, 255.0) as u8;
            }
            let alpha = f32::from(pixel[3]);
            pixel[3] = (alpha + (255.0 - alpha) * share + 0.5) as u8;
        }
    }
}

/// Half a step up or down, as if by chance.
fn noise(x: usize, y: usize) -> f32 {
    let mut hash = (x as u32).wrapping_mul(0x9e37_79b1) ^ (y as u32).wrapping_mul(0x85eb_ca77);
    hash = (hash ^ (hash >> 15)).wrapping_mul(0x2c1b_3c6d);
    hash = (hash ^ (hash >> 12)).wrapping_mul(0x297a_2d39);
    (hash >> 8) as f32 / (1 << 24) as f32 - 0.5
}

/// The mean of some rows, column by column.
fn mean_of(pixels: &[u8], rows: std::ops::Range<usize>, bytes: usize) -> Line {
    let mut sums = vec![[0.0f32; 3]; bytes / 4];
    let count = rows.len() as f32;
    for row in pixels.chunks_exact(bytes).skip(rows.start).take(rows.len()) {
        for (sum, pixel) in sums.iter_mut().zip(row.chunks_exact(4)) {
            for (sum, value) in sum.iter_mut().zip(pixel) {
                *sum += f32::from(*value) / count;
            }
        }
    }
    sums
}

/// A row of the turn as a Gaussian of `deviation` columns sees it.
fn blurred(line: &Line, deviation: f64) -> Line {
    // A box of so many columns has a third of its half width squared as variance.
    let half = deviation * (3.0 / f64::from(BOXES)).sqrt();
    let mut line = line.clone();
    for _ in 0..BOXES {
        line = boxed(&line, half);
    }
    line
}

/// Means over `half` a box to each side, between columns too, round and round.
fn boxed(line: &Line, half: f64) -> Line {
    let count = line.len();
    let mut before = Vec::with_capacity(count + 1);
    let mut sum = [0.0f64; 3];
    before.push(sum);
    for pixel in line {
        for (sum, value) in sum.iter_mut().zip(pixel) {
            *sum += f64::from(*value);
        }
        before.push(sum);
    }
    if 2.0 * half >= count as f64 {
        return vec![sum.map(|sum| (sum / count as f64) as f32); count];
    }
    let half = half.max(0.5);
    // All that lies before a place, over as many turns as it takes.
    let until = |at: f64| -> [f64; 3] {
        let turns = (at / count as f64).floor();
        let at = at - turns * count as f64;
        let whole = (at as usize).min(count - 1);
        let rest = at - whole as f64;
        std::array::from_fn(|c| {
            turns * sum[c] + before[whole][c] + rest * f64::from(line[whole][c])
        })
    };
    (0..count)
        .map(|x| {
            let middle = x as f64 + 0.5;
            let (low, high) = (until(middle - half), until(middle + half));
            std::array::from_fn(|c| ((high[c] - low[c]) / (2.0 * half)) as f32)
        })
        .collect()
}
