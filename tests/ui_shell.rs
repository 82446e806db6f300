//! The window around the workspaces: palette, menus, session, messages.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Outside, studio, studio_in};
use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use limner::app::action::Action;
use limner::app::view::{Compare, Dialog, Workspace};
use limner::engine::protocol::{DeviceInfo, Event, Request};
use limner::engine::{DeviceChoice, Precision};
use limner::window::StudioApp;

#[test]
fn the_palette_finds_and_runs_a_command() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run_steps(4);
    harness.get_by_label("Find a command").type_text("new se");
    harness.run_steps(3);
    harness.key_press(Key::Enter);
    harness.run_steps(4);
    assert_ne!(harness.state().state.doc.explore.seed(), Some(1));
    assert_eq!(harness.state().state.view.dialog, Dialog::None);
}

#[test]
fn typing_in_the_palette_is_no_shortcut() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run_steps(4);
    harness.key_press(Key::R);
    harness.key_press(Key::K);
    harness.run_steps(3);
    assert_eq!(harness.state().state.doc.explore.seed(), Some(1));
    assert!(harness.state().state.doc.explore.bookmarks.is_empty());
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert_eq!(harness.state().state.view.dialog, Dialog::None);
}

#[test]
fn keys_do_nothing_behind_a_dialog() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run_steps(4);
    harness.get_by_label("Find a command").type_text("xyzzy");
    harness.run_steps(3);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    harness.key_press(Key::R);
    harness.run_steps(3);
    assert_eq!(harness.state().state.doc.explore.seed(), Some(1));
    assert!(
        harness.get_by_label("Find a command").is_focused(),
        "typing goes on"
    );
    harness.key_press(Key::Escape);
    harness.run_steps(3);

    harness.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
    harness.run_steps(4);
    assert_eq!(harness.state().state.view.dialog, Dialog::Settings);
    for key in [Key::R, Key::K, Key::N, Key::Y] {
        harness.key_press(key);
        harness.run_steps(3);
    }
    let state = &harness.state().state;
    assert_eq!(state.doc.explore.seed(), Some(1));
    assert!(state.doc.explore.bookmarks.is_empty());
    assert!(!state.view.variations);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
    harness.run_steps(3);
    assert_eq!(harness.state().state.view.dialog, Dialog::None);
    harness.key_press(Key::R);
    harness.run_steps(3);
    assert_ne!(harness.state().state.doc.explore.seed(), Some(1));
}

#[test]
fn the_session_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let outside = Outside::default();
    let mut harness = studio_in(&outside, dir.path());
    for _ in 0..4 {
        harness.get_by_label("Seed plus one").click();
        harness.run_steps(3);
    }
    harness.key_press(Key::K);
    harness.run_steps(3);
    let mut app = harness.into_state();
    eframe::App::on_exit(&mut app);
    drop(app);

    let mut again = studio_in(&outside, dir.path());
    again.run_steps(4);
    assert_eq!(again.state().state.doc.explore.seed(), Some(5));
    assert_eq!(again.state().state.doc.explore.bookmarks.len(), 1);
}

#[test]
fn a_crash_loses_at_most_a_moment() {
    let dir = tempfile::tempdir().unwrap();
    let outside = Outside::default();
    let mut harness = studio_in(&outside, dir.path());
    harness.get_by_label("Seed plus one").click();
    harness.run_steps(3);
    // The autosave waits for some quiet, then writes on a thread of its own.
    let file = dir.path().join("session.json");
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let written = loop {
        harness.run_steps(1);
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        if text.contains("\"seed\":2") || std::time::Instant::now() > until {
            break text;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    };
    assert!(written.contains("\"seed\":2"), "{written}");
}

#[test]
fn workspaces_switch_by_click_and_keys() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness.get_by_role_and_label(Role::Tab, "Style").click();
    harness.run_steps(3);
    assert_eq!(harness.state().state.view.workspace, Workspace::Style);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num3);
    harness.run_steps(3);
    assert_eq!(harness.state().state.view.workspace, Workspace::Lens);
    harness.get_by_role_and_label(Role::Tab, "Gallery").click();
    harness.run_steps(3);
    assert_eq!(harness.state().state.view.workspace, Workspace::Gallery);
    harness.get_by_role_and_label(Role::Tab, "Lens").click();
    harness.run_steps(3);
    assert_eq!(harness.state().state.view.workspace, Workspace::Lens);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num6);
    harness.run_steps(3);
    assert_eq!(harness.state().state.view.workspace, Workspace::Gallery);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num1);
    harness.run_steps(3);
    assert_eq!(harness.state().state.view.workspace, Workspace::Explore);
}

