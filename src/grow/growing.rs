//! The way from the coarsest size to the finest.

use std::borrow::Cow;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;
use rayon::prelude::*;

use super::basis::components;
use super::canvas::Canvas;
use super::kernel::{Projection, Vector, project};
use super::matching::{Effort, Keys, matches};
use super::region::{Known, Region};
use super::resample::resized;
use super::schedule::Level;
use super::shift::shifted;
use super::tree::NONE;
use super::vote::{Kernel, combined, grid};
use super::{GrowError, NOWHERE, PATCH, Place, refine, rim};
use crate::cancel::CancelToken;

/// Patches that one thread reduces at a time.
const BATCH: usize = 1024;
/// Share of the source's patches that must be left to begin at a size.
const ENOUGH: f64 = 0.6;
/// Patches that are refined between two reports.
const BAND: usize = 1 << 20;

/// How the work is done: set by what is asked for, see [`super::Settings`].
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tuning {
    /// How well to look for patches.
    pub(super) effort: Effort,
    /// Rounds at the coarsest size, in the middle and at the finest.
    pub(super) rounds: [u32; 3],
    /// Rounds where sizes are refined only.
    pub(super) refining: u32,
    /// Sizes with more pixels are only refined, see [`refine`].
    pub(super) refined_from: usize,
    /// How much a patch's pixel counts by its place, early and in the last round.
    pub(super) kernels: [Kernel; 2],
    /// How far what lies at a place may come from at the coarsest size, across and down, as a share
    /// of the sides.
    pub(super) shift: [f64; 2],
    /// How much of what was begun with is mixed into each size before its first round, of 256.
    pub(super) guide: i32,
    /// Whether what isn't kept is begun with from its surroundings, not with what is there.
    pub(super) heal: bool,
    /// Which sides of the result go on at the other side.
    pub(super) wraps: [bool; 2],
    /// Begins all random numbers.
    pub(super) seed: u64,
}

/// How far the work is.
pub(super) struct Step<'a> {
    /// Which size is worked at.
    pub(super) index: usize,
    /// How much of it is done, 0..1.
    pub(super) part: f64,
    /// The picture so far.
    pub(super) picture: Option<&'a Canvas>,
}

/// Whoever is told of steps.
pub(super) type Progress<'a> = &'a mut dyn FnMut(Step<'_>) -> Result<(), GrowError>;
/// Whoever is told of the part of one size that is done.
type Tell<'a> = &'a mut dyn FnMut(f64, Option<&Canvas>) -> Result<(), GrowError>;

/// What stays the same at all sizes.
pub(super) struct Growing<'a> {
    /// At full size.
    pub(super) source: &'a Canvas,
    /// What is begun with, of any size.
    pub(super) start: &'a Canvas,
    /// What of the source may be taken, and what of the result is there already.
    pub(super) region: &'a Region,
    /// How.
    pub(super) tuning: &'a Tuning,
    /// Asked between pieces of work.
    pub(super) stop: &'a CancelToken,
}

/// The result at one size.
struct Grown {
    picture: Canvas,
    /// The source's patch at each place of the grid.
    places: Vec<Place>,
    source: [usize; 2],
}

/// The result, and for each of its patches where it comes from: `[x, y]` of corners in the source.
pub(super) struct Whole {
    /// Pixels.
    pub(super) picture: Canvas,
    /// Row by row.
    pub(super) places: Vec<Place>,
}

