//! A picture enlarged by *Crisp*, in tiles.

use std::path::Path;

use crate::engine::enlarge;
use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, ModelKind, Output, Stage};
use crate::engine::recipes::recipe;
use crate::models::crisp::Crisp;
use crate::photo::Photo;
use crate::picture::Picture;
use crate::recipe::{Making, Recipe};

/// Enlarges a picture file.
pub(super) fn run(
    context: &mut JobContext<'_>,
    path: &Path,
    scale: u32,
) -> Result<Output, EngineError> {
    if !Crisp::SCALES.contains(&scale) {
        return Err(EngineError::BadRequest(format!(
            "pictures can be upscaled 2 or 4 times, not {scale} times"
        )));
    }
    let Some(model) = context.state.registry.first_of(ModelKind::Upscaler) else {
        return Err(EngineError::BadRequest(
            "there is no upscaling network here; put one into the models folder".into(),
        ));
    };
    let name = model.name.clone();
    context.progress(Stage::Reading, 0, 1);
    let photo = context.state.photos.read(path)?;
    let network = context.state.registry.crisp(&name)?;
    let picture = enlarge(context, &network, &photo, scale)?;
    let models = vec![context.state.model_ref(&name)?];
    let sources = vec![photo.source.clone()];
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe(
            Making::Upscale { scale },
            models,
            sources,
            &context.state.device,
        )),
    })
}

/// The same pixels from a recipe.
pub(super) fn again(
    context: &mut JobContext<'_>,
    recipe: &Recipe,
    scale: u32,
) -> Result<Output, EngineError> {
    let source = recipe.sources.first().ok_or_else(|| {
        EngineError::BadRequest("this recipe doesn't say which picture was upscaled".into())
    })?;
    let path = context.state.photos.source(source)?.0.source.place();
    let Output::Picture { picture, .. } = run(context, &path, scale)? else {
        return Err(EngineError::Internal("no picture came".into()));
    };
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe.clone()),
    })
}

fn enlarge(
    context: &mut JobContext<'_>,
    network: &Crisp,
    photo: &Photo,
    scale: u32,
) -> Result<Picture, EngineError> {
    let stop = context.token();
    enlarge::enlarge(network, &photo.picture, scale, &stop, &mut |done, all| {
        context.progress(Stage::Rendering, done, all);
        context.yield_to_previews()
    })
}
