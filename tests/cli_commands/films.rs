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

fn read_all(path: &Path) -> Vec<limner::picture::Picture> {
    let mut film = limner::photo::film::Film::open(path).unwrap();
    let mut all = Vec::new();
    while let Some(frame) = film.next_frame().unwrap() {
        all.push(frame);
    }
    all
}
