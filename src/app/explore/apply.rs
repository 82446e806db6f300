//! Changes of Explore, each noted in the history.

use std::sync::Arc;

use crate::app::command::Command;
use crate::app::explore::document::{Bookmark, ExploreDoc};
use crate::app::explore::drag;
use crate::app::explore::edit::ExploreEdit;
use crate::app::explore::random_walk::LatentWalk;
use crate::app::history_note;
use crate::app::now::Now;
use crate::app::random;
use crate::app::sliders::apply::{self as sliders, Dice};
use crate::app::sliders::edit::SliderEdit;
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::recipe::{LatentOrigin, ranges};

/// Largest random seed: six digits can be remembered and typed.
const SEEDS: u64 = 1_000_000;
/// How far "randomise" goes, mostly, in σ.
const REACH: f32 = 2.0;

/// Changes Explore.
pub fn edit(edit: ExploreEdit, state: &mut AppState, now: Now) {
    let label = label(&edit, state);
    let kind = kind(&edit, &label);
    if matches!(&edit, ExploreEdit::Drag(edit) if edit.begins()) {
        // Quick points and dabs are steps of their own.
        state.history.commit(&state.doc);
    }
    let before = state.doc.clone();
    let directions = state.directions();
    let dice = Dice {
        directions: directions
            .map(|all| all.iter().map(|d| d.id.clone()).collect())
            .unwrap_or_default(),
        reach: REACH,
        random: random::number(&mut state.random),
    };
    apply(edit, &mut state.doc.explore, &dice);
    history_note::note(&before, &label, kind.as_deref(), state, now);
}

/// Commands of Explore.
pub fn command(command: Command, state: &mut AppState, now: Now) {
    let seed = state.doc.explore.seed();
    let change = match command {
        Command::NewSeed => ExploreEdit::Seed(random::number(&mut state.random) % SEEDS),
        Command::NextSeed => ExploreEdit::Seed(seed.map_or(0, |s| s.wrapping_add(1))),
        Command::PreviousSeed => ExploreEdit::Seed(seed.map_or(0, |s| s.saturating_sub(1))),
        Command::RandomiseSliders => ExploreEdit::Sliders(SliderEdit::Randomise),
        Command::ResetSliders => ExploreEdit::Sliders(SliderEdit::Reset),
        Command::AddBookmark => ExploreEdit::AddBookmark,
        Command::LatentWalk => {
            state.latent_walk = match state.latent_walk {
                Some(_) => None,
                None => {
                    // It ends where its picture isn't seen.
                    state.view.go(Workspace::Explore);
                    Some(LatentWalk::new(random::number(&mut state.random)))
                }
            };
            return;
        }
        _ => return,
    };
    edit(change, state, now);
}

/// Moves the latent walk on, if one is played. Whether one is. It ends once Explore isn't in front.
pub fn walk_on(state: &mut AppState, now: Now) -> bool {
    let Some(mut walk) = state.latent_walk.take() else {
        return false;
    };
    if !is_in_front(state) {
        return false;
    }
    let directions = state.directions().cloned();
    let base = state.doc.explore.current().cloned();
    let moves = directions.zip(base).map(|(directions, base)| {
        walk.at(&base, &directions, state.doc.explore.sliders(), now.time)
    });
    let walks = moves.is_some();
    if let Some(params) = moves {
        let change = ExploreEdit::Replace {
            params: Box::new(params),
            label: "Latent walk",
        };
        edit(change, state, now);
    }
    state.latent_walk = Some(walk);
    walks
}

/// Whether Explore's own picture is on the canvas.
fn is_in_front(state: &AppState) -> bool {
    let view = &state.view;
    view.workspace == Workspace::Explore && !view.start_page && state.finishing().is_none()
}

/// What is gathered into one step when it comes soon after the same.
fn kind(edit: &ExploreEdit, label: &str) -> Option<String> {
    match edit {
        ExploreEdit::Sliders(edit) => sliders::kind(edit, label),
        ExploreEdit::Psi(_) | ExploreEdit::Mix(_) | ExploreEdit::Transform(_) => {
            Some(label.to_owned())
        }
        _ => None,
    }
}

