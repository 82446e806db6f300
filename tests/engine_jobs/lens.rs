//! Photos in Lens.

use limner::recipe::{LensGain, LensOther, LensParams, LensPart, Making};

use super::*;
use engine_files::lens;

fn fixture(sliders: bool) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    lens(&config.model_dirs[0], sliders);
    let engine = LocalEngine::new(config, Arc::new(|| {}));
    Fixture {
        folder,
        engine,
        next: 1,
    }
}

fn edit(direction: &str, sigma: f32) -> DirectionEdit {
    DirectionEdit {
        direction: direction.into(),
        sigma,
        layers: None,
    }
}

fn render(params: &LensParams) -> Job {
    Job::RenderLens(Arc::new(params.clone()))
}

fn read(fixture: &Fixture, name: &str) -> Picture {
    limner::photo::read(&fixture.path(name)).unwrap().picture
}

/// Average of all three colours, 0..=255.
fn brightness(picture: &Picture) -> f64 {
    let sum: f64 = picture
        .rgba()
        .chunks_exact(4)
        .map(|p| p[..3].iter().map(|&v| f64::from(v)).sum::<f64>() / 3.0)
        .sum();
    sum / (picture.rgba().len() / 4) as f64
}

#[test]
fn at_rest_it_is_the_photo_and_a_slider_does_what_its_name_says() {
    let mut fixture = fixture(true);
    let mut params = LensParams::new("lens", fixture.photo("photo.png", 701, 451));
    let original = read(&fixture, "photo.png");
    let (still, recipe) = fixture.picture(render(&params));
    assert_eq!(still, original, "to the pixel, transparency too");
    assert_eq!(recipe.sources.len(), 1);
    params.edits = vec![edit("measured.brightness", 1.0)];
    let (lighter, _) = fixture.picture(render(&params));
    params.edits[0].sigma = -1.0;
    let (darker, _) = fixture.picture(render(&params));
    let all = [&darker, &original, &lighter].map(brightness);
    assert!(all[0] + 10.0 < all[1] && all[1] + 10.0 < all[2], "{all:?}");
    let alpha = |p: &Picture| {
        p.rgba()
            .iter()
            .skip(3)
            .step_by(4)
            .copied()
            .collect::<Vec<_>>()
    };
    assert_eq!(alpha(&lighter), alpha(&original));
    // The network's own picture is near the photo, but not it.
    params.edits.clear();
    params.keep_detail = false;
    let (redrawn, _) = fixture.picture(render(&params));
    assert_ne!(redrawn, original);
    assert!(within(&redrawn, &original, 0.5) < 30);
}

#[test]
fn a_recipe_gives_the_same_pixels_even_if_sliders_are_measured_anew() {
    let mut fixture = fixture(true);
    let mut params = LensParams::new("lens", fixture.photo("photo.png", 300, 203));
    params.edits = vec![edit("measured.warmth", 1.7), edit("answer.4", -2.0)];
    params.gains = vec![LensGain {
        part: LensPart::Texture,
        gain: 1.8,
    }];
    params.other = Some(LensOther {
        blend: 0.3,
        light: 0.4,
        texture: 0.5,
        ..LensOther::new(fixture.photo("other.png", 130, 260))
    });
    params.mask = Some(Arc::new(Mask {
        shapes: vec![MaskShape::Linear {
            from: [0.0, 0.3],
            to: [0.6, 0.3],
        }],
        invert: false,
    }));
    let (made, recipe) = fixture.picture(render(&params));
    assert_eq!(recipe.sources.len(), 2);
    let file = fixture.path("models/lens/directions.json");
    let other = fs::read_to_string(&file)
        .unwrap()
        .replace("\"step\": [", "\"step\": [0.1");
    fs::write(&file, other).unwrap();
    let recipe = Recipe::from_json(&recipe.to_json()).unwrap();
    assert!(matches!(recipe.making, Making::Lens(_)));
    let mut fresh = Fixture {
        engine: LocalEngine::new(
            EngineConfig {
                threads: Some(1),
                model_dirs: vec![fixture.path("models")],
                ..EngineConfig::default()
            },
            Arc::new(|| {}),
        ),
        folder: fixture.folder,
        next: 1,
    };
    let (again, _) = fresh.picture(Job::Replay(Box::new(recipe)));
    assert_eq!(again, made);
}

