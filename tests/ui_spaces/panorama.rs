//! Panorama: looking around, files.

use super::*;
use egui::{Key, vec2};
use limner::app::action::{Purpose, ViewEdit};
use limner::app::spaces::export_choice::SpacesExport;
use limner::app::spaces::looks::Gaze;
use limner::engine::film_job::FilmParams;
use limner::engine::protocol::TurnJob;
use limner::engine::protocol::{SpacesShow, Work};
use limner::engine::surface_job::SurfaceKind;
use limner::recipe::{Domain, Making, TurnPanorama};

fn waves<'a>() -> Studio<'a> {
    let mut s = in_spaces();
    s.click("Panorama");
    s.settle();
    s
}

/// A photo twice as wide as high, opened in Spaces.
fn open_photo(s: &mut Studio<'_>, size: [u32; 2]) {
    let path = s.folder.path().join("around.png");
    image::RgbImage::from_fn(size[0], size[1], |x, y| {
        image::Rgb([(x / 2) as u8, (y / 2) as u8, 90])
    })
    .save(&path)
    .unwrap();
    s.window.state_mut().act(Action::OpenFiles {
        paths: vec![path],
        role: FileRole::SpacesSource,
    });
    s.settle();
}

#[test]
fn waves_are_all_around_at_once_and_the_eye_goes_by_hand_wheel_and_keys() {
    let mut s = waves();
    let Work::Explore(params) = &shown(&s).work else {
        panic!("Waves")
    };
    assert!(matches!(params.domain, Domain::Sphere { .. }));
    let rect = s
        .window
        .get_by_role_and_label(Role::Image, "Panorama")
        .rect();
    let steps = labels(&s).len();
    s.window.drag_at(rect.center());
    s.window.run_steps(2);
    s.window.hover_at(rect.center() + vec2(-120.0, 60.0));
    s.window.run_steps(2);
    s.window.drop_at(rect.center() + vec2(-120.0, 60.0));
    s.settle();
    let gaze = view(&s).gaze;
    assert!(gaze.yaw > 0.05 && gaze.pitch > 0.03, "{gaze:?}");
    s.window.key_press(Key::ArrowLeft);
    s.settle();
    assert!(view(&s).gaze.yaw < gaze.yaw);
    s.command(Command::ZoomIn);
    assert!(view(&s).gaze.height < gaze.height);
    s.click("Look ahead");
    assert_eq!(view(&s).gaze, Gaze::default());
    s.drag_slider("View angle", 112.0, 0.5, 0.95);
    assert!(view(&s).gaze.height > 1.6);
    assert_eq!(labels(&s).len(), steps, "looking is no step");
    s.drag_slider("Scale", 112.0, 0.2, 0.9);
    let Work::Explore(params) = &shown(&s).work else {
        panic!("Waves")
    };
    assert!(matches!(params.domain, Domain::Sphere { scale } if scale > 3.0));
}

#[test]
fn a_photo_twice_as_wide_as_high_is_looked_around_in_and_others_are_refused_with_a_reason() {
    let mut s = waves();
    open_photo(&mut s, [400, 200]);
    let Work::Spaces(look) = &shown(&s).work else {
        panic!("the photo")
    };
    assert_eq!(look.show, SpacesShow::Picture);
    s.window.get_by_role_and_label(Role::Image, "Panorama");
    s.click("Flat");
    s.window.get_by_role_and_label(Role::Image, "Flat panorama");
    s.click("From within");
    s.click("Page…");
    let Some(Pick::Spaces { what, name }) = s.asked.borrow().picks.last().cloned() else {
        panic!("a file is asked for")
    };
    assert_eq!(
        (what, name.as_str()),
        (SpacesExport::PanoramaPage, "around")
    );
    open_photo(&mut s, [300, 200]);
    assert!(
        s.window
            .query_by_role_and_label(Role::Image, "Panorama")
            .is_none()
    );
    assert!(
        s.window
            .query_by_role_and_label(Role::Button, "Page…")
            .is_none()
    );
}

