//! The panel of a tile: a picture made seamless, or *Waves* on a torus.

use egui::Ui;

use crate::app::action::{Action, Destination, Subject, ViewEdit};
use crate::app::command::Command;
use crate::app::spaces::document::{Origin, PERIOD, SpacesMode, TileDoc, TileWay};
use crate::app::spaces::edit::SpacesEdit;
use crate::app::spaces::looks::TileView;
use crate::app::spaces::making;
use crate::engine::surface_job::SEAMLESS;
use crate::recipe::Domain;
use crate::ui::canvas::picture_actions;
use crate::ui::panel::Panel;
use crate::ui::spaces::{waves, whole};
use crate::ui::widgets::button::choice;
use crate::ui::widgets::section::section;
use crate::ui::widgets::seed_row::{SeedEdit, seed_row};
use crate::ui::widgets::slider::Slider;

const ORIGINS: [(Origin, &str, &str); 2] = [
    (
        Origin::Picture,
        "Your picture",
        "Make your picture seamless",
    ),
    (
        Origin::Waves,
        "Waves",
        "Compute a tile that has no seam at all",
    ),
];

const WAYS: [(TileWay, &str, &str); 2] = [
    (
        TileWay::Keep,
        "Cut and blend",
        "The picture stays as it is, but for what its edges need; it becomes a little smaller",
    ),
    (
        TileWay::Grow,
        "Grow anew",
        "Another picture of the same material, grown without a seam",
    ),
];

const SIDES: [([bool; 2], &str, &str); 3] = [
    ([true, true], "Both ways", "It goes on at all sides"),
    ([true, false], "Across only", "It goes on left and right"),
    ([false, true], "Down only", "It goes on above and below"),
];

const VIEWS: [(TileView, &str, &str); 3] = [
    (TileView::One, "Once", "The tile itself"),
    (
        TileView::Repeated,
        "3 × 3",
        "The tile next to itself, as it will lie",
    ),
    (
        TileView::Offset,
        "Offset",
        "Moved by half: what was at the edges is in the middle",
    ),
];

const SIZES: [(u32, &str, &str); 4] = [
    (512, "512", "512 × 512 pixels"),
    (1024, "1024", "1024 × 1024 pixels"),
    (2048, "2048", "2048 × 2048 pixels"),
    (4096, "4096", "4096 × 4096 pixels"),
];

/// Where the tile comes from.
pub(super) fn origin(ui: &mut Ui, p: &mut Panel<'_>) {
    let theme = p.theme.clone();
    let tile = &p.state.doc.spaces.tile;
    if let Some(origin) = choice(ui, &theme, tile.origin, &ORIGINS) {
        let tile = TileDoc {
            origin,
            ..tile.clone()
        };
        p.actions.spaces(SpacesEdit::Tile(tile.into(), "Source"));
    }
}

/// Draws the sections.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>) {
    let theme = p.theme.clone();
    match p.state.doc.spaces.tile.origin {
        Origin::Picture => {
            section(ui, &theme, "How", true, |_| {}, |ui| picture(ui, p));
        }
        Origin::Waves => {
            section(
                ui,
                &theme,
                "Pattern",
                true,
                |_| {},
                |ui| tile_of_waves(ui, p),
            );
        }
    }
    section(ui, &theme, "Show", true, |_| {}, |ui| shown(ui, p));
}

/// A change of the tile.
fn change(p: &mut Panel<'_>, label: &'static str, to: impl FnOnce(&mut TileDoc)) {
    let mut tile = p.state.doc.spaces.tile.clone();
    to(&mut tile);
    p.actions.spaces(SpacesEdit::Tile(tile.into(), label));
}

fn picture(ui: &mut Ui, p: &mut Panel<'_>) {
    let theme = p.theme.clone();
    let tile = p.state.doc.spaces.tile.clone();
    if let Some(way) = choice(ui, &theme, tile.way, &WAYS) {
        change(p, "How", |tile| tile.way = way);
    }
    ui.add_space(2.0);
    if let Some(sides) = choice(ui, &theme, tile.sides, &SIDES) {
        change(p, "Sides", |tile| tile.sides = sides);
    }
    if tile.way == TileWay::Grow {
        let dice = |ui: &mut Ui| waves::dice(ui, &theme);
        match seed_row(ui, &theme, "Seed", tile.seed, dice) {
            SeedEdit::None => {}
            SeedEdit::To(seed) => change(p, "Seed", |tile| tile.seed = seed),
            SeedEdit::Dice => p.actions.command(Command::NewSeed),
        }
    }
}

