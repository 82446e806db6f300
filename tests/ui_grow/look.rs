//! What Grow looks like, dark and light, in a small and a large window: compared with pictures in
//! `tests/snapshots`. `UPDATE_SNAPSHOTS=1 cargo test --test ui_grow look` makes them anew.

use egui::Theme;
use egui_kittest::SnapshotResults;
use egui_kittest::kittest::Queryable as _;
use limner::app::action::{Action, FileRole};
use limner::app::command::Command;
use limner::app::grow::edit::{GrowEdit, MaskChange};
use limner::recipe::{
    GrowChange, GrowEdit as PartEdit, GrowPart, GrowPlacement, Mask, MaskShape, Stroke,
};

use crate::ui_doors::look::{LOOKS, take};
use crate::ui_doors::{Studio, studio};

const LONG: &str = "a photo whose name is so long that it has to be cut somewhere in the panel.png";

fn stroke() -> MaskShape {
    MaskShape::Stroke(Stroke {
        points: [[0.55, 0.2], [0.8, 0.2]].into(),
        radius: 0.1,
        feather: 0.2,
        erase: false,
    })
}

#[test]
fn look_of_grow() {
    let mut results = SnapshotResults::new();
    for (size, theme, name) in LOOKS {
        let mut s = studio(size, theme);
        s.command(Command::GoGrow);
        take(&mut s, &mut results, &format!("grow_empty_{name}"));
        s.open_for(LONG, FileRole::GrowSource);
        s.click("Wide");
        take(&mut s, &mut results, &format!("grow_{name}"));
        s.click("Fill");
        let mask = Mask {
            shapes: vec![stroke()],
            invert: false,
        };
        let edit = GrowEdit::SetMask(Some(mask));
        s.window.state_mut().act(Action::Grow(edit));
        take(&mut s, &mut results, &format!("grow_painting_{name}"));
    }
}

#[test]
fn look_of_grow_at_work() {
    let mut results = SnapshotResults::new();
    let mut s = studio([1280.0, 800.0], Theme::Dark);
    s.command(Command::GoGrow);
    s.open_for("a lake.png", FileRole::GrowSource);
    s.asked.borrow_mut().hold_growing = true;
    s.click("Extend");
    take(&mut s, &mut results, "grow_at_work_dark");
    s.click("Remix");
    s.open_for("a sky.png", FileRole::GrowStructure);
    s.command(Command::ToggleVariations);
    take(&mut s, &mut results, "grow_grid_dark");
}

#[test]
fn look_of_parts_and_regions() {
    let mut results = SnapshotResults::new();
    for (size, theme, name) in LOOKS {
        let mut s = studio(size, theme);
        s.command(Command::GoGrow);
        s.open_for(LONG, FileRole::GrowSource);
        s.click("Parts");
        let lasso = vec![[0.3, 0.15], [0.5, 0.12], [0.52, 0.3], [0.35, 0.4]];
        let part = Some(GrowPart::Lasso(lasso));
        let to = GrowPlacement {
            by: [60, 20],
            scale: 1.4,
            flip: true,
            turn: 0,
        };
        let change = GrowChange::Move(to);
        act(&mut s, GrowEdit::AddEdit(PartEdit { part, change }));
        act(&mut s, GrowEdit::Paint([200, 90, 40], stroke()));
        s.window.get_by_label_contains("1. Moved by").click();
        s.settle();
        take(&mut s, &mut results, &format!("grow_parts_{name}"));
        s.click("Paint on…");
        take(&mut s, &mut results, &format!("grow_sketch_{name}"));
        s.click("Vary");
        s.open_for("a sky.png", FileRole::GrowOther);
        act(&mut s, GrowEdit::OtherMask(0, MaskChange::Add(stroke())));
        s.click("Region of picture 1");
        take(&mut s, &mut results, &format!("grow_region_{name}"));
    }
}

fn act(s: &mut Studio<'_>, edit: GrowEdit) {
    s.window.state_mut().act(Action::Grow(edit));
    s.settle();
}
