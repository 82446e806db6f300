//! Why something can't be shown or made, in the words for people that messages have, with what
//! exactly behind *Details*: over a canvas, and in panels.

use egui::{Frame, Ui};

use crate::app::action::Action;
use crate::app::plain_words::PlainWords;
use crate::engine::protocol::EngineError;
use crate::ui::canvas::picture_view;
use crate::ui::panel::Panel;

/// The details that are open.
#[derive(Default)]
struct Opened(Option<String>);

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
    words(ui, p, &PlainWords::of_engine(error));
}

/// Draws it in the middle of a canvas that has nothing to show because of it.
pub fn instead(ui: &mut Ui, p: &mut Panel<'_>, title: &str, plain: &PlainWords) {
    picture_view::empty(ui, p, title, "");
    let rect = ui.max_rect();
    let width = (rect.width() - 80.0).clamp(80.0, 420.0);
    let corner = rect.center() + egui::vec2(-width / 2.0, 6.0);
    let below = egui::Rect::from_min_max(corner, egui::pos2(corner.x + width, rect.bottom()));
    let layout = egui::Layout::top_down(egui::Align::Center);
    let place = egui::UiBuilder::new().max_rect(below).layout(layout);
    ui.scope_builder(place, |ui| words(ui, p, plain));
}

/// Draws one that is in words already.
pub fn words(ui: &mut Ui, p: &mut Panel<'_>, plain: &PlainWords) {
    let text = egui::RichText::new(&plain.text).color(*p.theme.error);
    ui.add(egui::Label::new(text).wrap());
    let Some(details) = &plain.details else {
        return;
    };
    let opened = p.scratch.of::<Opened>();
    let is_open = opened.0.as_ref() == Some(details);
    let text = if is_open { "Hide" } else { "Details" };
    if ui.small_button(text).clicked() {
        opened.0 = (!is_open).then(|| details.clone());
    }
    if is_open {
        ui.add(egui::Label::new(egui::RichText::new(details).weak()).wrap());
        if ui.small_button("Copy details").clicked() {
            p.actions.push(Action::CopyText(details.clone()));
        }
    }
}
