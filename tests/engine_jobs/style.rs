//! Photos that get a style.

use super::*;
use limner::export::WriteOptions;
use limner::export::format::Format;
use limner::recipe::Wrap;

#[test]
fn a_photo_is_stylised_and_its_recipe_gives_the_same_pixels() {
    let mut fixture = Fixture::new();
    let params = params(
        fixture.photo("photo.jpg", 300, 200),
        vec![style(fixture.photo("style.png", 90, 120))],
    );
    let job = Job::Stylize(Arc::new(params.clone()), StylizeOptions::default());
    let (made, recipe) = fixture.picture(job);
    assert_eq!(made.size(), [300, 200]);
    let original = limner::photo::read(&fixture.path("photo.jpg")).unwrap();
    assert!(within(&made, &original.picture, 0.5) > 5, "it changed");
    assert_eq!(recipe.models[0].name, "restyle");
    assert_eq!(recipe.sources.len(), 2);
    // The style's file may go: its code is in the recipe.
    fs::remove_file(fixture.path("style.png")).unwrap();
    let recipe = Recipe::from_json(&recipe.to_json()).unwrap();
    let (again, _) = fixture.picture(Job::Replay(Box::new(recipe.clone())));
    assert_eq!(again, made);
    // A photo that has changed is told, not silently used.
    photo(&fixture.path("photo.jpg"), 301, 200);
    let error = fixture.job(Job::Replay(Box::new(recipe))).unwrap_err();
    assert!(error.to_string().contains("has changed"), "{error}");
}

#[test]
fn tiles_cannot_be_seen() {
    let mut fixture = Fixture::new();
    let mut params = params(
        fixture.photo("photo.png", 560, 400),
        vec![style(fixture.photo("style.png", 90, 120))],
    );
    params.brush = 0.5; // The network works on 1120 x 800.
    let mut make = |tile| {
        let options = StylizeOptions {
            tile: Some(tile),
            ..StylizeOptions::default()
        };
        fixture
            .picture(Job::Stylize(Arc::new(params.clone()), options))
            .0
    };
    let whole = make(4096);
    for tile in [128, 300] {
        assert!(within(&make(tile), &whole, 0.999) <= 1, "{tile}");
    }
}

#[test]
fn preview_and_export_look_alike() {
    let mut fixture = Fixture::new();
    let params = Arc::new(params(
        fixture.photo("photo.png", 1200, 800),
        vec![style(fixture.photo("style.png", 90, 120))],
    ));
    let job = Job::Stylize(params.clone(), StylizeOptions::default());
    let (large, _) = fixture.picture(job);
    let preview = fixture
        .preview(Work::Style(params), Tier::Full(400))
        .unwrap();
    assert_eq!(preview.size(), [400, 267]);
    let shrunk = image::imageops::resize(
        &image::RgbaImage::from_raw(1200, 800, large.rgba().to_vec()).unwrap(),
        400,
        267,
        image::imageops::FilterType::Triangle,
    );
    let shrunk = Picture::from_rgba(400, 267, shrunk.into_raw()).unwrap();
    assert!(within(&preview, &shrunk, 0.9) <= 12);
}

#[test]
fn strength_masks_and_weights_decide() {
    let mut fixture = Fixture::new();
    let photo = fixture.photo("photo.png", 200, 160);
    let original = limner::photo::read(&fixture.path("photo.png"))
        .unwrap()
        .picture;
    let styles = [
        fixture.photo("a.png", 90, 120),
        fixture.photo("b.png", 50, 60),
    ]
    .map(style);
    let mut show = |change: &dyn Fn(&mut StyleParams)| {
        let mut params = params(photo.clone(), styles.to_vec());
        change(&mut params);
        fixture
            .preview(Work::Style(Arc::new(params)), Tier::Full(200))
            .unwrap()
    };
    let both = show(&|_| {});
    assert_eq!(show(&|p| p.strength = 0.0), original);
    assert_eq!(show(&|p| p.styles.clear()), original);
    assert_ne!(show(&|p| p.styles[0].weight = 0.1), both);
    assert_ne!(show(&|p| p.keep_colors = 1.0), both);
    let left = Mask {
        shapes: vec![MaskShape::Linear {
            from: [0.5, 0.0],
            to: [0.4, 0.0],
        }],
        invert: false,
    };
    let masked = show(&|p| {
        p.styles
            .iter_mut()
            .for_each(|s| s.mask = Some(left.clone().into()))
    });
    let column = |p: &Picture, x: usize| p.rgba()[(80 * 200 + x) * 4..][..4].to_vec();
    assert_eq!(column(&masked, 150), column(&original, 150));
    assert_ne!(column(&masked, 20), column(&original, 20));
}

