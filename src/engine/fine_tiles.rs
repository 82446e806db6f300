//! Large pictures, *Fine*: what was optimised at working size and enlarged is optimised once more
//! at its full size, tile by tile, so that strokes are sharp where they are looked at.
//!
//! All tiles begin with the same picture and go the same few steps, so that they meet without
//! seams: they overlap, and one fades into the next. Besides the picture itself, twice, only one
//! tile's optimisation is in memory.

use std::sync::Arc;

use super::estimate::TimeModel;
use super::fine::{LONGER_SIDE, Subject, WEIGHTS};
use super::protocol::{Effort, EngineError, FineOptions};
use super::resample::{Planes, to_byte};
use super::stylize::tiles;
use crate::cancel::CancelToken;
use crate::fine::schedule::bytes;
use crate::fine::{Goal, Painting, Profile, Region, Style};
use crate::models::vgg19::{LEAST_SIDE, Vgg19};
use crate::picture::Picture;
use crate::recipe::PixelRegion;

/// Side of a tile without its overlap.
const SIDE: usize = 448;
/// Pixels that a tile reaches into the next one.
const OVERLAP: usize = 32;
/// The whole picture's statistics are those of so many tiles, spread over it.
const SAMPLES: usize = 12;

/// Of a pixel of a tile: the looks at it before the first step, in steps.
const FIRST_LOOK: f64 = 1.7;
/// With so many steps at all other sizes comes one in each tile.
const STEPS_FOR_ONE: u32 = 40;
/// More steps in a tile change nothing that is seen.
const MOST_STEPS: u32 = 6;

/// Steps in each tile, and what is done before.
pub(super) struct LargeSteps {
    /// None where there are no tiles.
    pub(super) steps: Option<u32>,
    /// At the sizes that are optimised at once.
    pub(super) before: Effort,
}

/// How the work on a result of this size is shared out. A picture that is optimised at its own size
/// needs no tiles; one that there is no time or memory for does without.
pub(super) fn plan(size: [u32; 2], options: &FineOptions, times: &TimeModel) -> LargeSteps {
    let without = |effort: &Effort| LargeSteps {
        steps: None,
        before: effort.clone(),
    };
    let large = |size: [u32; 2]| size[0].max(size[1]) > LONGER_SIDE;
    if let Effort::Again(scales) = &options.effort {
        return match scales.split_last() {
            Some((last, before)) if large(last.size) && last.size == size => LargeSteps {
                steps: Some(last.steps.min(MOST_STEPS)),
                before: Effort::Again(before.to_vec()),
            },
            _ => without(&options.effort),
        };
    }
    if !large(size) || memory(size) > options.memory_budget {
        return without(&options.effort);
    }
    let pixels = pixels(size) as f64;
    let (steps, before) = match &options.effort {
        Effort::Time(time, most) => {
            let Some(pass) = times.fine(pixels as u64) else {
                return without(&options.effort);
            };
            // Half of the time at most.
            let half = time.as_secs_f64() / 2.0;
            let steps = (half / pass.as_secs_f64().max(1e-9) - FIRST_LOOK)
                .floor()
                .max(0.0);
            let steps = (steps as u32).min(MOST_STEPS / 2);
            let spent = pass.mul_f64(f64::from(steps) + FIRST_LOOK);
            (steps, Effort::Time(time.saturating_sub(spent), *most))
        }
        effort => {
            let all = match effort {
                Effort::Steps(steps) => *steps,
                _ => 0,
            };
            ((all / STEPS_FOR_ONE).min(MOST_STEPS), effort.clone())
        }
    };
    match steps {
        0 => without(&options.effort),
        steps => LargeSteps {
            steps: Some(steps),
            before,
        },
    }
}

/// Bytes at the peak, beside the photo: one tile's work, and the picture before and after.
pub(super) fn memory(size: [u32; 2]) -> u64 {
    let side = (SIDE + 2 * OVERLAP) as u32;
    bytes([side, side]) + 12 * pixels(size)
}

/// Pixels of all tiles' steps, added up.
pub(super) fn pixel_steps(size: [u32; 2], steps: u32) -> u64 {
    (pixels(size) as f64 * (f64::from(steps) + FIRST_LOOK)) as u64
}

/// Pixels of all tiles: overlaps count twice.
fn pixels(size: [u32; 2]) -> u64 {
    let area = |part: &PixelRegion| u64::from(part.width) * u64::from(part.height);
    parts(size).iter().map(area).sum()
}

