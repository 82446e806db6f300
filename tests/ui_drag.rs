//! The drag tool of Explore as a person uses it, with a stand-in engine that takes the steps it is
//! told to.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Outside, build, drag, shown, sized, studio, studio_in};
use egui::{Key, Modifiers, Pos2, accesskit::Role, pos2, vec2};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, SnapshotOptions, SnapshotResults};
use limner::app::prefs::ThemeChoice;
use limner::app::session::Session;
use limner::engine::protocol::{DragJob, DragPoint, Event, Job, JobId, Movable, Output, Request};
use limner::picture::Picture;
use limner::recipe::{ExploreParams, LatentOrigin, Making, MaskShape};
use limner::window::StudioApp;

type Studio<'a> = Harness<'a, StudioApp>;

/// Side of the stand-in's pictures.
const SIDE: f32 = 128.0;

fn press(harness: &mut Studio<'_>, key: Key) {
    harness.key_press(key);
    harness.run_steps(4);
}

fn click(harness: &mut Studio<'_>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(4);
}

fn text(harness: &Studio<'_>) -> String {
    let labels = harness.get_all_by_role(Role::Label);
    labels
        .filter_map(|node| node.value())
        .collect::<Vec<_>>()
        .join(" | ")
}

/// A place on the picture in its pixels, on the screen.
fn on_picture(harness: &Studio<'_>, pixel: [f32; 2]) -> Pos2 {
    let canvas = harness.get_by_role_and_label(Role::Image, "Picture").rect();
    let room = canvas.size() - vec2(48.0, 48.0);
    let scale = (room.x / SIDE).min(room.y / SIDE).min(8.0);
    let corner = canvas.center() - vec2(SIDE, SIDE) * scale / 2.0;
    corner + vec2(pixel[0], pixel[1]) * scale
}

fn pull(harness: &mut Studio<'_>, from: [f32; 2], to: [f32; 2]) {
    let (from, to) = (on_picture(harness, from), on_picture(harness, to));
    drag(harness, from, to);
}

/// Points and targets in pixels.
fn points(harness: &Studio<'_>) -> Vec<[[f32; 2]; 2]> {
    let points = &harness.state().state.doc.explore.drag().points;
    let pixels = |at: [f32; 2]| at.map(|v| v * SIDE);
    points
        .iter()
        .map(|p| [pixels(p.at), pixels(p.target)])
        .collect()
}

fn near(a: [f32; 2], b: [f32; 2]) -> bool {
    (a[0] - b[0]).hypot(a[1] - b[1]) < 1.0
}

fn current<'a>(harness: &'a Studio<'_>) -> &'a ExploreParams {
    harness
        .state()
        .state
        .doc
        .explore
        .current()
        .expect("a picture")
}

fn steps(harness: &Studio<'_>) -> usize {
    harness.state().state.front_history().unwrap().steps().len()
}

fn drag_job(outside: &Outside) -> Option<(JobId, DragJob)> {
    let log = outside.engine.borrow();
    log.requests.iter().rev().find_map(|request| match request {
        Request::Job {
            id,
            job: Job::Drag(job),
        } => Some((*id, (**job).clone())),
        _ => None,
    })
}

fn plain(colour: u8) -> Picture {
    Picture::from_rgba(8, 8, [colour, 90, 40, 255].repeat(64)).unwrap()
}

fn tell(harness: &mut Studio<'_>, outside: &Outside, event: Event) {
    outside.engine.borrow_mut().news.push_back(event);
    harness.run_steps(4);
}

/// The points of a job, moved along by some pixels.
fn moved(job: &DragJob, by: f32) -> Vec<DragPoint> {
    let moved = |point: &DragPoint| DragPoint {
        at: [point.at[0] + by, point.at[1]],
        target: point.target,
    };
    job.points.iter().map(moved).collect()
}

fn dragged(job: &DragJob, by: f32, steps: u32) -> Output {
    let params = ExploreParams {
        origin: LatentOrigin::Ws(vec![vec![0.25; 4]; 8]),
        truncation_psi: 1.0,
        edits: Vec::new(),
        ..job.params.clone()
    };
    Output::Dragged {
        points: moved(job, by),
        steps,
        picture: plain(200),
        recipe: Box::new(limner::app::recipes::bare_recipe(Making::Explore(params))),
    }
}

/// A studio with the tool out and one point pulled ten pixels to the right.
fn with_a_point(outside: &Outside) -> Studio<'static> {
    let mut harness = studio(outside);
    outside.engine.borrow_mut().hold_jobs = true;
    press(&mut harness, Key::G);
    pull(&mut harness, [40.0, 60.0], [50.0, 60.0]);
    harness
}

