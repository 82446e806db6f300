//! Grow as a person uses it: found by what is written on the window, on a real gallery and a
//! painter whose results are certain.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../ui_doors/mod.rs"]
mod ui_doors;

mod look;
mod ways;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use limner::app::action::{Action, Destination, FileRole, Pick, Subject};
use limner::app::at_hand;
use limner::app::command::Command;
use limner::app::grow::document::{GrowDoc, GrowWay};
use limner::app::view::Workspace;
use limner::picture::Picture;
use limner::recipe::{GrowTask, Making};
use ui_doors::{Studio, studio, studio_in};

const SIZE: [f32; 2] = [1280.0, 900.0];

fn in_grow<'a>() -> Studio<'a> {
    let mut s = studio(SIZE, egui::Theme::Dark);
    go(&mut s, "Grow");
    s
}

/// With a picture of 320 × 200 pixels.
fn with_picture<'a>() -> Studio<'a> {
    let mut s = in_grow();
    s.open_for("meadow.png", FileRole::GrowSource);
    s
}

/// To a workspace, by its tab.
fn go(s: &mut Studio<'_>, tab: &str) {
    s.window.get_by_role_and_label(Role::Tab, tab).click();
    s.settle();
}

fn doc<'a>(s: &'a Studio<'_>) -> &'a GrowDoc {
    &s.window.state().state.doc.grow
}

fn workspace(s: &Studio<'_>) -> Workspace {
    s.window.state().state.view.workspace
}

/// The whole picture, once it is grown.
fn grown(s: &Studio<'_>) -> Option<Picture> {
    at_hand::picture(Workspace::Grow, &s.window.state().state).cloned()
}

fn labels(s: &Studio<'_>) -> Vec<String> {
    let steps = s.window.state().state.front_history().unwrap().steps();
    steps.iter().map(|step| step.label.clone()).collect()
}

#[test]
fn an_empty_grow_invites_and_its_buttons_lead_somewhere() {
    let mut s = in_grow();
    s.window.get_by_label("Grow new pictures from your own");
    s.click("Open a photo…");
    s.click("Try the sample photo");
    {
        let asked = s.asked.borrow();
        assert!(matches!(asked.picks[0], Pick::Open(FileRole::GrowSource)));
        let sample = &asked.picks[1];
        assert!(matches!(sample, Pick::SamplePhoto(FileRole::GrowSource)));
    }
    s.command(Command::Keep);
    assert!(s.titles().is_empty(), "there is nothing to keep yet");
    // A picture that is dropped onto it is its own, not Style's.
    let path = s.folder.path().join("dropped.png");
    ui_doors::photo(&path);
    s.window.state_mut().act(Action::DropFiles(vec![path]));
    s.settle();
    assert_eq!(doc(&s).source.as_ref().unwrap().name, "dropped.png");
    assert!(s.window.state().state.doc.style.photo.is_none());
    s.command(Command::OpenPhoto);
    let last = format!("{:?}", s.asked.borrow().picks.last());
    assert!(last.contains("GrowSource"), "{last}");
}

#[test]
fn a_picture_varies_at_once_and_another_seed_is_another_picture() {
    let mut s = with_picture();
    let first = grown(&s).expect("it grows by itself");
    assert_eq!(first.size(), [320, 200]);
    s.window.get_by_label_contains("320 × 200: about");
    s.window.key_press(Key::Period);
    s.settle();
    assert_eq!(doc(&s).seed, 2);
    let second = grown(&s).unwrap();
    assert!(second != first);
    s.click("New seed");
    assert_ne!(doc(&s).seed, 2);
    s.command(Command::Undo);
    assert!(grown(&s).unwrap() == second);
    s.command(Command::Undo);
    assert!(grown(&s).unwrap() == first);
    assert_eq!(workspace(&s), Workspace::Grow);
    // What was grown once is at hand.
    let seeds: Vec<u64> = s.grown().iter().map(|params| params.seed).collect();
    assert_eq!(seeds.len(), 3, "{seeds:?}");
    let history = s.window.state().state.front_history().unwrap();
    assert!(history.steps()[history.at()].thumb.is_some());
}

