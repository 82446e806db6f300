//! `limner tile`, `limner generate --seamless` and `limner panorama`

use super::*;

fn pixels(path: &Path) -> image::RgbImage {
    image::open(path).unwrap().into_rgb8()
}

#[test]
fn a_tile_repeats_without_a_seam_and_comes_back_from_its_recipe() {
    let desk = Desk::new();
    let words = ["tile", "--seed", "9", "--size", "96x64", "--noise", "off"];
    desk.fine(&[&words[..], &["-o", "t.png", "--turns", "3,1"]].concat());
    let tile = pixels(&desk.path("t.png"));
    // Three turns of 32 pixels; only the dither differs.
    for (x, y, pixel) in tile.enumerate_pixels() {
        let next = tile.get_pixel((x + 32) % 96, y);
        assert!(pixel.0.iter().zip(next.0).all(|(a, b)| a.abs_diff(b) <= 1));
    }
    desk.fine(&["recipe", "render", "t.png", "-o", "again.png"]);
    assert!(tile == pixels(&desk.path("again.png")));
    let generate = [
        "generate", "--model", "cppn", "--seed", "9", "--size", "96x64",
    ];
    let same = [
        "--noise",
        "off",
        "--seamless",
        "xy",
        "--turns",
        "3,1",
        "-o",
        "g.png",
    ];
    desk.fine(&[&generate[..], &same].concat());
    assert!(tile == pixels(&desk.path("g.png")));
    let why = desk.fails(&[
        "tile", "--model", "flowers", "-o", "f.png", "--size", "96x64",
    ]);
    assert!(why.contains("flowers"), "{why}");
    let why = desk.fails(&["tile", "--period", "9", "-o", "f.png"]);
    assert!(why.contains("period"), "{why}");
}

#[test]
fn a_panorama_says_that_it_is_one_in_jpeg_and_png() {
    let desk = Desk::new();
    for name in ["p.jpg", "p.png"] {
        desk.fine(&["panorama", "--seed", "9", "--size", "256x128", "-o", name]);
        let file = desk.path(name);
        // All fields that the description of Photo Sphere XMP requires.
        for (tag, wanted) in [
            ("ProjectionType", "equirectangular"),
            ("FullPanoWidthPixels", "256"),
            ("FullPanoHeightPixels", "128"),
            ("CroppedAreaImageWidthPixels", "256"),
            ("CroppedAreaImageHeightPixels", "128"),
            ("CroppedAreaLeftPixels", "0"),
            ("CroppedAreaTopPixels", "0"),
        ] {
            let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
            let field = format!("<GPano:{tag}>{wanted}</GPano:{tag}>");
            assert!(text.contains(&field), "{name}: {field}");
            if let Some(read) = judges::exiftool(&file, &format!("-XMP-GPano:{tag}")) {
                assert_eq!(read, wanted, "{name} {tag}");
            }
        }
        let metadata = limner::export::metadata::read(&file).unwrap();
        assert!(metadata.is_equirectangular(), "{name} is recognised");
        desk.fine(&["recipe", "render", name, "-o", &format!("again-{name}")]);
        assert!(pixels(&file) == pixels(&desk.path(&format!("again-{name}"))));
    }
    // A plain picture says nothing of the kind.
    desk.fine(&[
        "generate", "--model", "cppn", "--size", "256x128", "-o", "g.png",
    ]);
    let metadata = limner::export::metadata::read(&desk.path("g.png")).unwrap();
    assert!(!metadata.is_equirectangular());
    let plain = std::fs::read(desk.path("g.png")).unwrap();
    assert!(!plain.windows(5).any(|w| w == b"GPano"));
    let why = desk.fails(&["panorama", "--size", "256x100", "-o", "x.png"]);
    assert!(why.contains("200 x 100"), "{why}");
}

#[test]
fn a_panorama_is_shown_by_a_browser_and_cut_into_faces() {
    let desk = Desk::new();
    let words = [
        "panorama", "--seed", "9", "--size", "512x256", "-o", "p.png",
    ];
    let more = ["--faces", "cube", "--html", "p.html"];
    desk.fine(&[&words[..], &more].concat());
    for face in ["front", "right", "back", "left", "up", "down"] {
        let face = pixels(&desk.path(&format!("cube/p_{face}.png")));
        assert_eq!(face.dimensions(), (128, 128));
    }
    let page = std::fs::read_to_string(desk.path("p.html")).unwrap();
    assert_eq!(judges::loads(&page), Vec::<String>::new());
    let Some(middle) = judges::browser(&desk.path("p.html")) else {
        return;
    };
    let wanted = pixels(&desk.path("p.png")).get_pixel(256, 128).0;
    let off = wanted.iter().zip(middle).map(|(a, b)| a.abs_diff(b)).max();
    assert!(off.unwrap() < 24, "{wanted:?} {middle:?}");
    // One that is there already can be shown, too, if it is a panorama.
    desk.fine(&["panorama", "p.png", "--html", "q.html"]);
    stone(&desk.path("stone.png"), 64, 64);
    let why = desk.fails(&["panorama", "stone.png", "--html", "r.html"]);
    assert!(why.contains("twice as wide"), "{why}");
}