#[test]
fn a_press_sets_a_point_and_pulling_on_sets_where_it_is_to_go() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    click(&mut harness, "Drag tool");
    assert!(text(&harness).contains("Press on the picture"));
    pull(&mut harness, [40.0, 60.0], [70.0, 50.0]);
    let set = points(&harness);
    assert_eq!(set.len(), 1);
    assert!(
        near(set[0][0], [40.0, 60.0]) && near(set[0][1], [70.0, 50.0]),
        "{set:?}"
    );
    assert_eq!(steps(&harness), 2, "one pull is one step");
    // Point and target can each be moved.
    pull(&mut harness, [70.0, 50.0], [90.0, 90.0]);
    pull(&mut harness, [40.0, 60.0], [30.0, 20.0]);
    let set = points(&harness);
    assert!(
        near(set[0][0], [30.0, 20.0]) && near(set[0][1], [90.0, 90.0]),
        "{set:?}"
    );
    // A click alone holds a place.
    let at = on_picture(&harness, [100.0, 30.0]);
    drag(&mut harness, at, at);
    let set = points(&harness);
    assert_eq!(set.len(), 2);
    assert!(near(set[1][0], [100.0, 30.0]) && near(set[1][1], [100.0, 30.0]));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(6);
    assert_eq!(points(&harness).len(), 1);
}

#[test]
fn points_are_set_moved_and_removed_by_keys() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    press(&mut harness, Key::G);
    click(&mut harness, "Add point");
    let before = points(&harness)[0];
    harness.get_by_label("Drag target 1").focus();
    harness.run_steps(2);
    press(&mut harness, Key::ArrowDown);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowRight);
    harness.run_steps(4);
    let after = points(&harness)[0];
    assert!(near(after[0], before[0]));
    let way = [after[1][0] - before[1][0], after[1][1] - before[1][1]];
    assert!(
        (way[0] - 10.0).abs() < 0.01 && (way[1] - 1.0).abs() < 0.01,
        "{way:?}"
    );
    press(&mut harness, Key::Delete);
    assert!(points(&harness).is_empty());
    click(&mut harness, "Add point");
    click(&mut harness, "Add point");
    click(&mut harness, "Remove points");
    assert!(points(&harness).is_empty());
}

#[test]
fn steps_are_seen_and_the_result_is_a_state_of_explore_that_undo_takes_back() {
    let outside = Outside::default();
    let mut harness = with_a_point(&outside);
    let start = current(&harness).clone();
    let set = points(&harness);
    click(&mut harness, "Start dragging");
    let (id, job) = drag_job(&outside).expect("a job");
    assert!(job.watched && job.movable.is_none());
    assert_eq!(job.params, start);
    assert!(near(job.points[0].at, [40.0, 60.0]) && near(job.points[0].target, [50.0, 60.0]));
    let event = Event::Dragged {
        id,
        steps: 3,
        points: moved(&job, 6.0),
        picture: plain(120),
    };
    let progress = Event::Progress {
        id,
        stage: limner::engine::protocol::Stage::Dragging,
        done: 3,
        total: 300,
        left: None,
        look: None,
    };
    tell(&mut harness, &outside, progress);
    tell(&mut harness, &outside, event);
    assert!(
        text(&harness).contains("Step 3, 4.0 px left"),
        "{}",
        text(&harness)
    );
    let run = harness.state().state.drag.run.clone().unwrap();
    assert_eq!(run.picture, Some(plain(120)));
    let result = Ok(dragged(&job, 9.5, 7));
    tell(&mut harness, &outside, Event::Done { id, result });
    harness.run_steps(6);
    assert!(
        text(&harness).contains("Arrived after 7 steps"),
        "{}",
        text(&harness)
    );
    assert!(matches!(current(&harness).origin, LatentOrigin::Ws(_)));
    assert!(
        near(points(&harness)[0][0], [49.5, 60.0]),
        "the point is where it arrived"
    );
    // The picture that was made is on the canvas, nothing is made again.
    let state = &harness.state().state;
    let full = limner::app::at_hand::picture(limner::app::view::Workspace::Explore, state);
    assert_eq!(full, Some(&plain(200)));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(6);
    assert_eq!(current(&harness), &start);
    assert_eq!(points(&harness), set);
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    harness.run_steps(6);
    assert!(matches!(current(&harness).origin, LatentOrigin::Ws(_)));
}

