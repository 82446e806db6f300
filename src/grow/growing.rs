//! The way from the coarsest size to the finest.

use std::borrow::Cow;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;
use rayon::prelude::*;

use super::breed::{self, Line};
use super::canvas::Canvas;
use super::layer::{Layer, Rounds};
use super::matching::Effort;
use super::region::{Known, Region};
use super::resample::resized;
use super::schedule::Level;
use super::shift::shifted;
use super::sources::{Allowed, Parts, Rect, Sources};
use super::vote::{Kernel, grid};
use super::{GrowError, NOWHERE, Place, refine};
use crate::cancel::CancelToken;

/// Share of the source's patches that must be left to begin at a size.
const ENOUGH: f64 = 0.6;
/// Patches that are refined between two reports.
pub(super) const BAND: usize = 1 << 20;

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
    /// How many neighbours' agreement counts: whether pieces are to stay together.
    pub(super) together: bool,
    /// Where the source's first row lies in the result, as a share of its height, if what is at a
    /// height is to come from about that height.
    pub(super) top: Option<f64>,
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
pub(super) type Tell<'a> = &'a mut dyn FnMut(f64, Option<&Canvas>) -> Result<(), GrowError>;

/// What stays the same at all sizes.
#[derive(Clone, Copy)]
pub(super) struct Growing<'a> {
    /// At full size.
    pub(super) sources: &'a Sources<'a>,
    /// What is begun with, of any size; none: the first source.
    pub(super) start: Option<&'a Canvas>,
    /// What of the result is there already.
    pub(super) region: &'a Region,
    /// How.
    pub(super) tuning: &'a Tuning,
    /// Asked between pieces of work.
    pub(super) stop: &'a CancelToken,
}

/// The result at one size, and for each of its patches where it comes from: `[x, y]` of corners in
/// the sources.
pub(super) struct Whole {
    /// Pixels.
    pub(super) picture: Canvas,
    /// Row by row.
    pub(super) places: Vec<Place>,
    /// Where the sources lie there.
    pub(super) rects: Vec<Rect>,
}

/// The sources at one size, as sharp as they are and as what comes from a coarser size.
enum Seen<'a> {
    /// Looked through as a whole.
    Searched {
        blurred: Cow<'a, Canvas>,
        sharp: Cow<'a, Canvas>,
        /// Corners of patches that may be taken.
        keys: Vec<Place>,
    },
    /// Looked at close by only.
    Refined {
        blurred: Parts<'a>,
        sharp: Parts<'a>,
        allowed: Allowed,
    },
}

/// Which sizes are gone through.
pub(super) struct Span {
    /// What was grown before, if anything.
    pub(super) coarser: Option<Whole>,
    /// The size to go on with.
    pub(super) first: usize,
    /// Sizes before this one.
    pub(super) until: usize,
}