impl Growing<'_> {
    /// Goes through all sizes; `progress` is told often how far it is, and may stop it.
    ///
    /// # Errors
    /// [`GrowError::Cancelled`], [`GrowError::NothingKnown`], what `progress` says.
    pub(super) fn run(&self, levels: &[Level], progress: Progress<'_>) -> Result<Whole, GrowError> {
        let mut grown: Option<Grown> = None;
        let first = self.first(levels);
        for (index, level) in levels.iter().enumerate().skip(first) {
            let finest = index + 1 == levels.len();
            let mut tell = |part: f64, picture: Option<&Canvas>| {
                progress(Step {
                    index,
                    part,
                    picture,
                })
            };
            tell(0.0, grown.as_ref().map(|grown| &grown.picture))?;
            grown = Some(self.level(*level, index, finest, grown, &mut tell)?);
        }
        let grown = grown.ok_or(GrowError::NothingKnown)?;
        Ok(Whole {
            picture: grown.picture,
            places: grown.places,
        })
    }

    /// The coarsest size at which enough of the source may be taken: where little is left beside a
    /// hole, it would all be filled with that.
    fn first(&self, levels: &[Level]) -> usize {
        let enough = |level: &Level| {
            let all = level.source.map(|side| grid(side, false));
            let left = self.region.sources(level.source).len();
            left as f64 >= ENOUGH * (all[0] * all[1]) as f64
        };
        match self.region.source {
            None => 0,
            Some(_) => levels.iter().position(enough).unwrap_or(levels.len() - 1),
        }
    }

    fn level(
        &self,
        level: Level,
        index: usize,
        finest: bool,
        coarser: Option<Grown>,
        tell: Tell<'_>,
    ) -> Result<Grown, GrowError> {
        let (tuning, stop) = (self.tuning, self.stop);
        let resized = |from: &Canvas, size, wraps| resized(from, size, wraps, stop);
        let source = match level.source == self.source.size() {
            true => Cow::Borrowed(self.source),
            false => Cow::Owned(resized(self.source, level.source, [false; 2])?),
        };
        let known = self.region.at(&level, stop)?;
        let first = coarser.is_none();
        let (mut picture, blurred) = match &coarser {
            None => (self.begun(level.result, &known)?, source.clone()),
            Some(coarser) => {
                let less = resized(self.source, coarser.source, [false; 2])?;
                (
                    resized(&coarser.picture, level.result, tuning.wraps)?,
                    Cow::Owned(resized(&less, level.source, [false; 2])?),
                )
            }
        };
        if tuning.guide > 0 && !first {
            let guide = resized(self.start, level.result, tuning.wraps)?;
            mix(&mut picture, &guide, tuning.guide);
        }
        known.keep(&mut picture);
        let columns = [0, 1].map(|i| grid(level.result[i], tuning.wraps[i]));
        let active = known.touched(columns, tuning.wraps);
        let keys = known.sources(level.source);
        if keys.is_empty() {
            return Err(GrowError::NothingKnown);
        }
        let rounds = match (first, finest) {
            (true, _) => tuning.rounds[0],
            (_, false) => tuning.rounds[1],
            (_, true) => tuning.rounds[2],
        };
        let trust = known.trust(columns);
        let mut here = Here {
            growing: self,
            trust,
            level,
            columns,
            active,
            keys,
            places: vec![NOWHERE; columns[0] * columns[1]],
        };
        if let Some(coarser) = coarser {
            here.places = refine::carried(
                &coarser.places,
                coarser.picture.size(),
                coarser.source,
                &level,
                tuning.wraps,
            );
        }
        here.forget_inactive();
        let pixels = level
            .source
            .iter()
            .product::<usize>()
            .max(level.result.iter().product());
        let seed = tuning.seed.wrapping_add((index as u64) << 32);
        match pixels > tuning.refined_from && !first {
            true => here.refine(&mut picture, [&blurred, &source], &known, tell)?,
            false => here.search(
                &mut picture,
                [&blurred, &source],
                &known,
                (rounds, first, finest),
                seed,
                tell,
            )?,
        }
        Ok(Grown {
            picture,
            places: here.places,
            source: level.source,
        })
    }

    /// The coarsest size before the first round.
    fn begun(&self, size: [usize; 2], known: &Known<'_>) -> Result<Canvas, GrowError> {
        let mut still = resized(self.start, size, self.tuning.wraps, self.stop)?;
        if self.tuning.heal {
            known.heal(&mut still);
        }
        let mut random = ChaCha12Rng::seed_from_u64(self.tuning.seed);
        Ok(shifted(&still, self.tuning.shift, &mut random))
    }
}

/// Mixes `share` of 256 of another canvas of the same size in.
fn mix(picture: &mut Canvas, other: &Canvas, share: i32) {
    let pixels = picture.data.par_iter_mut().zip(&other.data);
    pixels.for_each(|(pixel, other)| {
        for (value, &other) in pixel.iter_mut().zip(other) {
            let sum = i32::from(*value) * (256 - share) + i32::from(other) * share;
            *value = (sum / 256) as i16;
        }
    });
}

/// The work at one size.
struct Here<'a> {
    growing: &'a Growing<'a>,
    level: Level,
    /// Places of patches across and down.
    columns: [usize; 2],
    /// Those that are looked for, as numbers in the grid.
    active: Vec<u32>,
    /// Corners of the source's patches that may be taken.
    keys: Vec<Place>,
    /// What was found.
    places: Vec<Place>,
    /// How much each place's patch counts; none: all alike.
    trust: Option<Vec<i32>>,
}

