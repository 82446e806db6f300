//! Styles of one's own as a person uses them: learnt, kept, named, deleted, brought back, exported,
//! imported, mixed.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ui_doors;

use egui::Theme;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{OsThreshold, SnapshotOptions, SnapshotResults};
use limner::app::action::{Action, FileRole, Pick, ViewEdit};
use limner::app::command::Command;
use limner::app::style::edit::StyleEdit;
use limner::app::style::own_styles_edit::OwnStyleEdit;
use limner::app::view::Workspace;
use limner::engine::protocol::{Event, Job, LearnJob, ModelInfo, Request, StyleTask};
use limner::recipe::StyleSource;
use ui_doors::{Studio, in_style, photo, studio};

const SIZE: [f32; 2] = [1280.0, 1400.0];

/// Style with a photo, and a picture of the user's as its style.
fn with_picture<'a>() -> Studio<'a> {
    let mut s = in_style(SIZE);
    s.open_photo("holiday.png");
    s.open_for("blue_door.png", FileRole::Style);
    s.click("Later");
    s.dismiss_toasts();
    s
}

fn has(s: &Studio<'_>, label: &str) -> bool {
    s.window.query_by_label(label).is_some()
}

/// What the engine was asked to learn.
fn asked(s: &Studio<'_>) -> Vec<LearnJob> {
    let asked = s.asked.borrow();
    let jobs = asked.engine.iter().filter_map(|request| match request {
        Request::Job {
            job: Job::Learn(job),
            ..
        } => Some((**job).clone()),
        _ => None,
    });
    jobs.collect()
}

fn styles(s: &Studio<'_>) -> Vec<(StyleSource, f32)> {
    let layers = &s.window.state().state.doc.style.styles;
    layers.iter().map(|l| (l.style.clone(), l.weight)).collect()
}

fn learn(s: &mut Studio<'_>) {
    s.click("Learn the style of blue_door.png");
    s.click("Begin learning");
}

#[test]
fn a_style_is_learnt_paused_finished_and_used() {
    let mut s = with_picture();
    s.click("Learn the style of blue_door.png");
    // Named after its picture; another one by the same hand, and more time.
    s.window
        .get_by_role_and_label(Role::Button, "Leave out blue_door.png");
    s.open_for("red_door.png", FileRole::Learn);
    s.window
        .get_by_role_and_label(Role::Button, "Leave out blue_door.png");
    s.click("15 min");
    s.click("Begin learning");
    let job = &asked(&s)[0];
    assert_eq!(
        (job.about.title.as_str(), job.minutes),
        ("Blue door", Some(15.0))
    );
    assert_eq!(job.about.artist, "", "no name that nobody gave");
    let names: Vec<_> = job
        .pictures
        .iter()
        .map(|p| p.file_name().unwrap())
        .collect();
    assert_eq!(
        names,
        ["blue_door.png"],
        "the same picture under two names is one"
    );
    assert!(job.photo.as_ref().unwrap().ends_with("holiday.png"));
    assert!(job.out.is_none());
    // Live, with time left; nobody is moved.
    s.window.get_by_label("Your photo in the style so far");
    s.window.get_by_label("25 %, 4 min left");
    s.window
        .state_mut()
        .act(Action::View(ViewEdit::Workspace(Workspace::Explore)));
    s.settle();
    s.window
        .state_mut()
        .act(Action::View(ViewEdit::Workspace(Workspace::Style)));
    s.settle();
    s.click("Pause");
    s.window.get_by_label("Paused at 25 %");
    s.click("Continue");
    s.click("Finish now");
    assert!(
        s.toasts()
            .iter()
            .any(|t| t.starts_with("The style is learnt"))
    );
    assert_eq!(styles(&s).len(), 1, "the document stays as it was");
    s.click("Style Blue door");
    assert_eq!(styles(&s)[0].0, StyleSource::Builtin("my/blue door".into()));
}

#[test]
fn learning_that_was_stopped_is_gone_on_with_or_given_up() {
    let mut s = with_picture();
    learn(&mut s);
    s.click("Stop learning");
    s.window.get_by_label("Blue door, not learnt to the end");
    s.window.get_by_label("Interrupted at 25 %");
    s.click("Go on learning Blue door");
    assert!(!has(&s, "Interrupted at 25 %"), "it is at work");
    let jobs = asked(&s);
    assert_eq!(
        (&jobs[1].pictures, &jobs[1].about),
        (&jobs[0].pictures, &jobs[0].about)
    );
    assert!(jobs[1].out.as_ref().unwrap().ends_with("x.safetensors"));
    s.click("Stop learning");
    s.click("Give up learning Blue door");
    assert!(!has(&s, "Interrupted at 25 %"));
    assert!(!has(&s, "Style Blue door"));
}

