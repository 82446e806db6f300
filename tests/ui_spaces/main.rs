//! Spaces as a person uses it: found by what is written on the window, on a real gallery and a
//! painter whose results are certain.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../ui_doors/mod.rs"]
mod ui_doors;

mod look;
mod material;
mod panorama;
mod seamless;
mod strip;
mod wall;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use limner::app::action::{Action, Destination, FileRole, Pick, Subject};
use limner::app::command::Command;
use limner::app::spaces::document::{SpacesDoc, SpacesMode};
use limner::app::spaces::looks::SpacesView;
use limner::app::spaces::spaces_state::SpacesShown;
use limner::app::view::Workspace;
use limner::engine::protocol::{Channel, Job, Request, SurfaceJob};
use ui_doors::{Studio, studio};

const SIZE: [f32; 2] = [1280.0, 1500.0];

fn in_spaces<'a>() -> Studio<'a> {
    let mut s = studio(SIZE, egui::Theme::Dark);
    s.window.get_by_role_and_label(Role::Tab, "Spaces").click();
    s.settle();
    s
}

/// With a picture of 320 × 200 pixels.
fn with_picture<'a>(mode: &str) -> Studio<'a> {
    let mut s = in_spaces();
    s.click(mode);
    s.open_for("meadow.png", FileRole::SpacesSource);
    s
}

fn doc<'a>(s: &'a Studio<'_>) -> &'a SpacesDoc {
    &s.window.state().state.doc.spaces
}

fn view(s: &Studio<'_>) -> SpacesView {
    s.window.state().state.view.spaces
}

fn shown<'a>(s: &'a Studio<'_>) -> &'a SpacesShown {
    let shown = s.window.state().state.spaces.shown.as_ref();
    shown.expect("something is shown")
}

/// How many looks the engine was asked for.
fn looks(s: &Studio<'_>) -> usize {
    let asked = s.asked.borrow();
    let of_spaces = |request: &&Request| {
        matches!(
            request,
            Request::Preview {
                channel: Channel::Spaces,
                ..
            }
        )
    };
    asked.engine.iter().filter(of_spaces).count()
}

/// Files that were asked for, oldest first.
fn files(s: &Studio<'_>) -> Vec<SurfaceJob> {
    let asked = s.asked.borrow();
    let all = asked.engine.iter().filter_map(|request| match request {
        Request::Job {
            job: Job::Surface(job),
            ..
        } => Some((**job).clone()),
        _ => None,
    });
    all.collect()
}

/// Opens the newest picture of the gallery with its settings, from there.
fn open_newest_again(s: &mut Studio<'_>) {
    let id = s.window.state().state.gallery.entries[0].id;
    s.command(Command::GoGallery);
    s.settle();
    s.window.state_mut().act(Action::OpenPicture(Some(id)));
    s.settle();
    s.window.state_mut().act(Action::Send {
        to: Destination::Explore,
        what: Subject::Gallery(id),
    });
    s.settle();
}

fn labels(s: &Studio<'_>) -> Vec<String> {
    let steps = s.window.state().state.front_history().unwrap().steps();
    steps.iter().map(|step| step.label.clone()).collect()
}

#[test]
fn an_empty_spaces_invites_and_its_buttons_lead_somewhere() {
    let mut s = in_spaces();
    s.window.get_by_label("Make a surface of a picture");
    s.click("Open a photo…");
    s.click("Try the sample photo");
    {
        let asked = s.asked.borrow();
        assert!(matches!(asked.picks[0], Pick::Open(FileRole::SpacesSource)));
        let sample = &asked.picks[1];
        assert!(matches!(sample, Pick::SamplePhoto(FileRole::SpacesSource)));
    }
    // A picture that is dropped onto it is its own, not Style's.
    let path = s.folder.path().join("dropped.png");
    ui_doors::photo(&path);
    s.window.state_mut().act(Action::DropFiles(vec![path]));
    s.settle();
    assert_eq!(doc(&s).source.as_ref().unwrap().name, "dropped.png");
    assert!(s.window.state().state.doc.style.photo.is_none());
}

#[test]
fn any_picture_can_be_sent_here_by_keys_menus_and_from_the_gallery() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    let at = |s: &Studio<'_>| s.window.state().state.view.workspace;
    s.command(Command::GoExplore);
    s.settle();
    s.command(Command::SendToSpaces);
    s.settle();
    assert!(doc(&s).source.is_some(), "what Explore showed");
    s.window
        .key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num5);
    s.settle();
    assert_eq!(at(&s), Workspace::Spaces);
    s.window
        .key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num6);
    s.settle();
    assert_eq!(at(&s), Workspace::Gallery);
    s.keep(&["A kept one"]);
    let id = s.window.state().state.gallery.entries[0].id;
    s.window.state_mut().act(Action::Send {
        to: Destination::SpacesSource,
        what: Subject::Gallery(id),
    });
    s.settle();
    assert_eq!(at(&s), Workspace::Spaces);
    let name = doc(&s).source.clone().unwrap().name;
    let entry = s.window.state().state.gallery.entries[0].path.clone();
    assert_eq!(entry.file_name().unwrap().to_string_lossy(), name);
}

#[test]
fn what_was_set_comes_back_with_the_next_session_and_undo_reaches_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let session = folder.path().join("session");
    std::fs::create_dir_all(&session).unwrap();
    std::fs::write(session.join("session.json"), "{}").unwrap();
    let mut s = ui_doors::studio_in(folder, SIZE, egui::Theme::Dark);
    s.command(Command::GoSpaces);
    s.click("Material");
    s.open_for("meadow.png", FileRole::SpacesSource);
    s.drag_slider("Height", 112.0, 0.3, 0.8);
    let before = doc(&s).clone();
    assert!(before.material.height_strength > 2.0);
    let mut s = s.restart(SIZE);
    assert_eq!(*doc(&s), before);
    assert_eq!(s.window.state().state.view.workspace, Workspace::Spaces);
    assert!(s.window.state().state.spaces.shown.is_some());
    s.command(Command::Undo);
    assert_eq!(doc(&s).material.height_strength, 1.0);
    assert_eq!(doc(&s).mode, SpacesMode::Material);
}
