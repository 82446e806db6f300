//! What of the source may be taken, and what of the result is there already.

use std::sync::Arc;

use rayon::prelude::*;

use super::canvas::{Canvas, Pixel};
use super::membrane::lead_over;
use super::resample::resized;
use super::schedule::Level;
use super::sources::Where;
use super::vote::TRUST;
use super::{GrowError, PATCH};
use crate::cancel::CancelToken;

/// True where there is something, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Map {
    /// Pixels in a row.
    pub(super) width: usize,
    /// Rows.
    pub(super) height: usize,
    /// One for each pixel.
    pub(super) data: Vec<bool>,
}

impl Map {
    /// True everywhere.
    pub(super) fn full([width, height]: [usize; 2]) -> Self {
        Self {
            width,
            height,
            data: vec![true; width * height],
        }
    }

    /// False where there is a hole.
    pub(super) fn without([width, height]: [usize; 2], hole: &[bool]) -> Self {
        Self {
            width,
            height,
            data: hole.iter().map(|hole| !hole).collect(),
        }
    }

    /// At another size: true where all around a pixel is, as far as resampling sees; on the sides
    /// that it `wraps`, x and y, the other side's pixels lie around, too.
    pub(super) fn at(&self, [width, height]: [usize; 2], wraps: [bool; 2]) -> Self {
        // The pixels around a place, and those of them that lie on the other side.
        let span = |at: usize, from: usize, to: usize, wraps: bool| {
            let ratio = from as f64 / to as f64;
            // The cubic's two lobes, as far as they weigh anything.
            let reach = if from == to { 0.0 } else { 1.0 };
            let low = ((at as f64 - reach) * ratio).floor() as i64;
            let end = ((at as f64 + 1.0 + reach) * ratio).ceil() as usize;
            let first = (low.max(0) as usize).min(from - 1);
            let beyond = match wraps {
                true if low < 0 => from.saturating_sub(low.unsigned_abs() as usize)..from,
                true if end > from => 0..(end - from).min(from),
                _ => 0..0,
            };
            [first..end.clamp(first + 1, from), beyond]
        };
        let mut data = vec![false; width * height];
        data.par_chunks_mut(width).enumerate().for_each(|(y, row)| {
            let rows = span(y, self.height, height, wraps[1]);
            for (x, out) in row.iter_mut().enumerate() {
                let columns = span(x, self.width, width, wraps[0]);
                *out = rows.iter().cloned().flatten().all(|y| {
                    let row = &self.data[y * self.width..][..self.width];
                    columns.iter().all(|c| row[c.clone()].iter().all(|&b| b))
                });
            }
        });
        Self {
            width,
            height,
            data,
        }
    }

    /// How far each pixel is from one that is true, in steps to any of eight neighbours, up to 255;
    /// also over the sides that it `wraps`, x and y.
    fn away(&self, wraps: [bool; 2]) -> Vec<u16> {
        let (width, height) = (self.width, self.height);
        let mut away: Vec<u16> = self
            .data
            .iter()
            .map(|&there| u16::from(!there) * 255)
            .collect();
        let beside = |at: usize, by: isize, side: usize, wraps: bool| match at
            .checked_add_signed(by)
            .filter(|to| *to < side)
        {
            None if wraps => Some((at + side).wrapping_add_signed(by) % side),
            within => within,
        };
        // The neighbours above and before, then those below and behind (Rosenfeld and Pfaltz 1966).
        let step = |away: &mut [u16], x: usize, y: usize, next: [[isize; 2]; 4]| {
            let at = y * width + x;
            let mut nearer = away[at];
            for [dx, dy] in next {
                let x = beside(x, dx, width, wraps[0]);
                let y = beside(y, dy, height, wraps[1]);
                if let Some((x, y)) = x.zip(y) {
                    nearer = nearer.min(away[y * width + x] + 1);
                }
            }
            std::mem::replace(&mut away[at], nearer) > nearer
        };
        loop {
            let mut changed = false;
            for y in 0..height {
                for x in 0..width {
                    if away[y * width + x] > 0 {
                        changed |= step(&mut away, x, y, [[-1, 0], [-1, -1], [0, -1], [1, -1]]);
                    }
                }
            }
            for y in (0..height).rev() {
                for x in (0..width).rev() {
                    if away[y * width + x] > 0 {
                        changed |= step(&mut away, x, y, [[1, 0], [1, 1], [0, 1], [-1, 1]]);
                    }
                }
            }
            // Once is enough, but for what came over a side.
            if !changed || wraps == [false; 2] {
                return away;
            }
        }
    }

