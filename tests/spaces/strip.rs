//! `limner panorama STRIP --extend`: strip photos grown on to a full turn.

use super::*;
use crate::judges::exiftool;
use limner::export::metadata;
use limner::picture::Picture;
use limner::picture::seam::seams;
use limner::recipe::{GrowTask, Making, Recipe};

/// Hills below a sky, lighter to the right, with some grain.
fn strip(path: &Path, width: u32, height: u32) {
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        let at = f64::from(x);
        let ridge = f64::from(height) * (0.5 + 0.1 * (at * 0.06).sin() + 0.05 * (at * 0.17).cos());
        let light = 0.75 + 0.4 * at / f64::from(width);
        let grain = f64::from(((y * width + x).wrapping_mul(2_654_435_761)) >> 27) / 3.0;
        let colour = match f64::from(y) < ridge {
            true => [110.0, 150.0, 200.0],
            false => [80.0, 100.0, 40.0 + f64::from(y % 9)],
        };
        image::Rgb(colour.map(|c| ((c + grain) * light).min(255.0) as u8))
    });
    picture.save(path).unwrap();
}

fn read(path: &Path) -> Picture {
    let picture = image::open(path).unwrap().into_rgba8();
    Picture::from_rgba(picture.width(), picture.height(), picture.into_raw()).unwrap()
}

#[test]
fn a_strip_becomes_a_panorama_that_says_so_and_comes_back_from_its_recipe() {
    let desk = Desk::new();
    strip(&desk.path("strip.png"), 240, 72);
    let words = ["panorama", "strip.png", "--extend", "--fov", "150"];
    let more = ["--projection", "equirectangular", "--seed", "3"];
    desk.fine(&[&words[..], &more, &["-o", "p.png", "--html", "p.html"]].concat());
    let made = read(&desk.path("p.png"));
    assert_eq!(made.size(), [576, 288]);
    assert!(metadata::read(&desk.path("p.png")).unwrap().is_panorama());
    assert!(desk.path("p.html").exists());
    // No seam where it closes, nor anywhere else around.
    let bytes = made.width() as usize * 4;
    for by in [0, 50, 167, 288, 408] {
        let mut pixels = made.rgba().to_vec();
        pixels
            .chunks_mut(bytes)
            .for_each(|row| row.rotate_right(by * 4));
        let rolled = Picture::from_rgba(576, 288, pixels).unwrap();
        let [across, _] = seams(&rolled);
        assert!(across.closes(), "{by}: {across:?}");
    }
    // The photo lies in the middle, as it was: 72 rows about the horizon.
    let photo = read(&desk.path("strip.png"));
    for y in 0..72 {
        let from = ((y + 108) * 576 + 168) * 4;
        assert_eq!(
            made.rgba()[from..][..960],
            photo.rgba()[y * 960..][..960],
            "row {y}"
        );
    }
    // Straight up and down it is one colour.
    for row in [0, 287] {
        let row = &made.rgba()[row * bytes..][..bytes];
        for c in 0..3 {
            let values = row.iter().skip(c).step_by(4);
            let (least, most) = (values.clone().min().unwrap(), values.max().unwrap());
            assert!(most - least <= 3, "{least} to {most}");
        }
    }
    desk.fine(&["recipe", "render", "p.png", "-o", "again.png"]);
    assert!(read(&desk.path("again.png")) == made);
}

#[test]
fn exiftool_reads_all_fields_that_viewers_want() {
    let desk = Desk::new();
    strip(&desk.path("strip.png"), 160, 56);
    let words = ["panorama", "strip.png", "--extend", "--size", "320x160"];
    desk.fine(&[&words[..], &["-o", "p.jpg"]].concat());
    assert_eq!(
        image::image_dimensions(desk.path("p.jpg")).unwrap(),
        (320, 160)
    );
    for (tag, wanted) in [
        ("-XMP-GPano:ProjectionType", "equirectangular"),
        ("-XMP-GPano:UsePanoramaViewer", "1"),
        ("-XMP-GPano:FullPanoWidthPixels", "320"),
        ("-XMP-GPano:FullPanoHeightPixels", "160"),
        ("-XMP-GPano:CroppedAreaImageWidthPixels", "320"),
        ("-XMP-GPano:CroppedAreaImageHeightPixels", "160"),
        ("-XMP-GPano:CroppedAreaLeftPixels", "0"),
        ("-XMP-GPano:CroppedAreaTopPixels", "0"),
    ] {
        if let Some(told) = exiftool(&desk.path("p.jpg"), tag) {
            assert_eq!(told.to_lowercase().replace("true", "1"), wanted, "{tag}");
        }
    }
    // The angle that was guessed is noted: 160 wide as if 56 were 50 degrees.
    let recipe = desk.fine(&["recipe", "show", "p.jpg", "--json"]);
    let recipe = Recipe::from_json(&recipe).unwrap();
    let Making::Grow(params) = recipe.making else {
        panic!("grown")
    };
    let GrowTask::FullTurn(turn) = params.task else {
        panic!("a full turn")
    };
    assert_eq!((turn.fov, recipe.version), (Some(153.0), 3));
}

#[test]
fn what_cannot_be_extended_is_refused_by_name() {
    let desk = Desk::new();
    strip(&desk.path("strip.png"), 120, 64);
    let refused = |words: &[&str]| {
        let all = [&["panorama", "strip.png", "-o", "p.png"], words].concat();
        desk.fails(&all)
    };
    assert!(refused(&["--fov", "90"]).contains("--extend"));
    assert!(refused(&[]).contains("--out is for"));
    assert!(refused(&["--extend", "--fov", "10"]).contains("20 to 360"));
    assert!(refused(&["--extend", "--size", "300x100"]).contains("twice as wide"));
    assert!(refused(&["--extend", "--fov", "360"]).contains("ends don't go on"));
    let flat = [
        "--extend",
        "--projection",
        "equirectangular",
        "--fov",
        "355",
    ];
    assert!(refused(&flat).contains("over a pole"));
    assert!(!desk.path("p.png").exists());
    let why = desk.fails(&["panorama", "strip.png", "--extend"]);
    assert!(why.contains("--out"), "{why}");
    let told = desk.fine(&[
        "panorama",
        "strip.png",
        "--extend",
        "--fov",
        "100",
        "--estimate",
    ]);
    assert!(told.starts_with("432 x 216, about "), "{told}");
}

#[test]
fn grow_goes_on_beyond_the_edges_until_opposite_ones_meet() {
    let desk = Desk::new();
    strip(&desk.path("strip.png"), 150, 60);
    let words = ["grow", "strip.png", "--extend", "30,0,40,0"];
    desk.fine(&[&words[..], &["--seamless", "x", "-o", "frieze.png"]].concat());
    let made = read(&desk.path("frieze.png"));
    assert_eq!(made.size(), [220, 60]);
    assert!(seams(&made)[0].closes());
    desk.fine(&["recipe", "render", "frieze.png", "-o", "again.png"]);
    assert!(read(&desk.path("again.png")) == made);
}
