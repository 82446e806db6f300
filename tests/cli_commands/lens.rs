//! `limner lens`.

use super::*;

#[test]
fn a_photo_goes_through_lens_and_comes_back_the_same_from_its_recipe() {
    let desk = Desk::new();
    engine_files::lens(&desk.path("models"), true);
    photo(&desk.path("photo.png"), 610, 430);
    photo(&desk.path("sky.jpg"), 90, 160);
    desk.fine(&["lens", "photo.png", "-o", "still.png"]);
    assert!(decoded(&desk.path("still.png")) == decoded(&desk.path("photo.png")));
    let words = ["lens", "photo.png", "--direction", "warmth=1.5"];
    let more = ["--direction", "Texture 1=-1", "--gain", "texture=0.4"];
    let second = ["--blend", "sky.jpg=0.25", "--borrow", "sky.jpg=0.5"];
    let words = [&words[..], &more, &second].concat();
    desk.fine(&[&words[..], &["--threads", "1", "-o", "a.png"]].concat());
    assert!(decoded(&desk.path("a.png")) != decoded(&desk.path("photo.png")));
    desk.fine(&[&words[..], &["--threads", "2", "-o", "b.png"]].concat());
    assert!(desk.bytes("a.png") == desk.bytes("b.png"));
    for threads in ["1", "2"] {
        let words = ["recipe", "render", "a.png", "--force", "-o", "again.png"];
        desk.fine(&[&words[..], &["--threads", threads]].concat());
        assert!(desk.bytes("a.png") == desk.bytes("again.png"));
    }
    let recipe = desk.json(&["recipe", "show", "a.png"]);
    assert_eq!(recipe["making"]["kind"], "lens");
    assert_eq!(recipe["sources"].as_array().unwrap().len(), 2);
    assert_eq!(recipe["models"][0]["name"], "lens");
    let label = b"compositeWithTrainedAlgorithmicMedia";
    let bytes = desk.bytes("a.png");
    assert!(bytes.windows(label.len()).any(|part| part == label));
    // Names can stay out; the files are then shown to it.
    let words = [&words[..], &["--no-source-names", "-o", "quiet.png"]].concat();
    desk.fine(&words);
    let shown = desk.fine(&["recipe", "show", "quiet.png"]);
    assert!(
        !shown.contains("sky.jpg") && !shown.contains("photo.png"),
        "{shown}"
    );
    // A machine that never saw them.
    std::fs::remove_dir_all(desk.path("data")).unwrap();
    let lost = desk.fails(&["recipe", "render", "quiet.png", "-o", "c.png"]);
    assert!(lost.contains("open it again"), "{lost}");
    let words = ["recipe", "render", "quiet.png", "-o", "c.png"];
    desk.fine(
        &[
            &words[..],
            &["--source", "photo.png", "--source", "sky.jpg"],
        ]
        .concat(),
    );
    assert!(decoded(&desk.path("c.png")) == decoded(&desk.path("a.png")));
}

#[test]
fn lens_says_what_is_wrong_in_one_line() {
    let desk = Desk::new();
    engine_files::lens(&desk.path("models"), true);
    photo(&desk.path("photo.png"), 60, 40);
    photo(&desk.path("other.png"), 60, 40);
    let lens = |more: &[&str]| {
        let words = ["lens", "photo.png", "-o", "out.png"];
        desk.fails(&[&words[..], more].concat())
    };
    assert!(lens(&["--direction", "beauty=2"]).contains("Warmth"));
    assert!(lens(&["--model", "flowers"]).contains("not an autoencoder"));
    assert!(lens(&["--model", "nobody"]).contains("lens"));
    assert!(lens(&["--blend", "none.png=0.5"]).contains("no such file"));
    assert!(lens(&["--gain", "shape=2"]).contains("light, colour"));
    let two = ["--blend", "photo.png=0.5", "--borrow", "other.png=0.5"];
    assert!(lens(&two).contains("same second picture"));
    assert!(!desk.path("out.png").exists());
}

/// Stable Diffusion's autoencoder, imported; and sliders that a network didn't bring.
#[test]
fn lens_takes_imported_autoencoders_and_measures_missing_sliders() {
    let desk = Desk::new();
    photo(&desk.path("photo.png"), 90, 70);
    let kl = engine_files::repository("tests/golden/import/kl");
    let kl = kl.to_string_lossy();
    let told = desk.fine(&["models", "import", &kl, "--name", "kl", "--into", "models"]);
    assert!(told.contains("kl"), "{told}");
    let card = desk.fine(&["models", "show", "kl"]);
    assert!(card.contains("unknown"), "{card}");
    let words = [
        "lens",
        "photo.png",
        "--model",
        "kl",
        "--gain",
        "all=1.5",
        "-o",
        "kl.png",
    ];
    desk.fine(&words);
    assert!(decoded(&desk.path("kl.png")) != decoded(&desk.path("photo.png")));
    engine_files::lens(&desk.path("models"), false);
    let lens = |name: &str, sigma: &str| {
        let direction = format!("brightness={sigma}");
        desk.fine(&["lens", "photo.png", "--direction", &direction, "-o", name]);
        let pixels = decoded(&desk.path(name));
        pixels.pixels().map(|p| u64::from(p.0[1])).sum::<u64>()
    };
    assert!(lens("dark.png", "-2") < lens("light.png", "2"));
    let kept = fs::read_dir(desk.path("cache/limner/lens-directions")).unwrap();
    assert_eq!(kept.count(), 1);
}
