//! A photo stylised at full size.

use std::sync::Arc;

use serde_json::json;

use crate::engine::device;
use crate::engine::inference_state::InferenceState;
use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, Event, Output, Stage, StylizeOptions};
use crate::engine::recipes::recipe;
use crate::engine::styling::{PreparedStyle, Stylizer};
use crate::engine::stylize::{LARGEST_TILE, StrokeScales, StylePhase, StylePlan};
use crate::picture::Picture;
use crate::recipe::{EVERY_SIZE, Making, Recipe, STROKES, STYLIZE, StyleParams, StyleSource};

/// Stylises one photo.
pub(super) fn run(
    context: &mut JobContext<'_>,
    params: &StyleParams,
    options: &StylizeOptions,
) -> Result<Output, EngineError> {
    run_with(context, params, options, StrokeScales::Every)
}

fn run_with(
    context: &mut JobContext<'_>,
    params: &StyleParams,
    options: &StylizeOptions,
    scales: StrokeScales,
) -> Result<Output, EngineError> {
    let (picture, recipe) = make_with(
        context,
        params,
        (options, scales),
        &mut |context, phase, done, all| {
            let stage = match phase {
                StylePhase::Painting | StylePhase::Refining => Stage::Rendering,
                StylePhase::Finishing => Stage::Writing,
            };
            context.progress(stage, done as u64, all as u64);
        },
    )?;
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe),
    })
}

/// How progress is reported: phase, done, in all.
pub(super) type ReportProgress<'a> = dyn FnMut(&mut JobContext<'_>, StylePhase, usize, usize) + 'a;

/// The picture and its recipe.
pub(super) fn make(
    context: &mut JobContext<'_>,
    params: &StyleParams,
    options: &StylizeOptions,
    report: &mut ReportProgress<'_>,
) -> Result<(Picture, Recipe), EngineError> {
    make_with(context, params, (options, StrokeScales::Every), report)
}

fn make_with(
    context: &mut JobContext<'_>,
    params: &StyleParams,
    (options, scales): (&StylizeOptions, StrokeScales),
    report: &mut ReportProgress<'_>,
) -> Result<(Picture, Recipe), EngineError> {
    context.progress(Stage::Reading, 0, 1);
    context.yield_to_previews()?;
    let stop = context.token();
    let state = &mut *context.state;
    let mut prepared =
        state
            .stylizer
            .prepare(&mut state.registry, &mut state.photos, params, &stop)?;
    prepared.scales = scales;
    let cache = Arc::clone(&state.stylizer.cache);
    let mut options = *options;
    let (picture, plan, times) = loop {
        let made = device::check_memory().and_then(|()| {
            Stylizer::render(
                &cache,
                &prepared,
                params,
                &options,
                &stop,
                &mut |phase, done, all| {
                    report(context, phase, done, all);
                    context.yield_to_previews()
                },
            )
        });
        match (made, smaller_tile(&options)) {
            (Err(error), Some(tile)) if device::out_of_memory(&error) => {
                context.emit(Event::SmallerTiles(context.state.device.detail.clone()));
                options.tile = Some(tile);
            }
            (made, _) => break made?,
        }
    };
    times.teach(&mut context.state.stylizer.times, plan.output);
    let recipe = recipe_of(context.state, params, &prepared, &options, &plan)?;
    Ok((picture, recipe))
}

/// The next size of tile to try when a GPU's memory is too small.
fn smaller_tile(options: &StylizeOptions) -> Option<u32> {
    let next = options.tile.unwrap_or(LARGEST_TILE) / 2;
    (next >= 256).then_some(next)
}

fn recipe_of(
    state: &InferenceState,
    params: &StyleParams,
    prepared: &PreparedStyle,
    options: &StylizeOptions,
    plan: &StylePlan,
) -> Result<Recipe, EngineError> {
    let mut recipe = style_recipe(state, params, prepared, &[])?;
    let mut extra = json!({ "max_side": options.max_side, "tile": plan.tile });
    if prepared.scales == StrokeScales::Every {
        extra[STROKES] = json!(EVERY_SIZE);
    }
    recipe.extra.insert(STYLIZE.into(), extra);
    Ok(recipe.versioned())
}

/// The recipe with codes filled in, so that it needs no style pictures; `others` are
/// networks that took part beside the style's own.
pub(super) fn style_recipe(
    state: &InferenceState,
    params: &StyleParams,
    prepared: &PreparedStyle,
    others: &[&str],
) -> Result<Recipe, EngineError> {
    let mut params = params.clone();
    params.photo = params.photo.as_read(&prepared.photo.source);
    let mut sources = vec![params.photo.clone()];
    let made = prepared.codes.iter().zip(&prepared.learnt);
    for (layer, (code, learnt)) in params.styles.iter_mut().zip(made) {
        layer.code = Some(code.clone());
        layer.learnt = learnt.as_ref().map(|named| named.sha256.clone());
        if let StyleSource::File(source) = &layer.style {
            sources.push(source.clone());
        }
    }
    let names = prepared.models.iter().map(String::as_str);
    let mut models = names
        .chain(others.iter().copied())
        .map(|name| state.model_ref(name))
        .collect::<Result<Vec<_>, _>>()?;
    for learnt in prepared.learnt.iter().flatten() {
        if !models.contains(learnt) {
            models.push(learnt.clone());
        }
    }
    Ok(recipe(
        Making::Style(params),
        models,
        sources,
        &state.device,
    ))
}

/// The same pixels from a recipe.
pub(super) fn again(
    context: &mut JobContext<'_>,
    params: &StyleParams,
    recipe: &Recipe,
) -> Result<Output, EngineError> {
    if recipe.extra.contains_key(super::fine::EXTRA) {
        return super::fine::again(context, params, recipe);
    }
    let number = |name: &str| {
        let value = recipe.extra.get(STYLIZE)?.get(name)?.as_u64()?;
        u32::try_from(value).ok()
    };
    let options = StylizeOptions {
        max_side: number("max_side"),
        tile: number("tile"),
        memory_budget: context.state.memory_budget,
    };
    let scales = match recipe.has_strokes_of_every_size() {
        true => StrokeScales::Every,
        false => StrokeScales::One,
    };
    let Output::Picture { picture, .. } = run_with(context, params, &options, scales)? else {
        return Err(EngineError::Internal("no picture came".into()));
    };
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_try_takes_smaller_tiles_than_the_one_before() {
        let mut options = StylizeOptions::default();
        let mut before = LARGEST_TILE;
        while let Some(tile) = smaller_tile(&options) {
            assert!(tile < before, "{tile} after {before}");
            before = tile;
            options.tile = Some(tile);
        }
        assert!(before < LARGEST_TILE, "one was tried");
    }
}
