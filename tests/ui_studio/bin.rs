//! Deleted pictures: seen, restored, deleted for good, also after a restart.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use limner::app::command::Command;

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