impl Here<'_> {
    /// What is there already has no patches.
    fn forget_inactive(&mut self) {
        if self.active.len() < self.places.len() {
            let mut next = self.active.iter().copied().peekable();
            for (at, place) in self.places.iter_mut().enumerate() {
                if next.next_if_eq(&(at as u32)).is_none() {
                    *place = NOWHERE;
                }
            }
        }
    }

    fn search(
        &mut self,
        picture: &mut Canvas,
        [blurred, sharp]: [&Canvas; 2],
        known: &Known<'_>,
        (rounds, first, finest): (u32, bool, bool),
        seed: u64,
        tell: Tell<'_>,
    ) -> Result<(), GrowError> {
        let Growing { tuning, stop, .. } = *self.growing;
        let basis = components(sharp, &self.keys);
        let queries: Vec<Place> = self
            .active
            .iter()
            .map(|&at| [at as usize % self.columns[0], at as usize / self.columns[0]])
            .map(|place| place.map(|side| side as u16))
            .collect();
        let numbers = self.numbers();
        let mut found: Vec<u32> = match first {
            true => vec![NONE; queries.len()],
            false => self
                .active
                .iter()
                .map(|&at| numbers.of(self.places[at as usize]))
                .collect(),
        };
        let few = self.active.len() * self.keys.len() <= rim::MOST && tuning.wraps == [false; 2];
        let worth = known.worth().filter(|_| few);
        let mut keys = None;
        for round in 0..rounds {
            let image = match round == 0 {
                true => blurred,
                false => sharp,
            };
            if let Some(worth) = &worth {
                tell(f64::from(round) / f64::from(rounds), Some(picture))?;
                found = rim::nearest(picture, worth, &queries, image, &self.keys, stop)?;
                self.take(&found);
                let kernel = &tuning.kernels[usize::from(finest && round + 1 == rounds)];
                *picture = self.put_together(sharp, kernel)?;
                known.join(picture, &self.active, self.columns);
                continue;
            }
            if round < 2 {
                let vectors = reduced(&basis, image, &self.keys);
                keys = Some(Keys::new(vectors, &tuning.effort, seed));
            }
            let Some(keys) = &keys else { continue };
            tell(f64::from(round) / f64::from(rounds), Some(picture))?;
            let margin = tuning.wraps.map(|wraps| if wraps { PATCH - 1 } else { 0 });
            let vectors = match margin {
                [0, 0] => reduced(&basis, picture, &queries),
                [x, y] => reduced(&basis, &picture.wrapped(x, y), &queries),
            };
            let seed = seed.wrapping_add(1000 + u64::from(round));
            found = matches(&vectors, keys, &found, &tuning.effort, seed, stop)?;
            self.take(&found);
            let kernel = &tuning.kernels[usize::from(finest && round + 1 == rounds)];
            *picture = self.put_together(sharp, kernel)?;
            known.join(picture, &self.active, self.columns);
        }
        Ok(())
    }

    fn refine(
        &mut self,
        picture: &mut Canvas,
        [blurred, sharp]: [&Canvas; 2],
        known: &Known<'_>,
        tell: Tell<'_>,
    ) -> Result<(), GrowError> {
        let Growing { tuning, stop, .. } = *self.growing;
        let rounds = tuning.refining;
        let bands = self.active.len().div_ceil(BAND).max(1);
        let numbers = self.numbers();
        for round in 0..rounds {
            let image = match round == 0 {
                true => blurred,
                false => sharp,
            };
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
                source: image,
                columns: self.columns[0],
                allowed: &|place| numbers.of(place) != NONE,
            };
            for (band, active) in self.active.chunks(BAND).enumerate() {
                let part = band as f64 / bands as f64 / 2.0;
                tell((f64::from(round) + part) / f64::from(rounds), Some(picture))?;
                look.better(&mut self.places, active, stop)?;
            }
            tell((f64::from(round) + 0.5) / f64::from(rounds), Some(picture))?;
            let kernel = &tuning.kernels[usize::from(round + 1 == rounds)];
            *picture = self.put_together(sharp, kernel)?;
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
    fn put_together(&self, sharp: &Canvas, kernel: &Kernel) -> Result<Canvas, GrowError> {
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

    /// Numbers of the source's patches by their places.
    fn numbers(&self) -> Numbers {
        let columns = grid(self.level.source[0], false);
        let rows = grid(self.level.source[1], false);
        if self.keys.len() == columns * rows {
            return Numbers {
                columns,
                list: None,
            };
        }
        let mut list = vec![NONE; columns * rows];
        for (number, &[x, y]) in self.keys.iter().enumerate() {
            list[usize::from(y) * columns + usize::from(x)] = number as u32;
        }
        Numbers {
            columns,
            list: Some(list),
        }
    }
}

/// Which number the patch at a place has among the keys.
struct Numbers {
    columns: usize,
    /// None where all are keys, in order.
    list: Option<Vec<u32>>,
}

impl Numbers {
    fn of(&self, [x, y]: Place) -> u32 {
        if [x, y] == NOWHERE {
            return NONE;
        }
        let at = usize::from(y) * self.columns + usize::from(x);
        self.list.as_ref().map_or(at as u32, |list| list[at])
    }
}

fn reduced(basis: &Projection, canvas: &Canvas, places: &[Place]) -> Vec<Vector> {
    let mut out = vec![Vector::default(); places.len()];
    out.par_chunks_mut(BATCH)
        .zip(places.par_chunks(BATCH))
        .for_each(|(out, places)| project(basis, canvas, places, out));
    out
}
