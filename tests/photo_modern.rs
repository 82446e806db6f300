//! What phones, cameras and the web write today: HEIC, AVIF, JPEG XL, raw files. The
//! small pictures beside this test were made for it with avifenc, heif-enc and cjxl:
//! red grows to the right, green downwards, blue is 100.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

use limner::photo::{Photo, probe, read};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/photo_modern")
        .join(name)
}

fn pixel(photo: &Photo, x: u32, y: u32) -> [u8; 4] {
    let at = ((y * photo.picture.width() + x) * 4) as usize;
    photo.picture.rgba()[at..at + 4].try_into().unwrap()
}

/// The corners' red and green (0 or 255 each) in the order upper left, upper right,
/// lower left; and the alpha everywhere.
#[track_caller]
fn shows(name: &str, size: [u32; 2], corners: [[u8; 2]; 3], alpha: u8) -> Photo {
    let photo = read(&path(name)).unwrap();
    assert_eq!(photo.picture.size(), size, "{name}");
    assert_eq!(probe(&path(name)).unwrap(), size, "{name}");
    let [right, bottom] = size.map(|side| side - 1);
    for ([x, y], [red, green]) in [[0, 0], [right, 0], [0, bottom]].into_iter().zip(corners) {
        let found = pixel(&photo, x, y);
        let near = |a: u8, b: u8| a.abs_diff(b) <= 12;
        assert!(
            near(found[0], red) && near(found[1], green) && near(found[2], 100),
            "{name} at {x}, {y}: {found:?}"
        );
        assert!(found[3].abs_diff(alpha) <= 1, "{name}: {found:?}");
    }
    photo
}

const RAMP: [[u8; 2]; 3] = [[0, 0], [255, 0], [0, 255]];

#[test]
fn avif_shows_its_colours_depth_grid_and_transparency() {
    let photo = shows("plain.avif", [64, 48], RAMP, 255);
    assert!(photo.notes.is_empty(), "{:?}", photo.notes);
    let deep = shows("ten.avif", [64, 48], RAMP, 255);
    assert!(deep.notes[0].contains("10 bits"), "{:?}", deep.notes);
    shows("grid.avif", [128, 128], RAMP, 255);
    shows("alpha.avif", [64, 48], RAMP, 128);
}

#[test]
fn avif_whose_properties_are_all_marked_essential_is_read() {
    let mut bytes = fs::read(path("plain.avif")).unwrap();
    let at = bytes.windows(4).position(|w| w == b"ipma").unwrap();
    // After the name: version and flags, entries, item, associations.
    let (count, first) = (usize::from(bytes[at + 14]), at + 15);
    bytes[first..first + count]
        .iter_mut()
        .for_each(|b| *b |= 0x80);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("essential.avif");
    fs::write(&file, bytes).unwrap();
    let plain = read(&path("plain.avif")).unwrap();
    assert!(read(&file).unwrap().picture == plain.picture);
}

#[test]
fn avif_is_turned_mirrored_and_cropped_as_its_properties_say() {
    // A quarter turn anticlockwise, then left and right changed.
    let turned = [[255, 255], [255, 0], [0, 255]];
    shows("turned.avif", [48, 64], turned, 255);
    // The lower left quarter.
    shows("crop.avif", [32, 24], [[0, 130], [126, 130], [0, 255]], 255);
}

#[test]
fn code_points_of_an_avif_are_its_colours() {
    let plain = read(&path("plain.avif")).unwrap();
    let wide = read(&path("p3.avif")).unwrap();
    // The same numbers in Display P3 are more vivid.
    let (a, b) = (pixel(&plain, 40, 12), pixel(&wide, 40, 12));
    assert!(b[0] > a[0] + 4 && b[1] < a[1], "{a:?} {b:?}");
}

#[cfg(feature = "heic")]
#[test]
fn heic_shows_its_colours_and_transparency() {
    shows("plain.heic", [64, 48], RAMP, 255);
    shows("alpha.heic", [64, 48], RAMP, 128);
}

#[test]
fn jpeg_xl_shows_its_colours_turn_and_transparency() {
    shows("plain.jxl", [64, 48], RAMP, 255);
    shows("alpha.jxl", [64, 48], RAMP, 128);
    shows("turned.jxl", [48, 64], [[0, 255], [0, 0], [255, 255]], 255);
}

#[test]
fn files_cut_short_or_full_of_noise_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(path("")).unwrap() {
        let original = entry.unwrap().path();
        let whole = fs::read(&original).unwrap();
        let copy = folder.path().join(original.file_name().unwrap());
        for share in [10, 40, 70, 95] {
            fs::write(&copy, &whole[..whole.len() * share / 100]).unwrap();
            drop(read(&copy));
        }
        for seed in 0..30_usize {
            let mut bytes = whole.clone();
            for k in 0..4 {
                let at = 12 + (seed * 7919 + k * 104_729) % (bytes.len() - 12);
                bytes[at] ^= (seed * 31 + k * 17 + 1) as u8;
            }
            fs::write(&copy, &bytes).unwrap();
            if let Err(error) = read(&copy) {
                assert!(!error.to_string().contains('\n'), "{error}");
            }
        }
    }
}

/// A picture file of a size, as JPEG.
fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let pixels = image::RgbImage::from_fn(width, height, |x, _| {
        image::Rgb([if x < width / 2 { 250 } else { 20 }, 90, 60])
    });
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90)
        .encode_image(&pixels)
        .unwrap();
    bytes
}

/// The bones of a DNG: a directory with its version and a turn, then previews.
fn raw(previews: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0\x05\0".to_vec();
    let mut tag = |tag: u16, kind: u16, value: u32| {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    };
    tag(256, 4, 24);
    tag(257, 4, 16);
    tag(262, 3, 32_803);
    tag(274, 3, 6);
    tag(50_706, 1, 1);
    bytes.extend([0; 4]);
    for preview in previews {
        bytes.extend(preview);
    }
    bytes
}

#[test]
fn a_raw_file_gives_its_largest_preview_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("photo.dng");
    fs::write(
        &file,
        raw(&[jpeg(160, 120), jpeg(800, 600), jpeg(320, 240)]),
    )
    .unwrap();
    let photo = read(&file).unwrap();
    // Upright, as the raw file says.
    assert_eq!(photo.picture.size(), [600, 800]);
    assert_eq!(probe(&file).unwrap(), [600, 800]);
    assert!(photo.notes[0].contains("preview"), "{:?}", photo.notes);
    assert!(pixel(&photo, 300, 100)[0] > 200 && pixel(&photo, 300, 700)[0] < 60);
}

#[test]
fn a_thumbnail_is_never_taken_for_the_photo() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("photo.dng");
    fs::write(&file, raw(&[jpeg(160, 120)])).unwrap();
    let error = read(&file).unwrap_err().to_string();
    assert!(error.contains("raw camera file"), "{error}");
    assert!(probe(&file).is_err());
}

/// Noise on 16 x 257 pixels: the decoder in use panics on its last row of groups.
#[test]
fn a_decoder_that_fails_costs_its_own_picture_and_no_more() {
    match read(&path("noise.jxl")) {
        Ok(photo) => assert_eq!(photo.picture.size(), [16, 257]),
        Err(error) => assert!(error.to_string().contains("decoder"), "{error}"),
    }
    shows("plain.jxl", [64, 48], RAMP, 255);
}