    /// What isn't true, ring after ring from its edges inwards: each pixel with its neighbours that
    /// are true or lie in a ring before.
    fn rings(&self) -> Vec<Vec<(usize, Vec<usize>)>> {
        let (width, height) = (self.width, self.height);
        let mut there = self.data.clone();
        let mut left: Vec<usize> = (0..there.len()).filter(|&at| !there[at]).collect();
        let mut rings = Vec::new();
        while !left.is_empty() {
            let around = |at: usize| -> Vec<usize> {
                let (x, y) = (at % width, at / width);
                (y.saturating_sub(1)..(y + 2).min(height))
                    .flat_map(|y| (x.saturating_sub(1)..(x + 2).min(width)).map(move |x| (x, y)))
                    .map(|(x, y)| y * width + x)
                    .filter(|&at| there[at])
                    .collect()
            };
            let ring: Vec<(usize, Vec<usize>)> = left
                .iter()
                .map(|&at| (at, around(at)))
                .filter(|(_, around)| !around.is_empty())
                .collect();
            if ring.is_empty() {
                break;
            }
            for (at, _) in &ring {
                there[*at] = true;
            }
            left.retain(|&at| !there[at]);
            rings.push(ring);
        }
        rings
    }

    /// Fills what isn't true from its edges inwards, each pixel with the neighbour that is most like
    /// their mean: edges go on, and nothing is blurred.
    pub(super) fn heal(&self, picture: &mut Canvas) {
        for ring in self.rings() {
            let found: Vec<(usize, Pixel)> = ring
                .iter()
                .map(|(at, there)| {
                    let values = || there.iter().map(|&at| picture.data[at]);
                    let count = there.len() as i64;
                    let sum = |c: usize| values().map(|p| i64::from(p[c])).sum::<i64>();
                    let sums: [i64; 4] = std::array::from_fn(sum);
                    let apart = |p: &Pixel| -> i64 {
                        (0..4)
                            .map(|c| (i64::from(p[c]) * count - sums[c]).pow(2))
                            .sum()
                    };
                    (*at, values().min_by_key(apart).unwrap_or([0; 4]))
                })
                .collect();
            for (at, pixel) in found {
                picture.data[at] = pixel;
            }
        }
    }

    /// For each place of a grid whether the patch there is wholly true.
    pub(super) fn whole_patches(&self, columns: [usize; 2], wraps: [bool; 2]) -> Vec<bool> {
        let (w, h) = (self.width, self.height);
        let mut rows = vec![false; columns[0] * h];
        rows.par_chunks_mut(columns[0])
            .enumerate()
            .for_each(|(y, out)| {
                let row = &self.data[y * w..][..w];
                for (x, out) in out.iter_mut().enumerate() {
                    *out = (x..x + PATCH).all(|x| match wraps[0] {
                        true => row[x % w],
                        false => row[x],
                    });
                }
            });
        let mut whole = vec![false; columns[0] * columns[1]];
        whole
            .par_chunks_mut(columns[0])
            .enumerate()
            .for_each(|(y, out)| {
                for (x, out) in out.iter_mut().enumerate() {
                    *out = (y..y + PATCH).all(|y| rows[y % h * columns[0] + x]);
                }
            });
        whole
    }
}

