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

/// A mask that is light within a box.
fn mask(path: &Path, size: [u32; 2], x: std::ops::Range<u32>, y: std::ops::Range<u32>) {
    let light = |column, row| x.contains(&column) && y.contains(&row);
    let value = |column, row| image::Luma([if light(column, row) { 255 } else { 0 }]);
    image::GrayImage::from_fn(size[0], size[1], value)
        .save(path)
        .unwrap();
}

#[test]
fn edits_by_options_and_by_a_file_come_to_the_same_bytes_and_back_from_the_recipe() {
    let desk = Desk::new();
    painting(&desk.path("p.png"), 80, 60);
    mask(&desk.path("a.png"), [80, 60], 20..36, 10..26);
    mask(&desk.path("b.png"), [80, 60], 50..66, 36..50);
    let kind = |file: &str| {
        let file = limner::export::metadata::read(&desk.path(file)).unwrap();
        file.source_type.unwrap().name()
    };
    desk.fine(&[
        "grow",
        "p.png",
        "--move",
        "a.png,30,20",
        "--recolour",
        "b.png=#20c040",
        "-o",
        "one.png",
    ]);
    std::fs::write(
        desk.path("edits.json"),
        r#"[{"part": {"light": "a.png"}, "change": {"move": {"by": [30, 20]}}},
            {"part": {"light": "b.png"}, "change": {"recolour": {"mean": [32, 192, 64]}}}]"#,
    )
    .unwrap();
    desk.fine(&["grow", "p.png", "--edit", "edits.json", "-o", "two.png"]);
    let made = decoded(&desk.path("one.png"));
    assert!(made == decoded(&desk.path("two.png")));
    let own = decoded(&desk.path("p.png"));
    assert!(made != own && made.dimensions() == (80, 60));
    assert!((0..60).all(|y| made.get_pixel(2, y) == own.get_pixel(2, y)));
    assert_eq!(kind("one.png"), "compositeSynthetic");
    let recipe = desk.json(&["recipe", "show", "one.png"]);
    assert_eq!(
        recipe["making"]["task"]["edit"]["edits"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(recipe["sources"].as_array().unwrap().len(), 3);
    desk.fine(&[
        "recipe",
        "render",
        "one.png",
        "--source",
        "p.png",
        "--source",
        "a.png",
        "--source",
        "b.png",
        "-o",
        "again.png",
    ]);
    assert!(decoded(&desk.path("again.png")) == made);
    // A lasso needs no second file; the same seed copies it elsewhere.
    std::fs::write(
        desk.path("lasso.json"),
        r#"[{"part": {"lasso": [[0.2, 0.2], [0.5, 0.2], [0.35, 0.5]]},
             "change": {"copy": {"by": [20, 10], "scale": 0.8, "flip": true}}}]"#,
    )
    .unwrap();
    desk.fine(&["grow", "p.png", "--edit", "lasso.json", "-o", "lasso.png"]);
    assert!(decoded(&desk.path("lasso.png")) != own);
    // Blotches without an order: there is more than one way to go on.
    let blotch = |x: u32, y: u32| (x / 3 * 7919 + y / 3 * 104_729) ^ (x / 5 * 31 + y / 4 * 977);
    let busy = image::RgbImage::from_fn(80, 60, |x, y| {
        let v = blotch(x, y).wrapping_mul(2_654_435_761) >> 24;
        image::Rgb([v as u8, (v / 2 + 40) as u8, (255 - v) as u8])
    });
    busy.save(desk.path("busy.png")).unwrap();
    mask(&desk.path("hole.png"), [80, 60], 22..50, 16..40);
    let told = desk.json(&[
        "grow", "busy.png", "--fill", "hole.png", "--count", "3", "-o", "fills",
    ]);
    let fills = told["written"].as_array().unwrap().clone();
    let fill = |i: usize| decoded(&desk.path(fills[i]["file"].as_str().unwrap()));
    assert!(fill(0) != fill(1) && fill(1) != fill(2) && fill(0) != fill(2));
}

