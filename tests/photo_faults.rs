//! Picture files that used to go wrong, each standing for its kind: decoded right, or
//! refused by its name. The files lie in `../shared/faults`, outside the repository;
//! without it these tests say so and pass.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "common/skip.rs"]
mod skip;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use limner::photo::{Photo, probe, read};

/// A file of `../shared/faults`, if they are there.
fn fault(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/faults");
    if !root.is_dir() {
        skip::skip(skip::Lack::Shared);
        return None;
    }
    Some(root.join(name))
}

fn pixel(photo: &Photo, x: u32, y: u32) -> [u8; 4] {
    let at = ((y * photo.picture.width() + x) * 4) as usize;
    photo.picture.rgba()[at..at + 4].try_into().unwrap()
}

fn centre(photo: &Photo) -> [u8; 4] {
    let [width, height] = photo.picture.size();
    pixel(photo, width / 2, height / 2)
}

#[track_caller]
fn close(found: [u8; 4], wanted: [u8; 4], within: u8) {
    let near = found
        .iter()
        .zip(&wanted)
        .all(|(a, b)| a.abs_diff(*b) <= within);
    assert!(near, "{found:?}, not {wanted:?}");
}

/// Means of the four quarters, row by row.
fn quarters(photo: &Photo) -> [[f64; 3]; 4] {
    let [width, height] = photo.picture.size();
    let mut sums = [[0.0; 3]; 4];
    for y in 0..height {
        for x in 0..width {
            let quarter = (2 * y / height * 2 + 2 * x / width) as usize;
            for (sum, value) in sums[quarter].iter_mut().zip(pixel(photo, x, y)) {
                *sum += f64::from(value) * 4.0 / f64::from(width * height);
            }
        }
    }
    sums
}

/// All of these files show the same two ramps.
#[track_caller]
fn is_the_ramp(name: &str, photo: &Photo) {
    assert_eq!(photo.picture.size(), [96, 64], "{name}");
    let wanted = [
        [63.0, 63.0, 139.0],
        [192.0, 63.0, 149.0],
        [63.0, 192.0, 139.0],
        [192.0, 192.0, 149.0],
    ];
    for (found, wanted) in quarters(photo).iter().zip(wanted) {
        for (found, wanted) in found.iter().zip(wanted) {
            assert!(
                (found - wanted).abs() < 2.0,
                "{name}: {:?}",
                quarters(photo)
            );
        }
    }
}

#[test]
fn every_kind_of_jpeg_shows_its_colours() {
    for name in [
        "p-oddsamp.jpg",
        "p-s3x1.jpg",
        "rgb-cjpeg.jpg",
        "adobe-rgb.jpg",
    ] {
        let Some(path) = fault(&format!("photos/{name}")) else {
            return;
        };
        let photo = read(&path).unwrap();
        is_the_ramp(name, &photo);
        assert!(photo.notes.is_empty(), "{name}: {:?}", photo.notes);
        assert_eq!(probe(&path).unwrap(), [96, 64]);
    }
}

#[test]
fn a_jpeg_without_its_end_mark_is_shown_with_a_note() {
    let Some(path) = fault("photos/no-eoi.jpg") else {
        return;
    };
    let photo = read(&path).unwrap();
    is_the_ramp("no-eoi.jpg", &photo);
    assert!(
        photo.notes[0].contains("end of the file"),
        "{:?}",
        photo.notes
    );
}

#[test]
fn what_is_not_read_is_named() {
    for (name, word) in [
        ("p-arith.jpg", "arithmetic"),
        ("cgbi.png", "CgBI"),
        ("photo.dng", "raw camera file"),
    ] {
        let Some(path) = fault(&format!("photos/{name}")) else {
            return;
        };
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains(word) && error.contains("export"), "{error}");
    }
}

#[test]
fn a_png_says_in_four_ways_what_its_numbers_mean() {
    for (name, wanted, within) in [
        ("cicp-p3.png", [218, 42, 52, 255], 2),
        ("chrm-p3.png", [218, 42, 52, 255], 2),
        ("gama-linear.png", [127, 127, 127, 255], 1),
        ("gama-linear8.png", [127, 127, 127, 255], 1),
    ] {
        let Some(path) = fault(&format!("photos/{name}")) else {
            return;
        };
        close(centre(&read(&path).unwrap()), wanted, within);
    }
}

#[test]
fn dark_tones_of_a_linear_picture_keep_their_steps() {
    let Some(path) = fault("photos/linear16.png") else {
        return;
    };
    let photo = read(&path).unwrap();
    let [width, _] = photo.picture.size();
    let mut levels: Vec<u8> = (0..width).map(|x| pixel(&photo, x, 0)[0]).collect();
    assert_eq!((levels[0], levels[width as usize - 1]), (0, 64));
    assert!(levels.is_sorted(), "{levels:?}");
    levels.dedup();
    assert!(levels.iter().copied().eq(0..=64), "{levels:?}");
}

#[test]
fn every_kind_of_tiff_shows_its_colours() {
    for name in ["t-jpeg.tif", "t-big.tif", "t-zstd.tif", "t-u32.tif"] {
        let Some(path) = fault(&format!("photos/{name}")) else {
            return;
        };
        is_the_ramp(name, &read(&path).unwrap());
        assert_eq!(probe(&path).unwrap(), [96, 64], "{name}");
    }
    let open = |name: &str| fault(&format!("photos/{name}")).map(|path| read(&path).unwrap());
    let photos = [
        ("t-assoc-alpha.tif", [129, 130, 24, 128], 4),
        ("cmyk-icc.tif", [129, 131, 66, 255], 4),
        ("t-lab.tif", [129, 130, 24, 255], 4),
        ("t-float-gray.tif", [130, 130, 130, 255], 1),
        // One of its 32 colours.
        ("t-palette.tif", [93, 138, 68, 255], 1),
    ];
    for (name, wanted, within) in photos {
        let Some(photo) = open(name) else {
            return;
        };
        assert_eq!(photo.picture.size(), [96, 64], "{name}");
        close(centre(&photo), wanted, within);
    }
}

#[test]
fn a_webp_is_turned_by_any_kind_of_exif() {
    let Some(path) = fault("photos/orient6-head-exif.webp") else {
        return;
    };
    assert_eq!(read(&path).unwrap().picture.size(), [40, 56]);
    assert_eq!(probe(&path).unwrap(), [40, 56]);
}

#[test]
fn bombs_cost_neither_time_nor_memory() {
    for name in ["png_tags50000.png", "tif_count4g.tif"] {
        let Some(path) = fault(&format!("bombs/{name}")) else {
            return;
        };
        let start = Instant::now();
        // What it says is its own business.
        drop(read(&path));
        let took = start.elapsed();
        assert!(took < Duration::from_millis(500), "{name}: {took:?}");
    }
}
