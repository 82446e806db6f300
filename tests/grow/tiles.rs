//! Pictures made seamless while most of them stays.

use limner::grow::{Tiled, seams, tile};

use super::*;

fn tiled(source: &Picture, sides: [bool; 2]) -> Tiled {
    tile(source, sides, &CancelToken::new()).unwrap()
}

/// Stones of many sizes under light that falls off to the right and below.
fn stones(width: u32, height: u32) -> Picture {
    let value = |at: u32| {
        let (x, y) = (f64::from(at % width), f64::from(at / width));
        let form = (x * 0.21 + (y * 0.13).sin() * 2.0).sin() + (y * 0.17 + (x * 0.08).cos()).sin();
        let light = 1.2 - 0.4 * x / f64::from(width) - 0.3 * y / f64::from(height);
        let grain = f64::from((at.wrapping_mul(2_654_435_761) >> 26) % 24);
        let value = |c: f64| ((90.0 + 35.0 * form * c + grain) * light) as u8;
        [value(1.0), value(0.8), value(0.6), 255]
    };
    Picture::from_rgba(width, height, (0..width * height).flat_map(value).collect()).unwrap()
}

#[test]
fn the_seam_measure_tells_seams_from_none() {
    let source = stones(160, 120);
    let [across, down] = seams(&source);
    assert!(across > 1.5 && down > 1.5, "{across} {down}");
    // Of a picture that goes round: none.
    let round = |at: u32| {
        let (x, y) = (f64::from(at % 64) / 64.0, f64::from(at / 64) / 48.0);
        let turn = std::f64::consts::TAU;
        let value = ((x * turn).sin() + (y * turn + (x * turn).cos()).cos()) * 50.0 + 120.0;
        [value as u8, 90, (value * 0.5) as u8, 255]
    };
    let round = Picture::from_rgba(64, 48, (0..64 * 48).flat_map(round).collect()).unwrap();
    assert!(seams(&round).iter().all(|seam| *seam < 1.35));
    let flat = Picture::from_rgba(20, 20, [5, 6, 7, 255].repeat(400)).unwrap();
    assert_eq!(seams(&flat), [1.0, 1.0]);
    let step = (0..400).flat_map(|at| {
        if at % 20 < 10 {
            [0, 0, 0, 255]
        } else {
            [255; 4]
        }
    });
    let step = Picture::from_rgba(20, 20, step.collect()).unwrap();
    assert!(seams(&step)[0] > 5.0);
    let one = Picture::from_rgba(1, 1, vec![9; 4]).unwrap();
    assert_eq!(seams(&one), [1.0, 1.0]);
}

#[test]
fn no_seam_is_left_and_most_of_the_picture_is_as_it_was() {
    let source = stones(240, 180);
    let all = [true, true];
    let made = on_all(|| tiled(&source, all).picture);
    let [across, down] = seams(&made);
    // Lines inside a picture differ from each other as much as this.
    assert!((0.75..=1.3).contains(&across), "{across}");
    assert!((0.75..=1.3).contains(&down), "{down}");
    let tiled = tiled(&source, all);
    assert!(tiled.kept > 0.5, "{}", tiled.kept);
    let [width, height] = made.size();
    assert!(
        width * 4 >= 240 * 3 && height * 4 >= 180 * 3,
        "{width} x {height}"
    );
    // What is kept lies where it was.
    let same = |x: u32, y: u32| pixel(&made, x, y) == pixel(&source, x, y);
    let kept = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let kept = kept.filter(|&(x, y)| same(x, y)).count() as f64;
    assert!(kept / f64::from(width * height) > 0.5);
    assert!((0..10).all(|d| same(width / 2 + d, height / 2 + d)));
}

#[test]
fn only_the_sides_that_are_asked_for_are_joined() {
    let source = stones(200, 150);
    let across = tiled(&source, [true, false]).picture;
    assert_eq!(across.height(), 150);
    assert!(across.width() < 200 && seams(&across)[0] < 1.1 && seams(&across)[1] > 1.5);
    let down = tiled(&source, [false, true]).picture;
    assert_eq!(down.width(), 200);
    assert!(down.height() < 150 && seams(&down)[1] < 1.1);
}

#[test]
fn hostile_pictures_make_tiles_or_say_why_not() {
    let words = |source: &Picture, seamless| {
        let mut wish = settings(source.size());
        wish.seamless = seamless;
        grown(source, &Task::Tile, &wish).map(|made| made.picture.size())
    };
    let one = Picture::from_rgba(1, 1, vec![9, 9, 9, 255]).unwrap();
    let said = |made: Result<[u32; 2], GrowError>| made.unwrap_err().to_string();
    assert!(said(words(&one, [true, true])).contains("only 1 x 1"));
    let flat = Picture::from_rgba(40, 40, [50, 60, 70, 255].repeat(1600)).unwrap();
    assert!(said(words(&flat, [true, true])).contains("all one colour"));
    let clear = Picture::from_rgba(40, 40, vec![0; 6400]).unwrap();
    assert!(said(words(&clear, [true, true])).contains("wholly transparent"));
    assert!(said(words(&stones(40, 40), [false, false])).contains("which sides"));
    assert_eq!(words(&stones(16, 16), [true, true]).unwrap(), [12, 12]);
    let long = words(&stones(30_000, 20), [true, true]).unwrap();
    assert!(long[0] >= 22_500 && (15..20).contains(&long[1]), "{long:?}");
    let stop = CancelToken::new();
    stop.cancel();
    let stopped = tile(&stones(100, 80), [true, true], &stop);
    assert_eq!(stopped.unwrap_err(), GrowError::Cancelled);
}
