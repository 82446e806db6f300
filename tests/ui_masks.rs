//! Painting masks on the canvas: brush, eraser, gradients, keys, and the smallest window.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ui_doors;

use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use limner::app::action::Action;
use limner::app::command::Command;
use limner::recipe::MaskShape;
use ui_doors::{Studio, in_style};

const SIZE: [f32; 2] = [1280.0, 800.0];

#[test]
fn a_painted_mask_keeps_the_style_out_and_each_stroke_can_be_undone() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Embers");
    let everywhere = s.styled();
    s.click("Paint the mask of Embers");
    let canvas = s
        .window
        .get_by_role_and_label(Role::Image, "Stylised photo")
        .rect();
    let stroke = |s: &mut Studio<'_>, y: f32| {
        let y = canvas.center().y + y;
        s.window.drag_at(egui::pos2(canvas.center().x - 80.0, y));
        s.window.run_steps(2);
        for step in 1..6 {
            s.window
                .hover_at(egui::pos2(canvas.center().x - 80.0 + 30.0 * step as f32, y));
            s.window.run_steps(1);
        }
        s.window.drop_at(egui::pos2(canvas.center().x + 70.0, y));
        s.settle();
    };
    let shapes = |s: &Studio<'_>| {
        s.window.state().state.doc.style.styles[0]
            .mask
            .as_ref()
            .map_or(0, |m| m.shapes.len())
    };
    stroke(&mut s, 0.0);
    assert_eq!(shapes(&s), 1);
    let one = s.styled();
    assert!(one != everywhere, "outside the stroke the photo shows");
    s.window.key_press(egui::Key::E);
    s.settle();
    stroke(&mut s, 10.0);
    assert_eq!(shapes(&s), 2);
    let StyleLayerShape::Eraser = last_shape(&s) else {
        panic!("the E key takes the eraser")
    };
    s.window.state_mut().act(Action::Command(Command::Undo));
    s.settle();
    assert_eq!(shapes(&s), 1);
    assert!(s.styled() == one);

    s.window.key_press(egui::Key::X);
    s.settle();
    assert!(
        s.window.state().state.doc.style.styles[0]
            .mask
            .as_ref()
            .unwrap()
            .invert
    );
    s.click("Clear");
    assert!(s.window.state().state.doc.style.styles[0].mask.is_none());
    assert!(s.styled() == everywhere);
    s.window.key_press(egui::Key::Escape);
    s.settle();
    s.window
        .get_by_role_and_label(Role::Button, "Paint the mask of Embers");
}

#[test]
fn the_picture_follows_the_brush_and_escape_takes_the_stroke_back() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Embers");
    let everywhere = s.styled();
    let steps = s
        .window
        .state()
        .state
        .front_history()
        .unwrap()
        .steps()
        .len();
    s.click("Paint the mask of Embers");
    let middle = s
        .window
        .get_by_role_and_label(Role::Image, "Stylised photo")
        .rect()
        .center();
    s.window.drag_at(middle);
    s.window.run_steps(4);
    let dab = s.styled();
    assert!(dab != everywhere, "the hand is still down");
    s.window.hover_at(middle + egui::vec2(80.0, 0.0));
    s.window.run_steps(4);
    assert!(s.styled() != dab);
    let shapes = |s: &Studio<'_>| {
        let mask = &s.window.state().state.doc.style.styles[0].mask;
        mask.as_ref().map_or(0, |m| m.shapes.len())
    };
    assert_eq!(shapes(&s), 1, "one shape however long the way");
    s.window.key_press(egui::Key::Escape);
    s.window.run_steps(4);
    s.window.drop_at(middle + egui::vec2(80.0, 0.0));
    s.settle();
    assert_eq!(shapes(&s), 0);
    assert!(s.styled() == everywhere);
    assert_eq!(
        s.window
            .state()
            .state
            .front_history()
            .unwrap()
            .steps()
            .len(),
        steps
    );

    // Erasing without a mask begins with the style everywhere.
    s.window.key_press(egui::Key::E);
    s.window.drag_at(middle);
    s.window.run_steps(2);
    s.window.drop_at(middle);
    s.settle();
    let mask = s.window.state().state.doc.style.styles[0].mask.clone();
    assert!(matches!(
        mask.unwrap().shapes[..],
        [MaskShape::Fill(1.0), MaskShape::Stroke(_)]
    ));
    assert_eq!(
        s.window
            .state()
            .state
            .front_history()
            .unwrap()
            .steps()
            .len(),
        steps + 1
    );
}

#[test]
fn a_quick_stroke_goes_through_all_places_of_the_pointer() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Embers");
    s.click("Paint the mask of Embers");
    let middle = s
        .window
        .get_by_role_and_label(Role::Image, "Stylised photo")
        .rect()
        .center();
    s.window.drag_at(middle);
    s.window.run_steps(1);
    // A corner, the end and the release, all within one frame.
    s.window.hover_at(middle + egui::vec2(0.0, 90.0));
    s.window.hover_at(middle + egui::vec2(90.0, 90.0));
    s.window.drop_at(middle + egui::vec2(90.0, 0.0));
    s.settle();
    let points = |s: &Studio<'_>| {
        let mask = s.window.state().state.doc.style.styles[0].mask.clone();
        match mask.unwrap().shapes.last() {
            Some(MaskShape::Stroke(stroke)) => stroke.points.clone(),
            other => panic!("a stroke, not {other:?}"),
        }
    };
    let way = points(&s);
    assert_eq!(way.len(), 4, "{way:?}");
    assert!(way[1][1] > way[0][1] && way[2][0] > way[1][0] && way[3][1] < way[2][1]);

    // A tap that is over before the next frame is a dab.
    let corner = middle - egui::vec2(60.0, 60.0);
    s.window.hover_at(corner);
    s.window.run_steps(1);
    s.window.drag_at(corner);
    s.window.drop_at(corner);
    s.settle();
    assert_eq!(points(&s).len(), 1);
}

