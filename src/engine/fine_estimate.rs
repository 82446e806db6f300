//! What a picture of *Fine* will take: memory from its finest size, time from the speed of this
//! machine, measured on a small piece and corrected by each real run.

use std::time::{Duration, Instant};

use super::fine::{INSTRUMENT, LONGER_SIDE, WEIGHTS, finest};
use super::fine_tiles;
use super::memory;
use super::photos::PhotoCache;
use super::protocol::{Effort, EngineError, Estimate, FineOptions, StylizeOptions};
use super::styling::Stylizer;
use crate::cancel::CancelToken;
use crate::fine::schedule::{Schedule, bytes};
use crate::fine::{Goal, Painting, Region, Style};
use crate::models::Registry;
use crate::recipe::StyleParams;

/// Height and width of the piece on which a step is timed.
const TRIAL: (usize, usize) = (96, 128);
/// Steps of which the quickest counts: the first fills caches.
const TRIALS: usize = 2;

/// The figures for a photo.
pub(super) fn estimate(
    (stylizer, registry, photos): (&mut Stylizer, &mut Registry, &mut PhotoCache),
    params: &StyleParams,
    options: &FineOptions,
) -> Result<Estimate, EngineError> {
    let fast = StylizeOptions {
        max_side: options.max_side,
        tile: None,
        memory_budget: options.memory_budget,
    };
    // Reading, the first look and the way to the full size.
    let around = stylizer.estimate(registry, photos, params, &fast)?;
    if params.styles.is_empty() || params.strength <= 0.0 {
        return Ok(around);
    }
    try_out(stylizer, registry)?;
    let large = fine_tiles::plan(around.size, options, &stylizer.times);
    let (finest, schedule) = match &large.before {
        Effort::Again(scales) => {
            let last = scales.last().map_or(around.size, |scale| scale.size);
            (last, Schedule::new(last, &large.before))
        }
        effort => {
            let finest = finest(
                around.size,
                LONGER_SIDE,
                params.wrap.sides(),
                options.memory_budget,
            )?;
            (finest, Schedule::new(finest, effort))
        }
    };
    let time = match &options.effort {
        Effort::Time(time, _) => *time,
        _ => {
            let tiles = large
                .steps
                .map_or(0, |n| fine_tiles::pixel_steps(around.size, n));
            let steps = stylizer.times.fine(schedule.pixel_steps() + tiles);
            steps.unwrap_or_default()
        }
    };
    let own = memory::resident() + bytes(finest) + 12 * pixels(finest) + 8 * pixels(around.size);
    let tiles = large
        .steps
        .map_or(0, |_| memory::resident() + fine_tiles::memory(around.size));
    Ok(Estimate {
        size: around.size,
        memory: own.max(around.memory).max(tiles),
        time: time + around.time,
        tiles: large
            .steps
            .map_or(1, |_| fine_tiles::parts(around.size).len() as u32),
        passes: around.passes,
        painted: (finest != around.size).then_some(finest),
    })
}

fn pixels(size: [u32; 2]) -> u64 {
    u64::from(size[0]) * u64::from(size[1])
}

/// Times a step on a small piece, unless steps have been timed.
pub(super) fn try_out(stylizer: &mut Stylizer, registry: &mut Registry) -> Result<(), EngineError> {
    if stylizer.times.fine(1).is_some() {
        return Ok(());
    }
    let vgg = registry.vgg19(INSTRUMENT)?;
    let stop = CancelToken::new();
    let area = TRIAL.0 * TRIAL.1;
    let waves = |pace: usize| -> Vec<f32> {
        (0..3 * area)
            .map(|i| (i * pace % 101) as f32 / 101.0)
            .collect()
    };
    let style = Style::of(&vgg, &waves(37), TRIAL, &stop)?;
    let region = Region {
        goal: Goal::Style(style),
        cover: None,
    };
    let photo = waves(53);
    let start = photo.clone();
    let goal = (WEIGHTS, 1.0);
    let mut painting = Painting::new(&vgg, (&photo, start), TRIAL, vec![region], goal, &stop)?;
    let mut took = None;
    for _ in 0..TRIALS {
        let began = Instant::now();
        painting.step(&vgg, &stop)?;
        let spent = began.elapsed();
        took = Some(took.map_or(spent, |least: Duration| least.min(spent)));
    }
    if let Some(took) = took {
        stylizer.times.learn_fine(took, area as u64);
    }
    Ok(())
}
