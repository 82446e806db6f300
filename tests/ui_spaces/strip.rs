//! Panorama: a strip photo extended to a full turn.

use super::*;
use limner::app::spaces::document::Origin;
use limner::engine::protocol::Work;
use limner::recipe::{FullTurn, GrowParams, GrowTask, StripProjection};

/// A picture of 320 × 200 pixels in Panorama, which is none.
fn with_strip<'a>() -> Studio<'a> {
    let mut s = with_picture("Panorama");
    assert_eq!(doc(&s).panorama.origin, Origin::Picture);
    assert!(!has(&s, Role::Image, "Panorama"));
    extend(&mut s);
    s
}

fn extend(s: &mut Studio<'_>) {
    let check = s
        .window
        .get_by_role_and_label(Role::CheckBox, "Extend to a full turn");
    check.click();
    s.settle();
}

fn turn(params: &GrowParams) -> FullTurn {
    match params.task {
        GrowTask::FullTurn(turn) => turn,
        ref other => panic!("a full turn: {other:?}"),
    }
}

fn has(s: &Studio<'_>, role: Role, label: &str) -> bool {
    s.window.query_by_role_and_label(role, label).is_some()
}

#[test]
fn a_picture_that_is_no_panorama_is_extended_to_one_and_looked_around_in() {
    let mut s = with_strip();
    let Work::Grow(params) = &shown(&s).work else {
        panic!("what grows")
    };
    assert_eq!(turn(params), FullTurn::default());
    assert!(has(&s, Role::Image, "Panorama"));
    // The whole was made by itself, once, and is what is looked at.
    assert_eq!(s.grown().len(), 1);
    let whole = limner::app::at_hand::picture(Workspace::Spaces, &s.window.state().state);
    assert_eq!(whole.unwrap().size(), [640, 320]);
    s.window.get_by_label_contains("of memory");
    s.click("Flat");
    assert!(has(&s, Role::Image, "Flat panorama"));
}

#[test]
fn what_it_shows_is_set_undone_and_begun_again() {
    let mut s = with_strip();
    // 320 × 200 as if 50° high.
    let rail = 112.0;
    s.drag_slider("Photo shows", rail, 0.2, 0.6);
    s.drag_slider("Horizon", rail, 0.5, 0.25);
    s.click("Sphere");
    s.click("2048");
    s.command(Command::NextSeed);
    s.settle();
    let strip = doc(&s).panorama.strip.clone();
    let fov = strip.turn.fov.unwrap();
    assert!((180.0..260.0).contains(&fov), "{fov}");
    assert!((0.15..0.35).contains(&strip.turn.horizon), "{strip:?}");
    assert_eq!(strip.turn.projection, StripProjection::Equirectangular);
    assert_eq!((strip.width, strip.seed), (Some(2048), 2));
    let last = s.grown().pop().unwrap();
    s.click("Make the full turn");
    let large = s.grown().pop().unwrap();
    assert_ne!(large, last, "2048 × 1024 waits until it is asked for");
    assert_eq!((turn(&large), large.size), (strip.turn, Some([2048, 1024])));
    let steps = labels(&s);
    for step in [
        "Extend to a full turn",
        "Photo shows",
        "Horizon",
        "Projection",
        "Size",
        "Seed",
    ] {
        assert!(
            steps.iter().any(|label| label == step),
            "{step} in {steps:?}"
        );
    }
    for _ in 0..4 {
        s.command(Command::Undo);
    }
    assert_eq!(
        doc(&s).panorama.strip.turn.projection,
        StripProjection::Cylindrical
    );
    s.command(Command::ResetSliders);
    assert_eq!(doc(&s).panorama.strip.turn, FullTurn::default());
    s.command(Command::Undo);
    s.command(Command::Undo);
    s.command(Command::Undo);
    assert!(!doc(&s).panorama.strip.on);
    assert!(!has(&s, Role::Image, "Panorama"));
}

#[test]
fn it_can_be_stopped_and_is_not_begun_again_by_itself() {
    let mut s = with_picture("Panorama");
    s.asked.borrow_mut().hold_growing = true;
    extend(&mut s);
    assert_eq!(s.grown().len(), 1);
    s.window
        .get_by_role_and_label(Role::Button, "Stop making the full turn")
        .click();
    s.settle();
    s.settle();
    assert_eq!(s.grown().len(), 1);
    s.click("Make the full turn");
    assert_eq!(s.grown().len(), 2);
}

#[test]
fn a_saved_full_turn_opens_here_again_and_as_the_panorama_that_it_is() {
    let mut s = with_strip();
    s.click("Sphere");
    s.settle();
    let wanted = doc(&s).panorama.strip.clone();
    let strip = doc(&s).source.clone();
    s.command(Command::Keep);
    s.settle();
    s.click("Waves");
    open_newest_again(&mut s);
    assert_eq!(s.window.state().state.view.workspace, Workspace::Spaces);
    assert_eq!(doc(&s).mode, SpacesMode::Panorama);
    assert_eq!(doc(&s).panorama.origin, Origin::Picture);
    assert_eq!(doc(&s).panorama.strip, wanted);
    // Names are kept out of recipes unless asked for.
    let content = |of: &Option<limner::recipe::SourceRef>| of.clone().map(|of| of.sha256);
    assert_eq!(content(&doc(&s).source), content(&strip));
    // Its film is made of its file.
    s.command(Command::ExportWalk);
    s.window
        .get_by_label_contains("Save the full turn to the gallery first");
    let id = s.window.state().state.gallery.entries[0].id;
    s.window.state_mut().act(Action::Send {
        to: Destination::SpacesSource,
        what: Subject::Gallery(id),
    });
    s.settle();
    assert!(!doc(&s).panorama.strip.on, "it is one already");
    assert!(matches!(shown(&s).work, Work::Spaces(_)));
    s.command(Command::ExportWalk);
    s.window.get_by_label("480 frames, 20.0 s");
}

#[test]
fn files_are_made_of_the_whole_turn() {
    let mut s = with_strip();
    s.click("Page…");
    let to = s.folder.path().join("around.html");
    s.window.state_mut().act(Action::SpacesWrite {
        what: limner::app::spaces::export_choice::SpacesExport::PanoramaPage,
        to,
    });
    s.settle();
    s.settle();
    let job = files(&s).pop().expect("made of a file that was laid aside");
    let laid = std::path::Path::new(&job.picture.path);
    assert_eq!(image::image_dimensions(laid).unwrap(), (640, 320));
}
