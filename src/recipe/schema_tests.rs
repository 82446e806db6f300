use proptest::prelude::*;
use serde_json::{Value, json};

use super::check::check;
use super::*;
use crate::recipe::*;

fn source(name: &str) -> SourceRef {
    SourceRef {
        sha256: "00".repeat(32),
        name: name.into(),
        path: format!("/home/ada/{name}"),
        artist: "Ada".into(),
        licence: "CC0".into(),
    }
}

fn recipe(making: Making) -> Recipe {
    Recipe {
        version: UNFINISHED_VERSION,
        software: "Limner 0.1.0".into(),
        created: "2026-11-25T02:18:58Z".into(),
        device: "cpu avx2".into(),
        making,
        models: vec![ModelRef {
            name: "fruit".into(),
            sha256: "ab".repeat(32),
        }],
        sources: vec![source("a.jpg")],
        resolved_ws: Some(vec![vec![0.25, -1.0]; 3]),
        finish: None,
        extra: Default::default(),
    }
    .versioned()
}

/// One of every kind, with every field that there is.
fn all() -> Vec<Recipe> {
    let mut explore = ExploreParams::new("fruit", u64::MAX);
    explore.mix = Some(StyleMix {
        seed: 7,
        layers: LayerRange { start: 2, end: 5 },
    });
    explore.noise = NoiseMode::Seeded(3);
    explore.edits = vec![DirectionEdit {
        direction: "pca.0".into(),
        sigma: 1.5,
        layers: Some(LayerRange { start: 0, end: 4 }),
    }];
    explore.size = Some([640, 480]);
    let mut stored = ExploreParams::new("fruit", 0);
    stored.origin = LatentOrigin::Ws(vec![vec![0.5; 4]; 3]);
    let mut single = ExploreParams::new("fruit", 0);
    single.origin = LatentOrigin::W(vec![0.5; 4]);
    single.noise = NoiseMode::Off;
    let shapes = vec![
        MaskShape::Fill(1.0),
        MaskShape::Linear {
            from: [0.0, 0.1],
            to: [0.2, 0.3],
        },
        MaskShape::Radial {
            center: [0.5, 0.5],
            radius: 0.2,
            feather: 0.1,
        },
        MaskShape::Stroke(Stroke {
            points: [[0.1, 0.2]].into(),
            radius: 0.1,
            feather: 0.5,
            erase: true,
        }),
    ];
    let layer = |style| StyleLayer {
        style,
        weight: 0.5,
        code: Some(vec![1.0, 2.0]),
        learnt: Some("ab".repeat(32)),
        code_edits: vec![(1, -0.5)],
        mask: Some(
            Mask {
                shapes: shapes.clone(),
                invert: true,
            }
            .into(),
        ),
    };
    let style = StyleParams {
        model: "restyle".into(),
        photo: source("photo.jpg"),
        styles: vec![
            layer(StyleSource::Builtin("nightfall".into())),
            layer(StyleSource::File(source("style.png"))),
        ],
        strength: 1.0,
        brush: 1.0,
        keep_colors: 0.0,
        wrap: Wrap::Tile([true, false]),
    };
    let mut lens = LensParams::new("lens", source("photo.jpg"));
    lens.edits = explore.edits.clone();
    lens.gains = vec![LensGain {
        part: LensPart::Texture,
        gain: 1.5,
    }];
    lens.other = Some(LensOther {
        blend: 0.5,
        ..LensOther::new(source("other.png"))
    });
    lens.mask = Some(
        Mask {
            shapes: shapes.clone(),
            invert: false,
        }
        .into(),
    );
    let walk = WalkParams {
        points: vec![explore.clone(), stored.clone()],
        frames: 24,
        fps: 12.5,
        looped: true,
        path: WalkPath::Spline,
        spans: Vec::new(),
    };
    let timed = WalkParams {
        spans: vec![
            WalkSpan {
                seconds: 1.5,
                easing: Easing::Smooth,
            },
            WalkSpan {
                seconds: 0.5,
                easing: Easing::Linear,
            },
        ],
        ..walk.clone()
    };
    let through_styles = StyleWalkParams {
        points: vec![
            style.clone(),
            StyleParams {
                strength: 0.2,
                ..style.clone()
            },
        ],
        frames: 30,
        fps: 24.0,
        looped: false,
        spans: timed.spans[..1].to_vec(),
    };
    [
        Making::Explore(explore),
        Making::Explore(stored),
        Making::Explore(single),
        Making::Style(style),
        Making::Lens(lens),
        Making::Upscale {
            scale: 4,
            wrap: Wrap::Panorama,
        },
        Making::Material(surface()),
        Making::Hang(surface()),
        Making::Turn(turn(TurnPanorama::Picture(source("a.jpg")))),
        Making::Turn(turn(TurnPanorama::Generated(sphere().into()))),
        Making::Walk(walk),
        Making::Walk(timed),
        Making::StyleWalk(through_styles),
        Making::Imported,
    ]
    .into_iter()
    .chain(grown())
    .chain(closed())
    .map(recipe)
    .chain([finished(), upscaled()])
    .collect()
}

