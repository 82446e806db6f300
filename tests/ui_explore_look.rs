//! What Explore looks like, dark and light, pixel by pixel.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Outside, build, sized};
use egui_kittest::{SnapshotOptions, SnapshotResults};
use limner::app::prefs::ThemeChoice;
use limner::app::session::Session;

/// Text edges differ a little between machines; anything else must not.
fn options() -> SnapshotOptions {
    SnapshotOptions::new().threshold(1.0).max_failed_pixels(60)
}

#[test]
fn explore_dark_and_light() {
    let mut results = SnapshotResults::new();
    for (choice, name) in [
        (ThemeChoice::Dark, "explore_dark"),
        (ThemeChoice::Light, "explore_light"),
    ] {
        let outside = Outside::default();
        let mut harness = build(sized(1280.0, 800.0), &outside, Session::none());
        harness.state_mut().state.prefs.theme = choice;
        harness
            .state_mut()
            .state
            .doc
            .explore
            .sliders_mut()
            .unwrap()
            .set_sigma("measured.warmth", 1.5);
        harness.run_steps(8);
        results.add(harness.try_snapshot_options(name, &options()));
    }
}
