//! The timeline of Explore: keyframes from everywhere, their times, the film as it plays, and
//! the file that comes out, played back by a decoder that didn't write it.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../common/film_reader.rs"]
mod film_reader;
mod look;
#[path = "../common/skip.rs"]
mod skip;
mod styles;
mod stylised;
#[path = "../ui_doors/mod.rs"]
mod ui_doors;

use std::path::PathBuf;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use limner::app::action::{Action, Pick, Purpose};
use limner::app::command::Command;
use limner::app::timeline::document::{KeyPicture, TimelineDoc};
use limner::engine::protocol::{Channel, FilmFormat, FilmJob, Job, Request, Work};
use limner::recipe::{Easing, ExploreParams, LatentOrigin, Making, WalkPath};

use ui_doors::{Studio, film_frame, studio, studio_in};

const SIZE: [f32; 2] = [1280.0, 800.0];

fn timeline<'a>(s: &'a Studio<'_>) -> &'a TimelineDoc {
    &s.window.state().state.doc.explore.timeline
}

fn generated(picture: &KeyPicture) -> &ExploreParams {
    match picture {
        KeyPicture::Explore(params) => params,
        KeyPicture::Style(_) => panic!("a generator's picture"),
    }
}

fn seeds(s: &Studio<'_>) -> Vec<u64> {
    let keys = timeline(s).keyframes.iter();
    let seed = |origin: &LatentOrigin| match origin {
        LatentOrigin::Seed(seed) => *seed,
        _ => panic!("a keyframe from a seed"),
    };
    keys.map(|key| seed(&generated(&key.picture).origin))
        .collect()
}

/// A timeline with the pictures of seeds 1, 2, 3.
fn three<'a>() -> Studio<'a> {
    let mut s = studio(SIZE, Theme::Dark);
    s.command(Command::Timeline);
    fill(&mut s);
    s
}

fn fill(s: &mut Studio<'_>) {
    for more in [false, true, true] {
        if more {
            s.command(Command::NextSeed);
        }
        s.click("Add this picture to the timeline");
    }
}

fn focus(s: &mut Studio<'_>, label: &str) {
    s.window.get_by_role_and_label(Role::Button, label).focus();
    s.window.run_steps(2);
}

fn undo(s: &mut Studio<'_>) {
    s.window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    s.settle();
}

#[test]
fn keyframes_come_from_the_canvas_bookmarks_seeds_and_the_gallery() {
    let mut s = studio(SIZE, Theme::Dark);
    s.command(Command::AddBookmark);
    s.command(Command::NextSeed);
    s.command(Command::AddBookmark);
    s.command(Command::Timeline);
    s.click("Add this picture to the timeline");
    assert_eq!(seeds(&s), [2]);
    s.click("Add…");
    s.click("All bookmarks (2)");
    assert_eq!(seeds(&s), [2, 1, 2]);
    s.click("Add…");
    s.click("Add seed");
    assert_eq!(seeds(&s), [2, 1, 2, 0]);
    s.window.key_press(Key::Escape);
    s.settle();
    // Pictures of the gallery by their recipes.
    s.keep(&["Pears"]);
    s.command(Command::GoGallery);
    let tile = s.window.get_by_role_and_label(Role::Button, "Pears");
    tile.click_secondary();
    s.settle();
    s.click("Add to timeline");
    assert_eq!(seeds(&s), [2, 1, 2, 0, 1]);
}

#[test]
fn a_film_is_of_one_network() {
    let mut s = three();
    let mut other = generated(&timeline(&s).keyframes[0].picture).clone();
    other.model = "another".into();
    let edit = limner::app::timeline::edit::TimelineEdit::Add(other.into());
    s.window.state_mut().act(Action::Timeline(edit));
    s.settle();
    assert_eq!(timeline(&s).keyframes.len(), 3);
    assert!(s.toasts().iter().any(|t| t.contains("one network")));
}

