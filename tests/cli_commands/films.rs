//! Films on the command line: made, made again from their recipe, put into a style.

use super::*;
use crate::film_reader;

#[test]
fn a_walk_becomes_every_kind_of_film_and_its_recipe_makes_it_again() {
    let desk = Desk::new();
    let size = ["--max-side", "64", "--fps", "10"];
    let walk = [
        &["walk", "--model", "cppn", "--seeds", "3,4,5", "--loop"][..],
        &["--seconds", "0.5,0.3,0.4", "--easing", "smooth"],
        &size,
    ]
    .concat();
    for name in ["walk.mp4", "walk.gif", "walk.webp", "walk.png", "frames"] {
        desk.fine(&[&walk[..], &["-o", name]].concat());
    }
    let played = film_reader::rav1d(&desk.path("walk.mp4"));
    assert_eq!(played.len(), 12);
    assert_eq!(fs::read_dir(desk.path("frames")).unwrap().count(), 12);
    let first = decoded(&desk.path("frames/frame-0001.png"));
    let [w, h] = played[0].size;
    assert_eq!(first.dimensions(), (w, h));
    let first = limner::picture::Picture::from_rgba(w, h, first.into_raw()).unwrap();
    assert!(film_reader::psnr(&played[0], &first) > 30.0);
    // The same film again, from the film itself.
    let recipe = desk.fine(&["recipe", "show", "walk.mp4"]);
    let recipe: Value = serde_json::from_str(&recipe).unwrap();
    assert_eq!(recipe["version"], 3);
    assert_eq!(recipe["making"]["spans"].as_array().unwrap().len(), 3);
    desk.fine(&["recipe", "render", "walk.mp4", "-o", "again.png"]);
    assert!(desk.bytes("again.png").len() > 1000);
    let [one, two] = ["walk.png", "again.png"].map(|name| read_all(&desk.path(name)));
    assert!(one == two);
    let told = desk.fails(&[&walk[..], &["-o", "frames"]].concat());
    assert!(told.contains("has something in it"), "{told}");
    let told = desk.fails(&[&walk[..], &["-o", "walk.mp4"]].concat());
    assert!(told.contains("--force"), "{told}");
}

#[test]
fn points_of_a_film_come_from_pictures() {
    let desk = Desk::new();
    for (seed, name) in [("1", "a.png"), ("2", "b.png")] {
        let words = ["generate", "--model", "flowers", "--seed", seed];
        desk.fine(&[&words[..], &["-o", name]].concat());
    }
    let words = ["walk", "--points", "a.png", "b.png", "--frames", "5"];
    desk.fine(&[&words[..], &["-o", "film.png"]].concat());
    let frames = read_all(&desk.path("film.png"));
    assert_eq!(frames.len(), 5);
    let first = decoded(&desk.path("a.png"));
    assert!(frames[0].rgba() == first.as_raw().as_slice());
    photo(&desk.path("photo.png"), 30, 20);
    let told = desk.fails(&["walk", "--points", "photo.png", "-o", "c.png"]);
    assert!(told.contains("no recipe"), "{told}");
}

