//! What the start page and the bin look like, dark and light, in a small and a large window:
//! compared with pictures in `tests/snapshots`. `UPDATE_SNAPSHOTS=1 cargo test --test ui_studio
//! look` makes them anew.

use egui::Theme;
use egui_kittest::SnapshotResults;
use limner::app::command::Command;

use crate::SIZE;
use crate::ui_doors::{Studio, look, studio};

const LARGE: [f32; 2] = [2560.0, 1440.0];
const LONG: &str =
    "A title so long that it has to be cut somewhere, because no window is that wide";

/// Sizes and themes with their names.
const LOOKS: [([f32; 2], Theme, &str); 4] = [
    (SIZE, Theme::Dark, "dark"),
    (SIZE, Theme::Light, "light"),
    (LARGE, Theme::Dark, "large_dark"),
    (LARGE, Theme::Light, "large_light"),
];

fn take(s: &mut Studio<'_>, results: &mut SnapshotResults, name: &str) {
    // Nothing of this machine may be in the picture.
    s.window.state_mut().state.gallery.folder = Some("/home/ada/Pictures/Limner".into());
    look::take(s, results, name);
}

#[test]
fn look_of_the_start_page() {
    let mut results = SnapshotResults::new();
    for (size, theme, name) in LOOKS {
        let mut s = studio(size, theme);
        s.command(Command::StartPage);
        take(&mut s, &mut results, &format!("start_page_empty_{name}"));
        if size == SIZE {
            s.command(Command::GoGallery);
            s.keep(&["Pears", LONG, "静物 果物"]);
            s.command(Command::StartPage);
            take(&mut s, &mut results, &format!("start_page_{name}"));
        }
    }
}

#[test]
fn look_of_the_bin() {
    let mut results = SnapshotResults::new();
    for (size, theme, name) in LOOKS {
        let mut s = studio(size, theme);
        s.command(Command::GoGallery);
        s.keep(&["Pears", LONG, "静物 果物", "Two apples on a blue cloth"]);
        for title in ["Pears", LONG] {
            s.click(title);
            s.window.key_press(egui::Key::Delete);
            s.settle();
        }
        s.window
            .key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        s.settle();
        s.window.key_press(egui::Key::Delete);
        s.settle();
        s.command(Command::Bin);
        take(&mut s, &mut results, &format!("bin_{name}"));
    }
}
