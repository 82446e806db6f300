//! Lens as a person uses it: found by what is written on the window, on a real gallery
//! and a painter whose results are certain.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ui_doors;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use limner::app::action::{Action, Destination, FileRole, Pick, Subject};
use limner::app::command::Command;
use limner::app::lens::document::LensWork;
use limner::app::view::{Compare, Workspace};
use limner::engine::protocol::{Event, Job, Request, Tier};
use limner::gallery::protocol::EntryKind;
use limner::picture::Picture;
use limner::recipe::{LensPart, Making};
use ui_doors::{Studio, canvas_tiers, studio};

const SIZE: [f32; 2] = [1280.0, 900.0];

fn in_lens<'a>() -> Studio<'a> {
    let mut s = studio(SIZE, egui::Theme::Dark);
    go(&mut s, "Lens");
    s
}

/// To a workspace, by its tab.
fn go(s: &mut Studio<'_>, tab: &str) {
    s.window.get_by_role_and_label(Role::Tab, tab).click();
    s.settle();
}

/// Another network, by the list in the panel.
fn choose(s: &mut Studio<'_>, text: &str) {
    s.window.get_by_label("Network for photos").click();
    s.settle();
    s.window.get_by_label(text).click();
    s.settle();
}

fn workspace(s: &Studio<'_>) -> Workspace {
    s.window.state().state.view.workspace
}

fn open(s: &mut Studio<'_>, name: &str, role: FileRole) {
    s.open_for(name, role);
}

fn shown(s: &Studio<'_>) -> Picture {
    let lens = s.window.state().state.previews.lens.as_ref();
    lens.unwrap().picture.clone()
}

fn doc<'a>(s: &'a Studio<'_>) -> &'a LensWork {
    s.window.state().state.doc.lens.work().unwrap()
}

fn command(s: &mut Studio<'_>, command: Command) {
    s.window.state_mut().act(Action::Command(command));
    s.settle();
}

/// Drags on a slider's rail, and lets go.
fn drag_slider(s: &mut Studio<'_>, name: &str, from: f32, to: f32) {
    s.drag_slider(name, 118.0, from, to);
}

#[test]
fn an_empty_lens_invites_and_its_buttons_lead_somewhere() {
    let mut s = in_lens();
    s.window.get_by_label("Change a photo with sliders");
    s.click("Open a photo…");
    s.click("Try the sample photo");
    {
        let asked = s.asked.borrow();
        assert!(matches!(asked.picks[0], Pick::Open(FileRole::LensPhoto)));
        assert!(matches!(
            asked.picks[1],
            Pick::SamplePhoto(FileRole::LensPhoto)
        ));
    }
    command(&mut s, Command::Keep);
    assert!(s.titles().is_empty(), "there is nothing to keep yet");
    // A photo that is dropped onto it is its own, not Style's.
    let path = s.folder.path().join("dropped.png");
    ui_doors::photo(&path);
    s.window.state_mut().act(Action::DropFiles(vec![path]));
    s.settle();
    assert_eq!(doc(&s).photo.as_ref().unwrap().name, "dropped.png");
    assert!(s.window.state().state.doc.style.photo.is_none());
    command(&mut s, Command::OpenPhoto);
    let last = format!("{:?}", s.asked.borrow().picks.last());
    assert!(last.contains("LensPhoto"), "{last}");
    // The generator is where it was.
    go(&mut s, "Explore");
    assert_eq!(s.window.state().state.doc.explore.model, "fruit");
    s.window.get_by_label("Seed");
}

#[test]
fn a_drag_changes_the_picture_is_one_step_and_undo_takes_it_back() {
    let mut s = in_lens();
    open(&mut s, "holiday.png", FileRole::LensPhoto);
    let before = shown(&s);
    let steps = s
        .window
        .state()
        .state
        .front_history()
        .unwrap()
        .steps()
        .len();
    s.asked.borrow_mut().engine.clear();
    drag_slider(&mut s, "Warmth", 0.5, 0.9);
    assert!(shown(&s) != before);
    let tiers = canvas_tiers(&s.asked);
    assert!(matches!(tiers.first(), Some(Tier::Draft(_))), "{tiers:?}");
    assert!(matches!(tiers.last(), Some(Tier::Full(_))), "{tiers:?}");
    let history = s.window.state().state.front_history().unwrap();
    assert_eq!(history.steps().len(), steps + 1);
    assert!(history.steps()[steps].thumb.is_some());
    assert_eq!(history.undo_label(), Some("Warmth"));
    let warm = shown(&s);
    command(&mut s, Command::Undo);
    assert!(shown(&s) == before);
    command(&mut s, Command::Redo);
    assert!(shown(&s) == warm);
    // Keys move it too, and its reset brings it back.
    let sigma = doc(&s).edits[0].sigma;
    let slider = s.window.get_by_role_and_label(Role::Slider, "Warmth");
    slider.focus();
    s.settle();
    s.window.key_press(egui::Key::ArrowLeft);
    s.settle();
    assert!(doc(&s).edits[0].sigma < sigma);
    s.click("Reset Warmth");
    assert!(doc(&s).edits.is_empty());
    assert!(shown(&s) == before);
}

