//! Messages are for people; what exactly happened is behind a button.

use egui_kittest::kittest::Queryable as _;
use limner::app::action::{Action, FileRole, ViewEdit};
use limner::app::command::Command;
use limner::app::notice::Level;
use limner::app::view::Workspace;
use limner::engine::protocol::EngineError;

use crate::SIZE;
use crate::ui_doors::{Studio, studio, studio_in};

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

/// What goes wrong, and what its details say.
fn fault() -> EngineError {
    EngineError::Internal("row 17 of the atlas".into())
}

/// Every error that is shown has its words, and behind *Details* what exactly it was.
fn all_have_details(s: &mut Studio<'_>, where_: &str, panels: usize) {
    let plain = "Something went wrong inside Limner";
    let shown = s.window.query_all_by_label_contains(plain).count();
    assert!(shown >= panels, "{where_}: {shown} of {panels}");
    assert!(
        s.window.query_by_label_contains("row 17").is_none(),
        "{where_}"
    );
    let buttons = s.window.query_all_by_label("Details").count();
    assert_eq!(buttons, shown, "{where_}");
    for at in 0..buttons {
        let button = s.window.get_all_by_label("Details").nth(at).unwrap();
        button.click();
        s.settle();
        assert!(
            s.window
                .query_all_by_label_contains("row 17")
                .next()
                .is_some(),
            "{where_}"
        );
        s.window.get_all_by_label("Copy details").next().unwrap();
        s.window.get_all_by_label("Hide").next().unwrap().click();
        s.settle();
    }
    assert!(
        s.window.query_by_label_contains("row 17").is_none(),
        "{where_}"
    );
}

#[test]
fn errors_in_panels_have_details_too() {
    for (name, workspace) in [
        ("Explore", Workspace::Explore),
        ("Style", Workspace::Style),
        ("Lens", Workspace::Lens),
        ("Grow", Workspace::Grow),
    ] {
        let mut s = studio(SIZE, egui::Theme::Dark);
        s.window
            .state_mut()
            .act(Action::View(ViewEdit::Workspace(workspace)));
        s.settle();
        let role = match workspace {
            Workspace::Lens => FileRole::LensPhoto,
            Workspace::Grow => FileRole::GrowSource,
            _ => FileRole::Photo,
        };
        if workspace != Workspace::Explore {
            s.open_for("holiday.png", role);
        }
        s.dismiss_toasts();
        s.asked.borrow_mut().refuse = Some(fault());
        // The estimate of the full size fails, too.
        let panels = match workspace {
            Workspace::Explore => {
                s.command(Command::NewSeed);
                1
            }
            Workspace::Style => {
                s.click("Style Blue marbling");
                2
            }
            Workspace::Lens => {
                s.drag_slider("Warmth", 118.0, 0.5, 0.9);
                1
            }
            _ => {
                s.command(Command::NewSeed);
                1
            }
        };
        s.settle();
        all_have_details(&mut s, name, panels);
    }
}

#[test]
fn a_photo_that_went_away_says_so_where_it_was() {
    for (role, workspace) in [
        (FileRole::Photo, Workspace::Style),
        (FileRole::LensPhoto, Workspace::Lens),
    ] {
        let mut s = studio_in(tempfile::tempdir().unwrap(), SIZE, egui::Theme::Dark);
        s.window
            .state_mut()
            .act(Action::View(ViewEdit::Workspace(workspace)));
        s.open_for("holiday.png", role);
        let folder = s.close();
        std::fs::write(folder.path().join("holiday.png"), "a poem").unwrap();
        let mut s = studio_in(folder, SIZE, egui::Theme::Dark);
        s.dismiss_toasts();
        // On the canvas and in the panel.
        assert!(s.window.query_all_by_label("Details").count() >= 2);
        s.window.get_all_by_label("Details").next().unwrap().click();
        s.settle();
        let way = s.folder.path().display().to_string();
        s.window.query_all_by_label_contains(&way).next().unwrap();
    }
}
