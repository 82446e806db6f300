//! A photo stylised at full size.

use serde_json::json;

use crate::engine::device;
use crate::engine::inference_worker::ModelStudio;
use crate::engine::protocol::{EngineError, Event, Output, Stage, StylizeOptions};
use crate::engine::recipes::recipe;
use crate::engine::scheduler::Desk;
use crate::engine::styling::Sitting;
use crate::engine::stylize::{LARGEST_TILE, Phase, Plan};
use crate::picture::Picture;
use crate::recipe::{Making, Recipe, StyleParams, StyleSource};

/// Where recipes keep the size and tiles of a stylisation.
const EXTRA: &str = "stylize";

/// Stylises one photo.
pub(in crate::engine) fn run(
    studio: &mut ModelStudio,
    desk: &mut Desk,
    params: &StyleParams,
    options: &StylizeOptions,
) -> Result<Output, EngineError> {
    let (picture, recipe) = make(
        studio,
        desk,
        params,
        options,
        &mut |desk, phase, done, all| {
            let stage = match phase {
                Phase::Painting => Stage::Rendering,
                Phase::Finishing => Stage::Writing,
            };
            desk.progress(stage, done as u64, all as u64);
        },
    )?;
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe),
    })
}

/// How progress is told: desk, phase, done, in all.
pub(super) type Tell<'a> = dyn FnMut(&mut Desk, Phase, usize, usize) + 'a;

/// The picture and its recipe.
pub(super) fn make(
    studio: &mut ModelStudio,
    desk: &mut Desk,
    params: &StyleParams,
    options: &StylizeOptions,
    tell: &mut Tell<'_>,
) -> Result<(Picture, Recipe), EngineError> {
    desk.progress(Stage::Reading, 0, 1);
    desk.breathe(studio)?;
    let stop = desk.token();
    let sitting = studio.sitting(params, &stop)?;
    let easel = studio.styling.easel.clone();
    let mut options = *options;
    let (picture, plan, times) = loop {
        let made = device::room().and_then(|()| {
            ModelStudio::style_full(
                &easel,
                &sitting,
                params,
                &options,
                &stop,
                &mut |phase, done, all| {
                    tell(desk, phase, done, all);
                    desk.breathe(studio)
                },
            )
        });
        match (made, smaller_tile(&options)) {
            (Err(error), Some(tile)) if device::out_of_memory(&error) => {
                desk.emit(Event::SmallerTiles(studio.device.detail.clone()));
                options.tile = Some(tile);
            }
            (made, _) => break made?,
        }
    };
    times.teach(&mut studio.styling.pace, plan.output);
    let recipe = written(studio, params, &sitting, &options, &plan)?;
    Ok((picture, recipe))
}

/// The next size of tile to try when a card's memory is too small.
fn smaller_tile(options: &StylizeOptions) -> Option<u32> {
    let next = options.tile.unwrap_or(LARGEST_TILE) / 2;
    (next >= 256).then_some(next)
}

/// The recipe with codes filled in, so that it needs no style pictures.
fn written(
    studio: &ModelStudio,
    params: &StyleParams,
    sitting: &Sitting,
    options: &StylizeOptions,
    plan: &Plan,
) -> Result<Recipe, EngineError> {
    let mut params = params.clone();
    params.photo = params.photo.as_read(&sitting.photo.source);
    let mut sources = vec![params.photo.clone()];
    for (layer, code) in params.styles.iter_mut().zip(&sitting.codes) {
        layer.code = Some(code.clone());
        if let StyleSource::File(source) = &layer.style {
            sources.push(source.clone());
        }
    }
    let models = sitting
        .models
        .iter()
        .map(|name| studio.model_ref(name))
        .collect::<Result<_, _>>()?;
    let mut recipe = recipe(Making::Style(params), models, sources, &studio.device);
    recipe.extra.insert(
        EXTRA.into(),
        json!({ "max_side": options.max_side, "tile": plan.tile }),
    );
    Ok(recipe)
}

/// The same pixels from a recipe.
pub(in crate::engine) fn again(
    studio: &mut ModelStudio,
    desk: &mut Desk,
    params: &StyleParams,
    recipe: &Recipe,
) -> Result<Output, EngineError> {
    if recipe.extra.contains_key(super::fine::EXTRA) {
        return super::fine::again(studio, desk, params, recipe);
    }
    let number = |name: &str| {
        let value = recipe.extra.get(EXTRA)?.get(name)?.as_u64()?;
        u32::try_from(value).ok()
    };
    let options = StylizeOptions {
        max_side: number("max_side"),
        tile: number("tile"),
        memory_budget: studio.memory_budget,
    };
    let Output::Picture { picture, .. } = run(studio, desk, params, &options)? else {
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
