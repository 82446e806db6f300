//! The direction sliders of a generator.

use std::sync::Arc;

use crate::engine::inference_worker::ModelStudio;
use crate::engine::protocol::{EngineError, Output, Stage};
use crate::engine::scheduler::Desk;
use crate::latent::DirectionSet;
use crate::latent::discover::Plan;
use crate::models::find_directions;

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
    let known = &mut studio.explore.directions;
    if let Some(set) = known.known(&studio.registry, model, w_dim) {
        return Ok(set);
    }
    let stop = desk.token();
    let set = find_directions(
        generator.as_ref(),
        &sha,
        &Plan::default(),
        &mut |done, total| {
            desk.progress(Stage::Sampling, done, total);
            // A refusal comes with the token cancelled, which the search sees.
            desk.stand_back(studio).ok();
        },
        &stop,
    )?;
    desk.check()?;
    Ok(studio.explore.directions.keep(set))
}
