//! A photo in Lens at full size.

use std::sync::Arc;

use serde_json::json;

use crate::engine::inference_state::InferenceState;
use crate::engine::jobs::context::JobContext;
use crate::engine::lens::{LensNumbers, LensPhase, PreparedPhoto, pictures_at_hand, with_tones};
use crate::engine::protocol::{EngineError, Output, Stage};
use crate::engine::recipes::recipe;
use crate::models::lens_directions::LensDirections;
use crate::models::lens_measure;
use crate::picture::Picture;
use crate::recipe::{LensParams, Making, Recipe};

/// Where recipes keep the sliders as numbers.
const EXTRA: &str = "lens";

/// Makes one picture.
pub(super) fn run(
    context: &mut JobContext<'_>,
    params: &LensParams,
) -> Result<Output, EngineError> {
    let (picture, prepared) = make(context, params, None)?;
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe_of(context.state, params, &prepared)?),
    })
}

fn make(
    context: &mut JobContext<'_>,
    params: &LensParams,
    numbers: Option<LensNumbers>,
) -> Result<(Picture, PreparedPhoto), EngineError> {
    context.progress(Stage::Reading, 0, 1);
    context.yield_to_previews()?;
    let state = &mut *context.state;
    let prepared = state
        .lens
        .prepare(&mut state.registry, &mut state.photos, params, numbers)?;
    let (latents, cache) = (
        Arc::clone(&state.lens.latents),
        Arc::clone(&state.stylizer.cache),
    );
    let spec = prepared.spec(params, prepared.numbers.side, u32::MAX);
    let stop = context.token();
    let picture = latents.render(&spec, &cache, &stop, &mut |phase, done, all| {
        let stage = match phase {
            LensPhase::Network => Stage::Rendering,
            LensPhase::Finishing => Stage::Writing,
        };
        context.progress(stage, done as u64, all as u64);
        context.yield_to_previews()
    })?;
    Ok((picture, prepared))
}

fn recipe_of(
    state: &InferenceState,
    params: &LensParams,
    prepared: &PreparedPhoto,
) -> Result<Recipe, EngineError> {
    let mut params = params.clone();
    params.photo = params.photo.as_read(&prepared.photo.source);
    let mut sources = vec![params.photo.clone()];
    match (&mut params.other, &prepared.other) {
        (Some(other), Some(read)) => {
            other.picture = other.picture.as_read(&read.source);
            sources.push(other.picture.clone());
        }
        // What doesn't act isn't part of the picture.
        (other, _) => *other = None,
    }
    let models = vec![state.model_ref(&params.model)?];
    let mut recipe = recipe(Making::Lens(params), models, sources, &state.device);
    recipe.extra.insert(EXTRA.into(), json!(prepared.numbers));
    Ok(recipe)
}

/// The sliders of an autoencoder: its own, or measured now.
pub(super) fn directions(context: &mut JobContext<'_>, model: &str) -> Result<Output, EngineError> {
    let known = directions_or_measure(context, model)?;
    Ok(Output::Directions {
        model: model.to_owned(),
        directions: Arc::new(with_tones(
            known.map_or_else(Vec::new, |known| known.infos()),
        )),
    })
}

/// The sliders, measured now where none are known; none where there are too few pictures
/// to measure on.
fn directions_or_measure(
    context: &mut JobContext<'_>,
    model: &str,
) -> Result<Option<Arc<LensDirections>>, EngineError> {
    let state = &mut *context.state;
    if let Some(known) = state.lens.directions(&mut state.registry, model)? {
        return Ok(Some(known));
    }
    context.progress(Stage::Loading, 0, 1);
    let stop = context.token();
    let registry = &mut context.state.registry;
    let sha = registry.info(model)?.sha256.clone();
    let pictures = pictures_at_hand(registry, &stop);
    if pictures.len() < lens_measure::FEWEST {
        return Ok(None);
    }
    let net = registry.autoencoder(model)?;
    let found = lens_measure::find(
        net.as_ref(),
        &sha,
        &pictures,
        &mut |done, total| {
            context.progress(Stage::Sampling, done, total);
            // A refusal comes with the token cancelled, which the search sees.
            context.yield_to_jobs().ok();
        },
        &stop,
    )?;
    context.check()?;
    Ok(Some(context.state.lens.keep_directions(&sha, found)))
}

/// The same pixels from a recipe.
pub(super) fn again(
    context: &mut JobContext<'_>,
    params: &LensParams,
    recipe: &Recipe,
) -> Result<Output, EngineError> {
    let numbers = recipe.extra.get(EXTRA).cloned();
    let numbers = numbers.and_then(|value| serde_json::from_value(value).ok());
    let (picture, _) = make(context, params, numbers)?;
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe.clone()),
    })
}