#[test]
fn a_drag_and_keys_reorder_and_undo_brings_the_order_back() {
    let mut s = three();
    assert_eq!(seeds(&s), [1, 2, 3]);
    let middle = |s: &Studio<'_>, name: &str| {
        let tile = s.window.get_by_role_and_label(Role::Button, name);
        tile.rect().center()
    };
    let (from, to) = (middle(&s, "Keyframe 1"), middle(&s, "Keyframe 3"));
    s.window.drag_at(from);
    s.window.run_steps(2);
    s.window.hover_at(from.lerp(to, 0.5));
    s.window.run_steps(2);
    s.window.hover_at(to);
    s.window.run_steps(2);
    s.window.drop_at(to);
    s.settle();
    assert_eq!(seeds(&s), [2, 3, 1]);
    undo(&mut s);
    assert_eq!(seeds(&s), [1, 2, 3]);
    focus(&mut s, "Keyframe 2");
    s.window
        .key_press_modifiers(Modifiers::SHIFT, Key::ArrowLeft);
    s.settle();
    assert_eq!(seeds(&s), [2, 1, 3]);
    focus(&mut s, "Keyframe 3");
    s.window.key_press(Key::Delete);
    s.settle();
    assert_eq!(seeds(&s), [2, 1]);
    undo(&mut s);
    undo(&mut s);
    assert_eq!(seeds(&s), [1, 2, 3]);
}

#[test]
fn times_and_paces_change_each_way_by_itself() {
    let mut s = three();
    assert_eq!(timeline(&s).seconds(), 6.0);
    let field = s.window.get_by_label("Seconds after keyframe 2");
    let at = field.rect().center();
    s.window.drag_at(at);
    s.window.run_steps(2);
    s.window.hover_at(at + egui::vec2(50.0, 0.0));
    s.window.run_steps(2);
    s.window.drop_at(at + egui::vec2(50.0, 0.0));
    s.settle();
    let longer = timeline(&s).keyframes[1].seconds;
    assert!(longer > 2.5, "{longer} s");
    assert_eq!(timeline(&s).keyframes[0].seconds, 2.0);
    s.window.get_by_label("Pace after keyframe 1").click();
    s.settle();
    s.window.get_by_label("Smooth").click();
    s.settle();
    assert_eq!(timeline(&s).keyframes[0].easing, Easing::Smooth);
    assert_eq!(timeline(&s).keyframes[1].easing, Easing::Linear);
    s.window.get_by_label("Loop").click();
    s.settle();
    assert!(!timeline(&s).looped);
    assert_eq!(timeline(&s).walk().unwrap().spans.len(), 2);
    s.window.get_by_label("Curve").click();
    s.settle();
    assert_eq!(timeline(&s).path, WalkPath::Spherical);
    undo(&mut s);
    undo(&mut s);
    assert!(timeline(&s).looped);
}

/// What the film's channel was asked last.
fn asked_frames(s: &Studio<'_>) -> Option<usize> {
    let asked = s.asked.borrow();
    asked.engine.iter().rev().find_map(|request| match request {
        Request::Preview {
            channel: Channel::Film,
            items,
            ..
        } => Some(items.len()),
        _ => None,
    })
}

