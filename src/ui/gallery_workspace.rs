//! Gallery: what was kept.

use super::panel::Panel;

/// Draws the workspace.
pub fn ui(ui: &mut egui::Ui, panel: &mut Panel<'_>) {
    egui::CentralPanel::default().show(ui, |ui| super::canvas::empty(ui, panel, "Gallery", ""));
}