#[test]
fn files_of_waves_are_made_of_the_whole_picture() {
    let mut s = waves();
    s.click("Six faces…");
    let to = s.folder.path().join("faces");
    let what = SpacesExport::Faces { replace: false };
    s.window.state_mut().act(Action::SpacesWrite {
        what,
        to: to.clone(),
    });
    s.settle();
    s.settle();
    let job = files(&s).pop().expect("made of a file that was laid aside");
    let SurfaceKind::Panorama { faces, page } = job.kind else {
        panic!("a panorama")
    };
    assert_eq!(faces, Some((to, "panorama".to_owned())));
    assert!(page.is_none() && std::path::Path::new(&job.picture.path).exists());
}

#[test]
fn files_that_wait_for_their_pictures_are_each_made_of_their_own() {
    let mut s = waves();
    s.asked.borrow_mut().hold_pictures = true;
    let page = s.folder.path().join("around.html");
    let [faces, more] = ["faces", "more"].map(|name| s.folder.path().join(name));
    let six = SpacesExport::Faces { replace: false };
    let write = |s: &mut Studio<'_>, what, to: &std::path::Path| {
        let to = to.to_owned();
        s.window.state_mut().act(Action::SpacesWrite { what, to });
        s.settle();
        doc(s).panorama.waves.origin.clone()
    };
    let first = write(&mut s, SpacesExport::PanoramaPage, &page);
    s.command(Command::NewSeed);
    let second = write(&mut s, six, &faces);
    assert_ne!(first, second);
    // Of the same picture: made once.
    write(&mut s, six, &more);
    s.asked.borrow_mut().hold_pictures = false;
    s.settle();
    s.settle();
    let mut made = Vec::new();
    for job in files(&s) {
        let recipe = limner::export::metadata::read(std::path::Path::new(&job.picture.path));
        let Making::Explore(params) = recipe.unwrap().recipe.unwrap().making else {
            panic!("Waves")
        };
        let SurfaceKind::Panorama { faces, page } = job.kind else {
            panic!("a panorama")
        };
        made.push((page.or(faces.map(|(to, _)| to)).unwrap(), params.origin));
    }
    let all = [(page, first), (faces, second.clone()), (more, second)];
    assert_eq!(made, all);
    let asked = s.asked.borrow();
    let rendered = asked.engine.iter().filter(|request| {
        let job = |job: &Job| matches!(job, Job::Render(_));
        matches!(request, Request::Job { job: of, .. } if job(of))
    });
    assert_eq!(rendered.count(), 2);
}

fn turn_picked(s: &Studio<'_>) -> TurnJob {
    match s.asked.borrow().picks.last() {
        Some(Pick::Turn(job)) => (**job).clone(),
        other => panic!("a turn's file: {other:?}"),
    }
}

#[test]
fn a_film_turns_around_as_one_looks_and_tells_first_what_it_takes() {
    let mut s = waves();
    let mut looking = view(&s);
    (looking.gaze.yaw, looking.gaze.pitch) = (0.5, 0.25);
    s.window
        .state_mut()
        .act(Action::View(ViewEdit::Spaces(looking)));
    s.settle();
    s.click("Film…");
    s.window.get_by_label("480 frames, 20.0 s");
    s.click("How large, how long?");
    s.settle();
    s.window
        .get_by_label("96 × 96, about 1.2 MB, ready in about 40 s");
    s.click("1080p");
    s.click("To the left");
    s.settle();
    // Of another film that isn't known.
    s.window.get_by_label("How large, how long?");
    s.drag_slider("Tilt", 116.0, 0.6, 0.75);
    assert!((view(&s).gaze.pitch - 0.25).abs() > 0.1, "the view follows");
    s.click("Choose file…");
    s.settle();
    let job = turn_picked(&s);
    assert!(matches!(job.params.panorama, TurnPanorama::Generated(_)));
    assert_eq!((job.params.size, job.params.frames), ([1920, 1080], 480));
    assert!(job.params.leftwards && (job.params.start - 0.5f32.to_degrees()).abs() < 0.01);
    assert!((job.params.tilt - view(&s).gaze.pitch.to_degrees()).abs() < 0.01);
    s.window.state_mut().act(Action::Start {
        job: Box::new(Job::Turn(Box::new(job))),
        purpose: Purpose::Walk,
    });
    s.settle();
    // Settings are steps like others.
    assert!(labels(&s).iter().any(|label| label == "Direction"));
    s.command(Command::Undo);
    assert!(!doc(&s).panorama.film.leftwards);
}

