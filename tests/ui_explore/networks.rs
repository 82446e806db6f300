//! The networks of Explore: changing between them, what each can do, what the canvas says meanwhile.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use limner::app::view::Workspace;
use limner::engine::protocol::{DirectionInfo, EngineError, Event, Job, Library, Output, Request};

use super::common::{Outside, shown, studio};
use super::{Studio, click, current, press, set};

#[test]
fn each_generator_is_left_and_found_as_it_was() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    harness.get_by_label("Seed plus one").click();
    harness.run_steps(3);
    harness.get_by_label("Generator").click();
    harness.run_steps(3);
    harness
        .get_by_label_contains("Waves  (random weights)")
        .click();
    harness.run_steps(5);
    assert_eq!(harness.state().state.doc.explore.seed(), Some(9));
    assert_eq!(current(&harness).size, Some([128, 128]));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(5);
    assert_eq!(harness.state().state.doc.explore.seed(), Some(2));
}

/// Where truncation is the temperature of a prior, the slider says so and goes back to 1.
#[test]
fn a_variational_network_has_a_temperature() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    let state = &mut harness.state_mut().state;
    let mut library = (*state.engine.library).clone();
    let model = library.models.iter_mut().find(|m| m.name == "orchard");
    let model = model.unwrap();
    (model.temperature, model.truncation) = (true, 1.0);
    let fresh = limner::app::explore::document::fresh(model);
    assert_eq!(fresh.truncation_psi, 1.0);
    state.engine.library = std::sync::Arc::new(library);
    harness.run_steps(4);
    assert!(harness.query_by_label("Truncation").is_none());
    set(&mut harness, "Temperature", 0.4);
    harness.run_steps(6);
    assert_eq!(current(&harness).truncation_psi, 0.4);
    let steps = harness.state().state.front_history().unwrap().steps();
    assert!(steps.iter().any(|step| step.label == "Temperature"));
    click(&mut harness, "Reset Temperature");
    assert_eq!(current(&harness).truncation_psi, 1.0);
}

/// *Project photo…* asks for a file where the network can look for it, and says why where it can't.
#[test]
fn a_photo_is_asked_for_only_where_it_can_be_looked_for() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    let ask = |harness: &mut Studio<'_>| {
        let command = limner::app::command::Command::ProjectPhoto;
        harness
            .state_mut()
            .act(limner::app::action::Action::Command(command));
        harness.run_steps(4);
    };
    ask(&mut harness);
    assert_eq!(outside.picks.borrow().len(), 1);
    harness.state_mut().state.doc.explore.model = "waves".into();
    harness.run_steps(4);
    ask(&mut harness);
    assert_eq!(outside.picks.borrow().len(), 1);
    harness.get_by_label_contains("No photo can be looked for in Waves");
}

fn failed(h: &Studio<'_>) -> bool {
    let previews = &h.state().state.previews;
    previews.canvas_error(Workspace::Explore).is_some()
}

#[test]
fn a_picture_that_fails_is_explained_on_the_canvas() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    outside.engine.borrow_mut().fail = Some(EngineError::Memory("close other programs".to_owned()));
    press(&mut harness, Key::R);
    assert!(failed(&harness));
    outside.engine.borrow_mut().fail = None;
    press(&mut harness, Key::R);
    assert!(!failed(&harness), "the studio goes on");
}

/// While a slow network loads, the picture of the one before doesn't stand under its name.
#[test]
fn another_networks_picture_is_not_shown_under_the_new_name() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    shown(&harness);
    let empty = |h: &Studio<'_>| h.query_by_label("Rendering the first picture").is_some();
    outside.engine.borrow_mut().hold_previews = true;
    harness.get_by_label("Generator").click();
    harness.run_steps(3);
    harness
        .get_by_label_contains("Waves  (random weights)")
        .click();
    harness.run_steps(2);
    assert!(!empty(&harness), "nothing flashes between quick networks");
    harness.run_steps(10);
    assert!(empty(&harness));
    outside.engine.borrow_mut().hold_previews = false;
    press(&mut harness, Key::R);
    harness.run_steps(10);
    assert!(!empty(&harness));
}