#[test]
fn a_gif_and_a_folder_of_frames_are_put_into_a_style() {
    let desk = Desk::new();
    photo(&desk.path("style.png"), 70, 70);
    let walk = ["walk", "--model", "cppn", "--seeds", "3,4", "--frames", "5"];
    let size = ["--max-side", "64", "--fps", "10"];
    for name in ["film.gif", "frames"] {
        desk.fine(&[&walk[..], &size, &["-o", name]].concat());
    }
    let style = ["--style", "style.png"];
    for (film, out, more) in [
        ("film.gif", "a.mp4", &[][..]),
        ("film.gif", "b.gif", &[]),
        ("frames", "c.png", &["--film", "--fps", "12"]),
    ] {
        desk.fine(&[&["stylize", film][..], &style, more, &["-o", out]].concat());
    }
    assert_eq!(film_reader::rav1d(&desk.path("a.mp4")).len(), 5);
    let told = desk.fine(
        &[
            &["stylize", "film.gif", "--film"][..],
            &style,
            &["--estimate"],
        ]
        .concat(),
    );
    assert!(
        told.contains("film.gif: 64 x ") && told.contains(" kB and "),
        "{told}"
    );
    assert_eq!(film_reader::boxes(&desk.path("a.mp4")).timescale, 10_000);
    assert_eq!(read_all(&desk.path("b.gif")).len(), 5);
    let mut film = limner::photo::film::Film::open(&desk.path("c.png")).unwrap();
    assert_eq!((film.frames, film.fps.round()), (5, 12.0));
    assert!(film.next_frame().unwrap().is_some());
    // The same again from its recipe.
    let again = ["recipe", "render", "c.png", "-o", "d.png"];
    let told = desk.fails(&again);
    assert!(told.contains("--source"), "{told}");
    desk.fine(&[&again[..], &["--source", "frames/frame-0001.png"]].concat());
    assert!(read_all(&desk.path("c.png")) == read_all(&desk.path("d.png")));
    let told = desk.fails(&[&["stylize", "style.png"][..], &style, &["-o", "e.mp4"]].concat());
    assert!(told.contains("no film"), "{told}");
}

#[test]
fn a_photo_goes_through_styles_and_strengths() {
    let desk = Desk::new();
    photo(&desk.path("photo.png"), 60, 40);
    photo(&desk.path("a.jpg"), 70, 70);
    let walk = ["walk", "--photo", "photo.png", "--frames", "5"];
    let named = ["--style", "a.jpg", "--strengths", "0.2,1,0.5"];
    desk.fine(&[&walk[..], &named, &["-o", "film.png"]].concat());
    let frames = read_all(&desk.path("film.png"));
    assert_eq!((frames.len(), frames[0].size()), (5, [60, 40]));
    let words = ["stylize", "photo.png", "--style", "a.jpg"];
    for (strength, name) in [("0.2", "low.png"), ("1", "high.png")] {
        desk.fine(&[&words[..], &["--strength", strength, "-o", name]].concat());
    }
    assert!(frames[0].rgba() == decoded(&desk.path("low.png")).as_raw().as_slice());
    assert!(frames[2].rgba() == decoded(&desk.path("high.png")).as_raw().as_slice());
    // The same of stylised pictures, and of the film itself.
    let points = [
        "walk",
        "--points",
        "low.png",
        "high.png",
        "--photo",
        "photo.png",
    ];
    desk.fine(
        &[
            &points[..],
            &["--seconds", "0.2", "--fps", "10", "-o", "b.gif"],
        ]
        .concat(),
    );
    assert_eq!(read_all(&desk.path("b.gif")).len(), 2);
    let again = ["recipe", "render", "film.png", "--source", "photo.png"];
    desk.fine(&[&again[..], &["-o", "again.png"]].concat());
    assert!(read_all(&desk.path("again.png")) == frames);
    // What is no film is refused with what to do.
    let told = desk.fails(&[&walk[..], &["-o", "c.gif"]].concat());
    assert!(told.contains("two keyframes"), "{told}");
    let odd = [
        "--style",
        "a.jpg",
        "--style",
        "a.jpg",
        "--strengths",
        "1,1,1",
    ];
    let told = desk.fails(&[&walk[..], &odd, &["-o", "c.gif"]].concat());
    assert!(told.contains("2 styles and 3 strengths"), "{told}");
    let told = desk.fails(&[&walk[..], &["--strengths", "0,1", "-o", "c.gif"]].concat());
    assert!(told.contains("--style"), "{told}");
}

fn read_all(path: &Path) -> Vec<limner::picture::Picture> {
    let mut film = limner::photo::film::Film::open(path).unwrap();
    let mut all = Vec::new();
    while let Some(frame) = film.next_frame().unwrap() {
        all.push(frame);
    }
    all
}
