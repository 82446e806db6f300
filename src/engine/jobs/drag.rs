//! Dragging points of a generated picture.

use crate::engine::drag_job::{DragJob, Movable};
use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, Event, Output, Stage};
use crate::engine::recipes::recipe;
use crate::engine::resample::shrink;
use crate::models::differentiable::Setting;
use crate::models::drag::Drag;
use crate::recipe::{ExploreParams, LatentOrigin, Making, PixelRegion};

/// Drags until all points have arrived, the steps are used up or the job is told to finish; tells
/// the picture after each step.
pub(super) fn run(context: &mut JobContext<'_>, job: &DragJob) -> Result<Output, EngineError> {
    if !job.params.edits.is_empty() {
        super::directions::ensure(context, &job.params.model)?;
    }
    context.progress(Stage::Loading, 0, 1);
    let generator = context.state.registry.draggable(&job.params.model)?;
    let stop = context.token();
    let (_, ws) = context
        .state
        .explorer
        .latents(&mut context.state.registry, &job.params)?;
    let setting = Setting {
        noise: job.params.noise,
        transform: job.params.transform,
    };
    let movable = movable(context, job, generator.spec().size)?;
    let mut drag = Drag::new(
        generator.as_ref(),
        &ws,
        setting,
        &job.points,
        movable.as_deref(),
        &stop,
    )?;
    let mut steps = 0;
    while steps < job.steps && !drag.arrived() && !stop.is_finishing() {
        let (done, all) = (u64::from(steps), u64::from(job.steps));
        context.progress(Stage::Dragging, done, all);
        context.yield_to_previews()?;
        drag.step(&stop)?;
        steps += 1;
        if let Some(id) = context.id().filter(|_| job.watched) {
            context.emit(Event::Dragged {
                id,
                steps,
                points: drag.points().to_vec(),
                picture: drag.picture(&stop)?,
            });
        }
    }
    let params = ExploreParams {
        origin: LatentOrigin::Ws(drag.ws()?),
        truncation_psi: 1.0,
        edits: Vec::new(),
        mix: None,
        ..job.params.clone()
    };
    let registry = &mut context.state.registry;
    let explorer = &mut context.state.explorer;
    let picture = explorer.picture(registry, &params, None, &stop)?.picture;
    let models = vec![context.state.model_ref(&job.params.model)?];
    let recipe = recipe(
        Making::Explore(params),
        models,
        vec![],
        &context.state.device,
    );
    Ok(Output::Dragged {
        points: drag.points().to_vec(),
        steps,
        picture,
        recipe: Box::new(recipe),
    })
}

/// A number for each pixel: where the picture may change.
fn movable(
    context: &mut JobContext<'_>,
    job: &DragJob,
    size: [u32; 2],
) -> Result<Option<Vec<f32>>, EngineError> {
    Ok(match &job.movable {
        None => None,
        Some(Movable::File(path)) => {
            let mask = context.state.photos.read(path)?;
            Some(brightness(shrink(&mask.picture, size).rgba()))
        }
        Some(Movable::Painted(mask)) => Some(mask.coverage(size, PixelRegion::whole(size))),
    })
}

/// 0 to 1 for each pixel.
fn brightness(rgba: &[u8]) -> Vec<f32> {
    let pixels = rgba.as_chunks::<4>().0.iter();
    pixels
        .map(|p| f32::from(p[0].max(p[1]).max(p[2])) * f32::from(p[3]) / 65_025.0)
        .collect()
}
