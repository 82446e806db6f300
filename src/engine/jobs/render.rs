//! The full picture of a generator.

use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, Output, Stage};
use crate::engine::recipes::recipe;
use crate::recipe::{ExploreParams, Making};

/// Renders at full size.
pub(super) fn run(
    context: &mut JobContext<'_>,
    params: &ExploreParams,
) -> Result<Output, EngineError> {
    if !params.edits.is_empty() {
        super::directions::ensure(context, &params.model)?;
    }
    context.progress(Stage::Rendering, 0, 1);
    let stop = context.token();
    let made = context
        .state
        .explorer
        .picture(&mut context.state.registry, params, None, &stop)?;
    let models = vec![context.state.model_ref(&params.model)?];
    let mut recipe = recipe(
        Making::Explore(params.clone()),
        models,
        vec![],
        &context.state.device,
    );
    if !params.edits.is_empty() {
        // A direction may be measured anew one day; the numbers stay.
        recipe.resolved_ws = Some(made.ws);
    }
    Ok(Output::Picture {
        picture: made.picture,
        recipe: Box::new(recipe),
    })
}
