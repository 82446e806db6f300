//! `limner finish`: crop, tones and size, with a recipe that makes the same bytes.

use super::*;

/// Something with edges and colours.
fn scene(path: &Path, width: u32, height: u32) {
    let image = image::RgbImage::from_fn(width, height, |x, y| {
        let disc = x.abs_diff(width / 3).pow(2) + y.abs_diff(height / 2).pow(2) < 300;
        let red = if disc { 230 } else { x * 200 / width };
        image::Rgb([red as u8, (y * 180 / height) as u8, 90])
    });
    image.save(path).unwrap();
}

#[test]
fn the_recipe_makes_the_same_bytes_from_a_photo_and_from_a_generated_picture() {
    let desk = Desk::new();
    scene(&desk.path("p.png"), 120, 80);
    let words = [
        "finish",
        "p.png",
        "--crop",
        "1:1",
        "--straighten",
        "2",
        "--exposure",
        "0.4",
        "--contrast",
        "-0.2",
        "--warmth",
        "0.3",
        "--saturation",
        "0.2",
        "--curve",
        "0:0.1,1:0.9",
        "--sharpen",
        "0.5",
        "--grain",
        "0.3",
        "--vignette",
        "-0.4",
        "--size",
        "50x",
    ];
    desk.fine(&[&words[..], &["-o", "a.png", "--threads", "1"]].concat());
    desk.fine(&[&words[..], &["-o", "b.png", "--threads", "3"]].concat());
    assert!(desk.bytes("a.png") == desk.bytes("b.png"));
    assert_eq!(decoded(&desk.path("a.png")).dimensions(), (50, 50));
    let recipe = desk.json(&["recipe", "show", "a.png"]);
    assert_eq!(recipe["version"], 2);
    assert_eq!(recipe["finish"]["version"], 1);
    assert_eq!(recipe["making"]["kind"], "imported");
    // Moved, it has to be shown again.
    fs::rename(desk.path("p.png"), desk.path("moved.png")).unwrap();
    let why = desk.fails(&["recipe", "render", "a.png", "-o", "c.png"]);
    assert!(
        why.contains("open it again") || why.contains("isn't known"),
        "{why}"
    );
    let again = [
        "recipe",
        "render",
        "a.png",
        "--source",
        "moved.png",
        "-o",
        "c.png",
    ];
    desk.fine(&again);
    assert!(decoded(&desk.path("a.png")) == decoded(&desk.path("c.png")));

    // Of a generated picture the recipe tells both; its file may be gone.
    let generate = [
        "generate", "--model", "cppn", "--seed", "7", "--size", "90x60",
    ];
    desk.fine(&[&generate[..], &["-o", "g.png"]].concat());
    desk.fine(&[
        "finish",
        "g.png",
        "--exposure",
        "-1",
        "--rotate",
        "90",
        "-o",
        "f.png",
    ]);
    fs::remove_file(desk.path("g.png")).unwrap();
    let recipe = desk.json(&["recipe", "show", "f.png"]);
    assert_eq!(recipe["making"]["kind"], "explore");
    assert_eq!(decoded(&desk.path("f.png")).dimensions(), (60, 90));
    desk.fine(&["recipe", "render", "f.png", "-o", "h.png"]);
    assert!(decoded(&desk.path("f.png")) == decoded(&desk.path("h.png")));
}

