//! Material: sliders, light, maps, files.

use super::*;
use limner::app::spaces::export_choice::SpacesExport;
use limner::engine::protocol::{MaterialView, SpacesShow, Work};
use limner::engine::surface_job::{Body, Convention, Map, Shape, SurfaceKind};

/// What of the material is on the canvas.
fn view_of(shown: &SpacesShown) -> MaterialView {
    let Work::Spaces(look) = &shown.work else {
        panic!("a look of Spaces")
    };
    let SpacesShow::Material { view, .. } = &look.show else {
        panic!("a material")
    };
    *view
}

#[test]
fn every_slider_is_seen_at_once_goes_back_and_is_one_step() {
    let mut s = with_picture("Material");
    let sliders = [
        "Height",
        "Detail",
        "Occlusion",
        "Roughness",
        "Variation",
        "Metalness",
        "Even light",
        "Light scale",
    ];
    for name in sliders {
        let before = doc(&s).material.clone();
        s.drag_slider(name, 112.0, 0.35, 0.9);
        assert_ne!(doc(&s).material, before, "{name}");
        let Work::Spaces(look) = &shown(&s).work else {
            panic!("a look")
        };
        let SpacesShow::Material { settings, .. } = &look.show else {
            panic!("a material")
        };
        assert_eq!(*settings, doc(&s).material, "{name} is seen");
        s.click(&format!("Reset {name}"));
        assert_eq!(doc(&s).material, before, "{name}");
        assert_eq!(labels(&s).last().unwrap(), name);
    }
    s.drag_slider("Height", 112.0, 0.35, 0.9);
    s.drag_slider("Metalness", 112.0, 0.1, 0.9);
    let steps = labels(&s).len();
    s.command(Command::ResetSliders);
    assert_eq!(doc(&s).material, Default::default());
    assert_eq!(labels(&s).len(), steps + 1);
    s.command(Command::Undo);
    assert!(doc(&s).material.metalness > 0.5);
}

#[test]
fn a_slider_moves_by_keys_and_while_it_is_dragged_only_one_look_is_on_its_way() {
    let mut s = with_picture("Material");
    let slider = s.window.get_by_role_and_label(Role::Slider, "Roughness");
    slider.focus();
    s.settle();
    s.window.key_press(egui::Key::ArrowRight);
    s.settle();
    assert!(doc(&s).material.roughness > 0.55);
    let before = looks(&s);
    s.drag_slider("Height", 112.0, 0.3, 0.8);
    let asked = looks(&s) - before;
    assert!((1..=6).contains(&asked), "{asked} looks");
}

#[test]
fn the_lamp_follows_sliders_and_the_hand_and_is_no_step() {
    let mut s = with_picture("Material");
    let steps = labels(&s).len();
    let before = shown(&s).picture.clone();
    s.drag_slider("Lamp side", 112.0, 0.3, 0.9);
    assert!(view(&s).lamp[0] > 40.0);
    assert!(shown(&s).picture != before);
    let rect = s
        .window
        .get_by_role_and_label(Role::Image, "Material")
        .rect();
    let lamp = view(&s).lamp;
    s.window.drag_at(rect.center());
    s.window.run_steps(2);
    s.window.hover_at(rect.center() + egui::vec2(-50.0, 30.0));
    s.window.run_steps(2);
    s.window.drop_at(rect.center() + egui::vec2(-50.0, 30.0));
    s.settle();
    let moved = view(&s).lamp;
    assert!(moved[0] < lamp[0] - 10.0 && moved[1] < lamp[1] - 5.0);
    assert_eq!(labels(&s).len(), steps);
}