#[test]
fn gains_and_a_second_picture_have_sliders_and_reset_goes_for_all() {
    let mut s = in_lens();
    open(&mut s, "holiday.png", FileRole::LensPhoto);
    let before = shown(&s);
    drag_slider(&mut s, "Texture", 0.33, 0.8);
    let gain = doc(&s).gains[0];
    assert_eq!(gain.part, LensPart::Texture);
    assert!(gain.gain > 1.5, "{}", gain.gain);
    assert!(shown(&s) != before);
    s.click("Choose second picture");
    let last = format!("{:?}", s.asked.borrow().picks.last());
    assert!(last.contains("LensOther"), "{last}");
    open(&mut s, "sky.png", FileRole::LensOther);
    let other = doc(&s).other.clone().unwrap();
    assert!(other.blend > 0.0, "it shows at once");
    drag_slider(&mut s, "Match tone", 0.0, 0.6);
    assert!(doc(&s).other.as_ref().unwrap().light > 0.3);
    command(&mut s, Command::ResetSliders);
    assert!(shown(&s) == before);
    assert!(doc(&s).other.is_some(), "it stays at hand");
    s.click("Remove second picture");
    assert!(doc(&s).other.is_none());
    command(&mut s, Command::Undo);
    assert!(doc(&s).other.is_some());
}

#[test]
fn kept_it_carries_its_recipe_and_opens_again_where_it_was() {
    let mut s = in_lens();
    open(&mut s, "holiday.png", FileRole::LensPhoto);
    drag_slider(&mut s, "Warmth", 0.5, 0.8);
    let (sigma, made) = (doc(&s).edits[0].sigma, shown(&s));
    s.click("Save to gallery");
    let entry = s.window.state().state.gallery.entries[0].clone();
    assert_eq!(entry.kind, EntryKind::Stylised);
    command(&mut s, Command::ResetSliders);
    assert!(shown(&s) != made);
    // Elsewhere meanwhile.
    go(&mut s, "Gallery");
    s.window.state_mut().act(Action::Send {
        to: Destination::Explore,
        what: Subject::Gallery(entry.id),
    });
    s.settle();
    assert_eq!(workspace(&s), Workspace::Lens);
    assert_eq!(doc(&s).edits[0].sigma, sigma);
    assert!(shown(&s) == made);
    // The kept picture itself can go on as the photo.
    s.window.state_mut().act(Action::Send {
        to: Destination::LensPhoto,
        what: Subject::Gallery(entry.id),
    });
    s.settle();
    assert_ne!(doc(&s).photo.as_ref().unwrap().name, "holiday.png");
}

#[test]
fn before_and_after_and_what_is_for_generators_only() {
    let mut s = in_lens();
    open(&mut s, "holiday.png", FileRole::LensPhoto);
    s.click(Command::ToggleSplit.text());
    let view = &s.window.state().state.view;
    assert_eq!(view.lens_compare, Compare::Split);
    assert_eq!(view.compare, Compare::Off, "Explore compares by itself");
    let walk = Command::LatentWalk;
    let there = s.window.query_by_role_and_label(Role::Button, walk.text());
    assert!(there.is_none());
    command(&mut s, Command::NewSeed);
    let toasts = &s.window.state().state.toasts;
    assert!(toasts.iter().any(|t| t.text.contains("generators")));
    let seeds = s.window.query_by_label("Seed");
    assert!(seeds.is_none());
}

#[test]
fn a_mask_is_painted_and_goes_into_the_recipe() {
    let mut s = in_lens();
    open(&mut s, "holiday.png", FileRole::LensPhoto);
    drag_slider(&mut s, "Warmth", 0.5, 0.9);
    let everywhere = shown(&s);
    s.click("Mask…");
    s.window.get_by_label("Mask of the photo");
    let canvas = s.window.get_by_label("Changed photo").rect().center();
    s.window.drag_at(canvas);
    s.window.run_steps(2);
    s.window.hover_at(canvas + egui::vec2(40.0, 10.0));
    s.window.run_steps(2);
    s.window.drop_at(canvas + egui::vec2(40.0, 10.0));
    s.settle();
    assert_eq!(doc(&s).mask.as_ref().unwrap().shapes.len(), 1);
    assert!(shown(&s) != everywhere);
    s.click("Done");
    s.asked.borrow_mut().engine.clear();
    s.click("Save to gallery");
    let asked = s.asked.borrow();
    let job = asked.engine.iter().find_map(|r| match r {
        Request::Job {
            job: Job::RenderLens(params),
            ..
        } => Some(params.clone()),
        _ => None,
    });
    assert!(job.unwrap().mask.is_some());
    drop(asked);
    command(&mut s, Command::Undo);
    assert!(doc(&s).mask.is_none());
    assert!(shown(&s) == everywhere);
}

