//! The full picture of a generator.

use crate::engine::inference_worker::ModelStudio;
use crate::engine::protocol::{EngineError, Output, Stage};
use crate::engine::recipes::recipe;
use crate::engine::scheduler::Desk;
use crate::recipe::{ExploreParams, Making};

/// Renders at full size.
pub(in crate::engine) fn run(
    studio: &mut ModelStudio,
    desk: &mut Desk,
    params: &ExploreParams,
) -> Result<Output, EngineError> {
    desk.progress(Stage::Rendering, 0, 1);
    let made = studio
        .explore
        .picture(&mut studio.registry, params, None, &desk.token())?;
    let models = vec![studio.model_ref(&params.model)?];
    let mut recipe = recipe(
        Making::Explore(params.clone()),
        models,
        vec![],
        &studio.device,
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
