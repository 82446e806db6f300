//! Overlapping patches put together to a picture.

use rayon::prelude::*;

use super::canvas::Canvas;
use super::rows::Rows;
use super::{GrowError, NOWHERE, PATCH, Place};
use crate::cancel::CancelToken;

/// How much a patch's pixel counts, by its distance from the middle: `[row or column]`.
pub(super) type Kernel = [i32; PATCH];

/// Most that one patch may count against another.
pub(super) const TRUST: u16 = 1024;

/// Every pixel the weighted mean of what the patches over it have there. `places` are the corners
/// in `source` of the patches whose corners lie at each place of a grid of `columns`; with `wraps`
/// in x or y the grid is as large as the result and patches go round its edge. Where no patch is
/// ([`NOWHERE`]) a pixel is left transparent. `trust`, 1..=[`TRUST`], says how much each patch counts.
///
/// # Errors
/// [`GrowError::Cancelled`].
pub(super) fn combined(
    source: &Rows<'_>,
    (places, trust): (&[Place], Option<&[u16]>),
    [width, height]: [usize; 2],
    wraps: [bool; 2],
    kernel: &Kernel,
    stop: &CancelToken,
) -> Result<Canvas, GrowError> {
    let columns = grid(width, wraps[0]);
    let rows = grid(height, wraps[1]);
    debug_assert_eq!(places.len(), columns * rows);
    let mut out = Canvas::filled(width, height, [0; 4]);
    out.data
        .par_chunks_mut(width)
        .enumerate()
        .for_each(|(y, row)| {
            if stop.is_cancelled() {
                return;
            }
            for (x, pixel) in row.iter_mut().enumerate() {
                let (mut sums, mut whole) = ([0i64; 4], 0i64);
                for dy in 0..PATCH {
                    let Some(top) = origin(y, dy, rows, wraps[1]) else {
                        continue;
                    };
                    let (mut line, mut weights) = ([0i32; 4], 0);
                    for dx in 0..PATCH {
                        let Some(left) = origin(x, dx, columns, wraps[0]) else {
                            continue;
                        };
                        let number = top * columns + left;
                        let [sx, sy] = places[number];
                        if [sx, sy] == NOWHERE {
                            continue;
                        }
                        let value = source.pixel(usize::from(sx) + dx, usize::from(sy) + dy);
                        let weight = kernel[dx] * trust.map_or(1, |trust| i32::from(trust[number]));
                        for c in 0..4 {
                            line[c] += i32::from(value[c]) * weight;
                        }
                        weights += weight;
                    }
                    let weight = i64::from(kernel[dy]);
                    for c in 0..4 {
                        sums[c] += i64::from(line[c]) * weight;
                    }
                    whole += i64::from(weights) * weight;
                }
                *pixel = sums.map(|sum| ((sum + whole / 2) / whole.max(1)) as i16);
            }
        });
    match stop.is_cancelled() {
        true => Err(GrowError::Cancelled),
        false => Ok(out),
    }
}

/// Places of patches along a side.
pub(super) fn grid(side: usize, wraps: bool) -> usize {
    match wraps {
        true => side,
        false => side + 1 - PATCH,
    }
}

/// Where the patch begins whose pixel `d` lies at `at`.
fn origin(at: usize, d: usize, count: usize, wraps: bool) -> Option<usize> {
    match (at >= d, wraps) {
        (true, true) => Some(at - d),
        (false, true) => Some(at + count - d % count).map(|at| at % count),
        (true, false) => Some(at - d).filter(|origin| *origin < count),
        (false, false) => None,
    }
}
