//! One picture of the gallery, large.

use egui::{Frame, Key, Margin, Modifiers, Ui};

use crate::app::action::{Action, Subject};
use crate::app::view::{Compare, Dialog, Workspace};
use crate::gallery::protocol::{Entry, GalleryRequest, PictureId};
use crate::ui::canvas::picture_view;
use crate::ui::canvas::picture_view::CanvasInput;
use crate::ui::gallery::image_grid_star::rating;
use crate::ui::gallery::selection::position;
use crate::ui::panel::Panel;

/// Draws the picture with a bar above; arrow keys go through the listing.
pub fn ui(ui: &mut Ui, p: &mut Panel<'_>, id: PictureId, entries: &[Entry]) {
    let at = position(entries, Some(id));
    let entry = at.and_then(|at| entries.get(at));
    Frame::new()
        .fill(*p.theme.panel)
        .inner_margin(Margin::symmetric(8, 3))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| bar(ui, p, at, entry, entries));
        });
    keys(ui, p, at, entry, entries);
    picture(ui, p, id, entry);
}

fn bar(
    ui: &mut Ui,
    p: &mut Panel<'_>,
    at: Option<usize>,
    entry: Option<&Entry>,
    entries: &[Entry],
) {
    if ui.button("Back to gallery").on_hover_text("Esc").clicked() {
        p.actions.push(Action::OpenPicture(None));
    }
    ui.separator();
    let steps = [
        (
            "Previous",
            "The picture before this one (Left)",
            -1,
            at.is_some_and(|at| at > 0),
        ),
        (
            "Next",
            "The picture after this one (Right)",
            1,
            at.is_some_and(|at| at + 1 < entries.len()),
        ),
    ];
    for (text, help, by, there) in steps {
        let button = ui
            .add_enabled(there, egui::Button::new(text))
            .on_hover_text(help);
        if button.clicked() {
            step(p, at, by, entries);
        }
        button.accessible_name(format!("{text} picture"));
    }
    let Some(entry) = entry else {
        return;
    };
    if let Some(at) = at {
        ui.weak(format!("{} of {}", at + 1, entries.len()));
    }
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        if let Some(stars) = rating(ui, entry.stars) {
            p.actions.push(Action::Gallery(GalleryRequest::SetStars(
                vec![entry.id],
                stars,
            )));
        }
        ui.add(egui::Label::new(&entry.title).truncate());
    });
}

fn step(p: &mut Panel<'_>, at: Option<usize>, by: isize, entries: &[Entry]) {
    let to = at.and_then(|at| at.checked_add_signed(by));
    if let Some(entry) = to.and_then(|to| entries.get(to)) {
        p.actions.push(Action::OpenPicture(Some(entry.id)));
    }
}

fn keys(ui: &Ui, p: &mut Panel<'_>, at: Option<usize>, entry: Option<&Entry>, entries: &[Entry]) {
    let free = ui.memory(|m| m.focused().is_none()) && p.state.view.dialog == Dialog::None;
    if !free || egui::Popup::is_any_open(ui.ctx()) {
        return;
    }
    let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    if pressed(Key::Escape) {
        p.actions.push(Action::OpenPicture(None));
    }
    if pressed(Key::ArrowLeft) {
        step(p, at, -1, entries);
    }
    if pressed(Key::ArrowRight) {
        step(p, at, 1, entries);
    }
    let Some(entry) = entry else {
        return;
    };
    let stars = [
        Key::Num0,
        Key::Num1,
        Key::Num2,
        Key::Num3,
        Key::Num4,
        Key::Num5,
    ];
    for (n, key) in (0u8..).zip(stars) {
        if pressed(key) {
            p.actions
                .push(Action::Gallery(GalleryRequest::SetStars(vec![entry.id], n)));
        }
    }
    if pressed(Key::Delete) {
        p.actions
            .push(Action::Gallery(GalleryRequest::Delete(vec![entry.id])));
    }
}

fn picture(ui: &mut Ui, p: &mut Panel<'_>, id: PictureId, entry: Option<&Entry>) {
    let gallery = &p.state.gallery;
    if let Some(why) = gallery.load_errors.get(&id) {
        picture_view::empty(ui, p, "This picture can't be shown", why);
        return;
    }
    let whole = gallery.picture(id).map(|(picture, _)| picture);
    let shown = whole.or_else(|| gallery.thumbs.get(&id));
    let Some(picture) = shown else {
        picture_view::empty(ui, p, "Reading…", "");
        return;
    };
    let size = entry.map_or(picture.size(), |e| e.size).map(|s| s.max(1));
    let input = CanvasInput {
        workspace: Workspace::Gallery,
        name: "Saved picture",
        picture: Some(picture),
        before: None,
        logical_size: size,
        compare: Compare::Off,
        tool: false,
        busy: whole.is_none(),
        subject: Some(Subject::Gallery(id)),
    };
    picture_view::show(ui, p, input, |_, _, _| {});
}