/// Networks for any style that came in from elsewhere: a picture or a style that ships
/// is their style, tiles can't be seen (of a photo whose statistics come from all its pixels), the
/// recipe brings the pixels back.
#[test]
fn imported_networks_for_any_style_work_like_the_own_one() {
    let mut fixture = Fixture::new();
    let photo = fixture.photo("photo.jpg", 480, 360);
    let look = fixture.photo("look.png", 120, 90);
    for name in ["adain", "microast"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/import");
        limner::import::import(&from.join(name), &fixture.path("models"), None).unwrap();
        fixture.engine.send(Request::Rescan).unwrap();
        fixture.engine.run();
        let mut params = params(photo.clone(), vec![style(look.clone())]);
        params.model = name.into();
        let options = StylizeOptions::default();
        let job = |params: &StyleParams, options| Job::Stylize(Arc::new(params.clone()), options);
        let (whole, recipe) = fixture.picture(job(&params, options));
        assert!(recipe.models.iter().any(|m| m.name == name));
        let tiled = StylizeOptions {
            tile: Some(160),
            ..options
        };
        let (pieces, _) = fixture.picture(job(&params, tiled));
        assert!(within(&whole, &pieces, 1.0) <= 1);
        let (again, _) = fixture.picture(Job::Replay(Box::new(recipe)));
        assert_eq!(whole, again);
        let work = Work::Style(Arc::new(params.clone()));
        let preview = fixture.preview(work, Tier::Full(480)).unwrap();
        assert!(within(&whole, &preview, 0.99) <= 2);
        params.strength = 0.5;
        let (half, _) = fixture.picture(job(&params, options));
        assert!(within(&whole, &half, 0.5) > 2, "strength decides");
        params.styles[0].code = Some(vec![0.1; 73]);
        let refused = fixture.job(job(&params, options)).unwrap_err().to_string();
        assert!(refused.contains("another network"), "{refused}");
    }
}

#[test]
fn the_estimate_names_size_and_tiles_and_refusals_say_what_to_do() {
    let mut fixture = Fixture::new();
    let params = Arc::new(params(fixture.photo("photo.png", 900, 600), vec![]));
    let options = StylizeOptions {
        max_side: Some(450),
        ..StylizeOptions::default()
    };
    let ask = |fixture: &mut Fixture, params: &Arc<StyleParams>, options| {
        fixture
            .engine
            .send(Request::Estimate {
                seq: 5,
                params: params.clone(),
                rendering: Rendering::Fast(options),
            })
            .unwrap();
        fixture.engine.run()
    };
    let events = ask(&mut fixture, &params, options);
    let estimate = events.iter().find_map(|e| match e {
        Event::Estimate { seq: 5, estimate } => Some(*estimate),
        _ => None,
    });
    let estimate = estimate.unwrap();
    assert_eq!(estimate.size, [450, 300]);
    assert!(estimate.memory > 1 << 20 && estimate.time > Duration::ZERO);
    let tight = StylizeOptions {
        memory_budget: 1 << 20,
        ..options
    };
    let styled = StyleParams {
        styles: vec![style(fixture.photo("s.png", 30, 30))],
        ..params.as_ref().clone()
    };
    let error = fixture
        .job(Job::Stylize(Arc::new(styled), tight))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("not enough memory") && error.contains("smaller size"),
        "{error}"
    );
    let mut missing = params.as_ref().clone();
    missing.photo.path = fixture.path("gone.png").display().to_string();
    missing.photo.sha256.clear();
    let events = ask(&mut fixture, &Arc::new(missing), options);
    assert!(
        events
            .iter()
            .any(|e| matches!(e, Event::EstimateFailed { .. }))
    );
}

