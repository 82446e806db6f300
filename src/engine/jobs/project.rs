//! The latent of a generator that comes closest to a photo.

use std::path::Path;

use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, Output, Stage};
use crate::engine::resample::shrink_to;
use crate::models::ModelError;
use crate::models::project::{self, Start};
use crate::recipe::{ExploreParams, LatentOrigin, NoiseMode};

/// The search never looks at more than this.
const LONGEST: u32 = 1024;

/// Searches, showing the picture so far.
pub(super) fn run(
    context: &mut JobContext<'_>,
    path: &Path,
    model: &str,
    class: Option<u32>,
    steps: u32,
) -> Result<Output, EngineError> {
    context.progress(Stage::Loading, 0, 1);
    let generator = context.state.registry.differentiable(model)?;
    let encoder = context.state.registry.encoder_of(model)?;
    let photo = context.state.photos.read(path)?;
    let small = shrink_to(&photo.picture, LONGEST);
    let start = Start {
        encoder: encoder.as_deref(),
        class,
    };
    let stop = context.token();
    let found = project::project(
        generator.as_ref(),
        start,
        &small,
        steps,
        &mut |done, look| {
            let (done, steps) = (u64::from(done), u64::from(steps));
            context.progress_with_look(Stage::Projecting, done, steps, &mut || look().ok());
            context
                .yield_to_previews()
                .map_err(|_| ModelError::Cancelled)
        },
        &stop,
    )?;
    let params = ExploreParams {
        origin: LatentOrigin::Ws(found.ws),
        class,
        truncation_psi: 1.0,
        noise: NoiseMode::Fixed,
        ..ExploreParams::new(model, 0)
    };
    Ok(Output::Projection {
        params: Box::new(params),
        picture: found.picture,
        likeness: found.likeness,
    })
}