#[test]
fn with_everything_larger_the_ways_to_compare_stay_in_reach() {
    // A window of 1280 x 800 with everything at 163 %.
    let mut s = in_style([785.0, 490.0]);
    s.open_photo("a.png");
    let panel = s.window.get_by_label("Chosen style").rect().left();
    let dice = s.window.get_by_label("Another style at random").rect();
    for name in ["Result", "Split", "Side by side", "Difference"] {
        let rect = s.window.get_by_role_and_label(Role::Button, name).rect();
        assert!(rect.right() <= panel, "{name}: {rect:?}");
        assert!(!rect.intersects(dice), "{name}: {rect:?} {dice:?}");
    }
    assert!(dice.right() <= panel, "{dice:?}");
    let canvas = s
        .window
        .get_by_role_and_label(Role::Image, "Stylised photo")
        .rect();
    assert!(canvas.width() > 200.0, "{canvas:?}");
}

#[test]
fn in_the_smallest_window_no_bar_pushes_the_picture_aside() {
    let mut s = in_style([960.0, 600.0]);
    s.open_photo("a.png");
    s.click("Style Embers");
    let canvas = |s: &Studio<'_>| {
        let image = s
            .window
            .get_by_role_and_label(Role::Image, "Stylised photo");
        image.rect()
    };
    // The left edge of the panel on the right.
    let panel = s.window.get_by_label("Chosen style").rect().left();
    assert!(canvas(&s).right() <= panel, "{:?}", canvas(&s));
    let dice = s.window.get_by_label("Another style at random").rect();
    assert!(dice.right() <= panel, "{dice:?}");
    s.click("Paint the mask of Embers");
    assert!(canvas(&s).right() <= panel, "{:?}", canvas(&s));
    for name in ["Size", "Feather", "Done"] {
        let all: Vec<_> = s
            .window
            .query_all_by_label(name)
            .map(|n| n.rect())
            .collect();
        let inside = all.iter().any(|r| r.right() <= panel && r.left() >= 304.0);
        assert!(inside, "{name}: {all:?}");
    }
}

#[test]
fn the_brush_has_sliders_that_go_home_and_keys_of_its_own() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Embers");
    s.click("Paint the mask of Embers");
    let size = |s: &Studio<'_>| {
        let slider = s.window.get_by_role_and_label(Role::Slider, "Size");
        slider.accesskit_node().numeric_value().unwrap()
    };
    assert_eq!(size(&s), 6.0);
    s.window.key_press(egui::Key::CloseBracket);
    s.settle();
    assert!((size(&s) - 7.2).abs() < 1e-3, "{}", size(&s));
    s.click("Reset Size");
    assert_eq!(size(&s), 6.0);
    s.window
        .get_by_role_and_label(Role::Slider, "Feather")
        .focus();
    s.settle();
    s.window.key_press(egui::Key::Home);
    s.settle();
    s.click("Reset Feather");
    s.window.key_press(egui::Key::Escape);
    s.settle();
    assert!(s.window.query_by_label("Show mask").is_none());
}

enum StyleLayerShape {
    Eraser,
    Other,
}

fn last_shape(s: &Studio<'_>) -> StyleLayerShape {
    match s.window.state().state.doc.style.styles[0]
        .mask
        .as_ref()
        .and_then(|m| m.shapes.last())
    {
        Some(MaskShape::Stroke(stroke)) if stroke.erase => StyleLayerShape::Eraser,
        _ => StyleLayerShape::Other,
    }
}

#[test]
fn a_mask_is_never_copied_by_looking_at_it_and_strokes_are_shared_by_all_steps_of_undo() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Embers");
    s.click("Paint the mask of Embers");
    let middle = s
        .window
        .get_by_role_and_label(Role::Image, "Stylised photo")
        .rect()
        .center();
    for n in 0..3 {
        let at = middle + egui::vec2(0.0, 40.0 * n as f32);
        s.window.drag_at(at);
        s.window.run_steps(2);
        s.window.drop_at(at + egui::vec2(60.0, 0.0));
        s.settle();
    }
    let mask = |s: &Studio<'_>| {
        let mask = s.window.state().state.doc.style.styles[0].mask.as_ref();
        Arc::as_ptr(mask.unwrap())
    };
    let before = mask(&s);
    s.window.hover_at(middle);
    s.window.run_steps(30);
    assert_eq!(mask(&s), before);
    let state = &s.window.state().state;
    let asked = state.doc.style.params().unwrap();
    assert_eq!(Arc::as_ptr(asked.styles[0].mask.as_ref().unwrap()), before);
    // The first stroke has one place in memory, whatever step holds it.
    let steps = state.front_history().unwrap().steps().iter();
    let strokes: Vec<_> = steps
        .filter_map(|step| {
            let mut doc = limner::app::document::Document::default();
            step.part.put(&mut doc);
            match doc.style.styles.first()?.mask.as_ref()?.shapes.first()? {
                MaskShape::Stroke(stroke) => Some(stroke.points.as_ptr()),
                _ => None,
            }
        })
        .collect();
    assert_eq!(strokes.len(), 3);
    assert!(strokes.iter().all(|place| *place == strokes[0]));
}
