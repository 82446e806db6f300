//! Deleted pictures: seen, restored, deleted for good, also after a restart.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use limner::app::action::Action;
use limner::app::command::Command;
use limner::gallery::protocol::GalleryRequest;

use crate::SIZE;
use crate::ui_doors::{Studio, studio_in};

fn with_pictures<'a>(titles: &[&str]) -> Studio<'a> {
    let mut s = studio_in(tempfile::tempdir().unwrap(), SIZE, egui::Theme::Dark);
    s.command(Command::GoGallery);
    s.keep(titles);
    s
}

fn delete(s: &mut Studio<'_>, title: &str) {
    s.click(title);
    s.window.key_press(Key::Delete);
    s.settle();
    s.dismiss_toasts();
}

fn binned(s: &Studio<'_>) -> Vec<Vec<String>> {
    let bin = &s.window.state().state.gallery.bin;
    bin.iter().map(|b| b.titles.clone()).collect()
}

#[test]
fn the_bin_shows_what_was_deleted_and_gives_it_back() {
    let long = "A title that goes on and on, as titles of pictures sometimes do, past any width";
    let mut s = with_pictures(&["Apple", "Pear", long]);
    delete(&mut s, "Apple");
    delete(&mut s, long);
    assert_eq!(s.titles(), ["Pear"]);
    s.click("Bin (2)");
    s.window.get_by_label_contains("2 pictures, ");
    assert_eq!(s.window.get_all_by_label_contains("just now, ").count(), 2);
    let looks = &s.window.state().state.gallery.bin_looks;
    assert_eq!(looks.len(), 2);
    assert!(
        looks.values().all(Option::is_some),
        "each shows its picture"
    );
    s.click("Restore Apple");
    assert_eq!(binned(&s), [[long]]);
    assert!(s.titles().contains(&"Apple".to_owned()));
}

#[test]
fn deleting_for_good_asks_first() {
    let mut s = with_pictures(&["Apple", "Pear", "Plum"]);
    for title in ["Apple", "Pear", "Plum"] {
        delete(&mut s, title);
    }
    s.click("Bin (3)");
    s.click("Delete Pear");
    s.click("Keep");
    assert_eq!(binned(&s).len(), 3);
    s.click("Delete Pear");
    s.click("Delete for good: Pear");
    assert_eq!(binned(&s), [["Plum"], ["Apple"]]);
    s.click("Empty bin…");
    s.click("Keep them");
    assert_eq!(binned(&s).len(), 2);
    s.click("Empty bin…");
    s.click("Delete for good");
    assert!(binned(&s).is_empty());
    s.window.get_by_label_contains("Nothing is in the bin");
    assert!(s.titles().is_empty());
}

#[test]
fn a_deletion_is_undone_after_a_restart() {
    let mut s = with_pictures(&["Apple", "Pear"]);
    delete(&mut s, "Apple");
    delete(&mut s, "Pear");
    let mut s = s.restart(SIZE);
    assert!(s.titles().is_empty());
    for back in [["Pear"].as_slice(), ["Apple", "Pear"].as_slice()] {
        s.window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        s.settle();
        let mut titles = s.titles();
        titles.sort();
        assert_eq!(titles, back);
    }
    s.window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    s.settle();
    assert!(s.toasts().iter().any(|t| t.contains("nothing to undo")));
}

/// Deletes a picture and takes that back so many times, before the gallery has answered.
fn delete_and_undo(s: &mut Studio<'_>, title: &str, times: usize) {
    let entries = &s.window.state().state.gallery.entries;
    let id = entries.iter().find(|e| e.title == title).unwrap().id;
    let delete = GalleryRequest::Delete(vec![id]);
    s.window.state_mut().act(Action::Gallery(delete));
    for _ in 0..times {
        s.window.state_mut().act(Action::Command(Command::Undo));
    }
    s.settle();
}

#[test]
fn undo_right_after_a_deletion_means_that_one() {
    let mut s = with_pictures(&["Apple", "Pear"]);
    delete(&mut s, "Apple");
    delete_and_undo(&mut s, "Pear", 1);
    assert_eq!(s.titles(), ["Pear"]);
    assert_eq!(binned(&s), [["Apple"]]);
    delete_and_undo(&mut s, "Pear", 2);
    assert_eq!(s.titles().len(), 2, "both deletions are undone");
    assert!(binned(&s).is_empty());
    let asked = s.asked.borrow();
    let restored = |r: &&GalleryRequest| matches!(r, GalleryRequest::Undelete(_));
    assert_eq!(asked.gallery.iter().filter(restored).count(), 3);
}

#[test]
fn undo_after_a_failure_means_the_same_deletion_again() {
    let mut s = with_pictures(&["Apple", "Pear"]);
    delete(&mut s, "Apple");
    delete(&mut s, "Pear");
    s.asked.borrow_mut().no_restoring = true;
    s.command(Command::Undo);
    assert_eq!(s.toasts().len(), 1, "the failure is told");
    assert_eq!(binned(&s), [["Pear"], ["Apple"]]);
    s.asked.borrow_mut().no_restoring = false;
    s.command(Command::Undo);
    assert_eq!(s.titles(), ["Pear"]);
}

#[test]
fn a_picture_is_renamed_by_key_and_its_folder_is_shown() {
    let mut s = with_pictures(&["Apple"]);
    s.click("Apple");
    s.window.key_press(Key::F2);
    s.settle();
    s.window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    s.settle();
    let field = s.window.get_by_role_and_label(Role::TextInput, "Title");
    assert!(field.is_focused());
    field.type_text("Quince");
    s.settle();
    s.window.key_press(Key::Enter);
    s.settle();
    assert_eq!(s.titles(), ["Quince"]);
    // It may be below what is seen of the details.
    s.window
        .get_by_role_and_label(egui::accesskit::Role::Button, "Show in folder")
        .click_accesskit();
    s.settle();
    let file = s.window.state().state.gallery.entries[0].path.clone();
    assert_eq!(s.asked.borrow().shown, [file]);
}
