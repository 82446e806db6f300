//! How what is asked for is gone about.

use super::begin::{Beginning, begin, beside};
use super::breed::{Cross, Line};
use super::canvas::Canvas;
use super::coarse::{Coarse, Told};
use super::growing::{Growing, Span, Step, Tuning};
use super::matching::Effort;
use super::schedule::{Level, levels};
use super::task::{Genes, Grown, Material, Settings, Task, check};
use super::tile::tile;
use super::vote::{Kernel, grid};
use super::{GrowError, PATCH};
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

/// The sizes that a work goes through.
///
/// # Errors
/// [`GrowError::SmallSource`], [`GrowError::Size`].
pub fn plan(
    material: &Material<'_>,
    task: &Task<'_>,
    settings: &Settings,
) -> Result<Vec<Level>, GrowError> {
    plan_genes(&material.sizes(), task, settings, &settings.genes)
}

/// As [`plan`], with the sources' sizes alone, the first one's first.
///
/// # Errors
/// [`GrowError::SmallSource`], [`GrowError::Size`].
pub fn plan_sizes(
    sources: &[[u32; 2]],
    task: &Task<'_>,
    settings: &Settings,
) -> Result<Vec<Level>, GrowError> {
    plan_genes(sources, task, settings, &settings.genes)
}

fn plan_genes(
    sources: &[[u32; 2]],
    task: &Task<'_>,
    settings: &Settings,
    genes: &Genes,
) -> Result<Vec<Level>, GrowError> {
    let depth = match task {
        Task::Shape { strength, .. } => 1.0 - strength.clamp(0.0, 1.0),
        Task::Vary if genes.chance > 0.0 => genes.chance,
        // To fit another size, to go on beyond an edge: from the largest forms on.
        _ => 1.0,
    };
    let mut sizes = sources.to_vec();
    let own = sizes.first().copied().unwrap_or(settings.size);
    for size in sizes.iter_mut().skip(1) {
        if size.iter().all(|&side| side >= super::LEAST_SIDE) {
            *size = beside(own, *size);
        }
    }
    if matches!(task, Task::Edit { .. }) {
        // The picture before and the edited one.
        sizes.insert(0, own);
    }
    let kept = matches!(
        task,
        Task::Extend { .. } | Task::Around { .. } | Task::Fill { .. } | Task::Edit { .. }
    );
    let mut levels = levels(&sizes, settings.size, depth)?;
    for level in &mut levels {
        level.kept = kept;
    }
    Ok(levels)
}

/// How much work sizes are, in pixels times rounds: times are about proportional to it.
pub fn work(levels: &[Level], settings: &Settings) -> u64 {
    (0..levels.len()).map(|i| weight(levels, i, settings)).sum()
}

fn weight(levels: &[Level], index: usize, settings: &Settings) -> u64 {
    let pixels = |size: [usize; 2]| size[0] * size[1];
    let level = &levels[index];
    let (source, result) = (pixels(level.source), pixels(level.result));
    let rounds = rounds(settings.genes.coherence);
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
            true => source * 10 + result * 24,
            false => source * 130 + result * 110,
        }
    };
    let base = levels.last().map_or(0, |last| {
        let kept = if last.kept { 32 } else { 0 };
        pixels(last.source) * 8 + pixels(last.result) * (4 + kept)
    });
    base + levels.iter().map(of).max().unwrap_or(0) + (16 << 20)
}

fn rounds(coherence: f32) -> [u32; 3] {
    let many = ROUNDS[0] + (ROUNDS[1] - ROUNDS[0]) * coherence.clamp(0.0, 1.0);
    let many = many.round() as u32;
    [many.max(4), many, many.max(3)]
}

/// Grows a picture: from what `material` holds alone, or with what `task` brings. Equal settings
/// come to equal bytes, whatever the processor and the number of threads. `progress` is told how
/// much of [`work`] is done, and may stop it; the picture so far is to be had from it.
///
/// # Errors
/// [`GrowError`]: all of it.
pub fn grow(
    material: &Material<'_>,
    task: &Task<'_>,
    settings: &Settings,
    stop: &CancelToken,
    progress: Told<'_>,
) -> Result<Grown, GrowError> {
    grow_on(None, material, task, settings, stop, progress)
}

