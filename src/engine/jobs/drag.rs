//! Dragging points of a generated picture.

use crate::engine::drag_job::DragJob;
use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, Output, Stage};
use crate::engine::recipes::recipe;
use crate::engine::resample::shrink;
use crate::models::Generator;
use crate::models::drag::Drag;
use crate::recipe::{ExploreParams, LatentOrigin, Making};

/// Drags until all points have arrived or the steps are used up; tells the picture so far.
pub(super) fn run(context: &mut JobContext<'_>, job: &DragJob) -> Result<Output, EngineError> {
    context.progress(Stage::Loading, 0, 1);
    let generator = context.state.registry.stylegan2(&job.params.model)?;
    let stop = context.token();
    let (_, ws) = context
        .state
        .explorer
        .latents(&mut context.state.registry, &job.params)?;
    let movable = match &job.movable {
        Some(path) => {
            let mask = context.state.photos.read(path)?;
            let mask = shrink(&mask.picture, generator.spec().size);
            Some(brightness(mask.rgba()))
        }
        None => None,
    };
    let mut drag = Drag::new(&generator, &ws, &job.points, movable.as_deref(), &stop)?;
    let params = |ws| ExploreParams {
        origin: LatentOrigin::Ws(ws),
        truncation_psi: 1.0,
        edits: Vec::new(),
        mix: None,
        ..job.params.clone()
    };
    for step in 0..job.steps {
        if drag.arrived() {
            break;
        }
        let look = || generator.synthesize(&drag.ws()?, job.params.noise, None, &stop);
        let (done, steps) = (u64::from(step), u64::from(job.steps));
        context.progress_with_look(Stage::Projecting, done, steps, &mut || look().ok());
        context.yield_to_previews()?;
        drag.step(&stop)?;
    }
    let ws = drag.ws()?;
    let picture = generator.synthesize(&ws, job.params.noise, None, &stop)?;
    let models = vec![context.state.model_ref(&job.params.model)?];
    let recipe = recipe(
        Making::Explore(params(ws)),
        models,
        vec![],
        &context.state.device,
    );
    Ok(Output::Dragged {
        points: drag.points().to_vec(),
        picture,
        recipe: Box::new(recipe),
    })
}

/// 0 to 1 for each pixel.
fn brightness(rgba: &[u8]) -> Vec<f32> {
    let pixels = rgba.as_chunks::<4>().0.iter();
    pixels
        .map(|p| f32::from(p[0].max(p[1]).max(p[2])) * f32::from(p[3]) / 65_025.0)
        .collect()
}