#[test]
fn a_menu_shows_what_undo_would_take_back() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness.get_by_label("Seed plus one").click();
    harness.run_steps(5);
    harness.get_by_label("Edit").click();
    harness.run_steps(3);
    harness.get_by_label_contains("Undo: Seed 2").click();
    harness.run_steps(4);
    assert_eq!(harness.state().state.doc.explore.seed(), Some(1));
}

#[test]
fn a_file_that_is_no_picture_is_named_in_a_message() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness
        .state_mut()
        .act(limner::app::action::Action::OpenFiles {
            paths: vec!["notes.txt".into()],
            role: limner::app::action::FileRole::Any,
        });
    harness.run_steps(4);
    harness.get_by_label_contains("This is no picture");
    harness.get_by_label("Dismiss message").click();
    harness.run_steps(3);
    assert!(
        harness
            .query_by_label_contains("This is no picture")
            .is_none()
    );
}

#[test]
fn a_running_job_can_be_stopped() {
    let outside = Outside::default();
    outside.engine.borrow_mut().hold_jobs = true;
    let mut harness = studio(&outside);
    assert_eq!(
        harness.state().state.engine.jobs.len(),
        1,
        "sliders are measured first"
    );
    harness.get_by_label("Stop").click();
    harness.run_steps(4);
    assert!(harness.state().state.engine.jobs.is_empty());
}

#[test]
fn models_show_their_cards() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness.get_by_label("About this generator").click();
    harness.run_steps(4);
    harness.get_by_label("A network for tests.");
    harness.get_by_label("CC0");
}

#[test]
fn about_leads_to_the_licences_of_everything_inside() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness
        .state_mut()
        .act(Action::Command(limner::app::command::Command::About));
    harness.run_steps(4);
    harness.get_by_label_contains("Limner 0.");
    harness.get_by_label("Licences of its parts…").click();
    harness.run_steps(4);
    assert_eq!(harness.state().state.view.dialog, Dialog::Licences);
    harness.get_by_label("IN THE PROGRAM");
    harness.get_by_label("Back").click();
    harness.run_steps(4);
    assert_eq!(harness.state().state.view.dialog, Dialog::About);
}

#[test]
fn the_light_theme_is_one_command_away() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run_steps(4);
    harness
        .get_by_label("Find a command")
        .type_text("light theme");
    harness.run_steps(3);
    harness.key_press(Key::Enter);
    harness.run_steps(4);
    assert_eq!(harness.ctx.theme(), egui::Theme::Light);
}

#[test]
fn the_interface_scale_can_be_dragged() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
    harness.run_steps(4);
    let slider = |h: &Harness<'_, StudioApp>| {
        h.get_by_role_and_label(Role::Slider, "Interface scale")
            .rect()
    };
    let rect = slider(&harness);
    let rail = rect.left() + 126.0..rect.right() - 4.0;
    let at = |t: f32| egui::pos2(rail.start + (rail.end - rail.start) * t, rect.center().y);
    common::hold(&mut harness, at(0.2), at(0.6));
    assert_eq!(
        harness.state().state.prefs.scale,
        1.0,
        "nothing moves below the hand"
    );
    common::release(&mut harness, at(0.6));
    let scale = harness.state().state.prefs.scale;
    assert!((1.4..1.6).contains(&scale), "{scale}");
}

