//! Parts moved, copied, recoloured, removed and painted over.

use limner::grow::edit::{Change, Edit, Placement, edited};
use limner::grow::within;

use super::*;

const SIZE: [u32; 2] = [96, 72];

fn part(x: std::ops::Range<u32>, y: std::ops::Range<u32>) -> Vec<bool> {
    (0..SIZE[0] * SIZE[1])
        .map(|at| x.contains(&(at % SIZE[0])) && y.contains(&(at / SIZE[0])))
        .collect()
}

fn placement(by: [i32; 2]) -> Placement {
    Placement {
        by,
        scale: 1.0,
        flip: false,
        turn: 0,
    }
}

fn done(source: &Picture, edits: &[Edit]) -> Picture {
    let task = Task::Edit { edits };
    grown(source, &task, &settings(SIZE)).unwrap().picture
}

/// Pixels that differ, as a box: first and last column and row.
fn changed(a: &Picture, b: &Picture) -> Option<[u32; 4]> {
    let differs = |x: u32, y: u32| pixel(a, x, y) != pixel(b, x, y);
    let all = (0..SIZE[1]).flat_map(|y| (0..SIZE[0]).map(move |x| (x, y)));
    let all: Vec<(u32, u32)> = all.filter(|&(x, y)| differs(x, y)).collect();
    Some([
        all.iter().map(|p| p.0).min()?,
        all.iter().map(|p| p.0).max()?,
        all.iter().map(|p| p.1).min()?,
        all.iter().map(|p| p.1).max()?,
    ])
}

#[test]
fn what_is_moved_arrives_and_what_is_far_stays_byte_for_byte() {
    let source = bricks(SIZE[0], SIZE[1]);
    let edit = Edit {
        part: part(10..30, 10..28),
        change: Change::Move(placement([50, 30])),
    };
    let made = on_all(|| done(&source, std::slice::from_ref(&edit)));
    // The seam is four pixels wide: what lies deeper is the source's own.
    for y in 16..22 {
        for x in 16..24 {
            assert_eq!(pixel(&made, x + 50, y + 30), pixel(&source, x, y));
        }
    }
    let rough = edited(&source, &[edit]).unwrap();
    for y in 0..SIZE[1] {
        for x in 0..SIZE[0] {
            let at = (y * SIZE[0] + x) as usize;
            if !rough.hole[at] && !rough.loose[at] {
                assert_eq!(pixel(&made, x, y), pixel(&rough.picture, x, y));
            }
            let near = |low: [u32; 2]| {
                x + 5 > low[0] && x < low[0] + 25 && y + 5 > low[1] && y < low[1] + 23
            };
            if !near([10, 10]) && !near([60, 40]) {
                assert_eq!(pixel(&made, x, y), pixel(&source, x, y), "{x} {y}");
            }
        }
    }
    assert!(rough.hole.contains(&true) && rough.loose.contains(&true));
}

#[test]
fn a_copy_leaves_its_original_and_a_removed_part_does_not_come_back() {
    // One magenta spot in bricks that have none.
    let spot = part(20..34, 20..34);
    let mut pixels = bricks(SIZE[0], SIZE[1]).rgba().to_vec();
    for (at, _) in spot.iter().enumerate().filter(|(_, spot)| **spot) {
        pixels[at * 4..at * 4 + 3].copy_from_slice(&[255, 0, 255]);
    }
    let source = Picture::from_rgba(SIZE[0], SIZE[1], pixels).unwrap();
    let magenta = |picture: &Picture| {
        let pixels = picture.rgba().chunks_exact(4);
        pixels
            .filter(|p| p[0] > 200 && p[1] < 60 && p[2] > 200)
            .count()
    };
    let whole = magenta(&source);
    let edit = |change| Edit {
        part: spot.clone(),
        change,
    };
    let copied = done(&source, &[edit(Change::Copy(placement([40, 10])))]);
    assert_eq!(pixel(&copied, 27, 27), [255, 0, 255, 255]);
    assert!(
        magenta(&copied) > whole * 3 / 2,
        "{} of {whole}",
        magenta(&copied)
    );
    let mut wide = edit(Change::Remove);
    wide.part = part(17..37, 17..37);
    assert_eq!(magenta(&done(&source, &[wide])), 0);
    let half = Placement {
        scale: 0.5,
        flip: true,
        ..placement([40, 10])
    };
    let small = done(&source, &[edit(Change::Copy(half))]);
    assert!(magenta(&small) > whole && magenta(&small) < magenta(&copied));
}

