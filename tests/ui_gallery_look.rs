//! What Style, Lens and Gallery look like, dark and light: compared with pictures in
//! `tests/snapshots`. `UPDATE_SNAPSHOTS=1 cargo test --test ui_gallery_look` makes
//! them anew.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ui_doors;

use egui::Theme;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{OsThreshold, SnapshotOptions, SnapshotResults};
use limner::app::action::{Action, FileRole, ViewEdit};
use limner::app::lens::edit::LensEdit;
use limner::app::view::{Compare, Dialog, Workspace};
use limner::recipe::LensPart;
use ui_doors::{Studio, studio};

const SIZE: [f32; 2] = [1280.0, 800.0];
const THEMES: [(Theme, &str); 2] = [(Theme::Dark, "dark"), (Theme::Light, "light")];

fn go(s: &mut Studio<'_>, workspace: Workspace) {
    s.window
        .state_mut()
        .act(Action::View(ViewEdit::Workspace(workspace)));
    s.settle();
}

fn take(s: &mut Studio<'_>, results: &mut SnapshotResults, name: &str) {
    // Nothing of this machine may be in the picture.
    s.window.state_mut().state.gallery.folder = Some("/home/ada/Pictures/Limner".into());
    s.window.remove_cursor();
    s.settle();
    s.window.mask(egui::Rect::from_min_max(
        egui::pos2(0.0, SIZE[1] - 26.0),
        egui::pos2(SIZE[0], SIZE[1]),
    ));
    let options = SnapshotOptions::new()
        .threshold(1.5)
        .max_failed_pixels(OsThreshold::new(400usize));
    s.window.snapshot_options(name, &options);
    results.extend_harness(&mut s.window);
}

#[test]
fn style_workspace() {
    let mut results = SnapshotResults::new();
    for (theme, name) in THEMES {
        let mut s = studio(SIZE, theme);
        go(&mut s, Workspace::Style);
        take(&mut s, &mut results, &format!("style_empty_{name}"));
        s.open_photo("evening at the lake.png");
        s.click("Style Ink wash");
        s.window
            .get_by_role_and_label(Role::Button, "Style A mosaic with a remarkably long name")
            .click_modifiers(egui::Modifiers::COMMAND);
        s.settle();
        s.window.state_mut().act(Action::View(ViewEdit::Compare(
            Workspace::Style,
            Compare::Split,
        )));
        // The styles are tried out once the finest strokes are there.
        s.settle();
        take(&mut s, &mut results, &format!("style_{name}"));
    }
}

#[test]
fn lens_workspace() {
    let mut results = SnapshotResults::new();
    for (theme, name) in THEMES {
        let mut s = studio(SIZE, theme);
        go(&mut s, Workspace::Lens);
        take(&mut s, &mut results, &format!("lens_empty_{name}"));
        s.open_for("evening at the lake.png", FileRole::LensPhoto);
        s.open_for("a sky.png", FileRole::LensOther);
        s.window
            .state_mut()
            .act(Action::Lens(LensEdit::Gain(LensPart::Colour, 1.6)));
        take(&mut s, &mut results, &format!("lens_{name}"));
    }
}

#[test]
fn gallery_workspace() {
    let mut results = SnapshotResults::new();
    for (theme, name) in THEMES {
        let mut s = studio(SIZE, theme);
        go(&mut s, Workspace::Gallery);
        take(&mut s, &mut results, &format!("gallery_empty_{name}"));
        s.keep(&[
            "A title so long that it has to be cut somewhere, because no window is that wide",
            "静物 果物",
            "Pears",
            "Two apples on a blue cloth",
        ]);
        s.click("Pears");
        s.window.key_press(egui::Key::Num4);
        s.settle();
        take(&mut s, &mut results, &format!("gallery_{name}"));
        s.window
            .state_mut()
            .act(Action::View(ViewEdit::Dialog(Dialog::AboutPicture)));
        take(&mut s, &mut results, &format!("about_picture_{name}"));
        s.window
            .state_mut()
            .act(Action::View(ViewEdit::Dialog(Dialog::Export)));
        take(&mut s, &mut results, &format!("export_{name}"));
    }
}
