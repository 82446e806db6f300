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