/// At full size.
#[derive(Debug, Clone, Default)]
pub(super) struct Region {
    /// What of the result is there already, and the result with it; none: nothing.
    pub(super) kept: Option<(Map, Arc<Canvas>)>,
    /// What isn't begun with from its surroundings; none: what is kept.
    pub(super) firm: Option<Map>,
    /// Up to sizes this much of the full one all that is firm is kept.
    pub(super) loose_from: f64,
    /// Which sources' material goes where; none: all everywhere.
    pub(super) sets: Option<Where>,
    /// Which sides of the result go on at the other side, in x and y.
    pub(super) wraps: [bool; 2],
}

impl Region {
    /// The same at one size; `full` is the result's own.
    ///
    /// # Errors
    /// [`GrowError::Cancelled`].
    pub(super) fn at(&self, level: &Level, stop: &CancelToken) -> Result<Known<'_>, GrowError> {
        let kept = match &self.kept {
            None => None,
            Some((map, canvas)) => {
                let small = match canvas.size() == level.result {
                    true => None,
                    false => Some(resized(canvas, level.result, self.wraps, stop)?),
                };
                let scale = level.result[0] as f64 / canvas.width as f64;
                let map = match &self.firm {
                    Some(firm) if scale < self.loose_from => firm,
                    _ => map,
                };
                Some((map.at(level.result, self.wraps), &**canvas, small))
            }
        };
        let firm = self.firm.as_ref();
        Ok(Known {
            kept,
            firm: firm.map(|firm| firm.at(level.result, self.wraps)),
            wraps: self.wraps,
        })
    }
}

/// [`Region`] at one size.
pub(super) struct Known<'a> {
    kept: Option<(Map, &'a Canvas, Option<Canvas>)>,
    /// What is to be relied on although it is to be fitted in: a sketch is no guess.
    firm: Option<Map>,
    wraps: [bool; 2],
}

