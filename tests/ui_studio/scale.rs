//! Twice as large on a screen of 1440 × 900: everything can still be used.

use egui::Theme;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{OsThreshold, SnapshotOptions, SnapshotResults};
use limner::app::action::{Action, FileRole, ViewEdit};
use limner::app::command::Command;
use limner::app::style::edit::StyleEdit;
use limner::app::view::{Dialog, Workspace};
use limner::recipe::StyleSource;

use crate::ui_doors::{Studio, studio};

const SCREEN: [f32; 2] = [1440.0, 900.0];

/// A studio in which everything is drawn at 200 %.
fn enlarged<'a>() -> Studio<'a> {
    let mut s = studio(SCREEN, Theme::Dark);
    s.window.state_mut().state.prefs.scale = 2.0;
    s.settle();
    let size = s.window.ctx.content_rect().size();
    assert!(
        (size.x - 720.0).abs() < 2.0 && (size.y - 450.0).abs() < 2.0,
        "{size:?}"
    );
    s
}

fn at(s: &mut Studio<'_>, workspace: Workspace) {
    s.window
        .state_mut()
        .act(Action::View(ViewEdit::Workspace(workspace)));
    s.settle();
    match workspace {
        Workspace::Style => {
            s.open_photo("a.png");
            s.window
                .state_mut()
                .act(Action::Command(Command::RandomiseSliders));
        }
        Workspace::Lens => drop(s.open_for("a.png", FileRole::LensPhoto)),
        Workspace::Grow => drop(s.open_for("a.png", FileRole::GrowSource)),
        Workspace::Spaces => drop(s.open_for("a.png", FileRole::SpacesSource)),
        Workspace::Gallery => s.keep(&["Apple", "Pear"]),
        Workspace::Explore => {}
    }
    s.dismiss_toasts();
}

const ALL: [Workspace; 6] = [
    Workspace::Explore,
    Workspace::Style,
    Workspace::Lens,
    Workspace::Grow,
    Workspace::Spaces,
    Workspace::Gallery,
];

#[test]
fn every_workspace_leaves_room_for_its_picture() {
    for workspace in ALL {
        let mut s = enlarged();
        at(&mut s, workspace);
        let window = s.window.ctx.content_rect();
        let pictures = match workspace {
            Workspace::Gallery => s
                .window
                .get_all_by_role_and_label(Role::Button, "Apple")
                .map(|n| n.rect())
                .collect::<Vec<_>>(),
            _ => s
                .window
                .get_all_by_role(Role::Image)
                .map(|n| n.rect())
                .collect(),
        };
        let largest = pictures
            .iter()
            .map(|r| r.intersect(window).area().max(0.0))
            .fold(0.0, f32::max);
        assert!(
            largest > 120.0 * 100.0,
            "{workspace:?}: {largest} in {pictures:?}"
        );
        // Nothing of the panel on the right lies below the picture.
        if let Some(save) = s
            .window
            .query_all_by_role_and_label(Role::Button, "Save to gallery")
            .map(|n| n.rect())
            .next()
        {
            let canvas = pictures.iter().map(|r| r.right()).fold(0.0, f32::max);
            assert!(
                save.left() > canvas - 1.0,
                "{workspace:?}: {save:?}, {canvas}"
            );
        }
        // The tabs and the menus are all within the window.
        for tab in ALL {
            let name = tab.title();
            let tabs = s.window.get_all_by_label(name);
            let seen = tabs.into_iter().any(|n| window.contains_rect(n.rect()));
            assert!(seen, "{workspace:?}: the tab {name}");
        }
    }
}

