//! The networks of Explore: changing between them, what each can do, what the canvas says meanwhile.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use limner::app::view::Workspace;
use limner::engine::protocol::EngineError;

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

#[test]
fn a_picture_that_fails_is_explained_on_the_canvas() {
    let outside = Outside::default();
    let mut harness = studio(&outside);
    outside.engine.borrow_mut().fail = Some(EngineError::Memory("close other programs".to_owned()));
    press(&mut harness, Key::R);
    let failed = |h: &Studio<'_>| {
        let previews = &h.state().state.previews;
        previews.canvas_error(Workspace::Explore).is_some()
    };
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
