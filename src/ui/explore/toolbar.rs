//! The small bar under Explore's canvas: variations, comparison, walk, bookmark.

use egui::Ui;

use crate::app::command::Command;
use crate::app::explore::drag::can_drag;
use crate::ui::canvas::toolbar;
use crate::ui::canvas::toolbar::Tool;
use crate::ui::explore::drag;
use crate::ui::panel::Panel;
use crate::ui::widgets::icon::Icon;

/// Draws the bar under the canvas.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let state = panel.state;
    let view = &state.view;
    let walking = state.latent_walk.is_some();
    let walk = if walking { Icon::Stop } else { Icon::Play };
    let has_sliders = state.directions().is_some_and(|d| !d.is_empty());
    let by_sliders = |icon, command, on| Tool {
        enabled: has_sliders,
        ..Tool::new(icon, command, on)
    };
    let [split, difference] = Tool::comparisons(view.compare);
    let tools = [
        Tool::new(Icon::Plus, Command::AddBookmark, false),
        by_sliders(Icon::Grid, Command::ToggleVariations, view.variations),
        by_sliders(walk, Command::LatentWalk, walking),
        Tool {
            enabled: state.generator().is_some_and(can_drag),
            ..Tool::new(Icon::Drag, Command::ToggleDrag, drag::is_on(state))
        },
        Tool::new(Icon::Film, Command::Timeline, view.timeline),
        split,
        difference,
        Tool::new(Icon::Pin, Command::PinBefore, view.pinned.is_some()),
        Tool::fit(),
    ];
    toolbar::ui(ui, panel, "explore tools", &tools);
}
