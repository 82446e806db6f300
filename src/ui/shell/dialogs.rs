//! Dialogs of the shell, and the frame that all dialogs share.

use crate::app::action::ViewEdit;
use crate::app::command::Command;
use crate::app::shortcuts::keys_text;
use crate::app::view::Dialog;
use crate::ui::panel::Panel;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;

/// Space around a dialog's contents.
const MARGIN: f32 = 16.0;

/// Height of a window in which a dialog may not fit, and what its title and frame need.
const LOW: f32 = 640.0;
const AROUND: f32 = 104.0;
/// What the buttons below the part that is scrolled need.
const BUTTONS: f32 = 64.0;

/// A dialog with a title; Esc, the backdrop or the cross close it. While something is typed,
/// Esc and the backdrop only end that: nothing typed is lost.
pub fn modal(
    ctx: &egui::Context,
    panel: &mut Panel<'_>,
    title: &str,
    contents: impl FnOnce(&mut egui::Ui, &mut Panel<'_>),
) {
    let theme = panel.theme.clone();
    let typing = ctx.text_edit_focused();
    let response = egui::Modal::new(egui::Id::unique(("dialog", title)))
        .backdrop_color(theme.window.gamma_multiply(0.6))
        .frame(egui::Frame::popup(&ctx.global_style()).inner_margin(MARGIN))
        .show(ctx, |ui| {
            ui.set_min_width(360.0f32.min(ctx.content_rect().width() - 3.0 * MARGIN));
            let mut close = false;
            ui.horizontal(|ui| {
                ui.heading(title);
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    close = IconButton::new(Icon::Close, "Close")
                        .show(ui, &theme)
                        .clicked();
                });
            });
            ui.add_space(8.0);
            let window = ctx.content_rect().height();
            if window < LOW {
                // What doesn't fit is scrolled; title and cross stay.
                egui::ScrollArea::vertical()
                    .max_height(window - AROUND)
                    .show(ui, |ui| contents(ui, panel));
            } else {
                contents(ui, panel);
            }
            close
        });
    settle(ctx, title, response.response.rect);
    if response.inner || (response.should_close() && !typing) {
        panel.actions.view(ViewEdit::Dialog(Dialog::None));
    }
}

/// The part of a dialog above its buttons: scrolled where the window is low, so that the buttons
/// below stay in sight.
pub fn above_buttons<R>(ui: &mut egui::Ui, contents: impl FnOnce(&mut egui::Ui) -> R) -> R {
    let window = ui.ctx().content_rect().height();
    if window >= LOW {
        return contents(ui);
    }
    egui::ScrollArea::vertical()
        .id_salt("above the buttons")
        .max_height(window - AROUND - BUTTONS)
        .show(ui, contents)
        .inner
}

/// A dialog is as large as its contents, and stands in the middle: once its size is another one
/// than it was placed for, this pass isn't shown, and the next one places it anew. What is seen
/// stays where it is.
pub fn settle(ctx: &egui::Context, dialog: &str, rect: egui::Rect) {
    let id = egui::Id::unique(("dialog's place", dialog));
    let before: Option<(egui::Rect, u64)> = ctx.data(|d| d.get_temp(id));
    let pass = ctx.cumulative_pass_nr();
    ctx.data_mut(|d| d.insert_temp(id, (rect, pass)));
    // Not there in the pass before: it has just been opened.
    let opened = before.is_none_or(|(_, last)| last + 1 < pass);
    let moved = before.is_some_and(|(at, _)| (at.min - rect.min).length() > 0.5);
    if opened || moved {
        ctx.request_discard("a dialog finds its place");
    }
}

/// Whether Enter was pressed and no control has the keyboard: it then means the dialog's main
/// button.
pub fn entered(ui: &egui::Ui) -> bool {
    let free = ui.ctx().memory(|m| m.focused().is_none());
    free && ui.input(|i| i.key_pressed(egui::Key::Enter))
}

/// Placeholder-free fallback for a dialog without anything to show.
pub fn not_here(ctx: &egui::Context, panel: &mut Panel<'_>) {
    modal(ctx, panel, "Picture", |ui, _| {
        ui.label("There is no picture yet.");
    });
}

/// About the program.
pub fn about(ctx: &egui::Context, panel: &mut Panel<'_>) {
    modal(ctx, panel, "About Limner", |ui, panel| {
        ui.label(concat!("Limner ", env!("CARGO_PKG_VERSION")));
        ui.label("A studio for exploring generative networks and for putting styles onto photos.");
        ui.label("Everything is computed on this machine. Your pictures never leave it; the Hugging Face hub is asked only when you say so.");
        ui.add_space(8.0);
        if let Some(device) = &panel.state.engine.device {
            ui.weak(format!(
                "{}: {}, {} threads",
                device.name, device.detail, device.threads
            ));
        }
        if let Some(p99) = panel.state.frames.percentile(0.99) {
            ui.weak(format!(
                "99 % of the last frames took less than {p99:.1} ms"
            ));
        }
        ui.weak(
            "Program: MIT or Apache-2.0. Each network has a card of its own under Settings, Models.",
        );
        ui.add_space(8.0);
        if ui.button("Licences of its parts…").clicked() {
            panel.actions.view(ViewEdit::Dialog(Dialog::Licences));
        }
    });
}

/// The first shortcut of a command as text, empty without one.
pub fn keys_of(ctx: &egui::Context, command: Command) -> String {
    command
        .shortcuts(ctx.os())
        .first()
        .map_or_else(String::new, |k| keys_text(ctx, k))
}
