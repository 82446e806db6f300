//! The command line as people use it: the real program on real files.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bin;
#[path = "../engine_files/mod.rs"]
mod engine_files;
mod equal_bytes;
#[path = "../common/film_reader.rs"]
mod film_reader;
mod films;
mod fine;
mod finish;
mod folder;
mod foreign;
mod grow;
mod kin;
mod lens;
#[path = "../common/skip.rs"]
mod skip;
mod words;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use engine_files::{models, photo};
use serde_json::Value;

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        models(folder.path());
        Self { folder }
    }

    fn limner(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_limner"))
            .args(words)
            .args(["--models", "models"])
            .current_dir(self.folder.path())
            .env("XDG_CACHE_HOME", self.folder.path().join("cache"))
            .env("XDG_DATA_HOME", self.folder.path().join("data"))
            .output()
            .unwrap()
    }

    fn fine(&self, words: &[&str]) -> String {
        let output = self.limner(words);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.fine(&[words, &["--json"]].concat())).unwrap()
    }

    /// The one line of a failure.
    fn fails(&self, words: &[&str]) -> String {
        let output = self.limner(words);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{words:?} should fail");
        assert!(output.stdout.is_empty(), "{words:?}");
        assert_eq!(errors.trim_end().lines().count(), 1, "{words:?}: {errors}");
        assert!(errors.starts_with("limner: "), "{errors}");
        errors
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path().join(name)).unwrap()
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }
}

fn decoded(path: &Path) -> image::RgbaImage {
    image::open(path).unwrap().into_rgba8()
}

#[test]
fn the_same_seed_gives_the_same_bytes_whatever_the_threads() {
    let desk = Desk::new();
    for model in ["cppn", "flowers"] {
        for threads in ["1", "2"] {
            let out = format!("{model}-{threads}.png");
            let mut words = vec!["generate", "--model", model, "--seed", "85"];
            words.extend(["--threads", threads, "-o", &out]);
            if model == "cppn" {
                words.extend(["--size", "150x100"]);
            }
            desk.fine(&words);
        }
        let (one, two) = (format!("{model}-1.png"), format!("{model}-2.png"));
        assert!(desk.bytes(&one) == desk.bytes(&two), "{model}");
    }
    assert_eq!(decoded(&desk.path("cppn-1.png")).dimensions(), (150, 100));
}

#[test]
fn an_imported_style_network_is_a_style_like_the_others() {
    let desk = Desk::new();
    photo(&desk.path("photo.png"), 120, 90);
    let golden = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden/import/fast_style.pth"
    );
    let words = ["models", "import", golden, "--name", "mosaic"];
    let told = desk.fine(&[&words[..], &["--into", "models"]].concat());
    assert!(told.contains("one style"), "{told}");
    let listed = desk.json(&["models", "list"]);
    let styles = listed["styles"].as_array().unwrap();
    // A style that ships has the same name; both can be had.
    assert!(styles.iter().any(|s| s["id"] == "net/mosaic"), "{styles:?}");
    let swatches: Vec<_> = fs::read_dir(desk.path("cache/limner/swatches"))
        .unwrap()
        .collect();
    assert_eq!(swatches.len(), 1, "what it does to the sample photo");
    let words = ["stylize", "photo.png", "--style", "net/mosaic"];
    desk.fine(&[&words[..], &["--threads", "1", "-o", "a.png"]].concat());
    desk.fine(
        &[
            &words[..],
            &["--tile", "128", "--threads", "2", "-o", "b.png"],
        ]
        .concat(),
    );
    assert!(decoded(&desk.path("a.png")) == decoded(&desk.path("b.png")));
    assert!(decoded(&desk.path("a.png")) != decoded(&desk.path("photo.png")));
    // The recipe names the network that painted, and nothing else.
    let recipe = desk.json(&["recipe", "show", "a.png"]);
    let models = recipe["models"].as_array().unwrap();
    assert_eq!(models.len(), 1);
    assert_eq!(models[0]["name"], "mosaic");
    desk.fine(&["recipe", "render", "a.png", "-o", "again.png"]);
    assert!(decoded(&desk.path("a.png")) == decoded(&desk.path("again.png")));
    // Without the network its recipe says which one is missing.
    fs::rename(desk.path("models/mosaic"), desk.path("away")).unwrap();
    let why = desk.fails(&["recipe", "render", "a.png", "-o", "c.png"]);
    assert!(why.contains("'mosaic'"), "{why}");
    fs::rename(desk.path("away"), desk.path("models/mosaic")).unwrap();
    // It goes together with other styles, and the photo's colours can be kept.
    photo(&desk.path("style.png"), 80, 80);
    let both = ["--style", "style.png", "--keep-colors", "-o", "both.png"];
    desk.fine(&[&words[..], &both].concat());
    let recipe = desk.json(&["recipe", "show", "both.png"]);
    assert_eq!(recipe["models"].as_array().unwrap().len(), 2);
    let told = desk.json(&[&words[..], &["--estimate"]].concat());
    assert_eq!(told["estimates"][0]["width"], 120);
}

