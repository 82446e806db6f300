//! The direction sliders of a generator.

use std::sync::Arc;

use crate::engine::desk::Desk;
use crate::engine::directions;
use crate::engine::protocol::{EngineError, Output, Stage};
use crate::engine::rooms::ModelStudio;
use crate::latent::DirectionSet;
use crate::latent::discover::Plan;

/// From the cache, or found by looking at some hundred pictures.
pub(in crate::engine) fn run(
    studio: &mut ModelStudio,
    desk: &mut Desk,
    model: &str,
) -> Result<Output, EngineError> {
    let set = ensure(studio, desk, model)?;
    Ok(Output::Directions {
        model: model.to_owned(),
        directions: Arc::new(set.infos()),
    })
}

/// The directions of a model, found now if they aren't known.
pub(in crate::engine) fn ensure(
    studio: &mut ModelStudio,
    desk: &mut Desk,
    model: &str,
) -> Result<Arc<DirectionSet>, EngineError> {
    desk.progress(Stage::Loading, 0, 1);
    let generator = studio.registry.generator(model)?;
    let sha = studio.model_ref(model)?.sha256;
    let w_dim = generator.spec().w_dim;
    if let Some(set) = studio.explore.directions.known(&sha, w_dim) {
        return Ok(set);
    }
    let stop = desk.token();
    let set = directions::find(
        generator.as_ref(),
        &sha,
        &Plan::default(),
        &stop,
        &mut |done, total| {
            desk.progress(Stage::Sampling, done, total);
            desk.breathe(studio)
        },
    )?;
    Ok(studio.explore.directions.keep(set))
}
