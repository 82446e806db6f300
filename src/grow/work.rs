//! What can be asked for, and how it is gone about.

use super::canvas::{Canvas, UNIT};
use super::growing::{Growing, Tuning};
use super::matching::Effort;
use super::region::{Map, Region};
use super::schedule::{Level, levels};
use super::vote::{Kernel, grid};
use super::{GrowError, LEAST_SIDE, PATCH, Place};
use crate::cancel::CancelToken;
use crate::picture::Picture;

/// Sizes with more pixels, in source or result, are refined only.
const REFINED_FROM: usize = 700_000;
/// Greatest offset at the coarsest size when everything is left to chance, across and down: more
/// across, for what is above in a picture belongs there.
const SHIFT: [f64; 2] = [0.5, 0.3];
/// The norm's `α` as a mean squared difference in grey values.
const ALPHA: f32 = 81.0;
/// Rounds at the middle sizes when nothing is to stay together, and when all is.
const ROUNDS: [f32; 2] = [2.0, 8.0];
/// How much of the structure is mixed into each size at full strength, of 256.
const GUIDE: f32 = 160.0;
/// All pixels of a patch count alike, as GPNN's.
const EVEN: Kernel = [1; PATCH];
/// A Gaussian of one pixel: sharper where patches disagree.
const PEAKED: Kernel = [1, 9, 39, 64, 39, 9, 1];
/// Almost the middle alone: in holes means would drift to what is smooth.
const MIDDLE: Kernel = [1, 2, 12, 64, 12, 2, 1];

/// How a picture is grown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The result's size. For [`Task::Fill`] that of the source.
    pub size: [u32; 2],
    /// Begins all random numbers.
    pub seed: u64,
    /// How far the result may go from the source, 0..=1: 1 leaves the whole arrangement to chance,
    /// less only smaller and smaller parts of it, 0 nothing.
    pub chance: f32,
    /// How much stays together as it is in the source, 0..=1.
    pub coherence: f32,
    /// Which sides go on at the opposite side, across and down.
    pub seamless: [bool; 2],
}

/// What becomes of the source.
#[derive(Debug, Clone, Copy)]
pub enum Task<'a> {
    /// The same again, differently; at another size the arrangement is made to fit.
    Vary,
    /// The source stays as it is, `left` and `top` pixels within the result, which goes on around
    /// it.
    Extend {
        /// Pixels before its first column.
        left: u32,
        /// Pixels above its first row.
        top: u32,
    },
    /// Where a value of `hole` is true the source is filled anew; one for each pixel, row by row.
    Fill {
        /// What is to be filled.
        hole: &'a [bool],
    },
    /// The arrangement of another picture in the material of the source.
    Shape {
        /// The other picture.
        structure: &'a Picture,
        /// How closely it is followed, 0..=1.
        strength: f32,
    },
}

/// A grown picture.
#[derive(Debug, Clone)]
pub struct Grown {
    /// Pixels.
    pub picture: Picture,
    /// For each patch of the result where it comes from in the source, row by row.
    pub places: Vec<Place>,
    /// Patches in a row.
    pub columns: usize,
}

impl Grown {
    /// Share of the patches whose neighbours to the right and below come from beside them in the
    /// source, too: 1 for a copy.
    pub fn coherent(&self) -> f64 {
        let rows = self.places.len() / self.columns.max(1);
        let at = |x: usize, y: usize| self.places[y * self.columns + x];
        let mut same = 0usize;
        for y in 0..rows.saturating_sub(1) {
            for x in 0..self.columns.saturating_sub(1) {
                let [sx, sy] = at(x, y);
                let beside = at(x + 1, y) == [sx.saturating_add(1), sy];
                same += usize::from(beside && at(x, y + 1) == [sx, sy.saturating_add(1)]);
            }
        }
        same as f64 / (rows.saturating_sub(1) * self.columns.saturating_sub(1)).max(1) as f64
    }
}

/// The sizes that a work goes through.
///
/// # Errors
/// [`GrowError::SmallSource`], [`GrowError::Size`].
pub fn plan(
    source: [u32; 2],
    task: &Task<'_>,
    settings: &Settings,
) -> Result<Vec<Level>, GrowError> {
    let depth = match task {
        Task::Shape { strength, .. } => 1.0 - strength.clamp(0.0, 1.0),
        Task::Vary if settings.chance > 0.0 => settings.chance,
        // To fit another size, to go on beyond an edge: from the largest forms on.
        _ => 1.0,
    };
    levels(source, settings.size, depth)
}

/// How much work sizes are, in pixels times rounds: times are about proportional to it.
pub fn work(levels: &[Level], settings: &Settings) -> u64 {
    (0..levels.len()).map(|i| weight(levels, i, settings)).sum()
}