#[test]
fn preview_and_print_look_alike_and_sizes_are_any() {
    let mut fixture = fixture(true);
    let mut params = LensParams::new("lens", fixture.photo("photo.png", 1000, 640));
    params.edits = vec![edit("measured.warmth", 2.0)];
    let (large, _) = fixture.picture(render(&params));
    let work = Work::Lens(Arc::new(params.clone()));
    let preview = fixture.preview(work, Tier::Full(400)).unwrap();
    assert_eq!(preview.size(), [400, 256]);
    let whole = image::RgbaImage::from_raw(1000, 640, large.rgba().to_vec()).unwrap();
    let filter = image::imageops::FilterType::Triangle;
    let shrunk = image::imageops::resize(&whole, 400, 256, filter);
    let shrunk = Picture::from_rgba(400, 256, shrunk.into_raw()).unwrap();
    assert!(within(&preview, &shrunk, 0.9) <= 14);
    for (width, height) in [(1, 1), (7, 3), (9, 300)] {
        params.photo = fixture.photo("small.png", width, height);
        let (made, _) = fixture.picture(render(&params));
        assert_eq!(made.size(), [width, height]);
        params.keep_detail ^= true;
    }
}

#[test]
fn outside_a_mask_the_photo_stays_and_a_second_picture_comes_in() {
    let mut fixture = fixture(true);
    let mut params = LensParams::new("lens", fixture.photo("photo.png", 256, 128));
    let original = read(&fixture, "photo.png");
    params.edits = vec![edit("measured.brightness", -2.0)];
    params.mask = Some(Arc::new(Mask {
        shapes: vec![MaskShape::Radial {
            center: [0.25, 0.25],
            radius: 0.2,
            feather: 0.1,
        }],
        invert: false,
    }));
    let (made, _) = fixture.picture(render(&params));
    let at = |p: &Picture, x: usize, y: usize| p.rgba()[(y * 256 + x) * 4..][..4].to_vec();
    assert_ne!(at(&made, 64, 64), at(&original, 64, 64));
    for (x, y) in [(0, 0), (140, 64), (255, 127)] {
        let (now, before) = (at(&made, x, y), at(&original, x, y));
        assert!(
            now.iter().zip(&before).all(|(a, b)| a.abs_diff(*b) <= 1),
            "{now:?} {before:?}"
        );
    }
    // A dark picture lends its light.
    let dark = image::RgbaImage::from_pixel(90, 70, image::Rgba([12, 8, 30, 255]));
    dark.save(fixture.path("dark.png")).unwrap();
    params.edits.clear();
    params.mask = None;
    params.other = Some(LensOther {
        light: 1.0,
        ..LensOther::new(source(&fixture.path("dark.png")))
    });
    let (lent, recipe) = fixture.picture(render(&params));
    assert!(brightness(&lent) < brightness(&original) - 30.0);
    assert_eq!(recipe.sources[1].name, "dark.png");
    // Gone over into it wholly, nothing of the photo is left.
    let other = params.other.as_mut().unwrap();
    (other.light, other.blend) = (0.0, 1.0);
    let (gone, _) = fixture.picture(render(&params));
    assert!(brightness(&gone) < 40.0, "{}", brightness(&gone));
}

/// In the middle of the network, not at the end of it.
#[test]
fn a_picture_that_is_stopped_stops() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    lens(&config.model_dirs[0], true);
    let (engine, events) = Engine::spawn(config, Arc::new(|| {})).unwrap();
    let source = source(&photo(&folder.path().join("photo.png"), 900, 900));
    let mut params = LensParams::new("lens", source);
    params.edits = vec![edit("measured.detail", 1.0)];
    let id = JobId(1);
    let job = render(&params);
    engine.send(Request::Job { id, job }).unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut stopped = None;
    let result = loop {
        match events.recv_deadline(deadline).unwrap() {
            Event::Progress {
                stage: Stage::Rendering,
                ..
            } if stopped.is_none() => {
                engine.send(Request::Cancel(id)).unwrap();
                stopped = Some(Instant::now());
            }
            Event::Done { result, .. } => break result,
            _ => {}
        }
    };
    assert!(matches!(result, Err(EngineError::Cancelled)), "{result:?}");
    println!("stopped after {:?}", stopped.unwrap().elapsed());
}

