//! A picture made of the patches of another.

use crate::engine::grow::Prepared;
use crate::engine::jobs::context::JobContext;
use crate::engine::memory::available;
use crate::engine::protocol::{EngineError, Output, Stage};
use crate::engine::recipes::recipe;
use crate::grow::{self, Grown};
use crate::recipe::{GrowParams, Making, Recipe};

/// Grows one.
pub(super) fn run(
    context: &mut JobContext<'_>,
    params: &GrowParams,
) -> Result<Output, EngineError> {
    let prepared = prepare(context, params)?;
    let grown = make(context, &prepared)?;
    let params = prepared.params;
    let mut sources = Vec::new();
    params.each_picture(&mut |picture, _| {
        if !sources.contains(picture) {
            sources.push(picture.clone());
        }
    });
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
    Prepared::read(&mut context.state.photos, params)
}

fn make(context: &mut JobContext<'_>, prepared: &Prepared) -> Result<Grown, EngineError> {
    let task = prepared.task();
    let settings = &prepared.settings;
    let levels = prepared.levels()?;
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
        &prepared.material(),
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
