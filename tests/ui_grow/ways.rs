//! Beyond the edges, filled, remixed, in parts.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use limner::app::action::FileRole;
use limner::app::command::Command;
use limner::recipe::{GrowChange, GrowTask};

use crate::ui_doors::Studio;
use crate::{doc, grown, jobs, with_picture};

/// Drags over some points, and lets go.
fn drag(s: &mut Studio<'_>, way: &[egui::Pos2]) {
    s.window.drag_at(way[0]);
    s.window.run_steps(2);
    for at in way {
        s.window.hover_at(*at);
        s.window.run_steps(2);
    }
    s.window.drop_at(way[way.len() - 1]);
    s.settle();
}

#[test]
fn a_picture_goes_on_beyond_its_edges() {
    let mut s = with_picture();
    s.click("Extend");
    assert_eq!(doc(&s).sides, [50; 4], "there is something to see at once");
    assert_eq!(grown(&s).unwrap().size(), [420, 300]);
    s.click("Left, right");
    assert_eq!(grown(&s).unwrap().size(), [640, 200]);
    s.click("Reset Left");
    assert_eq!(doc(&s).sides, [0, 0, 160, 0]);
    let job = jobs(&s).pop().unwrap();
    assert!(matches!(job.task, GrowTask::Extend { right: 160, .. }));
    s.click("Reset Right");
    s.window.get_by_label_contains("how far it is to go on");
    s.drag_slider("Bottom", 112.0, 0.02, 0.5);
    assert!(doc(&s).sides[3] > 50);
}

#[test]
fn what_is_painted_over_is_filled_and_another_fill_is_a_click_away() {
    let mut s = with_picture();
    s.click("Fill");
    s.window.get_by_label("Paint over what is to go");
    let canvas = s
        .window
        .get_by_role_and_label(Role::Image, "Picture to paint over")
        .rect();
    let from = canvas.center() - egui::vec2(60.0, 0.0);
    s.window.drag_at(from);
    s.window.run_steps(2);
    s.window.hover_at(canvas.center());
    s.window.run_steps(2);
    s.window.drop_at(canvas.center());
    s.settle();
    assert_eq!(doc(&s).mask.as_ref().unwrap().shapes.len(), 1);
    // The choice of ways has a Fill, too.
    let buttons = s.window.get_all_by_role_and_label(Role::Button, "Fill");
    buttons.last().unwrap().click();
    s.settle();
    let first = grown(&s).unwrap();
    let job = jobs(&s).pop().unwrap();
    assert!(matches!(job.task, GrowTask::FillPainted { .. }));
    s.click("Another one");
    assert!(grown(&s).unwrap() != first);
    s.click("Side by side");
    s.click("Seed 5");
    assert_eq!(doc(&s).seed, 5);
    // Compared with what it was.
    s.window.key_press(Key::Y);
    s.settle();
    s.click("Begin anew");
    assert!(doc(&s).mask.is_none());
    s.command(Command::Undo);
    assert!(doc(&s).mask.is_some());
}

#[test]
fn a_second_picture_lends_its_arrangement() {
    let mut s = with_picture();
    let before = grown(&s).unwrap();
    s.click("Remix");
    s.window.get_by_label_contains("Choose a second picture");
    s.click("Choose second picture");
    let last = format!("{:?}", s.asked.borrow().picks.last());
    assert!(last.contains("GrowStructure"), "{last}");
    s.open_for("sky.png", FileRole::GrowStructure);
    let remix = grown(&s).unwrap();
    assert!(remix != before);
    s.drag_slider("Strength", 112.0, 0.5, 0.9);
    assert!(doc(&s).strength > 0.7);
    let job = jobs(&s).pop().unwrap();
    let GrowTask::Shape { structure, .. } = &job.task else {
        panic!("{job:?}");
    };
    assert_eq!(structure.name, "sky.png");
    s.click("Swap the pictures");
    assert_eq!(doc(&s).source.as_ref().unwrap().name, "sky.png");
}

#[test]
fn a_part_is_drawn_around_and_dragged_elsewhere() {
    let mut s = with_picture();
    s.click("Parts");
    s.window
        .get_by_label("Draw a line around a part of the picture");
    let canvas = s
        .window
        .get_by_role_and_label(Role::Image, "Grown picture")
        .rect();
    let middle = canvas.center();
    drag(
        &mut s,
        &[[-60.0, -40.0], [0.0, -40.0], [0.0, 40.0], [-60.0, 40.0]]
            .map(|[x, y]| middle + egui::vec2(x, y)),
    );
    assert!(doc(&s).edits.is_empty());
    let inside = middle - egui::vec2(30.0, 0.0);
    drag(&mut s, &[inside, middle, middle + egui::vec2(70.0, 0.0)]);
    let job = jobs(&s).pop().unwrap();
    let GrowTask::Edit { edits } = &job.task else {
        panic!("{job:?}");
    };
    let GrowChange::Move(to) = &edits[0].change else {
        panic!("{edits:?}");
    };
    assert!(to.by[0] > 20 && to.by[1] == 0, "{:?}", to.by);
    // The line went along: the part is copied from where it is now.
    s.click("Copy");
    let there = inside + egui::vec2(100.0, 0.0);
    drag(
        &mut s,
        &[
            there,
            there + egui::vec2(0.0, 20.0),
            there + egui::vec2(0.0, 40.0),
        ],
    );
    assert_eq!(doc(&s).edits.len(), 2);
    s.click("Recolour");
    s.click("Remove part");
    assert_eq!(doc(&s).edits.len(), 4);
    s.click("Take edit 1 back");
    assert_eq!(doc(&s).edits.len(), 3);
    s.command(Command::Undo);
    assert_eq!(doc(&s).edits.len(), 4);
}