#[test]
fn every_dialog_fits_and_can_be_closed_and_its_main_button_is_in_sight() {
    let mut results = SnapshotResults::new();
    for dialog in [
        Dialog::Settings,
        Dialog::Shortcuts,
        Dialog::About,
        Dialog::Bin,
        Dialog::Export,
        Dialog::Models(None),
        Dialog::Licences,
        Dialog::StyleFolder,
        Dialog::StyleFilm,
        Dialog::ExportWalk,
        Dialog::AboutPicture,
    ] {
        let mut s = enlarged();
        s.command(Command::GoGallery);
        s.keep(&["Apple"]);
        s.click("Apple");
        match dialog {
            Dialog::StyleFilm => film(&mut s),
            Dialog::ExportWalk => keyframes(&mut s),
            _ => {}
        }
        s.window
            .state_mut()
            .act(Action::View(ViewEdit::Dialog(dialog.clone())));
        s.settle();
        let window = s.window.ctx.content_rect();
        let close = s.window.get_all_by_role_and_label(Role::Button, "Close");
        let seen = close.into_iter().any(|n| window.contains_rect(n.rect()));
        assert!(seen, "{dialog:?} can't be closed");
        let main = match dialog {
            Dialog::Export => Some("Export to a file…"),
            Dialog::StyleFolder => Some("Stylise"),
            Dialog::StyleFilm | Dialog::ExportWalk => Some("Choose file…"),
            _ => None,
        };
        // The main button is in sight, whatever is scrolled above it.
        if let Some(name) = main {
            let button = s.window.get_by_role_and_label(Role::Button, name).rect();
            assert!(
                window.contains_rect(button),
                "{dialog:?}: {name} at {button:?}"
            );
            let cancel = s
                .window
                .get_by_role_and_label(Role::Button, "Cancel")
                .rect();
            assert!(
                window.contains_rect(cancel),
                "{dialog:?}: Cancel at {cancel:?}"
            );
        }
        if main.is_some() {
            let name = format!("scale_200_dialog_{}", named(&dialog));
            look(&mut s, &mut results, &name);
        }
    }
}

fn named(dialog: &Dialog) -> String {
    let name = format!("{dialog:?}").to_lowercase();
    name.chars().filter(|c| c.is_ascii_alphabetic()).collect()
}

/// A film that is about to be stylised.
fn film(s: &mut Studio<'_>) {
    s.command(Command::GoStyle);
    s.open_photo("a.png");
    let embers = StyleSource::Builtin("embers".into());
    let edit = StyleEdit::OnlyStyle(embers);
    s.window.state_mut().act(Action::Style(edit));
    s.window.state_mut().act(Action::StyleFilm {
        film: "/films/cat.gif".into(),
        sha256: "cd".repeat(32),
        frames: 240,
        fps: 24.0,
    });
    s.settle();
}

/// Two keyframes on the timeline.
fn keyframes(s: &mut Studio<'_>) {
    s.command(Command::GoExplore);
    s.command(Command::Timeline);
    for _ in 0..2 {
        s.click("Add this picture to the timeline");
        s.command(Command::NextSeed);
    }
}

/// Compares the window with its picture in `tests/snapshots`.
fn look(s: &mut Studio<'_>, results: &mut SnapshotResults, name: &str) {
    s.window.state_mut().state.gallery.folder = Some("/home/ada/Pictures/Limner".into());
    s.window.remove_cursor();
    s.settle();
    let size = s.window.ctx.content_rect().size();
    s.window.mask(egui::Rect::from_min_max(
        egui::pos2(0.0, size.y - 28.0),
        egui::pos2(size.x, size.y),
    ));
    let options = SnapshotOptions::new()
        .threshold(1.5)
        .max_failed_pixels(OsThreshold::new(400usize));
    s.window.snapshot_options(name, &options);
    results.extend_harness(&mut s.window);
}

#[test]
fn look_of_the_workspaces_at_twice_the_size() {
    let mut results = SnapshotResults::new();
    for workspace in ALL {
        let mut s = enlarged();
        at(&mut s, workspace);
        let name = format!("scale_200_{}", workspace.title().to_lowercase());
        look(&mut s, &mut results, &name);
    }
}
