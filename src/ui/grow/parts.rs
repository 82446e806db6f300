//! Parts of the picture: moved, copied, made larger, flipped, turned, recoloured, removed; and what is
//! painted on.

use egui::{Button, Ui};

use crate::app::action::ViewEdit;
use crate::app::grow::document::GrowDoc;
use crate::app::grow::edit::GrowEdit;
use crate::app::grow::sketch;
use crate::recipe::{GrowChange, GrowEdit as PartEdit, GrowPart, GrowPlacement, ranges};
use crate::ui::grow::lasso::Lasso;
use crate::ui::grow::sketch::Sketch;
use crate::ui::panel::Panel;
use crate::ui::widgets::button::{IconButton, choice};
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::section::section;
use crate::ui::widgets::slider::Slider;

/// From how small to how large a part is made by the slider.
const SCALE: std::ops::RangeInclusive<f32> = 0.1..=5.0;

/// The tools; not part of the document.
#[derive(Debug)]
pub struct Parts {
    /// The line around a part.
    pub lasso: Lasso,
    /// The brush.
    pub(super) sketch: Sketch,
    colour: [u8; 3],
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            lasso: Lasso::default(),
            sketch: Sketch::default(),
            colour: [200, 120, 60],
        }
    }
}

impl Parts {
    /// Draws the sections.
    pub(super) fn ui(&mut self, ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc) {
        let theme = p.theme.clone();
        section(
            ui,
            &theme,
            "Around a part",
            true,
            |_| {},
            |ui| {
                self.tools(ui, p, doc);
            },
        );
        section(
            ui,
            &theme,
            "Painted on",
            true,
            |_| {},
            |ui| {
                let painting = self.sketch.is_on();
                ui.horizontal(|ui| {
                    let brush = Button::new("Paint on…");
                    let tip = "Paint roughly what is to be there, in its colours: the patches make it whole";
                    if ui.add(brush.selected(painting)).on_hover_text(tip).clicked() {
                        self.sketch.turn(!painting);
                        p.actions.view(ViewEdit::GrowGrid(false));
                    }
                    ui.weak("A rough sketch over the picture");
                });
            },
        );
        if !doc.edits.is_empty() {
            section(
                ui,
                &theme,
                "Done so far",
                true,
                |_| {},
                |ui| self.list(ui, p, doc),
            );
        }
    }

    fn tools(&mut self, ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc) {
        let theme = p.theme.clone();
        let Some(longer) = p
            .state
            .grow_source()
            .map(|photo| photo.size[0].max(photo.size[1]))
        else {
            return;
        };
        let part = self.lasso.part(doc, longer);
        ui.weak(match part {
            None => "Draw a line around a part of the picture.",
            Some(_) => "Drag the part or one of its corners, or:",
        });
        let ways = [
            (false, "Move", "Where it was is filled with what is around"),
            (true, "Copy", "It stays where it was, too"),
        ];
        if let Some(copy) = choice(ui, &theme, self.lasso.copy, &ways) {
            self.lasso.copy = copy;
        }
        if part.is_some() {
            self.placement(ui, p, doc, longer);
        }
        self.changes(ui, p, part);
    }

    /// How large, flipped, turned.
    fn placement(&mut self, ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc, longer: u32) {
        let theme = p.theme.clone();
        let placed = self.lasso.placed(doc);
        let now = placed.map_or(GrowPlacement::AS_IT_IS, |(_, placement)| placement);
        let mut next = now;
        let moved = Slider::new("Part size", now.scale, SCALE, 1.0)
            .logarithmic()
            .decimals(2)
            .suffix("×")
            .tooltip("How large the part is; the corners on the picture do the same")
            .show(ui, &theme);
        if let Some(scale) = moved.changed {
            next.scale = ranges::PART_SCALE.nearest(scale);
        }
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let ways = [
                (
                    "Mirror",
                    "Flip part across",
                    "Left and right change places",
                    now.mirrored(false),
                ),
                (
                    "Upside down",
                    "Flip part down",
                    "Above and below change places",
                    now.mirrored(true),
                ),
                (
                    "Left",
                    "Turn part left",
                    "A quarter turn to the left",
                    now.turned(3),
                ),
                (
                    "Right",
                    "Turn part right",
                    "A quarter turn to the right",
                    now.turned(1),
                ),
            ];
            for (text, name, tip, to) in ways {
                let button = ui.button(text).on_hover_text(tip);
                if button.clicked() {
                    next = to;
                }
                button.accessible_name(name);
            }
        });
        if next != now {
            self.lasso.place(next, longer, p);
        }
    }

    /// Removed, recoloured.
    fn changes(&mut self, ui: &mut Ui, p: &mut Panel<'_>, part: Option<GrowPart>) {
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

    /// What was done, one after the other; a click on what was placed takes it into the hand.
    fn list(&mut self, ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc) {
        let held = self.lasso.placed(doc).map(|(at, _)| at);
        for (n, edit) in doc.edits.iter().enumerate() {
            ui.horizontal(|ui| {
                let name = format!("Take edit {} back", n + 1);
                let gone = IconButton::new(Icon::Close, &name).size(20.0);
                if gone.show(ui, &p.theme).clicked() {
                    p.actions.grow(GrowEdit::RemoveEdit(n));
                }
                if let Some((colour, _)) = sketch::painted(edit) {
                    swatch(ui, colour);
                }
                let words = format!("{}. {}", n + 1, words(&edit.change));
                let lasso = matches!(edit.part, Some(GrowPart::Lasso(_)));
                if sketch::placement(edit).is_some() && lasso {
                    let row = Button::selectable(held == Some(n), words).truncate();
                    let tip = "Take it into the hand: drag it on, change its size";
                    if ui.add(row).on_hover_text(tip).clicked() {
                        self.sketch.turn(false);
                        self.lasso.take(doc, n);
                        self.lasso.copy = matches!(edit.change, GrowChange::Copy(_));
                    }
                } else {
                    ui.add(egui::Label::new(words).truncate());
                }
            });
        }
        if doc.edits.len() > 1 && ui.add(Button::new("Take all back").small()).clicked() {
            self.lasso.clear();
            p.actions.grow(GrowEdit::ClearEdits);
        }
    }
}

fn swatch(ui: &mut Ui, [r, g, b]: [u8; 3]) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(14.0, 14.0), egui::Sense::hover());
    let colour = egui::Color32::from_rgb(r, g, b);
    ui.painter().rect_filled(rect, 3.0, colour);
}

/// An edit in words.
fn words(change: &GrowChange) -> String {
    match change {
        GrowChange::Move(to) => format!("Moved by {}{}", by(to), more(to)),
        GrowChange::Copy(to) => format!("Copied, {} away{}", by(to), more(to)),
        GrowChange::Recolour { .. } => "Recoloured".to_owned(),
        GrowChange::Remove => "Removed".to_owned(),
        GrowChange::Paint(_) => "Painted on".to_owned(),
        GrowChange::Sketch(picture) => format!("Sketched: {}", picture.title()),
    }
}

fn by(to: &GrowPlacement) -> String {
    let [x, y] = to.by;
    format!("{x}, {y} pixels")
}

/// What else was done to a part that was put elsewhere.
fn more(to: &GrowPlacement) -> String {
    let mut words = String::new();
    if to.scale != 1.0 {
        words += &format!(", {:.2}×", to.scale);
    }
    if to.flip {
        words += ", flipped";
    }
    if to.turn != 0 {
        words += &format!(", turned {}°", u32::from(to.turn) * 90);
    }
    words
}
