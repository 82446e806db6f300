//! At coarse sizes, where little has to be found: patches compared pixel by pixel, those that are
//! there already before those that are only guessed. Else a smooth guess finds smooth patches.

use rayon::prelude::*;

use super::canvas::Canvas;
use super::{GrowError, PATCH, Place};
use crate::cancel::CancelToken;

/// Most comparisons at one size.
pub(super) const MOST: usize = 4_000_000;

/// For each of `queries`, corners in `picture`, the number of the key that is most like it; a pixel
/// counts as much as `worth` says.
///
/// # Errors
/// [`GrowError::Cancelled`].
pub(super) fn nearest(
    picture: &Canvas,
    worth: &[i32],
    queries: &[Place],
    source: &Canvas,
    keys: &[Place],
    stop: &CancelToken,
) -> Result<Vec<u32>, GrowError> {
    let best = |&query: &Place| {
        if stop.is_cancelled() {
            return 0;
        }
        let (mut least, mut found) = (i64::MAX, 0);
        for (number, &key) in keys.iter().enumerate() {
            let distance = distance(picture, worth, query, source, key, least);
            if distance < least {
                (least, found) = (distance, number as u32);
            }
        }
        found
    };
    let found = queries.par_iter().map(best).collect();
    match stop.is_cancelled() {
        true => Err(GrowError::Cancelled),
        false => Ok(found),
    }
}

/// Weighted squared distance; given up beyond `most`.
fn distance(
    picture: &Canvas,
    worth: &[i32],
    [x, y]: Place,
    source: &Canvas,
    [sx, sy]: Place,
    most: i64,
) -> i64 {
    let mut sum = 0;
    for dy in 0..PATCH {
        let row = (usize::from(y) + dy) * picture.width + usize::from(x);
        let other = (usize::from(sy) + dy) * source.width + usize::from(sx);
        for dx in 0..PATCH {
            let (a, b) = (picture.data[row + dx], source.data[other + dx]);
            let square = |c: usize| (i64::from(a[c]) - i64::from(b[c])).pow(2);
            sum += i64::from(worth[row + dx]) * (0..4).map(square).sum::<i64>();
        }
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
    worth: &[i32],
    query: Place,
    source: &Canvas,
    key: Place,
) -> f32 {
    let sum = distance(picture, worth, query, source, key, i64::MAX);
    let [x, y] = query.map(usize::from);
    let row = |dy: usize| &worth[(y + dy) * picture.width + x..][..PATCH];
    let whole: i64 = (0..PATCH)
        .flat_map(row)
        .map(|&worth| i64::from(worth))
        .sum();
    sum as f32 / whole.max(1) as f32
}
