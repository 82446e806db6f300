//! The engine with real (tiny) networks and real files, stepped by hand.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod engine_files;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine_files::{models, photo};
use limner::engine::protocol::*;
use limner::engine::{Engine, EngineConfig, LocalEngine};
use limner::picture::Picture;
use limner::recipe::{
    DirectionEdit, ExploreParams, Mask, MaskShape, Recipe, SourceRef, StyleLayer, StyleParams,
    StyleSource, WalkParams, WalkPath,
};

struct Room {
    folder: tempfile::TempDir,
    engine: LocalEngine,
    next: u64,
}

fn config(folder: &Path) -> EngineConfig {
    EngineConfig {
        threads: Some(2),
        model_dirs: vec![models(folder)],
        cache_dir: Some(folder.join("cache")),
        ..EngineConfig::default()
    }
}

impl Room {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = LocalEngine::new(config(folder.path()), Arc::new(|| {}));
        Self {
            folder,
            engine,
            next: 1,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn photo(&self, name: &str, width: u32, height: u32) -> SourceRef {
        source(&photo(&self.path(name), width, height))
    }

    fn job(&mut self, job: Job) -> Result<Output, EngineError> {
        let id = JobId(self.next);
        self.next += 1;
        self.engine.send(Request::Job { id, job }).unwrap();
        self.engine
            .run()
            .into_iter()
            .find_map(|e| match e {
                Event::Done { id: about, result } if about == id => Some(result),
                _ => None,
            })
            .unwrap()
    }

    fn picture(&mut self, job: Job) -> (Picture, Recipe) {
        match self.job(job).unwrap() {
            Output::Picture { picture, recipe } => (picture, *recipe),
            other => panic!("{other:?}"),
        }
    }

    fn preview(&mut self, work: Work, tier: Tier) -> Result<Picture, EngineError> {
        self.next += 1;
        self.engine
            .send(Request::Preview {
                channel: Channel::Canvas,
                seq: self.next,
                tier,
                items: vec![work],
            })
            .unwrap();
        self.engine
            .run()
            .into_iter()
            .find_map(|e| match e {
                Event::Preview { picture, .. } => Some(Ok(picture)),
                Event::PreviewFailed { error, .. } => Some(Err(error)),
                _ => None,
            })
            .unwrap()
    }
}

fn source(path: &Path) -> SourceRef {
    limner::engine::photo::read(path).unwrap().source
}

fn style(source: SourceRef) -> StyleLayer {
    StyleLayer {
        style: StyleSource::File(source),
        weight: 1.0,
        code: None,
        code_edits: Vec::new(),
        mask: None,
    }
}

fn params(photo: SourceRef, styles: Vec<StyleLayer>) -> StyleParams {
    StyleParams {
        model: "restyle".into(),
        photo,
        styles,
        strength: 1.0,
        brush: 1.0,
        keep_colors: 0.0,
    }
}

fn far(a: &Picture, b: &Picture) -> Vec<u8> {
    assert_eq!(a.size(), b.size());
    let mut all: Vec<u8> = a
        .rgba()
        .iter()
        .zip(b.rgba())
        .map(|(a, b)| a.abs_diff(*b))
        .collect();
    all.sort_unstable();
    all
}

/// Difference that a share of the values stays within.
fn within(a: &Picture, b: &Picture, share: f64) -> u8 {
    let all = far(a, b);
    all[((all.len() - 1) as f64 * share) as usize]
}

#[test]
fn a_photo_is_stylised_and_its_recipe_gives_the_same_pixels() {
    let mut room = Room::new();
    let params = params(
        room.photo("photo.jpg", 300, 200),
        vec![style(room.photo("style.png", 90, 120))],
    );
    let job = Job::Stylize(Arc::new(params.clone()), StylizeOptions::default());
    let (made, recipe) = room.picture(job);
    assert_eq!(made.size(), [300, 200]);
    let original = limner::engine::photo::read(&room.path("photo.jpg")).unwrap();
    assert!(within(&made, &original.picture, 0.5) > 5, "it changed");
    assert_eq!(recipe.models[0].name, "restyle");
    assert_eq!(recipe.sources.len(), 2);
    // The style's file may go: its code is in the recipe.
    fs::remove_file(room.path("style.png")).unwrap();
    let recipe = Recipe::from_json(&recipe.to_json()).unwrap();
    let (again, _) = room.picture(Job::Replay(Box::new(recipe.clone())));
    assert_eq!(again, made);
    // A photo that has changed is told, not silently used.
    photo(&room.path("photo.jpg"), 301, 200);
    let error = room.job(Job::Replay(Box::new(recipe))).unwrap_err();
    assert!(error.to_string().contains("has changed"), "{error}");
}

#[test]
fn tiles_cannot_be_seen() {
    let mut room = Room::new();
    let mut params = params(
        room.photo("photo.png", 560, 400),
        vec![style(room.photo("style.png", 90, 120))],
    );
    params.brush = 0.5; // The network works on 1120 x 800.
    let mut make = |tile| {
        let options = StylizeOptions {
            tile: Some(tile),
            ..StylizeOptions::default()
        };
        room.picture(Job::Stylize(Arc::new(params.clone()), options))
            .0
    };
    let whole = make(4096);
    for tile in [128, 300] {
        assert!(within(&make(tile), &whole, 0.999) <= 1, "{tile}");
    }
}

#[test]
fn preview_and_export_look_alike() {
    let mut room = Room::new();
    let params = Arc::new(params(
        room.photo("photo.png", 1200, 800),
        vec![style(room.photo("style.png", 90, 120))],
    ));
    let job = Job::Stylize(params.clone(), StylizeOptions::default());
    let (large, _) = room.picture(job);
    let preview = room.preview(Work::Style(params), Tier::Full(400)).unwrap();
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
    let mut room = Room::new();
    let photo = room.photo("photo.png", 200, 160);
    let original = limner::engine::photo::read(&room.path("photo.png"))
        .unwrap()
        .picture;
    let styles = [room.photo("a.png", 90, 120), room.photo("b.png", 50, 60)].map(style);
    let mut show = |change: &dyn Fn(&mut StyleParams)| {
        let mut params = params(photo.clone(), styles.to_vec());
        change(&mut params);
        room.preview(Work::Style(Arc::new(params)), Tier::Full(200))
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
            .for_each(|s| s.mask = Some(left.clone()))
    });
    let column = |p: &Picture, x: usize| p.rgba()[(80 * 200 + x) * 4..][..4].to_vec();
    assert_eq!(column(&masked, 150), column(&original, 150));
    assert_ne!(column(&masked, 20), column(&original, 20));
}