#[test]
fn sliders_move_by_hand_and_keys_and_go_back() {
    let mut s = with_picture();
    s.drag_slider("Chance", 112.0, 0.98, 0.4);
    let chance = doc(&s).chance;
    assert!((0.2..0.6).contains(&chance), "{chance}");
    let all = s.grown().len();
    assert_eq!(all, 2, "the whole picture waits for the hand");
    let slider = s.window.get_by_role_and_label(Role::Slider, "Coherence");
    slider.focus();
    s.settle();
    s.window.key_press(Key::ArrowRight);
    s.settle();
    assert!(doc(&s).coherence > 0.5);
    s.click("Reset Chance");
    assert_eq!(doc(&s).chance, 1.0);
    s.command(Command::ResetSliders);
    assert_eq!(doc(&s).coherence, 0.5);
    assert_eq!(
        labels(&s),
        [
            "Start",
            "meadow.png",
            "Chance",
            "Coherence",
            "Chance",
            "Reset all sliders"
        ]
    );
}

#[test]
fn sizes_and_shapes_are_a_click_or_a_number() {
    let mut s = with_picture();
    for (button, size) in [
        ("Wide", Some([640, 200])),
        ("Tall", Some([320, 400])),
        ("2×", Some([640, 400])),
        ("Square", Some([253, 253])),
        ("As source", None),
    ] {
        s.click(button);
        assert_eq!(doc(&s).size, size, "{button}");
        let size = size.unwrap_or([320, 200]);
        assert_eq!(grown(&s).unwrap().size(), size);
    }
    let width = s.window.get_by_label("Width");
    width.focus();
    s.settle();
    s.window.key_press(Key::ArrowUp);
    s.settle();
    assert!(doc(&s).size.unwrap()[0] > 320);
}

#[test]
fn a_seamless_picture_is_shown_next_to_itself() {
    let mut s = with_picture();
    s.click("Both");
    assert_eq!(doc(&s).seamless, [true; 2]);
    assert_eq!(s.grown().last().unwrap().seamless, [true; 2]);
    s.click("Show tiles");
    s.window.get_by_role_and_label(Role::Image, "Tiles");
    s.click("Across");
    s.window.get_by_role_and_label(Role::Image, "Tiles");
    s.window.get_by_label("Keep the picture").click();
    s.settle();
    assert_eq!(s.grown().last().unwrap().task, GrowTask::Tile);
    s.click("Off");
    s.window.get_by_role_and_label(Role::Image, "Grown picture");
}

#[test]
fn large_pictures_wait_until_they_are_asked_for_and_can_be_stopped() {
    let mut s = with_picture();
    s.asked.borrow_mut().hold_growing = true;
    s.asked.borrow_mut().engine.clear();
    s.window
        .state_mut()
        .act(Action::Grow(limner::app::grow::edit::GrowEdit::Size(Some(
            [4000, 2500],
        ))));
    s.settle();
    assert!(s.grown().is_empty());
    s.window.get_by_label_contains("4000 × 2500: about");
    s.window.get_by_label_contains("the whole has 4000 × 2500");
    s.click("Grow whole picture");
    assert_eq!(s.grown().len(), 1);
    s.window.get_by_label_contains("Growing 4000 × 2500, 3");
    s.click("Stop growing");
    s.settle();
    assert!(s.window.state().state.engine.jobs.is_empty());
    assert_eq!(s.grown().len(), 1, "it isn't begun again by itself");
    s.window
        .get_by_role_and_label(Role::Button, "Grow whole picture");
}

#[test]
fn the_next_change_stops_what_grows_and_a_saved_one_goes_on() {
    let mut s = in_grow();
    s.asked.borrow_mut().hold_growing = true;
    s.open_for("meadow.png", FileRole::GrowSource);
    s.window.get_by_label_contains("Growing 320 × 200");
    s.command(Command::NextSeed);
    let at_work = |s: &Studio<'_>| {
        let jobs = &s.window.state().state.engine.jobs;
        jobs.iter()
            .map(|job| job.title.clone())
            .collect::<Vec<String>>()
    };
    assert_eq!(at_work(&s).len(), 1);
    assert!(s.toasts().iter().all(|t| !t.contains("stopped")));
    // To be saved: it is finished, whatever is looked at meanwhile.
    s.command(Command::Keep);
    s.command(Command::NextSeed);
    assert_eq!(at_work(&s).len(), 2);
    // Other workspaces aren't held up.
    go(&mut s, "Explore");
    s.command(Command::NextSeed);
    assert!(s.window.state().state.previews.explore.is_some());
}