#[test]
fn preferences_can_be_reached_in_a_low_window() {
    let outside = Outside::default();
    let builder = common::sized(640.0, 400.0);
    let mut harness = common::build(builder, &outside, limner::app::session::Session::none());
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
    harness.run_steps(4);
    let close = harness.get_by_label("Close").rect();
    assert!(close.top() >= 0.0, "{close:?}");
    let last = "Choose gallery folder…";
    harness.get_by_label(last).scroll_to_me();
    harness.run_steps(8);
    let rect = harness.get_by_label(last).rect();
    assert!(rect.bottom() <= 400.0, "{rect:?}");
}

#[test]
fn frames_stay_quick_while_a_slider_moves() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness.state_mut().state.frames.clear();
    let rect = harness.get_by_role_and_label(Role::Slider, "Warmth").rect();
    for i in 0..40 {
        let t = 0.45 + 0.5 * (i as f32 / 40.0);
        let at = egui::pos2(rect.left() + rect.width() * t, rect.center().y);
        harness.drag_at(at);
        harness.run_steps(1);
    }
    // A generous bound: a busy test machine is not the studio's fault; the
    // benchmark measures the real figure.
    let median = harness.state().state.frames.percentile(0.5).unwrap();
    assert!(
        median < 50.0,
        "half of the frames took more than {median} ms"
    );
}

/// The engine on a card that fell back, or not.
fn computes(name: &str, note: Option<&str>) -> Event {
    Event::Ready(DeviceInfo {
        name: name.to_owned(),
        detail: format!("{name} detail"),
        note: note.map(str::to_owned),
        ..DeviceInfo::default()
    })
}

/// Says something as the engine, dismisses the messages of before, and gives the new ones.
fn messages_after(
    harness: &mut Harness<'_, StudioApp>,
    outside: &Outside,
    event: Event,
) -> Vec<String> {
    let old: Vec<u64> = harness.state().state.toasts.iter().map(|t| t.id).collect();
    for id in old {
        harness.state_mut().act(Action::DismissToast(id));
    }
    outside.engine.borrow_mut().news.push_back(event);
    harness.run_steps(3);
    let toasts = harness.state().state.toasts.iter();
    toasts.map(|t| t.text.clone()).collect()
}

#[test]
fn a_card_that_falls_back_is_told_once_each_time_it_happens() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    let full = || computes("CPU", Some("the memory of Card was too small"));
    let mut told = |event| messages_after(&mut harness, &outside, event);
    assert!(told(computes("CUDA 0", None)).is_empty());
    let small = told(Event::SmallerTiles("Card".to_owned()));
    assert!(
        small.len() == 1 && small[0].contains("smaller pieces"),
        "{small:?}"
    );
    assert!(
        told(Event::SmallerTiles("Card".to_owned())).is_empty(),
        "not with every job"
    );
    let fell = told(full());
    assert!(fell.len() == 1 && fell[0].contains("too small"), "{fell:?}");
    assert!(told(full()).is_empty(), "the same again");
    // Chosen again, and again too small.
    assert!(told(computes("CUDA 0", None)).is_empty());
    assert_eq!(told(full()).len(), 1);
    harness.get_by_label_contains("Rendering on the processor now");
}

#[test]
fn a_driver_that_is_missing_is_told_at_the_first_start_only() {
    let dir = tempfile::tempdir().unwrap();
    let missing = || DeviceInfo {
        name: "CPU".to_owned(),
        note: Some("limner-cuda doesn't start here".to_owned()),
        ..DeviceInfo::default()
    };
    for (start, expected) in [(1, 1), (2, 0)] {
        let outside = Outside::default();
        outside.engine.borrow_mut().device = Some(missing());
        let mut harness = studio_in(&outside, dir.path());
        let toasts = harness.state().state.toasts.iter();
        let told = toasts.filter(|t| t.text.contains("limner-cuda")).count();
        assert_eq!(told, expected, "start {start}");
        eframe::App::on_exit(harness.state_mut());
    }
}

