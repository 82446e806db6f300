//! A film that is put into a style: any frame of it to look at, what it will take, and the file.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use limner::app::action::{Action, Pick, Purpose};
use limner::engine::protocol::{Channel, FilmFormat, Job, Request, Work};

use crate::SIZE;
use crate::ui_doors::{Studio, in_style};

/// The dialog about a film of 240 frames.
fn opened<'a>() -> Studio<'a> {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Embers");
    s.click("Stylise a film");
    let asked = s.asked.borrow().picks.last().cloned();
    assert!(matches!(asked, Some(Pick::StyleFilm)), "{asked:?}");
    s.window.state_mut().act(Action::StyleFilm {
        film: "/films/cat.gif".into(),
        sha256: "cd".repeat(32),
        frames: 240,
        fps: 24.0,
    });
    s.settle();
    s
}

/// The frame that is looked at, and the film that it is of.
fn looked_at(s: &Studio<'_>) -> (u32, String) {
    let asked = s.asked.borrow();
    let last = asked.engine.iter().rev().find_map(|request| match request {
        Request::Preview {
            channel: Channel::Film,
            items,
            ..
        } => items.first().cloned(),
        _ => None,
    });
    match last {
        Some(Work::StyledFrame(look, number)) => (number, look.params.photo.sha256.clone()),
        other => panic!("a frame of the film is asked for: {other:?}"),
    }
}

#[test]
fn any_frame_is_seen_in_the_style_before_the_film_is_made() {
    let mut s = opened();
    assert_eq!(looked_at(&s), (120, "cd".repeat(32)), "the middle first");
    assert!(s.window.query_by_label("Frame 121 in the style").is_some());
    s.window
        .get_by_role_and_label(Role::Slider, "Frame")
        .focus();
    s.window.run_steps(2);
    s.window.key_press(egui::Key::ArrowRight);
    s.settle();
    assert!(looked_at(&s).0 > 120);
    // Nothing has been made yet.
    let asked = s.asked.borrow();
    let mut jobs = asked.engine.iter();
    let film = |request: &Request| {
        matches!(
            request,
            Request::Job {
                job: Job::StylizeFilm(_),
                ..
            }
        )
    };
    assert!(!jobs.any(film));
}

#[test]
fn a_film_is_put_into_the_styles_that_are_chosen() {
    let mut s = opened();
    s.click("How large, how long?");
    let told = "96 × 96, about 1.2 MB, ready in about 40 s";
    assert!(s.window.query_by_label(told).is_some());
    s.click("768");
    assert!(
        s.window.query_by_label(told).is_none(),
        "that was another size"
    );
    s.click("Choose file…");
    let pick = s.asked.borrow().picks.last().cloned();
    let Some(Pick::StyleFilmTo(mut job)) = pick else {
        panic!("a file is asked for: {pick:?}");
    };
    assert_eq!(job.params.styles.len(), 1);
    assert_eq!(job.params.photo.sha256, "cd".repeat(32));
    assert_eq!(job.options.max_side, Some(768));
    assert_eq!(job.file.format, FilmFormat::Mp4);
    assert_eq!(job.file.out.to_str().unwrap(), "cat styled film.mp4");
    job.file.out = "/films/cat.mp4".into();
    s.window.state_mut().act(Action::Start {
        job: Box::new(Job::StylizeFilm(job)),
        purpose: Purpose::Folder,
    });
    s.settle();
    assert!(s.toasts().iter().any(|t| t == "Saved: cat.mp4"));
}