#[test]
fn a_finished_picture_is_finished_anew_and_lends_its_settings() {
    let desk = Desk::new();
    scene(&desk.path("p.png"), 80, 60);
    let first = [
        "finish",
        "p.png",
        "--crop",
        "0,0,0.5,1",
        "--exposure",
        "1",
        "-o",
        "a.png",
    ];
    desk.fine(&first);
    // From the photo itself: only what is said again changes.
    desk.fine(&["finish", "a.png", "--exposure", "0.5", "-o", "b.png"]);
    let direct = [
        "finish",
        "p.png",
        "--crop",
        "0,0,0.5,1",
        "--exposure",
        "0.5",
        "-o",
        "c.png",
    ];
    desk.fine(&direct);
    assert!(decoded(&desk.path("b.png")) == decoded(&desk.path("c.png")));
    // Another picture gets the same.
    scene(&desk.path("q.png"), 60, 60);
    desk.fine(&["finish", "q.png", "--recipe", "a.png", "-o", "d.png"]);
    assert_eq!(decoded(&desk.path("d.png")).dimensions(), (30, 60));
    let why = desk.fails(&["finish", "q.png", "--recipe", "p.png", "-o", "e.png"]);
    assert!(why.contains("no recipe"), "{why}");
    // Nothing asked for is nothing done.
    desk.fine(&["finish", "q.png", "-o", "same.png"]);
    assert!(decoded(&desk.path("same.png")) == decoded(&desk.path("q.png")));
}

#[test]
fn sixteen_bits_and_display_p3_are_in_the_file_and_said_there() {
    let desk = Desk::new();
    scene(&desk.path("p.png"), 64, 48);
    let tones = [
        "finish",
        "p.png",
        "--exposure",
        "0.3",
        // Up, it would leave sRGB for colours that only Display P3 has.
        "--saturation",
        "-0.2",
    ];
    for name in ["a.png", "a.tif"] {
        // Without the recipe, so that the pixels are read and not what they were made of.
        let deep = [
            "--bits",
            "16",
            "--profile",
            "display-p3",
            "--no-recipe",
            "-o",
            name,
        ];
        desk.fine(&[&tones[..], &deep].concat());
        let path = desk.path(name);
        if name.ends_with("png") {
            let mut reader = image::ImageReader::open(&path)
                .unwrap()
                .into_decoder()
                .unwrap();
            let profile = image::ImageDecoder::icc_profile(&mut reader)
                .unwrap()
                .unwrap();
            assert_eq!(profile, limner::export::encode::DISPLAY_P3_ICC, "{name}");
        } else {
            // The decoder doesn't read a profile of the type that TIFF wants (UNDEFINED).
            let profile = limner::export::encode::DISPLAY_P3_ICC;
            let bytes = fs::read(&path).unwrap();
            assert!(bytes.windows(profile.len()).any(|part| part == profile));
        }
        let image = image::open(&path).unwrap();
        assert_eq!(image.color(), image::ColorType::Rgb16, "{name}");
        let values: std::collections::HashSet<u16> =
            image.into_rgb16().into_raw().into_iter().collect();
        assert!(values.iter().any(|v| v % 257 != 0), "more than 8 bits");
        // Read back by the program, which knows profiles, it is the 8-bit picture.
        desk.fine(&[&tones[..], &["-o", "plain.png"]].concat());
        desk.fine(&["finish", name, "-o", "back.png"]);
        let (plain, back) = (
            decoded(&desk.path("plain.png")),
            decoded(&desk.path("back.png")),
        );
        let far = plain
            .as_raw()
            .iter()
            .zip(back.as_raw())
            .map(|(a, b)| a.abs_diff(*b));
        assert!(far.max().unwrap() <= 2, "{name}");
        for file in ["plain.png", "back.png"] {
            fs::remove_file(desk.path(file)).unwrap();
        }
    }
    desk.fine(&[&tones[..], &["--profile", "display-p3", "-o", "b.jpg"]].concat());
    let why = desk.fails(&[&tones[..], &["--bits", "16", "-o", "c.jpg"]].concat());
    assert!(why.contains(".tif"), "{why}");
    desk.fine(&[&tones[..], &["--bits", "16", "-o", "r.tif"]].concat());
    let recipe = desk.json(&["recipe", "show", "r.tif"]);
    let exposure = recipe["finish"]["settings"]["exposure"].as_f64().unwrap();
    assert!((exposure - 0.3).abs() < 1e-6);
}
