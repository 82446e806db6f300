//! A picture made of the patches of another.

use crate::cancel::CancelToken;
use crate::engine::grow::Prepared;
use crate::engine::grow_inputs::Inputs;
use crate::engine::jobs::context::JobContext;
use crate::engine::memory::available;
use crate::engine::protocol::{EngineError, Output, Stage};
use crate::engine::recipes::recipe;
use crate::engine::resample::shrink_to;
use crate::grow::{self, GrowError, Grown, Told};
use crate::picture::Picture;
use crate::recipe::{GrowParams, Making, Recipe};

/// Longer side of the looks at the work so far.
const LOOK_SIDE: u32 = 1024;

/// Grows one.
pub(super) fn run(
    context: &mut JobContext<'_>,
    params: &GrowParams,
) -> Result<Output, EngineError> {
    let prepared = prepare(context, params)?;
    let picture = make(context, &prepared)?;
    let params = prepared.params;
    let mut sources = Vec::new();
    params.each_picture(&mut |picture, _| {
        if !sources.contains(picture) {
            sources.push(picture.clone());
        }
    });
    let making = Making::Grow(params);
    Ok(Output::Picture {
        picture,
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
        picture: make(context, &prepared)?,
        recipe: Box::new(recipe.clone()),
    })
}

fn prepare(context: &mut JobContext<'_>, params: &GrowParams) -> Result<Prepared, EngineError> {
    context.progress(Stage::Reading, 0, 1);
    context.yield_to_previews()?;
    Prepared::read(&mut context.state.photos, params)
}

fn make(context: &mut JobContext<'_>, prepared: &Prepared) -> Result<Picture, EngineError> {
    let settings = &prepared.settings;
    let levels = prepared.levels()?;
    let needed = prepared.memory(&levels);
    if let Some(free) = available()
        && needed > free
    {
        return Err(EngineError::Memory(format!(
            "growing {} x {} pixels takes about {} MB and {} MB are free; close other programs or choose a smaller size",
            prepared.size()[0],
            prepared.size()[1],
            needed >> 20,
            free >> 20
        )));
    }
    let reduced = prepared.reduced(&mut context.state.photos);
    let total = grow::work(&levels, settings);
    let ends: Vec<u64> = (1..levels.len())
        .map(|count| grow::work(&levels[..count], settings))
        .collect();
    let mut shown = 0;
    let stop = context.token();
    let mut refused = None;
    let mut told = |done: u64, look: &dyn Fn() -> Option<Picture>| {
        // One look at each size; large ones take their time.
        let size = ends.partition_point(|&end| end <= done);
        context.progress_with_look(Stage::Rendering, done, total, &mut || {
            let new = size > std::mem::replace(&mut shown, size);
            new.then(look)
                .flatten()
                .and_then(|look| prepared.whole(look).ok())
                .map(|look| shrink_to(&look, LOOK_SIDE))
        });
        context.yield_to_jobs().map_err(|error| {
            refused = Some(error);
            GrowError::Cancelled
        })
    };
    let grown = whole(prepared, reduced.as_ref(), &stop, &mut told);
    match (grown, refused) {
        (Err(_), Some(error)) => Err(error),
        (grown, _) => prepared.whole(grown?.picture),
    }
}

/// The coarse sizes of reduced pictures, where it is large, and all that follow.
fn whole(
    prepared: &Prepared,
    reduced: Option<&Inputs>,
    stop: &CancelToken,
    told: Told<'_>,
) -> Result<Grown, EngineError> {
    let coarse = match reduced {
        Some(reduced) => prepared.coarse(reduced, usize::MAX, stop, told)?,
        None => None,
    };
    let inputs = prepared.inputs()?;
    let (material, task) = (inputs.material(), inputs.task(&prepared.params));
    Ok(grow::grow_on(
        coarse,
        &material,
        &task,
        &prepared.settings,
        stop,
        told,
    )?)
}
