//! Finish as a person uses it: found by what is written on the window, on a real gallery; and what
//! it looks like. `UPDATE_SNAPSHOTS=1 cargo test --test ui_finish` makes the looks anew.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ui_doors;

use egui::Theme;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{OsThreshold, SnapshotOptions, SnapshotResults};
use limner::app::action::{Action, Destination, FileRole, Subject, ViewEdit};
use limner::app::command::Command;
use limner::app::finish::edit::FinishEdit;
use limner::app::finish::state::FinishWork;
use limner::app::view::{Compare, Workspace};
use limner::engine::protocol::{Channel, Job, Request};
use limner::gallery::protocol::{Entry, PictureId};
use limner::picture::Picture;
use limner::recipe::{FinishSettings, Making};
use ui_doors::{Studio, studio};

const SIZE: [f32; 2] = [1280.0, 900.0];

fn go(s: &mut Studio<'_>, workspace: Workspace) {
    s.window
        .state_mut()
        .act(Action::View(ViewEdit::Workspace(workspace)));
    s.settle();
}

/// A gallery with some pictures, one of them open in Finish.
fn finishing<'a>(size: [f32; 2], theme: Theme) -> Studio<'a> {
    let mut s = studio(size, theme);
    s.keep(&["Apple", "Pear", "Plum"]);
    go(&mut s, Workspace::Gallery);
    let id = id(&s, "Pear");
    finish(&mut s, id);
    s
}

#[test]
fn the_random_walk_ends_when_its_picture_is_finished() {
    let mut s = studio(SIZE, Theme::Dark);
    s.command(Command::LatentWalk);
    assert!(s.window.state().state.latent_walk.is_some());
    s.command(Command::Finish);
    assert!(s.window.state().state.finishing().is_some());
    assert!(s.window.state().state.latent_walk.is_none());
}

fn id(s: &Studio<'_>, title: &str) -> PictureId {
    let entries = &s.window.state().state.gallery.entries;
    entries.iter().find(|e| e.title == title).unwrap().id
}

fn finish(s: &mut Studio<'_>, id: PictureId) {
    s.window.state_mut().act(Action::Send {
        to: Destination::Finish,
        what: Subject::Gallery(id),
    });
    s.settle();
}

fn work<'a>(s: &'a Studio<'_>) -> &'a FinishWork {
    s.window.state().state.finishing().expect("Finish is open")
}

fn settings(s: &Studio<'_>) -> FinishSettings {
    work(s).settings.clone()
}

fn shown(s: &Studio<'_>) -> Picture {
    work(s).shown.as_ref().unwrap().picture.clone()
}

fn mean(picture: &Picture) -> f64 {
    let all = picture.rgba().chunks_exact(4).map(|p| f64::from(p[1]));
    all.sum::<f64>() / (picture.rgba().len() / 4) as f64
}

/// The picture that came to the gallery last.
fn newest(s: &Studio<'_>, before: &[PictureId]) -> Entry {
    let entries = &s.window.state().state.gallery.entries;
    let new = entries.iter().find(|e| !before.contains(&e.id));
    new.expect("a new picture in the gallery").clone()
}

fn ids(s: &Studio<'_>) -> Vec<PictureId> {
    let entries = &s.window.state().state.gallery.entries;
    entries.iter().map(|e| e.id).collect()
}

fn pictures(s: &Studio<'_>) -> usize {
    s.window.state().state.gallery.entries.len()
}

#[test]
fn sliders_show_at_once_are_undone_in_one_step_and_reset() {
    let mut s = finishing(SIZE, Theme::Dark);
    let before = mean(&shown(&s));
    s.drag_slider("Exposure", 118.0, 0.5, 0.75);
    assert!(settings(&s).exposure > 1.0);
    assert!(mean(&shown(&s)) > before + 10.0, "the canvas is lighter");
    s.command(Command::Undo);
    assert_eq!(
        settings(&s),
        FinishSettings::default(),
        "a drag is one step"
    );
    assert!((mean(&shown(&s)) - before).abs() < 1.0);
    s.command(Command::Redo);
    assert!(settings(&s).exposure > 1.0);
    s.click("Reset Exposure");
    assert_eq!(settings(&s).exposure, 0.0);
    s.drag_slider("Warmth", 118.0, 0.5, 0.8);
    s.click("Reset all");
    assert!(settings(&s).is_nothing());
    // Every slider has a name, and the keyboard.
    for name in [
        "Straighten",
        "Exposure",
        "Contrast",
        "Warmth",
        "Saturation",
        "Sharpen",
        "Grain",
        "Grain size",
        "Vignette",
    ] {
        s.window.get_by_role_and_label(Role::Slider, name);
    }
    s.window
        .get_by_role_and_label(Role::Slider, "Contrast")
        .focus();
    s.window.run_steps(2);
    s.window.key_press(egui::Key::ArrowRight);
    s.settle();
    assert!(settings(&s).contrast > 0.0);
}