/// Networks for any style that came in from elsewhere: a picture or a style that ships
/// is their style, tiles can't be seen, the recipe brings the pixels back.
#[test]
fn imported_networks_for_any_style_work_like_the_own_one() {
    let mut room = Room::new();
    let photo = room.photo("photo.jpg", 640, 480);
    let look = room.photo("look.png", 120, 90);
    for name in ["adain", "microast"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/import");
        limner::import::import(&from.join(name), &room.path("models"), None).unwrap();
        room.engine.send(Request::Rescan).unwrap();
        room.engine.run();
        let mut params = params(photo.clone(), vec![style(look.clone())]);
        params.model = name.into();
        let options = StylizeOptions::default();
        let job = |params: &StyleParams, options| Job::Stylize(Arc::new(params.clone()), options);
        let (whole, recipe) = room.picture(job(&params, options));
        assert!(recipe.models.iter().any(|m| m.name == name));
        let tiled = StylizeOptions {
            tile: Some(160),
            ..options
        };
        let (pieces, _) = room.picture(job(&params, tiled));
        assert!(within(&whole, &pieces, 1.0) <= 1);
        let (again, _) = room.picture(Job::Replay(Box::new(recipe)));
        assert_eq!(whole, again);
        let work = Work::Style(Arc::new(params.clone()));
        let preview = room.preview(work, Tier::Full(640)).unwrap();
        assert!(within(&whole, &preview, 0.99) <= 2);
        params.strength = 0.5;
        let (half, _) = room.picture(job(&params, options));
        assert!(within(&whole, &half, 0.5) > 2, "strength decides");
        params.styles[0].code = Some(vec![0.1; 73]);
        let refused = room.job(job(&params, options)).unwrap_err().to_string();
        assert!(refused.contains("another network"), "{refused}");
    }
}

#[test]
fn the_estimate_names_size_and_tiles_and_refusals_say_what_to_do() {
    let mut room = Room::new();
    let params = Arc::new(params(room.photo("photo.png", 900, 600), vec![]));
    let options = StylizeOptions {
        max_side: Some(450),
        ..StylizeOptions::default()
    };
    let ask = |room: &mut Room, params: &Arc<StyleParams>, options| {
        room.engine
            .send(Request::Estimate {
                seq: 5,
                params: params.clone(),
                options,
            })
            .unwrap();
        room.engine.run()
    };
    let events = ask(&mut room, &params, options);
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
        styles: vec![style(room.photo("s.png", 30, 30))],
        ..params.as_ref().clone()
    };
    let error = room
        .job(Job::Stylize(Arc::new(styled), tight))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("not enough memory") && error.contains("smaller size"),
        "{error}"
    );
    let mut missing = params.as_ref().clone();
    missing.photo.path = room.path("gone.png").display().to_string();
    missing.photo.sha256.clear();
    let events = ask(&mut room, &Arc::new(missing), options);
    assert!(
        events
            .iter()
            .any(|e| matches!(e, Event::EstimateFailed { .. }))
    );
}