fn sliders(fixture: &mut Fixture, model: &str) -> Vec<DirectionInfo> {
    let model = model.to_owned();
    match fixture.job(Job::LensDirections { model }).unwrap() {
        Output::Directions { directions, .. } => directions.to_vec(),
        other => panic!("{other:?}"),
    }
}

/// A network that comes without sliders gets some, which do what they say, and keeps them.
#[test]
fn missing_sliders_are_measured_once_and_kept() {
    let mut fixture = fixture(false);
    let found = sliders(&mut fixture, "lens");
    let ids: Vec<&str> = found.iter().map(|d| d.id.as_str()).collect();
    assert!(ids.contains(&"measured.brightness"), "{ids:?}");
    assert!(ids.contains(&"measured.warmth"), "{ids:?}");
    assert!(found.iter().all(|d| d.measured && d.strength > 0.1));
    let mut params = LensParams::new("lens", fixture.photo("photo.png", 200, 150));
    let at = |fixture: &mut Fixture, params: &mut LensParams, sigma| {
        params.edits = vec![edit("measured.brightness", sigma)];
        brightness(&fixture.picture(render(params)).0)
    };
    let (dark, light) = (
        at(&mut fixture, &mut params, -1.5),
        at(&mut fixture, &mut params, 1.5),
    );
    assert!(dark + 10.0 < light, "{dark} {light}");
    // How to tell light from texture wasn't measured, and is said.
    params.gains = vec![LensGain {
        part: LensPart::Light,
        gain: 2.0,
    }];
    let told = fixture.job(render(&params)).unwrap_err().to_string();
    assert!(told.contains("Everything"), "{told}");
    params.gains[0].part = LensPart::All;
    fixture.picture(render(&params));
    // The next start has them at once.
    let mut next = Fixture {
        engine: LocalEngine::new(config(fixture.folder.path()), Arc::new(|| {})),
        folder: fixture.folder,
        next: 1,
    };
    let id = JobId(77);
    let model = "lens".to_owned();
    let job = Job::LensDirections { model };
    next.engine.send(Request::Job { id, job }).unwrap();
    let measures = |e: &Event| {
        matches!(
            e,
            Event::Progress {
                stage: Stage::Sampling,
                ..
            }
        )
    };
    assert!(!next.engine.run().iter().any(measures));
    let again = sliders(&mut next, "lens");
    assert_eq!(again, found);
}

/// TAESD and Stable Diffusion's own, as they are imported: measured sliders and the rest;
/// their card says what isn't known.
#[test]
fn imported_autoencoders_are_used_as_lens_is() {
    let mut fixture = fixture(false);
    for file in ["taesd", "kl"] {
        let golden = engine_files::repository("tests/golden/import").join(file);
        limner::import::import(&golden, &fixture.path("models"), Some(file)).unwrap();
    }
    fixture.engine.send(Request::Rescan).unwrap();
    let events = fixture.engine.run();
    let library = events.iter().rev().find_map(|e| match e {
        Event::Library(library) => Some(library.clone()),
        _ => None,
    });
    let library = library.unwrap();
    for model in ["taesd", "kl"] {
        let info = library.models.iter().find(|m| m.name == model).unwrap();
        assert_eq!(info.kind, limner::engine::protocol::ModelKind::Autoencoder);
        assert_eq!(info.licence, "unknown");
        assert!(info.card.contains("Licence: unknown") && info.card.contains("SHA-256"));
        for slider in sliders(&mut fixture, model) {
            let mut params = LensParams::new(model, fixture.photo("photo.png", 77, 50));
            params.edits = vec![edit(&slider.id, 2.0)];
            let (made, _) = fixture.picture(render(&params));
            assert_ne!(made, read(&fixture, "photo.png"), "{model}: {slider:?}");
        }
        let mut params = LensParams::new(model, fixture.photo("photo.png", 77, 50));
        params.gains = vec![LensGain {
            part: LensPart::All,
            gain: 1.5,
        }];
        params.other = Some(LensOther {
            blend: 0.5,
            texture: 0.5,
            ..LensOther::new(fixture.photo("other.png", 40, 90))
        });
        let (made, recipe) = fixture.picture(render(&params));
        assert_ne!(made, read(&fixture, "photo.png"), "{model}");
        assert_eq!(recipe.models[0].name, model);
        let (again, _) = fixture.picture(Job::Replay(Box::new(recipe)));
        assert_eq!(again, made);
    }
}

