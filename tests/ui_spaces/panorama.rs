//! Panorama: looking around, files.

use super::*;
use egui::{Key, vec2};
use limner::app::spaces::export_choice::SpacesExport;
use limner::app::spaces::looks::Gaze;
use limner::engine::protocol::{SpacesShow, Work};
use limner::engine::surface_job::SurfaceKind;
use limner::recipe::Domain;

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
fn only_the_panorama_fills_the_screen() {
    let mut s = waves();
    s.click("Full screen");
    assert!(s.window.state().state.view.panels_away);
}
