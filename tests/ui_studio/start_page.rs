//! The start page is what one sees first, and only then.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use limner::app::action::{Action, FileRole, Pick};
use limner::app::command::Command;
use limner::app::view::{Dialog, Workspace};

use crate::SIZE;
use crate::ui_doors::{Studio, photo, studio, studio_in};

fn fresh<'a>() -> Studio<'a> {
    studio_in(tempfile::tempdir().unwrap(), SIZE, egui::Theme::Dark)
}

fn on_start_page(s: &Studio<'_>) -> bool {
    let seen = s.window.query_by_label("What do you want to make?");
    assert_eq!(seen.is_some(), s.window.state().state.view.start_page);
    seen.is_some()
}

#[test]
fn each_door_leads_where_it_says() {
    let mut s = fresh();
    assert!(on_start_page(&s));
    for (door, to) in [
        ("Explore pictures", Workspace::Explore),
        ("Gallery", Workspace::Gallery),
        ("Try a style", Workspace::Style),
        ("Grow a picture", Workspace::Grow),
    ] {
        s.click(door);
        assert!(!on_start_page(&s), "{door}");
        assert_eq!(s.window.state().state.view.workspace, to);
        s.command(Command::StartPage);
        assert!(on_start_page(&s));
    }
    let sample = s
        .asked
        .borrow()
        .picks
        .iter()
        .any(|p| matches!(p, Pick::SamplePhoto(FileRole::Photo)));
    assert!(sample);
    s.click("Open a photo");
    let asked = matches!(
        s.asked.borrow().picks.last(),
        Some(Pick::Open(FileRole::Photo))
    );
    assert!(asked, "{:?}", s.asked.borrow().picks);
    assert!(on_start_page(&s), "until a photo is chosen");
}

#[test]
fn a_photo_that_is_dropped_or_chosen_leads_to_style() {
    for role in [FileRole::Any, FileRole::Photo] {
        let mut s = fresh();
        let path = s.folder.path().join("holiday.png");
        photo(&path);
        s.window.state_mut().act(match role {
            FileRole::Any => Action::DropFiles(vec![path]),
            role => Action::OpenFiles {
                paths: vec![path],
                role,
            },
        });
        s.settle();
        assert!(!on_start_page(&s));
        let state = &s.window.state().state;
        assert_eq!(state.view.workspace, Workspace::Style);
        assert!(state.doc.style.photo.is_some());
    }
}

#[test]
fn a_photo_dropped_here_is_no_import_whatever_is_behind_the_page() {
    let mut s = fresh();
    s.command(Command::GoGallery);
    s.command(Command::StartPage);
    let path = s.folder.path().join("holiday.png");
    photo(&path);
    s.window.state_mut().act(Action::DropFiles(vec![path]));
    s.settle();
    assert!(s.titles().is_empty());
    assert_eq!(s.window.state().state.view.workspace, Workspace::Style);
}

#[test]
fn who_was_at_work_comes_back_to_the_work() {
    let mut s = fresh();
    s.click("Explore pictures");
    s.command(Command::NextSeed);
    let seed = s.window.state().state.doc.explore.seed();
    let s = s.restart(SIZE);
    assert!(!on_start_page(&s));
    assert_eq!(s.window.state().state.doc.explore.seed(), seed);
}

#[test]
fn it_can_be_switched_off() {
    let mut s = fresh();
    s.window
        .get_by_role_and_label(
            Role::CheckBox,
            "Begin here when there is nothing to go on with",
        )
        .click();
    s.settle();
    assert!(!s.window.state().state.prefs.start_page);
    s.command(Command::Settings);
    s.window.get_by_role_and_label(
        Role::CheckBox,
        "Begin with the start page when there is nothing to go on with",
    );
    // Where no session is kept there is nothing to begin.
    assert!(!on_start_page(&studio(SIZE, egui::Theme::Dark)));
}

#[test]
fn recent_pictures_are_shown_and_lead_to_the_gallery() {
    let mut s = fresh();
    let long = "A title that goes on and on, as titles of pictures sometimes do, past any width";
    s.command(Command::GoGallery);
    s.keep(&["Apple", long]);
    s.command(Command::StartPage);
    s.window.get_by_label("Recent pictures");
    assert_eq!(s.window.state().state.gallery.count, 2);
    s.click(long);
    assert!(!on_start_page(&s));
    let gallery = &s.window.state().state.gallery;
    assert_eq!(gallery.entry(gallery.open.unwrap()).unwrap().title, long);
}

#[test]
fn keys_of_a_picture_do_nothing_where_there_is_none() {
    let mut s = fresh();
    let before = s.window.state().state.doc.clone();
    s.window.key_press(Key::R);
    s.window.key_press_modifiers(Modifiers::COMMAND, Key::S);
    s.window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    s.settle();
    assert!(s.window.state().state.doc == before);
    assert!(s.titles().is_empty());
    assert_eq!(s.window.state().state.view.dialog, Dialog::None);
    assert!(on_start_page(&s));
}