/// Sliders of other weights are told where they are asked for, and nowhere else.
#[test]
fn sliders_of_other_weights_are_refused() {
    let mut fixture = fixture(true);
    let file = fixture.path("models/lens/directions.json");
    let text = fs::read_to_string(&file).unwrap();
    let at = text.find("\"model_sha256\": \"").unwrap() + 17;
    let other = format!("{}0000{}", &text[..at], &text[at + 4..]);
    fs::write(&file, other).unwrap();
    let model = "lens".to_owned();
    let told = fixture.job(Job::LensDirections { model }).unwrap_err();
    assert!(told.to_string().contains("other weights"), "{told}");
    let mut params = LensParams::new("lens", fixture.photo("photo.png", 90, 70));
    params.other = Some(LensOther {
        blend: 0.5,
        ..LensOther::new(fixture.photo("other.png", 40, 90))
    });
    fixture.picture(render(&params));
    params.edits = vec![edit("answer.0", 1.0)];
    assert!(fixture.job(render(&params)).is_err());
}

#[test]
fn before_sliders_are_measured_it_says_what_is_missing_and_the_rest_works() {
    let mut fixture = fixture(false);
    let mut params = LensParams::new("lens", fixture.photo("photo.png", 90, 70));
    params.edits = vec![edit("measured.warmth", 1.0)];
    assert_ne!(
        fixture.picture(render(&params)).0,
        read(&fixture, "photo.png"),
        "needs no network"
    );
    params.edits = vec![edit("measured.redness", 1.0)];
    let told = fixture.job(render(&params)).unwrap_err().to_string();
    assert!(told.contains("no measured sliders"), "{told}");
    params.edits.clear();
    params.gains = vec![LensGain {
        part: LensPart::Light,
        gain: 2.0,
    }];
    let told = fixture.job(render(&params)).unwrap_err().to_string();
    assert!(told.contains("Everything"), "{told}");
    params.gains[0].part = LensPart::All;
    let (made, _) = fixture.picture(render(&params));
    assert_ne!(made, read(&fixture, "photo.png"));
    params.gains[0].gain = f32::NAN;
    assert!(fixture.job(render(&params)).is_err());
    params.model = "flowers".into();
    params.gains.clear();
    let told = fixture.job(render(&params)).unwrap_err().to_string();
    assert!(told.contains("autoencoder"), "{told}");
}

fn light(number: u8) -> f64 {
    let v = f64::from(number) / 255.0;
    match v <= 0.04045 {
        true => v / 12.92,
        false => ((v + 0.055) / 1.055).powf(2.4),
    }
}

fn number(light: f64) -> f64 {
    let v = light.clamp(0.0, 1.0);
    255.0
        * match v <= 0.0031308 {
            true => v * 12.92,
            false => 1.055 * v.powf(1.0 / 2.4) - 0.055,
        }
}

/// The same four edits computed here, in linear light.
fn edited(pixel: [u8; 3], direction: &str, sigma: f64) -> [f64; 3] {
    let rgb = pixel.map(light);
    let share = [0.2126, 0.7152, 0.0722];
    let grey: f64 = rgb.iter().zip(share).map(|(v, s)| v * s).sum();
    let edited = match direction {
        "measured.brightness" => rgb.map(|v| v * (0.5 * sigma).exp2()),
        "measured.contrast" => rgb.map(|v| 0.18 * (v / 0.18).powf((0.2 * sigma).exp2())),
        "measured.saturation" => rgb.map(|v| grey + (v - grey) * (1.0 + sigma / 3.0)),
        _ => {
            let half = (sigma / 6.0).exp2();
            let level = half * share[0] + share[1] + share[2] / half;
            let tint = [half / level, 1.0 / level, 1.0 / half / level];
            std::array::from_fn(|c| rgb[c] * tint[c])
        }
    };
    edited.map(number)
}