#[test]
fn a_crop_by_aspect_and_handles_becomes_the_size_of_the_saved_picture() {
    let mut s = finishing(SIZE, Theme::Dark);
    s.click("Crop…");
    assert!(work(&s).cropping);
    // Handles have names, and move by keys.
    s.window
        .get_by_role_and_label(Role::Button, "Crop: left side")
        .focus();
    s.window.run_steps(2);
    for _ in 0..10 {
        s.window
            .key_press_modifiers(egui::Modifiers::SHIFT, egui::Key::ArrowRight);
        s.window.run_steps(2);
    }
    s.settle();
    let crop = settings(&s).crop.unwrap();
    assert!((crop[0] - 0.5).abs() < 0.02, "{crop:?}");
    // And by hand.
    let corner = s
        .window
        .get_by_role_and_label(Role::Button, "Crop: lower right corner")
        .rect()
        .center();
    s.window.drag_at(corner);
    s.window.run_steps(2);
    s.window.hover_at(corner - egui::vec2(0.0, 60.0));
    s.window.run_steps(2);
    s.window.drop_at(corner - egui::vec2(0.0, 60.0));
    s.settle();
    assert!(settings(&s).crop.unwrap()[3] < 0.99);
    assert_eq!(
        shown(&s).size()[0],
        shown(&s).size()[1],
        "all of it is seen while cropping"
    );
    s.click("Done cropping");
    let [w, h] = work(&s).size();
    assert!(w < 60 && h < 96, "{w} x {h}");
    s.click("Rotate right");
    assert_eq!(work(&s).size(), [h, w]);
    let (count, there) = (pictures(&s), ids(&s));
    s.click("Save to gallery");
    assert_eq!(pictures(&s), count + 1);
    assert_eq!(newest(&s, &there).size, [h, w]);
    // Saved once.
    s.click("Save to gallery");
    assert_eq!(pictures(&s), count + 1);
}

#[test]
fn what_is_saved_carries_what_was_before_and_opens_with_its_settings() {
    let mut s = finishing(SIZE, Theme::Dark);
    s.drag_slider("Saturation", 118.0, 0.5, 0.2);
    let set = settings(&s);
    let there = ids(&s);
    s.command(Command::Keep);
    let entry = newest(&s, &there);
    let recipe = limner::export::metadata::read_recipe(&entry.path)
        .unwrap()
        .unwrap();
    assert!(
        matches!(recipe.making, Making::Explore(_)),
        "made as before"
    );
    assert_eq!(recipe.finish.unwrap().settings, set);
    s.click("Done");
    assert!(s.window.state().state.finishing().is_none());
    // From the picture as it was, not from the finished one.
    let first = id(&s, "Pear");
    let path = s
        .window
        .state()
        .state
        .gallery
        .entry(first)
        .unwrap()
        .path
        .clone();
    finish(&mut s, entry.id);
    assert_eq!(work(&s).path, path);
    assert_eq!(settings(&s), set);
    // Nothing was saved on the way.
    assert_eq!(pictures(&s), 4);
}

#[test]
fn two_finished_pictures_asked_for_at_once_go_on_from_what_they_were() {
    let mut s = finishing(SIZE, Theme::Dark);
    s.click("Done");
    let mut finished = Vec::new();
    for title in ["Apple", "Plum"] {
        let of = id(&s, title);
        finish(&mut s, of);
        s.drag_slider("Exposure", 118.0, 0.5, 0.7);
        let there = ids(&s);
        s.command(Command::Keep);
        finished.push((newest(&s, &there).id, work(&s).path.clone(), settings(&s)));
        s.click("Done");
    }
    s.dismiss_toasts();
    for (id, ..) in &finished {
        s.window.state_mut().act(Action::Send {
            to: Destination::Finish,
            what: Subject::Gallery(*id),
        });
    }
    s.settle();
    // The first is what the user waits for; the other is as far.
    let (_, before, set) = &finished[0];
    assert_eq!((&work(&s).path, &settings(&s)), (before, set));
    assert_eq!(s.toasts(), ["Fruit 3 is ready to be finished"]);
}

#[test]
fn settings_go_over_to_many_pictures() {
    let mut s = finishing(SIZE, Theme::Dark);
    s.drag_slider("Exposure", 118.0, 0.5, 0.7);
    let exposure = settings(&s).exposure;
    s.click("Rotate left");
    s.click("Copy finish");
    s.click("Done");
    let ids = vec![id(&s, "Apple"), id(&s, "Plum")];
    s.window.state_mut().act(Action::Select(ids));
    s.settle();
    s.command(Command::PasteFinish);
    let asked = s.asked.borrow();
    let jobs: Vec<&Job> = asked
        .engine
        .iter()
        .filter_map(|request| match request {
            Request::Job { job, .. } => Some(job),
            _ => None,
        })
        .collect();
    let pasted = jobs.iter().filter_map(|job| match job {
        Job::Finish {
            settings,
            keep_shape: true,
            ..
        } => Some(settings),
        _ => None,
    });
    let pasted: Vec<_> = pasted.collect();
    assert_eq!(pasted.len(), 2);
    for settings in pasted {
        assert_eq!(settings.exposure, exposure);
        assert_eq!(
            settings.quarter_turns, 0,
            "light goes over, the shape stays"
        );
    }
    drop(asked);
    assert_eq!(pictures(&s), 5, "each became a new one");
}

