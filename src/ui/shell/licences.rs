//! Licences of everything that the program is built from.

use std::sync::LazyLock;

use crate::app::action::ViewEdit;
use crate::app::view::Dialog;
use crate::ui::panel::Panel;
use crate::ui::shell::dialogs::modal;

/// Made by `packaging/licences.py`; the packages carry the same file.
const TEXT: &str = include_str!("../../../assets/licences.txt");

/// Its lines, cut once: only those in sight are laid out.
static LINES: LazyLock<Vec<&str>> = LazyLock::new(|| TEXT.lines().collect());

/// Height that the dialog's frame, heading and button take.
const AROUND: f32 = 180.0;

/// Every crate with its version and licence, then the licences' texts.
pub fn licences(ctx: &egui::Context, panel: &mut Panel<'_>) {
    modal(ctx, panel, "Licences", |ui, panel| {
        let content = ctx.content_rect();
        ui.set_width((content.width() - 120.0).min(860.0));
        let height = (content.height() - AROUND).max(120.0);
        let row = ui.text_style_height(&egui::TextStyle::Monospace);
        egui::ScrollArea::both()
            .max_height(height)
            .min_scrolled_height(height)
            .auto_shrink(false)
            .show_rows(ui, row, LINES.len(), |ui, rows| {
                for line in LINES.get(rows).unwrap_or_default() {
                    let text = egui::RichText::new(*line).monospace();
                    ui.add(egui::Label::new(text).extend());
                }
            });
        ui.add_space(8.0);
        if ui.button("Back").clicked() {
            panel.actions.view(ViewEdit::Dialog(Dialog::About));
        }
    });
}