impl Known<'_> {
    /// Where there is something already.
    pub(super) fn map(&self) -> Option<&Map> {
        self.kept.as_ref().map(|(map, ..)| map)
    }

    /// Puts back what is there already.
    pub(super) fn keep(&self, picture: &mut Canvas) {
        if let Some((map, whole, small)) = &self.kept {
            let from: &[Pixel] = &small.as_ref().unwrap_or(whole).data;
            let pixels = picture.data.par_iter_mut().zip(from).zip(&map.data);
            pixels.for_each(|((pixel, from), &kept)| {
                if kept {
                    *pixel = *from;
                }
            });
        }
    }

    /// Puts back what is there already after patches were put together, which lie at the `active`
    /// places of a grid of `columns`, and leads over to it.
    pub(super) fn join(&self, picture: &mut Canvas, active: &[u32], columns: [usize; 2]) {
        let Some((map, whole, small)) = &self.kept else {
            return;
        };
        let mut covered = vec![false; map.data.len()];
        for &at in active {
            let (x, y) = (at as usize % columns[0], at as usize / columns[0]);
            // Corners are enough: along an edge patches lie at every place.
            for (dx, dy) in [
                (0, 0),
                (PATCH - 1, 0),
                (0, PATCH - 1),
                (PATCH - 1, PATCH - 1),
            ] {
                // Patches go round the sides that go on at the other side.
                covered[(y + dy) % map.height * map.width + (x + dx) % map.width] = true;
            }
        }
        let there = small.as_ref().unwrap_or(whole);
        lead_over(picture, there, &map.data, self.wraps, |at| covered[at]);
        self.keep(picture);
    }

    /// How much each pixel is to be relied on, [`TRUST`] where it is there already and less and less
    /// inwards. None where nothing is there.
    pub(super) fn worth(&self) -> Option<Vec<u16>> {
        let map = self.firm.as_ref().or(self.map())?;
        // As many rings as there are until it is 1.
        let mut by_ring = vec![TRUST];
        while let Some(&here) = by_ring.last()
            && here > 1
        {
            by_ring.push((here * 3 / 4).max(1));
        }
        // Beyond the last ring it stays; what no ring reaches is as if it were there.
        let reached = map.data.contains(&true);
        let value = |away: u16| match away {
            _ if !reached => TRUST,
            away => by_ring[usize::from(away).min(by_ring.len() - 1)],
        };
        Some(map.away(self.wraps).into_iter().map(value).collect())
    }

    /// How much the patch at each place of a grid counts: the less, the farther its middle is from
    /// what is there already (Wexler et al., "Space-Time Completion of Video", 2007, equation 4),
    /// so that the new part grows inwards from its edges. None where nothing is there.
    pub(super) fn trust(&self, columns: [usize; 2]) -> Option<Vec<u16>> {
        let map = &self.kept.as_ref()?.0;
        let worth = self.worth()?;
        let trust = |at: usize| {
            let (x, y) = (at % columns[0] + PATCH / 2, at / columns[0] + PATCH / 2);
            // Only where they go round patches have their middle beyond a side.
            worth[y % map.height * map.width + x % map.width]
        };
        Some((0..columns[0] * columns[1]).map(trust).collect())
    }

    /// The patches of the result's grid that aren't there already.
    pub(super) fn touched(&self, columns: [usize; 2], wraps: [bool; 2]) -> Vec<u32> {
        let all = 0..(columns[0] * columns[1]) as u32;
        match &self.kept {
            None => all.collect(),
            Some((map, ..)) => {
                let whole = map.whole_patches(columns, wraps);
                all.filter(|&at| !whole[at as usize]).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_far_inside_is_as_many_steps_away_as_there_are_rings() {
        let mut map = Map::full([40, 30]);
        for (at, there) in map.data.iter_mut().enumerate() {
            let (x, y) = (at % 40, at / 40);
            *there = !(5..33).contains(&x) || !(3..26).contains(&y) || (x, y) == (20, 7);
        }
        let mut expected = vec![0; map.data.len()];
        for (ring, pixels) in map.rings().into_iter().enumerate() {
            for (at, _) in pixels {
                expected[at] = ring as u16 + 1;
            }
        }
        assert_eq!(map.away([false; 2]), expected);
        assert!(expected.iter().any(|&away| away >= 8));
        let nowhere = Map::without([4, 4], &[true; 16]);
        assert!(nowhere.away([false; 2]).iter().all(|&away| away >= 255));
    }

    /// Moved round by any number of pixels, a map that wraps comes to the same, moved round.
    #[test]
    fn what_goes_round_has_no_side() {
        let mut map = Map::full([40, 30]);
        for (at, there) in map.data.iter_mut().enumerate() {
            let (x, y) = (at % 40, at / 40);
            *there = (12..25).contains(&x) && (4..20).contains(&y);
        }
        let rolled = |map: &Map, by: usize| {
            let mut rolled = map.clone();
            let rows = rolled.data.chunks_mut(map.width);
            rows.for_each(|row| row.rotate_right(by));
            rolled
        };
        let sides = [true, false];
        let away = |map: &Map| {
            let [width, height] = [map.width, map.height];
            let steps = map.away(sides);
            assert_eq!(steps.len(), width * height);
            steps
        };
        let still = away(&map);
        for by in [1, 15, 20, 39] {
            let mut expected = still.clone();
            expected.chunks_mut(40).for_each(|row| row.rotate_right(by));
            assert_eq!(away(&rolled(&map, by)), expected, "{by}");
        }
        // Farthest is what lies half around, not what lies at the sides.
        assert_eq!(still[4 * 40 + 38], 14);
        assert_eq!(still[4 * 40], 12);
        for by in [4, 20, 36] {
            let small = |by| rolled(&map, by).at([10, 8], sides);
            assert_eq!(small(by), rolled(&small(0), by / 4), "{by}");
        }
    }
}
