//! What comes from the desktop around the window: pasted and dropped things.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ui_doors;

use egui_kittest::kittest::Queryable as _;
use limner::app::action::{Action, FileRole, ViewEdit};
use limner::app::command::Command;
use limner::app::view::Workspace;
use ui_doors::{Studio, in_style};

#[test]
fn paste_keys_read_the_clipboard_once_whatever_is_on_it() {
    let mut s = in_style([1280.0, 800.0]);
    let way_up = egui::Event::Key {
        key: egui::Key::V,
        physical_key: None,
        pressed: false,
        repeat: false,
        modifiers: egui::Modifiers::COMMAND,
    };
    // Copied files: the window system tells of no text and no picture.
    s.window.event(way_up.clone());
    s.settle();
    assert_eq!(s.asked.borrow().pastes, 1);
    // A picture: told of by an event of its own, before the key comes up.
    let picture = egui::ColorImage::filled([2, 2], egui::Color32::RED);
    s.window.event(egui::Event::PasteImage(picture.into()));
    s.settle();
    s.window.event(way_up.clone());
    s.settle();
    assert_eq!(s.asked.borrow().pastes, 2);
    // Ctrl came up before the V: the next files are pasted all the same.
    let picture = egui::ColorImage::filled([2, 2], egui::Color32::RED);
    s.window.event(egui::Event::PasteImage(picture.into()));
    let mut alone = way_up.clone();
    if let egui::Event::Key { modifiers, .. } = &mut alone {
        *modifiers = egui::Modifiers::NONE;
    }
    s.window.event(alone);
    s.settle();
    s.window.event(way_up.clone());
    s.settle();
    assert_eq!(s.asked.borrow().pastes, 4);
    // The key alone, or with Shift, is no pasting.
    for modifiers in [
        egui::Modifiers::NONE,
        egui::Modifiers::COMMAND | egui::Modifiers::SHIFT,
    ] {
        let mut event = way_up.clone();
        if let egui::Event::Key { modifiers: m, .. } = &mut event {
            *m = modifiers;
        }
        s.window.event(event);
        s.settle();
    }
    assert_eq!(s.asked.borrow().pastes, 4);
}

#[test]
fn copied_files_are_pasted_whichever_key_comes_up_first() {
    let mut s = in_style([1280.0, 800.0]);
    hold(&mut s, egui::Modifiers::COMMAND);
    hold(&mut s, egui::Modifiers::NONE);
    s.window.event(v(false));
    s.settle();
    assert_eq!(
        s.asked.borrow().pastes,
        1,
        "Ctrl was let go a moment before V"
    );
    // A V that was pressed as a letter is none, however short ago Ctrl was down.
    hold(&mut s, egui::Modifiers::COMMAND);
    hold(&mut s, egui::Modifiers::NONE);
    s.window.event(v(true));
    s.window.event(v(false));
    s.settle();
    assert_eq!(s.asked.borrow().pastes, 1);
}

/// Which of the keys that change others are down from now on.
fn hold(s: &mut Studio<'_>, modifiers: egui::Modifiers) {
    s.window.event(egui::Event::ModifiersChanged(modifiers));
    s.window.run_steps(1);
}

/// The key V without others.
fn v(pressed: bool) -> egui::Event {
    egui::Event::Key {
        key: egui::Key::V,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: egui::Modifiers::NONE,
    }
}

#[test]
fn what_is_pasted_into_the_gallery_is_brought_in() {
    let mut s = in_style([1280.0, 800.0]);
    s.window.state_mut().act(Action::Command(Command::Paste));
    s.settle();
    assert_eq!(s.asked.borrow().pasted_as, Some(FileRole::Any));
    s.window
        .state_mut()
        .act(Action::View(ViewEdit::Workspace(Workspace::Gallery)));
    s.window.state_mut().act(Action::Command(Command::Paste));
    s.settle();
    assert_eq!(s.asked.borrow().pasted_as, Some(FileRole::Import));
}

#[test]
fn of_several_photos_the_first_is_opened_and_the_others_are_told_of() {
    let mut s = in_style([1280.0, 800.0]);
    let paths: Vec<_> = ["first.png", "second.png", "third.png"]
        .iter()
        .map(|name| s.folder.path().join(name))
        .collect();
    for path in &paths {
        ui_doors::photo(path);
    }
    let role = FileRole::Any;
    s.window.state_mut().act(Action::OpenFiles { paths, role });
    s.settle();
    let photo = s.window.state().state.doc.style.photo.clone().unwrap();
    assert_eq!(photo.name, "first.png");
    s.window.get_by_label_contains("the first of 3 was opened");
}

/// A file held by the window system.
#[derive(Debug)]
struct Dropped(std::path::PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|e| e.to_string())
    }
}

#[test]
fn a_photo_dropped_on_the_window_is_the_photo_to_style() {
    let mut s = in_style([1280.0, 800.0]);
    let name = "dropped pears with a rather long name.png";
    let path = s.folder.path().join(name);
    ui_doors::photo(&path);
    let dropped = std::sync::Arc::new(Dropped(path));
    s.window.input_mut().dropped_files.push(dropped);
    s.settle();
    let photo = s.window.state().state.doc.style.photo.clone().unwrap();
    assert_eq!(photo.name, name);
}
