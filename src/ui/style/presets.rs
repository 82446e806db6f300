//! Presets: all settings of Style under a name, set again with a click.

use egui::{Button, Key, TextEdit, Ui};

use crate::app::action::Action;
use crate::app::style::preset::PresetEdit;
use crate::ui::panel::Panel;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;

/// The name that is being typed, and the preset that gets another one.
#[derive(Debug, Default)]
pub struct Presets {
    name: String,
    renaming: Option<(usize, String)>,
}

impl Presets {
    /// Draws the section.
    pub fn ui(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let presets = &p.state.prefs.style_presets;
        for (at, preset) in presets.iter().enumerate() {
            ui.horizontal(|ui| {
                if let Some((_, text)) = self.renaming.as_mut().filter(|(of, _)| *of == at) {
                    let field = TextEdit::singleline(text).desired_width(f32::INFINITY);
                    let field = ui.add(field).accessible_name("Name of the preset");
                    field.request_focus();
                    if ui.input(|i| i.key_pressed(Key::Enter)) {
                        let name = std::mem::take(text);
                        self.renaming = None;
                        send(p, PresetEdit::Rename(at, name));
                    } else if field.lost_focus() || field.clicked_elsewhere() {
                        self.renaming = None;
                    }
                    return;
                }
                self.row(ui, p, at, &preset.name, preset.is_set(&p.state.doc.style));
            });
        }
        if p.state.doc.style.styles.is_empty() && presets.is_empty() {
            ui.weak("Choose a style; what you set can then be kept here under a name.");
            return;
        }
        ui.horizontal(|ui| {
            let width = (ui.available_width() - 64.0).max(80.0);
            let field = TextEdit::singleline(&mut self.name)
                .hint_text("Name for these settings")
                .desired_width(width);
            let field = ui.add(field).accessible_name("Name for these settings");
            let entered = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
            let ready = !self.name.trim().is_empty() && !p.state.doc.style.styles.is_empty();
            let keep = ui
                .add_enabled(ready, Button::new("Keep"))
                .on_hover_text("Styles, weights and sliders, without photo and masks");
            let keep = keep.accessible_name("Keep these settings").clicked();
            if (keep || entered) && ready {
                send(p, PresetEdit::Keep(std::mem::take(&mut self.name)));
            }
        });
    }

    fn row(&mut self, ui: &mut Ui, p: &mut Panel<'_>, at: usize, name: &str, set: bool) {
        let theme = p.theme.clone();
        let width = (ui.available_width() - 34.0).max(60.0);
        let button = Button::new(name).selected(set).truncate();
        let use_it = ui
            .add_sized([width, 24.0], button)
            .on_hover_text("Set all of this again; the photo stays");
        if use_it.accessible_name(format!("Preset {name}")).clicked() {
            send(p, PresetEdit::Use(at));
        }
        let more = format!("More about preset {name}");
        let more = IconButton::new(Icon::More, &more).show(ui, &theme);
        egui::Popup::menu(&more).show(|ui| {
            if ui.button("Rename…").clicked() {
                self.renaming = Some((at, name.to_owned()));
                ui.close();
            }
            if ui.button("Put these settings here").clicked() {
                send(p, PresetEdit::Keep(name.to_owned()));
                ui.close();
            }
            if ui.button("Delete").clicked() {
                send(p, PresetEdit::Delete(at));
                ui.close();
            }
        });
    }
}

fn send(p: &mut Panel<'_>, edit: PresetEdit) {
    p.actions.push(Action::StylePreset(edit));
}
