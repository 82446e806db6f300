//! Recipes: back to the workspace where they were made, and out as text.

use crate::app::history_note;
use std::sync::Arc;

use crate::app::notice::Level;
use crate::app::now::Now;
use crate::app::ports::Services;
use crate::app::sources::reopen_sources;
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::recipe::{ExploreParams, Making, RECIPE_VERSION, Recipe};

/// A recipe goes back to the workspace where it was made.
pub fn reopen_recipe(recipe: Option<&Recipe>, state: &mut AppState, services: &mut Services) {
    let Some(recipe) = recipe else {
        state.toasts.push(
            Level::Info,
            "This picture carries no recipe. It can still be a photo or a style.",
        );
        return;
    };
    if recipe.version > RECIPE_VERSION {
        state.toasts.push(
            Level::Warning,
            "This recipe comes from a newer Limner. Update the program to render it.",
        );
        return;
    }
    let before = state.doc.clone();
    match &recipe.making {
        Making::Explore(params) => {
            if state.engine.model(&params.model).is_none() {
                missing_model(&params.model, state);
                return;
            }
            state.doc.explore.model = params.model.clone();
            state
                .doc
                .explore
                .params
                .insert(params.model.clone(), params.clone());
            state.view.workspace = Workspace::Explore;
            state.view.variations = false;
        }
        Making::Style(params) => {
            if state.engine.model(&params.model).is_none() {
                missing_model(&params.model, state);
                return;
            }
            state.doc.style.set_params(params);
            state.view.workspace = Workspace::Style;
            reopen_sources(state, services);
        }
        Making::Lens(params) => {
            if state.engine.model(&params.model).is_none() {
                missing_model(&params.model, state);
                return;
            }
            let explore = &mut state.doc.explore;
            explore.model = params.model.clone();
            let lens = explore.lens.entry(params.model.clone()).or_default();
            lens.set_params(params);
            state.view.workspace = Workspace::Explore;
            reopen_sources(state, services);
        }
        Making::Walk(walk) => {
            let points = walk
                .points
                .iter()
                .cloned()
                .map(|p| crate::app::document::Bookmark {
                    params: Arc::new(p),
                });
            state.doc.explore.bookmarks = points.collect();
            state.view.workspace = Workspace::Explore;
        }
        Making::Upscale { .. } | Making::Imported => {
            state.toasts.push(
                Level::Info,
                "This picture was imported or only upscaled; it has no settings to go back to.",
            );
        }
    }
    history_note::note(&before, "Open recipe", state, Now::default());
    state.history.commit(&state.doc);
}

fn missing_model(name: &str, state: &mut AppState) {
    state.toasts.push(
        Level::Warning,
        format!(
            "The recipe needs the model '{name}', which isn't here. Get it under Settings, Models."
        ),
    );
}

/// A recipe from the clipboard.
pub fn paste_recipe(text: &str, state: &mut AppState, services: &mut Services) {
    if let Ok(recipe) = serde_json::from_str::<Recipe>(text) {
        reopen_recipe(Some(&recipe), state, services);
    } else if let Ok(params) = serde_json::from_str::<ExploreParams>(text) {
        reopen_recipe(Some(&bare_recipe(Making::Explore(params))), state, services);
    } else {
        state
            .toasts
            .push(Level::Info, "There is no recipe on the clipboard.");
    }
}

/// The recipe of what the front workspace shows.
pub fn current_recipe(state: &AppState) -> Option<Recipe> {
    match state.view.workspace {
        Workspace::Explore => {
            let doc = &state.doc.explore;
            let making = match doc.lens_doc() {
                Some(_) => doc.lens_params().map(Making::Lens),
                None => doc.current().cloned().map(Making::Explore),
            };
            making.map(bare_recipe)
        }
        Workspace::Style => state
            .doc
            .style
            .params()
            .map(|p| bare_recipe(Making::Style(p))),
        Workspace::Gallery => {
            let (_, recipe) = state.gallery.picture(state.gallery.open?)?;
            recipe.cloned()
        }
    }
}

/// [`current_recipe`] as text.
pub fn recipe_as_text(state: &AppState) -> Option<String> {
    serde_json::to_string_pretty(&current_recipe(state)?).ok()
}

/// A recipe with nothing but what was done.
pub fn bare_recipe(making: Making) -> Recipe {
    Recipe {
        version: RECIPE_VERSION,
        software: concat!("Limner ", env!("CARGO_PKG_VERSION")).to_owned(),
        created: String::new(),
        device: String::new(),
        making,
        models: Vec::new(),
        sources: Vec::new(),
        resolved_ws: None,
        extra: serde_json::Map::new(),
    }
}
