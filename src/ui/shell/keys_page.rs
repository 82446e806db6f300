//! The page of keys: what the menus say, and what belongs to a place.

use strum::IntoEnumIterator as _;

use crate::app::menu::Menu;
use crate::app::shortcuts::keys_text;
use crate::ui::panel::Panel;
use crate::ui::shell::dialogs::modal;

/// A title, and what is done with which keys.
type Section = (&'static str, &'static [(&'static str, &'static str)]);

const SECTIONS: [Section; 3] = [
    (
        "Canvas and sliders",
        &[
            ("Zoom", "Wheel"),
            ("Pan", "Drag, Space or middle button"),
            ("Fit or actual size", "Double-click"),
            ("See before", "Hold B"),
            ("Stop a walk, leave variations", "Escape"),
            ("Move a slider", "Left, Right (Shift: faster)"),
            ("Reset a slider", "Double-click or Delete"),
            ("Menus by keyboard", "F10, then arrows and Enter"),
        ],
    ),
    (
        "Masks and sketches",
        &[
            ("Brush, eraser", "P, E"),
            ("Linear or radial gradient (masks)", "L, O"),
            ("Eyedropper (sketches)", "I"),
            ("Smaller, larger brush", "[, ]"),
            ("Show or hide the mask", "M"),
            ("Invert the mask", "X"),
        ],
    ),
    (
        "Gallery",
        &[
            ("Search", "Ctrl+F"),
            ("Choose by keyboard", "Arrows (Shift: more), Ctrl+A"),
            ("Stars", "0 to 5"),
            ("Rename", "F2"),
            ("About this picture", "A"),
            ("Compare the chosen", "C"),
            ("Delete", "Delete"),
        ],
    ),
];

/// Draws it.
pub fn ui(ctx: &egui::Context, panel: &mut Panel<'_>) {
    modal(ctx, panel, "Keyboard shortcuts", |ui, panel| {
        let height = ctx.content_rect().height() - 180.0;
        egui::ScrollArea::vertical()
            .max_height(height)
            .min_scrolled_height(height)
            .show(ui, |ui| {
                ui.columns(2, |columns| {
                    for (i, menu) in Menu::iter().enumerate() {
                        commands(&mut columns[i % 2], panel, menu);
                    }
                    for (i, section) in SECTIONS.iter().enumerate() {
                        let rows = section.1.iter().map(|(what, keys)| (*what, mac(ctx, keys)));
                        table(&mut columns[(i + 1) % 2], panel, section.0, rows);
                    }
                });
            });
    });
}

/// The commands of a menu that have keys.
fn commands(ui: &mut egui::Ui, panel: &Panel<'_>, menu: Menu) {
    let ctx = ui.ctx().clone();
    let commands = menu.commands().iter().copied().flatten();
    let rows = commands.filter_map(|command| {
        let keys = command.shortcuts(ctx.os());
        let keys: Vec<String> = keys.iter().map(|k| keys_text(&ctx, k)).collect();
        (!keys.is_empty()).then(|| (command.text(), keys.join(", ")))
    });
    table(ui, panel, menu.title(), rows);
}

/// The key of commands, as this system calls it.
fn mac(ctx: &egui::Context, keys: &str) -> String {
    match ctx.os() {
        egui::os::OperatingSystem::Mac => keys.replace("Ctrl+", "⌘"),
        _ => keys.to_owned(),
    }
}

fn table(
    ui: &mut egui::Ui,
    panel: &Panel<'_>,
    title: &str,
    rows: impl Iterator<Item = (&'static str, String)>,
) {
    ui.label(egui::RichText::new(title).color(*panel.theme.accent));
    egui::Grid::new(title)
        .num_columns(2)
        .min_col_width(150.0)
        .show(ui, |ui| {
            for (what, keys) in rows {
                ui.label(what);
                ui.weak(keys);
                ui.end_row();
            }
        });
    ui.add_space(8.0);
}
