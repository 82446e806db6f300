//! How far a slider of an autoencoder may go: its ends are the strongest change that still
//! looks like a photo, and a third of the way must be a clear one.

use crate::latent::attributes::oklab;
use crate::picture::Picture;

/// Where a slider ends, in its own units.
pub const END: f32 = 3.0;
/// Most that colours change on average at the end, as a distance in OKLab.
const FAR: f64 = 0.16;
/// Most that becomes plain black or white at the end, of all pixels.
const CLIPPED: f64 = 0.05;
/// Strongest pattern that repeats with the places of the network's grid, in OKLab's lightness.
const PATTERN: f64 = 0.015;
/// Least change of colours that is seen at once, in OKLab.
const CLEAR: f64 = 0.012;
/// Nothing goes further than so many of the network's σ for one of the slider's.
const MOST: f32 = 2.0;
/// Halvings on the way to the answer.
pub(crate) const TRIES: usize = 6;

/// What a slider did to pictures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Mean distance of colours, OKLab.
    pub colour: f64,
    /// Share of pixels that became plain black or white.
    pub clipped: f64,
    /// Deviation over the places of a period of what repeats with it, OKLab's lightness.
    pub pattern: f64,
}

impl Change {
    /// Between two pictures of one size by a network that makes `period` pixels a place.
    pub fn between(before: &Picture, after: &Picture, period: usize) -> Self {
        let colours = |picture: &Picture| -> Vec<[f32; 3]> {
            let pixels = picture.rgba().as_chunks::<4>().0;
            let own = |p: &[u8; 4]| oklab([p[0], p[1], p[2]].map(|v| f32::from(v) / 255.0));
            pixels.iter().map(own).collect()
        };
        let (from, to) = (colours(before), colours(after));
        let count = from.len().max(1) as f64;
        let distance = |(a, b): (&[f32; 3], &[f32; 3])| {
            let squares = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2));
            squares.sum::<f64>().sqrt()
        };
        let lightness: Vec<f64> = from
            .iter()
            .zip(&to)
            .map(|(a, b)| f64::from(b[0] - a[0]))
            .collect();
        Self {
            colour: from.iter().zip(&to).map(distance).sum::<f64>() / count,
            clipped: plain(after) - plain(before),
            pattern: pattern(&lightness, before.width() as usize, period.max(1)),
        }
    }

    /// The mean of several.
    pub fn mean(all: &[Self]) -> Self {
        let mean = |of: fn(&Self) -> f64| all.iter().map(of).sum::<f64>() / all.len().max(1) as f64;
        Self {
            colour: mean(|c| c.colour),
            clipped: mean(|c| c.clipped),
            pattern: mean(|c| c.pattern),
        }
    }

    /// Whether it is seen at once.
    pub fn is_clear(&self) -> bool {
        self.colour >= CLEAR
    }

    /// Whether what came out still looks like a photo; `slack` 1 for the bounds as they are.
    pub fn is_like_a_photo(&self, slack: f64) -> bool {
        self.colour <= slack * FAR
            && self.clipped <= slack * CLIPPED
            && self.pattern <= slack * PATTERN
    }
}

/// Share of pixels that are all black or all white.
fn plain(picture: &Picture) -> f64 {
    let pixels = picture.rgba().as_chunks::<4>().0;
    let ends = |p: &&[u8; 4]| p[..3].iter().all(|v| *v <= 1) || p[..3].iter().all(|v| *v >= 254);
    pixels.iter().filter(ends).count() as f64 / pixels.len().max(1) as f64
}

/// What of `values` (rows of `width`) repeats with every `period` pixels across and down.
fn pattern(values: &[f64], width: usize, period: usize) -> f64 {
    let (columns, rows) = (width / period, values.len() / width.max(1) / period);
    let mut mean = vec![0.0; period * period];
    for block in 0..columns * rows {
        let (left, top) = (block % columns * period, block / columns * period);
        let at = |i: usize| values[(top + i / period) * width + left + i % period];
        let middle = (0..mean.len()).map(at).sum::<f64>() / mean.len() as f64;
        for (i, mean) in mean.iter_mut().enumerate() {
            *mean += at(i) - middle;
        }
    }
    let blocks = (columns * rows).max(1) as f64;
    let squares = mean.iter().map(|m| (m / blocks).powi(2)).sum::<f64>();
    (squares / mean.len() as f64).sqrt()
}

/// σ of the network for one of the slider; 0 where no distance is both clear and like a photo.
/// `seen` tells the mean change for as many σ of the network.
///
/// # Errors
/// What `seen` says.
pub fn reach<E>(mut seen: impl FnMut(f32) -> Result<Change, E>) -> Result<f32, E> {
    let (mut fits, mut fails) = (0.0, 2.0 * MOST);
    for _ in 0..TRIES {
        let middle: f32 = (fits + fails) / 2.0;
        let end = END * middle;
        let both = [seen(end)?, seen(-end)?];
        match both.iter().all(|change| change.is_like_a_photo(1.0)) {
            true => fits = middle,
            false => fails = middle,
        }
        if fits >= MOST {
            break;
        }
    }
    let clear = seen(fits)?.is_clear() && seen(-fits)?.is_clear();
    Ok(if clear { fits } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(at: impl Fn(u32, u32) -> u8) -> Picture {
        let pixel = |i: u32| [[at(i % 64, i / 64); 3].as_slice(), &[255]].concat();
        Picture::from_rgba(64, 32, (0..64 * 32).flat_map(pixel).collect()).unwrap()
    }

    #[test]
    fn a_pattern_of_the_grid_is_told_from_a_smooth_change() {
        let photo = picture(|x, y| (60 + x + y) as u8);
        let lighter = Change::between(&photo, &picture(|x, y| (75 + x + y) as u8), 8);
        assert!(
            lighter.is_clear() && lighter.is_like_a_photo(1.0),
            "{lighter:?}"
        );
        let grid = picture(|x, y| (60 + x + y) as u8 + if x % 8 == 3 { 40 } else { 0 });
        let grid = Change::between(&photo, &grid, 8);
        assert!(
            !grid.is_like_a_photo(1.0) && grid.pattern > 0.03,
            "{grid:?}"
        );
        let white = Change::between(&photo, &picture(|_, _| 255), 8);
        assert!(white.clipped > 0.99 && !white.is_like_a_photo(1.0));
        let same = Change::between(&photo, &photo, 8);
        assert_eq!((same.colour, same.clipped, same.pattern), (0.0, 0.0, 0.0));
    }

    #[test]
    fn a_slider_ends_where_it_still_looks_like_a_photo() {
        let photo = |rate: f64| {
            move |sigma: f32| -> Result<Change, ()> {
                Ok(Change {
                    colour: rate * f64::from(sigma.abs()),
                    clipped: 0.0,
                    pattern: 0.0,
                })
            }
        };
        let far = reach(photo(0.2)).unwrap();
        assert!((f64::from(far) * 3.0 * 0.2 - FAR).abs() < 0.04, "{far}");
        assert_eq!(reach(photo(0.01)).unwrap(), MOST);
        assert_eq!(reach(photo(0.001)).unwrap(), 0.0, "never clear");
    }
}
