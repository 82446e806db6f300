//! What the timeline looks like, dark and light, in a small and a large window: compared with
//! pictures in `tests/snapshots`. `UPDATE_SNAPSHOTS=1 cargo test --test ui_timeline look` makes
//! them anew.

use egui::Theme;
use egui_kittest::{OsThreshold, SnapshotOptions, SnapshotResults};
use limner::app::action::Action;
use limner::app::command::Command;
use limner::app::timeline::edit::TimelineEdit;
use limner::recipe::Easing;

use crate::ui_doors::{Studio, studio};
use crate::{SIZE, fill};

const LARGE: [f32; 2] = [2560.0, 1440.0];

fn take(s: &mut Studio<'_>, results: &mut SnapshotResults, name: &str) {
    s.window.remove_cursor();
    s.dismiss_toasts();
    let size = s.window.ctx.content_rect().size();
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
fn look_of_the_timeline() {
    let mut results = SnapshotResults::new();
    for (size, theme, name) in [
        (SIZE, Theme::Dark, "dark"),
        (SIZE, Theme::Light, "light"),
        (LARGE, Theme::Dark, "large_dark"),
        (LARGE, Theme::Light, "large_light"),
    ] {
        let mut s = studio(size, theme);
        s.command(Command::Timeline);
        fill(&mut s);
        for edit in [
            TimelineEdit::Seconds(0, 1.0),
            TimelineEdit::Seconds(1, 4.0),
            TimelineEdit::Easing(0, Easing::Smooth),
            TimelineEdit::Easing(1, Easing::In),
        ] {
            s.window.state_mut().act(Action::Timeline(edit));
        }
        s.settle();
        take(&mut s, &mut results, &format!("timeline_{name}"));
        if size == SIZE {
            s.command(Command::ExportWalk);
            take(&mut s, &mut results, &format!("film_export_{name}"));
        }
    }
}