#[test]
fn a_copy_that_is_turned_and_flipped_lies_as_its_corners_say() {
    // Four colours in the quarters of a part of 24 x 16 pixels.
    let mut pixels = bricks(SIZE[0], SIZE[1]).rgba().to_vec();
    let colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]];
    for y in 8..24 {
        for x in 8..32 {
            let quarter = (x - 8) / 12 + (y - 8) / 8 * 2;
            let at = (y * SIZE[0] as usize + x) * 4;
            pixels[at..at + 3].copy_from_slice(&colours[quarter]);
        }
    }
    let source = Picture::from_rgba(SIZE[0], SIZE[1], pixels).unwrap();
    // Upper left, upper right, lower left, lower right, by numbers of the colours.
    for (turn, flip, expected) in [
        (0, false, [0, 1, 2, 3]),
        (0, true, [1, 0, 3, 2]),
        (1, false, [2, 0, 3, 1]),
        (2, false, [3, 2, 1, 0]),
        (3, false, [1, 3, 0, 2]),
        // Flipped first.
        (1, true, [3, 1, 2, 0]),
    ] {
        let to = Placement {
            flip,
            turn,
            ..placement([40, 30])
        };
        let edit = Edit {
            part: part(8..32, 8..24),
            change: Change::Copy(to),
        };
        let rough = edited(&source, std::slice::from_ref(&edit))
            .unwrap()
            .picture;
        // The middle goes from (20, 16) to (60, 46).
        for ([dx, dy], colour) in [[-5.0, -5.0], [5.0, -5.0], [-5.0, 5.0], [5.0, 5.0]]
            .into_iter()
            .zip(expected)
        {
            let at = pixel(&rough, (60.0 + dx) as u32, (46.0 + dy) as u32);
            assert_eq!(at[..3], colours[colour], "turn {turn}, flip {flip}");
        }
        // A quarter turn exchanges the sides.
        let far = pixel(&rough, 60 + 10, 46);
        let upright = turn % 2 == 0;
        assert_eq!(upright, far != pixel(&source, 60 + 10, 46), "turn {turn}");
        // The way there is what the window draws.
        let [x, y] = to.placed([-6.0, -4.0]);
        let at = pixel(&rough, (60.0 + x) as u32, (46.0 + y) as u32);
        assert_eq!(at[..3], colours[0], "turn {turn}, flip {flip}");
    }
}

#[test]
fn recolouring_stays_within_its_part_and_meets_the_colour() {
    let source = bricks(SIZE[0], SIZE[1]);
    let recolour = |gain: f32, mean| {
        let edit = Edit {
            part: part(20..70, 10..60),
            change: Change::Recolour {
                mean,
                gain: [gain; 3],
            },
        };
        done(&source, &[edit])
    };
    let blue = recolour(1.0, Some([40, 60, 200]));
    let [left, right, top, bottom] = changed(&source, &blue).unwrap();
    assert!(left >= 20 && right < 70 && top >= 10 && bottom < 60);
    let mean = |c: usize| {
        let inside = (18..52).flat_map(|y| (28..62).map(move |x| (x, y)));
        inside
            .map(|(x, y)| f64::from(pixel(&blue, x, y)[c]))
            .sum::<f64>()
            / (34.0 * 34.0)
    };
    assert!(mean(2) > 170.0 && mean(0) < 75.0, "{} {}", mean(0), mean(2));
    assert_eq!(
        changed(&source, &recolour(1.0, None)),
        None,
        "nothing asked, nothing done"
    );
    assert!(pixel(&recolour(0.5, None), 44, 34)[0] <= pixel(&source, 44, 34)[0] / 2 + 1);
}

#[test]
fn a_sketch_becomes_material_of_the_picture() {
    // Dark above, light below; a light patch is sketched into the dark.
    let half = |at: u32| {
        let light = if at / SIZE[0] < 36 { 30 } else { 200 };
        let grain = (at * 7919 % 31) as u8;
        [light + grain, light + grain / 2, light, 255]
    };
    let pixels = (0..SIZE[0] * SIZE[1]).flat_map(half).collect();
    let source = Picture::from_rgba(SIZE[0], SIZE[1], pixels).unwrap();
    let edit = |change| Edit {
        part: part(30..60, 5..25),
        change,
    };
    let painted = done(&source, &[edit(Change::Paint([205, 202, 200]))]);
    let inside = (10..20).flat_map(|y| (38..52).map(move |x| (x, y)));
    let values: Vec<u8> = inside.map(|(x, y)| pixel(&painted, x, y)[0]).collect();
    let mean = values.iter().map(|v| u32::from(*v)).sum::<u32>() / values.len() as u32;
    assert!(mean > 150, "as light as sketched: {mean}");
    let (least, most) = (values.iter().min().unwrap(), values.iter().max().unwrap());
    assert!(
        most - least > 8,
        "with the grain of the picture: {least} to {most}"
    );
    // As a picture that is transparent elsewhere it is the same.
    let mut sketch = vec![0; (SIZE[0] * SIZE[1] * 4) as usize];
    for (at, _) in part(30..60, 5..25).iter().enumerate().filter(|(_, p)| **p) {
        sketch[at * 4..at * 4 + 4].copy_from_slice(&[205, 202, 200, 255]);
    }
    let sketch = Picture::from_rgba(SIZE[0], SIZE[1], sketch).unwrap();
    let whole = Edit {
        part: vec![true; (SIZE[0] * SIZE[1]) as usize],
        change: Change::Sketch(sketch),
    };
    assert!(done(&source, &[whole]) == painted);
}

