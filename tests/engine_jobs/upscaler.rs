//! A generator that names the upscaler for its pictures.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use candle_core::Device;
use limner::engine::LocalEngine;
use limner::engine::protocol::*;
use limner::export::format::Format;
use limner::export::{self, Provenance, WriteOptions, metadata};
use limner::models::Registry;
use limner::picture::Picture;
use limner::recipe::{ExploreParams, WalkParams, WalkPath, Wrap};

use crate::engine_files::enlarger;
use crate::{Fixture, config};

/// The tiny generator names `brush`, and `brush` is there or not.
fn naming_brush(there: bool) -> Fixture {
    naming(there, |_| ())
}

/// `brush` knows ×2 only and hands on to another.
fn brush_then(other: &str) -> Fixture {
    naming(true, |models| {
        change(&models.join("brush/config.json"), |brush| {
            brush["then"] = other.into();
            brush["kwargs"]["scales"] = serde_json::json!([2]);
        });
    })
}

fn change(file: &Path, how: impl FnOnce(&mut serde_json::Value)) {
    let text = fs::read_to_string(file).unwrap();
    let mut value = serde_json::from_str(&text).unwrap();
    how(&mut value);
    fs::write(file, value.to_string()).unwrap();
}

fn naming(there: bool, prepare: impl FnOnce(&Path)) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let models = &config.model_dirs[0];
    if there {
        enlarger(models, "brush", 41);
    }
    change(&models.join("flowers/config.json"), |flowers| {
        flowers["upscaler"] = "brush".into();
    });
    prepare(models);
    let engine = LocalEngine::new(config, Arc::new(|| {}));
    Fixture {
        folder,
        engine,
        next: 1,
    }
}

fn on_canvas(fixture: &mut Fixture) -> Picture {
    let work = Work::Explore(Arc::new(ExploreParams::new("flowers", 3)));
    fixture.preview(work, Tier::Crisp(1024)).unwrap()
}

/// A picture of the generator, saved with its recipe or with none, then upscaled by whatever the
/// program takes: the picture, and the network that its recipe names.
fn upscaled(fixture: &mut Fixture, with_recipe: bool) -> (Picture, String) {
    let params = ExploreParams::new("flowers", 3);
    let (own, recipe) = fixture.picture(Job::Render(Arc::new(params)));
    let path = fixture.path("own.png");
    let options = WriteOptions {
        replace: true,
        ..WriteOptions::new(Format::Png)
    };
    let recipe = with_recipe.then_some(&recipe);
    export::write(&path, &own, recipe, &Provenance::default(), &options).unwrap();
    let (large, recipe) = fixture.picture(Job::Upscale {
        path,
        scale: 4,
        model: None,
        wrap: None,
    });
    (large, recipe.models[0].name.clone())
}

#[test]
fn its_pictures_are_drawn_and_upscaled_through_it() {
    let crisp = on_canvas(&mut Fixture::new());
    let mut fixture = naming_brush(true);
    let brush = on_canvas(&mut fixture);
    assert_eq!(brush.size(), crisp.size());
    assert_ne!(brush, crisp);
    let (large, name) = upscaled(&mut fixture, true);
    assert_eq!(name, "brush");
    assert_eq!(large, brush, "what is saved is what was seen");
    // A picture that doesn't say what made it goes through the one that ships.
    assert_eq!(upscaled(&mut fixture, false), (crisp, "crisp".to_owned()));
}

#[test]
fn where_it_is_gone_the_one_that_ships_serves() {
    let crisp = on_canvas(&mut Fixture::new());
    let mut fixture = naming_brush(false);
    assert_eq!(on_canvas(&mut fixture), crisp);
    assert_eq!(upscaled(&mut fixture, true), (crisp, "crisp".to_owned()));
}

