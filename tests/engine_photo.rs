//! Picture files as users have them: every awkward kind opens right or says why not.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod engine_files;
#[path = "common/skip.rs"]
mod skip;

use std::fs;
use std::path::{Path, PathBuf};

use engine_files::{photo, pixels};
use image::{DynamicImage, ImageEncoder};
use limner::photo::film::Film;
use limner::photo::{Photo, probe, read};
use limner::picture::Picture;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn pixel(photo: &Photo, x: u32, y: u32) -> [u8; 4] {
    let at = ((y * photo.picture.width() + x) * 4) as usize;
    photo.picture.rgba()[at..at + 4].try_into().unwrap()
}

fn close(a: [u8; 4], b: [u8; 4], within: u8) -> bool {
    a.iter().zip(&b).all(|(a, b)| a.abs_diff(*b) <= within)
}

fn reason(path: &Path) -> String {
    let error = read(path).unwrap_err().to_string();
    assert!(!error.contains('\n'), "one line: {error}");
    assert!(error.ends_with(&path.display().to_string()), "{error}");
    error
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn every_format_that_is_written_is_read() {
    let folder = folder();
    let expected = pixels(60, 40);
    for name in ["a.png", "a.webp", "a.tif", "a.bmp", "a.gif", "a.jpg"] {
        let path = photo(&folder.path().join(name), 60, 40);
        let photo = read(&path).unwrap();
        assert_eq!(photo.picture.size(), [60, 40], "{name}");
        assert_eq!(probe(&path).unwrap(), [60, 40], "{name}");
        assert_eq!(photo.source.name, name);
        assert_eq!(photo.source.sha256.len(), 64);
        assert!(photo.notes.is_empty(), "{name}: {:?}", photo.notes);
        let within = if name.ends_with("jpg") || name.ends_with("gif") {
            40
        } else {
            0
        };
        let wanted = expected.get_pixel(30, 20).0;
        assert!(close(pixel(&photo, 30, 20), wanted, within), "{name}");
    }
}

/// A JPEG with an EXIF orientation.
fn turned(orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01".to_vec();
    exif.extend([
        0x01,
        0x12,
        0,
        3,
        0,
        0,
        0,
        1,
        0,
        orientation,
        0,
        0,
        0,
        0,
        0,
        0,
    ]);
    let mut pixels = image::RgbImage::from_pixel(32, 16, image::Rgb([250, 250, 250]));
    for y in 0..8 {
        for x in 0..8 {
            pixels.put_pixel(x, y, image::Rgb([250, 0, 0])); // Upper left is red.
        }
    }
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 95)
        .encode_image(&pixels)
        .unwrap();
    let mut with = bytes[..2].to_vec();
    with.extend([0xff, 0xe1]);
    with.extend((exif.len() as u16 + 2).to_be_bytes());
    with.extend(exif);
    with.extend(&bytes[2..]);
    with
}

#[test]
fn exif_orientation_is_obeyed() {
    let folder = folder();
    for (orientation, size, red) in [
        (1, [32, 16], [2, 2]),
        (3, [32, 16], [29, 13]),
        (6, [16, 32], [13, 2]),
        (8, [16, 32], [2, 29]),
    ] {
        let path = written(folder.path(), "turned.jpg", &turned(orientation));
        let photo = read(&path).unwrap();
        assert_eq!(photo.picture.size(), size, "{orientation}");
        assert_eq!(probe(&path).unwrap(), size);
        let found = pixel(&photo, red[0], red[1]);
        assert!(
            close(found, [250, 0, 0, 255], 30),
            "{orientation}: {found:?}"
        );
    }
}

#[test]
fn an_embedded_profile_is_converted_to_srgb() {
    let folder = folder();
    let path = folder.path().join("wide.png");
    let wide = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let image = image::RgbaImage::from_pixel(8, 8, image::Rgba([200, 60, 60, 77]));
    let mut encoder = image::codecs::png::PngEncoder::new(fs::File::create(&path).unwrap());
    encoder.set_icc_profile(wide).unwrap();
    encoder
        .write_image(&image, 8, 8, image::ExtendedColorType::Rgba8)
        .unwrap();
    let found = pixel(&read(&path).unwrap(), 4, 4);
    // The same colour needs more red and less green in the smaller space.
    assert!(found[0] > 208 && found[1] < 56, "{found:?}");
    assert_eq!(found[3], 77, "transparency stays");
}

