//! Explore as a person uses it: widgets are found by their accessible names.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../common/mod.rs"]
mod common;
mod networks;

use common::{Outside, drag, hold, release, shown, studio};
use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use limner::app::view::Compare;
use limner::engine::protocol::{Job, Tier};
use limner::recipe::{ExploreParams, LatentOrigin};
use limner::window::StudioApp;

type Studio<'a> = Harness<'a, StudioApp>;

/// A point on a slider's rail, 0 left end, 1 right end.
fn on_rail(rect: egui::Rect, t: f32) -> egui::Pos2 {
    // The rail begins after the name.
    let left = rect.left() + 104.0;
    egui::pos2(left + (rect.right() - 6.0 - left) * t, rect.center().y)
}

fn press(harness: &mut Studio<'_>, key: Key) {
    harness.key_press(key);
    harness.run_steps(4);
}

fn click(harness: &mut Studio<'_>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(4);
}

fn set(harness: &mut Studio<'_>, slider: &str, value: f64) {
    let slider = harness.get_by_role_and_label(Role::Slider, slider);
    slider.set_value_accesskit(value);
}

fn current<'a>(harness: &'a Studio<'_>) -> &'a ExploreParams {
    harness
        .state()
        .state
        .doc
        .explore
        .current()
        .expect("a picture")
}

#[test]
fn dragging_a_slider_changes_the_picture_and_undo_brings_it_back() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    let start = shown(&harness);
    let rect = harness.get_by_role_and_label(Role::Slider, "Warmth").rect();
    let (from, to) = (on_rail(rect, 0.5), on_rail(rect, 0.9));

    hold(&mut harness, from, to);
    let draft = harness.state().state.previews.explore.clone().unwrap();
    assert!(draft.is_draft(), "drafts are enough while the hand is on");
    assert_ne!(draft.picture, start);

    release(&mut harness, to);
    let full = harness.state().state.previews.explore.clone().unwrap();
    assert!(!full.is_draft(), "release asks for the full picture");
    assert_ne!(full.picture, start);
    assert!(
        harness
            .state()
            .state
            .doc
            .explore
            .sliders()
            .sigma("measured.warmth")
            > 1.0
    );
    assert_eq!(
        harness.state().state.front_history().unwrap().steps().len(),
        2,
        "one drag is one step"
    );

    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(6);
    assert_eq!(shown(&harness), start);
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    harness.run_steps(6);
    assert_eq!(shown(&harness), full.picture);
}

#[test]
fn a_slider_works_by_keys_and_resets() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness
        .get_by_role_and_label(Role::Slider, "Shape 1")
        .focus();
    harness.run_steps(2);
    for _ in 0..3 {
        harness.key_press(Key::ArrowRight);
        harness.run_steps(1);
    }
    harness.run_steps(6);
    let sigma = harness.state().state.doc.explore.sliders().sigma("pca.0");
    assert!(
        (sigma - 0.3).abs() < 1e-4,
        "three steps of 0.1, got {sigma}"
    );

    harness.get_by_label("Reset Shape 1").click();
    harness.run_steps(6);
    assert_eq!(
        harness.state().state.doc.explore.sliders().sigma("pca.0"),
        0.0
    );
    assert!(harness.query_by_label("Reset Shape 1").is_none());
}

#[test]
fn assistive_technology_can_set_a_slider() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    set(&mut harness, "Truncation", 1.25);
    harness.run_steps(6);
    assert_eq!(current(&harness).truncation_psi, 1.25);
}

#[test]
fn pressing_without_moving_asks_for_nothing() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    let before = outside.engine.borrow().canvas_tiers().len();
    let heading = harness
        .get_by_role_and_label(Role::Button, "Start")
        .rect()
        .center();
    hold(&mut harness, heading, heading);
    assert_eq!(outside.engine.borrow().canvas_tiers().len(), before);
    release(&mut harness, heading);
    assert!(matches!(
        outside.engine.borrow().canvas_tiers().last(),
        Some(Tier::Full(_))
    ));
}

#[test]
fn dice_and_steps_change_the_seed() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    let seed = |h: &Studio<'_>| h.state().state.doc.explore.seed();
    assert_eq!(seed(&harness), Some(1));
    harness.get_by_label("Seed plus one").click();
    harness.run_steps(3);
    assert_eq!(seed(&harness), Some(2));
    harness.get_by_label("Seed minus one").click();
    harness.run_steps(3);
    assert_eq!(seed(&harness), Some(1));
    let picture = shown(&harness);
    harness.key_press(Key::R);
    harness.run_steps(3);
    assert_ne!(seed(&harness), Some(1));
    assert_ne!(shown(&harness), picture);
}

