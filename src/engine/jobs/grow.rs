//! A picture made of the patches of another.

use std::time::Instant;

use crate::engine::inference_state::InferenceState;
use crate::engine::jobs::context::JobContext;
use crate::engine::memory::available;
use crate::engine::protocol::{EngineError, Estimate, Output, Stage};
use crate::engine::recipes::recipe;
use crate::engine::resample::shrink_to;
use crate::grow::{self, Grown, Settings, Task};
use crate::picture::Picture;
use crate::recipe::{GrowParams, GrowTask, Making, Recipe};

/// Value of a mask from which on it is to be filled.
const LIGHT: u8 = 128;
/// Longer side of the trial that an estimate is made by.
const TRIAL_SIDE: u32 = 128;

/// The pictures that take part.
struct Prepared {
    params: GrowParams,
    source: Picture,
    other: Option<Picture>,
    hole: Vec<bool>,
    settings: Settings,
}

/// Grows one.
pub(super) fn run(
    context: &mut JobContext<'_>,
    params: &GrowParams,
) -> Result<Output, EngineError> {
    let prepared = prepare(context, params)?;
    let grown = make(context, &prepared)?;
    let params = prepared.params;
    let mut sources = vec![params.source.clone()];
    sources.extend(params.other().cloned());
    let making = Making::Grow(params);
    Ok(Output::Picture {
        picture: grown.picture,
        recipe: Box::new(recipe(making, vec![], sources, &context.state.device)),
    })
}

/// What one would take.
pub(super) fn estimate(
    context: &mut JobContext<'_>,
    params: &GrowParams,
) -> Result<Output, EngineError> {
    Ok(Output::Estimate(prepare(context, params)?.estimate()?))
}

/// The same pixels from a recipe.
pub(super) fn again(
    context: &mut JobContext<'_>,
    params: &GrowParams,
    recipe: &Recipe,
) -> Result<Output, EngineError> {
    let prepared = prepare(context, params)?;
    Ok(Output::Picture {
        picture: make(context, &prepared)?.picture,
        recipe: Box::new(recipe.clone()),
    })
}

fn prepare(context: &mut JobContext<'_>, params: &GrowParams) -> Result<Prepared, EngineError> {
    context.progress(Stage::Reading, 0, 1);
    context.yield_to_previews()?;
    Prepared::read(context.state, params)
}

fn make(context: &mut JobContext<'_>, prepared: &Prepared) -> Result<Grown, EngineError> {
    let task = prepared.task();
    let settings = &prepared.settings;
    let levels = grow::plan(prepared.source.size(), &task, settings)?;
    let needed = grow::memory(&levels);
    if let Some(free) = available()
        && needed > free
    {
        return Err(EngineError::Memory(format!(
            "growing {} x {} pixels takes about {} MB and {} MB are free; close other programs or choose a smaller size",
            settings.size[0],
            settings.size[1],
            needed >> 20,
            free >> 20
        )));
    }
    let total = grow::work(&levels, settings);
    let stop = context.token();
    let mut refused = None;
    let grown = grow::grow(
        &prepared.source,
        &task,
        settings,
        &stop,
        &mut |done, look| {
            context.progress_with_look(Stage::Rendering, done, total, &mut || look());
            context.yield_to_previews().map_err(|error| {
                refused = Some(error);
                grow::GrowError::Cancelled
            })
        },
    );
    match (grown, refused) {
        (Err(_), Some(error)) => Err(error),
        (grown, _) => Ok(grown?),
    }
}

impl Prepared {
    /// Reads the pictures and fills in what the settings leave open.
    fn read(state: &mut InferenceState, params: &GrowParams) -> Result<Self, EngineError> {
        let source = state.photos.source(&params.source)?.0;
        let mut params = params.clone();
        params.source = params.source.as_read(&source.source);
        let other = match params.other_mut() {
            None => None,
            Some(other) => {
                let read = state.photos.source(other)?.0;
                *other = other.as_read(&read.source);
                Some(read.picture.clone())
            }
        };
        let source = source.picture.clone();
        let size = size(&params, &source, other.as_ref())?;
        let hole = match (&params.task, &other) {
            (GrowTask::Fill { .. }, Some(mask)) => hole(&source, mask)?,
            _ => Vec::new(),
        };
        let settings = Settings {
            size,
            seed: params.seed,
            chance: params.chance,
            coherence: params.coherence,
            seamless: params.seamless,
        };
        Ok(Self {
            params,
            source,
            other,
            hole,
            settings,
        })
    }

