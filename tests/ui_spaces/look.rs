//! What Spaces looks like, dark and light, in a small and a large window: compared with pictures in
//! `tests/snapshots`. `UPDATE_SNAPSHOTS=1 cargo test --test ui_spaces look` makes them anew.

use egui::Theme;
use egui::accesskit::Role;
use egui_kittest::SnapshotResults;
use egui_kittest::kittest::Queryable as _;
use limner::app::action::FileRole;
use limner::app::command::Command;

use crate::ui_doors::look::{LOOKS, take};
use crate::ui_doors::studio;

#[test]
fn look_of_spaces() {
    let mut results = SnapshotResults::new();
    for (size, theme, name) in LOOKS {
        let mut s = studio(size, theme);
        s.command(Command::GoSpaces);
        take(&mut s, &mut results, &format!("spaces_empty_{name}"));
        s.open_for("a meadow.png", FileRole::SpacesSource);
        take(&mut s, &mut results, &format!("spaces_material_{name}"));
        s.click("Seamless");
        s.click("3 × 3");
        take(&mut s, &mut results, &format!("spaces_seamless_{name}"));
        s.click("Panorama");
        take(&mut s, &mut results, &format!("spaces_panorama_{name}"));
        s.click("Film…");
        take(&mut s, &mut results, &format!("spaces_film_{name}"));
        s.click("Cancel");
        s.click("Wall");
        take(&mut s, &mut results, &format!("spaces_wall_{name}"));
        s.click("Panorama");
        s.click("Your picture");
        s.window
            .get_by_role_and_label(Role::CheckBox, "Extend to a full turn")
            .click();
        take(&mut s, &mut results, &format!("spaces_strip_{name}"));
    }
}

#[test]
fn look_of_bodies_and_rooms() {
    let mut results = SnapshotResults::new();
    let mut s = studio([1280.0, 800.0], Theme::Dark);
    s.command(Command::GoSpaces);
    s.open_for("a meadow.png", FileRole::SpacesSource);
    for body in ["Cube", "Cloth", "Plane"] {
        s.click(body);
        let name = format!("spaces_{}", body.to_lowercase());
        take(&mut s, &mut results, &name);
    }
    s.click("Wall");
    s.click("Sofa");
    take(&mut s, &mut results, "spaces_sofa");
    s.open_for("a wall.png", FileRole::SpacesRoom);
    take(&mut s, &mut results, "spaces_room");
}