#[test]
fn many_seeds_side_by_side_and_a_click_takes_one() {
    let mut s = with_picture();
    s.window.key_press(Key::N);
    s.settle();
    for seed in 1..=16 {
        s.window
            .get_by_role_and_label(Role::Button, &format!("Seed {seed}"));
    }
    s.click("Seed 7");
    assert_eq!(doc(&s).seed, 7);
    assert_eq!(grown(&s).unwrap().size(), [320, 200]);
    // The one that was taken is marked among the others.
    s.command(Command::ToggleVariations);
    s.window.get_by_role_and_label(Role::Button, "Seed 16");
    s.click("Others");
    s.window.get_by_role_and_label(Role::Button, "Seed 32");
    s.window.key_press(Key::Escape);
    s.settle();
    s.window.get_by_role_and_label(Role::Image, "Grown picture");
}

#[test]
fn two_pictures_that_are_picked_have_children() {
    let mut s = with_picture();
    s.click("Variations");
    s.click("Pick seed 3");
    s.click("Pick seed 9");
    s.click("Breed");
    s.click("Child 4");
    let breed = doc(&s).breed.clone().unwrap();
    assert_eq!((doc(&s).seed, breed.seed), (3, 9));
    s.window.get_by_label_contains("seeds 3 and 9");
    assert!(s.grown().last().unwrap().breed.is_some());
    // Another seed is another picture.
    s.command(Command::NextSeed);
    assert!(doc(&s).breed.is_none());
    s.command(Command::Undo);
    assert!(doc(&s).breed.is_some());
}

#[test]
fn kept_it_carries_its_recipe_and_opens_again_where_it_was() {
    let mut s = with_picture();
    s.click("Extend");
    let made = grown(&s).unwrap();
    s.click("Save to gallery");
    let entry = s.window.state().state.gallery.entries[0].clone();
    s.click("Vary");
    s.command(Command::NextSeed);
    go(&mut s, "Gallery");
    s.window.state_mut().act(Action::Send {
        to: Destination::Explore,
        what: Subject::Gallery(entry.id),
    });
    s.settle();
    assert_eq!(workspace(&s), Workspace::Grow);
    assert_eq!(doc(&s).way, GrowWay::Extend);
    assert!(grown(&s).unwrap() == made);
    // The kept picture itself can grow on.
    s.window.state_mut().act(Action::Send {
        to: Destination::GrowSource,
        what: Subject::Gallery(entry.id),
    });
    s.settle();
    assert_ne!(doc(&s).source.as_ref().unwrap().name, "meadow.png");
}

#[test]
fn a_recipe_whose_picture_is_gone_says_so() {
    let mut s = with_picture();
    let mut params = limner::app::grow::growing::params(&s.window.state().state)
        .map(|params| (*params).clone())
        .unwrap();
    params.source.sha256 = "00".repeat(32);
    params.source.path = "/nowhere/gone.png".into();
    let recipe = limner::app::recipes::bare_recipe(Making::Grow(params));
    s.window
        .state_mut()
        .act(Action::OpenRecipe(Box::new(recipe)));
    s.settle();
    let told = s.window.query_all_by_label_contains("gone.png");
    assert!(told.count() > 0);
    assert!(s.grown().len() == 1, "nothing is grown of what isn't there");
}

#[test]
fn pictures_come_from_explore_and_style() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    go(&mut s, "Explore");
    s.click("Send to Grow");
    let source = doc(&s).source.clone();
    assert!(source.is_some());
    s.command(Command::GoStyle);
    s.open_photo("portrait.png");
    s.click("Style Embers");
    s.command(Command::SendToGrow);
    assert_ne!(doc(&s).source, source);
}

#[test]
fn picture_settings_and_history_outlive_a_restart() {
    let mut s = studio_in(tempfile::tempdir().unwrap(), SIZE, egui::Theme::Dark);
    s.command(Command::GoGrow);
    s.open_for("meadow.png", FileRole::GrowSource);
    s.command(Command::NextSeed);
    s.click("Extend");
    let (before, made) = (doc(&s).clone(), grown(&s).unwrap());
    let mut s = s.restart(SIZE);
    assert_eq!(*doc(&s), before);
    assert!(grown(&s).unwrap() == made, "it is grown again");
    s.command(Command::Undo);
    assert_eq!(doc(&s).way, GrowWay::Vary);
    assert_eq!(labels(&s), ["Start", "meadow.png", "Seed 2", "Extend"]);
}
