//! Messages are for people; what exactly happened is behind a button.

use egui_kittest::kittest::Queryable as _;
use limner::app::action::{Action, FileRole};
use limner::app::notice::Level;

use crate::SIZE;
use crate::ui_doors::studio;

#[test]
fn an_error_says_what_to_do_and_its_details_are_behind_a_button() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    let error = "the folder can't be made (os error 28); make room: /home/ada/Pictures";
    s.window.state_mut().act(Action::Notify {
        level: Level::Error,
        text: error.to_owned(),
    });
    s.settle();
    assert_eq!(
        s.toasts(),
        ["The folder can't be made; make room: Pictures."]
    );
    assert!(s.window.query_by_label_contains("os error").is_none());
    s.click("Details");
    s.window.get_by_label(error);
    s.click("Copy details");
    s.click("Hide");
    assert!(s.window.query_by_label_contains("os error").is_none());
    let close = s.window.get_all_by_label("Dismiss message").last().unwrap();
    close.click();
    s.settle();
}

#[test]
fn a_file_that_is_no_picture_is_told_by_name_without_the_way_to_it() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    let path = s.folder.path().join("notes.png");
    std::fs::write(&path, "a poem").unwrap();
    s.window.state_mut().act(Action::OpenFiles {
        paths: vec![path],
        role: FileRole::Photo,
    });
    s.settle();
    let told = s.toasts().pop().unwrap();
    assert!(told.contains("notes.png"), "{told}");
    let folder = s.folder.path().display().to_string();
    assert!(!told.contains(&folder), "{told}");
}