#[test]
fn any_picture_can_be_opened_in_lens() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    let canvas = s.window.get_by_role_and_label(Role::Image, "Picture");
    canvas.click_secondary();
    s.settle();
    s.click("Open in Lens");
    // It was made first; who waits elsewhere is told.
    assert_eq!(workspace(&s), Workspace::Explore);
    s.click("Go to Lens");
    assert_eq!(workspace(&s), Workspace::Lens);
    let name = doc(&s).photo.as_ref().unwrap().name.clone();
    assert!(name.contains("fruit"), "{name}");
    let recipe = limner::app::recipes::current_recipe(&s.window.state().state);
    assert!(matches!(recipe.unwrap().making, Making::Lens(_)));
}

/// A network that was brought in stands beside Limner's own, and its sliders are asked for.
#[test]
fn an_imported_autoencoder_can_be_chosen() {
    let mut s = in_lens();
    let mut library = (*s.window.state().state.engine.library).clone();
    let lens = library.models.iter().find(|m| m.name == "lens").unwrap();
    let other = limner::engine::protocol::ModelInfo {
        name: "kl".into(),
        title: "KL".into(),
        licence: "unknown".into(),
        ..lens.clone()
    };
    library.models.push(other);
    // As after an import, when the engine has looked again.
    s.asked.borrow_mut().news = Some(Event::Library(library.into()));
    s.settle();
    open(&mut s, "first.png", FileRole::LensPhoto);
    choose(&mut s, "KL");
    assert_eq!(s.window.state().state.doc.lens.model, "kl");
    let photo = doc(&s).photo.as_ref().map(|p| p.name.as_str());
    assert_eq!(
        photo,
        Some("first.png"),
        "the photo in front is taken along"
    );
    let asked = s.asked.borrow();
    let sliders = asked.engine.iter().any(
        |r| matches!(r, Request::Job { job: Job::LensDirections { model }, .. } if model == "kl"),
    );
    assert!(sliders);
    drop(asked);
    open(&mut s, "holiday.png", FileRole::LensPhoto);
    command(&mut s, Command::Keep);
    let asked = s.asked.borrow();
    let made = asked.engine.iter().find_map(|r| match r {
        Request::Job {
            job: Job::RenderLens(params),
            ..
        } => Some(params.model.clone()),
        _ => None,
    });
    assert_eq!(made.as_deref(), Some("kl"));
}

/// Where light and texture can't be told apart, only everything is offered.
#[test]
fn parts_are_offered_where_they_are_known() {
    let mut s = in_lens();
    open(&mut s, "holiday.png", FileRole::LensPhoto);
    let has = |s: &Studio<'_>, name: &str| {
        s.window
            .query_by_role_and_label(Role::Slider, name)
            .is_some()
    };
    assert!(has(&s, "Texture") && !has(&s, "Everything"));
    let directions = &mut s.window.state_mut().state.engine.directions;
    let known = std::sync::Arc::make_mut(directions.get_mut("lens").unwrap());
    known.retain(|d| d.measured);
    s.settle();
    assert!(!has(&s, "Texture") && has(&s, "Everything"));
}

/// Explore and Lens have a picture each, with a canvas and sliders of their own.
#[test]
fn explore_and_lens_leave_each_other_alone() {
    let mut s = in_lens();
    open(&mut s, "holiday.png", FileRole::LensPhoto);
    drag_slider(&mut s, "Warmth", 0.5, 0.9);
    command(&mut s, Command::ZoomOneToOne);
    go(&mut s, "Explore");
    let state = &s.window.state().state;
    assert!(state.doc.explore.current().unwrap().edits.is_empty());
    assert_ne!(state.view.explore.zoom, state.view.lens.zoom);
    // Lens' networks are no generators.
    s.window.get_by_label("Generator").click();
    s.settle();
    let offered = s.window.query_all_by_label_contains("Lens").count();
    assert_eq!(offered, 1, "only the tab is called so");
    s.window.key_press(egui::Key::Escape);
    s.settle();
    command(&mut s, Command::ResetSliders);
    assert!(doc(&s).edits[0].sigma > 0.0, "those of Explore were meant");
}

/// A recipe that names Lens' network as a generator would show nothing.
#[test]
fn a_recipe_for_another_kind_of_network_is_refused() {
    let mut s = in_lens();
    let params = limner::recipe::ExploreParams::new("lens", 1);
    let recipe = limner::app::recipes::bare_recipe(Making::Explore(params));
    s.window
        .state_mut()
        .act(Action::OpenRecipe(Box::new(recipe)));
    s.settle();
    assert_eq!(s.window.state().state.doc.explore.model, "fruit");
    let toasts = &s.window.state().state.toasts;
    assert!(toasts.iter().any(|t| t.text.contains("another kind")));
}
