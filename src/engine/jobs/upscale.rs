//! A picture enlarged by a network, in tiles.

use std::path::Path;
use std::sync::Arc;

use crate::engine::enlarge;
use crate::engine::jobs::context::JobContext;
use crate::engine::jobs::replay;
use crate::engine::protocol::{EngineError, Output, Stage};
use crate::engine::recipes::recipe;
use crate::export::metadata::{self, FileMetadata};
use crate::models::upscaler::Upscaler;
use crate::picture::Picture;
use crate::recipe::{Making, Recipe, Wrap};

/// Enlarges a picture file by the network of this name, or by the one that ships.
pub(super) fn run(
    context: &mut JobContext<'_>,
    path: &Path,
    scale: u32,
    model: Option<&str>,
    wrap: Option<Wrap>,
) -> Result<Output, EngineError> {
    let file = metadata::read(path).ok();
    let generator = file.as_ref().and_then(made_by);
    let (name, network) = network(context, model, generator, scale)?;
    context.progress(Stage::Reading, 0, 1);
    let photo = context.state.photos.read(path)?;
    let wrap = wrap.unwrap_or_else(|| wrap_of(file.as_ref()));
    let picture = larger(context, &*network, (&photo.picture, wrap), scale)?;
    let names = context.state.registry.upscalers_at(&name, scale)?;
    let models = names.iter().map(|name| context.state.model_ref(name));
    let models = models.collect::<Result<Vec<_>, _>>()?;
    let sources = vec![photo.source.clone()];
    let making = Making::Upscale { scale, wrap };
    let mut recipe = recipe(making, models, sources, &context.state.device);
    // Many a picture is only laid aside for this, and its file is gone soon.
    if let Some(before) = file.and_then(|file| file.recipe) {
        recipe.set_source_recipe(&before);
    }
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe),
    })
}

/// The picture through the network, with previews in between.
fn larger(
    context: &mut JobContext<'_>,
    network: &dyn Upscaler,
    picture: (&Picture, Wrap),
    scale: u32,
) -> Result<Picture, EngineError> {
    let stop = context.token();
    let mut between = |done, all| {
        context.progress(Stage::Rendering, done, all);
        context.yield_to_previews()
    };
    enlarge::enlarge(network, picture, scale, &stop, &mut between)
}

/// A picture that says to be a panorama goes on as one.
pub(super) fn own_wrap(path: &Path) -> Wrap {
    wrap_of(metadata::read(path).ok().as_ref())
}

fn wrap_of(file: Option<&FileMetadata>) -> Wrap {
    match file {
        Some(file) if file.is_panorama() => Wrap::Panorama,
        _ => Wrap::None,
    }
}

/// What [`run`] will take.
pub(super) fn estimate(
    context: &mut JobContext<'_>,
    path: &Path,
    scale: u32,
    model: Option<&str>,
) -> Result<Output, EngineError> {
    let file = match model {
        Some(_) => None,
        None => metadata::read(path).ok(),
    };
    let generator = file.as_ref().and_then(made_by);
    let (_, network) = network(context, model, generator, scale)?;
    let photo = context.state.photos.read(path)?;
    let size = photo.picture.size();
    let found = enlarge::estimate(&*network, size, scale, &context.token())?;
    Ok(Output::Estimate(found))
}

/// The generator that a picture says to come from.
fn made_by(file: &FileMetadata) -> Option<&str> {
    match &file.recipe.as_ref()?.making {
        Making::Explore(params) => Some(&params.model),
        _ => None,
    }
}

/// The network of this name, or the one for pictures of `generator` that are to be so many times
/// as large.
pub(super) fn network(
    context: &mut JobContext<'_>,
    model: Option<&str>,
    generator: Option<&str>,
    scale: u32,
) -> Result<(String, Arc<dyn Upscaler>), EngineError> {
    let registry = &mut context.state.registry;
    let shipped = || {
        registry
            .upscaler_for(generator, scale)
            .map(|info| info.name.clone())
    };
    let Some(name) = model.map(str::to_owned).or_else(shipped) else {
        return Err(EngineError::BadRequest(
            "there is no upscaling network here; put one into the models folder".into(),
        ));
    };
    context.progress(Stage::Loading, 0, 1);
    let network = context.state.registry.upscaler(&name)?;
    Ok((name, network))
}

/// The same pixels from a recipe: of the picture's file, or, where that is gone, of the picture that
/// its own recipe makes again.
pub(super) fn again(
    context: &mut JobContext<'_>,
    recipe: &Recipe,
    scale: u32,
    wrap: Wrap,
) -> Result<Output, EngineError> {
    let source = recipe.sources.first().ok_or_else(|| {
        EngineError::BadRequest("this recipe doesn't say which picture was upscaled".into())
    })?;
    let model = recipe.models.first().map(|model| model.name.as_str());
    let (_, network) = network(context, model, None, scale)?;
    context.progress(Stage::Reading, 0, 1);
    let found = context.state.photos.source(source);
    let before = match (found, recipe.source_recipe()) {
        (Ok((photo, _)), _) => photo.picture.clone(),
        (Err(_), Some(before)) => match replay::run(context, &before)? {
            Output::Picture { picture, .. } => picture,
            _ => return Err(EngineError::Internal("no picture came".into())),
        },
        (Err(missing), None) => return Err(missing),
    };
    let picture = larger(context, &*network, (&before, wrap), scale)?;
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe.clone()),
    })
}