fn label(edit: &ExploreEdit, state: &AppState) -> String {
    match edit {
        ExploreEdit::Model(name) => state
            .engine
            .model(name)
            .map_or_else(|| name.clone(), |m| m.title.clone()),
        ExploreEdit::Seed(seed) => format!("Seed {seed}"),
        ExploreEdit::Psi(_) => state.engine.variety(&state.doc.explore.model).to_owned(),
        ExploreEdit::Class(_) => "Class".to_owned(),
        ExploreEdit::Mix(_) => "Style mixing".to_owned(),
        ExploreEdit::Noise(_) => "Noise".to_owned(),
        ExploreEdit::Size(_) => "Size".to_owned(),
        ExploreEdit::Transform(_) => "Move and rotate".to_owned(),
        ExploreEdit::Sliders(edit) => {
            let known = state.directions().map_or(&[][..], |d| &d[..]);
            sliders::label(edit, |id| state.doc.explore.sliders().name(id, known))
        }
        ExploreEdit::Replace { label, .. } => (*label).to_owned(),
        ExploreEdit::Drag(edit) => edit.label().to_owned(),
        ExploreEdit::Dragged { .. } => "Drag".to_owned(),
        ExploreEdit::AddBookmark => "Add bookmark".to_owned(),
        ExploreEdit::RemoveBookmark(_) => "Remove bookmark".to_owned(),
        ExploreEdit::MoveBookmark { .. } => "Move bookmark".to_owned(),
    }
}

fn apply(edit: ExploreEdit, doc: &mut ExploreDoc, dice: &Dice) {
    match edit {
        ExploreEdit::Model(name) => {
            if doc.params.contains_key(&name) {
                doc.model = name;
            }
        }
        ExploreEdit::Sliders(edit) => {
            if let Some(mut all) = doc.sliders_mut() {
                sliders::apply(edit, &mut all, dice);
            }
        }
        ExploreEdit::Drag(edit) => drag::apply(edit, doc.drag_mut()),
        ExploreEdit::Dragged { mut params, points } => {
            params.confine();
            doc.model = params.model.clone();
            doc.drag_mut().points = points;
            doc.params.insert(params.model.clone(), *params);
        }
        ExploreEdit::AddBookmark => {
            if let Some(params) = doc.current().cloned() {
                doc.bookmarks.push(Bookmark {
                    params: Arc::new(params),
                });
            }
        }
        ExploreEdit::RemoveBookmark(at) => {
            if at < doc.bookmarks.len() {
                doc.bookmarks.remove(at);
            }
        }
        ExploreEdit::MoveBookmark { from, to } => {
            if from < doc.bookmarks.len() {
                let point = doc.bookmarks.remove(from);
                let to = if to > from { to - 1 } else { to };
                doc.bookmarks.insert(to.min(doc.bookmarks.len()), point);
            }
        }
        ExploreEdit::Replace { mut params, .. } => {
            params.confine();
            doc.model = params.model.clone();
            doc.params.insert(params.model.clone(), *params);
        }
        other => apply_params(other, doc),
    }
}

/// Changes of the plain parameters.
fn apply_params(edit: ExploreEdit, doc: &mut ExploreDoc) {
    let Some(params) = doc.current_mut() else {
        return;
    };
    match edit {
        ExploreEdit::Seed(seed) => params.origin = LatentOrigin::Seed(seed),
        ExploreEdit::Psi(psi) => params.truncation_psi = ranges::PSI.nearest(psi),
        ExploreEdit::Class(class) => params.class = class,
        ExploreEdit::Mix(mix) => params.mix = mix,
        ExploreEdit::Noise(noise) => params.noise = noise,
        ExploreEdit::Transform(transform) => {
            params.transform = transform;
            params.confine();
        }
        ExploreEdit::Size(size) => params.size = Some(size.map(ranges::nearest_side)),
        _ => {}
    }
}