#[test]
fn recipes_go_round() {
    let desk = Desk::new();
    let words = [
        "generate",
        "--model",
        "flowers",
        "--seed",
        "7",
        "--mix-seed",
        "9",
    ];
    desk.fine(&[&words[..], &["--mix-layers", "2..4", "-o", "a.png"]].concat());
    let recipe = desk.fine(&["recipe", "show", "a.png"]);
    let value: Value = serde_json::from_str(&recipe).unwrap();
    assert_eq!(value["making"]["mix"]["layers"]["start"], 2);
    desk.fine(&["recipe", "render", "a.png", "-o", "b.png"]);
    assert!(decoded(&desk.path("a.png")) == decoded(&desk.path("b.png")));
    fs::write(desk.path("by-hand.json"), &recipe).unwrap();
    desk.fine(&["recipe", "render", "by-hand.json", "-o", "c.tif"]);
    assert!(decoded(&desk.path("a.png")) == decoded(&desk.path("c.tif")));
    desk.fine(&["recipe", "strip", "a.png", "-o", "bare.png"]);
    assert!(
        desk.fails(&["recipe", "show", "bare.png"])
            .contains("no recipe")
    );
    let newer = recipe.replace("\"version\": 1", "\"version\": 99");
    assert_ne!(newer, recipe);
    fs::write(desk.path("newer.json"), newer).unwrap();
    let why = desk.fails(&["recipe", "render", "newer.json", "-o", "d.png"]);
    assert!(why.contains("newer Limner"), "{why}");
    let gone = recipe.replace("flowers", "nowhere");
    fs::write(desk.path("gone.json"), gone).unwrap();
    let why = desk.fails(&["recipe", "render", "gone.json", "-o", "d.png"]);
    assert!(why.contains("no model called 'nowhere'"), "{why}");
}

#[test]
fn photos_are_stylised() {
    let desk = Desk::new();
    photo(&desk.path("photo.jpg"), 200, 150);
    photo(&desk.path("style.png"), 80, 80);
    photo(&desk.path("other.png"), 60, 90);
    let words = [
        "stylize",
        "photo.jpg",
        "--style",
        "style.png:2",
        "--style",
        "other.png",
    ];
    for threads in ["1", "2"] {
        let out = format!("out-{threads}.png");
        desk.fine(&[&words[..], &["--threads", threads, "-o", &out]].concat());
    }
    assert!(desk.bytes("out-1.png") == desk.bytes("out-2.png"));
    assert_eq!(decoded(&desk.path("out-1.png")).dimensions(), (200, 150));
    desk.fine(&["recipe", "render", "out-1.png", "-o", "again.png"]);
    assert!(decoded(&desk.path("out-1.png")) == decoded(&desk.path("again.png")));
    let told = desk.json(&[&words[..], &["--estimate", "--max-side", "100"]].concat());
    assert_eq!(told["estimates"][0]["width"], 100);
    // Without names in the recipe, the photo has to be shown to a machine that never saw it.
    desk.fine(&[&words[..], &["--no-source-names", "-o", "anon.png"]].concat());
    desk.fine(&["recipe", "render", "anon.png", "-o", "known.png"]);
    assert!(decoded(&desk.path("known.png")) == decoded(&desk.path("out-1.png")));
    fs::remove_dir_all(desk.path("data")).unwrap();
    assert!(
        !desk
            .fine(&["recipe", "show", "anon.png"])
            .contains("photo.jpg")
    );
    assert!(
        desk.fails(&["recipe", "render", "anon.png", "-o", "x.png"])
            .contains("where")
    );
    let shown = [
        "recipe",
        "render",
        "anon.png",
        "--source",
        "photo.jpg",
        "-o",
        "x.png",
    ];
    desk.fine(&shown);
    assert!(decoded(&desk.path("x.png")) == decoded(&desk.path("out-1.png")));
    // Several photos into a folder; one is broken.
    fs::write(desk.path("broken.jpg"), b"\xff\xd8\xff").unwrap();
    let several = [
        "stylize",
        "photo.jpg",
        "broken.jpg",
        "--style",
        "style.png",
        "-o",
        "all",
    ];
    let output = desk.limner(&several);
    assert!(!output.status.success());
    let why = String::from_utf8(output.stderr).unwrap();
    assert!(
        why.contains("skipped") && why.contains("broken.jpg"),
        "{why}"
    );
    assert!(desk.path("all/photo.png").exists());
}