#[test]
fn learning_that_came_to_nothing_gives_its_form_back() {
    let mut s = with_picture();
    s.asked.borrow_mut().hold_learning = true;
    s.click("Learn the style of blue_door.png");
    s.click("15 min");
    s.click("Begin learning");
    assert!(!has(&s, "Begin learning"));
    s.click("Stop learning");
    let toasts = s.toasts();
    assert!(toasts.iter().any(|t| t.ends_with("stopped")), "{toasts:?}");
    assert!(!toasts.iter().any(|t| t.contains("gone on with")));
    s.window
        .get_by_role_and_label(Role::Button, "Leave out blue_door.png");
    s.click("Begin learning");
    assert_eq!(asked(&s)[1].minutes, Some(15.0), "as it was filled in");
}

#[test]
fn the_form_wants_a_picture_and_a_name() {
    let mut s = in_style(SIZE);
    s.click("Learn a style…");
    let begin = |s: &Studio<'_>| {
        let button = s
            .window
            .get_by_role_and_label(Role::Button, "Begin learning");
        !button.accesskit_node().is_disabled()
    };
    assert!(!begin(&s));
    s.click("Add pictures…");
    let picks = s.asked.borrow().picks.clone();
    assert!(matches!(picks.last(), Some(Pick::Open(FileRole::Learn))));
    s.open_for("waves.png", FileRole::Learn);
    assert!(begin(&s));
    s.click("Leave out waves.png");
    assert!(!begin(&s));
    s.click("Don't learn a style");
    assert!(!has(&s, "Begin learning"));
    assert!(asked(&s).is_empty());
}

#[test]
fn a_picture_is_kept_renamed_grouped_deleted_and_brought_back() {
    let mut s = with_picture();
    s.click("Keep blue_door.png among My styles");
    s.window.get_by_label("My styles");
    assert!(!has(&s, "Keep Blue door among My styles"), "it is kept");
    s.click("More about Blue door");
    s.click("Rename or group…");
    for (field, text) in [("New name", "Front door"), ("Heading", "Home")] {
        let line = s.window.get_by_role_and_label(Role::TextInput, field);
        line.focus();
        s.settle();
        s.window
            .key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        let line = s.window.get_by_role_and_label(Role::TextInput, field);
        line.type_text(text);
        s.settle();
    }
    s.click("Save name");
    s.window.get_by_label("Home");
    s.dismiss_toasts();
    s.click("More about Front door");
    s.click("Export as a file…");
    let picks = s.asked.borrow().picks.clone();
    assert!(matches!(picks.last(), Some(Pick::ExportStyle { title, .. }) if title == "Front door"));
    s.click("More about Front door");
    s.click("Delete");
    assert!(!has(&s, "Style Front door"));
    assert_eq!(styles(&s).len(), 1, "what is on the photo stays on it");
    s.dismiss_toasts();
    s.click("Bring back Front door");
    s.window
        .get_by_role_and_label(Role::Button, "Style Front door");
    assert!(!has(&s, "Bring back Front door"));
    // The message has a way back, too.
    s.click("More about Front door");
    s.click("Delete");
    s.click("Bring it back");
    s.window
        .get_by_role_and_label(Role::Button, "Style Front door");
}

#[test]
fn a_styles_file_is_imported_by_button_and_by_drop() {
    let mut s = in_style(SIZE);
    s.click("Import a style…");
    assert!(matches!(
        s.asked.borrow().picks.last(),
        Some(Pick::StyleFile)
    ));
    let from = s.folder.path().join("seaside.safetensors");
    let import = StyleTask::Import { from };
    s.window
        .state_mut()
        .act(Action::OwnStyle(OwnStyleEdit::Task(import)));
    s.settle();
    s.window
        .get_by_role_and_label(Role::Button, "Style seaside");
    let dropped = s.folder.path().join("forest.safetensors");
    s.window.state_mut().act(Action::DropFiles(vec![dropped]));
    s.settle();
    s.open_photo("a.png");
    s.click("Style forest");
    assert_eq!(styles(&s)[0].0, StyleSource::Builtin("my/forest".into()));
}

