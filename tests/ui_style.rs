//! Style as a person uses it: found by what is written on the window, on a real
//! gallery and a painter whose results are certain.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ui_doors;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use limner::app::action::{Action, FileRole, Pick, ViewEdit};
use limner::app::command::Command;
use limner::app::style::edit::StyleEdit;
use limner::app::style::folder_edit::FolderEdit;
use limner::app::view::{Compare, Workspace};
use limner::engine::protocol::{FolderJob, Job, Request, Tier};
use limner::gallery::protocol::Format;
use limner::recipe::{StyleSource, Wrap};
use ui_doors::{Studio, canvas_tiers, in_style};

const SIZE: [f32; 2] = [1280.0, 800.0];

/// Presses somewhere on a slider's rail, drags and lets go.
fn drag_slider(s: &mut Studio<'_>, name: &str, from: f32, to: f32) {
    s.drag_slider(name, 112.0, from, to);
}

#[test]
fn an_empty_style_invites_and_its_buttons_lead_somewhere() {
    let mut s = in_style(SIZE);
    s.window.get_by_label("Put a style onto a photo");
    s.click("Open a photo…");
    s.click("Try the sample photo");
    let picks: Vec<String> = s
        .asked
        .borrow()
        .picks
        .iter()
        .map(|p| format!("{p:?}"))
        .collect();
    assert!(
        matches!(s.asked.borrow().picks[0], Pick::Open(FileRole::Photo)),
        "{picks:?}"
    );
    assert!(matches!(
        s.asked.borrow().picks[1],
        Pick::SamplePhoto(FileRole::Photo)
    ));
}

#[test]
fn a_seamless_photo_stays_seamless_by_one_click_and_in_the_preview() {
    let mut s = in_style(SIZE);
    s.open_photo("holiday.png");
    s.click("Style Blue marbling");
    s.asked.borrow_mut().engine.clear();
    s.click("Both");
    let wrap = Wrap::Tile([true; 2]);
    assert_eq!(s.window.state().state.doc.style.wrap, wrap);
    let asked = format!("{:?}", s.asked.borrow().engine);
    assert!(asked.contains("wrap: Tile([true, true])"), "{asked}");
    // What isn't twice as wide as high can't be a panorama.
    assert!(s.window.query_by_label("360°").is_none());
    s.click("Off");
    assert_eq!(s.window.state().state.doc.style.wrap, Wrap::None);
}

#[test]
fn choosing_a_style_asks_for_a_preview_and_strength_changes_it() {
    let mut s = in_style(SIZE);
    s.open_photo("holiday.png");
    s.click("Style Blue marbling");
    assert_eq!(s.window.state().state.doc.style.styles.len(), 1);
    let full = s.styled();

    s.asked.borrow_mut().engine.clear();
    drag_slider(&mut s, "Strength", 0.66, 0.2);
    let tiers = canvas_tiers(&s.asked);
    assert!(
        matches!(tiers.first(), Some(Tier::Draft(_))),
        "drafts while dragging: {tiers:?}"
    );
    assert!(
        matches!(tiers[tiers.len() - 2..], [Tier::Full(_), Tier::Crisp(_)]),
        "full on release, finer strokes after it: {tiers:?}"
    );
    let weaker = s.styled();
    assert!(weaker != full, "the picture changes");

    let before = s.window.state().state.doc.style.strength;
    assert!(before < 0.5, "{before}");
    s.window.state_mut().act(Action::Command(Command::Undo));
    s.settle();
    assert_eq!(
        s.window.state().state.doc.style.strength,
        1.0,
        "one drag is one step"
    );
    assert!(s.styled() == full, "the same pixels come back");
    s.window.state_mut().act(Action::Command(Command::Undo));
    s.settle();
    assert!(s.window.state().state.doc.style.styles.is_empty());
}

#[test]
fn reset_brings_a_slider_home() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Weave");
    drag_slider(&mut s, "Keep colours", 0.0, 0.7);
    assert!(s.window.state().state.doc.style.keep_colors > 0.4);
    s.click("Reset Keep colours");
    assert_eq!(s.window.state().state.doc.style.keep_colors, 0.0);
}

