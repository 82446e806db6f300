//! A photo that is no panorama yet: extended to a full turn.

use egui::Ui;

use crate::app::command::Command;
use crate::app::spaces::edit::SpacesEdit;
use crate::app::spaces::making;
use crate::app::spaces::strip_doc::StripDoc;
use crate::engine::surface_job::usual_fov;
use crate::recipe::{StripProjection, ranges};
use crate::ui::panel::Panel;
use crate::ui::spaces::{waves, whole};
use crate::ui::widgets::button::choice;
use crate::ui::widgets::seed_row::{SeedEdit, seed_row};
use crate::ui::widgets::slider::Slider;

const PROJECTIONS: [(StripProjection, &str, &str); 2] = [
    (
        StripProjection::Cylindrical,
        "Cylinder",
        "As telephones and most stitchers make them: what is upright stays straight",
    ),
    (
        StripProjection::Equirectangular,
        "Sphere",
        "Heights are angles, as in 360° panoramas",
    ),
];

const WIDTHS: [(Option<u32>, &str, &str); 4] = [
    (None, "Own", "The photo keeps its size within the panorama"),
    (Some(2048), "2048", "2048 × 1024 pixels"),
    (Some(4096), "4096", "4096 × 2048 pixels"),
    (Some(8192), "8192", "8192 × 4096 pixels: some minutes"),
];

/// A change of it.
fn change(p: &mut Panel<'_>, label: &'static str, to: impl FnOnce(&mut StripDoc)) {
    let mut panorama = p.state.doc.spaces.panorama.clone();
    to(&mut panorama.strip);
    p.actions
        .spaces(SpacesEdit::Panorama(panorama.into(), label));
}

/// Draws the section's inside.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>) {
    let theme = p.theme.clone();
    let Some(photo) = making::photo(p.state) else {
        return;
    };
    let usual = usual_fov(photo.size);
    let strip = p.state.doc.spaces.panorama.strip.clone();
    let mut on = strip.on;
    let check = ui
        .checkbox(&mut on, "Extend to a full turn")
        .on_hover_text("Grow a strip photo on until its ends meet, and up and down");
    if check.changed() {
        change(p, "Extend to a full turn", |strip| strip.on = on);
    }
    if !on {
        return;
    }
    let fov = strip.turn.fov.unwrap_or(usual);
    let moved = Slider::new("Photo shows", fov, ranges::STRIP_FOV.ends(), usual)
        .decimals(0)
        .step(1.0)
        .suffix("°")
        .tooltip("How much of the full turn the photo shows from side to side; at first a guess by its shape, as if it were 50° high")
        .show(ui, &theme);
    if let Some(fov) = moved.changed {
        change(p, "Photo shows", |strip| strip.turn.fov = Some(fov));
    }
    let moved = Slider::new(
        "Horizon",
        strip.turn.horizon * 100.0,
        ranges::HORIZON.percent(),
        50.0,
    )
    .decimals(0)
    .step(1.0)
    .suffix(" %")
    .tooltip("Where the horizon is in the photo, from its upper edge")
    .show(ui, &theme);
    if let Some(percent) = moved.changed {
        change(p, "Horizon", |strip| strip.turn.horizon = percent / 100.0);
    }
    if let Some(projection) = choice(ui, &theme, strip.turn.projection, &PROJECTIONS) {
        change(p, "Projection", |strip| strip.turn.projection = projection);
    }
    ui.add_space(2.0);
    if let Some(width) = choice(ui, &theme, strip.width, &WIDTHS) {
        change(p, "Size", |strip| strip.width = width);
    }
    let dice = |ui: &mut Ui| waves::dice(ui, &theme);
    match seed_row(ui, &theme, "Seed", strip.seed, dice) {
        SeedEdit::None => {}
        SeedEdit::To(seed) => change(p, "Seed", |strip| strip.seed = seed),
        SeedEdit::Dice => p.actions.command(Command::NewSeed),
    }
}

const WORDS: whole::Words = whole::Words {
    make: "Make the full turn",
    tip: "Grow the whole panorama at its full size",
    stop: "Stop making the full turn",
};

/// What it takes, and how far it is.
pub(super) fn progress(ui: &mut Ui, p: &mut Panel<'_>) {
    whole::ui(ui, p, &WORDS);
}