pub(super) fn parts(size: [u32; 2]) -> Vec<PixelRegion> {
    let whole = size.map(|s| s as usize);
    tiles(whole, SIDE, OVERLAP, 1)
        .into_iter()
        .map(|tile| PixelRegion {
            x: tile.x as u32,
            y: tile.y as u32,
            width: tile.width.min(whole[0] - tile.x) as u32,
            height: tile.height.min(whole[1] - tile.y) as u32,
        })
        .filter(|part| part.width.min(part.height) as usize >= LEAST_SIDE)
        .collect()
}

/// Tiles of a picture, one after the other.
pub(super) struct Refinement<'a> {
    subject: &'a Subject,
    vgg: Arc<Vgg19>,
    stop: CancelToken,
    /// The picture, as enlarged.
    from: &'a Picture,
    parts: Vec<PixelRegion>,
    styles: Vec<Style>,
    /// Of each region.
    goals: Vec<Goal>,
    /// Tiles begun.
    begun: usize,
    at_work: Option<(PixelRegion, Painting)>,
    out: Vec<u8>,
}

impl<'a> Refinement<'a> {
    /// Of an enlarged picture as large as the subject's photo.
    pub(super) fn new(
        subject: &'a Subject,
        vgg: Arc<Vgg19>,
        from: &'a Picture,
        stop: CancelToken,
    ) -> Result<Self, EngineError> {
        let styles = subject.large_styles(&vgg, &stop)?;
        let mut refinement = Self {
            subject,
            vgg,
            stop,
            from,
            parts: parts(from.size()),
            styles,
            goals: Vec::new(),
            begun: 0,
            at_work: None,
            out: from.rgba().to_vec(),
        };
        refinement.goals = refinement.measured()?;
        Ok(refinement)
    }

    /// Begins the next tile, to be gone on with for as many steps as is wanted, and says how many tiles
    /// are done, and of how many; none once all are.
    pub(super) fn next(&mut self) -> Result<Option<(&mut Painting, (usize, usize))>, EngineError> {
        if let Some((part, painting)) = self.at_work.take() {
            self.lay(part, &painting);
        }
        while self.at_work.is_none() {
            let Some(part) = self.parts.get(self.begun).copied() else {
                return Ok(None);
            };
            self.begun += 1;
            self.at_work = self.painting(part)?.map(|painting| (part, painting));
        }
        let done = (self.begun - 1, self.parts.len());
        Ok(self.at_work.as_mut().map(|(_, painting)| (painting, done)))
    }

    /// The picture with all tiles that were gone through.
    pub(super) fn picture(self) -> Result<Picture, EngineError> {
        Picture::from_rgba(self.from.width(), self.from.height(), self.out)
            .map_err(|e| EngineError::Internal(e.to_string()))
    }

    /// For each region, how far the whole picture is from its style.
    fn measured(&self) -> Result<Vec<Goal>, EngineError> {
        let mut profiles: Vec<(Style, Profile)> = Vec::new();
        let each = self.parts.len().div_ceil(SAMPLES).max(1);
        for part in self.parts.iter().step_by(each) {
            let planes = self.planes(*part);
            let size = (planes.height, planes.width);
            let regions = self.subject.regions(&self.styles, self.from.size(), *part);
            for (i, (style, cover)) in regions.into_iter().enumerate() {
                if profiles.len() == i {
                    profiles.push((style, Profile::default()));
                }
                let profile = &mut profiles[i].1;
                profile.add(&self.vgg, &planes.data, size, cover, &self.stop)?;
            }
        }
        Ok(profiles
            .iter()
            .map(|(style, profile)| Goal::Onward(profile.ratio(style)))
            .collect())
    }

    /// One tile before its first step; none where no style applies.
    fn painting(&self, part: PixelRegion) -> Result<Option<Painting>, EngineError> {
        let start = self.planes(part);
        let size = (start.height, start.width);
        let regions: Vec<Region> = self
            .subject
            .regions(&self.styles, self.from.size(), part)
            .into_iter()
            .zip(&self.goals)
            .map(|((_, cover), goal)| Region {
                goal: goal.clone(),
                cover,
            })
            .filter(|region| {
                region
                    .cover
                    .as_ref()
                    .is_none_or(|c| c.iter().any(|c| *c > 0.0))
            })
            .collect();
        if regions.is_empty() {
            return Ok(None);
        }
        let weights = (WEIGHTS, self.subject.strength);
        let from = (start.data.as_slice(), start.data.clone());
        let painting = Painting::new(&self.vgg, from, size, regions, weights, &self.stop)?;
        Ok(Some(painting))
    }

    /// The picture's planes in a part.
    fn planes(&self, part: PixelRegion) -> Planes {
        let at = [part.x as usize, part.y as usize];
        Planes::of(self.from, at, [part.width as usize, part.height as usize])
    }

