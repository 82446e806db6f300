//! Pictures that go on beyond their edges until opposite ones meet.

use limner::picture::seam::{SEAMLESS, Seam, seams};

use super::*;

/// Hills of several sizes under a sky, lighter to the right: its ends don't meet.
fn strip(width: u32, height: u32) -> Picture {
    let value = |at: u32| {
        let (x, y) = (f64::from(at % width), f64::from(at / width));
        let ridge = f64::from(height) * (0.45 + 0.1 * (x * 0.07).sin() + 0.06 * (x * 0.19).cos());
        let light = 0.7 + 0.5 * x / f64::from(width);
        let grain = f64::from((at.wrapping_mul(2_654_435_761) >> 26) % 16);
        let form = ((x * 0.31 + y * 0.1).sin() + (y * 0.27).cos()) * 14.0;
        let colour = match y < ridge {
            true => [110.0 + y, 140.0 + y * 0.6, 200.0],
            false => [90.0 + form, 110.0 + form, 50.0 + form * 0.5],
        };
        let [r, g, b] = colour.map(|c| ((c + grain) * light).clamp(0.0, 255.0) as u8);
        [r, g, b, 255]
    };
    Picture::from_rgba(width, height, (0..width * height).flat_map(value).collect()).unwrap()
}

fn around(size: [u32; 2], seamless: [bool; 2]) -> Settings {
    Settings {
        seamless,
        ..with_seed(size, 3)
    }
}

/// Moved to the right by so many columns, what leaves coming in again on the left.
fn rolled(picture: &Picture, by: u32) -> Picture {
    let bytes = picture.width() as usize * 4;
    let mut pixels = picture.rgba().to_vec();
    for row in pixels.chunks_mut(bytes) {
        row.rotate_right(by as usize * 4);
    }
    Picture::from_rgba(picture.width(), picture.height(), pixels).unwrap()
}

fn across(picture: &Picture) -> Seam {
    seams(picture)[0]
}

#[test]
fn a_strip_goes_on_until_its_ends_meet() {
    let source = strip(180, 64);
    assert!(across(&source).ratio > 2.0, "{:?}", across(&source));
    let task = Task::Extend { left: 61, top: 0 };
    let wish = around([301, 64], [true, false]);
    let made = grown(&source, &task, &wish).unwrap().picture;
    assert_eq!(made.size(), [301, 64]);
    let seam = across(&made);
    assert!(seam.closes() && seam.ratio < SEAMLESS, "{seam:?}");
    // Wherever it is cut it is a line like others, also where the photo ends.
    for by in [1, 20, 60, 120, 150, 240, 241] {
        let seam = across(&rolled(&made, by));
        assert!(seam.closes(), "{by}: {seam:?}");
    }
    for y in 0..64 {
        for x in 0..180 {
            assert_eq!(pixel(&made, x + 61, y), pixel(&source, x, y));
        }
    }
    // Without being told to it ends where it ends.
    let open = grown(&source, &task, &around([301, 64], [false; 2])).unwrap();
    assert!(
        across(&open.picture).ratio > seam.ratio + 0.2,
        "{:?}",
        across(&open.picture)
    );
}

#[test]
fn the_same_bytes_come_on_every_kernel_around_a_viewer_too() {
    let source = strip(72, 32);
    for task in [
        Task::Extend { left: 21, top: 5 },
        Task::Around { left: 21, top: 5 },
    ] {
        let wish = around([121, 48], [true, false]);
        let made = on_all(|| grown(&source, &task, &wish).unwrap().picture);
        assert!(across(&made).closes());
        assert_eq!(pixel(&made, 21 + 50, 5 + 20), pixel(&source, 50, 20));
    }
}