    fn task(&self) -> Task<'_> {
        match (&self.params.task, &self.other) {
            (GrowTask::Extend { left, top, .. }, _) => Task::Extend {
                left: *left,
                top: *top,
            },
            (GrowTask::Fill { .. }, _) => Task::Fill { hole: &self.hole },
            (GrowTask::Shape { strength, .. }, Some(structure)) => Task::Shape {
                structure,
                strength: *strength,
            },
            (GrowTask::Vary | GrowTask::Shape { .. }, _) => Task::Vary,
        }
    }

    /// What it will take: memory by the sizes, time by a small trial on this machine.
    fn estimate(&self) -> Result<Estimate, EngineError> {
        let levels = grow::plan(self.source.size(), &self.task(), &self.settings)?;
        let small = shrink_to(&self.source, TRIAL_SIDE);
        let trial = Settings {
            size: small.size(),
            chance: 1.0,
            seamless: [false; 2],
            ..self.settings.clone()
        };
        let began = Instant::now();
        let stop = crate::cancel::CancelToken::new();
        let tried = grow::grow(&small, &Task::Vary, &trial, &stop, &mut |_, _| Ok(()));
        let took = began.elapsed();
        let steps = grow::plan(small.size(), &Task::Vary, &trial).map(|l| grow::work(&l, &trial));
        let each = match (tried, steps) {
            (Ok(_), Ok(steps)) if steps > 0 => took.as_secs_f64() / steps as f64,
            // Too narrow to be tried small: what a laptop's two cores take.
            _ => 0.6e-6,
        };
        Ok(Estimate {
            size: self.settings.size,
            memory: grow::memory(&levels),
            time: std::time::Duration::from_secs_f64(
                each * grow::work(&levels, &self.settings) as f64,
            ),
            tiles: 1,
            passes: 0,
            painted: None,
        })
    }
}

/// The result's size.
fn size(
    params: &GrowParams,
    source: &Picture,
    other: Option<&Picture>,
) -> Result<[u32; 2], EngineError> {
    let own = source.size();
    match (&params.task, other) {
        (
            GrowTask::Extend {
                left,
                top,
                right,
                bottom,
            },
            _,
        ) => {
            if params.size.is_some() {
                return Err(EngineError::BadRequest(
                    "a picture that is extended has the size that comes of it; leave the size out"
                        .into(),
                ));
            }
            let side = |own: u32, before: &u32, after: &u32| {
                own.saturating_add(*before).saturating_add(*after)
            };
            Ok([side(own[0], left, right), side(own[1], top, bottom)])
        }
        (GrowTask::Fill { .. }, _) if params.size.is_some_and(|size| size != own) => {
            Err(EngineError::BadRequest(
                "a picture that is filled keeps its size; leave the size out".into(),
            ))
        }
        (GrowTask::Shape { .. }, Some(structure)) => Ok(params.size.unwrap_or(structure.size())),
        _ => Ok(params.size.unwrap_or(own)),
    }
}

/// Where a mask is light and opaque.
fn hole(source: &Picture, mask: &Picture) -> Result<Vec<bool>, EngineError> {
    if mask.size() != source.size() {
        return Err(grow::GrowError::MaskSize(mask.width(), mask.height()).into());
    }
    let light = |pixel: &[u8]| {
        let grey: u32 = pixel[..3].iter().map(|&c| u32::from(c)).sum();
        pixel[3] >= LIGHT && grey >= 3 * u32::from(LIGHT)
    };
    Ok(mask.rgba().chunks_exact(4).map(light).collect())
}