#[test]
fn several_fills_of_one_hole_differ_and_keep_the_rest() {
    let source = bricks(SIZE[0], SIZE[1]);
    let hole = part(30..60, 20..50);
    let fill = |seed| {
        let task = Task::Fill { hole: &hole };
        grown(&source, &task, &with_seed(SIZE, seed))
            .unwrap()
            .picture
    };
    let fills: Vec<Picture> = (0..3).map(fill).collect();
    for (i, fill) in fills.iter().enumerate() {
        let [left, right, top, bottom] = changed(&source, fill).unwrap();
        assert!(left >= 30 && right < 60 && top >= 20 && bottom < 50);
        assert!(fills[..i].iter().all(|other| other != fill), "seed {i}");
    }
}

#[test]
fn what_is_half_transparent_is_kept_to_the_byte_too() {
    let mut pixels = bricks(SIZE[0], SIZE[1]).rgba().to_vec();
    for (at, pixel) in pixels.chunks_exact_mut(4).enumerate() {
        pixel[3] = (at % 256) as u8;
    }
    let source = Picture::from_rgba(SIZE[0], SIZE[1], pixels).unwrap();
    let hole = part(40..50, 30..40);
    let made = grown(&source, &Task::Fill { hole: &hole }, &settings(SIZE)).unwrap();
    for y in 0..SIZE[1] {
        for x in 0..SIZE[0] {
            if !hole[(y * SIZE[0] + x) as usize] {
                assert_eq!(pixel(&made.picture, x, y), pixel(&source, x, y));
            }
        }
    }
}

#[test]
fn edits_that_make_no_sense_are_refused_in_words() {
    let source = bricks(SIZE[0], SIZE[1]);
    let words = |part: Vec<bool>, change| {
        let edits = [Edit { part, change }];
        let task = Task::Edit { edits: &edits };
        grown(&source, &task, &settings(SIZE))
            .unwrap_err()
            .to_string()
    };
    let some = || part(10..20, 10..20);
    assert!(words(part(0..0, 0..0), Change::Remove).contains("empty"));
    assert!(words(vec![true; 5], Change::Remove).contains("mask"));
    assert!(words(part(0..96, 0..72), Change::Remove).contains("leaves no whole patch"));
    let far = Change::Move(placement([4000, 0]));
    assert!(words(some(), far).contains("beyond the picture"));
    let far = Change::Copy(placement([i32::MIN, i32::MAX]));
    assert!(words(some(), far).contains("beyond the picture"));
    let vast = Placement {
        scale: f32::NAN,
        ..placement([1, 1])
    };
    assert!(words(some(), Change::Copy(vast)).contains("20 times"));
    let none = Task::Edit { edits: &[] };
    let said = grown(&source, &none, &settings(SIZE))
        .unwrap_err()
        .to_string();
    assert!(said.contains("nothing is edited"));
    let other = bricks(40, 40);
    assert!(words(some(), Change::Sketch(other)).contains("mask"));
}

#[test]
fn a_lasso_holds_what_lies_within() {
    let square = within(&[[2.0, 2.0], [8.0, 2.0], [8.0, 6.0], [2.0, 6.0]], [10, 9]);
    let expected = |at: usize| (2..8).contains(&(at % 10)) && (2..6).contains(&(at / 10));
    assert!((0..90).all(|at| square[at] == expected(at)));
    // Beyond the edges, no numbers, too few corners: nothing that hurts.
    let wide = within(
        &[[-1e30, -5.0], [1e30, -5.0], [1e30, 99.0], [-1e30, 99.0]],
        [7, 5],
    );
    assert!(wide.iter().all(|inside| *inside));
    assert!(
        within(&[[f64::NAN, 1.0], [3.0, 3.0]], [7, 5])
            .iter()
            .all(|inside| !inside)
    );
    assert!(within(&[], [7, 5]).iter().all(|inside| !inside));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5, ..ProptestConfig::default() })]

    /// Whatever is moved wherever: what is neither a hole nor a seam is as it was put, to the byte.
    #[test]
    fn all_that_is_kept_is_kept(
        corner in [0u32..80, 0u32..56], size in [4u32..30, 4u32..30],
        by in [-60i32..60, -40i32..40], scale in 0.3f32..2.0, flip: bool, turn in 0u8..4, seed: u64,
    ) {
        let source = bricks(SIZE[0], SIZE[1]);
        let edits = [Edit {
            part: part(corner[0]..corner[0] + size[0], corner[1]..corner[1] + size[1]),
            change: Change::Move(Placement { by, scale, flip, turn }),
        }];
        let Ok(rough) = edited(&source, &edits) else { return Ok(()) };
        let made = grown(&source, &Task::Edit { edits: &edits }, &with_seed(SIZE, seed)).unwrap();
        let pixels = made.picture.rgba().chunks_exact(4).zip(rough.picture.rgba().chunks_exact(4));
        for (at, (made, rough_pixel)) in pixels.enumerate() {
            if !rough.hole[at] && !rough.loose[at] {
                prop_assert_eq!(made, rough_pixel);
            }
        }
    }
}
