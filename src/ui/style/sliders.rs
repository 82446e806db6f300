//! Strength, brush size, keep colours; the share and the inner character of a style.

use egui::Ui;

use crate::app::style::edit::StyleEdit;
use crate::engine::surface_job::is_panorama;
use crate::recipe::{StyleLayer, Wrap, ranges};
use crate::ui::panel::Panel;
use crate::ui::style::fine;
use crate::ui::widgets::button::choice;
use crate::ui::widgets::slider::Slider;

/// Sliders of a style code shown at first; the rest on demand.
const CHARACTERS: usize = 8;

/// How the photo goes on beyond its sides.
const WRAPS: [(Wrap, &str, &str); 5] = [
    (Wrap::None, "Off", "It has edges"),
    (
        Wrap::Tile([true, false]),
        "Across",
        "A photo whose left side goes on at the right stays so",
    ),
    (
        Wrap::Tile([false, true]),
        "Down",
        "A photo whose upper side goes on at the lower stays so",
    ),
    (
        Wrap::Tile([true; 2]),
        "Both",
        "A seamless photo stays seamless: for wallpapers and textures",
    ),
    (
        Wrap::Panorama,
        "360°",
        "A panorama, twice as wide as high: strokes are as large all around, without a seam. Photos that say to be one are known",
    ),
];

/// Fast or Fine, the three main sliders, and the steps of Fine.
pub fn main(ui: &mut Ui, p: &mut Panel<'_>) {
    fine::quality(ui, p);
    let doc = &p.state.doc.style;
    let strength = Slider::new(
        "Strength",
        doc.strength * 100.0,
        ranges::STRENGTH.percent(),
        100.0,
    )
    .decimals(0)
    .tooltip("In percent: 0 is the photo, 100 the whole style, beyond that it exaggerates")
    .show(ui, &p.theme);
    if let Some(v) = strength.changed {
        p.actions.style(StyleEdit::Strength(v / 100.0));
    }
    let brush = Slider::new("Stroke scale", doc.brush, ranges::BRUSH.ends(), 1.0)
        .logarithmic()
        .tooltip("How large the strokes are compared to the picture, 1 as the style has them; the same at every size")
        .show(ui, &p.theme);
    if let Some(v) = brush.changed {
        p.actions.style(StyleEdit::Brush(v));
    }
    let keep = Slider::new(
        "Keep colours",
        doc.keep_colors * 100.0,
        ranges::KEEP_COLORS.percent(),
        0.0,
    )
    .decimals(0)
    .tooltip("In percent: 0 takes the style's palette, 100 keeps the colours of the photo")
    .show(ui, &p.theme);
    if let Some(v) = keep.changed {
        p.actions.style(StyleEdit::KeepColors(v / 100.0));
    }
    seamless(ui, p);
    fine::effort(ui, p);
}

fn seamless(ui: &mut Ui, p: &mut Panel<'_>) {
    let now = p.state.doc.style.wrap;
    // A panorama can't be chosen for a photo that can't be one.
    let size = p.state.photo().map(|photo| photo.size);
    let could_be = size.is_some_and(is_panorama) || now.is_panorama();
    let ways = if could_be { &WRAPS[..] } else { &WRAPS[..4] };
    ui.horizontal(|ui| {
        let label = ui.label("Seamless");
        let theme = p.theme.clone();
        ui.vertical(|ui| {
            if let Some(wrap) = choice(ui, &theme, now, ways) {
                p.actions.style(StyleEdit::Wrap(wrap));
            }
        })
        .response
        .labelled_by(label.id);
    });
}

/// How much of a style among several, in percent of the mixture: all of them are 100.
pub fn share(ui: &mut Ui, p: &mut Panel<'_>, at: usize, percent: u32) {
    let name = format!("Weight {}", at + 1);
    let even = 100.0 / p.state.doc.style.styles.len().max(1) as f32;
    let moved = Slider::new(
        &name,
        percent as f32,
        ranges::WEIGHT.percent(),
        even.round(),
    )
    .decimals(0)
    .name_width(56.0)
    .tooltip("How much of this style, in percent; the others share the rest as they did")
    .show(ui, &p.theme);
    if let Some(v) = moved.changed {
        p.actions.style(StyleEdit::Weight(at, v / 100.0));
    }
}

/// Sliders along the style code's main directions.
pub fn code(ui: &mut Ui, p: &mut Panel<'_>, at: usize, layer: &StyleLayer) {
    let count = p.state.style_model().map_or(0, |m| m.code_len);
    let all_id = ui.scope_id().with("all characters");
    let mut all: bool = ui.data(|d| d.get_temp(all_id)).unwrap_or(false);
    let shown = if all { count } else { count.min(CHARACTERS) };
    for direction in 0..shown {
        let name = format!("Style component {}", direction + 1);
        let sigma = layer
            .code_edits
            .iter()
            .find(|(d, _)| *d == direction)
            .map_or(0.0, |(_, s)| *s);
        let moved = Slider::new(&name, sigma, ranges::CODE_SIGMA.ends(), 0.0)
            .decimals(1)
            .step(0.1)
            .name_width(128.0)
            .tooltip(
                "Changes the style along one of its principal components; 0 is the style as it is",
            )
            .show(ui, &p.theme);
        if let Some(sigma) = moved.changed {
            p.actions.style(StyleEdit::Code {
                style: at,
                direction,
                sigma,
            });
        }
    }
    if count > CHARACTERS {
        let text = if all { "Fewer sliders" } else { "More sliders" };
        if ui.small_button(text).clicked() {
            all = !all;
            ui.data_mut(|d| d.insert_temp(all_id, all));
        }
    }
}
