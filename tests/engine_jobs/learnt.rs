//! Learnt styles: each a painter of its own.

use super::*;
use engine_files::{learnt, repository};
use limner::export::{Provenance, Writing};

pub fn builtin(id: &str) -> StyleLayer {
    StyleLayer {
        style: StyleSource::Builtin(id.into()),
        ..style(SourceRef::default())
    }
}

fn fixture(styles: &[(&str, f32)]) -> Fixture {
    let mut fixture = Fixture::new();
    learnt(&fixture.path("models"), styles);
    fixture.restart();
    fixture
}

pub fn stylize(params: &StyleParams) -> Job {
    Job::Stylize(Arc::new(params.clone()), StylizeOptions::default())
}

pub fn library(fixture: &mut Fixture) -> Arc<Library> {
    fixture.engine.send(Request::Rescan).unwrap();
    let events = fixture.engine.run().into_iter();
    let found = events.filter_map(|e| match e {
        Event::Library(library) => Some(library),
        _ => None,
    });
    found.last().unwrap()
}

fn estimate(fixture: &mut Fixture, params: &StyleParams) -> Estimate {
    let request = Request::Estimate {
        seq: 1,
        params: Arc::new(params.clone()),
        rendering: Rendering::Fast(StylizeOptions::default()),
    };
    fixture.engine.send(request).unwrap();
    let found = fixture.engine.run().into_iter().find_map(|e| match e {
        Event::Estimate { estimate, .. } => Some(estimate),
        _ => None,
    });
    found.unwrap()
}

#[test]
fn a_learnt_style_paints_and_its_recipe_wants_just_that_file() {
    let mut fixture = fixture(&[("wave", 1.0)]);
    let photo = fixture.photo("photo.jpg", 300, 200);
    let params = params(photo, vec![builtin("wave")]);
    let (made, recipe) = fixture.picture(stylize(&params));
    let preview = fixture
        .preview(Work::Style(Arc::new(params.clone())), Tier::Full(300))
        .unwrap();
    assert!(within(&made, &preview, 0.999) <= 1);
    let file = fixture.path("models/styles/learnt/wave.safetensors");
    let sha256 = limner::digest::sha256_of_file(&file).unwrap();
    let names: Vec<&str> = recipe.models.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(names, ["restyle", "learnt/wave"]);
    assert_eq!(recipe.models[1].sha256, sha256);
    let recipe = Recipe::from_json(&recipe.to_json()).unwrap();
    let (again, _) = fixture.picture(Job::Replay(Box::new(recipe.clone())));
    assert_eq!(again, made);

    // Another file under its name: neither recipe nor document paints silently differently.
    learnt(&fixture.path("models"), &[("wave", -3.0)]);
    fixture.restart();
    let error = fixture
        .job(Job::Replay(Box::new(recipe.clone())))
        .unwrap_err();
    assert!(error.to_string().contains("another version"), "{error}");
    let limner::recipe::Making::Style(opened) = recipe.making.clone() else {
        panic!("{recipe:?}")
    };
    let work = Work::Style(Arc::new(opened.clone()));
    let error = fixture.preview(work, Tier::Full(64)).unwrap_err();
    assert!(error.to_string().contains("another version"), "{error}");
    let (other, _) = fixture.picture(stylize(&params));
    assert!(
        within(&other, &made, 0.5) > 3,
        "the new file is used where none is named"
    );

    // Not here any more.
    learnt(&fixture.path("models"), &[]);
    fixture.restart();
    for job in [Job::Replay(Box::new(recipe)), stylize(&opened)] {
        let error = fixture.job(job).unwrap_err().to_string();
        assert!(error.contains("learnt style 'wave' isn't here"), "{error}");
    }
}