#[test]
fn randomise_leaves_locked_sliders_alone() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness.get_by_label("More about Warmth").click();
    harness.run_steps(2);
    harness
        .get_by_label("Lock: Randomise leaves it alone")
        .click();
    harness.run_steps(3);
    harness.get_by_label("Randomise sliders").click();
    harness.run_steps(6);
    let doc = &harness.state().state.doc.explore;
    assert_eq!(doc.sliders().sigma("measured.warmth"), 0.0);
    let moved = ["measured.brightness", "pca.0", "pca.1", "pca.2"];
    assert!(moved.iter().any(|id| doc.sliders().sigma(id) != 0.0));
    harness.get_by_label("Reset all sliders").click();
    harness.run_steps(6);
    assert!(current(&harness).edits.is_empty());
}

#[test]
fn a_slider_can_be_renamed_and_starred() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness.get_by_label("More about Shape 2").click();
    harness.run_steps(2);
    harness.get_by_label("Rename").click();
    harness.run_steps(3);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.get_by_label("Slider name").type_text("Roundness");
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    let name = harness
        .state()
        .state
        .doc
        .explore
        .sliders()
        .mark("pca.1")
        .unwrap()
        .name
        .clone();
    assert_eq!(name.as_deref(), Some("Roundness"));
    harness.get_by_label("More about Roundness").click();
    harness.run_steps(2);
    harness.get_by_label("Star: show first").click();
    harness.run_steps(3);
    let top = harness
        .get_by_role_and_label(Role::Slider, "Roundness")
        .rect()
        .top();
    let warmth = harness
        .get_by_role_and_label(Role::Slider, "Warmth")
        .rect()
        .top();
    assert!(top < warmth, "starred sliders stand first");
}

#[test]
fn mixing_takes_layers_from_a_second_seed() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness.get_by_label("Style mixing").scroll_to_me();
    harness.run_steps(2);
    harness.get_by_label("Style mixing").click();
    harness.run_steps(3);
    let check = "Use a second seed";
    harness.get_by_label(check).scroll_to_me();
    harness.run_steps(2);
    harness.get_by_label(check).click();
    harness.run_steps(3);
    let coarse = harness.get_by_label("Coarse");
    coarse.scroll_to_me();
    harness.run_steps(2);
    harness.get_by_label("Coarse").click();
    harness.run_steps(3);
    let mix = current(&harness).mix.unwrap();
    assert_eq!((mix.seed, mix.layers.start, mix.layers.end), (2, 0, 2));
}

#[test]
fn variations_move_the_picture_and_two_can_breed() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness.key_press(Key::N);
    harness.run_steps(5);
    let before = harness.state().state.doc.explore.current().cloned();
    // The picture and fifteen around it, far enough away that one sees the difference.
    harness.get_by_label("Variation 15");
    assert!((2.0..=3.0).contains(&harness.state().state.view.distance));
    harness.get_by_label("Pick variation 1").click();
    harness.run_steps(2);
    harness.get_by_label("Pick variation 2").click();
    harness.run_steps(2);
    click(&mut harness, "Breed");
    assert_eq!(
        harness.state().state.doc.explore.current().cloned(),
        before,
        "breeding only shows children"
    );
    harness.get_by_label("Variation 3").click();
    harness.run_steps(6);
    let after = harness.state().state.doc.explore.current().cloned();
    assert_ne!(after, before);
    assert!(!after.unwrap().edits.is_empty());
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(4);
    assert_eq!(harness.state().state.doc.explore.current().cloned(), before);
}

#[test]
fn kept_points_are_a_way_back() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    press(&mut harness, Key::K);
    click(&mut harness, "Seed plus one");
    press(&mut harness, Key::K);
    assert_eq!(harness.state().state.doc.explore.bookmarks.len(), 2);
    click(&mut harness, "Bookmark 1");
    assert_eq!(harness.state().state.doc.explore.seed(), Some(1));
}

#[test]
fn a_walk_needs_a_file_and_goes_through_the_kept_points() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    for _ in 0..2 {
        harness.key_press(Key::K);
        harness.run_steps(3);
        harness.key_press(Key::R);
        harness.run_steps(3);
    }
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::E);
    harness.run_steps(3);
    harness.get_by_label("Choose file…").click();
    harness.run_steps(3);
    let picks = outside.picks.borrow();
    let Some(limner::app::action::Pick::Film(film)) = picks.last() else {
        panic!("a file was asked for");
    };
    let limner::engine::protocol::FilmParams::Walk(walk) = &film.params else {
        panic!("a generator's film");
    };
    assert_eq!(walk.points.len(), 2);
    assert_eq!(walk.frames, 96);
}