#[test]
fn what_is_to_be_known_of_a_photo_is_told() {
    let desk = Desk::new();
    let deep = image::ImageBuffer::from_pixel(64, 48, image::Rgb([65_535u16, 32_896, 257]));
    let deep = image::DynamicImage::ImageRgb16(deep);
    deep.save(desk.path("deep.png")).unwrap();
    photo(&desk.path("style.png"), 80, 80);
    let words = ["stylize", "deep.png", "--style", "style.png", "-o"];
    let output = desk.limner(&[&words[..], &["a.png"]].concat());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("deep.png: 16 bits a channel were rounded to 8"),
        "{told}"
    );
    let told = desk.json(&[&words[..], &["b.png"]].concat());
    let note = &told["notes"][0];
    assert!(
        note["photo"].as_str().unwrap().ends_with("deep.png"),
        "{told}"
    );
    assert!(
        note["notes"][0].as_str().unwrap().contains("16 bits"),
        "{told}"
    );
}

#[test]
fn walks_pictures_and_lists() {
    let desk = Desk::new();
    let walk = [
        "walk", "--model", "flowers", "--seeds", "1,2,3", "--frames", "6", "--loop",
    ];
    desk.fine(&[&walk[..], &["-o", "walk.gif"]].concat());
    assert!(desk.bytes("walk.gif").starts_with(b"GIF89a"));
    let made = [
        "generate", "--model", "flowers", "--count", "3", "--seed", "5", "-o", "many",
    ];
    let told = desk.json(&made);
    assert_eq!(told["written"].as_array().unwrap().len(), 3);
    assert!(desk.path("many/flowers-0007.png").exists());
    photo(&desk.path("small.png"), 30, 20);
    desk.fine(&["upscale", "small.png", "--scale", "4", "-o", "large.png"]);
    assert_eq!(decoded(&desk.path("large.png")).dimensions(), (120, 80));
    let list = desk.json(&["models", "list"]);
    let names: Vec<&str> = list["models"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|m| m["name"].as_str())
        .collect();
    for name in ["cppn", "flowers", "restyle", "crisp"] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert!(
        desk.fine(&["models", "show", "restyle"])
            .contains("For tests")
    );
    let doctor = desk.json(&["doctor", "--threads", "1"]);
    assert_eq!(doctor["threads"], 1);
    assert!(doctor["models"][0]["sha256"].as_str().unwrap().len() == 64);
    assert!(doctor["cpu_features"].is_array() && doctor["model_folders"].is_array());
}

