//! Pictures of version 0.1.0 render again, from the recipes that it wrote, to the same
//! pixels: whatever sliders, options and settings are called by now.
//!
//! `tests/golden/recipes_0_1_0` holds what version 0.1.0 wrote with
//! `LIMNER_KERNEL=portable` on a processor with AVX-512: recipes, the pictures that go into
//! them, and the results. On other processors the last bits of the trained networks' sums
//! may round another way, so that a step of colour is forgiven there.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use image::RgbaImage;
use serde_json::Value;

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/recipes_0_1_0")
        .join(name)
}

/// The program with the networks that ship.
struct Program {
    folder: tempfile::TempDir,
}

impl Program {
    fn run(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_limner"))
            .args(words)
            .arg("--models")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("models"))
            .current_dir(self.folder.path())
            .env("LIMNER_KERNEL", "portable")
            .env("XDG_CACHE_HOME", self.folder.path().join("cache"))
            .env("XDG_DATA_HOME", self.folder.path().join("data"))
            .output()
            .unwrap()
    }

    /// Whether the networks of a recipe still ship as they were.
    fn has_networks_of(&self, recipe: &Value) -> bool {
        let listed = self.run(&["models", "list", "--json"]).stdout;
        let listed: Value = serde_json::from_slice(&listed).unwrap();
        let here = listed["models"].as_array().unwrap();
        let is_here = |m: &Value| {
            let same = |h: &Value| h["name"] == m["name"] && h["sha256"] == m["sha256"];
            here.iter().any(same)
        };
        recipe["models"].as_array().unwrap().iter().all(is_here)
    }
}

/// Most that two pictures differ, of 255.
fn farthest(a: &RgbaImage, b: &RgbaImage) -> u8 {
    assert_eq!(a.dimensions(), b.dimensions());
    let steps = a.as_raw().iter().zip(b.as_raw());
    steps.map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
}

#[cfg(target_arch = "x86_64")]
fn rounds_as_it_did() -> bool {
    std::arch::is_x86_feature_detected!("avx512f")
}

#[cfg(not(target_arch = "x86_64"))]
fn rounds_as_it_did() -> bool {
    false
}

/// Renders a recipe again and compares. A network that was trained anew since makes other
/// pictures: then the recipe must be refused, with its reason.
fn comes_back(name: &str, sources: &[&str], forgiven: u8) {
    let folder = tempfile::tempdir().unwrap();
    let program = Program { folder };
    let file = golden(&format!("{name}.json"));
    let recipe: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let sources: Vec<_> = sources.iter().map(|s| golden(s)).collect();
    let mut words = vec![
        "recipe",
        "render",
        file.to_str().unwrap(),
        "-o",
        "again.png",
    ];
    for source in &sources {
        words.extend(["--source", source.to_str().unwrap()]);
    }
    let output = program.run(&words);
    let errors = String::from_utf8_lossy(&output.stderr);
    if !program.has_networks_of(&recipe) {
        assert!(errors.contains("another version"), "{name}: {errors}");
        return;
    }
    assert!(output.status.success(), "{name}: {errors}");
    let is = image::open(program.folder.path().join("again.png")).unwrap();
    let was = image::open(golden(&format!("{name}.png"))).unwrap();
    let most = if rounds_as_it_did() { 0 } else { forgiven };
    let off = farthest(&is.into_rgba8(), &was.into_rgba8());
    assert!(off <= most, "{name}: off by {off} of 255");
}

#[test]
fn waves_with_sliders_of_old_names() {
    comes_back("waves", &[], 0);
}

#[test]
fn fruit_with_sliders_style_mixing_and_noise() {
    comes_back("fruit", &[], 1);
}

#[test]
fn fruit_found_from_a_photo() {
    comes_back("projected", &["photo.png"], 1);
}

#[test]
fn a_photo_in_two_styles() {
    comes_back("styled", &["photo.png", "other.png"], 1);
}

#[test]
fn a_photo_of_lens_with_sliders_gains_and_a_second_picture() {
    comes_back("lens", &["photo.png", "other.png"], 1);
}

#[test]
fn an_upscaled_photo() {
    comes_back("upscaled", &["photo.png"], 1);
}
