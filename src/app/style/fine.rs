//! *Fine* in Style, as the document asks for it: the request, and what is there of it.

use crate::app::engine_state::JobEntry;
use crate::app::jobs;
use crate::app::state::AppState;
use crate::app::style::document::{FineWay, Quality};
use crate::app::style::fine_state::{FineRequest, FineResult};
use crate::engine::protocol::{Effort, FineOptions, Rendering, StylizeOptions};
use crate::picture::Picture;
use crate::recipe::{Recipe, SourceRef, StyleParams, StyleSource};

/// Bytes that the window and its previews take beside *Fine*.
const WINDOW: u64 = 256 << 20;

/// How Style makes a picture at full size.
pub fn rendering(state: &AppState) -> Rendering {
    let fast = jobs::style_options(state);
    match state.doc.style.quality {
        Quality::Fast => Rendering::Fast(fast),
        Quality::Fine => Rendering::Fine(options(state, &fast)),
    }
}

/// What the document asks for; nothing in *Fast*, and without photo or styles.
pub fn request(state: &AppState) -> Option<FineRequest> {
    let Rendering::Fine(options) = rendering(state) else {
        return None;
    };
    let params = state.doc.style.params().filter(|p| !p.styles.is_empty())?;
    Some(FineRequest {
        params: params.into(),
        options,
    })
}

/// Size and work as the document and the view have them.
pub(in crate::app) fn options(state: &AppState, fast: &StylizeOptions) -> FineOptions {
    let doc = &state.doc.style;
    let effort = match &doc.fine {
        FineWay::Again(again) if again.max_side == fast.max_side => {
            Effort::Again(again.scales.clone())
        }
        way => Effort::Steps(way.steps()),
    };
    FineOptions {
        max_side: fast.max_side,
        memory_budget: fast.memory_budget.saturating_sub(WINDOW),
        effort,
    }
}

/// The job that paints what the document asks for.
pub fn at_work(state: &AppState) -> Option<&JobEntry> {
    if state.fine.jobs.is_empty() {
        return None;
    }
    painting(&request(state)?, state)
}

/// The job that paints this.
pub(in crate::app) fn painting<'a>(
    request: &FineRequest,
    state: &'a AppState,
) -> Option<&'a JobEntry> {
    let mut jobs = state.fine.jobs.iter();
    let job = jobs.find(|job| job.request == *request)?;
    state.engine.jobs.iter().find(|entry| entry.id == job.id)
}

/// All jobs that paint, in order.
pub fn all_at_work(state: &AppState) -> impl Iterator<Item = (&JobEntry, &FineRequest)> {
    state.fine.jobs.iter().filter_map(|job| {
        let entry = state.engine.jobs.iter().find(|entry| entry.id == job.id)?;
        Some((entry, &job.request))
    })
}

/// The picture that the document asks for, if it has been painted.
pub fn result(state: &AppState) -> Option<&FineResult> {
    if state.fine.made.is_empty() {
        return None;
    }
    painted(&request(state)?, state)
}

/// The picture of this, if it has been painted.
pub(in crate::app) fn painted<'a>(
    request: &FineRequest,
    state: &'a AppState,
) -> Option<&'a FineResult> {
    let mut made = state.fine.made.iter().rev();
    made.find(|made| made.request == *request)
}

/// The recipe of that.
pub(in crate::app) fn result_recipe(state: &AppState) -> Option<Recipe> {
    let request = request(state)?;
    let mut recipe = (*painted(&request, state)?.recipe).clone();
    credit(&mut recipe, &request.params);
    Some(recipe)
}

/// Notes in the recipe of a picture that was painted what is said now of who made its sources, and
/// under what licence they are.
pub(in crate::app) fn credit(recipe: &mut Recipe, params: &StyleParams) {
    let files = params.styles.iter().filter_map(|layer| match &layer.style {
        StyleSource::File(source) => Some(source),
        StyleSource::Builtin(_) => None,
    });
    let said: Vec<&SourceRef> = files.chain([&params.photo]).collect();
    recipe.each_source(&mut |source| {
        let same = |other: &&&SourceRef| !other.sha256.is_empty() && other.sha256 == source.sha256;
        if let Some(now) = said.iter().find(same) {
            source.artist.clone_from(&now.artist);
            source.licence.clone_from(&now.licence);
        }
    });
}

/// What the canvas shows of it: the work so far, or what came of it.
pub fn picture(state: &AppState) -> Option<&Picture> {
    let so_far = at_work(state).and_then(|job| job.look.as_ref());
    so_far.or_else(|| result(state).map(|made| &made.picture))
}
