//! Neighbours: a grid of variations around the current picture. Click to move
//! there, pick two to breed.

use super::panel::Panel;

/// Draws the grid.
pub fn ui(ui: &mut egui::Ui, panel: &mut Panel<'_>) {
    super::canvas::empty(ui, panel, "Neighbours", "");
}