fn weight(levels: &[Level], index: usize, settings: &Settings) -> u64 {
    let pixels = |size: [usize; 2]| size[0] * size[1];
    let level = &levels[index];
    let (source, result) = (pixels(level.source), pixels(level.result));
    let rounds = rounds(settings.coherence);
    let refined = source.max(result) > REFINED_FROM;
    let rounds = match (index, refined) {
        // A round of it is about as much as one of a search.
        (_, true) => REFINING as usize,
        (0, _) => rounds[0] as usize,
        _ => rounds[1] as usize,
    };
    ((source + result) / 2 * rounds.max(1)) as u64
}

/// Rounds where sizes are refined only.
const REFINING: u32 = 2;

/// Memory that the work takes at most, in bytes, the source's pixels not among them.
pub fn memory(levels: &[Level]) -> u64 {
    let pixels = |size: [usize; 2]| (size[0] * size[1]) as u64;
    let of = |level: &Level| {
        let (source, result) = (pixels(level.source), pixels(level.result));
        match source.max(result) > REFINED_FROM as u64 {
            true => source * 18 + result * 28,
            false => source * 130 + result * 110,
        }
    };
    let base = levels
        .last()
        .map_or(0, |last| pixels(last.source) * 8 + pixels(last.result) * 4);
    base + levels.iter().map(of).max().unwrap_or(0) + (16 << 20)
}

fn rounds(coherence: f32) -> [u32; 3] {
    let many = ROUNDS[0] + (ROUNDS[1] - ROUNDS[0]) * coherence.clamp(0.0, 1.0);
    let many = many.round() as u32;
    [many.max(4), many, many.max(3)]
}

/// Grows a picture: from `source` alone, or with what `task` brings. Equal settings come to equal
/// bytes, whatever the processor and the number of threads. `progress` is told how much of
/// [`work`] is done, and may stop it.
///
/// # Errors
/// [`GrowError`]: all of it.
pub fn grow(
    source: &Picture,
    task: &Task<'_>,
    settings: &Settings,
    stop: &CancelToken,
    progress: &mut dyn FnMut(u64, &dyn Fn() -> Option<Picture>) -> Result<(), GrowError>,
) -> Result<Grown, GrowError> {
    let levels = plan(source.size(), task, settings)?;
    check(source, task, settings)?;
    let canvas = Canvas::of(source);
    let (start, region) = begin(&canvas, task, settings)?;
    let tuning = tuning(task, settings, &levels);
    let growing = Growing {
        source: &canvas,
        start: start.as_ref().unwrap_or(&canvas),
        region: &region,
        tuning: &tuning,
        stop,
    };
    let mut before = vec![0; levels.len()];
    for index in 1..levels.len() {
        before[index] = before[index - 1] + weight(&levels, index - 1, settings);
    }
    let whole = growing.run(&levels, &mut |step| {
        let here = weight(&levels, step.index, settings) as f64 * step.part;
        let done = before[step.index] + here as u64;
        progress(done, &|| step.picture.and_then(picture_of))
    })?;
    let columns = grid(whole.picture.width, settings.seamless[0]);
    let picture = picture_of(&whole.picture);
    Ok(Grown {
        picture: picture.ok_or(GrowError::Size(settings.size[0], settings.size[1]))?,
        places: whole.places,
        columns,
    })
}

fn picture_of(canvas: &Canvas) -> Option<Picture> {
    let [width, height] = canvas.size().map(|side| side as u32);
    Picture::from_rgba(width, height, canvas.to_rgba()).ok()
}

fn check(source: &Picture, task: &Task<'_>, settings: &Settings) -> Result<(), GrowError> {
    let pixels = source.rgba();
    if pixels.chunks_exact(4).all(|pixel| pixel[3] == 0) {
        return Err(GrowError::Transparent);
    }
    if pixels.chunks_exact(4).all(|pixel| pixel == &pixels[..4]) {
        return Err(GrowError::OneColour);
    }
    let same = source.size() == settings.size;
    match task {
        Task::Vary if same && settings.chance <= 0.0 && settings.seamless == [false; 2] => {
            Err(GrowError::Clash(
                "at its own size and with nothing left to chance the picture stays as it is; raise Chance or choose another size",
            ))
        }
        Task::Extend { left, top } => {
            let fits = |before: u32, own: u32, all: u32| {
                u64::from(before) + u64::from(own) <= u64::from(all)
            };
            let [width, height] = source.size();
            match same
                || !fits(*left, width, settings.size[0])
                || !fits(*top, height, settings.size[1])
            {
                true => Err(GrowError::Clash(
                    "nothing is added on any side; say how many pixels are to come to which side",
                )),
                false => Ok(()),
            }
        }
        Task::Fill { hole } => match () {
            () if hole.len() * 4 != pixels.len() || !same => {
                Err(GrowError::MaskSize(source.width(), source.height()))
            }
            () if settings.seamless != [false; 2] => Err(GrowError::Clash(
                "a picture that is filled keeps its edges; leave Seamless out",
            )),
            () if hole.iter().all(|hole| *hole) => Err(GrowError::NothingKnown),
            () if hole.iter().all(|hole| !hole) => Err(GrowError::Clash(
                "nothing is marked to be filled; mark what is to go",
            )),
            () => Ok(()),
        },
        Task::Shape { structure, .. } if structure.size().iter().any(|&side| side < LEAST_SIDE) => {
            let [width, height] = structure.size();
            Err(GrowError::SmallSource(width, height))
        }
        Task::Vary | Task::Shape { .. } => Ok(()),
    }
}