#[test]
fn one_that_knows_a_small_scale_goes_on_through_another() {
    let mut fixture = brush_then("crisp");
    let twice = |fixture: &mut Fixture, path: &str, scale, model: &str| {
        let (picture, recipe) = fixture.picture(Job::Upscale {
            path: fixture.path(path),
            scale,
            model: Some(model.to_owned()),
            wrap: Some(Wrap::None),
        });
        let names: Vec<String> = recipe.models.iter().map(|m| m.name.clone()).collect();
        (picture, names)
    };
    let save = |fixture: &Fixture, name: &str, picture: &Picture| {
        let options = WriteOptions {
            replace: true,
            ..WriteOptions::new(Format::Png)
        };
        let path = fixture.path(name);
        export::write(&path, picture, None, &Provenance::default(), &options).unwrap();
    };
    let (own, _) = fixture.picture(Job::Render(Arc::new(ExploreParams::new("flowers", 3))));
    save(&fixture, "own.png", &own);
    let (two, names) = twice(&mut fixture, "own.png", 2, "brush");
    assert_eq!(names, ["brush"]);
    save(&fixture, "two.png", &two);
    let (apart, _) = twice(&mut fixture, "two.png", 2, "crisp");
    let (four, names) = twice(&mut fixture, "own.png", 4, "brush");
    assert_eq!(names, ["brush", "crisp"], "both are credited");
    assert_eq!(four.size(), own.size().map(|side| 4 * side));
    let apart = four.rgba().iter().zip(apart.rgba());
    let most = apart.map(|(a, b)| a.abs_diff(*b)).max().unwrap();
    assert!(
        most <= 2,
        "rounded to a byte in between, {most} apart at most"
    );
    assert_eq!(
        on_canvas(&mut fixture),
        four,
        "what is seen is what is saved"
    );
}

#[test]
fn one_whose_other_is_gone_has_its_own_scales() {
    for (other, scales) in [
        ("crisp", vec![2, 4]),
        ("nobody", vec![2]),
        ("brush", vec![2]),
    ] {
        let fixture = brush_then(other);
        let folders = vec![fixture.path("models")];
        let library = Registry::open(folders, None, Device::Cpu).library();
        let brush = library.models.iter().find(|m| m.name == "brush").unwrap();
        assert_eq!(brush.scales, scales, "then {other}");
    }
}

#[test]
fn its_films_go_through_it_or_through_the_one_that_is_named() {
    let mut fixture = naming_brush(true);
    let mut film = |enlarger: Option<&str>| {
        let out = fixture.path("film.png");
        let points = [3, 4].map(|seed| ExploreParams::new("flowers", seed));
        let walk = WalkParams {
            points: points.into(),
            frames: 2,
            fps: 10.0,
            looped: false,
            path: WalkPath::Spherical,
            spans: Vec::new(),
        };
        let job = FilmJob {
            params: walk.into(),
            max_side: 64,
            enlarge: 2,
            enlarger: enlarger.map(str::to_owned),
            file: FilmFile::named(out.clone()).unwrap(),
        };
        fixture.job(Job::Walk(Box::new(job))).unwrap();
        let recipe = metadata::read(&out).unwrap().recipe.unwrap();
        (recipe.models[1].name.clone(), fs::read(&out).unwrap())
    };
    let (own, frames) = film(None);
    assert_eq!(own, "brush");
    let (named, others) = film(Some("crisp"));
    assert_eq!(named, "crisp");
    assert_ne!(frames, others);
}

#[test]
fn a_large_picture_is_made_again_where_the_small_ones_file_is_gone() {
    let mut fixture = Fixture::new();
    let params = ExploreParams::new("flowers", 3);
    let (own, recipe) = fixture.picture(Job::Render(Arc::new(params)));
    let path = fixture.path("aside.png");
    let options = WriteOptions::new(Format::Png);
    export::write(&path, &own, Some(&recipe), &Provenance::default(), &options).unwrap();
    let (large, recipe) = fixture.picture(Job::Upscale {
        path: path.clone(),
        scale: 2,
        model: None,
        wrap: None,
    });
    let again = |fixture: &mut Fixture| fixture.picture(Job::Replay(Box::new(recipe.clone()))).0;
    assert_eq!(again(&mut fixture), large);
    fs::remove_file(&path).unwrap();
    fixture.restart();
    assert_eq!(again(&mut fixture), large);
    let mut silent = recipe.clone();
    silent.extra.clear();
    assert!(fixture.job(Job::Replay(Box::new(silent))).is_err());
}
