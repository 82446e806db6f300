//! Size and shape of the result, and which of its sides go on at the other one.

use egui::{Button, DragValue, RichText, Ui, vec2};

use crate::app::grow::document::{GrowDoc, GrowWay};
use crate::app::grow::edit::GrowEdit;
use crate::app::grow::growing;
use crate::ui::panel::Panel;
use crate::ui::widgets::button::choice;

/// Sides that can be typed.
const SIDES: std::ops::RangeInclusive<u32> = 16..=16_384;
/// Pixels that presets go up to.
const MOST_PIXELS: u64 = 16_000_000;

/// Which sides go on at the other one.
const SEAMLESS: [([bool; 2], &str, &str); 4] = [
    ([false; 2], "Off", "It has edges"),
    (
        [true, false],
        "Across",
        "The left side goes on at the right: for a frieze",
    ),
    ([false, true], "Down", "The upper side goes on at the lower"),
    (
        [true; 2],
        "Both",
        "All sides go on at the other: for wallpapers and textures",
    ),
];

/// Draws them.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc) {
    let Some(now) = growing::result_size(p.state) else {
        ui.weak("Reading…");
        return;
    };
    ui.add_enabled_ui(!doc.keeps(), |ui| {
        numbers(ui, p, now);
        presets(ui, p, doc);
    });
    seamless(ui, p, doc);
    if doc.way == GrowWay::Vary && doc.seamless != [false; 2] {
        let mut keep = doc.keep;
        let check = ui.checkbox(&mut keep, "Keep the picture").on_hover_text(
            "On: only what its edges need changes, and it gets a little smaller. Off: it is arranged anew",
        );
        if check.changed() {
            p.actions.grow(GrowEdit::Keep(keep));
        }
    }
}

/// Which sides go on at the other one.
pub(super) fn seamless(ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc) {
    ui.horizontal(|ui| {
        let label = ui.label("Seamless");
        let theme = p.theme.clone();
        ui.vertical(|ui| {
            if let Some(sides) = choice(ui, &theme, doc.seamless, &SEAMLESS) {
                p.actions.grow(GrowEdit::Seamless(sides));
            }
        })
        .response
        .labelled_by(label.id);
    });
}

/// Width and height.
fn numbers(ui: &mut Ui, p: &mut Panel<'_>, now: [u32; 2]) {
    let mut next = now;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let size = vec2(86.0, 24.0);
        for (i, name) in ["Width", "Height"].into_iter().enumerate() {
            if i == 1 {
                ui.label("×");
            }
            let field = DragValue::new(&mut next[i])
                .range(SIDES)
                .speed(2.0)
                .update_while_editing(false);
            ui.add_sized(size, field)
                .on_hover_text("In pixels: drag, or click and type")
                .accessible_name(name);
        }
        let [w, h] = now.map(f64::from);
        ui.weak(format!("pixels, {:.1} MP", w * h / 1e6));
    });
    if next != now {
        p.actions.grow(GrowEdit::Size(Some(next)));
    }
}

/// Shapes in one click.
fn presets(ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc) {
    let structure = doc.structure.as_ref().and_then(|s| p.state.photos.of(s));
    let own = match (doc.way, structure) {
        (GrowWay::Remix, Some(structure)) => structure.size,
        _ => p.state.grow_source().map_or([1, 1], |photo| photo.size),
    };
    let [w, h] = own;
    let side = (f64::from(w) * f64::from(h)).sqrt().round() as u32;
    let own_text = match doc.way {
        GrowWay::Remix => "As second",
        _ => "As source",
    };
    let all = [
        (own_text, None, "The size of the picture"),
        ("2×", Some([2 * w, 2 * h]), "Twice as wide and high"),
        ("Wide", Some([2 * w, h]), "Twice as wide"),
        ("Tall", Some([w, 2 * h]), "Twice as high"),
        ("Square", Some([side, side]), "As many pixels, square"),
    ];
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let narrow = (ui.available_width() - 8.0 - 76.0) / 4.0;
        for (n, (text, size, tip)) in all.into_iter().enumerate() {
            let fits =
                size.is_none_or(|[w, h]: [u32; 2]| u64::from(w) * u64::from(h) <= MOST_PIXELS);
            let button = Button::new(RichText::new(text).size(12.0))
                .selected(doc.size == size)
                .truncate();
            let width = if n == 0 { 76.0 } else { narrow };
            let clicked = ui
                .add_enabled_ui(fits, |ui| ui.add_sized(vec2(width, 24.0), button))
                .inner
                .on_hover_text(tip)
                .on_disabled_hover_text("That would be more than 16 megapixels")
                .clicked();
            if clicked {
                p.actions.grow(GrowEdit::Size(size));
            }
        }
    });
}
