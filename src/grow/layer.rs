//! The work at one size.

use std::borrow::Cow;

use rayon::prelude::*;

use super::canvas::Canvas;
use super::growing::{BAND, Growing, Tell};
use super::heights::Heights;
use super::kernel::{Projection, Vector, project};
use super::matching::{Keys, matches};
use super::region::Known;
use super::rows::Rows;
use super::schedule::Level;
use super::sources::{Allowed, Parts, Rect, Set, of};
use super::tree::NONE;
use super::vote::{Kernel, combined};
use super::{GrowError, NOWHERE, PATCH, Place, basis, cohere, refine, rim};

/// Patches that one thread reduces at a time.
const BATCH: usize = 1024;

/// What is looked for at one size, and what was found.
pub(super) struct Layer<'a> {
    /// What stays the same at all sizes.
    pub(super) growing: &'a Growing<'a>,
    /// Which size.
    pub(super) level: Level,
    /// Places of patches across and down.
    pub(super) columns: [usize; 2],
    /// Those that are looked for, as numbers in the grid.
    pub(super) active: Vec<u32>,
    /// Corners of the sources' patches that may be taken; none where sizes are only refined.
    pub(super) keys: Vec<Place>,
    /// Where the sources lie.
    pub(super) rects: Vec<Rect>,
    /// What was found.
    pub(super) places: Vec<Place>,
    /// How much each place's patch counts; none: all alike.
    pub(super) trust: Option<Vec<u16>>,
}

/// Which rounds these are.
#[derive(Clone, Copy)]
pub(super) struct Rounds {
    /// How many.
    pub(super) count: u32,
    /// Whether this is the first size that is worked at.
    pub(super) first: bool,
    /// Whether it is the last.
    pub(super) finest: bool,
    /// Begins random numbers.
    pub(super) seed: u64,
}

/// Places that may take from the same sources.
struct Group {
    /// Numbers among the active.
    queries: Vec<usize>,
    corners: Vec<Place>,
    /// Numbers among all keys; none: all of them.
    keys: Option<Vec<u32>>,
    places: Vec<Place>,
    /// How readily each is taken; none: alike.
    weights: Option<Vec<f32>>,
    searched: Option<Keys>,
}

impl Group {
    fn to_all(&self, own: u32) -> u32 {
        self.keys.as_ref().map_or(own, |keys| keys[own as usize])
    }

    /// Own numbers of what was found before.
    fn before(&self, found: &[u32]) -> Vec<u32> {
        self.queries
            .iter()
            .map(|&query| self.to_own(found[query]))
            .collect()
    }

    fn to_own(&self, all: u32) -> u32 {
        match &self.keys {
            Some(keys) if all != NONE => keys.binary_search(&all).map_or(NONE, |at| at as u32),
            _ => all,
        }
    }
}

