//! *Fine* as a person uses it: chosen, painted, paused, stopped, gone on with, saved, opened again.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ui_doors;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use limner::app::action::{Action, FileRole, ViewEdit};
use limner::app::command::Command;
use limner::app::style::document::{FineWay, Quality};
use limner::app::style::edit::StyleEdit;
use limner::app::style::fine;
use limner::app::view::{Compare, Workspace};
use limner::engine::protocol::{Effort, FINE_STEPS, Job, Request};
use limner::gallery::protocol::GalleryRequest;
use limner::picture::Picture;
use limner::recipe::{Making, SourceRef, StyleSource};
use ui_doors::{Studio, in_style};

const SIZE: [f32; 2] = [1280.0, 1040.0];

/// Style with photo and style, *Fine* chosen.
fn in_fine<'a>() -> Studio<'a> {
    let mut s = in_style(SIZE);
    s.open_photo("holiday.png");
    s.click("Style Embers");
    s.click("Fine");
    s
}

fn canvas(s: &Studio<'_>) -> Picture {
    let state = &s.window.state().state;
    fine::picture(state).cloned().unwrap_or_else(|| s.styled())
}

/// The picture at work is done.
fn done(s: &mut Studio<'_>) {
    s.asked.borrow_mut().fine_done = true;
    s.settle();
}

fn act(s: &mut Studio<'_>, command: Command) {
    s.window.state_mut().act(Action::Command(command));
    s.settle();
}

/// What of *Fine* the engine was asked to do, in order.
fn asked(s: &Studio<'_>) -> Vec<String> {
    let asked = s.asked.borrow();
    let word = |request: &Request| match request {
        Request::Job {
            job: Job::StylizeFine(_, options),
            ..
        } => Some(format!("{:?}", options.effort)),
        Request::Job {
            job: Job::Stylize(..),
            ..
        } => Some("fast".to_owned()),
        Request::Pause { paused, .. } => Some(format!("pause {paused}")),
        Request::Finish(_) => Some("finish".to_owned()),
        Request::Cancel(_) => Some("cancel".to_owned()),
        _ => None,
    };
    asked.engine.iter().filter_map(word).collect()
}

fn kept(s: &Studio<'_>) -> usize {
    s.window.state().state.gallery.entries.len()
}

fn steps(n: u32) -> String {
    format!("{:?}", Effort::Steps(n))
}

#[test]
fn fine_is_chosen_painted_paused_stopped_gone_on_with_and_saved() {
    let mut s = in_fine();
    let fast = s.styled();
    assert!(canvas(&s) == fast, "it starts from Fast");
    s.window.get_by_label_contains("about 48 s and 640 MB");
    s.click("Paint");
    assert!(canvas(&s) != fast, "the canvas shows the steps");
    assert_eq!(s.window.state().state.view.workspace, Workspace::Style);
    s.window.get_by_label_contains("25 %, 30 s left");
    s.click("Pause");
    s.window.get_by_label_contains("Paused at 25 %");
    s.click("Continue");
    s.window.get_by_label_contains("25 %, 30 s left");
    s.click("Stop painting");
    let stopped = canvas(&s);
    assert!(stopped != fast, "the picture so far stays");
    assert_eq!(kept(&s), 0);
    s.click("Save to gallery");
    assert_eq!(kept(&s), 1, "and can be saved");
    s.click("Go on");
    done(&mut s);
    assert!(canvas(&s) != stopped);
    s.click("Save to gallery");
    assert_eq!(kept(&s), 2);
    assert_eq!(
        asked(&s),
        [
            steps(FINE_STEPS),
            "pause true".into(),
            "pause false".into(),
            "finish".into(),
            steps(FINE_STEPS)
        ],
        "saving makes nothing anew"
    );
}

