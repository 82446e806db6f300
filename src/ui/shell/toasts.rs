//! Messages over the top of the canvas, where they cover no button.

use egui::{Align2, Order, vec2};

use crate::app::action::Action;
use crate::app::notice::Level;
use crate::ui::panel::Panel;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;

/// Draws the messages.
pub fn ui(ctx: &egui::Context, panel: &mut Panel<'_>) {
    let theme = panel.theme.clone();
    let state = panel.state;
    egui::Area::new(egui::Id::unique("messages"))
        .order(Order::Foreground)
        .anchor(Align2::CENTER_TOP, vec2(0.0, 92.0))
        .show(ctx, |ui| {
            for toast in state.toasts.iter() {
                let color = match toast.level {
                    Level::Info => *theme.accent,
                    Level::Warning => *theme.warn,
                    Level::Error => *theme.error,
                };
                let frame =
                    egui::Frame::popup(ui.style()).inner_margin(egui::Margin::symmetric(12, 8));
                let shown = frame.show(ui, |ui| {
                    ui.set_max_width(420.0);
                    ui.horizontal(|ui| {
                        ui.add_space(4.0);
                        ui.add(egui::Label::new(&toast.text).wrap());
                        if toast.details.is_some() {
                            let text = if toast.opened { "Hide" } else { "Details" };
                            if ui.button(text).clicked() {
                                panel.actions.push(Action::OpenToast(toast.id));
                            }
                        }
                        if let Some((text, action)) = &toast.offer
                            && ui.button(text).clicked()
                        {
                            panel.actions.push((**action).clone());
                            panel.actions.push(Action::DismissToast(toast.id));
                        }
                        if IconButton::new(Icon::Close, "Dismiss message")
                            .size(20.0)
                            .show(ui, &theme)
                            .clicked()
                        {
                            panel.actions.push(Action::DismissToast(toast.id));
                        }
                    });
                    let details = toast.details.as_ref().filter(|_| toast.opened);
                    if let Some(details) = details {
                        ui.separator();
                        ui.add(egui::Label::new(egui::RichText::new(details).weak()).wrap());
                        if ui.button("Copy details").clicked() {
                            panel.actions.push(Action::CopyText(details.clone()));
                        }
                    }
                });
                let rect = shown.response.rect;
                let mark = egui::Rect::from_min_max(
                    rect.min,
                    egui::pos2(rect.left() + 4.0, rect.bottom()),
                );
                ui.painter().rect_filled(mark, 2.0, color);
            }
        });
}
