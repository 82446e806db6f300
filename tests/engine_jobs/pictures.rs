//! Generated pictures, walks, enlarging, projecting, opening.

use limner::recipe::NoiseMode;

use super::*;

#[test]
fn generators_render_and_recipes_bring_the_pixels_back() {
    let mut fixture = Fixture::new();
    for model in ["cppn", "flowers"] {
        let mut params = ExploreParams::new(model, 85);
        if model == "cppn" {
            params.size = Some([96, 64]);
        }
        let (made, recipe) = fixture.picture(Job::Render(Arc::new(params.clone())));
        let (again, _) = fixture.picture(Job::Replay(Box::new(recipe.clone())));
        assert_eq!(made, again);
        let preview = fixture
            .preview(Work::Explore(Arc::new(params)), Tier::Full(8))
            .unwrap();
        assert!(preview.width().max(preview.height()) <= 8);
        let mut newer = recipe.clone();
        newer.version = limner::recipe::RECIPE_VERSION + 1;
        let error = fixture.job(Job::Replay(Box::new(newer))).unwrap_err();
        assert!(error.to_string().contains("newer Limner"), "{error}");
        let mut other = recipe.clone();
        other.models[0].sha256 = "0".repeat(64);
        let error = fixture.job(Job::Replay(Box::new(other))).unwrap_err();
        assert!(error.to_string().contains("another version"), "{error}");
        let mut gone = recipe;
        gone.models[0].name = "nobody".into();
        let error = fixture.job(Job::Replay(Box::new(gone))).unwrap_err();
        assert_eq!(error, EngineError::NoModel("nobody".into()));
    }
}

#[test]
fn directions_are_found_once_and_kept_for_the_next_start() {
    let mut fixture = Fixture::new();
    let find = |fixture: &mut Fixture| match fixture.job(Job::Directions {
        model: "flowers".into(),
    }) {
        Ok(Output::Directions { directions, .. }) => directions,
        other => panic!("{other:?}"),
    };
    let found = find(&mut fixture);
    assert!(found.iter().any(|d| d.id == "pca.0"));
    let mut params = ExploreParams::new("flowers", 3);
    params.edits.push(DirectionEdit {
        direction: "pca.0".into(),
        sigma: 2.0,
        layers: None,
    });
    let (made, recipe) = fixture.picture(Job::Render(Arc::new(params)));
    assert!(recipe.resolved_ws.is_some());
    // Another start: from the cache, no sampling.
    fixture.engine = LocalEngine::new(
        EngineConfig {
            model_dirs: vec![fixture.path("models")],
            cache_dir: Some(fixture.path("cache")),
            ..EngineConfig::default()
        },
        Arc::new(|| {}),
    );
    let start = Instant::now();
    assert_eq!(find(&mut fixture), found);
    assert!(start.elapsed() < Duration::from_secs(1));
    // The recipe needs no directions at all.
    fs::remove_dir_all(fixture.path("cache")).unwrap();
    let (again, _) = fixture.picture(Job::Replay(Box::new(recipe)));
    assert_eq!(again, made);
}

fn walk(params: &WalkParams, out: &std::path::Path) -> Job {
    Job::Walk(Box::new(FilmJob {
        params: params.clone().into(),
        max_side: 64,
        enlarge: 1,
        enlarger: None,
        file: FilmFile::named(out.to_path_buf()).unwrap(),
    }))
}

