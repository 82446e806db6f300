//! Measurements, on a quiet machine: `cargo test --test spaces measure -- --ignored --nocapture`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use limner::engine::protocol::*;
use limner::engine::surface_job::{Body, MaterialSettings, SurfaceKind};
use limner::engine::{EngineConfig, LocalEngine};
use limner::picture::seam::{Seam, seams};
use limner::recipe::{Domain, ExploreParams, SourceRef};

use super::*;

/// A picture with grain everywhere.
fn rugged(path: &Path, side: u32) -> SourceRef {
    image::RgbImage::from_fn(side, side, |x, y| {
        let n = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503);
        let soft = (x as f32 / 90.0).sin() * 40.0 + (y as f32 / 130.0).cos() * 40.0;
        let v = (120.0 + soft + (n % 37) as f32) as u8;
        image::Rgb([v, v / 2 + 60, 255 - v])
    })
    .save(path)
    .unwrap();
    limner::photo::read(path).unwrap().source
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn engine(folder: &Path) -> LocalEngine {
    let config = EngineConfig {
        model_dirs: vec![engine_files::models(folder)],
        cache_dir: Some(folder.join("cache")),
        ..EngineConfig::default()
    };
    LocalEngine::new(config, Arc::new(|| {}))
}

/// What the window asks for while a slider moves, and for the whole maps.
#[test]
#[ignore = "a measurement, see above"]
fn sliders_of_a_material_are_live_and_its_maps_take_two_seconds() {
    let desk = Desk::new();
    let mut engine = engine(&desk.folder.path().join("engine"));
    let source = rugged(&desk.path("rugged.png"), 2048);
    let look = |engine: &mut LocalEngine, seq: u64, tier: Tier, body: Body| {
        let settings = MaterialSettings {
            height_strength: 0.5 + seq as f32 * 0.05,
            detail: 0.3 + seq as f32 * 0.01,
            ..MaterialSettings::default()
        };
        let view = MaterialView::Lit {
            body,
            lamp: [-0.4, 0.5, 0.76],
            tiles: 2.0,
        };
        let show = SpacesShow::Material { settings, view };
        let source = source.clone();
        let items = vec![Work::Spaces(SpacesLook { source, show }.into())];
        let start = Instant::now();
        let channel = Channel::Spaces;
        engine
            .send(Request::Preview {
                channel,
                seq,
                tier,
                items,
            })
            .unwrap();
        let came = engine.run();
        assert!(
            came.iter().any(|e| matches!(e, Event::Preview { .. })),
            "{came:?}"
        );
        start.elapsed()
    };
    let mut seq = 0;
    let first = look(&mut engine, 0, Tier::Draft(512), Body::Sphere);
    println!("first look, with the file read: {first:?}");
    for body in [Body::Sphere, Body::Cube, Body::Plane, Body::Cloth] {
        for (name, tier, most) in [
            ("while it moves", Tier::Draft(512), 100),
            ("at rest", Tier::Full(1024), 1000),
        ] {
            let times = (0..7).map(|_| {
                seq += 1;
                look(&mut engine, seq, tier, body)
            });
            let took = median(times.collect());
            println!("{body:?} {name}: {took:?}");
            assert!(took.as_millis() <= most, "{body:?} {name}: {took:?}");
        }
    }
    let times = (0..3).map(|n| {
        let folder = desk.path(&format!("maps{n}"));
        std::fs::create_dir(&folder).unwrap();
        let kind = SurfaceKind::Material {
            settings: MaterialSettings::default(),
            folder,
            name: "rugged".into(),
            convention: Default::default(),
            shapes: Vec::new(),
            look: false,
        };
        let job = SurfaceJob {
            picture: source.clone(),
            kind,
            replace: false,
            photo_credit: true,
        };
        let job = Job::Surface(Box::new(job));
        let start = Instant::now();
        engine
            .send(Request::Job {
                id: JobId(n + 1),
                job,
            })
            .unwrap();
        engine.run();
        start.elapsed()
    });
    let took = median(times.collect());
    println!("maps of 2048 x 2048 as seven PNG files: {took:?}");
    let picture = limner::photo::read(&desk.path("rugged.png"))
        .unwrap()
        .picture;
    let times = (0..3).map(|_| {
        let start = Instant::now();
        let stop = limner::cancel::CancelToken::new();
        limner::spaces::material::make(&picture, &MaterialSettings::default(), &stop).unwrap();
        start.elapsed()
    });
    let took = median(times.collect());
    println!("maps of 2048 x 2048 alone: {took:?}");
    assert!(took <= Duration::from_secs(2), "{took:?}");
}

/// Everything around takes as long as a flat picture of the size.
#[test]
#[ignore = "a measurement, see above"]
fn a_panorama_takes_half_as_long_again_as_a_flat_picture_at_most() {
    let desk = Desk::new();
    let mut engine = engine(&desk.folder.path().join("engine"));
    let mut id = 0;
    let mut took = |domain: Domain| {
        let params = ExploreParams {
            size: Some([4096, 2048]),
            domain,
            ..ExploreParams::new("cppn", 9)
        };
        id += 1;
        let start = Instant::now();
        let job = Job::Render(Arc::new(params));
        engine.send(Request::Job { id: JobId(id), job }).unwrap();
        let came = engine.run();
        let done = |e: &Event| matches!(e, Event::Done { result: Ok(_), .. });
        assert!(came.iter().any(done));
        start.elapsed()
    };
    // In turns: the machine is not always as fast.
    let (mut flat, mut around) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        flat.push(took(Domain::Plane));
        around.push(took(Domain::Sphere { scale: 1.0 }));
    }
    let (flat, around) = (median(flat), median(around));
    let share = around.as_secs_f64() / flat.as_secs_f64();
    println!("4096 x 2048: flat {flat:?}, around {around:?}, {share:.2} times");
    assert!(share <= 1.5, "{share}");
}

/// Ten pictures of the shared ones, each grown as a tile and made one.
#[test]
#[ignore = "a measurement, see above"]
fn borders_of_grown_tiles_are_lines_like_others() {
    let pictures =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/eval/one_picture/Places50");
    let desk = Desk::new();
    for (name, more) in [("grown", &[][..]), ("cut and blended", &["--keep"])] {
        let mut all: Vec<Seam> = Vec::new();
        for number in 1..=10 {
            let picture = pictures.join(format!("{number}.jpg"));
            let picture = picture.to_str().unwrap();
            let words = ["grow", picture, "--seamless", "xy", "--seed", "1"];
            let words = [&words[..], more, &["-o", "t.png", "--force"]].concat();
            let output = desk.limner(&words);
            if !output.status.success() {
                println!(
                    "{number}: {}",
                    String::from_utf8_lossy(&output.stderr).trim()
                );
                continue;
            }
            let found = seams(&limner::photo::read(&desk.path("t.png")).unwrap().picture);
            println!("{name} {number}: {found:?}");
            all.extend(found);
        }
        let count = all.len() as f32;
        let mean = all.iter().map(|seam| seam.ratio).sum::<f32>() / count;
        let rank = all.iter().map(|seam| seam.rank).sum::<f32>() / count;
        let usual = all.iter().filter(|seam| seam.is_usual()).count();
        let least = all.iter().map(|seam| seam.ratio).fold(f32::MAX, f32::min);
        let most = all.iter().map(|seam| seam.ratio).fold(0.0, f32::max);
        println!(
            "{name}: mean {mean:.3} ({least:.2} to {most:.2}), rank {rank:.2}, {usual} of {count} usual"
        );
        assert!(usual as f32 >= 0.85 * count, "{usual} of {count}");
    }
}
