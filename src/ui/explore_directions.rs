//! The direction sliders of a generator.

use super::panel::Panel;

/// Draws the sliders.
pub fn ui(_ui: &mut egui::Ui, _panel: &mut Panel<'_>) {}