#[test]
fn several_styles_have_shares_and_one_can_go() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Weave");
    let ink = s
        .window
        .get_by_role_and_label(Role::Button, "Style Ink wash");
    ink.click_modifiers(egui::Modifiers::COMMAND);
    s.settle();
    assert_eq!(s.window.state().state.doc.style.styles.len(), 2);
    let even = s.styled();
    let share = s.window.get_by_role_and_label(Role::Slider, "Weight 2");
    share.set_value_accesskit(20.0);
    s.settle();
    assert!((s.window.state().state.doc.style.styles[1].weight - 0.2).abs() < 1e-6);
    assert!(s.styled() != even);
    s.click("Remove Weave");
    let left: Vec<_> = s
        .window
        .state()
        .state
        .doc
        .style
        .styles
        .iter()
        .map(|l| l.style.clone())
        .collect();
    assert_eq!(left, [StyleSource::Builtin("ink".into())]);
}

#[test]
fn the_style_code_has_sliders() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Weave");
    s.click("Components of Weave");
    s.window
        .get_by_role_and_label(Role::Slider, "Style component 3")
        .set_value_accesskit(1.5);
    s.settle();
    assert_eq!(
        s.window.state().state.doc.style.styles[0].code_edits,
        [(2, 1.5)]
    );
    s.click("Reset Style component 3");
    assert!(
        s.window.state().state.doc.style.styles[0]
            .code_edits
            .is_empty()
    );
}

#[test]
fn export_makes_the_picture_once_then_asks_how() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Embers");
    s.click("Export…");
    assert!(s.titles().is_empty(), "the gallery stays as it is");
    s.click("JPEG");
    s.click("Export to a file…");
    let export = |s: &Studio<'_>| match s.asked.borrow().picks.last() {
        Some(Pick::Export { ids, options, .. }) => (ids.clone(), options.clone()),
        other => panic!("{other:?}"),
    };
    let (ids, options) = export(&s);
    assert_eq!(ids.len(), 1);
    assert!(matches!(options.format, Format::Jpeg(_)));

    let made = |s: &Studio<'_>| {
        let engine = &s.asked.borrow().engine;
        engine
            .iter()
            .filter(|r| {
                matches!(
                    r,
                    Request::Job {
                        job: Job::Stylize(..),
                        ..
                    }
                )
            })
            .count()
    };
    assert_eq!(made(&s), 1);
    s.click("Export…");
    assert_eq!(made(&s), 1, "the same picture isn't made again");
    s.click("Cancel");
    drag_slider(&mut s, "Strength", 0.66, 0.2);
    s.click("Export…");
    assert_eq!(made(&s), 2);
    s.click("Export to a file…");
    assert_ne!(export(&s).0, ids);
    assert!(s.titles().is_empty());
}

#[test]
fn undo_stays_in_the_workspace_in_front() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Embers");
    s.window
        .state_mut()
        .act(Action::Command(Command::GoExplore));
    s.settle();
    s.window.state_mut().act(Action::Command(Command::Undo));
    s.settle();
    assert_eq!(s.window.state().state.view.workspace, Workspace::Explore);
    assert_eq!(s.window.state().state.doc.style.styles.len(), 1);
    s.window.state_mut().act(Action::Command(Command::GoStyle));
    s.window.state_mut().act(Action::Command(Command::Undo));
    s.settle();
    assert!(s.window.state().state.doc.style.styles.is_empty());
}

#[test]
fn an_own_picture_as_style_is_asked_for_its_artist() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    let style = s.folder.path().join("waves by someone.png");
    ui_doors::photo(&style);
    s.asked.borrow_mut().answers.push_back(Action::OpenFiles {
        paths: vec![style],
        role: FileRole::Style,
    });
    s.click("Add your picture…");
    s.settle();
    s.window.get_by_label("Whose picture is it?");
    let artist = s.window.get_by_role_and_label(Role::TextInput, "Artist");
    artist.focus();
    s.settle();
    s.window
        .get_by_role_and_label(Role::TextInput, "Artist")
        .type_text("Katsushika Hokusai");
    s.settle();
    s.click("Save credit");
    let StyleSource::File(source) = s.window.state().state.doc.style.styles[0].style.clone() else {
        panic!("a file");
    };
    assert_eq!(source.artist, "Katsushika Hokusai");
    assert!(
        s.window.query_by_label("Whose picture is it?").is_none(),
        "asked once"
    );
}

