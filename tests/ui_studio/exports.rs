//! An export after another that isn't done: each is only about its own picture.

use limner::app::action::{Action, ViewEdit};
use limner::app::command::Command;
use limner::app::view::Dialog;
use limner::engine::protocol::Request;
use limner::recipe::{LatentOrigin, Making};

use crate::SIZE;
use crate::ui_doors::{Studio, studio};

fn seed(s: &Studio<'_>) -> LatentOrigin {
    let doc = &s.window.state().state.doc.explore;
    doc.current().unwrap().origin.clone()
}

/// Of which seed the picture is that the export dialog has.
fn kept(s: &Studio<'_>) -> Option<LatentOrigin> {
    let target = s.window.state().state.export.as_ref()?;
    let file = &target.kept.as_ref()?.path;
    let recipe = limner::export::metadata::read(file).unwrap().recipe;
    match recipe.unwrap().making {
        Making::Explore(params) => Some(params.origin),
        other => panic!("a picture of Explore: {other:?}"),
    }
}

fn is_open(s: &Studio<'_>) -> bool {
    let state = &s.window.state().state;
    state.view.dialog == Dialog::Export && state.export.is_some()
}

/// The picture that was held back comes, and the dialog that is open has it.
fn comes_to_the_dialog(s: &mut Studio<'_>) {
    s.asked.borrow_mut().hold_pictures = false;
    s.settle();
    s.settle();
    assert!(is_open(s));
    assert_eq!(kept(s), Some(seed(s)));
}

/// Closes the dialog, as its cross and Escape do, and exports another picture.
fn export_another(s: &mut Studio<'_>) {
    let close = Action::View(ViewEdit::Dialog(Dialog::None));
    s.window.state_mut().act(close);
    s.settle();
    s.command(Command::NewSeed);
    s.settle();
    s.command(Command::Export);
}

#[test]
fn a_picture_that_is_still_being_laid_aside_is_not_taken_for_the_next_one() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    s.command(Command::GoExplore);
    s.asked.borrow_mut().hold_gallery = true;
    s.command(Command::Export);
    let first = seed(&s);
    s.asked.borrow_mut().hold_pictures = true;
    export_another(&mut s);
    assert_ne!(seed(&s), first);
    s.asked.borrow_mut().hold_gallery = false;
    s.settle();
    assert!(is_open(&s));
    assert_eq!(kept(&s), None, "the first one is none of its business");
    comes_to_the_dialog(&mut s);
}

#[test]
fn the_end_of_an_export_that_nobody_waits_for_leaves_the_next_ones_dialog_open() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    s.command(Command::GoExplore);
    s.asked.borrow_mut().hold_pictures = true;
    s.command(Command::Export);
    export_another(&mut s);
    let cancelled = |request: &Request| matches!(request, Request::Cancel(_));
    assert_eq!(
        s.asked
            .borrow()
            .engine
            .iter()
            .filter(|r| cancelled(r))
            .count(),
        1
    );
    comes_to_the_dialog(&mut s);
}

#[test]
fn an_export_that_is_cancelled_can_begin_again_before_the_engine_has_stopped() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    s.command(Command::GoExplore);
    s.asked.borrow_mut().hold_pictures = true;
    s.command(Command::Export);
    s.click("Cancel");
    assert!(!is_open(&s));
    s.command(Command::Export);
    comes_to_the_dialog(&mut s);
}

#[test]
fn pictures_that_go_into_the_bin_are_not_those_of_the_dialog() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    s.keep(&["Apple"]);
    let id = s.window.state().state.gallery.entries[0].id;
    s.command(Command::GoExplore);
    s.command(Command::Export);
    s.settle();
    let delete = limner::gallery::protocol::GalleryRequest::Delete(vec![id]);
    s.window.state_mut().act(Action::Gallery(delete));
    s.settle();
    assert!(is_open(&s) && kept(&s).is_some());
}