#[test]
fn a_recipe_from_before_the_style_was_learnt_is_painted_as_then() {
    let mut fixture = fixture(&[]);
    let photo = fixture.photo("photo.jpg", 200, 160);
    let mut params = params(photo, vec![builtin("plain")]);
    let (then, recipe) = fixture.picture(stylize(&params));
    let index = fixture.path("models/styles/index.json");
    learnt(&fixture.path("models"), &[("plain", 1.0)]);
    let text = fs::read_to_string(&index).unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
    json["styles"].as_array_mut().unwrap().remove(0);
    fs::write(&index, json.to_string()).unwrap();
    fixture.restart();
    let (now, _) = fixture.picture(Job::Replay(Box::new(recipe)));
    assert_eq!(now, then);
    params.styles[0].code = None;
    assert!(within(&fixture.picture(stylize(&params)).0, &then, 0.5) > 3);
}

/// Codes of one network are one pass; each learnt painter is one of its own, and the estimate
/// says so beforehand. The mix lies between its parts, by their weights.
#[test]
fn learnt_styles_are_mixed_with_others() {
    let mut fixture = fixture(&[("wave", 8.0), ("night", -8.0)]);
    let photo = fixture.photo("photo.png", 200, 160);
    let look = fixture.photo("look.png", 120, 90);
    let base = params(photo, vec![]);
    let with = |layers: &[StyleLayer]| StyleParams {
        styles: layers.to_vec(),
        ..base.clone()
    };
    let all = [
        builtin("plain"),
        style(look),
        builtin("wave"),
        builtin("night"),
    ];
    let passes = [(0..1, 1), (0..2, 1), (2..3, 1), (1..3, 2), (0..4, 3)];
    for (layers, passes) in passes {
        let params = with(&all[layers.clone()]);
        assert_eq!(estimate(&mut fixture, &params).passes, passes, "{layers:?}");
    }
    let mut make = |layers: &[StyleLayer]| fixture.picture(stylize(&with(layers))).0;
    let (wave, night) = (make(&all[2..3]), make(&all[3..]));
    assert!(within(&wave, &night, 0.5) > 10);
    let mut pair = all[2..].to_vec();
    let middle = make(&pair);
    pair[1].weight = 0.2;
    let more = make(&pair);
    let toward = |p: &Picture| (within(p, &wave, 0.5), within(p, &night, 0.5));
    assert!(toward(&more).0 < toward(&middle).0, "{:?}", toward(&more));
    assert!(toward(&more).1 > toward(&middle).1, "{:?}", toward(&more));
    // Each keeps to its own mask, and colours can be kept.
    let half = |from: f32, to: f32| Mask {
        shapes: vec![MaskShape::Linear {
            from: [from, 0.0],
            to: [to, 0.0],
        }],
        invert: false,
    };
    let mut masked = all[2..].to_vec();
    masked[0].mask = Some(half(0.5, 0.45).into());
    masked[1].mask = Some(half(0.5, 0.55).into());
    let made = make(&masked);
    let column = |p: &Picture, x: usize| p.rgba()[(80 * 200 + x) * 4..][..4].to_vec();
    assert_eq!(column(&made, 20), column(&wave, 20));
    assert_eq!(column(&made, 180), column(&night, 180));
    let mut params = with(&all[2..3]);
    params.keep_colors = 1.0;
    assert!(within(&fixture.picture(stylize(&params)).0, &wave, 0.5) > 3);
    params.brush = 2.0;
    fixture.picture(stylize(&params));
}

#[test]
fn tiles_of_a_learnt_style_cannot_be_seen() {
    let mut fixture = fixture(&[("wave", 1.0)]);
    let mut params = params(fixture.photo("photo.png", 560, 400), vec![builtin("wave")]);
    params.brush = 0.5;
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
    assert!(within(&make(128), &whole, 0.999) <= 1);
}

