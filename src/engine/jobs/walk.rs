//! A walk through latent space, frame by frame into a file.

use std::path::Path;

use crate::engine::explore::synthesize;
use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, Output, Stage};
use crate::engine::recipes::recipe;
use crate::export::animation::{AnimationWriter, Pace};
use crate::export::format::Format;
use crate::export::{self, Provenance, WriteOptions};
use crate::latent::Walk;
use crate::recipe::{Making, WalkParams};

/// Renders the frames and writes them as they come.
pub(super) fn run(
    context: &mut JobContext<'_>,
    params: &WalkParams,
    max_side: u32,
    out: &Path,
) -> Result<Output, EngineError> {
    let first = params
        .points
        .first()
        .ok_or_else(|| EngineError::BadRequest("a walk needs at least two points".into()))?;
    if params.points.iter().any(|p| p.model != first.model) {
        return Err(EngineError::BadRequest(
            "all points of a walk must be of one model".into(),
        ));
    }
    if params.points.iter().any(|p| !p.edits.is_empty()) {
        super::directions::ensure(context, &first.model)?;
    }
    context.progress(Stage::Loading, 0, 1);
    let generator = context.state.registry.generator(&first.model)?;
    let model = context.state.model_ref(&first.model)?;
    let set = context.state.explorer.directions.known(
        &context.state.registry,
        &first.model,
        generator.spec().w_dim,
    );
    let walk = Walk::new(params, generator.as_ref(), &set.as_deref())?;
    let mut recipe = recipe(
        Making::Walk(params.clone()),
        vec![model],
        vec![],
        &context.state.device,
    );
    recipe.extra.insert("max_side".into(), max_side.into());
    let stop = context.token();
    let longest = generator.spec().resizable.then_some(max_side);
    let provenance = Provenance::of(&recipe, &context.state.model_cards(), "", "");
    // The format is only asked of stills; animations take theirs from the name.
    let labels = export::labels(Some(&recipe), &provenance, &WriteOptions::new(Format::Png));
    let mut writer = None;
    for index in 0..walk.frames() {
        context.progress(Stage::Rendering, index.into(), walk.frames().into());
        context.yield_to_previews()?;
        let ws = walk.frame(index, generator.as_ref())?;
        let picture = synthesize(generator.as_ref(), first, &ws, longest, &stop)?;
        // The first frame has the size.
        let writer = match &mut writer {
            Some(writer) => writer,
            None => {
                let pace = Pace {
                    size: picture.size(),
                    frames: walk.frames(),
                    fps: params.fps,
                    forever: params.looped,
                };
                writer.insert(AnimationWriter::create(out, pace, &labels)?)
            }
        };
        writer.write_frame(&picture)?;
    }
    if let Some(writer) = writer {
        context.progress(Stage::Writing, 0, 1);
        writer.finish()?;
    }
    Ok(Output::File(out.to_path_buf()))
}