#[test]
fn a_walk_becomes_an_animation_and_a_cancelled_one_nothing() {
    let mut fixture = Fixture::new();
    let params = WalkParams {
        points: [1, 2, 3]
            .map(|seed| ExploreParams::new("flowers", seed))
            .to_vec(),
        frames: 9,
        fps: 10.0,
        looped: true,
        path: WalkPath::Spherical,
        spans: Vec::new(),
    };
    for name in ["walk.gif", "walk.png"] {
        let out = fixture.path(name);
        let job = walk(&params, &out);
        fixture.job(job).unwrap();
        let opened = limner::photo::read(&out).unwrap();
        assert_eq!(opened.picture.size(), [16, 24]);
        assert!(opened.notes.iter().any(|n| n.contains("first frame")));
        let found = limner::export::metadata::read(&out).unwrap();
        assert!(found.recipe.is_some(), "{name}");
    }
    let out = fixture.path("stopped.gif");
    let params = WalkParams {
        frames: 5000,
        ..params
    };
    let job = walk(&params, &out);
    let id = JobId(99);
    let (engine, events) = Engine::spawn(
        EngineConfig {
            model_dirs: vec![fixture.path("models")],
            cache_dir: None,
            ..EngineConfig::default()
        },
        Arc::new(|| {}),
    )
    .unwrap();
    engine.send(Request::Job { id, job }).unwrap();
    while !matches!(events.recv().unwrap(), Event::Progress { done: 1.., .. }) {}
    let start = Instant::now();
    engine.send(Request::Cancel(id)).unwrap();
    loop {
        if let Event::Done { result, .. } = events.recv().unwrap() {
            assert_eq!(result.unwrap_err(), EngineError::Cancelled);
            break;
        }
    }
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
    assert!(!out.exists());
    let parts = fs::read_dir(fixture.folder.path()).unwrap();
    assert!(
        parts
            .flatten()
            .all(|f| !f.file_name().to_string_lossy().ends_with(".part"))
    );
}

#[test]
fn pictures_are_enlarged_with_their_transparency() {
    let mut fixture = Fixture::new();
    let mut pixels = engine_files::pixels(70, 50);
    pixels.put_pixel(3, 4, image::Rgba([9, 9, 9, 0]));
    let path = fixture.path("small.png");
    pixels.save(&path).unwrap();
    for scale in [2, 4] {
        let (large, recipe) = fixture.picture(Job::Upscale {
            path: path.clone(),
            scale,
            model: None,
            wrap: None,
        });
        assert_eq!(large.size(), [70 * scale, 50 * scale]);
        let alpha = |x: u32, y: u32| large.rgba()[((y * 70 * scale + x) * 4 + 3) as usize];
        assert_eq!((alpha(3 * scale, 4 * scale), alpha(0, 0)), (0, 255));
        let (again, _) = fixture.picture(Job::Replay(Box::new(recipe)));
        assert_eq!(again, large);
    }
    let error = fixture
        .job(Job::Upscale {
            path,
            scale: 3,
            model: None,
            wrap: None,
        })
        .unwrap_err();
    assert!(error.to_string().contains("2 or 4"), "{error}");
}

