//! Models and styles as the engine finds them.

use std::sync::Arc;

use crate::app::explore::document::fresh;
use crate::app::gallery::settings;
use crate::app::jobs;
use crate::app::notice::Level;
use crate::app::ports::Services;
use crate::app::sources;
use crate::app::state::AppState;
use crate::app::timeline::document::TimelineDoc;
use crate::engine::protocol::{
    Library, ModelInfo, ModelKind, StyleInfo, first_style_network, gives_way,
};

/// Models and styles are known: choose what isn't chosen yet, ask for sliders.
pub fn arrived(library: &Arc<Library>, state: &mut AppState, services: &mut Services) {
    let same = only_styles_differ(&state.engine.library, library);
    let known = state.engine.library_known;
    if !same {
        state.engine.forget_sliders_of_others(library);
    }
    state.engine.library = Arc::clone(library);
    state.engine.library_known = true;
    settings::send(state, services);
    sources::tidy_session_pictures(state, services);
    if known && same {
        // What was made is as it was.
        return;
    }
    state.previews.forget();
    state.finals.clear();
    choose_models(state, !known);
    jobs::ask_directions(state, services);
    for (folder, reason) in &library.broken {
        state.toasts.push(
            Level::Warning,
            format!("A model can't be used: {reason} ({})", folder.display()),
        );
    }
}

/// Whether all networks are the same, and the styles that are in both paint as they did: what their
/// names and headings are makes no picture.
fn only_styles_differ(before: &Library, now: &Library) -> bool {
    let same = |style: &StyleInfo| {
        let before = before.styles.iter().find(|old| old.source == style.source);
        before.is_none_or(|old| old.swatch == style.swatch)
    };
    before.models == now.models && before.broken == now.broken && now.styles.iter().all(same)
}

/// Picks a network for each workspace whose document names none; at first, after the start, also where
/// it names an older one of Limner's own that nothing is painted by.
fn choose_models(state: &mut AppState, first: bool) {
    let mut doc = state.doc.clone();
    let library = Arc::clone(&state.engine.library);
    let of = |kind| library.models.iter().filter(move |m| m.kind == kind);
    for model in of(ModelKind::Generator) {
        doc.explore
            .params
            .entry(model.name.clone())
            .or_insert_with(|| fresh(model));
    }
    for model in of(ModelKind::Autoencoder) {
        doc.lens.works.entry(model.name.clone()).or_default();
    }
    if doc.explore.model.is_empty()
        && let Some(model) = first_generator(of(ModelKind::Generator))
    {
        doc.explore.model = model.name.clone();
    }
    if doc.lens.model.is_empty()
        && let Some(model) = first_autoencoder(of(ModelKind::Autoencoder))
    {
        doc.lens.choose(&model.name);
    }
    let style = &doc.style;
    let untouched = style.styles.is_empty() && style.timeline == TimelineDoc::default();
    if (style.model.is_empty() || first && untouched && gives_way(&style.model))
        && let Some(model) = first_style_network(library.models.iter())
    {
        doc.style.model = model.name.clone();
    }
    if doc != state.doc {
        state.doc = doc;
        state.history.amend(&state.doc);
    }
}

/// The generator that the window begins with.
const FIRST: &str = "landscapes_vae";

/// A trained network is the better start, unless it is a sketch; the coordinate
/// network always works.
fn first_generator<'a>(models: impl Iterator<Item = &'a ModelInfo>) -> Option<&'a ModelInfo> {
    let mut all: Vec<&ModelInfo> = models.collect();
    // One that draws at any size fills the window with true pixels.
    all.sort_by_key(|m| (m.name != FIRST, !m.resizable, !m.trained || m.sketch));
    all.into_iter().next()
}

/// Limner's own: it was trained for this, and its sliders are there at once.
fn first_autoencoder<'a>(models: impl Iterator<Item = &'a ModelInfo>) -> Option<&'a ModelInfo> {
    let mut all: Vec<&ModelInfo> = models.collect();
    all.sort_by_key(|m| m.name != "lens");
    all.into_iter().next()
}