#[test]
fn a_saved_picture_opens_with_fine_chosen_and_paints_the_same() {
    for stopped in [false, true] {
        let mut s = in_fine();
        s.click("Draft");
        s.click("Paint");
        match stopped {
            true => s.click("Stop painting"),
            false => done(&mut s),
        }
        let picture = canvas(&s);
        s.click("Save to gallery");
        s.click("Style Weave");
        s.click("Fast");
        s.window
            .state_mut()
            .act(Action::View(ViewEdit::Workspace(Workspace::Gallery)));
        s.settle();
        s.window.key_press(egui::Key::Home);
        s.settle();
        s.click("Open recipe");
        let style = s.window.state().state.doc.style.clone();
        assert_eq!(style.quality, Quality::Fine);
        let FineWay::Again(again) = &style.fine else {
            panic!("{:?}", style.fine);
        };
        let taken = if stopped { 9 } else { 30 };
        assert_eq!(style.fine.steps(), taken);
        s.window.get_by_label_contains("As in the recipe");
        s.click("Paint");
        let wanted = format!("{:?}", Effort::Again(again.scales.clone()));
        assert_eq!(asked(&s).last(), Some(&wanted));
        done(&mut s);
        assert!(canvas(&s) == picture, "the same pixels");
    }
}

#[test]
fn other_settings_may_be_looked_at_while_it_paints_and_the_way_back_is_shown() {
    let mut s = in_fine();
    s.click("Paint");
    let painting = canvas(&s);
    s.click("Style Weave");
    assert!(
        canvas(&s) == s.styled(),
        "the live preview of the new style"
    );
    s.window
        .get_by_label_contains("It goes on with the settings it was begun with");
    s.click("Its settings");
    assert!(canvas(&s) == painting);
    assert!(s.window.query_by_label("Its settings").is_none());
    // Other settings can wait behind it.
    s.click("Style Ink wash");
    s.click("Paint");
    assert_eq!(s.window.state().state.engine.jobs.len(), 2);
    done(&mut s);
    done(&mut s);
    let ink = canvas(&s);
    act(&mut s, Command::Undo);
    assert!(canvas(&s) != ink);
    assert!(
        fine::result(&s.window.state().state).is_some_and(|made| made.whole),
        "undo leads back to the picture that was painted"
    );
    act(&mut s, Command::Redo);
    assert!(canvas(&s) == ink);
}

#[test]
fn the_choice_and_its_steps_have_sliders_reset_keys_and_undo() {
    let mut s = in_fine();
    let steps_of = |s: &Studio<'_>| s.window.state().state.doc.style.fine.steps();
    s.click("Best");
    assert_eq!(steps_of(&s), 300);
    s.click("Reset Steps");
    assert_eq!(steps_of(&s), FINE_STEPS);
    s.window
        .get_by_role_and_label(Role::Slider, "Steps")
        .set_value_accesskit(60.0);
    s.settle();
    assert_eq!(steps_of(&s), 60);
    act(&mut s, Command::Undo);
    assert_eq!(steps_of(&s), FINE_STEPS);
    let quality = |s: &Studio<'_>| s.window.state().state.doc.style.quality;
    s.window.key_press(egui::Key::Q);
    s.settle();
    assert_eq!(quality(&s), Quality::Fast);
    assert!(
        s.window.query_by_label("Draft").is_none(),
        "only Fine has steps"
    );
    s.window.key_press(egui::Key::Q);
    s.settle();
    assert_eq!(quality(&s), Quality::Fine);
    s.window.key_press_modifiers(
        egui::Modifiers::COMMAND | egui::Modifiers::SHIFT,
        egui::Key::Enter,
    );
    s.settle();
    s.window.key_press(egui::Key::P);
    s.settle();
    s.window.get_by_label_contains("Paused at 25 %");
    act(&mut s, Command::CancelJob);
    assert_eq!(
        asked(&s),
        [
            steps(FINE_STEPS),
            "pause true".to_owned(),
            "finish".to_owned()
        ]
    );
}