/// Networks of the ESRGAN family as they are imported, over pictures of several tiles and of
/// sides that are no multiple of theirs.
#[test]
fn imported_networks_enlarge_in_tiles_as_in_one_piece() {
    let mut fixture = Fixture::new();
    for (file, scale, size) in [
        ("rrdb_x4.pth", 4, [171, 30]),
        ("rrdb_x8_first.pth", 8, [91, 17]),
        ("rrdb_unshuffle2.pth", 2, [331, 21]),
        ("srvgg_x2.pth", 2, [17, 333]),
    ] {
        let golden = engine_files::repository("tests/golden/import/upscaler").join(file);
        let name = file.split('.').next().unwrap().replace('_', "-");
        let models = fixture.path("models");
        limner::import::import(&golden, &models, Some(&name)).unwrap();
        fixture.engine.send(Request::Rescan).unwrap();
        fixture.engine.run();
        let [width, height] = size;
        let path = fixture.path(&format!("{name}.png"));
        let mut pixels = engine_files::pixels(width, height);
        pixels.put_pixel(3, 4, image::Rgba([9, 9, 9, 0]));
        pixels.save(&path).unwrap();
        let upscale = |scale| Job::Upscale {
            path: path.clone(),
            scale,
            model: Some(name.clone()),
            wrap: None,
        };
        let (large, recipe) = fixture.picture(upscale(scale));
        assert_eq!(large.size(), [width * scale, height * scale], "{file}");
        assert_eq!(recipe.models.len(), 1);
        assert_eq!(
            (
                recipe.models[0].name.as_str(),
                recipe.models[0].sha256.len()
            ),
            (&*name, 64)
        );
        let alpha = |x: u32, y: u32| large.rgba()[((y * width * scale + x) * 4 + 3) as usize];
        assert_eq!((alpha(3 * scale, 4 * scale), alpha(0, 0)), (0, 255));
        let whole = whole(&models, &name, &pixels, scale);
        let apart = large.rgba().iter().zip(&whole).map(|(a, b)| a.abs_diff(*b));
        // Where the picture was made to fit, what lies beyond its border may be seen.
        let inside = apart.max().unwrap();
        assert!(inside <= 1, "{file}: {inside}");
        let (again, _) = fixture.picture(Job::Replay(Box::new(recipe)));
        assert_eq!(again, large, "{file}");
        // What it would take is said beforehand.
        let estimate = Job::UpscaleEstimate {
            path: path.clone(),
            scale,
            model: Some(name.clone()),
        };
        let Output::Estimate(told) = fixture.job(estimate).unwrap() else {
            panic!("an estimate");
        };
        assert_eq!(told.size, large.size());
        assert!(
            told.tiles > 1 && told.time > Duration::ZERO && told.memory > 0,
            "{told:?}"
        );
        if scale > 2 {
            // A smaller one is the large one's mean.
            let (half, _) = fixture.picture(upscale(2));
            assert_eq!(half.size(), [width * 2, height * 2], "{file}");
            let mean = |p: &Picture| {
                let sum: u64 = p
                    .rgba()
                    .as_chunks::<4>()
                    .0
                    .iter()
                    .map(|[r, ..]| u64::from(*r))
                    .sum();
                sum as f64 / (p.rgba().len() / 4) as f64
            };
            assert!((mean(&half) - mean(&large)).abs() < 0.6, "{file}");
        }
        let error = fixture.job(upscale(3)).unwrap_err().to_string();
        assert!(error.contains(&format!("{scale} times, not 3")), "{error}");
    }
    // Limner's own stays the one for those who name none.
    let path = fixture.path("srvgg-x2.png");
    let (_, recipe) = fixture.picture(Job::Upscale {
        path,
        scale: 2,
        model: None,
        wrap: None,
    });
    assert_eq!(recipe.models[0].name, "crisp");
}

/// The picture through the network at once, its right and lower border repeated to fit.
fn whole(models: &Path, name: &str, pixels: &image::RgbaImage, scale: u32) -> Vec<u8> {
    use candle_core::{Device, Tensor};
    let mut registry = limner::models::Registry::open(vec![models.into()], None, Device::Cpu);
    let net = registry.upscaler(name).unwrap();
    let (width, height) = pixels.dimensions();
    let step = net.multiple() as u32;
    let [w, h] = [width, height].map(|s| s.next_multiple_of(step));
    let mut values = Vec::new();
    for c in 0..3 {
        for y in 0..h {
            for x in 0..w {
                let pixel = pixels.get_pixel(x.min(width - 1), y.min(height - 1));
                values.push(f32::from(pixel[c]) / 255.0);
            }
        }
    }
    let shape = (1, 3, h as usize, w as usize);
    let picture = Tensor::from_vec(values, shape, &Device::Cpu).unwrap();
    let made = net
        .enlarge(&picture, scale, &limner::cancel::CancelToken::new())
        .unwrap();
    let made: Vec<f32> = made.flatten_all().unwrap().to_vec1().unwrap();
    let mut out = Vec::new();
    let plane = (w * h * scale * scale) as usize;
    for y in 0..height * scale {
        for x in 0..width * scale {
            let at = (y * w * scale + x) as usize;
            let byte = |c: usize| (made[c * plane + at].clamp(0.0, 1.0) * 255.0).round() as u8;
            out.extend([0, 1, 2].map(byte));
            out.push(pixels.get_pixel(x / scale, y / scale)[3]);
        }
    }
    out
}

