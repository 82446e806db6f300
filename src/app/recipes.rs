//! Recipes: back to the workspace where they were made, and out as text.

use crate::app::explore::edit::ExploreEdit;
use crate::app::grow::edit::GrowEdit;
use crate::app::lens::edit::LensEdit;
use crate::app::notice::Level;
use crate::app::now::Now;
use crate::app::ports::Services;
use crate::app::spaces::edit::SpacesEdit;
use crate::app::spaces::strip_doc::StripDoc;
use crate::app::state::AppState;
use crate::app::style::document::{EXTRA as FINE, FineWay, Quality};
use crate::app::style::edit::StyleEdit;
use crate::app::style::fine;
use crate::app::timeline::document::TimelineDoc;
use crate::app::timeline::edit::TimelineEdit;
use crate::app::view::Workspace;
use crate::app::work;
use crate::app::{explore, grow, jobs, lens, spaces, style, timeline};
use crate::engine::protocol::{FINE_STEPS, ModelKind};
use crate::engine::surface_job::MaterialSettings;
use crate::recipe::{
    EVERY_SIZE, ExploreParams, GrowTask, Making, RECIPE_VERSION, Recipe, RecipeError, STROKES,
    STYLIZE, UNFINISHED_VERSION,
};

/// Longer side of a film whose recipe doesn't say, pixels.
const WALK_SIDE: u32 = 512;
/// Name of the step in the history.
const LABEL: &str = "Open recipe";

/// A recipe goes back to the workspace where it was made. Numbers beyond what sliders
/// allow come to their nearest end, and the user is told.
pub(in crate::app) fn reopen_recipe(
    recipe: Option<&Recipe>,
    state: &mut AppState,
    services: &mut Services,
    now: Now,
) {
    let Some(recipe) = recipe else {
        state.toasts.push(
            Level::Info,
            "This picture carries no recipe. It can still be a photo or a style.",
        );
        return;
    };
    if recipe.version > RECIPE_VERSION {
        newer(state);
        return;
    }
    if let (Making::Upscale { .. }, Some(before)) = (&recipe.making, recipe.source_recipe()) {
        let words =
            "This is the picture before it was upscaled; Upscale makes the larger one again.";
        state.toasts.push(Level::Info, words);
        return reopen_recipe(Some(&before), state, services, now);
    }
    if open(recipe, state, services, now) {
        tell_other_versions(recipe, state);
        if recipe.finish.is_some() {
            let words = "This is the picture before it was finished; Finish… on the finished one goes on with that.";
            state.toasts.push(Level::Info, words);
        }
        state.history.commit(&state.doc);
        jobs::ask_directions(state, services);
    }
}

