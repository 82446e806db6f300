//! The same pixels again from a recipe.

use crate::engine::explore::synthesize;
use crate::engine::inference_state::InferenceState;
use crate::engine::jobs::context::JobContext;
use crate::engine::painter::another_version;
use crate::engine::protocol::{EngineError, Output, Stage};
use crate::latent;
use crate::recipe::{ExploreParams, LEARNT, Making, ModelRef, RECIPE_VERSION, Recipe};

/// Makes a recipe's picture again.
pub(super) fn run(context: &mut JobContext<'_>, recipe: &Recipe) -> Result<Output, EngineError> {
    if recipe.version > RECIPE_VERSION {
        return Err(EngineError::BadRequest(
            "this recipe was made by a newer Limner; update Limner to use it".into(),
        ));
    }
    match &recipe.finish {
        Some(finish) => super::finish::again(context, finish, recipe),
        None => unfinished(context, recipe),
    }
}

/// The picture without its finish.
pub(super) fn unfinished(
    context: &mut JobContext<'_>,
    recipe: &Recipe,
) -> Result<Output, EngineError> {
    for model in &recipe.models {
        check_model(context.state, model)?;
    }
    match &recipe.making {
        Making::Explore(params) => explore(context, params, recipe),
        Making::Style(_) if recipe.extra.contains_key(super::stylize_film::EXTRA) => {
            Err(EngineError::BadRequest(
                "this is the recipe of a film; it is made again into a file".into(),
            ))
        }
        Making::Style(params) => super::stylize::again(context, params, recipe),
        Making::Lens(params) => super::lens::again(context, params, recipe),
        Making::Grow(params) => super::grow::again(context, params, recipe),
        Making::Upscale { scale, wrap } => super::upscale::again(context, recipe, *scale, *wrap),
        Making::Walk(_) | Making::StyleWalk(_) | Making::Turn(_) => Err(EngineError::BadRequest(
            "this is the recipe of an animation; it is made again into a file".into(),
        )),
        Making::Material(_) | Making::Hang(_) => Err(EngineError::BadRequest(
            "this is the recipe of a surface; it is made again into files".into(),
        )),
        Making::Imported => Err(EngineError::BadRequest(
            "this picture was imported; there is nothing to render again".into(),
        )),
    }
}

/// The model must be here, and the same.
fn check_model(state: &mut InferenceState, wanted: &ModelRef) -> Result<(), EngineError> {
    if let Some(id) = wanted.name.strip_prefix(LEARNT)
        && let Some(painter) = state.registry.learnt_as(id, &wanted.sha256)?
        && painter.is(&wanted.sha256)
    {
        return Ok(());
    }
    let here = state.model_ref(&wanted.name)?;
    if !wanted.sha256.is_empty() && here.sha256 != wanted.sha256 {
        return Err(EngineError::BadModel {
            name: wanted.name.clone(),
            reason: another_version(&wanted.sha256, &here.sha256),
        });
    }
    Ok(())
}

fn explore(
    context: &mut JobContext<'_>,
    params: &ExploreParams,
    recipe: &Recipe,
) -> Result<Output, EngineError> {
    context.progress(Stage::Loading, 0, 1);
    let generator = context.state.registry.generator(&params.model)?;
    let ws = match &recipe.resolved_ws {
        Some(ws) => {
            let spec = generator.spec();
            latent::check(ws, spec.num_ws, spec.w_dim)?;
            ws.clone()
        }
        None => {
            if !params.edits.is_empty() {
                super::directions::ensure(context, &params.model)?;
            }
            context
                .state
                .explorer
                .latents(&mut context.state.registry, params)?
                .1
        }
    };
    context.progress(Stage::Rendering, 0, 1);
    let picture = synthesize(generator.as_ref(), params, &ws, None, &context.token())?;
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe.clone()),
    })
}
