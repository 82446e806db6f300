//! Generators of other families from the command line: brought in, drawn from, walked through.

use super::*;

#[test]
fn other_generators_are_imported_drawn_and_walked() {
    let desk = Desk::new();
    let golden = engine_files::repository("tests/golden/import");
    for (name, file, size) in [
        ("projected", "fastgan/lite.pkl", 128),
        ("soft", "lucidrains/lightweight.pt", 128),
        ("clear", "stylegan2_kin/rgba.pkl", 16),
        ("large", "stylegan_xl/super.pkl", 64),
    ] {
        let file = golden.join(file);
        desk.fine(&["models", "import", file.to_str().unwrap(), "--name", name]);
        let out = format!("{name}.png");
        desk.fine(&["generate", "--model", name, "--seed", "7", "-o", &out]);
        let picture = decoded(&desk.path(&out));
        assert_eq!(picture.dimensions(), (size, size), "{name}");
        let clear = picture.pixels().any(|p| p.0[3] < 255);
        assert_eq!(clear, name == "clear", "{name}");
    }
    let of = |class: &str, out: &str| {
        let words = [
            "generate", "--model", "large", "--seed", "7", "--class", class, "-o", out,
        ];
        desk.fine(&words);
        desk.bytes(out)
    };
    assert_ne!(of("0", "first.png"), of("2", "third.png"));
    let walk = [
        "walk", "--model", "clear", "--seeds", "1,2", "--frames", "3", "-o", "walk.gif",
    ];
    desk.fine(&walk);
    assert!(desk.path("walk.gif").exists());
}

/// A photo is looked for in each of them; what can't be said no to by name.
#[test]
fn photos_are_projected_into_other_generators() {
    let desk = Desk::new();
    let golden = engine_files::repository("tests/golden/import");
    let picture = photo(&desk.path("photo.png"), 48, 40);
    let picture = picture.to_str().unwrap();
    for (name, file, class) in [
        ("projected", "fastgan/classes.safetensors", Some("1")),
        ("soft", "lucidrains/lightweight.pt", None),
        ("round", "lucidrains/stylegan2/model_3.pt", None),
        ("large", "stylegan_xl/stem.pkl", Some("2")),
        ("moving", "stylegan3/t.pkl", None),
    ] {
        let file = golden.join(file);
        desk.fine(&["models", "import", file.to_str().unwrap(), "--name", name]);
        let out = format!("{name}.png");
        let mut words = vec![
            "project", picture, "--model", name, "--steps", "8", "-o", &out,
        ];
        if let Some(class) = class {
            words.extend(["--class", class]);
        }
        desk.fine(&words);
        // Its recipe makes the same bytes.
        let again = format!("{name}_again.png");
        desk.fine(&["recipe", "render", &out, "-o", &again]);
        assert!(
            decoded(&desk.path(&out)) == decoded(&desk.path(&again)),
            "{name}"
        );
    }
    for (words, says) in [
        (
            &["project", picture, "--model", "cppn", "-o", "no.png"][..],
            "coordinate network",
        ),
        (
            &[
                "drag", "--model", "soft", "--point", "9,9:20,9", "-o", "no.png",
            ],
            "lightweight-gan",
        ),
        (
            &[
                "project", picture, "--model", "large", "--class", "9", "-o", "no.png",
            ],
            "classes",
        ),
    ] {
        let output = desk.limner(words);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && errors.contains(says),
            "{words:?}: {errors}"
        );
    }
}

/// A network may say what truncation it begins with, and that it is a temperature.
#[test]
fn a_network_has_a_truncation_of_its_own() {
    let desk = Desk::new();
    let file = engine_files::repository("tests/golden/import/stylegan2_kin/orig.pkl");
    desk.fine(&["models", "import", file.to_str().unwrap(), "--name", "vae"]);
    let config = desk.json(&["models", "list"]);
    let folder = desk.path("data/limner/models/vae");
    assert!(folder.is_dir(), "{config}");
    let draw = |words: &[&str], out: &str| {
        let words = [
            &["generate", "--model", "vae", "--seed", "3", "-o", out],
            words,
        ]
        .concat();
        desk.fine(&words);
        decoded(&desk.path(out))
    };
    let usual = draw(&["--truncation", "0.7"], "usual.png");
    assert!(draw(&[], "plain.png") == usual);
    let change = |key: &str, value: Value| {
        let path = folder.join("config.json");
        let mut config: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        config[key] = value;
        fs::write(&path, config.to_string()).unwrap();
    };
    change("prior", "vae".into());
    change("truncation_psi", 1.0.into());
    let whole = draw(&["--temperature", "1"], "whole.png");
    assert!(draw(&[], "own.png") == whole && whole != usual);
    change("prior", "cauchy".into());
    let refused = desk.limner(&["generate", "--model", "vae", "-o", "no.png"]);
    assert!(!refused.status.success());
    change("prior", "vae".into());
    change("truncation_psi", 7.0.into());
    let refused = desk.limner(&["generate", "--model", "vae", "-o", "no.png"]);
    assert!(!refused.status.success());
}
