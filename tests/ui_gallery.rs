//! The Gallery as a person uses it, on a real store in a temporary folder.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ui_doors;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use limner::app::action::{Action, ViewEdit};
use limner::app::view::Workspace;
use limner::gallery::protocol::GalleryRequest;
use ui_doors::{Studio, studio};

const SIZE: [f32; 2] = [1280.0, 800.0];

fn in_gallery<'a>(titles: &[&str]) -> Studio<'a> {
    let mut s = studio(SIZE, egui::Theme::Dark);
    s.window
        .state_mut()
        .act(Action::View(ViewEdit::Workspace(Workspace::Gallery)));
    s.settle();
    s.keep(titles);
    s
}

fn key(s: &mut Studio<'_>, key: Key) {
    s.window.key_press(key);
    s.settle();
}

fn chosen(s: &Studio<'_>) -> Vec<String> {
    let gallery = &s.window.state().state.gallery;
    let mut titles: Vec<String> = gallery
        .entries
        .iter()
        .filter(|e| gallery.selected.contains(&e.id))
        .map(|e| e.title.clone())
        .collect();
    titles.sort();
    titles
}

#[test]
fn an_empty_gallery_invites() {
    let mut s = in_gallery(&[]);
    s.window.get_by_label("Your saved pictures appear here");
    s.click("Put a style onto a photo");
    assert_eq!(s.window.state().state.view.workspace, Workspace::Style);
}

#[test]
fn stars_by_key_and_by_click_are_in_the_file() {
    let mut s = in_gallery(&["Apple", "Pear"]);
    s.click("Apple");
    key(&mut s, Key::Num4);
    let stars = |s: &Studio<'_>, title: &str| {
        s.window
            .state()
            .state
            .gallery
            .entries
            .iter()
            .find(|e| e.title == title)
            .unwrap()
            .stars
    };
    assert_eq!(stars(&s, "Apple"), 4);
    s.window
        .get_by_role_and_label(Role::Button, "Apple, 4 stars");
    s.click("2 stars");
    assert_eq!(stars(&s, "Apple"), 2);
    assert_eq!(stars(&s, "Pear"), 0);
    // The truth is in the folder: a fresh store sees it.
    let again =
        limner::gallery::Gallery::open_and_reconcile(s.folder.path().join("gallery")).unwrap();
    let listed = again.list(&Default::default()).unwrap();
    assert_eq!(listed.iter().find(|e| e.title == "Apple").unwrap().stars, 2);
}

#[test]
fn keys_walk_the_grid_and_shift_extends() {
    let mut s = in_gallery(&["A", "B", "C"]);
    let order = s.titles();
    key(&mut s, Key::Home);
    assert_eq!(chosen(&s), [order[0].clone()]);
    key(&mut s, Key::ArrowRight);
    assert_eq!(chosen(&s), [order[1].clone()]);
    s.window
        .key_press_modifiers(Modifiers::SHIFT, Key::ArrowRight);
    s.settle();
    assert_eq!(chosen(&s).len(), 2);
    s.window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    s.settle();
    assert_eq!(chosen(&s).len(), 3);
    key(&mut s, Key::Escape);
    assert!(chosen(&s).is_empty());
}

#[test]
fn delete_moves_on_and_undo_brings_back() {
    let mut s = in_gallery(&["A", "B", "C"]);
    let order = s.titles();
    s.click(&order[1]);
    key(&mut s, Key::Delete);
    assert_eq!(s.titles(), [order[0].clone(), order[2].clone()]);
    assert_eq!(chosen(&s), [order[2].clone()], "the next one is chosen");
    s.click("Restore");
    assert_eq!(s.titles(), order);
    // The undo key does it too.
    s.click(&order[0]);
    key(&mut s, Key::Delete);
    assert_eq!(s.titles().len(), 2);
    s.window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    s.settle();
    assert_eq!(s.titles(), order);
}

