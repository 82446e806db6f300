//! A photo in Lens at full size.

use std::sync::Arc;

use serde_json::json;

use crate::engine::inference_worker::ModelStudio;
use crate::engine::lens::{Numbers, Sitting, Step};
use crate::engine::protocol::{EngineError, Output, Stage};
use crate::engine::recipes::recipe;
use crate::engine::scheduler::Desk;
use crate::picture::Picture;
use crate::recipe::{LensParams, Making, Recipe};

/// Where recipes keep the sliders as numbers.
const EXTRA: &str = "lens";

/// Makes one picture.
pub(in crate::engine) fn run(
    studio: &mut ModelStudio,
    desk: &mut Desk,
    params: &LensParams,
) -> Result<Output, EngineError> {
    let (picture, sitting) = make(studio, desk, params, None)?;
    Ok(Output::Picture {
        picture,
        recipe: Box::new(written(studio, params, &sitting)?),
    })
}

fn make(
    studio: &mut ModelStudio,
    desk: &mut Desk,
    params: &LensParams,
    numbers: Option<Numbers>,
) -> Result<(Picture, Sitting), EngineError> {
    desk.progress(Stage::Reading, 0, 1);
    desk.breathe(studio)?;
    let sitting = studio.lens_sitting(params, numbers)?;
    let (bench, easel) = (
        Arc::clone(&studio.lensing.bench),
        Arc::clone(&studio.styling.easel),
    );
    let order = sitting.order(params, sitting.numbers.side, u32::MAX);
    let stop = desk.token();
    let picture = bench.make(&order, &easel, &stop, &mut |step, done, all| {
        let stage = match step {
            Step::Network => Stage::Rendering,
            Step::Finishing => Stage::Writing,
        };
        desk.progress(stage, done as u64, all as u64);
        desk.breathe(studio)
    })?;
    Ok((picture, sitting))
}

fn written(
    studio: &ModelStudio,
    params: &LensParams,
    sitting: &Sitting,
) -> Result<Recipe, EngineError> {
    let mut params = params.clone();
    params.photo = params.photo.as_read(&sitting.photo.source);
    let mut sources = vec![params.photo.clone()];
    match (&mut params.other, &sitting.other) {
        (Some(other), Some(read)) => {
            other.picture = other.picture.as_read(&read.source);
            sources.push(other.picture.clone());
        }
        // What doesn't act isn't part of the picture.
        (other, _) => *other = None,
    }
    let models = vec![studio.model_ref(&params.model)?];
    let mut recipe = recipe(Making::Lens(params), models, sources, &studio.device);
    recipe.extra.insert(EXTRA.into(), json!(sitting.numbers));
    Ok(recipe)
}

/// The sliders of an autoencoder: its own, or measured now.
pub(in crate::engine) fn directions(
    studio: &mut ModelStudio,
    desk: &mut Desk,
    model: &str,
) -> Result<Output, EngineError> {
    let known = studio.lens_directions_found(desk, model)?;
    Ok(Output::Directions {
        model: model.to_owned(),
        directions: Arc::new(known.map_or_else(Vec::new, |known| known.infos())),
    })
}

/// The same pixels from a recipe.
pub(in crate::engine) fn again(
    studio: &mut ModelStudio,
    desk: &mut Desk,
    params: &LensParams,
    recipe: &Recipe,
) -> Result<Output, EngineError> {
    let numbers = recipe.extra.get(EXTRA).cloned();
    let numbers = numbers.and_then(|value| serde_json::from_value(value).ok());
    let (picture, _) = make(studio, desk, params, numbers)?;
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe.clone()),
    })
}