#[test]
fn saving_while_it_paints_waits_for_the_picture_and_export_takes_what_is_there() {
    let mut s = in_fine();
    s.click("Paint");
    act(&mut s, Command::Keep);
    assert_eq!(kept(&s), 0);
    done(&mut s);
    assert_eq!(kept(&s), 1);
    s.click("Export…");
    assert_eq!(kept(&s), 1, "a copy leaves the gallery as it is");
    s.click("Export to a file…");
    assert_eq!(asked(&s).len(), 1, "painted once: {:?}", asked(&s));
}

#[test]
fn whoever_exports_first_has_it_painted() {
    let mut s = in_fine();
    s.click("Export…");
    assert_eq!(asked(&s), [steps(FINE_STEPS)]);
    assert_eq!(kept(&s), 0);
    done(&mut s);
    assert_eq!(kept(&s), 0, "an export saves nothing in the gallery");
    s.click("Export to a file…");
}

#[test]
fn the_split_shows_what_is_painted_and_the_session_keeps_the_choice() {
    let mut s = in_fine();
    act(&mut s, Command::ToggleSplit);
    s.click("Paint");
    let state = &s.window.state().state;
    assert_eq!(state.view.style_compare, Compare::Split);
    s.window
        .get_by_role_and_label(Role::Slider, "Before and after");
    let doc = serde_json::to_string(&state.doc).unwrap();
    let doc: limner::app::document::Document = serde_json::from_str(&doc).unwrap();
    assert_eq!(doc.style.quality, Quality::Fine);
    // A session from before there was a choice.
    let mut old = serde_json::to_value(&doc).unwrap();
    let style = old["style"].as_object_mut().unwrap();
    style.remove("quality");
    style.remove("fine");
    let old: limner::app::document::Document = serde_json::from_value(old).unwrap();
    assert_eq!(old.style.quality, Quality::Fast);
    assert_eq!(old.style.fine.steps(), FINE_STEPS);
}

#[test]
fn whoever_is_elsewhere_is_told_when_it_is_painted_and_stays_there() {
    let mut s = in_fine();
    s.click("Paint");
    act(&mut s, Command::GoExplore);
    done(&mut s);
    assert_eq!(
        s.window.state().state.view.workspace,
        Workspace::Explore,
        "nobody is moved"
    );
    s.window.get_by_label_contains("The photo is painted");
    s.click("Show");
    assert_eq!(s.window.state().state.view.workspace, Workspace::Style);
}

#[test]
fn who_made_the_style_may_be_said_while_it_paints_and_afterwards() {
    for while_it_paints in [true, false] {
        let mut s = in_style(SIZE);
        s.open_photo("holiday.png");
        s.open_for("blue_door.png", FileRole::Style);
        s.click("Later");
        s.click("Fine");
        s.click("Paint");
        if !while_it_paints {
            done(&mut s);
        }
        let painted = canvas(&s);
        let StyleSource::File(source) = &s.window.state().state.doc.style.styles[0].style else {
            panic!("a file");
        };
        let said = StyleSource::File(SourceRef {
            artist: "Ada".into(),
            licence: "CC0 1.0".into(),
            ..source.clone()
        });
        let credit = StyleEdit::Credit(0, said);
        s.window.state_mut().act(Action::Style(credit));
        s.settle();
        assert!(canvas(&s) == painted, "it is the same picture");
        if while_it_paints {
            done(&mut s);
        }
        s.dismiss_toasts();
        s.click("Save to gallery");
        assert_eq!(asked(&s), [steps(FINE_STEPS)], "painted once");
        let asked = s.asked.borrow();
        let saved = asked.gallery.iter().find_map(|request| match request {
            GalleryRequest::Save { recipe, .. } => Some(recipe),
            _ => None,
        });
        let Making::Style(params) = &saved.unwrap().making else {
            panic!("a stylised photo");
        };
        let StyleSource::File(source) = &params.styles[0].style else {
            panic!("a file");
        };
        assert_eq!(source.artist, "Ada");
    }
}