#[test]
fn search_finds_titles_and_tags_and_show_all_widens() {
    let mut s = in_gallery(&["Sunset", "Harbour"]);
    s.click("Harbour");
    let tag = s.window.get_by_role_and_label(Role::TextInput, "Add a tag");
    tag.focus();
    s.settle();
    s.window
        .get_by_role_and_label(Role::TextInput, "Add a tag")
        .type_text("blue  hour");
    s.settle();
    key(&mut s, Key::Enter);
    let harbour = s
        .window
        .state()
        .state
        .gallery
        .entries
        .iter()
        .find(|e| e.title == "Harbour")
        .unwrap()
        .clone();
    assert_eq!(harbour.tags, ["blue hour"]);

    for (words, found) in [
        ("blue hour", vec!["Harbour"]),
        ("sun", vec!["Sunset"]),
        ("nothing", vec![]),
    ] {
        let search = s.window.get_by_role_and_label(Role::TextInput, "Search");
        search.focus();
        s.settle();
        s.window
            .get_by_role_and_label(Role::TextInput, "Search")
            .set_text_value_accesskit(words);
        s.settle();
        if s.titles() != found {
            // Where the field doesn't take a value at once, type it.
            s.window.key_press_modifiers(Modifiers::COMMAND, Key::A);
            s.window
                .get_by_role_and_label(Role::TextInput, "Search")
                .type_text(words);
            s.settle();
        }
        assert_eq!(s.titles(), found, "{words}");
    }
    s.window.get_by_label("No matches");
    s.click("Show all pictures");
    assert_eq!(s.titles().len(), 2);
    s.click("Harbour");
    s.click("Remove tag blue hour");
    assert!(
        s.window
            .state()
            .state
            .gallery
            .entries
            .iter()
            .all(|e| e.tags.is_empty())
    );
}

#[test]
fn a_title_can_be_changed() {
    let mut s = in_gallery(&["Untitled"]);
    s.click("Untitled");
    let title = s.window.get_by_role_and_label(Role::TextInput, "Title");
    title.focus();
    s.settle();
    s.window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    s.window
        .get_by_role_and_label(Role::TextInput, "Title")
        .type_text("Fruit on a table");
    s.settle();
    key(&mut s, Key::Enter);
    assert_eq!(s.titles(), ["Fruit on a table"]);
}

#[test]
fn a_recipe_goes_back_to_explore_with_its_seed() {
    let mut s = in_gallery(&["One", "Two"]);
    // "Two" was kept second, with seed 2.
    s.click("Two");
    s.window.get_by_label("2");
    s.click("Open recipe");
    let state = &s.window.state().state;
    assert_eq!(state.view.workspace, Workspace::Explore);
    assert_eq!(state.doc.explore.seed(), Some(2));
}

#[test]
fn about_this_picture_says_what_made_it() {
    let mut s = in_gallery(&["One"]);
    s.click("One");
    s.click("About…");
    s.window.get_by_label("About this picture");
    s.window.get_by_label("May it be used and sold?");
    s.window.get_by_label("What can't be known");
    key(&mut s, Key::Escape);
    assert!(
        s.window
            .query_by_label("May it be used and sold?")
            .is_none()
    );
}

#[test]
fn export_shows_what_goes_in_and_leaves_the_recipe_out_on_request() {
    let mut s = in_gallery(&["One"]);
    s.click("One");
    s.click("Export…");
    s.window.get_by_label("Exactly what goes in").click();
    s.settle();
    let text = |s: &Studio<'_>| {
        s.window
            .get_by_role_and_label(Role::MultilineTextInput, "What goes into the file")
            .value()
            .unwrap_or_default()
    };
    assert!(
        text(&s).contains("\"seed\"") || text(&s).contains("seed"),
        "{}",
        text(&s)
    );
    s.window
        .get_by_label("Write the recipe into the file")
        .click();
    s.settle();
    assert!(!text(&s).contains("truncation_psi"), "{}", text(&s));
    assert!(
        text(&s).contains("rainedAlgorithmicMedia"),
        "labels stay: {}",
        text(&s)
    );
    s.click("Export to a file…");
    let picks = s.asked.borrow();
    let Some(limner::app::action::Pick::Export { options, .. }) = picks.picks.last() else {
        panic!("asks where");
    };
    assert!(!options.recipe);
}

