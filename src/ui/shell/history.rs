//! The history strip: what was done, with thumbnails; click to go back.

use egui::{Ui, vec2};

use crate::app::action::Action;
use crate::ui::panel::Panel;
use crate::ui::theme::{is_short, space};
use crate::ui::widgets::tile::picture_tile;

/// Draws the strip at the bottom of a workspace, if it's open.
pub fn strip(ui: &mut Ui, panel: &mut Panel<'_>) {
    if !panel.state.view.history_open || is_short(ui.ctx()) {
        return;
    }
    let frame = egui::Frame::new()
        .fill(*panel.theme.panel)
        .inner_margin(egui::Margin::symmetric(space::M as i8, 6));
    egui::Panel::bottom("history")
        .exact_size(84.0)
        .frame(frame)
        .show(ui, |ui| {
            egui::ScrollArea::horizontal()
                .auto_shrink([false, false])
                .stick_to_right(true)
                .show(ui, |ui| steps(ui, panel));
        });
}

fn steps(ui: &mut Ui, panel: &mut Panel<'_>) {
    let theme = panel.theme.clone();
    let state = panel.state;
    let Some(history) = state.front_history() else {
        return;
    };
    let at = history.at();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for (i, step) in history.steps().iter().enumerate() {
            let texture = step
                .thumb
                .as_ref()
                .map(|p| (panel.textures.of(ui.ctx(), p), p.size()));
            let name = format!("Step {}: {}", i + 1, step.label);
            ui.vertical(|ui| {
                ui.set_width(64.0);
                ui.spacing_mut().item_spacing.y = 2.0;
                let tile = picture_tile(ui, &theme, &name, texture, vec2(64.0, 48.0), i == at);
                let color = if i > at {
                    *theme.text_weak
                } else {
                    *theme.text
                };
                let text = egui::RichText::new(&step.label).size(10.5).color(color);
                ui.add(egui::Label::new(text).truncate().selectable(false));
                if tile.on_hover_text(&name).clicked() {
                    panel.actions.push(Action::GoToStep(i));
                }
            });
        }
    });
}
