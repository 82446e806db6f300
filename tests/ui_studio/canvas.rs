//! What the canvas shows of a picture, and that it says so.

use std::sync::Arc;

use egui_kittest::kittest::Queryable as _;
use limner::app::action::{Action, ViewEdit};
use limner::app::command::Command;
use limner::app::view::{CanvasView, Workspace, Zoom};
use limner::engine::protocol::{ModelInfo, ModelKind, Tier};

use crate::SIZE;
use crate::ui_doors::{Studio, canvas_tiers, studio};

/// A studio whose generator is small, with an enlarging network.
fn with_enlarger<'a>() -> Studio<'a> {
    let mut s = studio(SIZE, egui::Theme::Dark);
    let engine = &mut s.window.state_mut().state.engine;
    let mut library = (*engine.library).clone();
    let generator = library
        .models
        .iter()
        .find(|m| m.kind == ModelKind::Generator);
    let enlarger = ModelInfo {
        name: "crisp".into(),
        title: "Crisp".into(),
        kind: ModelKind::Upscaler,
        ..generator.unwrap().clone()
    };
    library.models.push(enlarger);
    engine.library = Arc::new(library);
    s
}

fn last(s: &mut Studio<'_>) -> Tier {
    s.asked.borrow_mut().engine.clear();
    s.command(Command::NextSeed);
    *canvas_tiers(&s.asked).last().unwrap()
}

#[test]
fn a_small_generator_is_drawn_through_crisp_at_rest_and_live_without() {
    let mut s = with_enlarger();
    assert!(matches!(last(&mut s), Tier::Crisp(_)));
    s.asked.borrow_mut().engine.clear();
    s.drag_slider("Truncation", 112.0, 0.5, 0.8);
    let tiers = canvas_tiers(&s.asked);
    assert!(matches!(tiers.first(), Some(Tier::Draft(_))), "{tiers:?}");
    assert!(matches!(tiers.last(), Some(Tier::Crisp(_))), "{tiers:?}");
    // At 100 % its own pixels are seen, and where the artist wants no other.
    let own_size = CanvasView {
        zoom: Zoom::Scale(1.0),
        ..CanvasView::default()
    };
    for zoom in [own_size, CanvasView::default()] {
        s.window
            .state_mut()
            .act(Action::View(ViewEdit::Canvas(Workspace::Explore, zoom)));
        s.settle();
        let crisp = matches!(last(&mut s), Tier::Crisp(_));
        assert_eq!(crisp, zoom.zoom == Zoom::Fit);
    }
    s.command(Command::ToggleCrisp);
    assert!(matches!(last(&mut s), Tier::Full(_)));
}

#[test]
fn the_canvas_says_that_it_is_drawn_through_crisp() {
    let mut s = with_enlarger();
    let own = s.window.state().state.generator().unwrap().size;
    assert!(
        s.window
            .query_by_label_contains("drawn through Crisp")
            .is_none()
    );
    let shown = s
        .window
        .state_mut()
        .state
        .previews
        .explore
        .as_mut()
        .unwrap();
    shown.picture = crate::ui_doors::seeded(3, own[0] * 4);
    s.settle();
    let [w, h] = own;
    s.window
        .get_by_label(&format!("{w} × {h}, drawn through Crisp"));
}

#[test]
fn at_full_scale_a_picture_of_any_size_has_its_true_pixels() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    let state = &mut s.window.state_mut().state;
    let mut library = (*state.engine.library).clone();
    let generator = library.models.iter_mut();
    for model in generator.filter(|m| m.kind == ModelKind::Generator) {
        model.resizable = true;
    }
    state.engine.library = Arc::new(library);
    state.doc.explore.current_mut().unwrap().size = Some([3000, 2000]);
    s.settle();
    assert_eq!(last(&mut s), Tier::Full(1536), "the whole in the window");
    let near = CanvasView {
        zoom: Zoom::Scale(1.0),
        ..CanvasView::default()
    };
    s.window
        .state_mut()
        .act(Action::View(ViewEdit::Canvas(Workspace::Explore, near)));
    s.settle();
    assert_eq!(last(&mut s), Tier::Full(3000));
}