#[test]
fn fine_begins_with_a_learnt_style() {
    let mut fixture = fixture(&[("wave", 1.0)]);
    engine_files::vgg19(&fixture.path("models"));
    fixture.restart();
    let params = params(fixture.photo("photo.png", 96, 80), vec![builtin("wave")]);
    let options = FineOptions {
        max_side: Some(64),
        memory_budget: 2 << 30,
        effort: Effort::Steps(4),
    };
    let job = Job::StylizeFine(Arc::new(params), options);
    let (made, recipe) = fixture.picture(job);
    assert!(recipe.models.iter().any(|m| m.name == "learnt/wave"));
    let (again, _) = fixture.picture(Job::Replay(Box::new(recipe)));
    assert_eq!(again, made);
}

#[test]
fn the_library_and_the_files_say_whose_work_it_is() {
    let mut fixture = fixture(&[("wave", 1.0)]);
    let library = library(&mut fixture);
    assert!(library.broken.is_empty(), "{:?}", library.broken);
    let wave = library
        .styles
        .iter()
        .find(|s| s.name == "The wave")
        .unwrap();
    assert_eq!(wave.painter, Painter::Learnt);
    assert_eq!(
        (wave.group.as_str(), wave.by().as_str()),
        ("Masters", "A. Painter, c. 1831")
    );
    assert!(wave.swatch.is_some() && wave.origin.contains("A museum"));
    let line = "The wave, A. Painter, c. 1831, public domain";
    assert_eq!(wave.credit_line(), line);
    let params = params(fixture.photo("photo.png", 96, 80), vec![builtin("wave")]);
    let (_, recipe) = fixture.picture(stylize(&params));
    let labels = Provenance::of(&recipe, &limner::engine::cards(&library), "", "");
    assert_eq!(
        labels.credit,
        format!("Made with Limner (restyle); style {line}")
    );
    assert!(
        labels
            .statement
            .contains("The wave: A. Painter, c. 1831: public domain.")
    );
}

/// Starting reads the index alone: a learnt style that can't be used is told when it is chosen, and
/// the others work.
#[test]
fn a_broken_file_holds_up_nobody_else() {
    let mut fixture = fixture(&[("wave", 1.0), ("night", 1.0)]);
    let file = fixture.path("models/styles/learnt/wave.safetensors");
    fs::write(&file, b"not at all").unwrap();
    fixture.restart();
    assert_eq!(library(&mut fixture).styles.len(), 3);
    let photo = fixture.photo("photo.png", 96, 80);
    let both = params(photo.clone(), vec![builtin("night")]);
    fixture.picture(stylize(&both));
    let error = fixture.job(stylize(&params(photo.clone(), vec![builtin("wave")])));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("this learnt style can't be used"), "{error}");
    // One of another Restyle.
    fs::copy(repository("tests/golden/learnt_tiny.safetensors"), &file).unwrap();
    let error = fixture.job(stylize(&params(photo, vec![builtin("wave")])));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("another Restyle"), "{error}");
}

#[test]
fn a_folder_of_photos_gets_a_learnt_style() {
    let mut fixture = fixture(&[("wave", 1.0)]);
    let photos: Vec<PathBuf> = (0..2)
        .map(|i| photo(&fixture.path(&format!("p{i}.png")), 80 + i, 64))
        .collect();
    let folder = FolderJob {
        photos,
        params: Arc::new(params(SourceRef::default(), vec![builtin("wave")])),
        panoramas: true,
        options: StylizeOptions::default(),
        fine: None,
        out: fixture.path("out"),
        writing: Writing::new(limner::export::WriteOptions::new(
            limner::export::format::Format::Png,
        )),
    };
    let Output::Folder {
        written, skipped, ..
    } = fixture.job(Job::StylizeFolder(Box::new(folder))).unwrap()
    else {
        panic!()
    };
    assert_eq!((written.len(), skipped.len()), (2, 0));
    let recipe = limner::export::metadata::read_recipe(&written[0]).unwrap();
    let recipe = recipe.unwrap();
    assert!(recipe.models.iter().any(|m| m.name == "learnt/wave"));
}
