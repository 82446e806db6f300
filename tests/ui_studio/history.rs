//! Each workspace has a history of its own, and it outlives a restart.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use limner::app::action::FileRole;
use limner::app::command::Command;
use limner::app::view::Workspace;

use crate::SIZE;
use crate::ui_doors::{Studio, in_style, studio, studio_in};

fn labels(s: &Studio<'_>) -> Vec<String> {
    let steps = s.window.state().state.front_history().unwrap().steps();
    steps.iter().map(|step| step.label.clone()).collect()
}

/// With a photo in Lens, which has sliders.
fn in_lens<'a>() -> Studio<'a> {
    let mut s = studio(SIZE, egui::Theme::Dark);
    s.command(Command::GoLens);
    s.open_for("a.png", FileRole::LensPhoto);
    s
}

fn undo(s: &mut Studio<'_>) {
    s.window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    s.settle();
}

#[test]
fn undo_takes_back_what_was_done_here_and_stays_here() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Embers");
    assert_eq!(labels(&s), ["Start", "a.png", "Embers"]);
    s.command(Command::GoExplore);
    s.command(Command::NextSeed);
    assert_eq!(labels(&s), ["Start", "Seed 2"]);
    s.command(Command::GoGallery);
    undo(&mut s);
    assert_eq!(s.window.state().state.view.workspace, Workspace::Gallery);
    assert_eq!(s.window.state().state.doc.explore.seed(), Some(2));
    s.command(Command::GoStyle);
    undo(&mut s);
    undo(&mut s);
    undo(&mut s);
    let state = &s.window.state().state;
    assert_eq!(state.view.workspace, Workspace::Style);
    assert!(state.doc.style.photo.is_none());
    assert_eq!(state.doc.explore.seed(), Some(2), "Explore is as it was");
}

#[test]
fn arrow_keys_on_a_slider_are_one_step() {
    let mut s = in_lens();
    let sigma = |s: &Studio<'_>| {
        let work = s.window.state().state.doc.lens.work().unwrap();
        work.edits.first().map_or(0.0, |edit| edit.sigma)
    };
    s.window
        .get_by_role_and_label(Role::Slider, "Warmth")
        .focus();
    s.settle();
    let slider = s.window.get_by_role_and_label(Role::Slider, "Warmth");
    assert!(slider.is_focused());
    for _ in 0..3 {
        s.window.key_press(Key::ArrowRight);
        s.settle();
    }
    assert!(sigma(&s) > 0.25, "{}", sigma(&s));
    assert_eq!(labels(&s), ["Start", "a.png", "Warmth"]);
    undo(&mut s);
    assert_eq!(sigma(&s), 0.0);
}

#[test]
fn stars_are_one_step() {
    let mut s = in_lens();
    let names: Vec<String> = s
        .window
        .state()
        .state
        .lens_directions()
        .unwrap()
        .iter()
        .map(|d| d.name.clone())
        .collect();
    for name in &names[..2] {
        s.click(&format!("More about {name}"));
        s.window.get_by_label_contains("Star: show first").click();
        s.settle();
        s.window.key_press(Key::Escape);
        s.settle();
    }
    assert_eq!(labels(&s), ["Start", "a.png", "Stars and locks"]);
}

#[test]
fn steps_and_their_pictures_are_there_after_a_restart() {
    let mut s = studio_in(tempfile::tempdir().unwrap(), SIZE, egui::Theme::Dark);
    s.command(Command::GoExplore);
    for _ in 0..3 {
        s.command(Command::NextSeed);
    }
    let before = labels(&s);
    let mut s = s.restart(SIZE);
    assert_eq!(labels(&s), before);
    let steps = s.window.state().state.front_history().unwrap().steps();
    assert!(steps[1..].iter().all(|step| step.thumb.is_some()));
    let seed = |s: &Studio<'_>| s.window.state().state.doc.explore.seed();
    let last = seed(&s).unwrap();
    undo(&mut s);
    assert_eq!(seed(&s), Some(last - 1));
}
