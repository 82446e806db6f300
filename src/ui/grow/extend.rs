//! How far a picture goes on beyond each of its edges.

use egui::{Button, Ui, vec2};

use crate::app::grow::document::GrowDoc;
use crate::app::grow::edit::GrowEdit;
use crate::ui::grow::size;
use crate::ui::panel::Panel;
use crate::ui::widgets::section::section;
use crate::ui::widgets::slider::Slider;

/// Draws the section.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc) {
    let theme = p.theme.clone();
    let Some([w, h]) = p.state.grow_source().map(|photo| photo.size) else {
        return;
    };
    section(
        ui,
        &theme,
        "Beyond the edges",
        true,
        |_| {},
        |ui| {
            presets(ui, p, doc, [w, h]);
            let sides = [("Left", w), ("Top", h), ("Right", w), ("Bottom", h)];
            for (i, (name, most)) in sides.into_iter().enumerate() {
                let now = doc.sides[i];
                let moved = Slider::new(name, now as f32, 0.0..=most.max(now) as f32, 0.0)
                    .decimals(0)
                    .step(8.0)
                    .tooltip("Pixels that are added on this side")
                    .show(ui, &theme);
                if let Some(pixels) = moved.changed {
                    let mut sides = doc.sides;
                    sides[i] = pixels.round() as u32;
                    p.actions.grow(GrowEdit::Sides(sides));
                }
            }
            size::seamless(ui, p, doc);
        },
    );
}

/// Sides in one click.
fn presets(ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc, [w, h]: [u32; 2]) {
    let around = w.min(h) / 4;
    let all = [
        ("All round", [around; 4]),
        ("Left, right", [w / 2, 0, w / 2, 0]),
        ("Top, bottom", [0, h / 2, 0, h / 2]),
    ];
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let width = (ui.available_width() - 4.0) / 3.0;
        for (text, sides) in all {
            let button = Button::new(text).selected(doc.sides == sides).truncate();
            if ui.add_sized(vec2(width, 24.0), button).clicked() {
                p.actions.grow(GrowEdit::Sides(sides));
            }
        }
    });
}
