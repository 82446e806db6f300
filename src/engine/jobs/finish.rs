//! A picture finished: cropped, toned, sharpened, resized.

use std::path::Path;
use std::sync::Arc;

use crate::cancel::CancelToken;
use crate::clock;
use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, Output, Stage, Writing};
use crate::engine::recipes;
use crate::export::metadata;
use crate::export::{self, Provenance};
use crate::finish::{self, FinishError, Progress};
use crate::photo::Photo;
use crate::picture::Picture;
use crate::recipe::{FinishParams, FinishSettings, Making, Recipe};

/// Finishes a picture file.
pub(super) fn run(
    context: &mut JobContext<'_>,
    path: &Path,
    settings: &FinishSettings,
) -> Result<Output, EngineError> {
    let (photo, recipe) = read(context, path, settings)?;
    let picture = watched(context, |stop, progress| {
        finish::finish(&photo.picture, settings, stop, progress)
    })?;
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe),
    })
}

/// Finishes a picture file; one that was finished before keeps its part and shape.
pub(super) fn tones(
    context: &mut JobContext<'_>,
    path: &Path,
    tones: &FinishSettings,
) -> Result<Output, EngineError> {
    let recipe = metadata::read(path)?.recipe;
    let Some(finish) = recipe.as_ref().and_then(|recipe| recipe.finish.as_ref()) else {
        return run(context, path, tones);
    };
    let known = !finish.picture.sha256.is_empty();
    let before = context.state.photos.source(&finish.picture);
    let (Ok((before, _)), true) = (before, known) else {
        return run(context, path, tones);
    };
    let settings = finish.settings.with_tones_of(tones);
    run(context, &before.source.place(), &settings)
}

/// Finishes a picture file into another.
pub(super) fn write(
    context: &mut JobContext<'_>,
    path: &Path,
    settings: &FinishSettings,
    out: &Path,
    writing: &Writing,
) -> Result<Output, EngineError> {
    let (photo, mut recipe) = read(context, path, settings)?;
    let options = &writing.options;
    let deep = watched(context, |stop, progress| {
        finish::finish_deep(&photo.picture, settings, options.space, stop, progress)
    })?;
    context.progress(Stage::Writing, 0, 1);
    if !options.dated {
        recipe.forget_day();
    }
    let cards = context.state.model_cards();
    let provenance = Provenance::of(&recipe, &cards, &writing.creator, &writing.rights);
    export::write_deep(out, &deep, Some(&recipe), &provenance, options)?;
    Ok(Output::File(out.to_path_buf()))
}

/// The same pixels from a recipe: of the picture before, where its file is there, else of the
/// picture that the rest of the recipe makes again.
pub(super) fn again(
    context: &mut JobContext<'_>,
    params: &FinishParams,
    recipe: &Recipe,
) -> Result<Output, EngineError> {
    let before = before(context, params, recipe)?;
    let picture = watched(context, |stop, progress| {
        finish::finish(&before, &params.settings, stop, progress)
    })?;
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe.clone()),
    })
}

fn before(
    context: &mut JobContext<'_>,
    params: &FinishParams,
    recipe: &Recipe,
) -> Result<Picture, EngineError> {
    let missing = match params.picture.sha256.is_empty() {
        true => None,
        false => match context.state.photos.source(&params.picture) {
            Ok((photo, _)) => return Ok(photo.picture.clone()),
            Err(error) => Some(error),
        },
    };
    let made = match (&params.before, &recipe.making) {
        (Some(before), _) => again(context, before, recipe)?,
        (None, Making::Imported) => {
            return Err(missing.unwrap_or_else(|| {
                EngineError::BadRequest("this recipe doesn't say which picture was finished".into())
            }));
        }
        (None, _) => super::replay::unfinished(context, recipe)?,
    };
    match made {
        Output::Picture { picture, .. } => Ok(picture),
        _ => Err(EngineError::Internal("no picture came".into())),
    }
}

/// The picture, and the recipe that it has with the finish.
fn read(
    context: &mut JobContext<'_>,
    path: &Path,
    settings: &FinishSettings,
) -> Result<(Arc<Photo>, Recipe), EngineError> {
    context.progress(Stage::Reading, 0, 1);
    let photo = context.state.photos.read(path)?;
    let found = metadata::read(path)?;
    if let Some(error) = found.recipe_error {
        return Err(EngineError::BadPicture {
            reason: error.to_string(),
            path: path.display().to_string(),
        });
    }
    let recipe = match found.recipe {
        Some(recipe) => recipe,
        None => imported(context, &photo),
    };
    if settings.is_nothing() {
        return Ok((photo, recipe));
    }
    let mut params = FinishParams::new(photo.source.clone(), settings.clone());
    params.before = recipe.finish.clone().map(Box::new);
    let mut recipe = recipe.finished(Some(params));
    recipe.software = recipes::software();
    recipe.created = clock::rfc3339(clock::now());
    Ok((photo, recipe))
}

/// A photo without a recipe of its own.
fn imported(context: &mut JobContext<'_>, photo: &Photo) -> Recipe {
    let sources = vec![photo.source.clone()];
    let device = &context.state.device;
    let mut recipe = recipes::recipe(Making::Imported, Vec::new(), sources, device);
    let origin = context.state.photos.origin(&photo.source);
    recipe.set_origins(origin.into_iter().collect());
    recipe
}

/// Finishing, told as it goes on, with previews in between.
fn watched<T>(
    context: &mut JobContext<'_>,
    work: impl FnOnce(&CancelToken, &mut Progress<'_>) -> Result<T, FinishError>,
) -> Result<T, EngineError> {
    let stop = context.token();
    let mut refused = None;
    let made = work(&stop, &mut |done, all| {
        context.progress(Stage::Rendering, done, all);
        context.yield_to_previews().map_err(|error| {
            refused = Some(error);
            FinishError::Cancelled
        })
    });
    match (made, refused) {
        (Err(_), Some(error)) => Err(error),
        (made, _) => Ok(made?),
    }
}
