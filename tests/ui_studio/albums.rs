//! Albums: pictures put in, taken out, shown, renamed; the pictures themselves stay.

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

/// Types into a field and takes it over.
fn enter(s: &mut Studio<'_>, field: &str, text: &str) {
    let node = s.window.get_by_role_and_label(Role::TextInput, field);
    node.focus();
    s.settle();
    s.window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    s.settle();
    s.window
        .get_by_role_and_label(Role::TextInput, field)
        .type_text(text);
    s.settle();
    s.window.key_press(Key::Enter);
    s.settle();
}

/// Chooses these pictures and puts them into an album.
fn gather(s: &mut Studio<'_>, titles: &[&str], album: &str) {
    s.click(titles[0]);
    for title in &titles[1..] {
        s.window
            .get_by_role_and_label(Role::Button, title)
            .click_modifiers(Modifiers::COMMAND);
        s.settle();
    }
    enter(s, "Add to an album", album);
}

fn albums(s: &Studio<'_>) -> Vec<(String, usize)> {
    s.window.state().state.gallery.albums.clone()
}

fn shown(s: &Studio<'_>) -> Vec<String> {
    let mut titles = s.titles();
    titles.sort();
    titles
}

#[test]
fn an_album_shows_its_pictures_and_no_others_also_after_a_restart() {
    let mut s = with_pictures(&["Apple", "Pear", "Plum"]);
    gather(&mut s, &["Apple", "Plum"], "Summer");
    gather(&mut s, &["Plum"], "Portfolio");
    assert_eq!(
        albums(&s),
        [("Portfolio".to_owned(), 1), ("Summer".to_owned(), 2)]
    );
    s.click("Album Summer");
    assert_eq!(shown(&s), ["Apple", "Plum"]);
    s.click("All pictures");
    assert_eq!(shown(&s).len(), 3);
    let mut s = s.restart(SIZE);
    assert_eq!(albums(&s).len(), 2);
    s.click("Album Portfolio");
    assert_eq!(shown(&s), ["Plum"]);
}

#[test]
fn the_files_of_several_pictures_are_copied_for_other_programs() {
    let mut s = with_pictures(&["Apple", "Pear", "Plum"]);
    s.click("Apple");
    s.window
        .get_by_role_and_label(Role::Button, "Plum")
        .click_modifiers(Modifiers::COMMAND);
    s.settle();
    s.click("Copy files");
    let copied = s.asked.borrow().copied_files.clone();
    assert_eq!(copied.len(), 2);
    assert!(copied.iter().all(|path| path.is_file()), "{copied:?}");
}

#[test]
fn an_album_is_renamed_and_taken_away_and_brought_back() {
    let mut s = with_pictures(&["Apple", "Pear"]);
    gather(&mut s, &["Apple"], "Sumer");
    s.click("Album Sumer");
    s.click("Rename album");
    enter(&mut s, "Name of the album", "Summer 2026");
    assert_eq!(albums(&s), [("Summer 2026".to_owned(), 1)]);
    assert_eq!(shown(&s), ["Apple"], "it is still the one that is shown");
    s.click("Delete album");
    assert!(albums(&s).is_empty());
    assert_eq!(shown(&s), ["Apple", "Pear"]);
    s.click("Bring it back");
    assert_eq!(albums(&s), [("Summer 2026".to_owned(), 1)]);
}

#[test]
fn a_picture_leaves_an_album_and_stays_in_the_gallery() {
    let mut s = with_pictures(&["Apple", "Pear"]);
    gather(&mut s, &["Apple", "Pear"], "Summer");
    s.click("Pear");
    s.click("Take out of album Summer");
    assert_eq!(albums(&s), [("Summer".to_owned(), 1)]);
    assert_eq!(shown(&s), ["Apple", "Pear"]);
    // The last picture takes the album along, and the grid shows everything again.
    s.click("Album Summer");
    s.click("Apple");
    s.click("Take out of album Summer");
    assert!(albums(&s).is_empty());
    assert_eq!(shown(&s), ["Apple", "Pear"]);
}