#[test]
fn a_folder_skips_what_is_broken_and_goes_on_where_it_stopped() {
    let mut room = Room::new();
    let photos: Vec<PathBuf> = ["one.jpg", "two.png"]
        .map(|name| photo(&room.path(name), 80, 60))
        .to_vec();
    let broken = room.path("broken.jpg");
    fs::write(&broken, b"\xff\xd8\xff\xe0 no more").unwrap();
    let photos = vec![photos[0].clone(), broken.clone(), photos[1].clone()];
    let style = style(room.photo("style.png", 40, 40));
    let out = room.path("out");
    let job = Job::StylizeFolder {
        photos,
        params: Arc::new(params(room.photo("any.png", 8, 8), vec![style])),
        options: StylizeOptions::default(),
        out: out.clone(),
    };
    let run = |room: &mut Room| match room.job(job.clone()).unwrap() {
        Output::Folder {
            written,
            kept,
            skipped,
        } => (written, kept, skipped),
        other => panic!("{other:?}"),
    };
    let (written, kept, skipped) = run(&mut room);
    assert_eq!(written, [out.join("one.png"), out.join("two.png")]);
    assert!(kept.is_empty());
    assert_eq!(skipped.len(), 1);
    assert_eq!(skipped[0].0, broken);
    let found = limner::export::metadata::read(&written[0]).unwrap();
    assert!(found.recipe.is_some() && found.source_type.is_some());
    fs::remove_file(&written[1]).unwrap();
    let (written, kept, _) = run(&mut room);
    assert_eq!((written.len(), kept.len()), (1, 1));
}

#[test]
fn generators_render_and_recipes_bring_the_pixels_back() {
    let mut room = Room::new();
    for model in ["cppn", "flowers"] {
        let mut params = ExploreParams::new(model, 85);
        if model == "cppn" {
            params.size = Some([96, 64]);
        }
        let (made, recipe) = room.picture(Job::Render(Arc::new(params.clone())));
        let (again, _) = room.picture(Job::Replay(Box::new(recipe.clone())));
        assert_eq!(made, again);
        let preview = room
            .preview(Work::Explore(Arc::new(params)), Tier::Full(8))
            .unwrap();
        assert!(preview.width().max(preview.height()) <= 8);
        let mut newer = recipe.clone();
        newer.version += 1;
        let error = room.job(Job::Replay(Box::new(newer))).unwrap_err();
        assert!(error.to_string().contains("newer Limner"), "{error}");
        let mut other = recipe.clone();
        other.models[0].sha256 = "0".repeat(64);
        let error = room.job(Job::Replay(Box::new(other))).unwrap_err();
        assert!(error.to_string().contains("another version"), "{error}");
        let mut gone = recipe;
        gone.models[0].name = "nobody".into();
        let error = room.job(Job::Replay(Box::new(gone))).unwrap_err();
        assert_eq!(error, EngineError::NoModel("nobody".into()));
    }
}

#[test]
fn directions_are_found_once_and_kept_for_the_next_start() {
    let mut room = Room::new();
    let find = |room: &mut Room| match room.job(Job::Directions {
        model: "flowers".into(),
    }) {
        Ok(Output::Directions { directions, .. }) => directions,
        other => panic!("{other:?}"),
    };
    let found = find(&mut room);
    assert!(found.iter().any(|d| d.id == "pca.0"));
    let mut params = ExploreParams::new("flowers", 3);
    params.edits.push(DirectionEdit {
        direction: "pca.0".into(),
        sigma: 2.0,
        layers: None,
    });
    let (made, recipe) = room.picture(Job::Render(Arc::new(params)));
    assert!(recipe.resolved_ws.is_some());
    // Another start: from the cache, no sampling.
    room.engine = LocalEngine::new(
        EngineConfig {
            model_dirs: vec![room.path("models")],
            cache_dir: Some(room.path("cache")),
            ..EngineConfig::default()
        },
        Arc::new(|| {}),
    );
    let start = Instant::now();
    assert_eq!(find(&mut room), found);
    assert!(start.elapsed() < Duration::from_secs(1));
    // The recipe needs no directions at all.
    fs::remove_dir_all(room.path("cache")).unwrap();
    let (again, _) = room.picture(Job::Replay(Box::new(recipe)));
    assert_eq!(again, made);
}

