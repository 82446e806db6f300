//! The panel of Explore: model, seed, truncation, mixing, noise, size, sliders.

use super::panel::Panel;

/// Draws the panel.
pub fn ui(ui: &mut egui::Ui, panel: &mut Panel<'_>) {
    super::explore_directions::ui(ui, panel);
}