impl Layer<'_> {
    /// What is there already has no patches.
    pub(super) fn forget_inactive(&mut self) {
        if self.active.len() < self.places.len() {
            let mut next = self.active.iter().copied().peekable();
            for (at, place) in self.places.iter_mut().enumerate() {
                if next.next_if_eq(&(at as u32)).is_none() {
                    *place = NOWHERE;
                }
            }
        }
    }

    /// Heights at this size, where they count.
    fn heights(&self) -> Option<Heights> {
        let top = self.growing.tuning.top?;
        Some(Heights {
            top: (top * self.level.result[1] as f64).round() as usize,
            rows: self.level.own[1],
        })
    }

    fn groups(&self) -> Result<Vec<Group>, GrowError> {
        let sources = &self.growing.sources.0;
        let sets = match &self.growing.region.sets {
            None => vec![Set::MAX; self.active.len()],
            Some(sets) => {
                let sets = sets.at(self.level.result, self.columns);
                self.active.iter().map(|&at| sets[at as usize]).collect()
            }
        };
        let mut kinds = sets.clone();
        kinds.sort_unstable();
        kinds.dedup();
        let group = |kind: Set| {
            let source = |key: u32| of(&self.rects, self.keys[key as usize]);
            let queries: Vec<usize> = (0..sets.len()).filter(|&at| sets[at] == kind).collect();
            let corner = |&query: &usize| {
                let at = self.active[query] as usize;
                [at % self.columns[0], at / self.columns[0]].map(|side| side as u16)
            };
            let keys: Vec<u32> = (0..self.keys.len() as u32)
                .filter(|&key| kind >> source(key) & 1 == 1)
                .collect();
            let weighted = sources.iter().any(|source| source.weight != 1.0);
            let weight = |&key: &u32| sources[source(key)].weight;
            Group {
                corners: queries.iter().map(corner).collect(),
                queries,
                places: keys.iter().map(|&key| self.keys[key as usize]).collect(),
                weights: weighted.then(|| keys.iter().map(weight).collect()),
                keys: Some(keys).filter(|keys| keys.len() < self.keys.len()),
                searched: None,
            }
        };
        let groups: Vec<Group> = kinds.into_iter().map(group).collect();
        match groups.iter().any(|group| group.places.is_empty()) {
            true => Err(GrowError::NothingKnown),
            false => Ok(groups),
        }
    }

    /// Rounds of looking everywhere. `blurred` is as sharp as what comes from the coarser size.
    ///
    /// # Errors
    /// [`GrowError::Cancelled`], [`GrowError::NothingKnown`], what `tell` says.
    pub(super) fn search(
        &mut self,
        picture: &mut Canvas,
        [blurred, sharp]: [&Canvas; 2],
        known: &Known<'_>,
        rounds: Rounds,
        tell: Tell<'_>,
    ) -> Result<(), GrowError> {
        let tuning = self.growing.tuning;
        let basis = basis::components(sharp, &self.keys);
        let numbers = self.numbers(sharp.size());
        let mut groups = self.groups()?;
        let mut found: Vec<u32> = match rounds.first {
            true => vec![NONE; self.active.len()],
            false => self
                .active
                .iter()
                .map(|&at| numbers.of(self.places[at as usize]))
                .collect(),
        };
        let few = self.active.len() * self.keys.len() <= rim::MOST;
        // Patches that go round see the other side behind the last column and row.
        let margin = tuning.wraps.map(|wraps| if wraps { PATCH - 1 } else { 0 });
        let worth = known.worth();
        let worth = worth.map(|worth| wrapped(worth, self.level.result, margin));
        let neighbours = |group: &Group| {
            let active: Vec<u32> = group.queries.iter().map(|&q| self.active[q]).collect();
            let rows = self.places.len() / self.columns[0];
            cohere::neighbours(&active, [self.columns[0], rows], tuning.wraps)
        };
        let around: Vec<Vec<[u32; 8]>> = match tuning.together {
            true => groups.iter().map(neighbours).collect(),
            false => Vec::new(),
        };
        for round in 0..rounds.count {
            let image = match round == 0 {
                true => blurred,
                false => sharp,
            };
            tell(f64::from(round) / f64::from(rounds.count), Some(picture))?;
            let seen = match margin {
                [0, 0] => Cow::Borrowed(&*picture),
                [x, y] => Cow::Owned(picture.wrapped(x, y)),
            };
            for (number, group) in groups.iter_mut().enumerate() {
                let mut new = match &worth {
                    Some(worth) if few => self.at_the_rim((&seen, worth), image, group, &found)?,
                    _ => self.round(&seen, (&basis, image), group, &found, (round, rounds.seed))?,
                };
                if let (Some(around), Some(worth)) = (around.get(number), &worth) {
                    let seen = (&*seen, &worth[..], image);
                    new = self.settled(new, seen, group, (around, &numbers))?;
                }
                for (&query, own) in group.queries.iter().zip(new) {
                    found[query] = group.to_all(own);
                }
            }
            drop(seen);
            self.take(&found);
            let last = rounds.finest && round + 1 == rounds.count;
            *picture = self.put_together(&Rows::of(sharp), &tuning.kernels[usize::from(last)])?;
            known.join(picture, &self.active, self.columns);
        }
        Ok(())
    }

    fn at_the_rim(
        &self,
        seen: (&Canvas, &[u16]),
        image: &Canvas,
        group: &Group,
        found: &[u32],
    ) -> Result<Vec<u32>, GrowError> {
        let before: Vec<u32> = group.before(found);
        let keys = (image, &group.places[..]);
        let heights = self.heights();
        let queries = (&group.corners[..], &before[..]);
        rim::nearest(seen, queries, keys, heights.as_ref(), self.growing.stop)
    }

    /// What was found, with pieces kept together.
    fn settled(
        &self,
        found: Vec<u32>,
        (picture, worth, image): (&Canvas, &[u16], &Canvas),
        group: &Group,
        (neighbours, numbers): (&[[u32; 8]], &Numbers),
    ) -> Result<Vec<u32>, GrowError> {
        let moved = |key: u32, by: [i32; 2]| {
            let place = group.places[key as usize];
            let to = [0, 1].map(|i| i32::from(place[i]) + by[i]);
            match to
                .iter()
                .all(|side| (0..i32::from(u16::MAX)).contains(side))
            {
                true => group.to_own(numbers.of(to.map(|side| side as u16))),
                false => NONE,
            }
        };
        let heights = self.heights();
        let distance = |query: usize, key: u32| {
            let (query, key) = (group.corners[query], group.places[key as usize]);
            let apart = heights.map_or(0, |heights| heights.apart(query, key));
            rim::mean(picture, worth, query, image, key) + apart as f32
        };
        let choice = cohere::Choice {
            neighbours,
            moved: &moved,
            distance: &distance,
        };
        choice.settle(found, self.growing.stop)
    }

    fn round(
        &self,
        picture: &Canvas,
        (basis, image): (&Projection, &Canvas),
        group: &mut Group,
        found: &[u32],
        (round, seed): (u32, u64),
    ) -> Result<Vec<u32>, GrowError> {
        let Growing { tuning, stop, .. } = *self.growing;
        let before = group.before(found);
        let heights = self.heights();
        let keys = match group.searched.take().filter(|_| round >= 2) {
            Some(keys) => keys,
            None => {
                let mut vectors = reduced(basis, image, &group.places);
                if let Some(heights) = &heights {
                    heights.mark_keys(&mut vectors, &group.places);
                }
                Keys::new(vectors, group.weights.clone(), &tuning.effort, seed)
            }
        };
        let mut vectors = reduced(basis, picture, &group.corners);
        if let Some(heights) = &heights {
            heights.mark_queries(&mut vectors, &group.corners);
        }
        let seed = seed.wrapping_add(1000 + u64::from(round));
        let new = matches(&vectors, &keys, &before, &tuning.effort, seed, stop);
        group.searched = Some(keys);
        new
    }

    /// Rounds of looking close by only.
    ///
    /// # Errors
    /// As for [`Self::search`].
    pub(super) fn refine(
        &mut self,
        picture: &mut Canvas,
        (blurred, sharp): (Parts<'_>, &Parts<'_>),
        (known, allowed): (&Known<'_>, &Allowed),
        tell: Tell<'_>,
    ) -> Result<(), GrowError> {
        let Growing { tuning, stop, .. } = *self.growing;
        let rounds = tuning.refining;
        let mut blurred = Some(blurred);
        let bands = self.active.len().div_ceil(BAND).max(1);
        for round in 0..rounds {
            let image = blurred.as_ref().unwrap_or(sharp).rows();
            let margin = tuning.wraps.map(|wraps| if wraps { PATCH - 1 } else { 0 });
            let wrapped;
            let seen = match margin {
                [0, 0] => &*picture,
                [x, y] => {
                    wrapped = picture.wrapped(x, y);
                    &wrapped
                }
            };
            let look = refine::Look {
                result: seen,
                source: &image,
                most: image.size().map(|side| (side - PATCH) as i32),
                columns: self.columns[0],
                allowed: &|place| allowed.is(place),
            };
            for (band, active) in self.active.chunks(BAND).enumerate() {
                let part = band as f64 / bands as f64 / 2.0;
                tell((f64::from(round) + part) / f64::from(rounds), Some(picture))?;
                look.better(&mut self.places, active, stop)?;
            }
            tell((f64::from(round) + 0.5) / f64::from(rounds), Some(picture))?;
            // Of use in the first round alone, and large; so is the picture so far from here on.
            blurred = None;
            *picture = Canvas::filled(0, 0, [0; 4]);
            let kernel = &tuning.kernels[usize::from(round + 1 == rounds)];
            *picture = self.put_together(&sharp.rows(), kernel)?;
            known.join(picture, &self.active, self.columns);
        }
        Ok(())
    }

    /// Notes where the keys that were found lie.
    fn take(&mut self, found: &[u32]) {
        for (&at, &key) in self.active.iter().zip(found) {
            self.places[at as usize] = self.keys[(key as usize).min(self.keys.len() - 1)];
        }
    }

    /// What was found, as a picture.
    fn put_together(&self, sharp: &Rows<'_>, kernel: &Kernel) -> Result<Canvas, GrowError> {
        let Growing { tuning, stop, .. } = self.growing;
        combined(
            sharp,
            (&self.places, self.trust.as_deref()),
            self.level.result,
            tuning.wraps,
            kernel,
            stop,
        )
    }

    /// Numbers of the keys by their places in a canvas of all sources of `size` pixels.
    fn numbers(&self, size: [usize; 2]) -> Numbers {
        let columns = super::vote::grid(size[0], false);
        let rows = super::vote::grid(size[1], false);
        if self.keys.len() == columns * rows {
            return Numbers {
                columns,
                rows,
                list: None,
            };
        }
        let mut list = vec![NONE; columns * rows];
        for (number, key) in self.keys.iter().enumerate() {
            let [x, y] = key.map(usize::from);
            list[y * columns + x] = number as u32;
        }
        Numbers {
            columns,
            rows,
            list: Some(list),
        }
    }
}