#[test]
fn several_sources_and_two_parents_are_told_in_the_recipe() {
    let desk = Desk::new();
    painting(&desk.path("p.png"), 80, 60);
    painting(&desk.path("q.png"), 64, 90);
    mask(&desk.path("right.png"), [40, 30], 20..40, 0..30);
    let kind = |file: &str| {
        let file = limner::export::metadata::read(&desk.path(file)).unwrap();
        file.source_type.unwrap().name()
    };
    desk.fine(&[
        "grow",
        "p.png",
        "--source",
        "q.png:2@right.png",
        "-o",
        "both.png",
    ]);
    assert_eq!(kind("both.png"), "compositeSynthetic");
    let recipe = desk.json(&["recipe", "show", "both.png"]);
    assert_eq!(recipe["making"]["others"][0]["weight"], 2.0);
    let hashes: Vec<&str> = recipe["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|source| source["sha256"].as_str().unwrap())
        .collect();
    for file in ["p.png", "q.png", "right.png"] {
        let sha = limner::photo::hash_file(&desk.path(file)).unwrap();
        assert!(hashes.contains(&sha.as_str()), "{file}");
    }
    for (seed, out) in [("1", "a.png"), ("2", "b.png")] {
        desk.fine(&["grow", "p.png", "--seed", seed, "-o", out]);
    }
    desk.fine(&[
        "grow",
        "--parents",
        "a.png,b.png",
        "--seed",
        "4",
        "-o",
        "child.png",
    ]);
    let child = decoded(&desk.path("child.png"));
    assert!(child != decoded(&desk.path("a.png")) && child != decoded(&desk.path("b.png")));
    assert_eq!(kind("child.png"), "algorithmicMedia");
    desk.fine(&[
        "recipe",
        "render",
        "child.png",
        "--source",
        "p.png",
        "-o",
        "again.png",
    ]);
    assert!(decoded(&desk.path("again.png")) == child);
    let told = desk.json(&[
        "grow",
        "--parents",
        "a.png,b.png",
        "--count",
        "2",
        "-o",
        "children",
    ]);
    let files = told["written"].as_array().unwrap();
    let two = [0, 1].map(|i| decoded(&desk.path(files[i]["file"].as_str().unwrap())));
    assert!(two[0] != two[1]);
    desk.fine(&[
        "grow",
        "p.png",
        "--seamless",
        "xy",
        "--keep",
        "-o",
        "kept.png",
    ]);
    let kept = decoded(&desk.path("kept.png"));
    assert!(kept.width() < 80 && kept.width() >= 60 && kept.height() < 60);
    desk.fine(&[
        "recipe",
        "render",
        "kept.png",
        "--source",
        "p.png",
        "-o",
        "kept2.png",
    ]);
    assert!(decoded(&desk.path("kept2.png")) == kept);
    desk.fine(&["grow", "q.png", "-o", "other.png"]);
    desk.fine(&["grow", "p.png", "--size", "90x50", "-o", "wide.png"]);
    for (pair, expected) in [
        ("a.png,other.png", "different pictures"),
        ("a.png,wide.png", "asked for differently"),
        ("a.png,p.png", "p.png"),
        ("a.png", "two pictures"),
    ] {
        let said = desk.fails(&["grow", "--parents", pair, "-o", "no.png"]);
        assert!(said.contains(expected), "{pair}: {said}");
    }
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
    std::fs::write(desk.path("wrong.json"), r#"[{"change": "vanish"}]"#).unwrap();
    for (words, expected) in [
        ("grow one.png", "1 x 1 pixels"),
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
        ("grow p.png --move small.png", "MASK,DX,DY"),
        ("grow p.png --move small.png,3,4", "the mask is 9 x 9"),
        ("grow p.png --recolour small.png=red", "#RRGGBB"),
        ("grow p.png --edit wrong.json", "no list of edits"),
        ("grow p.png --edit none.json", "none.json"),
        ("grow p.png --remove none.png", "none.png"),
        ("grow p.png --source small.png", "9 x 9"),
        ("grow p.png --source p.png:0", "weight"),
        ("grow p.png --keep", "--seamless"),
        ("grow flat.png --seamless x --keep", "all one colour"),
        ("grow one.png --seamless xy --keep", "1 x 1 pixels"),
    ] {
        let words: Vec<&str> = words.split(' ').chain(["-o", "out.png"]).collect();
        let said = desk.fails(&words);
        assert!(said.contains(expected), "{words:?}: {said}");
        assert!(!desk.path("out.png").exists(), "{words:?}");
    }
}
