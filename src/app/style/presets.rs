//! What is asked of the presets of Style, carried out. They are kept with the preferences.

use crate::app::action::Action;
use crate::app::notice::Level;
use crate::app::now::Now;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::style::apply;
use crate::app::style::edit::StyleEdit;
use crate::app::style::preset::{LONGEST_NAME, MOST, PresetEdit, StylePreset};

/// Keeps, uses, renames or deletes a preset.
pub fn edit(edit: PresetEdit, state: &mut AppState, services: &mut Services, now: Now) {
    match edit {
        PresetEdit::Keep(name) => keep(&name, state),
        PresetEdit::Use(at) => {
            if let Some(preset) = state.prefs.style_presets.get(at) {
                let preset = StyleEdit::Preset(Box::new(preset.clone()));
                apply::edit(preset, state, services, now);
            }
        }
        PresetEdit::Rename(at, name) => {
            let Some(name) = clean(&name) else { return };
            let presets = &mut state.prefs.style_presets;
            let taken = presets.iter().enumerate();
            if taken.into_iter().any(|(n, p)| n != at && p.name == name) {
                let words = "There is a preset of that name already. Choose another name.";
                state.toasts.push(Level::Warning, words);
            } else if let Some(preset) = presets.get_mut(at) {
                preset.name = name;
            }
        }
        PresetEdit::Delete(at) => delete(at, state),
    }
}

fn keep(name: &str, state: &mut AppState) {
    let Some(name) = clean(name) else { return };
    let preset = StylePreset::of(name, &state.doc.style);
    let presets = &mut state.prefs.style_presets;
    match presets.iter().position(|p| p.name == preset.name) {
        Some(same) => presets[same] = preset,
        None if presets.len() >= MOST => {
            let words = format!("There are {MOST} presets already. Delete one first.");
            state.toasts.push(Level::Warning, words);
        }
        None => presets.push(preset),
    }
}

fn delete(at: usize, state: &mut AppState) {
    if at >= state.prefs.style_presets.len() {
        return;
    }
    let gone = state.prefs.style_presets.remove(at);
    let words = format!("The preset {} is deleted", gone.name);
    let mut prefs = state.prefs.clone();
    prefs.style_presets.insert(at, gone);
    let back = Action::SetPrefs(Box::new(prefs));
    let offer = ("Bring it back".to_owned(), Box::new(back));
    state.toasts.offer(Level::Info, words, Some(offer));
}

/// A name as it is kept: one line, not too long.
fn clean(name: &str) -> Option<String> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name: String = name.chars().take(LONGEST_NAME).collect();
    (!name.is_empty()).then_some(name)
}