#[test]
fn it_is_put_on_four_bodies_tiled_and_shown_map_by_map() {
    let mut s = with_picture("Material");
    for (button, wanted) in [
        ("Cube", Body::Cube),
        ("Plane", Body::Plane),
        ("Cloth", Body::Cloth),
        ("Sphere", Body::Sphere),
    ] {
        s.click(button);
        let MaterialView::Lit { body, .. } = view_of(shown(&s)) else {
            panic!("lit")
        };
        assert_eq!(body, wanted);
    }
    s.drag_slider("Tiling", 112.0, 0.3, 0.9);
    let MaterialView::Lit { tiles, .. } = view_of(shown(&s)) else {
        panic!("lit")
    };
    assert!(tiles > 4.0);
    for (button, wanted) in [
        ("Base colour", Map::Base),
        ("Height map", Map::Height),
        ("Roughness map", Map::Roughness),
        ("Occlusion map", Map::Occlusion),
        ("Normal map", Map::Normal),
    ] {
        s.click(button);
        assert_eq!(view_of(shown(&s)), MaterialView::Map(wanted), "{button}");
        s.window.get_by_role_and_label(Role::Image, "Map");
    }
    s.click("Lit");
    s.window.get_by_role_and_label(Role::Image, "Material");
}

#[test]
fn maps_go_where_and_as_they_were_asked_for() {
    let mut s = with_picture("Material");
    s.drag_slider("Height", 112.0, 0.3, 0.9);
    s.window.get_by_label("Program").click();
    s.settle();
    s.click("Unreal");
    s.click("Export maps…");
    let what = SpacesExport::Maps {
        convention: Convention::Unreal,
        replace: false,
    };
    let Some(Pick::Spaces { what: asked, name }) = s.asked.borrow().picks.last().cloned() else {
        panic!("a folder is asked for")
    };
    assert_eq!((asked, name.as_str()), (what, "meadow"));
    let to = s.folder.path().join("maps");
    s.window.state_mut().act(Action::SpacesWrite {
        what,
        to: to.clone(),
    });
    s.settle();
    let job = files(&s).pop().unwrap();
    let SurfaceKind::Material {
        settings,
        folder,
        name,
        convention,
        shapes,
        ..
    } = job.kind
    else {
        panic!("a material")
    };
    assert_eq!(settings, doc(&s).material);
    assert_eq!((folder, name.as_str()), (to, "meadow"));
    assert_eq!((convention, shapes.len()), (Convention::Unreal, 0));
    assert!(!job.replace && job.photo_credit);
    assert_eq!(s.toasts().last().unwrap(), "Saved 2 files");
    s.window
        .get_by_label("Replace files that are there")
        .click();
    s.settle();
    s.click("Cube .glb…");
    let last = s.asked.borrow().picks.last().cloned();
    let Some(Pick::Spaces { what, .. }) = last else {
        panic!("a folder is asked for")
    };
    let wanted = SpacesExport::Shape {
        shape: Shape::Cube,
        convention: Convention::Unreal,
        replace: true,
    };
    assert_eq!(what, wanted);
}

#[test]
fn edges_are_as_found_or_as_said_and_saving_says_where_the_files_are() {
    let mut s = with_picture("Material");
    s.window.get_by_label_contains("1 is seamless");
    s.click("Both");
    assert_eq!(doc(&s).material.seamless, Some([true; 2]));
    s.click("As found");
    assert_eq!(doc(&s).material.seamless, None);
    s.command(Command::SaveAs);
    assert!(s.titles().is_empty());
    assert!(
        s.toasts().last().unwrap().contains("foot of the panel"),
        "{:?}",
        s.toasts()
    );
}

#[test]
fn a_material_is_saved_to_the_gallery_and_opens_again_with_its_settings() {
    let mut s = with_picture("Material");
    s.drag_slider("Metalness", 112.0, 0.1, 0.9);
    let settings = doc(&s).material.clone();
    // Names aren't written into recipes unless one wants them.
    let source = doc(&s).source.as_ref().unwrap().sha256.clone();
    let count = s.window.state().state.gallery.entries.len();
    s.click("Save to gallery");
    s.settle();
    s.settle();
    assert_eq!(s.window.state().state.gallery.entries.len(), count + 1);
    s.command(Command::ResetSliders);
    s.click("Wall");
    assert_ne!(doc(&s).material, settings);
    open_newest_again(&mut s);
    assert_eq!(doc(&s).mode, SpacesMode::Material);
    assert_eq!(doc(&s).material, settings);
    assert_eq!(doc(&s).source.as_ref().unwrap().sha256, source);
}