#[test]
fn export_in_a_shape_with_a_file_size() {
    let mut s = in_gallery(&["One"]);
    s.click("One");
    s.click("Export…");
    s.click("WebP");
    s.window.get_by_label("Limit file size to").click();
    s.settle();
    s.window
        .get_by_role_and_label(Role::ComboBox, "Size")
        .click();
    s.settle();
    s.window.get_by_label("Story 1080 x 1920").click();
    s.settle();
    s.click("Mirror");
    s.window.get_by_label("How the copy looks");
    s.window.get_by_label("1080 x 1920 pixels");
    s.window.get_by_label("That is larger than the picture.");
    s.click("Export to a file…");
    let to = s.folder.path().join("story.webp");
    let picked = s.asked.borrow().picks.last().cloned();
    let Some(limner::app::action::Pick::Export { ids, options, .. }) = picked else {
        panic!("asks where");
    };
    assert_eq!(options.max_bytes, Some(500_000));
    s.window
        .state_mut()
        .act(Action::Gallery(GalleryRequest::Export {
            ids,
            to: to.clone(),
            options,
        }));
    s.settle();
    let read = limner::export::metadata::read(&to).unwrap();
    assert_eq!(read.size, [1080, 1920]);
    assert!(std::fs::metadata(&to).unwrap().len() <= 500_000);
    s.window.get_by_label("1 picture exported");
}

#[test]
fn several_pictures_go_onto_a_contact_sheet() {
    let mut s = in_gallery(&["A", "B", "C"]);
    key(&mut s, Key::Home);
    s.window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    s.settle();
    s.click("Export…");
    s.window.get_by_label("Export to a folder…");
    s.click("Contact sheet");
    s.window.get_by_label("Titles");
    s.window.get_by_label("On black").click();
    s.settle();
    s.click("Export to a file…");
    let picks = s.asked.borrow();
    let Some(limner::app::action::Pick::Export { ids, sheet, .. }) = picks.picks.last() else {
        panic!("asks where");
    };
    assert_eq!(ids.len(), 3);
    assert_eq!(sheet.unwrap().background, [0; 3]);
    assert!(
        sheet.unwrap().captions,
        "titles stand below, unless switched off"
    );
}

#[test]
fn two_pictures_are_compared_in_step() {
    let mut s = in_gallery(&["Left", "Right", "Other"]);
    s.click("Left");
    s.window
        .get_by_role_and_label(Role::Button, "Right")
        .click_modifiers(Modifiers::COMMAND);
    s.settle();
    key(&mut s, Key::C);
    s.window.get_by_label("Compared: Left");
    s.window.get_by_label("Compared: Right");
    s.click("Zoom in");
    key(&mut s, Key::Escape);
    assert!(s.window.query_by_label("Compared: Left").is_none());
    s.window.get_by_role_and_label(Role::Button, "Other");
}

#[test]
fn enter_opens_a_picture_and_arrows_go_through_them() {
    let mut s = in_gallery(&["A", "B"]);
    let order = s.titles();
    key(&mut s, Key::Home);
    key(&mut s, Key::Enter);
    let open = |s: &Studio<'_>| {
        let gallery = &s.window.state().state.gallery;
        gallery
            .open
            .and_then(|id| gallery.entry(id))
            .map(|e| e.title.clone())
    };
    assert_eq!(open(&s).as_ref(), Some(&order[0]));
    s.window.get_by_role_and_label(Role::Image, "Saved picture");
    s.click("Next picture");
    assert_eq!(open(&s).as_ref(), Some(&order[1]));
    s.click("Back to gallery");
    assert_eq!(open(&s), None);
}

#[test]
fn filters_by_colour_and_by_date_narrow_the_grid() {
    // "Two" was painted with seed 2: greenish; see `ui_doors::seeded`.
    let mut s = in_gallery(&["One", "Two"]);
    let folder = s.folder.path().join("gallery");
    let mut store = limner::gallery::Gallery::open(&folder).unwrap();
    for e in store.list(&Default::default()).unwrap() {
        let p = limner::gallery::decode::picture(&e.path).unwrap();
        store
            .note_colour(e.id, e.state, limner::gallery::prevailing(&p))
            .unwrap();
    }
    let pick = |s: &mut Studio<'_>, menu: &str, item: &str| {
        s.window.get_by_role_and_label(Role::ComboBox, menu).click();
        s.settle();
        let items = s.window.get_all_by_label(item);
        items.last().unwrap().click();
        s.settle();
    };
    let mut seen = Vec::new();
    for colour in [
        "Red", "Orange", "Yellow", "Green", "Cyan", "Blue", "Purple", "Pink",
    ] {
        pick(&mut s, "Colour", colour);
        seen.extend(s.titles());
    }
    seen.sort();
    assert_eq!(seen, ["One", "Two"], "each has one colour");
    s.click("Show all");
    assert_eq!(s.titles().len(), 2);
    // Both recipes are of March 2026; the clock has gone on since.
    pick(&mut s, "Date", "Last 24 hours");
    assert!(s.titles().is_empty());
    s.click("Show all");
    pick(&mut s, "Kind", "Stylised");
    assert!(s.titles().is_empty());
    pick(&mut s, "Kind", "Generated");
    assert_eq!(s.titles().len(), 2);
}

