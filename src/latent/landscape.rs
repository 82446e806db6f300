//! Landscapes: the level line that parts them, and what lies above it.

use super::attributes::{SIDE, Small, deviation, mean};
use crate::picture::Picture;

/// Least share of the pixels' variance that the two parts of a landscape explain.
const LEAST_PARTED: f64 = 0.15;

/// Whether a picture looks like a landscape: parted by a level line, with the lighter
/// part above.
pub fn is_landscape(picture: &Picture) -> bool {
    let land = Land::new(&Small::new(picture, SIDE));
    land.parted >= LEAST_PARTED && land.light > 0.0
}

/// The two parts of a picture above and below a level line.
pub(super) struct Land {
    /// Height of the line above the bottom, 0..=1.
    pub(super) horizon: f64,
    /// Share of the pixels' variance that lies between the two parts.
    parted: f64,
    /// Lightness above less that below.
    pub(super) light: f64,
    /// Share of the picture that is like its top rows.
    pub(super) sky: f64,
}

impl Land {
    pub(super) fn new(small: &Small) -> Self {
        let rows: Vec<[f64; 3]> = (0..small.height)
            .map(|y| std::array::from_fn(|c| mean((0..small.width).map(|x| small.at(x, y)[c]))))
            .collect();
        let whole = mean_color(&rows);
        let spread: f64 = (0..3)
            .map(|c| deviation(small.lab.iter().map(|lab| lab[c])).powi(2))
            .sum();
        // Between the parts, for a line below each row but the outermost.
        let edge = (rows.len() / 10).max(1);
        let lines: Vec<(usize, f64)> = (edge..(rows.len() + 1).saturating_sub(edge))
            .map(|y| {
                let share = y as f64 / rows.len() as f64;
                let far = distance(&mean_color(&rows[..y]), &whole);
                (y, far * far * share / (1.0 - share).max(1e-9))
            })
            .collect();
        let (line, between) = lines
            .iter()
            .copied()
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .unwrap_or((1, 0.0));
        // The lines that part nearly as well count too, so that it moves smoothly.
        let mut weights = (0.0, 0.0);
        for (y, variance) in lines {
            let weight = (variance / between.max(1e-9)).powi(8);
            weights = (weights.0 + weight, weights.1 + weight * y as f64);
        }
        let (above, below) = rows.split_at(line.min(rows.len()));
        let light = mean_color(above)[0] - mean_color(below)[0];
        Self {
            horizon: 1.0 - weights.1 / weights.0.max(1e-9) / rows.len() as f64,
            parted: between / spread.max(1e-6),
            light,
            sky: like_the_top(small, &mean_color(&rows[..edge])),
        }
    }
}

fn mean_color(rows: &[[f64; 3]]) -> [f64; 3] {
    let count = rows.len().max(1) as f64;
    std::array::from_fn(|c| rows.iter().map(|row| row[c]).sum::<f64>() / count)
}

fn distance(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b));
    squares.sum::<f64>().sqrt()
}

/// Share of the pixels whose colour is near this one, with a soft threshold.
fn like_the_top(small: &Small, top: &[f64; 3]) -> f64 {
    let near = |lab: &[f32; 3]| {
        let far = distance(&lab.map(f64::from), top);
        1.0 / (1.0 + ((far - 0.1) * 40.0).exp())
    };
    small.lab.iter().map(near).sum::<f64>() / small.lab.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paint(color: impl Fn(f32, f32) -> [u8; 3]) -> Picture {
        let mut pixels = Vec::new();
        for y in 0..48 {
            for x in 0..64 {
                let [r, g, b] = color(x as f32 / 63.0, y as f32 / 47.0);
                pixels.extend([r, g, b, 255]);
            }
        }
        Picture::from_rgba(64, 48, pixels).unwrap()
    }

    #[test]
    fn landscapes_are_told_from_other_pictures() {
        let field = paint(|x, y| {
            if y < 0.4 {
                [200, 210, 220]
            } else {
                [90 + (x * 20.0) as u8, 110, 60]
            }
        });
        assert!(is_landscape(&field));
        let plain = paint(|_, _| [120, 140, 90]);
        let sideways = paint(|x, _| if x < 0.5 { [220; 3] } else { [60; 3] });
        let upside_down = paint(|_, y| if y < 0.5 { [60; 3] } else { [220; 3] });
        let fruit = paint(|x, y| {
            if (x - 0.5).hypot(y - 0.5) < 0.3 {
                [180, 40, 30]
            } else {
                [240, 235, 220]
            }
        });
        for other in [plain, sideways, upside_down, fruit] {
            assert!(!is_landscape(&other));
        }
    }
}