/// What is begun with, if not the source, and what stays.
fn begin(
    source: &Canvas,
    task: &Task<'_>,
    settings: &Settings,
) -> Result<(Option<Canvas>, Region), GrowError> {
    let nothing = Region {
        source: None,
        kept: None,
    };
    Ok(match task {
        Task::Vary => (None, nothing),
        Task::Extend { left, top } => {
            let size = settings.size.map(|side| side as usize);
            let corner = [*left as usize, *top as usize];
            let mut map = Map::full(size);
            for (at, kept) in map.data.iter_mut().enumerate() {
                let place = [at % size[0], at / size[0]];
                *kept =
                    (0..2).all(|i| (corner[i]..corner[i] + source.size()[i]).contains(&place[i]));
            }
            let framed = mirrored(source, size, corner);
            let region = Region {
                source: None,
                kept: Some((map, framed.clone())),
            };
            (Some(framed), region)
        }
        Task::Fill { hole } => {
            let map = Map {
                width: source.width,
                height: source.height,
                data: hole.iter().map(|hole| !hole).collect(),
            };
            let region = Region {
                source: Some(map.clone()),
                kept: Some((map, source.clone())),
            };
            (None, region)
        }
        Task::Shape { structure, .. } => {
            let start = in_tone_of(Canvas::of(structure), source);
            (Some(start), nothing)
        }
    })
}

/// The source within a larger canvas, mirrored at its edges.
fn mirrored(source: &Canvas, [width, height]: [usize; 2], corner: [usize; 2]) -> Canvas {
    let fold = |at: usize, corner: usize, side: usize| {
        let around = (at as i64 - corner as i64).rem_euclid(2 * side as i64) as usize;
        around.min(2 * side - 1 - around)
    };
    let mut out = Canvas::filled(width, height, [0; 4]);
    for (y, row) in out.data.chunks_mut(width).enumerate() {
        let line = fold(y, corner[1], source.height) * source.width;
        for (x, pixel) in row.iter_mut().enumerate() {
            *pixel = source.data[line + fold(x, corner[0], source.width)];
        }
    }
    out
}

/// Mean and deviation of each channel as in another picture, so that like finds like.
fn in_tone_of(mut canvas: Canvas, other: &Canvas) -> Canvas {
    let moments = |canvas: &Canvas| -> [[f64; 2]; 4] {
        std::array::from_fn(|c| {
            let count = canvas.data.len() as f64;
            let sum: i64 = canvas.data.iter().map(|p| i64::from(p[c])).sum();
            let squares: i64 = canvas.data.iter().map(|p| i64::from(p[c]).pow(2)).sum();
            let mean = sum as f64 / count;
            [mean, (squares as f64 / count - mean * mean).max(0.0).sqrt()]
        })
    };
    let (from, to) = (moments(&canvas), moments(other));
    for pixel in &mut canvas.data {
        for c in 0..4 {
            let gain = match from[c][1] > 0.0 {
                true => to[c][1] / from[c][1],
                false => 0.0,
            };
            let value = (f64::from(pixel[c]) - from[c][0]) * gain + to[c][0];
            pixel[c] = value.round().clamp(0.0, f64::from(255 * UNIT)) as i16;
        }
    }
    canvas
}

fn tuning(task: &Task<'_>, settings: &Settings, levels: &[Level]) -> Tuning {
    // At a finer beginning offsets stay as many pixels.
    let coarsest = levels.first().map_or([1, 1], |level| level.result);
    let shorter = coarsest[0].min(coarsest[1]) as f64;
    let share = |share: f64| share * (14.0 / shorter).min(1.0);
    let shift = match task {
        Task::Shape { .. } => [0.0; 2],
        _ if settings.chance <= 0.0 => [0.0; 2],
        _ => SHIFT.map(share),
    };
    Tuning {
        effort: Effort {
            trees: 1,
            across: false,
            complete: matches!(task, Task::Vary | Task::Shape { .. }),
            alpha: ALPHA * 16.0 * (PATCH * PATCH * 3) as f32,
        },
        rounds: rounds(settings.coherence),
        refining: REFINING,
        refined_from: REFINED_FROM,
        kernels: match task {
            Task::Fill { .. } => [MIDDLE, PEAKED],
            _ => [EVEN, PEAKED],
        },
        shift,
        guide: match task {
            Task::Shape { strength, .. } => (strength.clamp(0.0, 1.0) * GUIDE).round() as i32,
            _ => 0,
        },
        heal: matches!(task, Task::Fill { .. }),
        wraps: settings.seamless,
        seed: settings.seed,
    }
}
