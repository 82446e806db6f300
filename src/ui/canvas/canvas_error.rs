//! Why the canvas can't show what was asked for, over what it shows instead.

use egui::{Frame, Ui};

use crate::ui::panel::Panel;

/// Draws it in the corner.
pub fn ui(ui: &mut Ui, p: &Panel<'_>, text: &str) {
    let at = ui.min_rect().left_bottom() + egui::vec2(12.0, -12.0);
    egui::Area::new(egui::Id::unique("canvas error"))
        .fixed_pos(at)
        .pivot(egui::Align2::LEFT_BOTTOM)
        .show(ui.ctx(), |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_max_width(420.0);
                ui.colored_label(*p.theme.error, text);
            });
        });
}
