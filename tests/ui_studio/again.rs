//! What was done in Finish and not saved, and every picture that is in use, is there after a restart.

use std::path::Path;

use egui_kittest::kittest::Queryable as _;
use limner::app::action::{Action, Destination, Subject};
use limner::app::command::Command;
use limner::app::document::Document;
use limner::app::finish::edit::FinishEdit;
use limner::app::prefs::Prefs;
use limner::app::session::Session;
use limner::app::state::AppState;
use limner::app::style::document::StyleDoc;
use limner::app::style::preset::StylePreset;
use limner::app::timeline::document::Keyframe;
use limner::app::view::ViewState;
use limner::gallery::protocol::GalleryRequest;
use limner::recipe::{FinishSettings, SourceRef, StyleLayer, StyleParams, StyleSource};

use crate::SIZE;
use crate::ui_doors::{Studio, studio_in};

fn finish(s: &mut Studio<'_>) {
    s.command(Command::GoGallery);
    let id = s.window.state().state.gallery.entries[0].id;
    s.window.state_mut().act(Action::Send {
        to: Destination::Finish,
        what: Subject::Gallery(id),
    });
    s.settle();
}

fn exposure(s: &Studio<'_>) -> f32 {
    s.window
        .state()
        .state
        .finishing()
        .unwrap()
        .settings
        .exposure
}

#[test]
fn settings_of_finish_that_are_not_saved_survive_a_restart() {
    let mut s = studio_in(tempfile::tempdir().unwrap(), SIZE, egui::Theme::Dark);
    s.command(Command::GoGallery);
    s.keep(&["Pear"]);
    finish(&mut s);
    let settings = FinishSettings {
        exposure: 0.75,
        ..FinishSettings::default()
    };
    s.window
        .state_mut()
        .act(Action::Finish(FinishEdit::Set(Box::new(settings))));
    s.settle();
    // Closed as a window is, with Finish open.
    let mut s = s.restart(SIZE);
    finish(&mut s);
    assert_eq!(exposure(&s), 0.75);
    // Taken back, it is forgotten.
    s.window.state_mut().act(Action::Finish(FinishEdit::Reset));
    s.settle();
    let mut s = s.restart(SIZE);
    finish(&mut s);
    assert_eq!(exposure(&s), 0.0);
}

#[test]
fn sixteen_bits_say_when_only_eight_are_there() {
    let mut s = studio_in(tempfile::tempdir().unwrap(), SIZE, egui::Theme::Dark);
    s.command(Command::GoGallery);
    s.keep(&["Pear"]);
    s.click("Pear");
    s.command(Command::Export);
    let only = "Only 8 bits are there: the file becomes larger, not finer.";
    assert!(s.window.query_by_label(only).is_none());
    s.window.get_by_label("16 bits").click();
    s.settle();
    s.window.get_by_label(only);
    s.click("JPEG");
    assert!(s.window.query_by_label(only).is_none(), "JPEG has 8 bits");
}

fn picture(name: &str) -> SourceRef {
    SourceRef::of_file(Path::new(name), format!("hash of {name}"))
}

fn style(name: &str) -> StyleLayer {
    StyleLayer {
        style: StyleSource::File(picture(name)),
        weight: 1.0,
        code: None,
        learnt: None,
        code_edits: Vec::new(),
        mask: None,
    }
}

/// Work on one photo.
fn work(photo: &str) -> AppState {
    let mut doc = Document::default();
    doc.style.photo = Some(picture(photo));
    AppState::new(doc, ViewState::default(), Prefs::default())
}

#[test]
fn pictures_that_only_presets_keyframes_and_other_windows_name_are_in_use() {
    let mut s = studio_in(tempfile::tempdir().unwrap(), SIZE, egui::Theme::Dark);
    let mut other = Session::open(&s.folder.path().join("session"));
    other.take_saved();
    other.save_now(&work("other window.png"));
    let state = &mut s.window.state_mut().state;
    let set = StyleDoc {
        styles: vec![style("preset.png").into()],
        ..StyleDoc::default()
    };
    let preset = StylePreset::of("Mine".into(), &set);
    state.prefs.style_presets.push(preset);
    let keyframe = StyleParams {
        model: "restyle".into(),
        photo: picture("key photo.png"),
        styles: vec![style("key style.png")],
        strength: 1.0,
        brush: 1.0,
        keep_colors: 0.0,
        wrap: Default::default(),
    };
    let keyframes = &mut state.doc.style.timeline.keyframes;
    keyframes.push(Keyframe::new(keyframe.into()));
    let s = s.restart(SIZE);
    let asked = s.asked.borrow();
    let in_use = asked.gallery.iter().find_map(|request| match request {
        GalleryRequest::TidyAside(in_use) => Some(in_use.clone()),
        _ => None,
    });
    let in_use = in_use.unwrap();
    for name in [
        "preset.png",
        "key photo.png",
        "key style.png",
        "other window.png",
    ] {
        assert!(in_use.contains(&name.into()), "{name}: {in_use:?}");
    }
}
