//! From which size to which, in which steps.

use super::sources::{rects, together};
use super::{GrowError, LEAST_SIDE, MOST_PIXELS, MOST_SIDE, PATCH};

/// Shorter side of the coarsest size when everything is left to chance.
const COARSEST: f64 = 14.0;
/// Each size is about this much of the next.
const FACTOR: f64 = 0.75;

/// One size of the pyramid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// The source there, `[width, height]`.
    pub own: [usize; 2],
    /// All sources together there, one below the other.
    pub source: [usize; 2],
    /// The result there.
    pub result: [usize; 2],
}

/// Checks a result's size.
///
/// # Errors
/// [`GrowError::Size`].
pub fn check_size([width, height]: [u32; 2]) -> Result<(), GrowError> {
    let sides = LEAST_SIDE..=MOST_SIDE;
    let pixels = u64::from(width) * u64::from(height);
    match sides.contains(&width) && sides.contains(&height) && pixels <= MOST_PIXELS {
        true => Ok(()),
        false => Err(GrowError::Size(width, height)),
    }
}

/// The sizes from coarse to fine; `depth` 1 begins where the shorter side is about 14 pixels, 0
/// at half the full size. The last is the full size. The first of `sources` leads.
///
/// # Errors
/// [`GrowError::SmallSource`], [`GrowError::Size`].
pub fn levels(sources: &[[u32; 2]], result: [u32; 2], depth: f32) -> Result<Vec<Level>, GrowError> {
    for source in sources {
        if source.iter().any(|&side| side < LEAST_SIDE) {
            return Err(GrowError::SmallSource(source[0], source[1]));
        }
        check_size(*source)?;
    }
    let source = sources.first().copied().unwrap_or(result);
    let full: Vec<[usize; 2]> = sources
        .iter()
        .map(|size| size.map(|side| side as usize))
        .collect();
    check_size(result)?;
    let sides = source.iter().chain(&result).copied();
    let shorter = f64::from(sides.min().unwrap_or(LEAST_SIDE));
    let least = COARSEST.min(shorter);
    let most = (shorter / 2.0).max(least);
    let depth = f64::from(depth.clamp(0.0, 1.0));
    let coarsest = most * (least / most).powf(depth);
    let steps = ((coarsest / shorter).ln() / FACTOR.ln()).round().max(0.0);
    let level = |step: f64| {
        let scale = match steps > 0.0 {
            true => (coarsest / shorter).powf(step / steps),
            false => 1.0,
        };
        let at = |side: u32| ((f64::from(side) * scale).round() as usize).max(PATCH + 1);
        let own = source.map(at);
        Level {
            own,
            source: together(&rects(&full, own)),
            result: result.map(at),
        }
    };
    Ok((0..=steps as u32)
        .rev()
        .map(|step| level(f64::from(step)))
        .collect())
}
