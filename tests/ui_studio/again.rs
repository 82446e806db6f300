//! What was done in Finish and not saved is there after a restart.

use egui_kittest::kittest::Queryable as _;
use limner::app::action::{Action, Destination, Subject};
use limner::app::command::Command;
use limner::app::finish::edit::FinishEdit;
use limner::recipe::FinishSettings;

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