#[test]
fn a_folder_skips_what_is_broken_and_goes_on_where_it_stopped() {
    let mut fixture = Fixture::new();
    let photos: Vec<PathBuf> = ["one.jpg", "two.png"]
        .map(|name| photo(&fixture.path(name), 80, 60))
        .to_vec();
    let broken = fixture.path("broken.jpg");
    fs::write(&broken, b"\xff\xd8\xff\xe0 no more").unwrap();
    let photos = vec![photos[0].clone(), broken.clone(), photos[1].clone()];
    let style = style(fixture.photo("style.png", 40, 40));
    let out = fixture.path("out");
    let job = Job::StylizeFolder(Box::new(FolderJob {
        photos,
        params: Arc::new(params(fixture.photo("any.png", 8, 8), vec![style])),
        panoramas: true,
        options: StylizeOptions::default(),
        fine: None,
        out: out.clone(),
        writing: Writing::new(WriteOptions::new(Format::Png)),
    }));
    let run = |fixture: &mut Fixture| match fixture.job(job.clone()).unwrap() {
        Output::Folder {
            written,
            kept,
            skipped,
        } => (written, kept, skipped),
        other => panic!("{other:?}"),
    };
    let (written, kept, skipped) = run(&mut fixture);
    assert_eq!(written, [out.join("one.png"), out.join("two.png")]);
    assert!(kept.is_empty());
    assert_eq!(skipped.len(), 1);
    assert_eq!(skipped[0].0, broken);
    let found = limner::export::metadata::read(&written[0]).unwrap();
    assert!(found.recipe.is_some() && found.source_type.is_some());
    fs::remove_file(&written[1]).unwrap();
    let (written, kept, _) = run(&mut fixture);
    assert_eq!((written.len(), kept.len()), (1, 1));
}

#[test]
fn a_folder_skips_photos_that_the_settings_do_not_suit() {
    let mut fixture = Fixture::new();
    engine_files::vgg19(&fixture.path("models"));
    fixture.restart();
    let photos = [("a.png", 80, 60), ("b.png", 160, 80), ("c.png", 60, 6)];
    let photos = photos.map(|(name, w, h)| photo(&fixture.path(name), w, h));
    let layer = style(fixture.photo("style.png", 40, 40));
    let fine = FineOptions {
        effort: Effort::Steps(1),
        ..FineOptions::default()
    };
    // The first doesn't suit either; what suits it is made.
    for (wrap, fine, made) in [
        (Wrap::Panorama, None, "b.png"),
        (Wrap::None, Some(fine), "a.png"),
    ] {
        let (first, others): (Vec<PathBuf>, _) =
            photos.iter().cloned().partition(|at| !at.ends_with(made));
        let out = fixture.path(made).with_extension("out");
        let run = |fixture: &mut Fixture| {
            let job = FolderJob {
                photos: first.iter().chain(&others).cloned().collect(),
                params: Arc::new(StyleParams {
                    wrap,
                    ..params(SourceRef::default(), vec![layer.clone()])
                }),
                panoramas: true,
                options: StylizeOptions::default(),
                fine: fine.clone(),
                out: out.clone(),
                writing: Writing::new(WriteOptions::new(Format::Png)),
            };
            match fixture.job(Job::StylizeFolder(Box::new(job))).unwrap() {
                Output::Folder {
                    written, skipped, ..
                } => (written, skipped),
                other => panic!("{other:?}"),
            }
        };
        let (written, skipped) = run(&mut fixture);
        assert!(written.contains(&out.join(made)), "{wrap:?}: {skipped:?}");
        assert!(!skipped.is_empty());
        let (written, again) = run(&mut fixture);
        assert_eq!((written.len(), again), (0, skipped));
    }
}