/// Beside the photo there is at a height what it has there, above it what is at its upper edge.
#[test]
fn around_a_viewer_the_horizon_stays_where_it_is() {
    let source = strip(150, 60);
    let task = Task::Around { left: 60, top: 30 };
    let made = grown(&source, &task, &around([270, 120], [true, false])).unwrap();
    assert!(across(&made.picture).closes());
    // Blue is more than red in the sky, less on the ground; between them lie the hills.
    let sky = |y: u32| {
        let row = (0..270).filter(|&x| {
            let p = pixel(&made.picture, x, y);
            p[2] > p[0]
        });
        row.count() as f64 / 270.0
    };
    for y in (0..45).step_by(5) {
        assert!(sky(y) > 0.93, "{} of row {y} is sky", sky(y));
    }
    for y in (75..120).step_by(5) {
        assert!(sky(y) < 0.07, "{} of row {y} is sky", sky(y));
    }
}

#[test]
fn where_the_photo_lies_in_the_turn_makes_no_difference_to_its_ends() {
    let source = strip(150, 48);
    for left in [0, 1, 30, 70] {
        let task = Task::Extend { left, top: 9 };
        let made = grown(&source, &task, &around([220, 70], [true, true])).unwrap();
        for (side, seam) in seams(&made.picture).into_iter().enumerate() {
            assert!(seam.closes(), "{left} {side}: {seam:?}");
        }
        assert_eq!(pixel(&made.picture, left + 77, 30), pixel(&source, 77, 21));
    }
}

#[test]
fn ends_between_which_nothing_comes_must_meet_already() {
    let source = strip(120, 48);
    let task = Task::Extend { left: 0, top: 10 };
    let error = grown(&source, &task, &around([120, 68], [true, false])).unwrap_err();
    assert!(error.to_string().contains("nothing is added between them"));
    let mut round = Vec::new();
    for at in 0..120 * 48u32 {
        let turn = f64::from(at % 120) / 120.0 * std::f64::consts::TAU;
        let value = |c: f64| (120.0 + 60.0 * (turn * 3.0 + c).sin() + f64::from(at / 120)) as u8;
        round.extend([value(0.0), value(1.0), value(2.0), 255]);
    }
    let round = Picture::from_rgba(120, 48, round).unwrap();
    let made = grown(&round, &task, &around([120, 68], [true, false])).unwrap();
    assert!(across(&made.picture).closes());
}

#[test]
fn a_large_strip_closes_too() {
    // Beyond 0.7 megapixels sizes are refined only.
    let source = strip(1500, 420);
    let task = Task::Extend { left: 350, top: 0 };
    let made = grown(&source, &task, &around([2201, 420], [true, false])).unwrap();
    let seam = across(&made.picture);
    assert!(seam.closes(), "{seam:?}");
    for by in [351, 1100] {
        let seam = across(&rolled(&made.picture, by));
        assert!(seam.closes(), "{by}: {seam:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    /// Whatever is asked for: the photo stays, and all values are its own or between them.
    #[test]
    fn any_photo_stays_in_any_turn(
        source in [16u32..50, 16u32..40],
        more in [0u32..40, 0u32..30],
        before in [0.0f32..1.0, 0.0f32..1.0],
        seed: u64,
        down: bool,
    ) {
        let picture = bricks(source[0], source[1]);
        let more = [more[0] + 1, more[1] + 1];
        let size = [0, 1].map(|i| source[i] + more[i]);
        let [left, top] = [0, 1].map(|i| (more[i] as f32 * before[i]) as u32);
        let wish = Settings { seamless: [true, down], ..with_seed(size, seed) };
        let made = grown(&picture, &Task::Extend { left, top }, &wish).unwrap();
        prop_assert_eq!(made.picture.size(), size);
        for y in 0..source[1] {
            for x in 0..source[0] {
                prop_assert_eq!(pixel(&made.picture, x + left, y + top), pixel(&picture, x, y));
            }
        }
        prop_assert!(made.picture.rgba().chunks_exact(4).all(|p| p[3] == 255));
    }
}
