//! What a window looks like, compared with a picture in `tests/snapshots`.

use egui::Theme;
use egui_kittest::{OsThreshold, SnapshotOptions, SnapshotResults};

use super::Studio;

/// Sizes and themes with their names.
pub const LOOKS: [([f32; 2], Theme, &str); 4] = [
    ([1280.0, 800.0], Theme::Dark, "dark"),
    ([1280.0, 800.0], Theme::Light, "light"),
    ([2560.0, 1440.0], Theme::Dark, "large_dark"),
    ([2560.0, 1440.0], Theme::Light, "large_light"),
];

/// Takes the look, without the pointer, messages and the line about this machine.
pub fn take(s: &mut Studio<'_>, results: &mut SnapshotResults, name: &str) {
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
