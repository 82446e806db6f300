//! What Grow's document asks for, and what is there of it.

use std::sync::Arc;

use crate::app::at_hand;
use crate::app::engine_state::JobEntry;
use crate::app::finals::FinalOf;
use crate::app::previews::Shown;
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::app::work;
use crate::engine::protocol::Work;
use crate::picture::Picture;
use crate::recipe::GrowParams;

/// Pixels, in source and result, up to which the whole picture is grown by itself: some seconds.
const LIVE_PIXELS: u64 = 2_000_000;

/// How far shapes may be from each other: small sizes are rounded.
const ALIKE: f32 = 0.05;

/// What the document asks for.
pub fn params(state: &AppState) -> Option<Arc<GrowParams>> {
    match work::of(Workspace::Grow, state)? {
        Work::Grow(params) => Some(params),
        _ => None,
    }
}

/// The size of what the document asks for, once its pictures are read.
pub fn result_size(state: &AppState) -> Option<[u32; 2]> {
    let source = state.grow_source()?.size;
    if state.doc.grow.keeps()
        && let Some(whole) = at_hand::picture(Workspace::Grow, state)
    {
        // A little smaller, nobody knows how much beforehand.
        return Some(whole.size());
    }
    let structure = state.doc.grow.structure.as_ref();
    let structure = structure.and_then(|s| state.photos.of(s)).map(|p| p.size);
    Some(state.doc.grow.result_size(source, structure))
}

/// Whether the whole picture is grown by itself after each change.
pub fn is_live(state: &AppState) -> bool {
    let pixels = |[w, h]: [u32; 2]| u64::from(w) * u64::from(h);
    let sizes = [
        state.grow_source().map(|photo| photo.size),
        result_size(state),
    ];
    sizes
        .into_iter()
        .all(|size| size.is_some_and(|size| pixels(size) <= LIVE_PIXELS))
}

/// The job that grows what the document asks for.
pub fn at_work(state: &AppState) -> Option<&JobEntry> {
    let params = params(state)?;
    let of = FinalOf {
        work: Work::Grow(params),
        options: None,
    };
    let mut jobs = state.engine.jobs.iter();
    jobs.find(|job| job.of.as_ref() == Some(&of) && !job.cancelling)
}

/// The best of what is there of the picture that the document asks for: all of it, or the size
/// that it has come to.
pub fn picture(state: &AppState) -> Option<&Picture> {
    if let Some(whole) = at_hand::picture(Workspace::Grow, state) {
        return Some(whole);
    }
    let now = work::of(Workspace::Grow, state);
    let draft = state.previews.grow.as_ref();
    let own = draft.filter(|shown| Some(&shown.work) == now.as_ref());
    let look = at_work(state).and_then(|job| job.look.as_ref());
    match (look, own) {
        (Some(look), Some(own)) if look.width() < own.picture.width() => Some(&own.picture),
        (Some(look), _) => Some(look),
        // What was asked for before stays until there is more.
        (None, _) => draft
            .filter(|shown| stands_in(shown, state))
            .map(|shown| &shown.picture),
    }
}

/// Whether an earlier look may stand where the picture is to be: of the same source, in the same
/// shape.
fn stands_in(shown: &Shown, state: &AppState) -> bool {
    let (Work::Grow(params), Some([w, h])) = (&shown.work, result_size(state)) else {
        return false;
    };
    let source = state.doc.grow.source.as_ref();
    let shape = |w: u32, h: u32| w as f32 / h.max(1) as f32;
    let [x, y] = shown.picture.size();
    source.is_some_and(|source| source.sha256 == params.source.sha256)
        && (shape(x, y) / shape(w, h) - 1.0).abs() < ALIKE
}

/// Whether all the pictures that take part are read.
pub fn is_ready(state: &AppState) -> bool {
    let Some(params) = params(state) else {
        return false;
    };
    let mut all = true;
    params.each_picture(&mut |source, _| all &= state.photos.of(source).is_some());
    all
}
