//! A walk through latent space, frame by frame into a file.

use std::path::Path;

use crate::engine::desk::Desk;
use crate::engine::explore::synthesize;
use crate::engine::protocol::{EngineError, Output, Stage};
use crate::engine::recipes::recipe;
use crate::engine::rooms::ModelStudio;
use crate::export::animation::{AnimationSpec, write_animation};
use crate::export::atomic::Existing;
use crate::export::{self, Provenance, WriteOptions};
use crate::gallery::protocol::Format;
use crate::latent::Walk;
use crate::recipe::{Making, WalkParams};

/// Renders the frames and writes them as they come.
pub(in crate::engine) fn run(
    studio: &mut ModelStudio,
    desk: &mut Desk,
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
        super::directions::ensure(studio, desk, &first.model)?;
    }
    desk.progress(Stage::Loading, 0, 1);
    let generator = studio.registry.generator(&first.model)?;
    let model = studio.model_ref(&first.model)?;
    let set = studio
        .explore
        .directions
        .known(&model.sha256, generator.spec().w_dim);
    let walk = Walk::new(params, generator.as_ref(), &set.as_deref())?;
    let recipe = recipe(Making::Walk(params.clone()), vec![model], vec![]);
    let stop = desk.token();
    let longest = generator.spec().resizable.then_some(max_side);
    let spec = AnimationSpec {
        frames: walk.frames(),
        fps: params.fps,
        looped: params.looped,
    };
    let provenance = Provenance::of(&recipe, &studio.cards(), "", "");
    // The format is only asked of stills; animations take theirs from the name.
    let labels = export::labels(Some(&recipe), &provenance, &WriteOptions::new(Format::Png));
    write_animation(out, Existing::Replace, &spec, &labels, &mut |index| {
        desk.progress(Stage::Rendering, u64::from(index), u64::from(spec.frames));
        desk.breathe(studio)?;
        let ws = walk.frame(index, generator.as_ref())?;
        synthesize(generator.as_ref(), first, &ws, longest, &stop)
    })?;
    Ok(Output::File(out.to_path_buf()))
}
