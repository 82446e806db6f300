//! The window's own: dialogs that stay where they open and lose nothing, full screen, panels.

use egui::accesskit::Role;
use egui::{Key, Rect, pos2};
use egui_kittest::kittest::Queryable as _;
use limner::app::action::{Action, ViewEdit};
use limner::app::command::Command;
use limner::app::view::Dialog;

use crate::SIZE;
use crate::ui_doors::{Studio, studio};

/// Where a dialog's title stands; none while it isn't seen.
fn title(s: &Studio<'_>, title: &str) -> Option<Rect> {
    s.window
        .query_by_role_and_label(Role::Heading, title)
        .map(|n| n.rect())
        .or_else(|| s.window.query_all_by_label(title).map(|n| n.rect()).next())
}

#[test]
fn dialogs_open_where_they_stay() {
    for size in [SIZE, [2560.0, 1440.0]] {
        for (dialog, name) in [
            (Dialog::Settings, "Preferences"),
            (Dialog::Shortcuts, "Keyboard shortcuts"),
            (Dialog::About, "About Limner"),
            (Dialog::Bin, "Bin"),
            (Dialog::Export, "Export"),
            (Dialog::Models(None), "Models"),
            (Dialog::Licences, "Licences"),
        ] {
            let mut s = studio(size, egui::Theme::Dark);
            s.command(Command::GoGallery);
            s.keep(&["Apple"]);
            s.click("Apple");
            s.window
                .state_mut()
                .act(Action::View(ViewEdit::Dialog(dialog.clone())));
            let mut places = Vec::new();
            for _ in 0..10 {
                s.window.step();
                places.extend(title(&s, name));
            }
            let last = *places.last().unwrap_or_else(|| panic!("{name} isn't seen"));
            for (n, place) in places.iter().enumerate() {
                let moved = (place.min - last.min).length();
                assert!(
                    moved < 1.0,
                    "{name} at {size:?}: frame {n} at {place:?}, then {last:?}"
                );
            }
        }
    }
}

#[test]
fn a_click_outside_ends_typing_and_the_next_one_closes() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    s.command(Command::Settings);
    let field = s.window.get_by_role_and_label(Role::TextInput, "Your name");
    field.focus();
    s.settle();
    s.window
        .get_by_role_and_label(Role::TextInput, "Your name")
        .type_text("Ada");
    s.settle();
    let outside = |s: &mut Studio<'_>| {
        s.window.drag_at(pos2(20.0, 400.0));
        s.window.run_steps(1);
        s.window.drop_at(pos2(20.0, 400.0));
        s.settle();
    };
    outside(&mut s);
    assert_eq!(s.window.state().state.view.dialog, Dialog::Settings);
    assert_eq!(s.window.state().state.prefs.creator, "Ada");
    outside(&mut s);
    assert_eq!(s.window.state().state.view.dialog, Dialog::None);
}

#[test]
fn tab_takes_the_panels_away_and_brings_them_back() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    let canvas = |s: &Studio<'_>| {
        s.window
            .get_by_role_and_label(Role::Image, "Picture")
            .rect()
    };
    let before = canvas(&s);
    s.window.key_press(Key::Tab);
    s.settle();
    assert!(canvas(&s).width() > before.width() + 300.0);
    assert!(
        s.window
            .query_by_role_and_label(Role::Slider, "Warmth")
            .is_none()
    );
    s.window.key_press(Key::Tab);
    s.settle();
    assert_eq!(canvas(&s), before);
}

#[test]
fn the_keyboard_reaches_the_menus_and_goes_on_from_there() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    s.window.key_press(Key::F10);
    s.settle();
    assert!(
        s.window
            .get_by_role_and_label(Role::Button, "File")
            .is_focused()
    );
    // From a control, Tab goes to the next one.
    s.window.key_press(Key::Tab);
    s.settle();
    assert!(
        s.window
            .get_by_role_and_label(Role::Button, "Edit")
            .is_focused()
    );
    assert!(!s.window.state().state.view.panels_away);
}

#[test]
fn f11_asks_for_the_whole_screen() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    s.window.key_press(Key::F11);
    s.window.step();
    let mut asked = false;
    for _ in 0..3 {
        let output = s.window.output();
        let commands = output.viewport_output.values().flat_map(|v| &v.commands);
        asked |= commands
            .into_iter()
            .any(|c| matches!(c, egui::ViewportCommand::Fullscreen(true)));
        s.window.step();
    }
    assert!(asked);
}

#[test]
fn enter_is_the_main_button_of_a_dialog() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    s.command(Command::Export);
    s.window.key_press(Key::Enter);
    s.settle();
    assert_eq!(s.window.state().state.view.dialog, Dialog::None);
    let asked = s.asked.borrow().picks.len();
    assert_eq!(asked, 1, "it asks where to");
}