#[test]
fn keep_renders_the_full_picture_for_the_gallery() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    click(&mut harness, "Save to gallery");
    let rendered = outside
        .engine
        .borrow()
        .jobs()
        .iter()
        .any(|j| matches!(j, Job::Render(_)));
    assert!(rendered);
    let saved = outside.gallery.borrow().iter().any(|r| {
        matches!(r, limner::gallery::protocol::GalleryRequest::Save { recipe, .. }
            if matches!(recipe.making, limner::recipe::Making::Explore(_)))
    });
    assert!(saved, "the picture went to the gallery with its recipe");
}

#[test]
fn a_pasted_recipe_brings_its_picture() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    let mut params = limner::recipe::ExploreParams::new("orchard", 4711);
    params.truncation_psi = 0.3;
    let recipe = limner::app::recipes::bare_recipe(limner::recipe::Making::Explore(params));
    harness.event(egui::Event::Paste(serde_json::to_string(&recipe).unwrap()));
    harness.run_steps(5);
    let now = current(&harness);
    assert_eq!(now.origin, LatentOrigin::Seed(4711));
    assert_eq!(now.truncation_psi, 0.3);
}

#[test]
fn a_recipe_of_a_missing_model_says_so_and_changes_nothing() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    let params = limner::recipe::ExploreParams::new("nowhere", 5);
    let recipe = limner::app::recipes::bare_recipe(limner::recipe::Making::Explore(params));
    harness.event(egui::Event::Paste(serde_json::to_string(&recipe).unwrap()));
    harness.run_steps(4);
    assert_eq!(harness.state().state.doc.explore.model, "orchard");
    harness.get_by_label_contains("which isn't here");
}

#[test]
fn history_goes_back_to_any_step() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    for _ in 0..3 {
        harness.get_by_label("Seed plus one").click();
        harness.run_steps(6);
    }
    assert_eq!(
        harness.state().state.front_history().unwrap().steps().len(),
        4
    );
    click(&mut harness, "Step 2: Seed 2");
    assert_eq!(harness.state().state.doc.explore.seed(), Some(2));
    assert!(
        harness.state().state.front_history().unwrap().steps()[1]
            .thumb
            .is_some()
    );
}

#[test]
fn wheel_zooms_and_a_key_fits_again() {
    use limner::app::view::Zoom;
    let outside = Outside::default();
    let mut harness = studio(&outside);
    let middle = harness
        .get_by_role_and_label(Role::Image, "Picture")
        .rect()
        .center();
    harness.hover_at(middle);
    harness.run_steps(1);
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, 120.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    harness.run_steps(6);
    assert!(matches!(
        harness.state().state.view.explore.zoom,
        Zoom::Scale(_)
    ));
    harness.key_press(Key::F);
    harness.run_steps(2);
    assert_eq!(harness.state().state.view.explore.zoom, Zoom::Fit);
    let rect = harness.get_by_role_and_label(Role::Image, "Picture").rect();
    drag(
        &mut harness,
        rect.center(),
        rect.center() + egui::vec2(60.0, 0.0),
    );
    assert!(
        harness.state().state.view.explore.center[0] < 0.5,
        "dragging pans"
    );
}

#[test]
fn the_difference_to_before_is_shown_and_goes_away() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness.key_press(Key::D);
    harness.run_steps(6);
    harness.get_by_role_and_label(Role::Image, "Both are the same");
    set(&mut harness, "Warmth", 2.0);
    harness.run_steps(8);
    harness.get_by_role_and_label(Role::Image, "Difference: dark is the same");
    harness
        .get_by_role_and_label(Role::Button, "Before and after")
        .click();
    harness.run_steps(4);
    assert_eq!(harness.state().state.view.compare, Compare::Split);
    press(&mut harness, Key::D);
    press(&mut harness, Key::D);
    assert_eq!(harness.state().state.view.compare, Compare::Off);
    assert!(
        harness
            .query_by_label("Difference: dark is the same")
            .is_none()
    );
}

#[test]
fn the_split_line_can_be_set_by_assistive_technology() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    set(&mut harness, "Warmth", 2.0);
    harness.run_steps(8);
    press(&mut harness, Key::Y);
    set(&mut harness, "Before and after", 0.25);
    harness.run_steps(4);
    let divider = harness.state().state.view.explore.divider;
    assert!((divider - 0.25).abs() < 1e-5, "{divider}");
}

#[test]
fn a_number_beyond_the_rail_is_limited_and_says_so() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    assert!(harness.query_by_label_contains("goes from").is_none());
    harness.get_by_label("Truncation value").click();
    harness.run_steps(2);
    harness.event(egui::Event::Text("9".into()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(current(&harness).truncation_psi, 2.0);
    harness.get_by_label("Truncation goes from -1.00 to 2.00");
}