/// The last picture is kept; what asks for another one gets another one.
#[test]
fn a_picture_is_what_its_settings_say_whatever_was_drawn_before() {
    let mut fixture = Fixture::new();
    let seeded = |seed| ExploreParams {
        noise: NoiseMode::Seeded(4),
        ..ExploreParams::new("flowers", seed)
    };
    let all = [
        seeded(1),
        seeded(2),
        ExploreParams {
            noise: NoiseMode::Off,
            ..seeded(1)
        },
        ExploreParams {
            truncation_psi: 0.2,
            ..seeded(1)
        },
    ];
    let alone: Vec<Picture> = all
        .iter()
        .map(|params| {
            let mut fresh = Fixture::new();
            fresh.picture(Job::Render(Arc::new(params.clone()))).0
        })
        .collect();
    for i in [0, 0, 1, 0, 2, 2, 3, 0] {
        let job = Job::Render(Arc::new(all[i].clone()));
        assert!(fixture.picture(job).0 == alone[i], "{i}");
    }
    assert!((1..4).all(|i| alone[i] != alone[0]));
}

#[test]
fn a_photo_is_projected_with_live_looks() {
    let mut fixture = Fixture::new();
    let path = photo(&fixture.path("photo.png"), 40, 60);
    fixture
        .engine
        .send(Request::Job {
            id: JobId(1),
            job: Job::Project {
                path,
                model: "flowers".into(),
                class: None,
                steps: 12,
            },
        })
        .unwrap();
    let events = fixture.engine.run();
    assert!(events.iter().any(|e| matches!(
        e,
        Event::Progress {
            stage: Stage::Projecting,
            look: Some(_),
            ..
        }
    )));
    let output = events.into_iter().find_map(|e| match e {
        Event::Done { result, .. } => Some(result.unwrap()),
        _ => None,
    });
    let Some(Output::Projection {
        params,
        picture,
        likeness,
    }) = output
    else {
        panic!("no projection")
    };
    assert!((0.0..=1.0).contains(&likeness));
    let (again, _) = fixture.picture(Job::Render(Arc::new(*params)));
    assert_eq!(again.size(), picture.size());
    let error = fixture
        .job(Job::Project {
            path: fixture.path("photo.png"),
            model: "cppn".into(),
            class: None,
            steps: 2,
        })
        .unwrap_err();
    assert!(error.to_string().contains("cppn"), "{error}");
}

