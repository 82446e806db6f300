//! The direction sliders of a generator.

use std::sync::Arc;

use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, Output, Stage};
use crate::latent::DirectionSet;
use crate::latent::discover::DiscoveryPlan;
use crate::models::find_directions;

/// From the cache, or found by looking at some hundred pictures.
pub(super) fn run(context: &mut JobContext<'_>, model: &str) -> Result<Output, EngineError> {
    let set = ensure(context, model)?;
    Ok(Output::Directions {
        model: model.to_owned(),
        directions: Arc::new(set.infos()),
    })
}

/// The directions of a model, found now if they aren't known.
pub(super) fn ensure(
    context: &mut JobContext<'_>,
    model: &str,
) -> Result<Arc<DirectionSet>, EngineError> {
    context.progress(Stage::Loading, 0, 1);
    let generator = context.state.registry.generator(model)?;
    let sha = context.state.model_ref(model)?.sha256;
    let w_dim = generator.spec().w_dim;
    let known = &mut context.state.explorer.directions;
    if let Some(set) = known.known(&context.state.registry, model, w_dim) {
        return Ok(set);
    }
    let stop = context.token();
    let set = find_directions(
        generator.as_ref(),
        &sha,
        &DiscoveryPlan::default(),
        &mut |done, total| {
            context.progress(Stage::Sampling, done, total);
            // A refusal comes with the token cancelled, which the search sees.
            context.yield_to_jobs().ok();
        },
        &stop,
    )?;
    context.check()?;
    Ok(context.state.explorer.directions.keep(set))
}