/// A real photo, made smaller.
fn sample(fixture: &Fixture, side: u32) -> limner::recipe::SourceRef {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/sample/photo.jpg");
    let photo = image::open(file).unwrap().thumbnail(side, side);
    photo.save(fixture.path("sample.png")).unwrap();
    source(&fixture.path("sample.png"))
}

/// Moved alone, these four are edits of light: within 2 of 255 of the same in linear light, at
/// sizes below and above the network's.
#[test]
fn brightness_contrast_warmth_and_saturation_are_edits_in_linear_light() {
    let mut fixture = fixture(true);
    for side in [200, 700] {
        let mut params = LensParams::new("lens", sample(&fixture, side));
        let photo = read(&fixture, "sample.png");
        for name in ["brightness", "contrast", "warmth", "saturation"] {
            for sigma in [-3.0f32, -1.0, 1.0, 3.0] {
                let direction = format!("measured.{name}");
                params.edits = vec![edit(&direction, sigma)];
                let (made, recipe) = fixture.picture(render(&params));
                let pixels = made
                    .rgba()
                    .chunks_exact(4)
                    .zip(photo.rgba().chunks_exact(4));
                for (is, was) in pixels {
                    let wanted = edited([was[0], was[1], was[2]], &direction, f64::from(sigma));
                    for (is, wanted) in is.iter().zip(wanted) {
                        let off = (f64::from(*is) - wanted).abs();
                        assert!(off <= 2.0, "{name} {sigma}: {is} for {wanted} of {was:?}");
                    }
                }
                let (again, _) = fixture.picture(Job::Replay(Box::new(recipe)));
                assert_eq!(again, made, "{name} {sigma} from its recipe");
            }
        }
    }
}

/// Made equally light, the two are other pictures.
#[test]
fn light_and_brightness_differ() {
    let mut fixture = fixture(true);
    let mut params = LensParams::new("lens", sample(&fixture, 256));
    for end in [-3.0f32, 3.0] {
        params.edits = vec![edit("answer.0", end)];
        let (light, _) = fixture.picture(render(&params));
        let wanted = brightness(&light);
        let (mut low, mut high) = (-4.0f32, 4.0);
        let mut nearest = light.clone();
        for _ in 0..9 {
            let middle = (low + high) / 2.0;
            params.edits = vec![edit("measured.brightness", middle)];
            nearest = fixture.picture(render(&params)).0;
            match brightness(&nearest) < wanted {
                true => low = middle,
                false => high = middle,
            }
        }
        assert!((brightness(&nearest) - wanted).abs() < 1.5);
        let off: f64 = light
            .rgba()
            .iter()
            .zip(nearest.rgba())
            .map(|(a, b)| f64::from(a.abs_diff(*b)))
            .sum::<f64>()
            / (light.rgba().len() as f64 * 0.75);
        println!("Light {end}: {off:.1} of 255 from Brightness");
        assert!(off > 3.0, "Light {end} is Brightness: {off}");
    }
}

/// The four and the network's go together, and the mask holds for both.
#[test]
fn light_goes_with_the_network_and_within_a_mask() {
    let mut fixture = fixture(true);
    let mut params = LensParams::new("lens", fixture.photo("photo.png", 256, 128));
    let original = read(&fixture, "photo.png");
    params.edits = vec![
        edit("measured.saturation", -3.0),
        edit("measured.redness", 2.0),
    ];
    let (both, _) = fixture.picture(render(&params));
    let grey = |p: &[u8]| p[0].abs_diff(p[1]) <= 1 && p[1].abs_diff(p[2]) <= 1;
    assert!(both.rgba().chunks_exact(4).all(grey), "grey comes last");
    params.edits.truncate(1);
    params.mask = Some(Arc::new(Mask {
        shapes: vec![MaskShape::Radial {
            center: [0.25, 0.25],
            radius: 0.2,
            feather: 0.1,
        }],
        invert: false,
    }));
    let (part, _) = fixture.picture(render(&params));
    let at = |p: &Picture, x: usize, y: usize| p.rgba()[(y * 256 + x) * 4..][..4].to_vec();
    assert_ne!(at(&part, 64, 32), at(&original, 64, 32));
    assert_eq!(at(&part, 250, 120), at(&original, 250, 120));
}
