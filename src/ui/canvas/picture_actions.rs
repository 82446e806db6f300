//! What to do with the picture on the canvas, below a workspace's panel.

use egui::Ui;

use crate::app::command::Command;
use crate::ui::panel::Panel;
use crate::ui::widgets::button;
use crate::ui::widgets::icon::Icon;

/// Keep, and where else the picture can go.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let theme = panel.theme.clone();
    let ctx = ui.ctx().clone();
    crate::ui::widgets::section::line(ui, &theme);
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let keep = button::primary(ui, &theme, "Save to gallery")
            .on_hover_text(Command::Keep.tooltip_with_keys(&ctx));
        if keep.clicked() {
            panel.actions.command(Command::Keep);
        }
        for (icon, command) in [
            (Icon::Save, Command::Export),
            (Icon::Copy, Command::CopyPicture),
        ] {
            panel.command_icon(ui, icon, command);
        }
    });
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(4.0, 4.0);
        for command in [
            Command::Finish,
            Command::SendToStyle,
            Command::UseAsStyle,
            Command::SendToGrow,
            Command::SendToSpaces,
        ] {
            let tip = command.tooltip_with_keys(&ctx);
            if ui.button(command.text()).on_hover_text(tip).clicked() {
                panel.actions.command(command);
            }
        }
    });
}