#[test]
fn the_film_plays_on_the_canvas_until_escape() {
    let mut s = three();
    s.click("Play film");
    s.window.run_steps(3);
    // Coarse to fine, all frames of the preview once.
    assert_eq!(asked_frames(&s), Some(96));
    let asked = s.asked.borrow();
    let first = asked.engine.iter().rev().find_map(|request| match request {
        Request::Preview {
            channel: Channel::Film,
            items,
            ..
        } => Some(items[..3].to_vec()),
        _ => None,
    });
    drop(asked);
    let numbers: Vec<u32> = first
        .unwrap()
        .iter()
        .map(|work| match work {
            Work::FilmFrame(_, number) => *number,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(numbers, [0, 8, 16]);
    let place = |s: &Studio<'_>| {
        let film = s.window.query_all_by_role(Role::Image);
        let names: Vec<String> = film
            .filter_map(|node| node.accesskit_node().label())
            .filter(|name| name.starts_with("Film at"))
            .collect();
        names.first().cloned()
    };
    let early = place(&s).expect("the film is on the canvas");
    s.window.run_steps(6);
    let later = place(&s).unwrap();
    assert_ne!(early, later, "it goes on by itself");
    s.click("Pause film");
    let paused = place(&s);
    s.window.run_steps(6);
    assert_eq!(place(&s), paused);
    s.window.key_press(Key::Escape);
    s.settle();
    assert_eq!(place(&s), None);
}

/// The film that a file dialog was asked for.
fn picked(s: &Studio<'_>) -> Box<FilmJob> {
    match s.asked.borrow().picks.last() {
        Some(Pick::Film(job)) => job.clone(),
        other => panic!("a file for a film was asked for: {other:?}"),
    }
}

/// The file of the film, exported.
fn exported(s: &mut Studio<'_>, mut job: Box<FilmJob>) -> PathBuf {
    let path = s.folder.path().join("out.mp4");
    job.file.out = path.clone();
    s.window.state_mut().act(Action::Start {
        job: Box::new(Job::Walk(job)),
        purpose: Purpose::Walk,
    });
    s.settle();
    assert!(s.toasts().iter().any(|t| t == "Saved: out.mp4"));
    path
}

#[test]
fn an_exported_film_plays_back_in_another_decoder() {
    let mut s = three();
    s.command(Command::ExportWalk);
    assert!(s.window.query_by_label("144 frames, 6.0 s").is_some());
    s.click("How large, how long?");
    let told = "96 × 96, about 1.2 MB, ready in about 40 s";
    assert!(s.window.query_by_label(told).is_some());
    s.click("Choose file…");
    let job = picked(&s);
    assert_eq!(job.file.format, FilmFormat::Mp4);
    assert_eq!(job.file.out.to_str().unwrap(), "fruit film.mp4");
    let path = exported(&mut s, job);
    let played = film_reader::rav1d(&path);
    assert_eq!(played.len(), 144);
    for (n, shown) in played.iter().enumerate() {
        let psnr = film_reader::psnr(shown, &film_frame(n as u32));
        assert!(psnr > 30.0, "frame {n}: {psnr} dB");
    }
    if let Some(all) = film_reader::ffmpeg(&path, [96, 96]) {
        assert_eq!(all.len(), 144);
    }
}

#[test]
fn the_format_is_chosen_by_its_name() {
    let mut s = three();
    s.command(Command::ExportWalk);
    s.window.get_by_label("Format of the film").click();
    s.settle();
    s.window.get_by_label("Numbered frames").click();
    s.settle();
    s.click("Choose file…");
    let job = picked(&s);
    assert_eq!(job.file.format, FilmFormat::Frames);
    assert_eq!(job.file.out.to_str().unwrap(), "fruit film");
}

#[test]
fn a_timeline_comes_back_after_a_restart_and_from_a_films_recipe() {
    let folder = tempfile::tempdir().unwrap();
    let mut s = studio_in(folder, SIZE, Theme::Dark);
    s.command(Command::GoExplore);
    s.command(Command::Timeline);
    fill(&mut s);
    let before = timeline(&s).clone();
    let mut s = s.restart(SIZE);
    assert_eq!(*timeline(&s), before);
    assert!(
        s.window.query_by_label("Keyframe 3").is_some(),
        "it is open"
    );
    undo(&mut s);
    assert_eq!(timeline(&s).keyframes.len(), 2, "undo reaches back");
    s.click("Clear timeline");
    assert!(timeline(&s).keyframes.is_empty());
    let walk = Making::Walk(before.walk().unwrap());
    let mut recipe = limner::app::recipes::bare_recipe(walk);
    recipe
        .extra
        .insert("max_side".into(), before.max_side.into());
    assert_eq!(recipe.version, limner::recipe::RECIPE_VERSION);
    s.window
        .state_mut()
        .act(Action::OpenRecipe(Box::new(recipe)));
    s.settle();
    assert_eq!(*timeline(&s), before);
}

#[test]
fn an_empty_timeline_takes_the_bookmarks_when_a_film_is_wanted() {
    let mut s = studio(SIZE, Theme::Dark);
    s.command(Command::ExportWalk);
    assert!(s.window.query_by_label("Choose file…").is_none());
    s.window.key_press(Key::Escape);
    s.settle();
    s.command(Command::AddBookmark);
    s.command(Command::NextSeed);
    s.command(Command::AddBookmark);
    s.command(Command::ExportWalk);
    assert_eq!(seeds(&s), [1, 2]);
    assert!(s.window.query_by_label("96 frames, 4.0 s").is_some());
}
