//! Parts of the picture: moved, copied, recoloured, removed.

use egui::{Button, Ui};

use crate::app::grow::document::GrowDoc;
use crate::app::grow::edit::GrowEdit;
use crate::recipe::{GrowChange, GrowEdit as PartEdit};
use crate::ui::grow::lasso::Lasso;
use crate::ui::panel::Panel;
use crate::ui::widgets::button::{IconButton, choice};
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::section::section;

/// The tools; not part of the document.
#[derive(Debug)]
pub struct Parts {
    /// The line around a part.
    pub lasso: Lasso,
    colour: [u8; 3],
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            lasso: Lasso::default(),
            colour: [200, 120, 60],
        }
    }
}

impl Parts {
    /// Draws the section.
    pub(super) fn ui(&mut self, ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc) {
        let theme = p.theme.clone();
        section(
            ui,
            &theme,
            "Around a part",
            true,
            |_| {},
            |ui| {
                self.tools(ui, p);
                list(ui, p, doc);
            },
        );
    }

    fn tools(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let theme = p.theme.clone();
        let part = self.lasso.part();
        ui.weak(match part {
            None => "Draw a line around a part of the picture.",
            Some(_) => "Drag the part where it is to be, or:",
        });
        let ways = [
            (false, "Move", "Where it was is filled with what is around"),
            (true, "Copy", "It stays where it was, too"),
        ];
        if let Some(copy) = choice(ui, &theme, self.lasso.copy, &ways) {
            self.lasso.copy = copy;
        }
        let mut change = None;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.add_enabled_ui(part.is_some(), |ui| {
                let remove = ui.button("Remove part");
                let tip = "Fill it with what is around";
                if remove.on_hover_text(tip).clicked() {
                    change = Some(GrowChange::Remove);
                }
                let recolour = ui.button("Recolour");
                let tip = "Its mean colour becomes this one; its forms stay";
                if recolour.on_hover_text(tip).clicked() {
                    change = Some(GrowChange::Recolour {
                        mean: Some(self.colour),
                        gain: [1.0; 3],
                    });
                }
            });
            ui.color_edit_button_srgb(&mut self.colour)
                .on_hover_text("The colour that a part gets")
                .accessible_name("Colour of the part");
        });
        if let (Some(change), Some(part)) = (change, part) {
            p.actions.grow(GrowEdit::AddEdit(PartEdit {
                part: Some(part),
                change,
            }));
        }
    }
}

/// What was done, one after the other.
fn list(ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc) {
    for (n, edit) in doc.edits.iter().enumerate() {
        ui.horizontal(|ui| {
            let name = format!("Take edit {} back", n + 1);
            let gone = IconButton::new(Icon::Close, &name).size(20.0);
            if gone.show(ui, &p.theme).clicked() {
                p.actions.grow(GrowEdit::RemoveEdit(n));
            }
            let words = format!("{}. {}", n + 1, words(&edit.change));
            ui.add(egui::Label::new(words).truncate());
        });
    }
    if doc.edits.len() > 1 && ui.add(Button::new("Take all back").small()).clicked() {
        p.actions.grow(GrowEdit::ClearEdits);
    }
}

/// An edit in words.
fn words(change: &GrowChange) -> String {
    let by = |[x, y]: [i32; 2]| format!("{x}, {y} pixels");
    match change {
        GrowChange::Move(to) => format!("Moved by {}", by(to.by)),
        GrowChange::Copy(to) => format!("Copied, {} away", by(to.by)),
        GrowChange::Recolour { .. } => "Recoloured".to_owned(),
        GrowChange::Remove => "Removed".to_owned(),
        GrowChange::Paint(_) => "Painted over in a colour".to_owned(),
        GrowChange::Sketch(picture) => format!("Sketched: {}", picture.name),
    }
}