/// A larger picture, of one that was finished.
fn upscaled() -> Recipe {
    let wrap = Wrap::None;
    let mut large = recipe(Making::Upscale { scale: 2, wrap });
    large.set_source_recipe(&finished());
    large
}

fn sphere() -> ExploreParams {
    ExploreParams {
        domain: Domain::Sphere { scale: 1.5 },
        ..ExploreParams::new("cppn", 3)
    }
}

/// A turn in a panorama.
fn turn(panorama: TurnPanorama) -> TurnParams {
    TurnParams {
        panorama,
        size: [1280, 720],
        frames: 480,
        fps: 24.0,
        start: -30.0,
        tilt: 10.0,
        view_angle: 70.0,
        leftwards: true,
    }
}

/// What a surface is made by.
fn surface() -> SurfaceParams {
    let mut settings = serde_json::Map::new();
    settings.insert("mat".into(), json!(2.5));
    SurfaceParams {
        picture: source("a.jpg"),
        settings,
    }
}

#[test]
fn what_older_programs_would_make_otherwise_has_a_version_that_they_refuse() {
    for recipe in all() {
        let old = match &recipe.making {
            Making::Explore(params) => params.domain.is_plane(),
            Making::Material(_) | Making::Hang(_) | Making::Turn(_) | Making::StyleWalk(_) => false,
            Making::Walk(walk) => walk.spans.is_empty(),
            Making::Grow(params) => match params.task {
                GrowTask::FullTurn(_) => false,
                GrowTask::Extend { .. } => params.seamless == [false; 2],
                _ => true,
            },
            making => making.wrap().is_none(),
        };
        let wanted = match (old, &recipe.finish) {
            (false, _) => 3,
            (true, Some(_)) => 2,
            (true, None) => 1,
        };
        assert_eq!(recipe.version, wanted, "{:?}", recipe.making);
        // With a finish, too, and as it is read.
        let json = recipe.clone().finished(recipe.finish.clone()).to_json();
        assert_eq!(Recipe::from_json(&json).unwrap().version, wanted);
    }
    // A wrap or a surface in a recipe that says to be older is none of ours. Tiles of versions
    // before this one are read as they were meant.
    let tile = recipe(closed().remove(0));
    for recipe in all().into_iter().chain([tile]) {
        let mut value: Value = serde_json::from_str(&recipe.to_json()).unwrap();
        value["version"] = json!(1);
        let read = Recipe::from_json(&value.to_string());
        let is_tile = matches!(&recipe.making, Making::Explore(p) if !p.domain.is_plane());
        match (recipe.version, is_tile) {
            (1, _) => assert_eq!(read.unwrap(), recipe),
            (3, true) => assert_eq!(read.unwrap().version, 3),
            _ => assert!(matches!(read, Err(RecipeError::Damaged(_)))),
        }
    }
}

/// A tile and a panorama.
fn closed() -> Vec<Making> {
    let tile = Domain::Torus {
        seamless: [true, false],
        period: 1.5,
        turns: [3, 1],
    };
    let making = |domain| {
        Making::Explore(ExploreParams {
            domain,
            ..ExploreParams::new("cppn", 9)
        })
    };
    [tile, Domain::Sphere { scale: 0.5 }].map(making).into()
}

