//! Changes of Explore, each noted in the history.

use crate::app::history_note;
use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore as _, SeedableRng as _};

use crate::app::command::Command;
use crate::app::document::{Bookmark, ExploreDoc};
use crate::app::explore::edit::ExploreEdit;
use crate::app::now::Now;
use crate::app::state::AppState;
use crate::recipe::LatentOrigin;

/// Largest random seed: six digits can be remembered and typed.
const SEEDS: u64 = 1_000_000;

/// Changes Explore.
pub fn explore(edit: ExploreEdit, state: &mut AppState, now: Now) {
    let label = explore_label(&edit, state);
    let before = state.doc.clone();
    let directions: Vec<String> = state
        .directions()
        .map(|d| d.iter().map(|d| d.id.clone()).collect())
        .unwrap_or_default();
    let random = fresh_random(state);
    apply_explore(edit, &mut state.doc.explore, &directions, random);
    history_note::note(&before, &label, state, now);
}

/// Commands of Explore.
pub fn command(command: Command, state: &mut AppState, now: Now) {
    let of_generators = !matches!(command, Command::RandomiseSliders | Command::ResetSliders);
    if of_generators && state.doc.explore.lens_doc().is_some() {
        let words = "This works with generators only; choose one at the top of the panel.";
        state.toasts.push(crate::app::notice::Level::Info, words);
        return;
    }
    let seed = state.doc.explore.seed();
    let edit = match command {
        Command::NewSeed => ExploreEdit::Seed(fresh_random(state) % SEEDS),
        Command::NextSeed => ExploreEdit::Seed(seed.map_or(0, |s| s.wrapping_add(1))),
        Command::PreviousSeed => ExploreEdit::Seed(seed.map_or(0, |s| s.saturating_sub(1))),
        Command::RandomiseSliders => ExploreEdit::RandomiseSliders,
        Command::ResetSliders => ExploreEdit::ResetSliders,
        Command::AddBookmark => ExploreEdit::AddBookmark,
        Command::LatentWalk => {
            state.latent_walk = match state.latent_walk {
                Some(_) => None,
                None => Some(crate::app::explore::random_walk::LatentWalk::new(
                    fresh_random(state),
                )),
            };
            return;
        }
        _ => return,
    };
    explore(edit, state, now);
}

/// A number that nobody expects: a ChaCha stream seeded from the system once.
fn fresh_random(state: &mut AppState) -> u64 {
    state.random.next_u64()
}

fn explore_label(edit: &ExploreEdit, state: &AppState) -> String {
    let slider = |id: &str| slider_name(id, state);
    match edit {
        ExploreEdit::Model(name) => state
            .engine
            .model(name)
            .map_or_else(|| name.clone(), |m| m.title.clone()),
        ExploreEdit::Seed(seed) => format!("Seed {seed}"),
        ExploreEdit::Psi(_) => "Truncation".to_owned(),
        ExploreEdit::Class(_) => "Class".to_owned(),
        ExploreEdit::Mix(_) => "Style mixing".to_owned(),
        ExploreEdit::Noise(_) => "Noise".to_owned(),
        ExploreEdit::Size(_) => "Size".to_owned(),
        ExploreEdit::Sigma { direction, .. } => slider(direction),
        ExploreEdit::ResetSliders => "Reset sliders".to_owned(),
        ExploreEdit::RandomiseSliders => "Randomise".to_owned(),
        ExploreEdit::Rename { .. } => "Rename slider".to_owned(),
        ExploreEdit::Star(id) => format!("Star: {}", slider(id)),
        ExploreEdit::Lock(id) => format!("Lock: {}", slider(id)),
        ExploreEdit::Layers { direction, .. } => format!("Layer range: {}", slider(direction)),
        ExploreEdit::Replace { label, .. } => (*label).to_owned(),
        ExploreEdit::AddBookmark => "Add bookmark".to_owned(),
        ExploreEdit::RemoveBookmark(_) => "Remove bookmark".to_owned(),
        ExploreEdit::MoveBookmark { .. } => "Move bookmark".to_owned(),
    }
}

/// A slider's shown name: the artist's own, the measured one, or its id.
pub fn slider_name(direction: &str, state: &AppState) -> String {
    if let Some(name) = state
        .doc
        .explore
        .mark(direction)
        .and_then(|m| m.name.clone())
    {
        return name;
    }
    state
        .directions()
        .and_then(|d| d.iter().find(|d| d.id == direction))
        .map_or_else(|| direction.to_owned(), |d| d.name.clone())
}

fn apply_explore(edit: ExploreEdit, doc: &mut ExploreDoc, directions: &[String], random: u64) {
    match edit {
        ExploreEdit::Model(name) => {
            if doc.params.contains_key(&name) || doc.lens.contains_key(&name) {
                doc.model = name;
            }
        }
        ExploreEdit::Star(id) => {
            let mark = doc.mark_mut(&id);
            mark.star = !mark.star;
        }
        ExploreEdit::Lock(id) => {
            let mark = doc.mark_mut(&id);
            mark.lock = !mark.lock;
        }
        ExploreEdit::Rename { direction, name } => {
            doc.mark_mut(&direction).name = name.filter(|n| !n.trim().is_empty());
        }
        ExploreEdit::Layers { direction, layers } => {
            doc.mark_mut(&direction).layers = layers;
            let sigma = doc.sigma(&direction);
            doc.set_sigma(&direction, sigma);
        }
        ExploreEdit::Sigma { direction, sigma } => doc.set_sigma(&direction, sigma),
        ExploreEdit::ResetSliders if doc.lens_doc().is_some() => {
            if let Some(lens) = doc.lens.get_mut(&doc.model) {
                lens.reset();
            }
        }
        ExploreEdit::RandomiseSliders => randomise(doc, directions, random),
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
        ExploreEdit::Replace { params, .. } => {
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
        ExploreEdit::Psi(psi) => params.truncation_psi = psi.clamp(-1.0, 2.0),
        ExploreEdit::Class(class) => params.class = class,
        ExploreEdit::Mix(mix) => params.mix = mix,
        ExploreEdit::Noise(noise) => params.noise = noise,
        ExploreEdit::Size([w, h]) => params.size = Some([w.clamp(16, 8192), h.clamp(16, 8192)]),
        ExploreEdit::ResetSliders => params.edits.clear(),
        _ => {}
    }
}

/// Every unlocked slider to a random place, mostly within ±2 σ.
fn randomise(doc: &mut ExploreDoc, directions: &[String], random: u64) {
    let mut rng = ChaCha20Rng::seed_from_u64(random);
    // A photo's sliders overlap; those that answer for all that can change are enough.
    let lens = doc.lens_doc().is_some();
    let reach = if lens { 0.8 } else { 2.0 };
    for id in directions {
        let overlaps = lens && !id.starts_with("answer.");
        if overlaps || doc.mark(id).is_some_and(|m| m.lock) {
            continue;
        }
        // The sum of three uniforms is close enough to a bell for dice.
        let bell: f32 = (0..3)
            .map(|_| rng.next_u32() as f32 / u32::MAX as f32 - 0.5)
            .sum();
        let sigma = (bell * reach * 10.0).round() / 10.0;
        doc.set_sigma(id, sigma);
    }
}
