//! Beyond the edges, filled, remixed, in parts.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use limner::app::action::FileRole;
use limner::app::command::Command;
use limner::recipe::{GrowChange, GrowEdit, GrowPart, GrowPlacement, GrowTask, MaskShape};

use crate::ui_doors::Studio;
use crate::{doc, grown, with_picture};

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
    let job = s.grown().pop().unwrap();
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
    let job = s.grown().pop().unwrap();
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
    let job = s.grown().pop().unwrap();
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
        .get_by_label("Draw a line around a part of the picture, or paint on");
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
    let job = s.grown().pop().unwrap();
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

/// Around the left half of the picture's middle, by the line.
fn with_part<'a>() -> (Studio<'a>, egui::Pos2) {
    let mut s = with_picture();
    s.click("Parts");
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
    (s, middle)
}

fn edits(s: &Studio<'_>) -> Vec<GrowEdit> {
    doc(s).edits.to_vec()
}

fn placed(edit: &GrowEdit) -> GrowPlacement {
    match &edit.change {
        GrowChange::Move(to) | GrowChange::Copy(to) => *to,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_part_is_made_larger_flipped_and_turned_by_buttons_slider_and_corners() {
    let (mut s, middle) = with_part();
    let inside = middle - egui::vec2(30.0, 0.0);
    drag(&mut s, &[inside, middle, middle + egui::vec2(70.0, 0.0)]);
    let first = grown(&s).unwrap();
    let by = placed(&edits(&s)[0]).by;
    // The same edit is changed, not another one made.
    s.click("Flip part across");
    s.click("Turn part right");
    s.click("Turn part right");
    s.click("Turn part right");
    let to = placed(&edits(&s)[0]);
    assert_eq!((edits(&s).len(), to.by, to.flip, to.turn), (1, by, true, 3));
    assert!(grown(&s).unwrap() != first);
    s.click("Turn part right");
    s.click("Flip part down");
    let to = placed(&edits(&s)[0]);
    assert_eq!((to.flip, to.turn), (false, 2));
    s.drag_slider("Part size", 112.0, 0.5, 0.8);
    let slid = placed(&edits(&s)[0]).scale;
    assert!(slid > 1.2, "{slid}");
    s.command(Command::Undo);
    let back = placed(&edits(&s)[0]);
    assert_eq!(
        (back.scale, back.turn),
        (1.0, 2),
        "the size alone goes back"
    );
    // A corner is dragged away from the middle: twice as far, twice as large.
    let there = inside + egui::vec2(100.0, 0.0);
    let corner = there + egui::vec2(30.0, 40.0);
    drag(
        &mut s,
        &[
            corner,
            corner + egui::vec2(10.0, 10.0),
            corner + egui::vec2(30.0, 40.0),
        ],
    );
    let large = placed(&edits(&s)[0]);
    assert!((large.scale - 2.0).abs() < 0.1, "{large:?}");
    // Dragged on, it is the same move.
    drag(
        &mut s,
        &[
            there,
            there - egui::vec2(10.0, 0.0),
            there - egui::vec2(40.0, 0.0),
        ],
    );
    let back = placed(&edits(&s)[0]);
    assert!(edits(&s).len() == 1 && back.by[0] < by[0] && back.scale == large.scale);
    let job = s.grown().pop().unwrap();
    assert_eq!(job.task, GrowTask::Edit { edits: edits(&s) });
    // What was laid away is taken into the hand again.
    s.window.key_press(Key::Escape);
    s.settle();
    assert!(s.window.query_by_label("Turn part left").is_none());
    s.window.get_by_label_contains("1. Moved by").click();
    s.settle();
    s.click("Turn part left");
    assert_eq!(placed(&edits(&s)[0]).turn, 1);
}

#[test]
fn a_part_that_was_only_drawn_around_grows_where_it_is() {
    let (mut s, _) = with_part();
    s.click("Copy");
    s.click("Flip part across");
    let [edit] = &edits(&s)[..] else { panic!() };
    assert!(matches!(edit.change, GrowChange::Copy(to) if to.flip && to.by == [0, 0]));
    s.command(Command::Undo);
    assert!(edits(&s).is_empty());
    // The line is still there, and bound to nothing.
    s.click("Turn part left");
    assert_eq!(placed(&edits(&s)[0]).turn, 3);
}

#[test]
fn strokes_are_painted_on_in_colours_and_made_whole() {
    let mut s = with_picture();
    s.click("Parts");
    s.click("Paint on…");
    let canvas = s
        .window
        .get_by_role_and_label(Role::Image, "Grown picture")
        .rect();
    let middle = canvas.center();
    let across = |y: f32| [-80.0, -40.0, 0.0].map(|x| middle + egui::vec2(x, y));
    drag(&mut s, &across(-30.0));
    let first = grown(&s).unwrap();
    // The eyedropper, then a second stroke in that colour.
    s.window.key_press(Key::I);
    s.settle();
    let spot = middle + egui::vec2(60.0, 40.0);
    drag(&mut s, &[spot, spot, spot]);
    drag(&mut s, &across(20.0));
    drag(&mut s, &across(40.0));
    let painted: Vec<([u8; 3], usize)> = edits(&s)
        .iter()
        .map(|edit| match (&edit.change, &edit.part) {
            (GrowChange::Paint(colour), Some(GrowPart::Painted(mask))) => {
                assert!(
                    mask.shapes
                        .iter()
                        .all(|s| matches!(s, MaskShape::Stroke(_)))
                );
                (*colour, mask.shapes.len())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(painted.iter().map(|p| p.1).collect::<Vec<_>>(), [1, 2]);
    assert_ne!(painted[0].0, painted[1].0, "the picture's colour");
    assert!(grown(&s).unwrap() != first);
    assert_eq!(
        s.grown().pop().unwrap().task,
        GrowTask::Edit { edits: edits(&s) }
    );
    // One stroke is one step.
    s.command(Command::Undo);
    assert_eq!(edits(&s).len(), 2);
    s.command(Command::Undo);
    assert_eq!(edits(&s).len(), 1);
    s.command(Command::Redo);
    // A used colour is a click away; a larger brush with the eraser takes the first stroke away.
    let [r, g, b] = painted[0].0;
    s.click(&format!("Colour #{r:02x}{g:02x}{b:02x}"));
    s.window.key_press(Key::E);
    for _ in 0..6 {
        s.window.key_press(Key::CloseBracket);
        s.settle();
    }
    drag(&mut s, &across(-30.0));
    assert_eq!(edits(&s).len(), 1);
    assert!(matches!(edits(&s)[0].change, GrowChange::Paint(c) if c == painted[1].0));
    s.window.key_press(Key::Escape);
    s.settle();
    assert!(s.window.query_by_label("Eyedropper").is_none());
    // Away with the last, and there is nothing to grow any more.
    s.click("Take edit 1 back");
    assert!(doc(&s).params().is_none());
}

#[test]
fn a_further_picture_gives_patches_where_it_is_painted() {
    let folder = tempfile::tempdir().unwrap();
    let mut s = crate::ui_doors::studio_in(folder, crate::SIZE, egui::Theme::Dark);
    s.command(Command::GoGrow);
    s.open_for("meadow.png", FileRole::GrowSource);
    let alone = grown(&s).unwrap();
    s.click("Add further picture");
    let last = format!("{:?}", s.asked.borrow().picks.last());
    assert!(last.contains("GrowOther"), "{last}");
    s.open_for("sky.png", FileRole::GrowOther);
    let both = grown(&s).unwrap();
    assert!(both != alone);
    s.drag_slider("Weight 1", 112.0, 0.5, 0.7);
    assert!(doc(&s).others[0].weight > 1.5);
    s.click("Region of picture 1");
    s.window.get_by_label("Paint where sky.png goes");
    let canvas = s
        .window
        .get_by_role_and_label(Role::Image, "Picture to paint over")
        .rect();
    let middle = canvas.center();
    let before = labels_of_region(&s);
    drag(
        &mut s,
        &[[-90.0, -30.0], [-50.0, -30.0], [0.0, -30.0]].map(|[x, y]| middle + egui::vec2(x, y)),
    );
    assert_eq!(labels_of_region(&s), before + 1, "one stroke, one step");
    let job = s.grown().pop().unwrap();
    assert!(matches!(job.others[0].part, Some(GrowPart::Painted(_))));
    assert_eq!(job.others[0].picture.name, "sky.png");
    let region = grown(&s).unwrap();
    s.click("Done");
    // It outlives a restart, with its undo.
    let (kept, mut s) = (doc(&s).clone(), s.restart(crate::SIZE));
    assert_eq!(*doc(&s), kept);
    assert!(grown(&s).unwrap() == region);
    s.click("Picture 1 everywhere");
    assert_eq!(doc(&s).others[0].part, None);
    s.command(Command::Undo);
    assert!(doc(&s).others[0].part.is_some());
    s.click("Remove sky.png");
    assert!(doc(&s).others.is_empty());
}

fn labels_of_region(s: &Studio<'_>) -> usize {
    let labels = crate::labels(s);
    labels
        .iter()
        .filter(|label| *label == "Paint region")
        .count()
}

#[test]
fn what_was_grown_becomes_the_source_from_the_menus() {
    let mut s = with_picture();
    s.command(Command::NextSeed);
    let made = grown(&s).unwrap();
    let before = doc(&s).source.clone().unwrap();
    let menu = |s: &mut Studio<'_>, at: egui::Pos2| {
        for pressed in [true, false] {
            s.window.event(egui::Event::PointerMoved(at));
            s.window.event(egui::Event::PointerButton {
                pos: at,
                button: egui::PointerButton::Secondary,
                pressed,
                modifiers: egui::Modifiers::NONE,
            });
            s.window.run_steps(2);
        }
        s.settle();
        s.click("Grow on from this");
    };
    let canvas = s.window.get_by_role_and_label(Role::Image, "Grown picture");
    let middle = canvas.rect().center();
    menu(&mut s, middle);
    let now = doc(&s).source.clone().unwrap();
    assert_ne!(now.sha256, before.sha256);
    let state = &s.window.state().state;
    assert!(
        state.grow_source().unwrap().picture == made,
        "the very picture"
    );
    // One of sixteen, too.
    s.command(Command::ToggleVariations);
    let tile = s.window.get_by_role_and_label(Role::Button, "Seed 5");
    let middle = tile.rect().center();
    menu(&mut s, middle);
    assert_ne!(doc(&s).source.as_ref().unwrap().sha256, now.sha256);
    assert_eq!(doc(&s).seed, 5);
    let steps = crate::labels(&s);
    assert!(steps.len() >= 4, "{steps:?}");
}
