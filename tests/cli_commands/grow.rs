//! `limner grow`: pictures of the patches of one.

use super::*;

/// Some pixels that differ: stripes, a slope, and a bright spot.
fn painting(path: &Path, width: u32, height: u32) {
    let image = image::RgbImage::from_fn(width, height, |x, y| {
        let stripe = if (x + y / 3) % 11 < 5 { 60 } else { 0 };
        let spot = if x.abs_diff(width / 3) + y.abs_diff(height / 3) < 8 {
            90
        } else {
            0
        };
        image::Rgb([
            (80 + stripe + spot) as u8,
            (40 + y * 120 / height) as u8,
            (x * 200 / width) as u8,
        ])
    });
    image.save(path).unwrap();
}

fn on_kernel(desk: &Desk, kernel: &str, words: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_limner"))
        .args(words)
        .args(["--models", "models"])
        .current_dir(desk.folder.path())
        .env("LIMNER_KERNEL", kernel)
        .output()
        .unwrap();
    assert!(output.status.success(), "{words:?}");
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_kernel_with_any_threads_and_from_the_recipe() {
    let desk = Desk::new();
    painting(&desk.path("p.png"), 90, 60);
    let grow = ["grow", "p.png", "--seed", "5"];
    desk.fine(&[&grow[..], &["-o", "a.png", "--threads", "1"]].concat());
    desk.fine(&[&grow[..], &["-o", "b.png", "--threads", "3"]].concat());
    let pixels = decoded(&desk.path("a.png"));
    assert_eq!(pixels.dimensions(), (90, 60));
    assert!(desk.bytes("a.png") == desk.bytes("b.png"));
    for kernel in ["portable", "avx2", "avx512"] {
        let out = format!("{kernel}.png");
        on_kernel(&desk, kernel, &[&grow[..], &["-o", &out]].concat());
        assert!(decoded(&desk.path(&out)) == pixels, "{kernel}");
    }
    let recipe = desk.json(&["recipe", "show", "a.png"]);
    assert_eq!(recipe["making"]["kind"], "grow");
    assert_eq!(recipe["making"]["seed"], 5);
    assert_eq!(recipe["models"].as_array().unwrap().len(), 0);
    let sha = recipe["sources"][0]["sha256"].as_str().unwrap();
    assert_eq!(sha, limner::photo::hash_file(&desk.path("p.png")).unwrap());
    let again = [
        "recipe",
        "render",
        "a.png",
        "--source",
        "p.png",
        "-o",
        "again.png",
    ];
    desk.fine(&again);
    assert!(decoded(&desk.path("again.png")) == pixels);
    desk.fine(&["grow", "p.png", "--seed", "6", "-o", "other.png"]);
    assert!(decoded(&desk.path("other.png")) != pixels);
}

#[test]
fn several_sizes_tiles_and_what_each_is_called() {
    let desk = Desk::new();
    painting(&desk.path("p.png"), 80, 60);
    painting(&desk.path("q.png"), 70, 90);
    let kind = |file: &str| {
        let file = limner::export::metadata::read(&desk.path(file)).unwrap();
        file.source_type.unwrap().name()
    };
    let told = desk.json(&["grow", "p.png", "--count", "2", "--seed", "3", "-o", "many"]);
    let written = told["written"].as_array().unwrap();
    assert_eq!((written.len(), &written[1]["seed"]), (2, &4.into()));
    let two = [0, 1].map(|i| decoded(&desk.path(written[i]["file"].as_str().unwrap())));
    assert!(two[0] != two[1]);
    desk.fine(&["grow", "p.png", "--size", "120x50", "-o", "wide.png"]);
    assert_eq!(decoded(&desk.path("wide.png")).dimensions(), (120, 50));
    assert_eq!(kind("wide.png"), "algorithmicMedia");
    desk.fine(&["grow", "p.png", "--extend", "10,0,30,20", "-o", "more.png"]);
    let (more, own) = (
        decoded(&desk.path("more.png")),
        decoded(&desk.path("p.png")),
    );
    assert_eq!(more.dimensions(), (120, 80));
    assert!(
        own.enumerate_pixels()
            .all(|(x, y, p)| more.get_pixel(x + 10, y) == p)
    );
    assert_eq!(kind("more.png"), "compositeSynthetic");
    desk.fine(&["grow", "p.png", "--structure", "q.png", "-o", "shaped.png"]);
    assert_eq!(decoded(&desk.path("shaped.png")).dimensions(), (70, 90));
    assert_eq!(kind("shaped.png"), "compositeSynthetic");
    let mask = image::GrayImage::from_fn(80, 60, |x, y| {
        image::Luma([if (20..36).contains(&x) && (10..30).contains(&y) {
            255
        } else {
            0
        }])
    });
    mask.save(desk.path("mask.png")).unwrap();
    desk.fine(&["grow", "p.png", "--fill", "mask.png", "-o", "filled.png"]);
    let filled = decoded(&desk.path("filled.png"));
    let outside = |x: u32, y: u32| mask.get_pixel(x, y)[0] == 0;
    assert!(
        own.enumerate_pixels()
            .all(|(x, y, p)| !outside(x, y) || filled.get_pixel(x, y) == p)
    );
    assert!(filled != own);
    desk.fine(&["grow", "p.png", "--seamless", "xy", "-o", "tile.png"]);
    for out in ["more", "shaped", "filled", "tile", "wide"] {
        let (file, again) = (format!("{out}.png"), format!("{out}-again.png"));
        let mut words = vec!["recipe", "render", &file, "--source", "p.png", "-o", &again];
        match out {
            "shaped" => words.extend(["--source", "q.png"]),
            "filled" => words.extend(["--source", "mask.png"]),
            _ => {}
        }
        desk.fine(&words);
        assert!(
            decoded(&desk.path(&file)) == decoded(&desk.path(&again)),
            "{out}"
        );
    }
    let told = desk.json(&["grow", "p.png", "--size", "900x700", "--estimate"]);
    assert_eq!(
        (&told["width"], &told["height"]),
        (&900.into(), &700.into())
    );
    assert!(told["memory_bytes"].as_u64().unwrap() > 1 << 20);
    assert!(told["seconds"].as_f64().unwrap() > 0.0);
}

#[test]
fn what_cant_be_grown_is_said_in_one_line() {
    let desk = Desk::new();
    painting(&desk.path("p.png"), 80, 60);
    image::RgbImage::from_pixel(1, 1, image::Rgb([9, 9, 9]))
        .save(desk.path("one.png"))
        .unwrap();
    image::RgbImage::from_pixel(50, 50, image::Rgb([9, 9, 9]))
        .save(desk.path("flat.png"))
        .unwrap();
    image::RgbaImage::new(50, 50)
        .save(desk.path("clear.png"))
        .unwrap();
    image::GrayImage::new(9, 9)
        .save(desk.path("small.png"))
        .unwrap();
    for (words, expected) in [
        ("grow one.png", "only 1 x 1"),
        ("grow flat.png", "all one colour"),
        ("grow clear.png", "wholly transparent"),
        ("grow p.png --size 8x8", "can't be grown"),
        ("grow p.png --size 9000x9000", "can't be grown"),
        ("grow p.png --chance 0", "stays as it is"),
        ("grow p.png --extend 0,0,0,0", "nothing is added"),
        ("grow p.png --extend 4294967295,0,9,0", "can't be grown"),
        ("grow p.png --extend 1,2", "LEFT,TOP,RIGHT,BOTTOM"),
        ("grow p.png --seamless z", "neither x, y nor xy"),
        ("grow p.png --fill small.png", "the mask is 9 x 9"),
        ("grow p.png --structure small.png", "9 x 9"),
        ("grow p.png --structure q.png", "q.png"),
        ("grow p.png --strength 1", "--structure"),
        ("grow none.png", "none.png"),
    ] {
        let words: Vec<&str> = words.split(' ').chain(["-o", "out.png"]).collect();
        let said = desk.fails(&words);
        assert!(said.contains(expected), "{words:?}: {said}");
        assert!(!desk.path("out.png").exists(), "{words:?}");
    }
}
