//! The same pixels again from a recipe.

use crate::engine::explore::synthesize;
use crate::engine::inference_worker::ModelStudio;
use crate::engine::protocol::{EngineError, Output, Stage};
use crate::engine::scheduler::Desk;
use crate::latent;
use crate::recipe::{ExploreParams, Making, ModelRef, RECIPE_VERSION, Recipe};

/// Makes a recipe's picture again.
pub(in crate::engine) fn run(
    studio: &mut ModelStudio,
    desk: &mut Desk,
    recipe: &Recipe,
) -> Result<Output, EngineError> {
    if recipe.version > RECIPE_VERSION {
        return Err(EngineError::BadRequest(
            "this recipe was made by a newer Limner; update Limner to use it".into(),
        ));
    }
    for model in &recipe.models {
        check_model(studio, model)?;
    }
    match &recipe.making {
        Making::Explore(params) => explore(studio, desk, params, recipe),
        Making::Style(params) => super::stylize::again(studio, desk, params, recipe),
        Making::Lens(params) => super::lens::again(studio, desk, params, recipe),
        Making::Upscale { scale } => super::upscale::again(studio, desk, recipe, *scale),
        Making::Walk(_) => Err(EngineError::BadRequest(
            "this is the recipe of an animation; it is made again into a file".into(),
        )),
        Making::Imported => Err(EngineError::BadRequest(
            "this picture was imported; there is nothing to render again".into(),
        )),
    }
}

/// The model must be here, and the same.
fn check_model(studio: &ModelStudio, wanted: &ModelRef) -> Result<(), EngineError> {
    let here = studio.model_ref(&wanted.name)?;
    if !wanted.sha256.is_empty() && here.sha256 != wanted.sha256 {
        return Err(EngineError::BadModel {
            name: wanted.name.clone(),
            reason: format!(
                "the recipe was made with another version of it ({}…, here is {}…); get that version",
                short(&wanted.sha256),
                short(&here.sha256)
            ),
        });
    }
    Ok(())
}

fn short(sha: &str) -> &str {
    sha.get(..8).unwrap_or(sha)
}

fn explore(
    studio: &mut ModelStudio,
    desk: &mut Desk,
    params: &ExploreParams,
    recipe: &Recipe,
) -> Result<Output, EngineError> {
    desk.progress(Stage::Loading, 0, 1);
    let generator = studio.registry.generator(&params.model)?;
    let ws = match &recipe.resolved_ws {
        Some(ws) => {
            let spec = generator.spec();
            latent::check(ws, spec.num_ws, spec.w_dim)?;
            ws.clone()
        }
        None => {
            if !params.edits.is_empty() {
                super::directions::ensure(studio, desk, &params.model)?;
            }
            studio.explore.latents(&mut studio.registry, params)?.1
        }
    };
    desk.progress(Stage::Rendering, 0, 1);
    let picture = synthesize(generator.as_ref(), params, &ws, None, &desk.token())?;
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe.clone()),
    })
}
