//! What can be done with a style of the user's own: a menu at its swatch, and the form for its name
//! and heading.

use egui::{Button, RichText, TextEdit, Ui};

use crate::app::action::{Action, Pick};
use crate::app::style::own_styles_edit::OwnStyleEdit;
use crate::engine::protocol::{StyleInfo, StyleTask};
use crate::ui::panel::Panel;

/// A style's name and heading while they are being changed.
#[derive(Debug, Default)]
pub struct Renaming {
    style: String,
    title: String,
    group: String,
}

fn task(p: &mut Panel<'_>, task: StyleTask) {
    p.actions.push(Action::OwnStyle(OwnStyleEdit::Task(task)));
}

/// The menu's entries.
pub fn menu(ui: &mut Ui, p: &mut Panel<'_>, style: &StyleInfo, renaming: &mut Option<Renaming>) {
    let Some(own) = &style.own else { return };
    ui.set_min_width(150.0);
    if ui.button("Rename or group…").clicked() {
        *renaming = Some(Renaming {
            style: own.clone(),
            title: style.name.clone(),
            group: style.group.clone(),
        });
        ui.close();
    }
    if ui.button("Export as a file…").clicked() {
        p.actions.push(Action::Pick(Pick::ExportStyle {
            style: own.clone(),
            title: style.name.clone(),
        }));
        ui.close();
    }
    if ui.button("Delete").clicked() {
        let style = own.clone();
        task(p, StyleTask::Delete { style });
        ui.close();
    }
}

/// The form, while a style is renamed.
pub fn form(ui: &mut Ui, p: &mut Panel<'_>, renaming: &mut Option<Renaming>) {
    let Some(now) = renaming else { return };
    let mut close = false;
    egui::Frame::group(ui.style()).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.label(RichText::new("Name and heading").strong());
        let line = |ui: &mut Ui, text: &mut String, name: &str| {
            let line = TextEdit::singleline(text).desired_width(f32::INFINITY);
            let line = ui.add(line).accessible_name(name);
            line.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter))
        };
        let mut save = line(ui, &mut now.title, "New name");
        save |= line(ui, &mut now.group, "Heading");
        ui.horizontal(|ui| {
            let ready = !now.title.trim().is_empty();
            let button = ui.add_enabled(ready, Button::new("Save name"));
            save = (save || button.clicked()) && ready;
            close = ui
                .button("Cancel")
                .accessible_name("Keep the name")
                .clicked();
        });
        if save {
            let describe = StyleTask::Describe {
                style: now.style.clone(),
                title: now.title.clone(),
                group: now.group.clone(),
            };
            task(p, describe);
            close = true;
        }
    });
    if close {
        *renaming = None;
    }
}

/// A way back for the style that was deleted last.
pub fn bring_back(ui: &mut Ui, p: &mut Panel<'_>) {
    let Some((token, title)) = p.state.own_styles.deleted.last() else {
        return;
    };
    let token = token.clone();
    let button = ui
        .add(Button::new(format!("Bring back {title}")).small())
        .on_hover_text("It was deleted; the bin has it still");
    if button.clicked() {
        task(p, StyleTask::Restore { token });
    }
}
