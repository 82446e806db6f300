//! Large sizes: each patch looks close to where the coarser size found it. Needs no tree and no
//! reduced patches, so that memory stays a small multiple of the picture's.

use rayon::prelude::*;

use super::canvas::Canvas;
use super::rows::Rows;
use super::schedule::Level;
use super::sources::{Rect, of};
use super::vote::grid;
use super::{GrowError, NOWHERE, PATCH, Place};
use crate::cancel::CancelToken;

/// How far around the old place is looked, in pixels.
const REACH: i32 = 1;
/// How far a place that may not be taken is moved, at most.
const ASIDE: i32 = 64;

/// The matches of a coarser size at a finer one: `coarse` for a result of `result` pixels, with the
/// sources at the first of `rects`, afterwards at the second.
pub(super) fn carried(
    coarse: &[Place],
    result: [usize; 2],
    rects: [&[Rect]; 2],
    level: &Level,
    wraps: [bool; 2],
) -> Vec<Place> {
    let from = [0, 1].map(|i| grid(result[i], wraps[i]));
    let to = [0, 1].map(|i| grid(level.result[i], wraps[i]));
    let across: Vec<Step> = steps(from[0], to[0]);
    let down: Vec<Step> = steps(from[1], to[1]);
    let mut out = vec![[0; 2]; to[0] * to[1]];
    out.par_chunks_mut(to[0])
        .zip(&down)
        .for_each(|(row, down)| {
            for (place, across) in row.iter_mut().zip(&across) {
                let [x, y] = coarse[down.at * from[0] + across.at];
                if [x, y] == NOWHERE {
                    *place = NOWHERE;
                    continue;
                }
                let source = of(rects[0], [x, y]);
                let [from, to] = rects.map(|rects| rects[source]);
                let fine = |i: usize, at: usize, rest: f64, skip: usize| {
                    let scale = to.whole[i] as f64 / from.whole[i] as f64;
                    let (least, most) = (skip as f64, (skip + to.size[i] - PATCH) as f64);
                    let at = ((at as f64 + rest) * scale).round().clamp(least, most);
                    at as usize - skip
                };
                let row = usize::from(y) - from.top + from.skip;
                let x = fine(0, usize::from(x), across.rest, 0);
                let y = to.top + fine(1, row, down.rest, to.skip);
                *place = [x as u16, y as u16];
            }
        });
    out
}

/// Where a finer place lies among coarser ones.
struct Step {
    at: usize,
    /// How far behind, in coarse steps.
    rest: f64,
}

fn steps(from: usize, to: usize) -> Vec<Step> {
    let ratio = from as f64 / to as f64;
    (0..to)
        .map(|i| {
            let exact = (i as f64 + 0.5) * ratio - 0.5;
            let at = (exact.round().max(0.0) as usize).min(from - 1);
            Step {
                at,
                rest: exact - at as f64,
            }
        })
        .collect()
}

/// What is compared with what.
pub(super) struct Look<'a> {
    /// The result so far, with a margin where it wraps.
    pub(super) result: &'a Canvas,
    /// The sources to compare with.
    pub(super) source: &'a Rows<'a>,
    /// The last column and row at which a patch of theirs may begin.
    pub(super) most: [i32; 2],
    /// Places across.
    pub(super) columns: usize,
    /// Whether a source's patch may be taken.
    pub(super) allowed: &'a (dyn Fn(Place) -> bool + Sync),
}

impl Look<'_> {
    /// Moves each of the `active` places to the best around it.
    ///
    /// # Errors
    /// [`GrowError::Cancelled`].
    pub(super) fn better(
        &self,
        places: &mut [Place],
        active: &[u32],
        stop: &CancelToken,
    ) -> Result<(), GrowError> {
        const BATCH: usize = 4096;
        let found: Vec<Place> = active
            .par_chunks(BATCH)
            .flat_map_iter(|batch| {
                let stopped = stop.is_cancelled();
                let places = &places[..];
                batch.iter().map(move |&at| match stopped {
                    true => places[at as usize],
                    false => self.best(at as usize, places[at as usize]),
                })
            })
            .collect();
        if stop.is_cancelled() {
            return Err(GrowError::Cancelled);
        }
        for (&at, place) in active.iter().zip(found) {
            places[at as usize] = place;
        }
        Ok(())
    }

    fn best(&self, at: usize, place: Place) -> Place {
        let place = self.allowed_near(place);
        let query = [at % self.columns, at / self.columns];
        let mut best = (i64::MAX, place);
        let most = self.most;
        for dy in -REACH..=REACH {
            for dx in -REACH..=REACH {
                let moved = [i32::from(place[0]) + dx, i32::from(place[1]) + dy];
                let inside = (0..2).all(|i| (0..=most[i]).contains(&moved[i]));
                let moved = moved.map(|side| side as u16);
                if !inside || !(self.allowed)(moved) {
                    continue;
                }
                let distance = self.distance(query, moved, best.0);
                // Of equals the one that stays.
                if distance < best.0 || distance == best.0 && moved == place {
                    best = (distance, moved);
                }
            }
        }
        best.1
    }

    /// The place itself, or one close by that may be taken: what was found at a coarser size is
    /// rounded.
    fn allowed_near(&self, place: Place) -> Place {
        let most = self.most;
        // Nothing was looked for there at the coarser size: anything will do.
        let place = match place {
            NOWHERE => most.map(|most| (most / 2) as u16),
            place => place,
        };
        if (self.allowed)(place) {
            return place;
        }
        for reach in 1..=ASIDE {
            for (dx, dy) in [
                (-1, 0),
                (1, 0),
                (0, -1),
                (0, 1),
                (-1, -1),
                (1, -1),
                (-1, 1),
                (1, 1),
            ] {
                let moved = [
                    (i32::from(place[0]) + dx * reach).clamp(0, most[0]) as u16,
                    (i32::from(place[1]) + dy * reach).clamp(0, most[1]) as u16,
                ];
                if (self.allowed)(moved) {
                    return moved;
                }
            }
        }
        place
    }

    /// Squared distance of two patches; given up beyond `most`.
    fn distance(&self, [x, y]: [usize; 2], [sx, sy]: Place, most: i64) -> i64 {
        let mut sum = 0i64;
        for dy in 0..PATCH {
            let a = &self.result.data[(y + dy) * self.result.width + x..][..PATCH];
            let b = self.source.patch(usize::from(sx), usize::from(sy) + dy);
            let mut line = 0i32;
            for (a, b) in a.iter().zip(b) {
                for c in 0..4 {
                    // Twelve bits squared, 28 times: within 31 bits.
                    let d = (i32::from(a[c]) - i32::from(b[c])) >> 1;
                    line += d * d;
                }
            }
            sum += i64::from(line);
            if sum > most {
                break;
            }
        }
        sum
    }
}