#[test]
fn waves_change_all_around_by_the_seeds_that_are_named() {
    let mut s = waves();
    s.command(Command::ExportWalk);
    s.settle();
    s.click("Waves change");
    s.settle();
    let seeds = s
        .window
        .get_by_role_and_label(Role::TextInput, "By the seeds");
    assert_eq!(seeds.value().as_deref(), Some("2, 3"));
    s.click("1024");
    s.click("Choose file…");
    s.settle();
    let Some(Pick::Film(job)) = s.asked.borrow().picks.last().cloned() else {
        panic!("a film's file")
    };
    let FilmParams::Walk(walk) = &job.params else {
        panic!("a walk")
    };
    assert_eq!((job.max_side, walk.points.len()), (1024, 3));
    assert!(walk.looped && walk.points.iter().all(|p| p.domain.is_sphere()));
    // A photo has no latents to walk through.
    open_photo(&mut s, [400, 200]);
    s.click("Film…");
    assert!(s.window.query_by_label("Waves change").is_none());
    s.click("Choose file…");
    s.settle();
    assert!(matches!(
        turn_picked(&s).params.panorama,
        TurnPanorama::Picture(_)
    ));
}

#[test]
fn the_recipe_of_a_turn_brings_panorama_and_camera_back() {
    let mut s = waves();
    s.click("Film…");
    s.click("Square");
    s.click("Choose file…");
    s.settle();
    let mut params = (*turn_picked(&s).params).clone();
    (params.tilt, params.frames) = (-30.0, 240);
    s.command(Command::NewSeed);
    s.settle();
    let waves = doc(&s).panorama.waves.clone();
    let mut recipe: limner::recipe::Recipe =
        limner::recipe::Recipe::from_json(r#"{"model": "cppn", "seed": 1}"#).unwrap();
    recipe.making = Making::Turn(params.clone());
    s.window
        .state_mut()
        .act(Action::OpenRecipe(Box::new(recipe.versioned())));
    s.settle();
    assert_ne!(doc(&s).panorama.waves, waves);
    assert_eq!(doc(&s).panorama.film.size, [1080, 1080]);
    assert_eq!(doc(&s).panorama.film.seconds, 10.0);
    assert!((view(&s).gaze.pitch.to_degrees() + 30.0).abs() < 0.01);
}

#[test]
fn only_the_panorama_fills_the_screen() {
    let mut s = waves();
    s.click("Full screen");
    assert!(s.window.state().state.view.panels_away);
}

/// `cargo test --test ui_spaces frames -- --ignored --nocapture` on a quiet machine: with a software
/// renderer it is as slow as it gets.
#[test]
#[ignore = "a measurement, see above"]
fn frames_of_the_viewer_are_drawn_by_a_software_renderer_in_time_to_follow_the_hand() {
    let mut s = studio([1280.0, 800.0], egui::Theme::Dark);
    s.window.get_by_role_and_label(Role::Tab, "Spaces").click();
    s.settle();
    s.click("Panorama");
    open_photo(&mut s, [4096, 2048]);
    s.settle();
    s.window.render().unwrap();
    let (mut steps, mut frames) = (Vec::new(), Vec::new());
    for n in 0..15 {
        let mut looking = view(&s);
        looking.gaze.yaw = n as f32 * 0.1;
        s.window
            .state_mut()
            .act(Action::View(ViewEdit::Spaces(looking)));
        let start = std::time::Instant::now();
        s.window.step();
        steps.push(start.elapsed());
        s.window.render().unwrap();
        frames.push(start.elapsed());
    }
    steps.sort_unstable();
    frames.sort_unstable();
    println!(
        "a frame of the window with the viewer, 1280 x 800: {:?} on the processor, {:?} with the drawing and reading back",
        steps[7], frames[7]
    );
    assert!(frames[7].as_millis() < 500, "{frames:?}");
}