#[test]
fn stop_keeps_the_picture_so_far() {
    let outside = Outside::default();
    let mut harness = with_a_point(&outside);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::G);
    harness.run_steps(4);
    let (id, job) = drag_job(&outside).expect("a job");
    click(&mut harness, "Stop dragging");
    let finishes = |r: &Request| matches!(r, Request::Finish(about) if *about == id);
    assert!(outside.engine.borrow().requests.iter().any(finishes));
    let result = Ok(dragged(&job, 4.0, 2));
    tell(&mut harness, &outside, Event::Done { id, result });
    harness.run_steps(6);
    assert!(
        text(&harness).contains("Stopped after 2 steps, 6.0 px left"),
        "{}",
        text(&harness)
    );
    assert!(matches!(current(&harness).origin, LatentOrigin::Ws(_)));
}

#[test]
fn a_drag_ends_when_the_picture_is_changed_meanwhile() {
    let outside = Outside::default();
    let mut harness = with_a_point(&outside);
    click(&mut harness, "Start dragging");
    let (id, job) = drag_job(&outside).expect("a job");
    press(&mut harness, Key::Period);
    let cancels = |r: &Request| matches!(r, Request::Cancel(about) if *about == id);
    assert!(outside.engine.borrow().requests.iter().any(cancels));
    // One that came too late changes nothing.
    let result = Ok(dragged(&job, 9.5, 7));
    tell(&mut harness, &outside, Event::Done { id, result });
    assert_eq!(harness.state().state.doc.explore.seed(), Some(2));
    assert!(harness.state().state.drag.run.is_none());
}

#[test]
fn what_may_move_is_painted() {
    let outside = Outside::default();
    let mut harness = with_a_point(&outside);
    click(&mut harness, "Mask");
    assert!(harness.query_by_label("Eraser").is_some());
    pull(&mut harness, [20.0, 20.0], [100.0, 20.0]);
    assert_eq!(points(&harness).len(), 1, "the brush sets no points");
    click(&mut harness, "Mask");
    click(&mut harness, "Start dragging");
    let (_, job) = drag_job(&outside).expect("a job");
    let Some(Movable::Painted(mask)) = job.movable else {
        panic!("{:?}", job.movable)
    };
    assert!(
        mask.shapes
            .iter()
            .any(|shape| matches!(shape, MaskShape::Stroke(_)))
    );
}

#[test]
fn points_come_back_with_the_session() {
    let dir = tempfile::tempdir().unwrap();
    let outside = Outside::default();
    let mut harness = studio_in(&outside, dir.path());
    press(&mut harness, Key::G);
    pull(&mut harness, [40.0, 60.0], [70.0, 50.0]);
    let set = points(&harness);
    let mut app = harness.into_state();
    eframe::App::on_exit(&mut app);
    drop(app);
    let again = studio_in(&outside, dir.path());
    assert_eq!(points(&again), set);
    assert!(
        again.query_by_label("Drag target 1").is_some(),
        "the tool is out as it was"
    );
}

#[test]
fn nothing_to_pull_or_no_layers_is_said() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    let before = shown(&harness);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::G);
    harness.run_steps(4);
    assert!(drag_job(&outside).is_none());
    assert!(
        harness
            .query_by_label_contains("Set a point on the picture first")
            .is_some()
    );
    assert_eq!(shown(&harness), before);
    harness.state_mut().state.doc.explore.model = "waves".into();
    harness.run_steps(4);
    assert!(
        harness.query_by_label("Add point").is_none(),
        "Waves can't be dragged"
    );
    harness.key_press_modifiers(Modifiers::SHIFT, Key::G);
    harness.run_steps(4);
    assert!(
        harness
            .query_by_label_contains("This network can't be dragged")
            .is_some()
    );
}

#[test]
fn the_tool_looks_right_dark_and_light() {
    let mut results = SnapshotResults::new();
    for (choice, size, name) in [
        (ThemeChoice::Dark, pos2(1280.0, 800.0), "drag_dark"),
        (ThemeChoice::Light, pos2(1280.0, 800.0), "drag_light"),
        (ThemeChoice::Dark, pos2(2560.0, 1440.0), "drag_large_dark"),
        (ThemeChoice::Light, pos2(2560.0, 1440.0), "drag_large_light"),
    ] {
        let outside = Outside::default();
        let mut harness = build(sized(size.x, size.y), &outside, Session::none());
        harness.state_mut().state.prefs.theme = choice;
        press(&mut harness, Key::G);
        pull(&mut harness, [40.0, 60.0], [70.0, 40.0]);
        pull(&mut harness, [90.0, 90.0], [100.0, 70.0]);
        let at = on_picture(&harness, [25.0, 100.0]);
        drag(&mut harness, at, at);
        let aside = on_picture(&harness, [127.0, 127.0]);
        harness.hover_at(aside);
        harness.run_steps(8);
        let options = SnapshotOptions::new().threshold(1.0).max_failed_pixels(60);
        results.add(harness.try_snapshot_options(name, &options));
    }
}