#[test]
fn a_walk_becomes_an_animation_and_a_cancelled_one_nothing() {
    let mut room = Room::new();
    let params = WalkParams {
        points: [1, 2, 3]
            .map(|seed| ExploreParams::new("flowers", seed))
            .to_vec(),
        frames: 9,
        fps: 10.0,
        looped: true,
        path: WalkPath::Spherical,
    };
    for name in ["walk.gif", "walk.png"] {
        let out = room.path(name);
        let job = Job::Walk {
            params: Arc::new(params.clone()),
            max_side: 64,
            out: out.clone(),
        };
        room.job(job).unwrap();
        let opened = limner::engine::photo::read(&out).unwrap();
        assert_eq!(opened.picture.size(), [16, 24]);
        assert!(opened.notes.iter().any(|n| n.contains("first frame")));
        let found = limner::export::metadata::read(&out).unwrap();
        assert!(found.recipe.is_some(), "{name}");
    }
    let out = room.path("stopped.gif");
    let job = Job::Walk {
        params: Arc::new(WalkParams {
            frames: 5000,
            ..params
        }),
        max_side: 64,
        out: out.clone(),
    };
    let id = JobId(99);
    let (engine, events) = Engine::spawn(
        EngineConfig {
            model_dirs: vec![room.path("models")],
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
    let parts = fs::read_dir(room.folder.path()).unwrap();
    assert!(
        parts
            .flatten()
            .all(|f| !f.file_name().to_string_lossy().ends_with(".part"))
    );
}

#[test]
fn pictures_are_enlarged_with_their_transparency() {
    let mut room = Room::new();
    let mut pixels = engine_files::pixels(70, 50);
    pixels.put_pixel(3, 4, image::Rgba([9, 9, 9, 0]));
    let path = room.path("small.png");
    pixels.save(&path).unwrap();
    for scale in [2, 4] {
        let (large, recipe) = room.picture(Job::Upscale {
            path: path.clone(),
            scale,
        });
        assert_eq!(large.size(), [70 * scale, 50 * scale]);
        let alpha = |x: u32, y: u32| large.rgba()[((y * 70 * scale + x) * 4 + 3) as usize];
        assert_eq!((alpha(3 * scale, 4 * scale), alpha(0, 0)), (0, 255));
        let (again, _) = room.picture(Job::Replay(Box::new(recipe)));
        assert_eq!(again, large);
    }
    let error = room.job(Job::Upscale { path, scale: 3 }).unwrap_err();
    assert!(error.to_string().contains("2 or 4"), "{error}");
}

#[test]
fn a_photo_is_projected_with_live_looks() {
    let mut room = Room::new();
    let path = photo(&room.path("photo.png"), 40, 60);
    room.engine
        .send(Request::Job {
            id: JobId(1),
            job: Job::Project {
                path,
                model: "flowers".into(),
                steps: 12,
            },
        })
        .unwrap();
    let events = room.engine.run();
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
    let (again, _) = room.picture(Job::Render(Arc::new(*params)));
    assert_eq!(again.size(), picture.size());
    let error = room
        .job(Job::Project {
            path: room.path("photo.png"),
            model: "cppn".into(),
            steps: 2,
        })
        .unwrap_err();
    assert!(error.to_string().contains("cppn"), "{error}");
}

#[test]
fn photos_open_small_with_notes_and_our_recipe() {
    let mut room = Room::new();
    let (picture, recipe) = room.picture(Job::Render(Arc::new(ExploreParams::new("flowers", 1))));
    let path = room.path("kept.png");
    limner::export::write(
        &path,
        &picture,
        Some(&recipe),
        &limner::export::Provenance::default(),
        &limner::export::WriteOptions::new(limner::gallery::protocol::Format::Png),
    )
    .unwrap();
    room.engine
        .send(Request::Open {
            path: path.clone(),
            max_side: 8,
        })
        .unwrap();
    let opened = room.engine.run().into_iter().find_map(|e| match e {
        Event::Opened { result, .. } => Some(result.unwrap()),
        _ => None,
    });
    let opened = opened.unwrap();
    assert_eq!(opened.size, [16, 24]);
    assert!(opened.picture.height() <= 8);
    assert_eq!(opened.recipe.unwrap().making, recipe.making);
    let path = room.path("gone.png");
    room.engine
        .send(Request::Open { path, max_side: 8 })
        .unwrap();
    let failed = room.engine.run().into_iter().any(|e| {
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