/// Hands what was made to its workspace; whether there is one.
fn open(recipe: &Recipe, state: &mut AppState, services: &mut Services, now: Now) -> bool {
    let (workspace, outside) = match recipe.making.clone() {
        Making::Explore(mut params) => {
            if !has(&params.model, &[ModelKind::Generator], state) {
                return false;
            }
            let outside = params.confine();
            let params = Box::new(params);
            if !params.domain.is_plane() {
                let edit = SpacesEdit::Waves {
                    params,
                    label: LABEL,
                };
                spaces::apply::edit(edit, state, services, now);
                state.view.go(Workspace::Spaces);
                tell_outside(&outside, state);
                return true;
            }
            let edit = ExploreEdit::Replace {
                params,
                label: LABEL,
            };
            explore::apply::edit(edit, state, now);
            state.view.variations = false;
            (Workspace::Explore, outside)
        }
        Making::Style(mut params) => {
            let kinds = [ModelKind::Style, ModelKind::OneStyle];
            if !has(&params.model, &kinds, state) {
                return false;
            }
            let outside = params.confine();
            let params = Box::new(params);
            let fine = fine_way(recipe, state);
            take_side(recipe, state);
            let edit = StyleEdit::Replace {
                params,
                fine,
                label: LABEL,
            };
            style::apply::edit(edit, state, services, now);
            (Workspace::Style, outside)
        }
        Making::Lens(mut params) => {
            if !has(&params.model, &[ModelKind::Autoencoder], state) {
                return false;
            }
            let outside = params.confine();
            let params = Box::new(params);
            let edit = LensEdit::Replace {
                params,
                label: LABEL,
            };
            lens::apply::edit(edit, state, services, now);
            (Workspace::Lens, outside)
        }
        Making::Walk(mut walk) => {
            let outside = walk.confine();
            let said = |name| recipe.extra.get(name).and_then(serde_json::Value::as_u64);
            let side = said("max_side").map_or(WALK_SIDE, |side| side.clamp(16, 3840) as u32);
            let enlarge = said("enlarge").map_or(1, |scale| scale.clamp(1, 4) as u32);
            let timeline = Box::new(TimelineDoc::of_film(walk.into(), side, enlarge));
            let edit = TimelineEdit::Replace {
                timeline,
                label: LABEL,
            };
            state.view.timeline = true;
            timeline::apply::edit(edit, state, now);
            state.view.variations = false;
            (Workspace::Explore, outside)
        }
        Making::StyleWalk(mut walk) => {
            let outside = walk.confine();
            let Some(first) = walk.points.first().cloned() else {
                return false;
            };
            if !has(
                &first.model,
                &[ModelKind::Style, ModelKind::OneStyle],
                state,
            ) {
                return false;
            }
            let edit = StyleEdit::Replace {
                params: Box::new(first),
                fine: None,
                label: LABEL,
            };
            style::apply::edit(edit, state, services, now);
            let said = recipe
                .extra
                .get("max_side")
                .and_then(serde_json::Value::as_u64);
            let side = said.map_or(WALK_SIDE, |side| side.clamp(16, 3840) as u32);
            let edit = TimelineEdit::Replace {
                timeline: Box::new(TimelineDoc::of_film(walk.into(), side, 1)),
                label: LABEL,
            };
            state.view.timeline = true;
            timeline::apply::edit(edit, state, now);
            (Workspace::Style, outside)
        }
        Making::Grow(mut params) => {
            let outside = params.confine();
            if let GrowTask::FullTurn(turn) = params.task {
                let strip = StripDoc::of(&params, turn);
                let edit = SpacesEdit::Strip(params.source, strip.into());
                spaces::apply::edit(edit, state, services, now);
                state.view.go(Workspace::Spaces);
                tell_outside(&outside, state);
                return true;
            }
            let params = Box::new(params);
            let edit = GrowEdit::Replace {
                params,
                label: LABEL,
            };
            grow::apply::edit(edit, state, services, now);
            state.view.grow_grid = false;
            (Workspace::Grow, outside)
        }
        Making::Turn(mut params) => {
            let outside = params.confine();
            state.view.spaces.gaze = spaces::film::gaze(&params);
            let edit = SpacesEdit::Turn(Box::new(params));
            spaces::apply::edit(edit, state, services, now);
            (Workspace::Spaces, outside)
        }
        Making::Material(params) => {
            let maps = params.settings.get("maps").cloned().unwrap_or_default();
            let settings = serde_json::from_value::<MaterialSettings>(maps);
            let Ok(settings) = settings
                .map_err(drop)
                .and_then(|s| s.check().map(|()| s).map_err(drop))
            else {
                let words = "This material has settings that are not known here; update Limner to go on with it.";
                state.toasts.push(Level::Warning, words);
                return false;
            };
            let edit = SpacesEdit::MaterialOf(params.picture, settings.into());
            spaces::apply::edit(edit, state, services, now);
            (Workspace::Spaces, Vec::new())
        }
        Making::Upscale { .. } | Making::Hang(_) | Making::Imported => {
            state.toasts.push(
                Level::Info,
                "This picture was imported or only upscaled; it has no settings to go back to.",
            );
            return false;
        }
    };
    state.view.go(workspace);
    tell_outside(&outside, state);
    true
}

/// The size that a recipe's stylised photo was made at, where that is said: its longer side at most,
/// or the photo's own.
fn take_side(recipe: &Recipe, state: &mut AppState) {
    let ways = [FINE, STYLIZE].map(|way| recipe.extra.get(way));
    let said = ways
        .into_iter()
        .flatten()
        .find_map(|way| way.get("max_side"));
    match said.map(|side| (side.is_null(), side.as_u64())) {
        Some((true, _)) => state.view.style_side = None,
        Some((_, Some(side))) => state.view.style_side = u32::try_from(side.max(1)).ok(),
        _ => {}
    }
}

/// How *Fine* made a recipe's picture, if it did.
fn fine_way(recipe: &Recipe, state: &mut AppState) -> Option<FineWay> {
    match FineWay::of(recipe) {
        Ok(way) => way,
        Err(error) => {
            let words = format!(
                "The recipe doesn't say how Fine went about it ({error}); it takes its usual steps."
            );
            state.toasts.push(Level::Warning, words);
            Some(FineWay::Steps(FINE_STEPS))
        }
    }
}