/// A photo that was finished twice, with every field that there is.
fn finished() -> Recipe {
    let settings = FinishSettings {
        quarter_turns: 1,
        flip: [true, false],
        straighten: -2.5,
        crop: Some([0.1, 0.0, 0.9, 1.0]),
        size: Some([300, 200]),
        curve: vec![[0.0, 0.0], [0.25, 0.5], [1.0, 1.0]],
        grain_seed: u64::MAX,
        ..FinishSettings::default()
    };
    let mut finish = FinishParams::new(source("photo.jpg"), settings);
    finish.before = Some(Box::new(FinishParams::new(
        SourceRef::default(),
        FinishSettings::default(),
    )));
    recipe(Making::Imported).finished(Some(finish))
}

/// One of each task of Grow.
fn grown() -> Vec<Making> {
    let tasks = [
        GrowTask::Vary,
        GrowTask::Tile,
        GrowTask::Extend {
            left: 1,
            top: 0,
            right: 20,
            bottom: 3,
        },
        GrowTask::Fill {
            mask: source("mask.png"),
        },
        GrowTask::FillPainted {
            mask: painted().into(),
        },
        GrowTask::Edit {
            edits: grow_edits(),
        },
        GrowTask::FullTurn(FullTurn {
            fov: Some(140.5),
            horizon: 0.25,
            projection: StripProjection::Equirectangular,
        }),
        GrowTask::FullTurn(FullTurn::default()),
        GrowTask::Shape {
            structure: source("other.png"),
            strength: 0.25,
        },
    ];
    let parent = GrowParams::new(source("photo.jpg"), 3);
    let parents = parent.bred(&GrowParams::new(source("photo.jpg"), 4), 0.5, 9);
    let params = |task| GrowParams {
        task,
        size: Some([320, 200]),
        seamless: [true, false],
        part: Some(GrowPart::Painted(painted().into())),
        others: vec![GrowOther {
            picture: source("second.jpg"),
            weight: 2.0,
            part: Some(GrowPart::Light(source("where.png"))),
        }],
        breed: parents.bred(&parents, 0.25, 1).breed,
        ..GrowParams::new(source("photo.jpg"), u64::MAX)
    };
    tasks.map(|task| Making::Grow(params(task))).into()
}

fn painted() -> Mask {
    Mask {
        shapes: vec![MaskShape::Fill(0.5)],
        invert: true,
    }
}

/// One of each change.
fn grow_edits() -> Vec<GrowEdit> {
    let placement = GrowPlacement {
        by: [-20, 4],
        scale: 0.5,
        flip: true,
        turn: 3,
    };
    let changes = [
        GrowChange::Move(placement),
        GrowChange::Copy(placement),
        GrowChange::Recolour {
            mean: Some([1, 2, 255]),
            gain: [1.0, 0.5, 2.0],
        },
        GrowChange::Remove,
        GrowChange::Paint([9, 0, 200]),
        GrowChange::Sketch(source("sketch.png")),
    ];
    let lasso = || GrowPart::Lasso(vec![[0.0, 0.0], [0.5, 0.0], [0.25, 0.5]]);
    changes
        .map(|change| GrowEdit {
            part: (change != GrowChange::Remove).then(lasso),
            change,
        })
        .into()
}

#[test]
fn every_recipe_fits_the_schema_and_comes_back_the_same() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    for recipe in all() {
        let json = recipe.to_json();
        let value: Value = serde_json::from_str(&json).unwrap();
        check(&schema, &value, &schema, true).unwrap_or_else(|e| panic!("{e}\n{json}"));
        assert_eq!(Recipe::from_json(&json).unwrap(), recipe);
        assert_eq!(Recipe::from_json(&recipe.to_json_pretty()).unwrap(), recipe);
    }
}

