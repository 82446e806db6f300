//! The small bar under Explore's canvas: neighbours, comparison, walk, keep a point.

use egui::Ui;

use crate::app::command::Command;
use crate::ui::canvas::toolbar;
use crate::ui::canvas::toolbar::Tool;
use crate::ui::panel::Panel;
use crate::ui::widgets::icon::Icon;

/// Draws the bar under the canvas.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let state = panel.state;
    let view = &state.view;
    let walking = state.drift.is_some();
    let walk = if walking { Icon::Stop } else { Icon::Play };
    let has_sliders = state.directions().is_some_and(|d| !d.is_empty());
    let by_sliders = |icon, command, on| Tool {
        enabled: has_sliders,
        ..Tool::new(icon, command, on)
    };
    let [split, difference] = Tool::comparisons(view.compare);
    let tools = [
        Tool::new(Icon::Plus, Command::KeepPoint, false),
        by_sliders(Icon::Grid, Command::ToggleNeighbours, view.neighbours),
        by_sliders(walk, Command::RandomWalk, walking),
        split,
        difference,
        Tool::new(Icon::Pin, Command::PinBefore, view.pinned.is_some()),
        Tool::fit(),
    ];
    toolbar::ui(ui, panel, "explore tools", &tools);
}