#[test]
fn a_recipe_that_names_its_photo_by_content_alone_still_opens() {
    let mut fixture = Fixture::new();
    let photo = fixture.photo("a photo \n 😀.png", 40, 30);
    let style = fixture.photo("style.png", 32, 32);
    let (picture, recipe) = fixture.picture(Job::Stylize(
        Arc::new(params(photo.clone(), vec![super::style(style)])),
        StylizeOptions::default(),
    ));
    let quiet = recipe.without_source_names();
    let told = quiet.to_json();
    assert!(
        !told.contains("a photo") && !told.contains("style.png"),
        "{told}"
    );
    let open = |fixture: &mut Fixture| {
        let path = quiet.sources[0].place();
        let request = Request::Open { path, max_side: 64 };
        fixture.engine.send(request).unwrap();
        let events = fixture.engine.run().into_iter();
        let mut opened = events.filter_map(|e| match e {
            Event::Opened { path, result } => Some((path, result)),
            _ => None,
        });
        opened.next().unwrap()
    };
    // Another day: nothing is in memory.
    fixture.restart();
    let (again, _) = fixture.picture(Job::Replay(Box::new(quiet.clone())));
    assert!(again == picture);
    let (about, opened) = open(&mut fixture);
    assert_eq!(about, quiet.sources[0].place());
    assert_eq!(opened.unwrap().source.name, photo.name);
    // Moved, it has to be shown once.
    let moved = fixture.path("elsewhere.png");
    std::fs::rename(fixture.path("a photo \n 😀.png"), &moved).unwrap();
    fixture.restart();
    let error = fixture
        .job(Job::Replay(Box::new(quiet.clone())))
        .unwrap_err();
    assert!(error.to_string().contains("open it again"), "{error}");
    let (_, missing) = open(&mut fixture);
    assert!(missing.is_err());
    let request = Request::Open {
        path: moved,
        max_side: 8,
    };
    fixture.engine.send(request).unwrap();
    fixture.engine.run();
    let (again, _) = fixture.picture(Job::Replay(Box::new(quiet.clone())));
    assert!(again == picture);
    // The index damaged: as on the first day.
    std::fs::write(fixture.path("known.sqlite"), [0x5a; 5000]).unwrap();
    fixture.restart();
    fixture.job(Job::Replay(Box::new(quiet))).unwrap_err();
}

#[test]
fn photos_open_small_with_notes_and_our_recipe() {
    let mut fixture = Fixture::new();
    let (picture, recipe) =
        fixture.picture(Job::Render(Arc::new(ExploreParams::new("flowers", 1))));
    let path = fixture.path("kept.png");
    limner::export::write(
        &path,
        &picture,
        Some(&recipe),
        &limner::export::Provenance::default(),
        &limner::export::WriteOptions::new(limner::gallery::protocol::Format::Png),
    )
    .unwrap();
    fixture
        .engine
        .send(Request::Open {
            path: path.clone(),
            max_side: 8,
        })
        .unwrap();
    let opened = fixture.engine.run().into_iter().find_map(|e| match e {
        Event::Opened { result, .. } => Some(result.unwrap()),
        _ => None,
    });
    let opened = opened.unwrap();
    assert_eq!(opened.size, [16, 24]);
    assert!(opened.picture.height() <= 8);
    assert_eq!(opened.recipe.unwrap().making, recipe.making);
    let path = fixture.path("gone.png");
    fixture
        .engine
        .send(Request::Open { path, max_side: 8 })
        .unwrap();
    let failed = fixture.engine.run().into_iter().any(|e| {
        matches!(
            e,
            Event::Opened {
                result: Err(EngineError::BadPicture { .. }),
                ..
            }
        )
    });
    assert!(failed);
}

#[test]
fn a_small_picture_is_drawn_through_the_enlarging_network_where_there_is_room() {
    let mut fixture = Fixture::new();
    let work = || Work::Explore(Arc::new(ExploreParams::new("flowers", 3)));
    let own = fixture.preview(work(), Tier::Full(1024)).unwrap();
    let side = own.width().max(own.height());
    let four = fixture.preview(work(), Tier::Crisp(side * 4)).unwrap();
    assert_eq!(four.size(), own.size().map(|s| s * 4));
    let two = fixture.preview(work(), Tier::Crisp(side * 4 - 1)).unwrap();
    assert_eq!(two.size(), own.size().map(|s| s * 2));
    let none = fixture.preview(work(), Tier::Crisp(side * 2 - 1)).unwrap();
    assert_eq!(none, own);
    // It is the same picture as when it is upscaled for good.
    let path = fixture.path("own.png");
    let [w, h] = own.size();
    let pixels = image::RgbaImage::from_raw(w, h, own.rgba().to_vec()).unwrap();
    pixels.save(&path).unwrap();
    let (large, _) = fixture.picture(Job::Upscale {
        path,
        scale: 4,
        model: None,
        wrap: None,
    });
    assert_eq!(large, four);
}
