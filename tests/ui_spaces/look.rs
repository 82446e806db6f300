//! What Spaces looks like, dark and light, in a small and a large window: compared with pictures in
//! `tests/snapshots`. `UPDATE_SNAPSHOTS=1 cargo test --test ui_spaces look` makes them anew.

use egui::Theme;
use egui_kittest::{OsThreshold, SnapshotOptions, SnapshotResults};
use limner::app::action::FileRole;
use limner::app::command::Command;

use crate::ui_doors::{Studio, studio};

/// Sizes and themes with their names.
const LOOKS: [([f32; 2], Theme, &str); 4] = [
    ([1280.0, 800.0], Theme::Dark, "dark"),
    ([1280.0, 800.0], Theme::Light, "light"),
    ([2560.0, 1440.0], Theme::Dark, "large_dark"),
    ([2560.0, 1440.0], Theme::Light, "large_light"),
];
fn take(s: &mut Studio<'_>, results: &mut SnapshotResults, name: &str) {
    s.window.remove_cursor();
    s.dismiss_toasts();
    let size = s.window.ctx.content_rect().size();
    // Nothing of this machine may be in the picture.
    s.window.mask(egui::Rect::from_min_max(
        egui::pos2(0.0, size.y - 26.0),
        egui::pos2(size.x, size.y),
    ));
    let options = SnapshotOptions::new()
        .threshold(1.5)
        .max_failed_pixels(OsThreshold::new(400usize));
    s.window.snapshot_options(name, &options);
    results.extend_harness(&mut s.window);
}

#[test]
fn look_of_a_material() {
    let mut results = SnapshotResults::new();
    for (size, theme, name) in LOOKS {
        let mut s = studio(size, theme);
        s.command(Command::GoSpaces);
        s.click("Material");
        s.open_for("a meadow.png", FileRole::SpacesSource);
        take(&mut s, &mut results, &format!("spaces_material_{name}"));
    }
}