/// Whether a recipe's network is here; says so if not.
fn has(name: &str, kinds: &[ModelKind], state: &mut AppState) -> bool {
    let found = state.engine.model(name).map(|m| m.kind);
    if found.is_some_and(|kind| kinds.contains(&kind)) {
        return true;
    }
    let words = match found {
        None => {
            format!(
                "The recipe needs the model '{name}', which isn't here. Get it under Settings, Models."
            )
        }
        Some(_) => format!(
            "The model '{name}' can't make what this recipe describes: it is of another kind. \
             See Settings, Models."
        ),
    };
    state.toasts.push(Level::Warning, words);
    false
}

/// Says which networks are here by name, but not as they were when the recipe's picture was made.
/// Styles that were learnt name their file's hash beside it, and another one isn't painted at all.
fn tell_other_versions(recipe: &Recipe, state: &mut AppState) {
    for made_by in recipe.models.iter().filter(|m| !m.sha256.is_empty()) {
        let here = state.engine.model(&made_by.name);
        if let Some(here) = here.filter(|here| here.sha256 != made_by.sha256) {
            let words = format!(
                "{} is another version now than the one that made this; the picture will differ.",
                here.title
            );
            state.toasts.push(Level::Warning, words);
        }
    }
}

/// Silently another picture than the recipe's would be worse than a word too many.
fn tell_outside(names: &[&str], state: &mut AppState) {
    if !names.is_empty() {
        let words = format!(
            "This recipe goes beyond what the sliders allow; the nearest values were taken for: {}.",
            names.join(", ")
        );
        state.toasts.push(Level::Warning, words);
    }
}

fn newer(state: &mut AppState) {
    let words = "This recipe comes from a newer Limner. Update the program to render it.";
    state.toasts.push(Level::Warning, words);
}

fn explore_params(text: &str) -> Option<ExploreParams> {
    serde_json::from_value(crate::recipe::json::parse(text).ok()?).ok()
}

/// A recipe from the clipboard.
pub(in crate::app) fn paste_recipe(
    text: &str,
    state: &mut AppState,
    services: &mut Services,
    now: Now,
) {
    match Recipe::from_json(text) {
        Ok(recipe) => reopen_recipe(Some(&recipe), state, services, now),
        Err(RecipeError::Newer(_) | RecipeError::NewerFinish(_)) => newer(state),
        Err(_) => match explore_params(text) {
            Some(params) => {
                let recipe = bare_recipe(Making::Explore(params));
                reopen_recipe(Some(&recipe), state, services, now);
            }
            None => {
                let words = "There is no recipe on the clipboard.";
                state.toasts.push(Level::Info, words);
            }
        },
    }
}

/// The recipe of what the front workspace shows.
pub fn current_recipe(state: &AppState) -> Option<Recipe> {
    if let Some(work) = state.finishing() {
        return work.finished_recipe();
    }
    match state.view.workspace {
        Workspace::Gallery => {
            let (_, recipe) = state.gallery.picture(state.gallery.open?)?;
            recipe.cloned()
        }
        Workspace::Style if fine::result(state).is_some() => fine::result_recipe(state),
        workspace => {
            let mut recipe = work::making(&work::of(workspace, state)?).map(bare_recipe)?;
            if workspace == Workspace::Style {
                write_style_way(state, &mut recipe);
            }
            Some(recipe.versioned())
        }
    }
}

/// Notes how the picture is made and how large, as its job would.
fn write_style_way(state: &AppState, recipe: &mut Recipe) {
    let (style, side) = (&state.doc.style, state.view.style_side);
    match style.quality {
        Quality::Fine => style.fine.write(side, recipe),
        Quality::Fast => {
            let way = serde_json::json!({ "max_side": side, STROKES: EVERY_SIZE });
            recipe.extra.insert(STYLIZE.to_owned(), way);
        }
    }
}

/// [`current_recipe`] as text, with names of sources only where files get them, too: text
/// on the clipboard leaves the machine as easily.
pub fn recipe_as_text(state: &AppState) -> Option<String> {
    let recipe = current_recipe(state)?;
    Some(match state.prefs.source_names {
        true => recipe.to_json_pretty(),
        false => recipe.without_source_names().to_json_pretty(),
    })
}

/// A recipe with nothing but what was done.
pub fn bare_recipe(making: Making) -> Recipe {
    Recipe {
        version: UNFINISHED_VERSION,
        software: concat!("Limner ", env!("CARGO_PKG_VERSION")).to_owned(),
        created: String::new(),
        device: String::new(),
        making,
        models: Vec::new(),
        sources: Vec::new(),
        resolved_ws: None,
        finish: None,
        extra: serde_json::Map::new(),
    }
    .versioned()
}
