//! Why something can't be shown or made, in the words for people that messages have, with what
//! exactly behind *Details*: over a canvas, and in panels.

use egui::{Frame, Ui};

use crate::app::action::Action;
use crate::app::plain_words::PlainWords;
use crate::engine::protocol::EngineError;
use crate::ui::panel::Panel;

/// The error whose details are open.
#[derive(Default)]
struct Opened(Option<EngineError>);

/// Draws it in the corner of a canvas.
pub fn ui(ui: &mut Ui, p: &mut Panel<'_>, error: &EngineError) {
    let at = ui.min_rect().left_bottom() + egui::vec2(12.0, -12.0);
    egui::Area::new(egui::Id::unique("canvas error"))
        .fixed_pos(at)
        .pivot(egui::Align2::LEFT_BOTTOM)
        .show(ui.ctx(), |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_max_width(420.0);
                line(ui, p, error);
            });
        });
}

/// Draws it in a panel.
pub fn line(ui: &mut Ui, p: &mut Panel<'_>, error: &EngineError) {
    let plain = PlainWords::of_engine(error);
    ui.colored_label(*p.theme.error, &plain.text);
    let Some(details) = plain.details else {
        return;
    };
    let opened = p.scratch.of::<Opened>();
    let is_open = opened.0.as_ref() == Some(error);
    let text = if is_open { "Hide" } else { "Details" };
    if ui.small_button(text).clicked() {
        opened.0 = (!is_open).then(|| error.clone());
    }
    if is_open {
        ui.add(egui::Label::new(egui::RichText::new(&details).weak()).wrap());
        if ui.small_button("Copy details").clicked() {
            p.actions.push(Action::CopyText(details));
        }
    }
}
