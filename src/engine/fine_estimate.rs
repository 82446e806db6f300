//! What a picture of *Fine* will take: memory from its finest size, time from the speed of this
//! machine, measured on a small piece and corrected by each real run.

use std::time::{Duration, Instant};

use super::estimate::TimeModel;
use super::fine::{INSTRUMENT, LONGER_SIDE, WEIGHTS, finest};
use super::fine_tiles;
use super::memory;
use super::photos::PhotoCache;
use super::protocol::{Effort, EngineError, Estimate, FineOptions, StylizeOptions};
use super::styling::Stylizer;
use super::stylize::StylePlan;
use crate::cancel::CancelToken;
use crate::fine::schedule::{Schedule, bytes};
use crate::fine::{Goal, Painting, Region, Style};
use crate::models::Registry;
use crate::models::vgg19::LEAST_SIDE;
use crate::recipe::StyleParams;
use crate::spaces::panorama::FACES;

/// Height and width of the piece on which a step is timed.
const TRIAL: (usize, usize) = (96, 128);
/// Steps of which the quickest counts: the first fills caches.
const TRIALS: usize = 2;

/// Side of a panorama's face at brush size 1, 90° across: what is seen of it at once, 113° wide, is
/// then about as fine as another picture's longer side.
const FACE_SIDE: u32 = 384;

/// Side of the faces of a panorama and what is painted beyond their edges, pixels.
pub(super) fn face(size: [u32; 2], memory: u64) -> Result<[u32; 2], EngineError> {
    let mut face = (size[0] / 4).min(FACE_SIDE) / 8 * 8;
    loop {
        if u64::from(face) < 2 * LEAST_SIDE as u64 {
            return Err(EngineError::BadRequest(
                "Fine needs a larger panorama, or more memory; take Fast".into(),
            ));
        }
        let fade = StylePlan::fade(face);
        if bytes([face + 2 * fade; 2]) <= memory {
            return Ok([face, fade]);
        }
        face -= 8;
    }
}

/// How long each of a panorama's faces is worked at.
pub(super) fn of_a_face(effort: &Effort) -> Effort {
    match effort {
        Effort::Time(time, steps) => Effort::Time(*time / FACES.len() as u32, *steps),
        other => other.clone(),
    }
}

/// The figures for a panorama, from those of *Fast*.
fn panorama(
    around: &Estimate,
    options: &FineOptions,
    times: &TimeModel,
) -> Result<Estimate, EngineError> {
    let [face, fade] = face(around.size, options.memory_budget)?;
    let canvas = [face + 2 * fade; 2];
    let schedule = Schedule::new(canvas, &of_a_face(&options.effort));
    let time = match &options.effort {
        Effort::Time(time, _) => *time,
        _ => {
            let steps = schedule.pixel_steps() * FACES.len() as u64;
            times.fine(steps).unwrap_or_default()
        }
    };
    let working = [4 * face, 2 * face];
    let own = memory::resident()
        + bytes(canvas)
        // All faces twice, as photos and as they are painted, and what they become.
        + FACES.len() as u64 * 44 * pixels(canvas)
        + 64 * pixels(working)
        + 8 * pixels(around.size);
    Ok(Estimate {
        size: around.size,
        memory: own.max(around.memory),
        time: time + around.time,
        tiles: FACES.len() as u32,
        passes: around.passes,
        painted: (working != around.size).then_some(working),
    })
}

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
    if params.wrap.is_panorama() {
        return panorama(&around, options, &stylizer.times);
    }
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
        goal: Goal::Style(style.into()),
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