#[test]
fn an_srgb_profile_changes_nothing() {
    let folder = folder();
    let path = folder.path().join("srgb.png");
    let image = pixels(40, 30);
    let mut encoder = image::codecs::png::PngEncoder::new(fs::File::create(&path).unwrap());
    let profile = moxcms::ColorProfile::new_srgb().encode().unwrap();
    encoder.set_icc_profile(profile).unwrap();
    encoder
        .write_image(&image, 40, 30, image::ExtendedColorType::Rgba8)
        .unwrap();
    assert_eq!(
        read(&path).unwrap().picture.rgba(),
        image.as_raw().as_slice()
    );
}

#[test]
fn sixteen_bits_and_grey_become_eight_bit_colour() {
    let folder = folder();
    let deep = image::ImageBuffer::from_pixel(9, 9, image::Rgb([65_535u16, 32_896, 257]));
    let path = folder.path().join("deep.png");
    DynamicImage::ImageRgb16(deep).save(&path).unwrap();
    let photo = read(&path).unwrap();
    assert_eq!(pixel(&photo, 0, 0), [255, 128, 1, 255]);
    assert!(photo.notes[0].contains("16 bits"), "{:?}", photo.notes);

    let grey = image::ImageBuffer::from_pixel(9, 9, image::LumaA([99u8, 40]));
    let path = folder.path().join("grey.png");
    DynamicImage::ImageLumaA8(grey).save(&path).unwrap();
    assert_eq!(pixel(&read(&path).unwrap(), 3, 3), [99, 99, 99, 40]);
}