impl Growing<'_> {
    /// Goes through sizes; `progress` is told often how far it is, and may stop it.
    ///
    /// # Errors
    /// [`GrowError::Cancelled`], [`GrowError::NothingKnown`], what `progress` says.
    pub(super) fn run(
        &self,
        line: &Line,
        span: Span,
        progress: Progress<'_>,
    ) -> Result<Whole, GrowError> {
        let levels = &line.levels;
        let mut grown = span.coarser;
        let mut first = match grown {
            Some(_) => span.first,
            None => self.first(levels),
        };
        if let (Some(cross), None) = (&line.cross, &grown) {
            first = breed::crossing(levels).max(first);
            let mut tell = |_: f64, picture: Option<&Canvas>| {
                progress(Step {
                    index: first,
                    part: 0.0,
                    picture,
                })
            };
            grown = Some(self.bred(line, cross, levels[first], &mut tell)?);
            first += 1;
        }
        let until = span.until.min(levels.len());
        for (index, level) in levels.iter().enumerate().take(until).skip(first) {
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
        grown.ok_or(GrowError::NothingKnown)
    }

    /// The coarsest size at which enough of the source may be taken: where little is left beside a
    /// hole, it would all be filled with that. Without a hole that at which what is loose begins.
    pub(super) fn first(&self, levels: &[Level]) -> usize {
        let Some((_, whole)) = &self.region.kept else {
            return 0;
        };
        let loose = |level: &Level| {
            let scale = level.result[0] as f64 / whole.width as f64;
            let hole = self
                .region
                .firm
                .as_ref()
                .map(|firm| firm.data.contains(&false));
            hole != Some(false) || scale >= self.region.loose_from
        };
        let begins = |level: &Level| loose(level) && self.sources.left(level.own) >= ENOUGH;
        levels.iter().position(begins).unwrap_or(levels.len() - 1)
    }

    /// One size after a coarser one, or the first.
    ///
    /// # Errors
    /// As for [`Self::run`].
    pub(super) fn level(
        &self,
        level: Level,
        index: usize,
        finest: bool,
        coarser: Option<Whole>,
        tell: Tell<'_>,
    ) -> Result<Whole, GrowError> {
        let Self { tuning, stop, .. } = *self;
        let rects = self.sources.rects(level.own);
        let known = self.region.at(&level, stop)?;
        let first = coarser.is_none();
        let pixels = |size: [usize; 2]| size[0] * size[1];
        let large = pixels(level.source).max(pixels(level.result)) > tuning.refined_from;
        // What takes most memory while it is made comes first.
        let by = coarser.as_ref().map(|coarser| &coarser.rects[..]);
        let mut seen = self.seen(&rects, by, large)?;
        let mut picture = match &coarser {
            None => self.begun(level.result, &known)?,
            Some(coarser) => resized(&coarser.picture, level.result, tuning.wraps, stop)?,
        };
        if tuning.guide > 0 && !first {
            let guide = resized(self.start(), level.result, tuning.wraps, stop)?;
            mix(&mut picture, &guide, tuning.guide);
        }
        known.keep(&mut picture);
        let columns = [0, 1].map(|i| grid(level.result[i], tuning.wraps[i]));
        let places = match coarser {
            None => vec![NOWHERE; columns[0] * columns[1]],
            Some(Whole {
                picture,
                places,
                rects: coarse,
            }) => {
                let size = picture.size();
                drop(picture);
                refine::carried(&places, size, [&coarse, &rects], &level, tuning.wraps)
            }
        };
        let mut layer = Layer {
            growing: self,
            trust: known.trust(columns),
            level,
            columns,
            active: known.touched(columns, tuning.wraps),
            keys: match &mut seen {
                Seen::Refined { .. } => Vec::new(),
                Seen::Searched { keys, .. } => std::mem::take(keys),
            },
            places,
            rects,
        };
        layer.forget_inactive();
        match seen {
            Seen::Refined {
                blurred,
                sharp,
                allowed,
            } => layer.refine(&mut picture, (blurred, &sharp), (&known, &allowed), tell)?,
            Seen::Searched { blurred, sharp, .. } => {
                let rounds = Rounds {
                    count: match (first, finest) {
                        (true, _) => tuning.rounds[0],
                        (_, false) => tuning.rounds[1],
                        (_, true) => tuning.rounds[2],
                    },
                    first,
                    finest,
                    seed: tuning.seed.wrapping_add((index as u64) << 32),
                };
                layer.search(&mut picture, [&*blurred, &*sharp], &known, rounds, tell)?;
            }
        }
        Ok(Whole {
            picture,
            places: layer.places,
            rects: layer.rects,
        })
    }

    /// The sources at `rects`, also as sharp as what comes from `coarser` ones, if it does.
    ///
    /// # Errors
    /// [`GrowError::Cancelled`]; [`GrowError::NothingKnown`] where no patch may be taken.
    fn seen(
        &self,
        rects: &[Rect],
        coarser: Option<&[Rect]>,
        large: bool,
    ) -> Result<Seen<'_>, GrowError> {
        let (sources, stop) = (self.sources, self.stop);
        if let (true, Some(_)) = (large, coarser) {
            let allowed = sources.allowed(rects);
            if !allowed.any() {
                return Err(GrowError::NothingKnown);
            }
            return Ok(Seen::Refined {
                blurred: sources.parts(rects, coarser, stop)?,
                sharp: sources.parts(rects, None, stop)?,
                allowed,
            });
        }
        let keys = sources.keys(rects);
        if keys.is_empty() {
            return Err(GrowError::NothingKnown);
        }
        let sharp = sources.at(rects, None, stop)?;
        let blurred = match coarser {
            None => sharp.clone(),
            Some(_) => sources.at(rects, coarser, stop)?,
        };
        Ok(Seen::Searched {
            blurred,
            sharp,
            keys,
        })
    }

    fn start(&self) -> &Canvas {
        self.start.unwrap_or(&self.sources.0[0].canvas)
    }

    /// The coarsest size before the first round.
    fn begun(&self, size: [usize; 2], known: &Known<'_>) -> Result<Canvas, GrowError> {
        let mut still = resized(self.start(), size, self.tuning.wraps, self.stop)?;
        let mut random = ChaCha12Rng::seed_from_u64(self.tuning.seed);
        let firm = match (&self.region.firm, self.tuning.heal) {
            (_, false) => None,
            (Some(firm), _) => Some(Cow::Owned(firm.at(size, self.tuning.wraps))),
            (None, _) => known.map().map(Cow::Borrowed),
        };
        if let Some(firm) = &firm {
            firm.heal(&mut still);
        }
        let mut moved = shifted(&still, self.tuning.shift, &mut random);
        if let Some(firm) = &firm {
            let pixels = moved.data.iter_mut().zip(&still.data).zip(&firm.data);
            for ((moved, &still), _) in pixels.filter(|(_, firm)| **firm) {
                *moved = still;
            }
        }
        Ok(moved)
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