/// Which number the patch at a place has among the keys.
struct Numbers {
    columns: usize,
    rows: usize,
    /// None where all are keys, in order.
    list: Option<Vec<u32>>,
}

impl Numbers {
    fn of(&self, [x, y]: Place) -> u32 {
        if [x, y] == NOWHERE {
            return NONE;
        }
        let [x, y] = [x, y].map(usize::from);
        if x >= self.columns || y >= self.rows {
            return NONE;
        }
        let at = y * self.columns + x;
        self.list.as_ref().map_or(at as u32, |list| list[at])
    }
}

/// Values of pixels with so many more columns and rows, which repeat the first ones, as
/// [`Canvas::wrapped`] does.
fn wrapped(values: Vec<u16>, [width, height]: [usize; 2], margin: [usize; 2]) -> Vec<u16> {
    let [x, y] = margin;
    if margin == [0; 2] {
        return values;
    }
    let mut out = Vec::with_capacity((width + x) * (height + y));
    for row in 0..height + y {
        let row = &values[row % height * width..][..width];
        out.extend_from_slice(row);
        out.extend((0..x).map(|i| row[i % width]));
    }
    out
}

fn reduced(basis: &Projection, canvas: &Canvas, places: &[Place]) -> Vec<Vector> {
    let mut out = vec![Vector::default(); places.len()];
    out.par_chunks_mut(BATCH)
        .zip(places.par_chunks(BATCH))
        .for_each(|(out, places)| project(basis, canvas, places, out));
    out
}