#[test]
fn the_schema_refuses_what_is_no_recipe() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let good: Value = serde_json::from_str(&all()[0].to_json()).unwrap();
    for (pointer, bad) in [
        ("/version", json!(4)),
        ("/making/kind", json!("dream")),
        ("/making/origin", json!({"seed": -1})),
        ("/making/size", json!([1, 2, 3])),
        ("/making/edits/0/sigma", json!("much")),
    ] {
        let mut value = good.clone();
        *value.pointer_mut(pointer).unwrap() = bad;
        assert!(check(&schema, &value, &schema, true).is_err(), "{pointer}");
    }
}

#[test]
fn a_finish_of_later_programs_is_refused_wherever_it_stands() {
    for (pointer, version) in [("/finish/version", 7), ("/finish/before/version", 8)] {
        let mut value: Value = serde_json::from_str(&finished().to_json()).unwrap();
        *value.pointer_mut(pointer).unwrap() = json!(version);
        let read = Recipe::from_json(&value.to_string());
        assert_eq!(read, Err(RecipeError::NewerFinish(version)));
    }
    for (pointer, bad) in [
        ("/finish/settings", json!({"vibrance": 1.0})),
        ("/finish/settings/crop", json!([0.0, 1.0])),
        ("/finish/version", json!("1")),
        ("/finish/before/version", Value::Null),
        // What version 1 can't hold.
        ("/version", json!(1)),
    ] {
        let mut value: Value = serde_json::from_str(&finished().to_json()).unwrap();
        *value.pointer_mut(pointer).unwrap() = bad;
        let read = Recipe::from_json(&value.to_string());
        assert!(matches!(read, Err(RecipeError::Damaged(_))), "{pointer}");
    }
    // Older programs go on reading what has no finish.
    assert!(all()[0].to_json().contains("\"version\":1,"));
}

#[test]
fn unknown_fields_are_kept() {
    let mut value: Value = serde_json::from_str(&all()[0].to_json()).unwrap();
    value["mood"] = json!({"calm": 0.5});
    let recipe = Recipe::from_json(&value.to_string()).unwrap();
    let again: Value = serde_json::from_str(&recipe.to_json()).unwrap();
    assert_eq!(again["mood"], json!({"calm": 0.5}));
}

#[test]
fn newer_recipes_and_other_things_are_told_apart() {
    let newer = r#"{"version": 99, "making": {"kind": "telepathy"}}"#;
    assert_eq!(Recipe::from_json(newer), Err(RecipeError::Newer(99)));
    for bad in [
        "",
        "[]",
        "{}",
        "{\"version\": \"x\"}",
        r#"{"version": 1}"#,
        "{\"a\":",
    ] {
        assert!(
            matches!(Recipe::from_json(bad), Err(RecipeError::Damaged(_))),
            "{bad}"
        );
    }
}

#[test]
fn the_short_form_becomes_a_recipe() {
    let r = Recipe::from_json(r#"{"model": "fruit", "seed": 42, "truncation": 0.5}"#).unwrap();
    let Making::Explore(p) = r.making else {
        panic!()
    };
    assert_eq!((p.origin, p.truncation_psi), (LatentOrigin::Seed(42), 0.5));
    assert_eq!(r.version, UNFINISHED_VERSION);
}

#[test]
fn names_of_sources_can_be_left_out() {
    for recipe in all() {
        let json = recipe.without_source_names().to_json();
        assert!(!json.contains("/home/ada") && !json.contains(".jpg") && !json.contains(".png"));
        assert_eq!(
            json.contains(&"00".repeat(32)),
            recipe.to_json().contains(&"00".repeat(32))
        );
    }
}

proptest! {
    #[test]
    fn numbers_come_back_bit_by_bit(bits in prop::collection::vec(any::<u32>(), 0..40), seed: u64) {
        let numbers: Vec<f32> = bits.into_iter().map(f32::from_bits).filter(|f| f.is_finite()).collect();
        let mut r = recipe(Making::Explore(ExploreParams::new("fruit", seed)));
        r.resolved_ws = Some(vec![numbers.clone()]);
        let back = Recipe::from_json(&r.to_json()).unwrap();
        let same = |a: &[f32], b: &[f32]| a.iter().map(|f| f.to_bits()).eq(b.iter().map(|f| f.to_bits()));
        prop_assert!(same(&back.resolved_ws.unwrap()[0], &numbers));
        prop_assert_eq!(back.making, r.making);
    }
}
