//! Recipes that come from outside: their numbers go as far as the sliders do, no farther.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ui_doors;

use limner::app::action::{Action, ViewEdit};
use limner::app::recipes::{bare_recipe, recipe_as_text};
use limner::app::state::AppState;
use limner::app::view::Workspace;
use limner::recipe::{
    DirectionEdit, ExploreParams, LensGain, LensOther, LensParams, LensPart, Making, Mask,
    MaskShape, Recipe, SourceRef, StyleLayer, StyleParams, StyleSource, WalkParams, WalkPath,
    ranges,
};
use ui_doors::{Studio, studio};

fn open(s: &mut Studio<'_>, making: Making) {
    // As text, as a person pastes it.
    let text = bare_recipe(making).to_json();
    s.window.state_mut().act(Action::PasteRecipe(text));
    s.settle();
}

fn state<'a>(s: &'a Studio<'_>) -> &'a AppState {
    &s.window.state().state
}

/// The message about numbers that were out of range, if there is one.
fn told(s: &Studio<'_>) -> Option<String> {
    let toasts = &state(s).toasts;
    let beyond = toasts.iter().find(|t| t.text.contains("beyond"));
    beyond.map(|t| t.text.clone())
}

fn edit(sigma: f32) -> DirectionEdit {
    DirectionEdit {
        direction: "measured.warmth".into(),
        sigma,
        layers: None,
    }
}

fn source(s: &mut Studio<'_>) -> SourceRef {
    s.open_photo("holiday.png");
    state(s).doc.style.photo.clone().unwrap()
}

fn far() -> ExploreParams {
    let mut params = ExploreParams::new("fruit", 7);
    params.truncation_psi = 40.0;
    params.edits = vec![edit(-99.0)];
    params.size = Some([2, 1_000_000]);
    params
}

#[test]
fn a_picture_of_explore_comes_into_range_and_the_user_is_told() {
    let mut s = studio([1280.0, 800.0], egui::Theme::Dark);
    open(&mut s, Making::Explore(far()));
    let now = state(&s).doc.explore.current().unwrap();
    assert_eq!(now.truncation_psi, ranges::PSI.most);
    assert_eq!(now.edits[0].sigma, ranges::SIGMA.least);
    assert_eq!(now.size, Some([*ranges::SIDE.start(), *ranges::SIDE.end()]));
    let words = told(&s).unwrap();
    for name in ["truncation_psi", "sigma", "size"] {
        assert!(words.contains(name), "{words}");
    }
}

#[test]
fn the_points_of_a_walk_come_into_range() {
    let mut s = studio([1280.0, 800.0], egui::Theme::Dark);
    let walk = WalkParams {
        points: vec![far(), ExploreParams::new("fruit", 8)],
        frames: 48,
        fps: 24.0,
        looped: true,
        path: WalkPath::Spline,
        spans: Vec::new(),
    };
    open(&mut s, Making::Walk(walk));
    let kept = &state(&s).doc.explore.timeline.keyframes;
    assert_eq!(kept.len(), 2);
    let limner::app::timeline::document::KeyPicture::Explore(first) = &kept[0].picture else {
        panic!("a generator's keyframe");
    };
    assert_eq!(first.truncation_psi, ranges::PSI.most);
    assert!(told(&s).is_some());
}

#[test]
fn a_stylised_photo_comes_into_range() {
    let mut s = studio([1280.0, 800.0], egui::Theme::Dark);
    let params = StyleParams {
        model: "restyle".into(),
        photo: source(&mut s),
        styles: vec![StyleLayer {
            style: StyleSource::Builtin("weave".into()),
            weight: 12.0,
            code: None,
            learnt: None,
            code_edits: vec![(0, 50.0)],
            mask: Some(
                Mask {
                    shapes: vec![MaskShape::Fill(-3.0)],
                    invert: false,
                }
                .into(),
            ),
        }],
        strength: 9.0,
        brush: 0.0,
        keep_colors: -1.0,
        wrap: limner::recipe::Wrap::None,
    };
    open(&mut s, Making::Style(params));
    let doc = &state(&s).doc.style;
    assert_eq!(doc.strength, ranges::STRENGTH.most);
    assert_eq!(doc.brush, ranges::BRUSH.least);
    assert_eq!(doc.keep_colors, 0.0);
    let layer = &doc.styles[0];
    assert_eq!(layer.weight, 1.0);
    assert_eq!(layer.code_edits, [(0, ranges::CODE_SIGMA.most)]);
    assert_eq!(layer.mask.as_ref().unwrap().shapes, [MaskShape::Fill(0.0)]);
    assert!(told(&s).is_some());
}

#[test]
fn a_changed_photo_comes_into_range_and_lens_is_in_front() {
    let mut s = studio([1280.0, 800.0], egui::Theme::Dark);
    let mut params = LensParams::new("lens", source(&mut s));
    params.edits = vec![edit(30.0)];
    params.gains = vec![LensGain {
        part: LensPart::Texture,
        gain: 100.0,
    }];
    params.other = Some(LensOther {
        blend: 7.0,
        ..LensOther::new(params.photo.clone())
    });
    open(&mut s, Making::Lens(params));
    assert_eq!(state(&s).view.workspace, Workspace::Lens);
    let now = state(&s).doc.lens.params().unwrap();
    // Farther than its slider shows, which leaves it alone until it is moved.
    assert_eq!(now.edits[0].sigma, ranges::SIGMA.most);
    assert_eq!(now.gain(LensPart::Texture), ranges::GAIN.most);
    assert_eq!(now.other.unwrap().blend, 1.0);
    assert!(told(&s).is_some());
}

