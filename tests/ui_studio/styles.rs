//! Style: settings kept as presets, styles tried on the photo by themselves.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use limner::app::action::Action;
use limner::app::command::Command;
use limner::app::style::edit::StyleEdit;
use limner::app::view::Workspace;
use limner::engine::protocol::{Channel, Request};

use crate::SIZE;
use crate::ui_doors::{Studio, in_style, studio_in};

fn with_photo<'a>() -> Studio<'a> {
    let mut s = studio_in(tempfile::tempdir().unwrap(), SIZE, egui::Theme::Dark);
    s.command(Command::GoStyle);
    s.open_photo("a.png");
    s
}

fn set(s: &mut Studio<'_>, edit: StyleEdit) {
    s.window.state_mut().act(Action::Style(edit));
    s.settle();
}

fn keep(s: &mut Studio<'_>, name: &str) {
    let field = "Name for these settings";
    // It may lie below what is seen of the panel.
    let node = s.window.get_by_role_and_label(Role::TextInput, field);
    node.focus();
    s.settle();
    s.window
        .get_by_role_and_label(Role::TextInput, field)
        .type_text(name);
    s.settle();
    s.window.key_press(Key::Enter);
    s.settle();
}

fn press(s: &mut Studio<'_>, label: &str) {
    s.window
        .get_by_role_and_label(Role::Button, label)
        .click_accesskit();
    s.settle();
}

#[test]
fn a_preset_sets_everything_but_the_photo_and_is_one_step() {
    let mut s = with_photo();
    s.click("Style Embers");
    set(&mut s, StyleEdit::Strength(0.4));
    set(&mut s, StyleEdit::KeepColors(0.5));
    keep(&mut s, "  Evening \t light ");
    let evening = s.window.state().state.doc.style.clone();
    s.click("Style Ink wash");
    set(&mut s, StyleEdit::Strength(1.2));
    let other = s.open_photo("b.png");
    let before = s.window.state().state.doc.style.clone();
    press(&mut s, "Preset Evening light");
    let now = s.window.state().state.doc.style.clone();
    assert_eq!((now.strength, now.keep_colors), (0.4, 0.5));
    assert_eq!(now.styles, evening.styles);
    assert_eq!(now.photo.as_ref().unwrap().place(), other);
    s.command(Command::Undo);
    assert!(s.window.state().state.doc.style == before);
    // It outlives a restart, and the palette finds it.
    let mut s = s.restart(SIZE);
    s.command(Command::GoExplore);
    s.command(Command::Palette);
    s.window
        .get_by_role_and_label(Role::TextInput, "Find a command")
        .type_text("evening light");
    s.settle();
    s.window
        .get_by_role_and_label(Role::ListBoxOption, "Evening light")
        .click();
    s.settle();
    let state = &s.window.state().state;
    assert_eq!(state.view.workspace, Workspace::Style);
    assert_eq!(state.doc.style.strength, 0.4);
}

#[test]
fn a_preset_is_renamed_deleted_and_brought_back() {
    let mut s = with_photo();
    s.click("Style Embers");
    keep(&mut s, "One");
    keep(&mut s, "Two");
    let names = |s: &Studio<'_>| -> Vec<String> {
        let presets = s.window.state().state.prefs.style_presets.iter();
        presets.map(|p| p.name.clone()).collect()
    };
    assert_eq!(names(&s), ["One", "Two"]);
    press(&mut s, "More about preset One");
    press(&mut s, "Rename…");
    s.window
        .get_by_role_and_label(Role::TextInput, "Name of the preset")
        .type_text("rs");
    s.settle();
    s.window.key_press(Key::Enter);
    s.settle();
    let first = names(&s)[0].clone();
    assert!(first.contains("rs"), "{first}");
    press(&mut s, &format!("More about preset {first}"));
    press(&mut s, "Delete");
    assert_eq!(names(&s), ["Two"]);
    s.click("Bring it back");
    assert_eq!(names(&s), [first, "Two".to_owned()]);
    // The same name keeps what is set now in its place.
    keep(&mut s, "Two");
    assert_eq!(names(&s).len(), 2);
}

/// Pictures of styles on the photo that were asked for last.
fn tried(s: &Studio<'_>) -> usize {
    let asked = s.asked.borrow();
    let strips = asked.engine.iter().rev().filter_map(|r| match r {
        Request::Preview {
            channel: Channel::Strip,
            items,
            ..
        } => Some(items.len()),
        _ => None,
    });
    strips.into_iter().next().unwrap_or_default()
}

#[test]
fn all_styles_are_tried_on_the_photo_once_nothing_else_is_wanted() {
    let mut s = in_style(SIZE);
    s.window.run_steps(30);
    assert_eq!(
        tried(&s),
        0,
        "without a photo there is nothing to try them on"
    );
    s.open_photo("a.png");
    s.window.run_steps(30);
    let styles = s.window.state().state.engine.library.styles.len();
    assert_eq!(tried(&s), styles, "they come without a click");
    s.asked.borrow_mut().engine.clear();
    s.click("Try all styles on the photo");
    assert!(!s.window.state().state.prefs.tryouts);
    s.open_photo("b.png");
    s.window.run_steps(30);
    assert_eq!(tried(&s), 0, "switched off they don't");
}

#[test]
fn a_style_of_the_start_page_is_put_onto_the_sample() {
    let mut s = studio_in(
        tempfile::tempdir().unwrap(),
        [2560.0, 1440.0],
        egui::Theme::Dark,
    );
    s.window.get_by_label("Or begin with a style");
    let first = s.window.state().state.engine.library.styles.iter();
    let first = first.filter(|s| s.swatch.is_some()).map(|s| s.name.clone());
    let name = first.into_iter().next().unwrap();
    s.click(&format!("Begin with {name}"));
    let state = &s.window.state().state;
    assert_eq!(state.view.workspace, Workspace::Style);
    assert_eq!(state.doc.style.styles.len(), 1);
}