#[test]
fn it_is_reached_from_explore_and_style_and_leaves_the_gallery_alone() {
    for workspace in [Workspace::Explore, Workspace::Style] {
        let mut s = studio(SIZE, Theme::Dark);
        go(&mut s, workspace);
        if workspace == Workspace::Style {
            s.open_photo("lake.png");
            s.click("Style Ink wash");
        }
        s.click("Finish…");
        assert_eq!(work(&s).over, workspace);
        s.window.get_by_role_and_label(Role::Slider, "Vignette");
        assert_eq!(pictures(&s), 0, "nothing is saved unasked");
        s.window.key_press(egui::Key::Escape);
        s.settle();
        assert!(s.window.state().state.finishing().is_none());
        // And by its keys.
        s.command(Command::Finish);
        assert!(s.window.state().state.finishing().is_some());
    }
}

#[test]
fn before_and_after_are_of_one_shape_and_looks_never_queue_up() {
    let mut s = finishing(SIZE, Theme::Dark);
    s.drag_slider("Straighten", 118.0, 0.5, 0.6);
    s.drag_slider("Exposure", 118.0, 0.5, 0.7);
    let work = work(&s);
    let before = work.before.as_ref().unwrap();
    assert_eq!(
        before.picture.size(),
        work.shown.as_ref().unwrap().picture.size()
    );
    assert_eq!(before.settings.exposure, 0.0);
    assert_eq!(before.settings.straighten, work.settings.straighten);
    s.command(Command::ToggleSplit);
    assert_eq!(self::work(&s).compare, Compare::Split);
    let asked = s.asked.borrow();
    let looks = asked.engine.iter().filter(|request| {
        matches!(
            request,
            Request::Preview {
                channel: Channel::Finish,
                ..
            }
        )
    });
    assert!(looks.count() < 20);
}

#[test]
fn the_curve_takes_points_by_click_and_keys() {
    let mut s = finishing(SIZE, Theme::Dark);
    let field = s.window.get_by_label("Tone curve").rect();
    let at = egui::pos2(field.center().x, field.center().y - 30.0);
    s.window.hover_at(at);
    s.window.run_steps(2);
    s.window.drag_at(at);
    s.window.run_steps(2);
    s.window.drop_at(at);
    s.settle();
    assert_eq!(settings(&s).curve.len(), 3);
    let middle = settings(&s).curve[1];
    assert!(middle[1] > middle[0]);
    s.window
        .get_by_role_and_label(Role::Button, "Curve point 2")
        .focus();
    s.window.run_steps(2);
    s.window.key_press(egui::Key::ArrowUp);
    s.settle();
    assert!(settings(&s).curve[1][1] > middle[1]);
    s.window.key_press(egui::Key::Delete);
    s.settle();
    assert!(settings(&s).curve.is_empty(), "the straight line again");
}

#[test]
fn a_photo_file_is_opened_only_for_whoever_waits() {
    let mut s = studio(SIZE, Theme::Dark);
    s.open_for("late.png", FileRole::Finish);
    assert!(s.window.state().state.finishing().is_none());
    assert!(
        s.toasts().iter().any(|t| t.contains("late.png")),
        "{:?}",
        s.toasts()
    );
}

#[test]
fn what_it_looks_like() {
    let mut results = SnapshotResults::new();
    for (theme, name) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        for (size, large) in [([1280.0, 800.0], ""), ([2560.0, 1440.0], "_large")] {
            let mut s = finishing(size, theme);
            let set = FinishSettings {
                exposure: 0.6,
                warmth: 0.35,
                curve: vec![[0.0, 0.0], [0.25, 0.18], [0.75, 0.85], [1.0, 1.0]],
                crop: Some([0.1, 0.05, 0.95, 0.9]),
                ..FinishSettings::default()
            };
            let edit = FinishEdit::Set(Box::new(set));
            s.window.state_mut().act(Action::Finish(edit));
            s.settle();
            if large.is_empty() {
                s.click("Crop…");
            }
            s.dismiss_toasts();
            s.window.remove_cursor();
            s.settle();
            s.window.mask(egui::Rect::from_min_max(
                egui::pos2(0.0, size[1] - 26.0),
                egui::pos2(size[0], size[1]),
            ));
            let options = SnapshotOptions::new()
                .threshold(1.5)
                .max_failed_pixels(OsThreshold::new(400usize));
            s.window
                .snapshot_options(format!("finish{large}_{name}"), &options);
            results.extend_harness(&mut s.window);
        }
    }
}
