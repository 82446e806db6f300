//! Changes of how things are looked at.

use crate::app::action::ViewEdit;
use crate::app::command::Command;
use crate::app::notice::Level;
use crate::app::prefs::ThemeChoice;
use crate::app::state::AppState;
use crate::app::view::{Compare, Dialog, MAX_ZOOM, MIN_ZOOM, Workspace, Zoom};

/// Commands that only change what's seen.
pub fn command(command: Command, state: &mut AppState) {
    use Command as C;
    let workspace = state.view.workspace;
    match command {
        C::GoExplore => state.view.go(Workspace::Explore),
        C::GoStyle => state.view.go(Workspace::Style),
        C::GoLens => state.view.go(Workspace::Lens),
        C::GoGrow => state.view.go(Workspace::Grow),
        C::GoSpaces => state.view.go(Workspace::Spaces),
        C::GoGallery => state.view.go(Workspace::Gallery),
        C::ZoomFit => {
            let canvas = state.view.canvas_mut(workspace);
            canvas.zoom = Zoom::Fit;
            canvas.center = [0.5, 0.5];
        }
        C::ZoomOneToOne => state.view.canvas_mut(workspace).zoom = Zoom::Scale(1.0),
        C::ZoomIn => zoom_by(1.25, state),
        C::ZoomOut => zoom_by(0.8, state),
        C::ToggleSplit => toggle_compare(state, Compare::Split),
        C::ToggleDifference => toggle_compare(state, Compare::Difference),
        C::PinBefore => {
            state.view.pinned = match state.view.pinned.take() {
                Some(_) => None,
                None => state.doc.explore.current().cloned().map(Into::into),
            };
        }
        C::ToggleHistory => state.view.history_open = !state.view.history_open,
        C::StartPage => state.view.start_page = true,
        C::HidePanels => {
            state.view.panels_away = !state.view.panels_away;
            if state.view.panels_away {
                state.toasts.push(Level::Info, "Tab brings the panels back");
            }
        }
        C::StyleFolder => toggle_dialog(state, Dialog::StyleFolder),
        C::Bin => toggle_dialog(state, Dialog::Bin),
        C::ToggleVariations => state.view.variations = !state.view.variations,
        C::ToggleDrag => {
            state.view.go(Workspace::Explore);
            // Behind the variations nothing of it would be seen.
            let hidden = std::mem::take(&mut state.view.variations);
            state.view.drag = hidden || !state.view.drag;
        }
        C::Timeline => {
            state.view.timeline = !state.view.timeline;
            if state.view.timeline {
                if workspace != Workspace::Style {
                    state.view.go(Workspace::Explore);
                }
                state.view.variations = false;
            }
        }
        C::ToggleTiles => state.view.grow_tiles = !state.view.grow_tiles,
        C::ToggleCrisp => {
            state.prefs.crisp = !state.prefs.crisp;
            let words = match state.prefs.crisp {
                true => "Small generators are drawn through Crisp",
                false => "Small generators show their own pixels",
            };
            state.toasts.push(Level::Info, words);
        }
        C::ThemeDark => state.prefs.theme = ThemeChoice::Dark,
        C::ThemeLight => state.prefs.theme = ThemeChoice::Light,
        C::ThemeSystem => state.prefs.theme = ThemeChoice::System,
        C::Palette => toggle_dialog(state, Dialog::Palette),
        C::Models => toggle_dialog(state, Dialog::Models(None)),
        C::Settings => toggle_dialog(state, Dialog::Settings),
        C::Shortcuts => toggle_dialog(state, Dialog::Shortcuts),
        C::About => toggle_dialog(state, Dialog::About),
        C::AboutPicture => toggle_dialog(state, Dialog::AboutPicture),
        _ => log::error!("the command {command:?} leads nowhere"),
    }
}

/// One way to compare on the front canvas, or none again.
fn toggle_compare(state: &mut AppState, way: Compare) {
    let finishing = state.finishing().is_some();
    if let Some(work) = state.finish.work.as_mut().filter(|_| finishing) {
        work.compare = match work.compare == way {
            true => Compare::Off,
            false => way,
        };
        return;
    }
    let workspace = state.view.workspace;
    // Behind the variations nothing of it would be seen.
    let variations = match workspace {
        Workspace::Explore => std::mem::take(&mut state.view.variations),
        Workspace::Grow => std::mem::take(&mut state.view.grow_grid),
        _ => false,
    };
    let Some(compare) = state.view.compare_mut(workspace) else {
        return;
    };
    *compare = if *compare == way && !variations {
        Compare::Off
    } else {
        way
    };
}

/// Zooms from what is on screen now; fit counts as 1:1.
fn zoom_by(factor: f32, state: &mut AppState) {
    let canvas = state.view.canvas_mut(state.view.workspace);
    let now = match canvas.zoom {
        Zoom::Fit => state.view.fit_scale,
        Zoom::Scale(s) => s,
    };
    let canvas = state.view.canvas_mut(state.view.workspace);
    canvas.zoom = Zoom::Scale((now * factor).clamp(MIN_ZOOM, MAX_ZOOM));
}

fn toggle_dialog(state: &mut AppState, dialog: Dialog) {
    state.view.dialog = if state.view.dialog == dialog {
        Dialog::None
    } else {
        dialog
    };
}

/// Changes the view.
pub fn edit(edit: ViewEdit, state: &mut AppState) {
    match edit {
        ViewEdit::Workspace(workspace) => state.view.go(workspace),
        ViewEdit::Canvas(workspace, canvas) => *state.view.canvas_mut(workspace) = canvas,
        ViewEdit::FitScale(scale) => state.view.fit_scale = scale,
        ViewEdit::Compare(workspace, way) => {
            if let Some(compare) = state.view.compare_mut(workspace) {
                *compare = way;
            }
        }
        ViewEdit::StyleSide(side) => state.view.style_side = side,
        ViewEdit::Variations(on) => state.view.variations = on,
        ViewEdit::GrowGrid(on) => state.view.grow_grid = on,
        ViewEdit::Spaces(view) => state.view.spaces = view,
        ViewEdit::Distance(distance) => state.view.distance = distance,
        ViewEdit::Timeline(workspace) => {
            state.view.go(workspace);
            state.view.timeline = true;
        }
        ViewEdit::Dialog(dialog) => state.view.dialog = dialog,
        ViewEdit::HoldBefore(down) => state.view.hold_before = down,
    }
}