#[test]
fn full_size_is_estimated_first_then_made_and_saved_when_asked() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Ink wash");
    s.settle();
    s.window
        .get_by_label_contains("about 48 s and 640 MB of memory, in 6 tiles");
    s.click("Render full size");
    let jobs = |s: &Studio<'_>| {
        let asked = &s.asked.borrow().engine;
        asked
            .iter()
            .filter(|r| matches!(r, Request::Job { .. }))
            .count()
    };
    let saved = |s: &Studio<'_>| s.window.state().state.gallery.entries.len();
    let made = jobs(&s);
    assert!(made >= 1);
    assert_eq!(saved(&s), 0, "nothing is saved unasked");
    s.command(Command::Keep);
    assert_eq!(saved(&s), 1);
    assert_eq!(jobs(&s), made, "it was at hand and isn't rendered again");
}

#[test]
fn a_folder_ends_with_a_report_that_names_what_was_left_out() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Ink wash");
    s.click("Folder…");
    s.window.get_by_label("Choose the folder of the photos.");
    s.click("Choose the photos…");
    s.click("Choose the place…");
    let picks = s.asked.borrow().picks.clone();
    assert!(matches!(
        picks[..],
        [.., Pick::PhotoFolder, Pick::ResultFolder]
    ));
    let answer = |edit| {
        let mut asked = s.asked.borrow_mut();
        asked.answers.push_back(Action::StyleFolder(edit));
    };
    answer(FolderEdit::From {
        folder: "holiday".into(),
        photos: vec!["holiday/one.png".into(), "holiday/two.png".into()],
    });
    s.settle();
    // Inside the folder of the photos, until another one is chosen.
    s.window.get_by_label("holiday/Styled");
    s.asked
        .borrow_mut()
        .answers
        .push_back(Action::StyleFolder(FolderEdit::Into("out".into())));
    s.settle();
    s.window.get_by_label("out");
    s.click("WebP");
    s.drag_slider("Quality", 112.0, 0.9, 0.5);
    s.click("Stylise 2 photos");
    let job = folder_job(&s);
    assert_eq!((job.photos.len(), job.out), (2, "out".into()));
    assert!(matches!(
        job.writing.options.format,
        Format::WebPLossy(1..92)
    ));
    assert_eq!(job.options.max_side, None);
    s.settle();
    s.window.get_by_label("The folder is done");
    s.window.get_by_label_contains("notes.txt: not a picture");
    s.window
        .get_by_role_and_label(Role::Button, "Close")
        .click();
    s.settle();
    assert!(s.window.query_by_label("The folder is done").is_none());
}

fn folder_job(s: &Studio<'_>) -> FolderJob {
    let asked = s.asked.borrow();
    let mut jobs = asked.engine.iter().filter_map(|r| match r {
        Request::Job {
            job: Job::StylizeFolder(job),
            ..
        } => Some(FolderJob::clone(job)),
        _ => None,
    });
    jobs.next_back().unwrap()
}

#[test]
fn a_finished_folder_is_opened_with_one_click() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Ink wash");
    s.window
        .state_mut()
        .act(Action::StyleFolder(FolderEdit::From {
            folder: "in".into(),
            photos: vec!["in/one.png".into()],
        }));
    // That the photo in hand is a panorama says nothing of the folder's.
    let panorama = StyleEdit::Wrap(Wrap::Panorama);
    s.window.state_mut().act(Action::Style(panorama));
    s.command(Command::StyleFolder);
    // Enter is the main button.
    s.window.key_press(Key::Enter);
    s.settle();
    s.settle();
    s.dismiss_toasts();
    assert!(folder_job(&s).params.wrap.is_none());
    s.click("Open folder");
    assert_eq!(
        s.asked.borrow().shown,
        [std::path::Path::new("in/Styled/one.png")]
    );
    assert!(s.window.query_by_label("The folder is done").is_none());
}