    /// Lays a tile over those before it: at its left and upper edge it fades in.
    fn lay(&mut self, part: PixelRegion, painting: &Painting) {
        let (height, width) = painting.size();
        let (n, tile) = (height * width, painting.picture());
        let covers = self.subject.cover(self.from.size(), part);
        let fade = |at: usize, first: u32| match first {
            0 => 1.0,
            _ => ((at as f32 + 0.5) / (2 * OVERLAP) as f32).min(1.0),
        };
        for y in 0..height {
            let down = fade(y, part.y);
            let first = (part.y as usize + y) * self.from.width() as usize + part.x as usize;
            let own = row(self.from, part, y);
            for x in 0..width {
                let i = y * width + x;
                let cover = covers.as_ref().map_or(1.0, |c| c[i].min(1.0));
                let share = down * fade(x, part.x);
                let pixel = &mut self.out[(first + x) * 4..][..3];
                for c in 0..3 {
                    let before = f32::from(own[x * 4 + c]) / 255.0;
                    let painted = tile[c * n + i].clamp(0.0, 1.0);
                    let value = before + cover * (painted - before);
                    let there = f32::from(pixel[c]) / 255.0;
                    pixel[c] = to_byte(there + share * (value - there));
                }
            }
        }
    }
}

/// A row of a part of a picture.
fn row(picture: &Picture, part: PixelRegion, y: usize) -> &[u8] {
    let first = (part.y as usize + y) * picture.width() as usize + part.x as usize;
    &picture.rgba()[first * 4..][..part.width as usize * 4]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::fine::schedule::Scale;

    const LARGE: [u32; 2] = [2048, 1536];

    fn options(effort: Effort) -> FineOptions {
        FineOptions {
            effort,
            ..FineOptions::default()
        }
    }

    fn timed(each: u64) -> TimeModel {
        let mut times = TimeModel::new();
        times.learn_fine(Duration::from_secs(each), pixels(LARGE));
        times
    }

    #[test]
    fn only_large_pictures_go_through_tiles_and_only_where_memory_allows() {
        let times = TimeModel::new();
        let steps = |size, options: &FineOptions| plan(size, options, &times).steps;
        let mut options = options(Effort::Steps(120));
        assert_eq!(steps([768, 512], &options), None);
        assert_eq!(steps(LARGE, &options), Some(3));
        options.effort = Effort::Steps(9000);
        assert_eq!(steps(LARGE, &options), Some(MOST_STEPS));
        options.effort = Effort::Steps(20);
        assert_eq!(steps(LARGE, &options), None);
        options.effort = Effort::Steps(120);
        options.memory_budget = 600 << 20;
        assert_eq!(steps(LARGE, &options), None);
        assert!(memory([6000, 4000]) < 1536 << 20, "24 megapixels");
    }

    #[test]
    fn tiles_take_half_of_the_time_at_most() {
        let options = options(Effort::Time(Duration::from_secs(40), None));
        let quick = plan(LARGE, &options, &timed(4));
        assert_eq!(quick.steps, Some(3), "18.8 of 20 s");
        let Effort::Time(left, None) = quick.before else {
            panic!("{:?}", quick.before);
        };
        assert!((21..22).contains(&left.as_secs()), "{left:?}");
        let slow = plan(LARGE, &options, &timed(30));
        assert_eq!((slow.steps, slow.before), (None, options.effort));
    }

    #[test]
    fn a_recipe_tells_the_tiles_from_the_sizes_before() {
        let scale = |size, steps| Scale { size, steps };
        let before = vec![scale([384, 288], 9), scale([768, 576], 4)];
        let all = [before.clone(), vec![scale(LARGE, 2)]].concat();
        let times = TimeModel::new();
        let again = plan(LARGE, &options(Effort::Again(all)), &times);
        assert_eq!(again.steps, Some(2));
        assert_eq!(again.before, Effort::Again(before.clone()));
        let old = plan(LARGE, &options(Effort::Again(before.clone())), &times);
        assert_eq!((old.steps, old.before), (None, Effort::Again(before)));
    }

    #[test]
    fn tiles_overlap_and_leave_nothing_out() {
        for size in [[769, 20], [2048, 1365], [900, 900]] {
            let mut seen = vec![0u8; (size[0] * size[1]) as usize];
            for part in parts(size) {
                for y in part.y..part.y + part.height {
                    for x in part.x..part.x + part.width {
                        seen[(y * size[0] + x) as usize] += 1;
                    }
                }
            }
            assert!(seen.iter().all(|n| (1..=4).contains(n)), "{size:?}");
        }
    }
}