/// Sliders that aren't measured yet: the picture fails until they are, and no longer.
#[test]
fn a_picture_that_waited_for_its_sliders_comes_once_they_are_measured() {
    let outside = Outside::default();
    outside.engine.borrow_mut().hold_jobs = true;
    let mut harness = studio(&outside);
    let unknown = "this slider isn't known".to_owned();
    outside.engine.borrow_mut().fail = Some(EngineError::BadRequest(unknown));
    press(&mut harness, Key::R);
    assert!(failed(&harness));
    outside.engine.borrow_mut().fail = None;
    harness.run_steps(6);
    assert!(failed(&harness), "nothing has changed yet");
    measured(&outside, &mut harness, Ok(slider()));
    assert!(!failed(&harness));
}

fn slider() -> Vec<DirectionInfo> {
    vec![DirectionInfo {
        id: "pca.0".into(),
        name: "Shape 1".into(),
        strength: 0.6,
        measured: false,
        layers: limner::recipe::LayerRange { start: 0, end: 8 },
    }]
}

/// The engine answers what was asked of Orchard's sliders last.
fn measured(
    outside: &Outside,
    harness: &mut Studio<'_>,
    found: Result<Vec<DirectionInfo>, EngineError>,
) {
    let asked = outside.engine.borrow().requests.clone();
    let id = asked.iter().rev().find_map(|request| match request {
        Request::Job {
            id,
            job: Job::Directions { .. },
        } => Some(*id),
        _ => None,
    });
    let event = Event::Done {
        id: id.unwrap(),
        result: found.map(|directions| Output::Directions {
            model: "orchard".into(),
            directions: directions.into(),
        }),
    };
    outside.engine.borrow_mut().news.push_back(event);
    harness.run_steps(6);
}

/// How often Orchard's sliders were asked for.
fn times_asked(outside: &Outside) -> usize {
    let jobs = outside.engine.borrow().jobs();
    let of_orchard = |job: &&Job| matches!(job, Job::Directions { model } if model == "orchard");
    jobs.iter().filter(of_orchard).count()
}

#[test]
fn a_network_that_was_replaced_shows_its_own_sliders() {
    let outside = Outside::default();
    outside.engine.borrow_mut().hold_jobs = true;
    let mut harness = studio(&outside);
    measured(&outside, &mut harness, Ok(slider()));
    assert!(harness.state().state.directions().is_some());
    let rescanned = |harness: &mut Studio<'_>, change: &dyn Fn(&mut Library)| {
        let mut library = (*harness.state().state.engine.library).clone();
        change(&mut library);
        let event = Event::Library(library.into());
        outside.engine.borrow_mut().news.push_back(event);
        harness.run_steps(6);
    };
    let replaced = |name: &'static str, sha256: &'static str| {
        move |library: &mut Library| {
            let model = library.models.iter_mut().find(|m| m.name == name);
            model.unwrap().sha256 = sha256.into();
        }
    };
    rescanned(&mut harness, &replaced("brush", "01"));
    assert!(
        harness.state().state.directions().is_some(),
        "it is the same"
    );
    rescanned(&mut harness, &replaced("orchard", "02"));
    assert!(harness.state().state.directions().is_none());
    assert_eq!(times_asked(&outside), 2);
    // That there were none may be another network's fault, too.
    measured(&outside, &mut harness, Ok(Vec::new()));
    rescanned(&mut harness, &replaced("brush", "03"));
    assert_eq!(times_asked(&outside), 3);
}

#[test]
fn measuring_that_failed_is_offered_again_and_not_taken_for_no_sliders() {
    let outside = Outside::default();
    outside.engine.borrow_mut().hold_jobs = true;
    let mut harness = studio(&outside);
    let why = EngineError::Memory("close other programs".to_owned());
    measured(&outside, &mut harness, Err(why));
    assert!(
        harness
            .query_by_label_contains("has no sliders of its own")
            .is_none()
    );
    press(&mut harness, Key::R);
    assert_eq!(times_asked(&outside), 1, "not again and again by itself");
    click(&mut harness, "Measure the sliders");
    assert_eq!(times_asked(&outside), 2);
}