#[test]
fn plus_mixes_and_weights_are_percentages_of_one_whole() {
    let mut s = in_style(SIZE);
    photo(&s.folder.path().join("unused.png"));
    s.open_photo("a.png");
    s.click("Mix in Weave");
    s.click("Mix in Ink wash");
    s.click("Mix in Embers");
    let percent = |s: &Studio<'_>, n: usize| {
        let name = format!("Weight {n}");
        let slider = s.window.get_by_role_and_label(Role::Slider, &name);
        slider.accesskit_node().numeric_value().unwrap()
    };
    let all = |s: &Studio<'_>| [1, 2, 3].map(|n| percent(s, n));
    assert_eq!(all(&s), [34.0, 33.0, 33.0]);
    let slider = s.window.get_by_role_and_label(Role::Slider, "Weight 2");
    slider.set_value_accesskit(60.0);
    s.settle();
    assert_eq!(all(&s), [20.0, 60.0, 20.0]);
    let weights: f32 = styles(&s).iter().map(|(_, w)| w).sum();
    assert!((weights - 1.0).abs() < 1e-5);
    let before = s.styled();
    s.click("Take out Ink wash");
    assert_eq!([1, 2].map(|n| percent(&s, n)), [50.0, 50.0]);
    assert!(s.styled() != before);
    s.click("Mix in Ink wash");
    assert_eq!(
        all(&s),
        [34.0, 33.0, 33.0],
        "what is added has its even part"
    );
    s.command(limner::app::command::Command::Undo);
    assert_eq!(styles(&s).len(), 2);
}

#[test]
fn a_mask_says_whose_it_is() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Mix in Weave");
    s.click("Mix in Embers");
    s.click("Paint the mask of Embers");
    s.window.get_by_label("Mask of Embers");
    s.click("Invert");
    s.window.get_by_label_contains("its mask");
}

/// What it looks like. `UPDATE_SNAPSHOTS=1 cargo test --test ui_own_styles` makes the looks anew.
#[test]
fn the_form_and_a_style_being_learnt_look_as_they_did() {
    let mut results = SnapshotResults::new();
    let options = SnapshotOptions::new()
        .threshold(1.5)
        .max_failed_pixels(OsThreshold::new(400usize));
    for theme in [Theme::Dark, Theme::Light] {
        let name = format!("{theme:?}").to_lowercase();
        let mut s = studio([1280.0, 800.0], theme);
        s.window
            .state_mut()
            .act(Action::View(ViewEdit::Workspace(Workspace::Style)));
        s.settle();
        s.open_photo("holiday.png");
        s.open_for("blue_door.png", FileRole::Style);
        s.click("Later");
        s.dismiss_toasts();
        s.click("Learn the style of blue_door.png");
        s.window
            .snapshot_options(format!("learn_form_{name}"), &options);
        s.click("Begin learning");
        s.dismiss_toasts();
        s.window
            .snapshot_options(format!("learning_{name}"), &options);
        results.extend_harness(&mut s.window);
    }
}

/// After an update there is a newer style network: it is for what isn't painted yet.
#[test]
fn a_newer_style_network_leaves_what_is_painted_as_it_is() {
    let mut s = in_style([1280.0, 800.0]);
    let model = |s: &Studio<'_>| s.window.state().state.doc.style.model.clone();
    let tell = |s: &mut Studio<'_>, started: bool, title: &str| {
        let state = &mut s.window.state_mut().state;
        state.engine.library_known = !started;
        let mut library = (*state.engine.library).clone();
        let is = |m: &&ModelInfo| m.name == "restyle";
        let mut newer = library.models.iter().find(is).unwrap().clone();
        newer.name = "restyle_2".into();
        newer.title = title.into();
        library.models.retain(|m| m.name != newer.name);
        library.models.push(newer);
        s.asked.borrow_mut().news = Some(Event::Library(library.into()));
        s.settle();
    };
    s.open_photo("holiday.png");
    s.click("Style Weave");
    tell(&mut s, true, "Restyle 2");
    assert_eq!(model(&s), "restyle");
    s.command(Command::Undo);
    s.settle();
    assert!(s.window.state().state.doc.style.styles.is_empty());
    tell(&mut s, true, "Restyle 2");
    assert_eq!(model(&s), "restyle_2");
    // Whoever goes back to the older one keeps it while the window is open.
    let back = Action::Style(StyleEdit::Model("restyle".into()));
    s.window.state_mut().act(back);
    s.settle();
    tell(&mut s, false, "Restyle 2, again");
    assert_eq!(model(&s), "restyle");
}
