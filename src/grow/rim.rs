//! At coarse sizes, where little has to be found: patches compared pixel by pixel, those that are
//! there already before those that are only guessed. Else a smooth guess finds smooth patches.

use rayon::prelude::*;

use super::canvas::Canvas;
use super::heights::Heights;
use super::tree::NONE;
use super::{GrowError, PATCH, Place};
use crate::cancel::CancelToken;

/// Most comparisons at one size.
pub(super) const MOST: usize = 4_000_000;

/// For each of `queries`, corners in `picture`, the number of the key that is most like it; a pixel
/// counts as much as `worth` says, and `heights`, where they do. `before` are guesses, [`NONE`] where there
/// are none.
///
/// # Errors
/// [`GrowError::Cancelled`].
pub(super) fn nearest(
    (picture, worth): (&Canvas, &[u16]),
    (queries, before): (&[Place], &[u32]),
    (source, keys): (&Canvas, &[Place]),
    heights: Option<&Heights>,
    stop: &CancelToken,
) -> Result<Vec<u32>, GrowError> {
    let best = |(&query, &before): (&Place, &u32)| {
        if stop.is_cancelled() {
            return 0;
        }
        let whole = heights.map_or(0, |_| weight(picture, worth, query));
        let far = |key: u32, most: i64| {
            let key = keys[key as usize];
            let apart = heights.map_or(0, |heights| heights.apart(query, key) * whole);
            match apart > most {
                true => apart,
                false => apart + distance(picture, worth, query, source, key, most - apart),
            }
        };
        // A good guess lets the others be given up early.
        let (mut least, mut found) = match before {
            NONE => (i64::MAX, 0),
            before => (far(before, i64::MAX), before),
        };
        for key in 0..keys.len() as u32 {
            let distance = far(key, least);
            if distance < least {
                (least, found) = (distance, key);
            }
        }
        found
    };
    let found = queries.par_iter().zip(before).map(best).collect();
    match stop.is_cancelled() {
        true => Err(GrowError::Cancelled),
        false => Ok(found),
    }
}

/// Weighted squared distance; given up beyond `most`.
fn distance(
    picture: &Canvas,
    worth: &[u16],
    [x, y]: Place,
    source: &Canvas,
    [sx, sy]: Place,
    most: i64,
) -> i64 {
    let mut sum = 0;
    // The middle first: it says most.
    for dy in [3, 1, 5, 0, 6, 2, 4] {
        let row = (usize::from(y) + dy) * picture.width + usize::from(x);
        let other = (usize::from(sy) + dy) * source.width + usize::from(sx);
        let a = &picture.data[row..row + PATCH];
        let b = &source.data[other..other + PATCH];
        let worth = &worth[row..row + PATCH];
        let mut line = 0i64;
        for i in 0..PATCH {
            let mut square = 0i32;
            for c in 0..4 {
                // Less than fifteen bits; squared, four times: within 31 bits.
                let d = i32::from(a[i][c].wrapping_sub(b[i][c]));
                square += d * d;
            }
            line += i64::from(square) * i64::from(worth[i]);
        }
        sum += line;
        if sum > most {
            break;
        }
    }
    sum
}

/// Mean squared distance of two patches over their pixels; a pixel of `picture` counts as much as
/// `worth` says.
pub(super) fn mean(
    picture: &Canvas,
    worth: &[u16],
    query: Place,
    source: &Canvas,
    key: Place,
) -> f32 {
    let sum = distance(picture, worth, query, source, key, i64::MAX);
    sum as f32 / weight(picture, worth, query).max(1) as f32
}

/// How much all pixels of a patch count together.
fn weight(picture: &Canvas, worth: &[u16], query: Place) -> i64 {
    let [x, y] = query.map(usize::from);
    let row = |dy: usize| &worth[(y + dy) * picture.width + x..][..PATCH];
    let all = (0..PATCH).flat_map(row);
    all.map(|&worth| i64::from(worth)).sum()
}
