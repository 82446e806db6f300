//! `limner stylize --quality fine`.

use super::*;

/// A desk with the network that measures.
fn desk() -> Desk {
    let desk = Desk::new();
    engine_files::vgg19(&desk.path("models"));
    photo(&desk.path("photo.png"), 64, 48);
    photo(&desk.path("style.png"), 50, 40);
    desk
}

const WORDS: [&str; 6] = [
    "stylize",
    "photo.png",
    "--style",
    "style.png",
    "--quality",
    "fine",
];

#[test]
fn fine_tells_its_time_beforehand_and_its_recipe_makes_the_same_picture() {
    let desk = desk();
    let seconds = |steps: &str| {
        let told = desk.json(&[&WORDS[..], &["--estimate", "--steps", steps]].concat());
        let told = &told["estimates"][0];
        assert_eq!(told["width"], 64);
        assert!(told["memory_bytes"].as_u64().unwrap() > 200 << 20);
        told["seconds"].as_f64().unwrap()
    };
    assert!(seconds("400") > seconds("2"));
    desk.fine(&[&WORDS[..], &["--steps", "3", "-o", "a.png"]].concat());
    let recipe = desk.json(&["recipe", "show", "a.png"]);
    assert_eq!(recipe["fine"]["scales"][0]["steps"], 3);
    desk.fine(&["recipe", "render", "a.png", "-o", "b.png"]);
    assert!(decoded(&desk.path("a.png")) == decoded(&desk.path("b.png")));
}
