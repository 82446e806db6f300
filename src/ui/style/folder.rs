//! A folder of photos in the chosen styles: both folders, and what the files are, in one dialog.

use egui::{Button, ComboBox, Context, DragValue, Label, RichText, Ui};

use crate::app::action::{Action, Pick, ViewEdit};
use crate::app::style::folder_edit::FolderEdit;
use crate::app::view::Dialog;
use crate::ui::export::format::{FormatChoice, Kind};
use crate::ui::panel::Panel;
use crate::ui::shell::dialogs::{above_buttons, entered, modal};
use crate::ui::style::output::SIDES;
use crate::ui::widgets::button::primary;

/// Width of the dialog's contents.
const WIDTH: f32 = 520.0;
/// Width of the names before the folders.
const NAMES: f32 = 64.0;

/// What the files are to be; as it was the last time.
#[derive(Debug, Clone, Copy)]
struct FolderDialog {
    file: FormatChoice,
    side: Option<u32>,
}

impl Default for FolderDialog {
    fn default() -> Self {
        let file = FormatChoice {
            kind: Kind::Jpeg,
            ..FormatChoice::default()
        };
        Self { file, side: None }
    }
}

/// Draws the dialog.
pub fn ui(ctx: &Context, p: &mut Panel<'_>) {
    let mut dialog = *p.scratch.of::<FolderDialog>();
    modal(ctx, p, "Stylise a folder", |ui, p| {
        ui.set_width(WIDTH);
        if dialog.contents(ui, p) {
            p.actions.view(ViewEdit::Dialog(Dialog::None));
        }
    });
    *p.scratch.of::<FolderDialog>() = dialog;
}

impl FolderDialog {
    /// True once it is done with.
    fn contents(&mut self, ui: &mut Ui, p: &mut Panel<'_>) -> bool {
        let theme = p.theme.clone();
        above_buttons(ui, |ui| {
            folders(ui, p);
            ui.add_space(10.0);
            self.file.kind_ui(ui, &theme);
            self.file.quality_ui(ui, &theme, true);
            self.size(ui);
            ui.add_space(6.0);
            ui.weak(
                "Photos that are done already are left, so that a stopped run goes on where it was. \
                 The photos themselves stay as they are.",
            );
        });
        ui.add_space(8.0);
        self.buttons(ui, p)
    }

    fn buttons(&self, ui: &mut Ui, p: &mut Panel<'_>) -> bool {
        let lacks = lacking(p);
        if let Some(lacks) = lacks {
            ui.colored_label(*p.theme.warn, lacks);
        }
        let mut done = false;
        ui.horizontal(|ui| {
            let words = match p.state.folder_draft.photos.len() {
                0 => "Stylise".to_owned(),
                1 => "Stylise 1 photo".to_owned(),
                n => format!("Stylise {n} photos"),
            };
            let theme = p.theme.clone();
            let start = ui.add_enabled_ui(lacks.is_none(), |ui| primary(ui, &theme, &words));
            if start.inner.clicked() || (lacks.is_none() && entered(ui)) {
                p.actions.push(Action::StyleFolder(FolderEdit::Start {
                    format: self.file.format(),
                    side: self.side,
                }));
                done = true;
            }
            done |= ui.button("Cancel").clicked();
        });
        done
    }

    /// The longer side of the results.
    fn size(&mut self, ui: &mut Ui) {
        let name = |side: Option<u32>| match side {
            None => "As each photo".to_owned(),
            Some(side) => format!("{side} pixels"),
        };
        ui.horizontal(|ui| {
            let label = ui.label("Size");
            let combo = ComboBox::from_id_salt("folder size")
                .selected_text(name(self.side))
                .show_ui(ui, |ui| {
                    for choice in [None].into_iter().chain(SIDES.map(Some)) {
                        ui.selectable_value(&mut self.side, choice, name(choice));
                    }
                });
            combo
                .response
                .labelled_by(label.id)
                .on_hover_text("Longer side of the results");
            if let Some(side) = &mut self.side {
                ui.add(DragValue::new(side).range(64..=16_384).suffix(" px"))
                    .on_hover_text("Longer side in pixels: drag, or click and type")
                    .accessible_name("Longer side in pixels");
            }
        });
    }
}

/// What is still to be chosen.
fn lacking(p: &Panel<'_>) -> Option<&'static str> {
    let draft = &p.state.folder_draft;
    if p.state.doc.style.styles.is_empty() {
        return Some("No style is chosen: choose one in Style first.");
    }
    match &draft.from {
        None => Some("Choose the folder of the photos."),
        Some(_) if draft.photos.is_empty() => {
            Some("There are no pictures in that folder. Choose another one.")
        }
        Some(_) => None,
    }
}

/// Where from and where to.
fn folders(ui: &mut Ui, p: &mut Panel<'_>) {
    let draft = &p.state.folder_draft;
    let from = draft.from.as_ref().map(|from| {
        let count = match draft.photos.len() {
            1 => "1 photo".to_owned(),
            n => format!("{n} photos"),
        };
        (from.display().to_string(), count)
    });
    let into = draft.out().map(|out| {
        let new = match draft.into {
            None => "a folder inside; made when needed",
            Some(_) => "",
        };
        (out.display().to_string(), new.to_owned())
    });
    let rows = [
        ("Photos", "Choose the photos…", from, Pick::PhotoFolder),
        ("Results", "Choose the place…", into, Pick::ResultFolder),
    ];
    for (name, choose, folder, pick) in rows {
        ui.horizontal(|ui| {
            ui.add_sized([NAMES, 20.0], Label::new(name));
            let words = match &folder {
                Some((path, _)) => RichText::new(path).color(*p.theme.text_strong),
                None => RichText::new("Not chosen yet").weak(),
            };
            let right = egui::Layout::right_to_left(egui::Align::Center);
            ui.with_layout(right, |ui| {
                let choose = ui
                    .add(Button::new("Choose…").min_size(egui::vec2(80.0, 0.0)))
                    .accessible_name(choose);
                if choose.clicked() {
                    p.actions.push(Action::Pick(pick));
                }
                let left = egui::Layout::left_to_right(egui::Align::Center);
                ui.with_layout(left, |ui| ui.add(Label::new(words).truncate()));
            });
        });
        if let Some((_, note)) = folder.filter(|(_, note)| !note.is_empty()) {
            ui.horizontal(|ui| {
                ui.add_space(NAMES + ui.spacing().item_spacing.x);
                ui.weak(note);
            });
        }
    }
}
