//! The palette finds whatever has a name.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use limner::app::action::FileRole;
use limner::app::command::Command;
use limner::app::view::{Dialog, Workspace};

use crate::SIZE;
use crate::ui_doors::{Studio, studio};

fn find(s: &mut Studio<'_>, words: &str, hit: &str) {
    s.command(Command::Palette);
    s.window
        .get_by_role_and_label(Role::TextInput, "Find a command")
        .type_text(words);
    s.settle();
    s.window
        .get_by_role_and_label(Role::ListBoxOption, hit)
        .click();
    s.settle();
    assert_ne!(s.window.state().state.view.dialog, Dialog::Palette);
}

#[test]
fn styles_sliders_pictures_networks_and_preferences_are_found() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    s.command(Command::GoGallery);
    s.keep(&["Pear at noon"]);
    s.command(Command::GoLens);
    s.open_for("a.png", FileRole::LensPhoto);
    s.command(Command::GoExplore);

    find(&mut s, "pear no", "Pear at noon");
    assert_eq!(s.window.state().state.view.workspace, Workspace::Gallery);
    assert!(s.window.state().state.gallery.open.is_some());

    find(&mut s, "embers", "Embers");
    let state = &s.window.state().state;
    assert_eq!(state.view.workspace, Workspace::Style);
    assert_eq!(state.doc.style.styles.len(), 1);

    find(&mut s, "warmth", "Warmth");
    assert_eq!(s.window.state().state.view.workspace, Workspace::Lens);
    let slider = s.window.get_by_role_and_label(Role::Slider, "Warmth");
    assert!(slider.is_focused(), "the arrow keys move it");

    find(&mut s, "memory lim", "Memory limit");
    assert_eq!(s.window.state().state.view.dialog, Dialog::Settings);
    s.window.key_press(Key::Escape);
    s.settle();

    find(&mut s, "export as square", "Export as Square 1080");
    assert_eq!(s.window.state().state.view.dialog, Dialog::Export);
}