#[test]
fn a_family_can_be_walked_by_click_and_by_key() {
    let mut s = in_gallery(&["Root"]);
    let root = s.window.state().state.gallery.entries[0].clone();
    let mut recipe = ui_doors::generated(9);
    recipe.sources = vec![limner::recipe::SourceRef {
        sha256: root.sha256.clone().unwrap(),
        name: "root".into(),
        path: String::new(),
        artist: String::new(),
        licence: String::new(),
    }];
    let folder = s.folder.path().join("gallery");
    let mut store = limner::gallery::Gallery::open(&folder).unwrap();
    let child = store.save(&ui_doors::seeded(9, 64), &recipe).unwrap();
    store.set_title(child.id, "Child").unwrap();
    let query = limner::gallery::protocol::Query {
        sort: limner::gallery::protocol::Sort::Title,
        ..Default::default()
    };
    s.window.state_mut().act(Action::GalleryQuery(query));
    s.settle();
    s.click("Root");
    let child = s
        .window
        .get_by_role_and_label(Role::Button, "Became: Child");
    child.scroll_to_me();
    s.settle();
    s.click("Became: Child");
    assert_eq!(chosen(&s), ["Child"]);
    s.window.get_by_label("Made from: Root");
    s.window.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
    s.settle();
    assert_eq!(chosen(&s), ["Root"]);
    s.window.key_press_modifiers(Modifiers::ALT, Key::ArrowDown);
    s.settle();
    assert_eq!(chosen(&s), ["Child"]);
}

#[test]
fn only_what_is_seen_is_asked_for() {
    let mut s = in_gallery(&[]);
    // A listing as large as the store allows would take long to make: this one is
    // given to the state directly.
    let one = {
        s.keep(&["Seen"]);
        s.window.state().state.gallery.entries[0].clone()
    };
    let many: Vec<_> = (0..100_000i64)
        .map(|n| {
            let mut entry = one.clone();
            entry.id.file = 1_000_000 + n;
            entry.title = format!("Picture {n}");
            entry
        })
        .collect();
    s.asked.borrow_mut().gallery.clear();
    s.window.state_mut().state.gallery.entries = std::sync::Arc::new(many);
    s.window.run_steps(3);
    let start = std::time::Instant::now();
    const FRAMES: u32 = 60;
    s.window.hover_at(egui::pos2(400.0, 400.0));
    for _ in 0..FRAMES {
        s.window.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            source: egui::MouseWheelSource::Unknown,
            delta: egui::vec2(0.0, -300.0),
            phase: egui::TouchPhase::Move,
            modifiers: Modifiers::NONE,
        });
        s.window.run_steps(1);
    }
    let frame = start.elapsed() / FRAMES;
    println!("scrolling through 100,000 pictures: {frame:?} a frame, accessibility tree included");
    assert!(frame < std::time::Duration::from_millis(60), "{frame:?}");
    let asked = s.asked.borrow();
    let most = asked
        .gallery
        .iter()
        .filter_map(|r| match r {
            GalleryRequest::Thumbnails(ids) => Some(ids.len()),
            _ => None,
        })
        .max()
        .unwrap_or(0);
    assert!(most > 0 && most <= 240, "{most}");
}

#[test]
fn a_picture_that_vanishes_leaves_the_view_with_a_word() {
    let mut s = in_gallery(&["A", "B"]);
    key(&mut s, Key::Home);
    key(&mut s, Key::Enter);
    s.window.get_by_role_and_label(Role::Image, "Saved picture");
    let gallery = &s.window.state().state.gallery;
    let entry = gallery.entry(gallery.open.unwrap()).unwrap().clone();
    // Another program deletes it; the gallery sees that and says so.
    std::fs::remove_file(&entry.path).unwrap();
    s.asked.borrow_mut().changed = true;
    s.settle();
    let state = &s.window.state().state;
    assert_eq!(state.gallery.open, None);
    assert_eq!(state.gallery.entries.len(), 1);
    let told = state
        .toasts
        .iter()
        .any(|t| t.text.contains("isn't in its place"));
    assert!(told);
}