fn tile_of_waves(ui: &mut Ui, p: &mut Panel<'_>) {
    let theme = p.theme.clone();
    let tile = p.state.doc.spaces.tile.clone();
    if let Some(params) = waves::ui(ui, p, &tile.waves) {
        change(p, params.1, |tile| tile.waves = params.0);
    }
    let Domain::Torus {
        seamless,
        period,
        turns,
    } = tile.waves.domain
    else {
        return;
    };
    let torus = |seamless, period, turns| Domain::Torus {
        seamless,
        period,
        turns,
    };
    let moved = Slider::new("Period", period, 0.25..=4.0, PERIOD)
        .tooltip("How much there is to see until it begins again")
        .show(ui, &theme);
    if let Some(period) = moved.changed {
        change(p, "Period", |tile| {
            tile.waves.domain = torus(seamless, period, turns);
        });
    }
    for (i, name) in ["Turns across", "Turns down"].into_iter().enumerate() {
        let moved = Slider::new(name, turns[i] as f32, 1.0..=16.0, 1.0)
            .decimals(0)
            .step(1.0)
            .tooltip("How often the pattern repeats within the tile")
            .show(ui, &theme);
        if let Some(to) = moved.changed {
            let mut turns = turns;
            turns[i] = to.round() as u32;
            change(p, name, |tile| {
                tile.waves.domain = torus(seamless, period, turns);
            });
        }
    }
    if let Some(sides) = choice(ui, &theme, seamless, &SIDES) {
        change(p, "Sides", |tile| {
            tile.waves.domain = torus(sides, period, turns);
        });
    }
    ui.add_space(2.0);
    let side = tile.waves.size.map_or(0, |[w, _]| w);
    if let Some(side) = choice(ui, &theme, side, &SIZES) {
        change(p, "Size", |tile| tile.waves.size = Some([side; 2]));
    }
    let explored = waves::explored(p, &tile.waves);
    let take = ui
        .add_enabled(explored.is_some(), egui::Button::new("Take from Explore"))
        .on_hover_text("The picture of Waves that Explore shows, with all its sliders, as a tile")
        .on_disabled_hover_text("Choose Waves in Explore first");
    if let Some(params) = explored.filter(|_| take.clicked()) {
        change(p, "Take from Explore", |tile| tile.waves = params);
    }
}

fn shown(ui: &mut Ui, p: &mut Panel<'_>) {
    let theme = p.theme.clone();
    let view = p.state.view.spaces;
    if let Some(tile) = choice(ui, &theme, view.tile, &VIEWS) {
        let mut view = view;
        view.tile = tile;
        p.actions.view(ViewEdit::Spaces(view));
    }
    ui.add_space(2.0);
    score(ui, p);
}

/// How seamless it is, in numbers.
fn score(ui: &mut Ui, p: &Panel<'_>) {
    let state = p.state;
    let now = making::look(state).and_then(|work| state.spaces.seam_of(&work));
    let Some([x, y]) = now else {
        ui.weak("Seam score: not yet");
        return;
    };
    let words = format!("Seam score {x:.2} across, {y:.2} down");
    let good = x.max(y) <= SEAMLESS;
    let color = if good { *p.theme.good } else { *p.theme.warn };
    ui.colored_label(color, words).on_hover_text(
        "How much stronger the picture changes across its border than inside: 1 has no seam, photos have 5 and more",
    );
    let before = making::photo(state).filter(|_| state.doc.spaces.tile.origin == Origin::Picture);
    let before = before.and_then(|photo| state.spaces.seam_before(&photo.source.sha256));
    if let Some([x, y]) = before {
        ui.weak(format!("Before: {x:.2} across, {y:.2} down"));
    }
}

/// What it takes, and what to do with it.
pub(super) fn actions(ui: &mut Ui, p: &mut Panel<'_>) {
    whole::ui(ui, p, &WORDS);
    if making::work(&p.state.doc.spaces).is_none() {
        return;
    }
    picture_actions::ui(ui, p);
    let material = ui
        .button("Use in Material")
        .on_hover_text("Make maps for renderers of this tile");
    if material.clicked() {
        // As it is now, before another mode is in front.
        p.actions.push(Action::Send {
            to: Destination::SpacesSource,
            what: Subject::Spaces,
        });
        p.actions.spaces(SpacesEdit::Mode(SpacesMode::Material));
    }
}

const WORDS: whole::Words = whole::Words {
    make: "Make it seamless",
    tip: "Make the whole picture seamless at its full size",
    stop: "Stop making it seamless",
};