#[test]
fn half_precision_is_a_choice_where_there_is_a_card_and_takes_effect_at_once() {
    let half = "Compute with half precision";
    let preferences = |device: Option<DeviceInfo>| {
        let outside = Outside::default();
        outside.engine.borrow_mut().device = device;
        let mut harness = studio(&outside);
        harness.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
        harness.run_steps(4);
        (harness, outside)
    };
    let (harness, _) = preferences(None);
    assert!(harness.query_by_label(half).is_none());
    let names = [
        (DeviceChoice::Cpu, "Processor"),
        (DeviceChoice::Cuda(0), "Card"),
    ];
    let (mut harness, outside) = preferences(Some(DeviceInfo {
        choices: names.map(|(choice, name)| (choice, name.to_owned())).into(),
        ..DeviceInfo::default()
    }));
    harness.get_by_label(half).click();
    harness.run_steps(3);
    let asked = outside.engine.borrow();
    let wanted = |r: &Request| matches!(r, Request::Device(DeviceChoice::Auto, Precision::F16));
    assert!(asked.requests.iter().any(wanted), "{:?}", asked.requests);
}

#[test]
fn escape_stops_the_random_walk_and_closes_the_neighbours() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness.key_press(Key::N);
    harness.run_steps(4);
    harness.key_press(Key::W);
    harness.run_steps(4);
    assert!(harness.state().state.latent_walk.is_some());
    harness.key_press(Key::Escape);
    harness.run_steps(4);
    assert!(harness.state().state.latent_walk.is_none());
    assert!(harness.state().state.view.variations, "one thing at a time");
    // Escape belongs to a dialog first.
    harness.key_press(Key::F1);
    harness.run_steps(4);
    harness.key_press(Key::Escape);
    harness.run_steps(4);
    assert!(harness.state().state.view.variations);
    harness.key_press(Key::Escape);
    harness.run_steps(4);
    assert!(!harness.state().state.view.variations);
}

#[test]
fn undo_stops_the_random_walk() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    let before = harness.state().state.doc.explore.current().cloned();
    harness.key_press(Key::W);
    harness.run_steps(6);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(6);
    assert!(harness.state().state.latent_walk.is_none());
    assert_eq!(harness.state().state.doc.explore.current().cloned(), before);
}

#[test]
fn comparing_leaves_the_neighbours() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness.key_press(Key::N);
    harness.run_steps(4);
    harness.key_press(Key::Y);
    harness.run_steps(4);
    let view = &harness.state().state.view;
    assert!(!view.variations, "they would hide the comparison");
    assert_eq!(view.compare, Compare::Split);
}

#[test]
fn every_step_has_its_picture_however_quick_the_next_one_comes() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness.get_by_label("Seed plus one").click();
    harness.run_steps(6);
    harness.key_press(Key::K);
    harness.run_steps(1);
    harness.get_by_label("Seed plus one").click();
    harness.run_steps(8);
    let steps = harness.state().state.front_history().unwrap().steps();
    assert_eq!(steps.len(), 4);
    for step in steps {
        assert!(step.thumb.is_some(), "{}", step.label);
    }
}

#[test]
fn the_random_walk_ends_where_its_picture_is_not_seen() {
    use limner::app::action::Action;
    use limner::app::command::Command;
    for leave in [Command::GoStyle, Command::GoGallery, Command::StartPage] {
        let outside = Outside::default();
        let mut harness = studio(&outside);
        harness.key_press(Key::W);
        harness.run_steps(4);
        assert!(harness.state().state.latent_walk.is_some());
        harness.state_mut().act(Action::Command(leave));
        harness.run_steps(3);
        let before = harness.state().state.doc.clone();
        harness.run_steps(6);
        assert!(harness.state().state.latent_walk.is_none(), "{leave:?}");
        assert_eq!(harness.state().state.doc, before, "{leave:?}");
    }
}