#[test]
fn a_recipe_in_range_is_opened_as_it_is_without_a_word() {
    let mut s = studio([1280.0, 800.0], egui::Theme::Dark);
    let mut params = ExploreParams::new("fruit", 7);
    params.truncation_psi = -1.0;
    params.edits = vec![edit(3.5)];
    open(&mut s, Making::Explore(params.clone()));
    assert_eq!(state(&s).doc.explore.current(), Some(&params));
    assert_eq!(told(&s), None);
}

/// The short form that people write by hand.
#[test]
fn model_and_seed_alone_can_be_pasted() {
    let mut s = studio([1280.0, 800.0], egui::Theme::Dark);
    let text = r#"{"model": "fruit", "seed": 42, "truncation": 0.5}"#;
    assert!(Recipe::from_json(text).is_ok());
    s.window
        .state_mut()
        .act(Action::PasteRecipe(text.to_owned()));
    s.settle();
    assert_eq!(state(&s).doc.explore.seed(), Some(42));
}

#[test]
fn a_network_that_is_another_version_now_is_told() {
    let mut s = studio([1280.0, 800.0], egui::Theme::Dark);
    let here = "ab".repeat(32);
    let cases = [
        ("fruit", "cd".repeat(32), true),
        ("fruit", here.clone(), false),
        // Recipes that people write by hand.
        ("fruit", String::new(), false),
        ("restyle", "cd".repeat(32), true),
        ("lens", "cd".repeat(32), true),
    ];
    let photo = source(&mut s);
    for (name, sha256, differs) in cases {
        let mut recipe = bare_recipe(match name {
            "fruit" => Making::Explore(ExploreParams::new("fruit", 7)),
            "lens" => Making::Lens(LensParams::new("lens", photo.clone())),
            _ => {
                let json = serde_json::json!({ "model": "restyle", "photo": photo, "styles": [],
                    "strength": 1.0, "brush": 1.0, "keep_colors": 0.0 });
                Making::Style(serde_json::from_value(json).unwrap())
            }
        });
        let name = name.to_owned();
        recipe.models = vec![limner::recipe::ModelRef { name, sha256 }];
        s.dismiss_toasts();
        s.window
            .state_mut()
            .act(Action::OpenRecipe(Box::new(recipe.clone())));
        s.settle();
        let told = s.toasts().iter().any(|t| t.contains("another version"));
        assert_eq!(told, differs, "{recipe:?}");
    }
}

/// A picture that was upscaled before it was ever saved: what made it is still known.
#[test]
fn the_recipe_of_an_upscaled_picture_leads_to_the_picture_before() {
    let mut s = studio([1280.0, 800.0], egui::Theme::Dark);
    let wrap = limner::recipe::Wrap::None;
    let mut large = bare_recipe(Making::Upscale { scale: 2, wrap });
    let open = |s: &mut Studio<'_>, recipe: &Recipe| {
        s.window
            .state_mut()
            .act(Action::OpenRecipe(Box::new(recipe.clone())));
        s.settle();
    };
    open(&mut s, &large);
    assert!(s.toasts().iter().any(|t| t.contains("no settings")));
    s.dismiss_toasts();
    let params = ExploreParams::new("fruit", 4711);
    large.set_source_recipe(&bare_recipe(Making::Explore(params)));
    // As a file has it.
    let large = Recipe::from_json(&large.to_json()).unwrap();
    assert_eq!(
        large.version,
        limner::recipe::UNFINISHED_VERSION,
        "old readers read it"
    );
    open(&mut s, &large);
    assert_eq!(state(&s).doc.explore.seed(), Some(4711));
    assert!(
        s.toasts()
            .iter()
            .any(|t| t.contains("before it was upscaled"))
    );
}

#[test]
fn a_copied_recipe_has_the_size_and_strokes_of_its_picture_and_brings_them_back() {
    for (quality, side) in [("Fast", Some(1024)), ("Fast", None), ("Fine", Some(1024))] {
        let mut s = ui_doors::in_style([1280.0, 1040.0]);
        s.open_photo("holiday.png");
        s.click("Style Embers");
        s.click(quality);
        let size = |side| Action::View(ViewEdit::StyleSide(side));
        s.window.state_mut().act(size(side));
        s.settle();
        let text = recipe_as_text(state(&s)).unwrap();
        let recipe = Recipe::from_json(&text).unwrap();
        assert_eq!(recipe.has_strokes_of_every_size(), quality == "Fast");
        s.window.state_mut().act(size(Some(300)));
        s.window.state_mut().act(Action::PasteRecipe(text));
        s.settle();
        assert_eq!(state(&s).view.style_side, side, "{quality}");
    }
}