/// A JPEG in inks as Photoshop writes it: four components, stored upside down,
/// with Adobe's mark. Flat colour: one DC coefficient a component.
fn cmyk(stored: [u8; 4]) -> Vec<u8> {
    let mut b = vec![0xff, 0xd8];
    b.extend(b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00");
    b.extend([0xff, 0xdb, 0, 67, 0]);
    b.extend([1u8; 64]);
    b.extend([0xff, 0xc0, 0, 20, 8, 0, 8, 0, 8, 4]);
    for id in 1..=4 {
        b.extend([id, 0x11, 0]);
    }
    // DC table: categories 0..=11, each with a code of four bits.
    b.extend([0xff, 0xc4, 0, 31, 0x00]);
    b.extend([0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    b.extend(0..12u8);
    // AC table: end of block alone, one bit.
    b.extend([0xff, 0xc4, 0, 20, 0x10]);
    b.extend([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    b.extend([0xff, 0xda, 0, 14, 4]);
    for id in 1..=4 {
        b.extend([id, 0]);
    }
    b.extend([0, 63, 0]);
    let mut bits = String::new();
    for value in stored {
        let dc = (i32::from(value) - 128) * 8;
        let size = 32 - dc.unsigned_abs().leading_zeros();
        bits += &format!("{size:04b}");
        if size > 0 {
            let coded = if dc > 0 { dc } else { dc + (1 << size) - 1 };
            bits += &format!("{coded:0width$b}", width = size as usize);
        }
        bits.push('0');
    }
    while !bits.len().is_multiple_of(8) {
        bits.push('1');
    }
    for byte in bits.as_bytes().chunks(8) {
        let byte = u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap();
        b.push(byte);
        if byte == 0xff {
            b.push(0);
        }
    }
    b.extend([0xff, 0xd9]);
    b
}

#[test]
fn print_colours_become_screen_colours() {
    let folder = folder();
    // No ink is white, full black is black, full cyan is cyan.
    for (stored, wanted) in [
        ([255, 255, 255, 255], [255, 255, 255, 255]),
        ([255, 255, 255, 0], [0, 0, 0, 255]),
        ([0, 255, 255, 255], [0, 255, 255, 255]),
        ([255, 128, 255, 255], [255, 128, 255, 255]),
    ] {
        let path = written(folder.path(), "inks.jpg", &cmyk(stored));
        let photo = read(&path).unwrap();
        let found = pixel(&photo, 4, 4);
        assert!(close(found, wanted, 2), "{stored:?}: {found:?}");
        assert!(photo.notes[0].contains("CMYK"), "{:?}", photo.notes);
    }
}

#[test]
fn animations_give_their_first_frame_and_a_note() {
    let folder = folder();
    let path = folder.path().join("moving.gif");
    let file = fs::File::create(&path).unwrap();
    let mut encoder = image::codecs::gif::GifEncoder::new(file);
    for color in [[255, 0, 0, 255], [0, 0, 255, 255]] {
        let frame = image::RgbaImage::from_pixel(12, 12, image::Rgba(color));
        encoder.encode_frame(image::Frame::new(frame)).unwrap();
    }
    drop(encoder);
    let photo = read(&path).unwrap();
    assert!(close(pixel(&photo, 6, 6), [255, 0, 0, 255], 3));
    assert!(photo.notes[0].contains("first frame"), "{:?}", photo.notes);
}

#[test]
fn a_wrong_name_is_no_hindrance_but_told() {
    let folder = folder();
    let good = photo(&folder.path().join("a.png"), 20, 20);
    let path = folder.path().join("really.jpg");
    fs::rename(good, &path).unwrap();
    let photo = read(&path).unwrap();
    assert_eq!(photo.picture.size(), [20, 20]);
    assert!(photo.notes[0].contains("named like JPEG, but is PNG"));
}

#[test]
fn files_cut_short_are_refused() {
    let folder = folder();
    for name in ["a.png", "a.jpg", "a.webp", "a.tif", "a.bmp"] {
        let path = photo(&folder.path().join(name), 200, 150);
        let whole = fs::read(&path).unwrap();
        for share in [3, 10, 40, 90] {
            // Most of a JPEG is worth showing.
            if name == "a.jpg" && share == 90 {
                continue;
            }
            fs::write(&path, &whole[..whole.len() * share / 100]).unwrap();
            let why = reason(&path);
            assert!(
                why.contains("cut short") || why.contains("damaged"),
                "{name} {share}: {why}"
            );
        }
    }
}

#[test]
fn most_of_a_jpeg_is_shown_with_a_note() {
    let folder = folder();
    let path = photo(&folder.path().join("a.jpg"), 200, 150);
    let whole = fs::read(&path).unwrap();
    let right = read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() * 9 / 10]).unwrap();
    let cut = read(&path).unwrap();
    assert!(cut.notes[0].contains("% of the picture"), "{:?}", cut.notes);
    assert!(!cut.picture.has_transparency());
    for y in [0, 60, 100] {
        assert!(close(pixel(&cut, 50, y), pixel(&right, 50, y), 3), "{y}");
    }
}

#[test]
fn what_is_no_picture_says_so() {
    let folder = folder();
    let path = written(folder.path(), "empty.png", b"");
    assert!(reason(&path).contains("empty"));
    let path = written(
        folder.path(),
        "iphone.heic",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    );
    assert!(reason(&path).contains("damaged"));
    let path = written(
        folder.path(),
        "page.jpg",
        b"<!DOCTYPE html><html>404</html>",
    );
    assert!(reason(&path).contains("web page"));
    let path = written(folder.path(), "text.txt", b"hello");
    assert!(reason(&path).contains("not a picture"));
    assert!(reason(&folder.path().join("nothing.png")).contains("no such file"));
    assert!(reason(folder.path()).contains("folder"));
}

#[test]
fn noise_after_a_good_start_never_panics() {
    let folder = folder();
    for name in ["a.png", "a.jpg", "a.webp", "a.tif", "a.bmp", "a.gif"] {
        let path = photo(&folder.path().join(name), 64, 48);
        let whole = fs::read(&path).unwrap();
        for seed in 0..40usize {
            let mut bytes = whole.clone();
            for k in 0..6 {
                let at = 8 + (seed * 7919 + k * 104_729) % (bytes.len() - 8);
                bytes[at] ^= (seed * 31 + k * 17 + 1) as u8;
            }
            fs::write(&path, &bytes).unwrap();
            if let Err(error) = read(&path) {
                assert!(!error.to_string().contains('\n'), "{error}");
            }
        }
    }
}

/// A PNG that claims a size and holds next to nothing.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
        let mut crc = !0u32;
        for &byte in kind.iter().chain(data) {
            crc ^= u32::from(byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 {
                    crc >> 1 ^ 0xedb8_8320
                } else {
                    crc >> 1
                };
            }
        }
        out.extend((data.len() as u32).to_be_bytes());
        out.extend(kind);
        out.extend(data);
        out.extend((!crc).to_be_bytes());
    }
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    chunk(&mut out, b"IHDR", &header);
    chunk(&mut out, b"IDAT", &[0x78, 0x9c, 3, 0, 0, 0, 0, 1]);
    chunk(&mut out, b"IEND", &[]);
    out
}

#[test]
fn decompression_bombs_are_refused_before_they_take_memory() {
    let folder = folder();
    for (width, height) in [(60_000, 60_000), (2_000_000, 100), (u32::MAX / 2, 1)] {
        let path = written(folder.path(), "bomb.png", &bomb(width, height));
        let why = reason(&path);
        assert!(
            why.contains("too large") && why.contains("300 megapixels"),
            "{why}"
        );
        assert!(probe(&path).is_err());
    }
    let path = written(folder.path(), "zero.png", &bomb(0, 10));
    reason(&path);
    // A JPEG header that claims the largest size.
    let good = photo(&folder.path().join("big.jpg"), 16, 16);
    let mut bytes = fs::read(&good).unwrap();
    let at = bytes.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    bytes[at + 5..at + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    fs::write(&good, &bytes).unwrap();
    assert!(reason(&good).contains("too large"));
}

#[test]
fn names_in_every_script() {
    let folder = folder();
    for name in ["山水.png", "لوحة.png", "🎨 emoji.png"] {
        let path = photo(&folder.path().join(name), 8, 8);
        assert_eq!(read(&path).unwrap().source.name, name);
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused() {
    assert!(reason(Path::new("/dev/null")).contains("not a file"));
    let folder = folder();
    let pipe = folder.path().join("pipe.png");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if made.is_ok_and(|status| status.success()) {
        assert!(reason(&pipe).contains("not a file"));
    }
}

/// Makes a video; whether FFmpeg is here to do it.
fn made_by_ffmpeg(arguments: &str, out: &Path) -> bool {
    let made = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-y"])
        .args(arguments.split(' '))
        .arg(out)
        .output();
    match made {
        Ok(made) => {
            assert!(made.status.success(), "{made:?}");
            true
        }
        Err(_) => {
            skip::skip(skip::Lack::Ffmpeg);
            false
        }
    }
}

/// All frames of a film, which are as many as it says.
fn all_frames(film: &mut Film) -> Vec<Picture> {
    let frames: Vec<Picture> = std::iter::from_fn(|| film.next_frame().unwrap()).collect();
    assert_eq!(frames.len() as u32, film.frames);
    frames
}

#[test]
fn a_video_whose_frames_are_shown_unevenly_keeps_its_length() {
    let folder = folder();
    let video = folder.path().join("uneven.mkv");
    // Two seconds of red at 30 frames a second, then two of blue at 5.
    let arguments = "-f lavfi -i color=red:size=64x48:rate=30:duration=2 \
        -f lavfi -i color=blue:size=64x48:rate=5:duration=2 \
        -filter_complex [0][1]concat=n=2:v=1[v] -map [v] -fps_mode vfr -c:v mjpeg";
    if !made_by_ffmpeg(arguments, &video) {
        return;
    }
    let mut film = Film::open(&video).unwrap();
    assert_eq!(film.frames, 70);
    let length = f64::from(film.frames) / f64::from(film.fps);
    assert!((3.7..4.1).contains(&length), "{length}");
    let is_red = |frame: &&Picture| frame.rgba()[0] > 128;
    let red = all_frames(&mut film).iter().filter(is_red).count();
    let red = red as f64 / f64::from(film.fps);
    assert!((1.8..2.2).contains(&red), "red for {red} s");
}

#[test]
fn a_video_that_was_trimmed_has_the_frames_that_are_left() {
    let folder = folder();
    let [whole, trimmed] = ["whole.mp4", "trimmed.mp4"].map(|name| folder.path().join(name));
    let arguments = "-f lavfi -i testsrc=size=64x48:rate=30:duration=4 -c:v mpeg4 -g 250";
    if !made_by_ffmpeg(arguments, &whole) {
        return;
    }
    let arguments = format!("-ss 1.5 -i {} -c copy", whole.display());
    assert!(made_by_ffmpeg(&arguments, &trimmed));
    let mut film = Film::open(&trimmed).unwrap();
    assert_eq!((film.frames, film.fps.round()), (75, 30.0));
    all_frames(&mut film);
}