#[test]
fn mistakes_are_one_clear_line() {
    let desk = Desk::new();
    photo(&desk.path("photo.png"), 20, 20);
    fn generate<'a>(more: &[&'a str]) -> Vec<&'a str> {
        [&["generate", "--model", "flowers"], more].concat()
    }
    let says = |words: &[&str], what: &str| {
        let line = desk.fails(words);
        assert!(line.contains(what), "{words:?}: {line}");
    };
    says(&generate(&["--seed", "x", "-o", "a.png"]), "'x'");
    says(&generate(&["--seed", "-1", "-o", "a.png"]), "--seed");
    says(&generate(&["--truncation", "nan", "-o", "a.png"]), "nan");
    says(&generate(&["--truncation", "7", "-o", "a.png"]), "-1 to 2");
    says(&generate(&["--size", "10", "-o", "a.png"]), "800x600");
    says(&generate(&["--size", "10x10", "-o", "a.png"]), "16 x 24");
    says(&generate(&["--threads", "0", "-o", "a.png"]), "--threads");
    says(
        &generate(&["--device", "gpu", "-o", "a.png"]),
        "unknown device",
    );
    says(
        &generate(&["--device", "cuda", "-o", "a.png"]),
        "limner-cuda",
    );
    says(
        &generate(&["--mix-seed", "1", "--mix-layers", "3..99", "-o", "a.png"]),
        "0..",
    );
    says(
        &generate(&["--direction", "zzz=1", "-o", "a.png"]),
        "it has: Warmth",
    );
    says(&generate(&[]), "--out");
    says(&generate(&["-o", "a.xyz"]), ".png");
    says(&generate(&["-o", "nowhere/a.png"]), "no such folder");
    says(&["generate", "--model", "nope", "-o", "a.png"], "flowers");
    says(
        &["generate", "--model", "restyle", "-o", "a.png"],
        "not a generator",
    );
    says(
        &["stylize", "gone.png", "--style", "photo.png", "-o", "a.png"],
        "no such file",
    );
    says(
        &["stylize", "photo.png", "--style", "gone.png", "-o", "a.png"],
        "built-in",
    );
    says(
        &[
            "stylize",
            "photo.png",
            "--style",
            "photo.png:x",
            "-o",
            "a.png",
        ],
        "weight",
    );
    says(
        &["upscale", "photo.png", "--scale", "3", "-o", "a.png"],
        "2 or 4",
    );
    says(
        &["walk", "--model", "flowers", "--seeds", "1", "-o", "a.gif"],
        "two points",
    );
    says(
        &[
            "walk", "--model", "flowers", "--seeds", "1,2", "-o", "a.avi",
        ],
        ".mp4",
    );
    says(
        &[
            "walk",
            "--model",
            "flowers",
            "--seeds",
            "1,2,3",
            "--seconds",
            "1,2,3",
            "-o",
            "a.gif",
        ],
        "2 ways",
    );
    says(&["recipe", "show", "photo.png"], "no recipe");
    says(&["models", "show", "nope"], "no model called");
    says(&["frobnicate"], "neither a command nor a file");
    says(&["--gallery", ".", "doctor"], "for the window");
    // Common options may stand on either side of the command.
    desk.fine(&[
        "-q",
        "--threads",
        "1",
        "generate",
        "--model",
        "flowers",
        "-o",
        "q.png",
    ]);
    // Nothing is overwritten unless asked.
    desk.fine(&generate(&["-o", "a.png"]));
    let before = desk.bytes("a.png");
    says(&generate(&["--seed", "2", "-o", "a.png"]), "there already");
    assert!(desk.bytes("a.png") == before);
    desk.fine(&generate(&["--seed", "2", "-o", "a.png", "--force"]));
    assert!(desk.bytes("a.png") != before);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_to() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let locked = desk.path("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    // Who may write everywhere, as root may, can't be kept out by permissions.
    if fs::write(locked.join("try"), b"").is_err() {
        let why = desk.fails(&["generate", "--model", "flowers", "-o", "locked/a.png"]);
        assert!(why.contains("can't be written"), "{why}");
    }
    let why = desk.fails(&["generate", "--model", "flowers", "-o", "/proc/a.png"]);
    assert!(why.contains("written"), "{why}");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_damaged_model_is_told_and_the_others_work() {
    let desk = Desk::new();
    let weights = desk.path("models/restyle/weights.safetensors");
    let whole = fs::read(&weights).unwrap();
    fs::write(&weights, &whole[..whole.len() / 2]).unwrap();
    photo(&desk.path("photo.png"), 20, 20);
    let stylize = |out| ["stylize", "photo.png", "--style", "photo.png", "-o", out];
    let told = |words: &[&str]| {
        let why = desk.fails(words);
        assert!(
            why.contains("damaged") || why.contains("get the model again"),
            "{why}"
        );
    };
    told(&[&stylize("a.png")[..], &["--model", "restyle"]].concat());
    desk.fine(&["generate", "--model", "flowers", "-o", "a.png"]);

    // One that came after it paints in its place, and isn't replaced silently when it is damaged itself.
    let newer = desk.path("models/restyle_2");
    fs::create_dir(&newer).unwrap();
    fs::copy(
        desk.path("models/restyle/config.json"),
        newer.join("config.json"),
    )
    .unwrap();
    fs::write(newer.join("weights.safetensors"), &whole).unwrap();
    desk.fine(&stylize("b.png"));
    let shown = desk.fine(&["recipe", "show", "b.png"]);
    assert!(shown.contains("restyle_2"), "{shown}");
    fs::write(&weights, &whole).unwrap();
    fs::write(newer.join("weights.safetensors"), &whole[..whole.len() / 2]).unwrap();
    told(&stylize("c.png"));
}