/// As [`grow`], from what [`super::coarse`] came to for the same.
///
/// # Errors
/// [`GrowError`]: all of it.
pub fn grow_on(
    coarse: Option<Coarse>,
    material: &Material<'_>,
    task: &Task<'_>,
    settings: &Settings,
    stop: &CancelToken,
    progress: Told<'_>,
) -> Result<Grown, GrowError> {
    let line = line(&material.sizes(), task, settings, &settings.genes)?;
    check(material, task, settings)?;
    if matches!(task, Task::Tile) {
        progress(0, &|| None)?;
        return Ok(Grown {
            picture: tile(material.source, settings.seamless, stop)?.picture,
            places: Vec::new(),
            columns: 0,
        });
    }
    let canvas = Canvas::of(material.source);
    let Beginning {
        sources,
        start,
        region,
        kept,
    } = begin(&canvas, material, task, settings, stop)?;
    if let Some(as_it_is) = kept.all(&region) {
        // Nothing is to be found: only recoloured.
        return Ok(Grown {
            picture: as_it_is,
            places: Vec::new(),
            columns: 0,
        });
    }
    let growing = Growing {
        sources: &sources,
        start: start.as_deref(),
        region: &region,
        tuning: &line.tuning,
        stop,
    };
    let steps = Steps::new(&line.levels, settings);
    // Where reduced pictures had other sources, e.g. for parts too small to be seen there, it is
    // begun anew.
    let coarse = coarse.filter(|coarse| coarse.whole.rects.len() == sources.0.len());
    let span = Span {
        first: coarse.as_ref().map_or(0, |coarse| coarse.next),
        coarser: coarse.map(|coarse| coarse.whole),
        until: line.levels.len(),
    };
    let whole = growing.run(&line, span, &mut |step| {
        progress(steps.done(&step), &|| step.picture.and_then(look))
    })?;
    let columns = grid(whole.picture.width, settings.seamless[0]);
    let mut pixels = whole.picture.to_rgba();
    kept.put_back(&region, &mut pixels, settings.size);
    let [width, height] = settings.size;
    let picture = Picture::from_rgba(width, height, pixels);
    Ok(Grown {
        picture: picture.map_err(|_| GrowError::Size(width, height))?,
        places: whole.places,
        columns,
    })
}

/// How much is done where.
pub(super) struct Steps {
    /// Work before each size and, last, all of it.
    before: Vec<u64>,
}

impl Steps {
    pub(super) fn new(levels: &[Level], settings: &Settings) -> Self {
        let mut before = vec![0; levels.len() + 1];
        for index in 0..levels.len() {
            before[index + 1] = before[index] + weight(levels, index, settings);
        }
        Self { before }
    }

    pub(super) fn done(&self, step: &Step<'_>) -> u64 {
        let here = self.before[step.index + 1] - self.before[step.index];
        self.before[step.index] + (here as f64 * step.part) as u64
    }
}

pub(super) fn look(canvas: &Canvas) -> Option<Picture> {
    let [width, height] = canvas.size().map(|side| side as u32);
    Picture::from_rgba(width, height, canvas.to_rgba()).ok()
}

pub(super) fn line(
    sources: &[[u32; 2]],
    task: &Task<'_>,
    settings: &Settings,
    genes: &Genes,
) -> Result<Line, GrowError> {
    let levels = plan_genes(sources, task, settings, genes)?;
    let tuning = tuning(task, settings, genes, &levels);
    let cross = match &genes.breed {
        None => None,
        Some(breed) => Some(Box::new(Cross {
            with: line(sources, task, settings, &breed.with)?,
            share: breed.share,
            seed: breed.seed,
        })),
    };
    Ok(Line {
        levels,
        tuning,
        cross,
    })
}

fn tuning(task: &Task<'_>, settings: &Settings, genes: &Genes, levels: &[Level]) -> Tuning {
    // At a finer beginning offsets stay as many pixels.
    let coarsest = levels.first().map_or([1, 1], |level| level.result);
    let shorter = coarsest[0].min(coarsest[1]) as f64;
    let share = |share: f64| share * (14.0 / shorter).min(1.0);
    let shift = match task {
        Task::Shape { .. } => [0.0; 2],
        _ if genes.chance <= 0.0 => [0.0; 2],
        _ => SHIFT.map(share),
    };
    Tuning {
        effort: Effort {
            trees: 1,
            across: false,
            complete: matches!(task, Task::Vary | Task::Shape { .. }),
            alpha: ALPHA * 16.0 * (PATCH * PATCH * 3) as f32,
        },
        rounds: rounds(genes.coherence),
        refining: REFINING,
        refined_from: REFINED_FROM,
        kernels: match task {
            Task::Fill { .. } | Task::Edit { .. } => [MIDDLE, PEAKED],
            _ => [EVEN, PEAKED],
        },
        shift,
        guide: match task {
            Task::Shape { strength, .. } => (strength.clamp(0.0, 1.0) * GUIDE).round() as i32,
            _ => 0,
        },
        heal: matches!(task, Task::Fill { .. } | Task::Edit { .. }),
        together: matches!(
            task,
            Task::Fill { .. } | Task::Edit { .. } | Task::Extend { .. } | Task::Around { .. }
        ),
        top: match task {
            Task::Around { top, .. } => Some(f64::from(*top) / f64::from(settings.size[1])),
            _ => None,
        },
        wraps: settings.seamless,
        seed: genes.seed,
    }
}
