//! Looking for a photo among a generator's pictures.

use std::path::Path;

use crate::app::state::AppState;
use crate::engine::protocol::Job;

/// Steps of a search.
const STEPS: u32 = 120;

/// Why no photo can be looked for in the generator at hand; `None` where one can.
pub(in crate::app) fn why_not(state: &AppState) -> Option<String> {
    let Some(model) = state.generator() else {
        return Some("There is no generator here to look for a photo in.".into());
    };
    (!model.can_project).then(|| {
        format!(
            "No photo can be looked for in {}: it is {}. Choose another network.",
            model.title, model.family
        )
    })
}

/// The search, from the class that is chosen.
pub(in crate::app) fn job(photo: &Path, state: &AppState) -> Job {
    let params = state.doc.explore.current();
    Job::Project {
        path: photo.to_owned(),
        model: state.doc.explore.model.clone(),
        class: params.and_then(|params| params.class),
        steps: STEPS,
    }
}