#[test]
fn split_shows_before_and_after() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Ink wash");
    s.click("Split");
    assert_eq!(s.window.state().state.view.style_compare, Compare::Split);
    s.click("Side by side");
    s.window.get_by_role_and_label(Role::Image, "Photo before");
    s.window
        .get_by_role_and_label(Role::Image, "Stylised photo");
    s.click("Difference");
    s.window
        .get_by_role_and_label(Role::Image, "Difference: dark is the same");
    s.click("Result");
    assert_eq!(s.window.state().state.view.style_compare, Compare::Off);
    assert!(
        s.window
            .query_by_label("Difference: dark is the same")
            .is_none()
    );
}

#[test]
fn the_divider_moves_by_mouse_and_by_keys() {
    let mut s = in_style(SIZE);
    s.open_photo("holiday.png");
    s.click("Style Blue marbling");
    s.window
        .state_mut()
        .act(Action::Command(Command::ToggleSplit));
    s.settle();
    let divider = |s: &Studio<'_>| s.window.state().state.view.canvas(Workspace::Style).divider;
    assert_eq!(divider(&s), 0.5);
    let line = "Before and after";
    let at = s.window.get_by_role_and_label(Role::Slider, line).rect();
    s.window.drag_at(at.center());
    s.window.run_steps(2);
    let to = at.center() - egui::vec2(80.0, 0.0);
    s.window.hover_at(to);
    s.window.run_steps(2);
    s.window.drop_at(to);
    s.settle();
    let dragged = divider(&s);
    assert!(dragged < 0.45, "{dragged}");
    s.window.get_by_role_and_label(Role::Slider, line).focus();
    s.settle();
    s.window.key_press(egui::Key::ArrowRight);
    s.settle();
    assert!(
        (divider(&s) - dragged - 0.02).abs() < 1e-4,
        "{}",
        divider(&s)
    );
    s.window.key_press(egui::Key::Home);
    s.settle();
    assert_eq!(divider(&s), 0.0);
}

#[test]
fn a_style_step_keeps_its_thumbnail_when_exploring_goes_on() {
    let mut s = in_style(SIZE);
    s.open_photo("holiday.png");
    s.click("Style Blue marbling");
    let thumb = |s: &Studio<'_>| {
        let histories = &s.window.state().state.history;
        let history = histories.of(Workspace::Style).unwrap();
        history.steps()[history.at()].thumb.clone()
    };
    let of_style = thumb(&s).expect("a thumbnail of the styled photo");
    for to in [Workspace::Explore, Workspace::Gallery, Workspace::Explore] {
        s.window
            .state_mut()
            .act(Action::View(ViewEdit::Workspace(to)));
        s.settle();
    }
    assert!(thumb(&s) == Some(of_style));
}

#[test]
fn a_kept_result_opens_again_with_the_same_pixels() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Embers");
    drag_slider(&mut s, "Strength", 0.66, 0.3);
    let params = s.window.state().state.doc.style.params().unwrap();
    let picture = s.styled();
    s.command(Command::Keep);
    s.click("Style Weave");
    assert!(s.styled() != picture);
    s.window
        .state_mut()
        .act(Action::View(ViewEdit::Workspace(Workspace::Gallery)));
    s.settle();
    s.window.key_press(egui::Key::Home);
    s.settle();
    s.click("Open recipe");
    assert_eq!(s.window.state().state.view.workspace, Workspace::Style);
    // The kept file holds the photo's hash; where it lies is known on this machine alone.
    let mut opened = s.window.state().state.doc.style.params().unwrap();
    assert_eq!(opened.photo.sha256, params.photo.sha256);
    opened.photo = params.photo.clone();
    assert_eq!(opened, params);
    assert!(s.styled() == picture);
}

#[test]
fn all_styles_can_be_tried_on_the_photo() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.window.run_steps(20);
    let asked = s.asked.borrow();
    let tried = asked.engine.iter().any(|r| {
        matches!(r, Request::Preview {
        channel: limner::engine::protocol::Channel::Strip, items, .. } if items.len() == 5)
    });
    assert!(tried, "one small picture for each style");
}

#[test]
fn a_kept_picture_can_be_the_photo() {
    let mut s = in_style(SIZE);
    s.keep(&["Red rings", "Blue rings"]);
    s.click("Choose from gallery…");
    s.settle();
    s.click("Red rings");
    let photo = s
        .window
        .state()
        .state
        .photo()
        .expect("the picture is the photo");
    assert_eq!(photo.size, [96, 96]);
}
