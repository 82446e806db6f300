//! Films as H.264: `cargo test --features mp4 --test export_film`.

use std::path::Path;

use crate::files::{exiftool, explore};
use limner::export::animation::{AnimationWriter, FilmFormat, Pace};
use limner::export::{self, Provenance, WriteOptions};
use limner::gallery::protocol::Format;
use limner::picture::Picture;
use openh264::formats::YUVSource;

const SIZE: [u32; 2] = [161, 121];
const FRAMES: u32 = 30;

/// A soft ball that wanders over a slope of colours.
fn frame(n: u32) -> Picture {
    let [w, h] = SIZE;
    let (cx, cy) = (40.0 + 3.0 * f64::from(n), 60.0);
    let pixels = (0..w * h)
        .flat_map(|i| {
            let (x, y) = (f64::from(i % w), f64::from(i / w));
            let near = (-((x - cx).powi(2) + (y - cy).powi(2)) / 400.0).exp();
            let c = |base: f64| (base + near * 120.0).clamp(0.0, 255.0) as u8;
            [c(x / 2.0 + 20.0), c(y / 2.0 + 40.0), c(90.0), 255]
        })
        .collect();
    Picture::from_rgba(w, h, pixels).unwrap()
}

fn write(path: &Path) {
    let recipe = explore(3);
    let origin = Provenance::of(&recipe, &Default::default(), "Ada", "");
    let labels = export::labels(Some(&recipe), &origin, &WriteOptions::new(Format::Png));
    let pace = Pace {
        size: SIZE,
        frames: FRAMES,
        fps: 12.0,
        forever: true,
    };
    let mut film = AnimationWriter::create_as(path, FilmFormat::H264, 85, pace, &labels).unwrap();
    let mut largest = 0;
    for n in 0..FRAMES {
        film.write_frame(&frame(n)).unwrap();
        // Frames go to the disk as they come, half a second late at most.
        let part = std::fs::read_dir(path.parent().unwrap()).unwrap().next();
        largest = part.unwrap().unwrap().metadata().unwrap().len();
    }
    assert!(largest > 1000, "nothing is written before the end");
    film.finish().unwrap();
}

#[test]
fn a_film_plays_back_what_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("walk.mp4");
    write(&path);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    let file = std::fs::File::open(&path).unwrap();
    let size = file.metadata().unwrap().len();
    let mut film = mp4::Mp4Reader::read_header(std::io::BufReader::new(file), size).unwrap();
    let track = &film.tracks()[&1];
    assert_eq!(
        (track.width(), track.height()),
        (160, 120),
        "sides are even"
    );
    assert_eq!(track.sample_count(), FRAMES);
    assert!((track.frame_rate() - 12.0).abs() < 0.1);
    assert_eq!(track.duration().as_millis(), 2500);
    let head = [
        &[0, 0, 0, 1][..],
        track.sequence_parameter_set().unwrap(),
        &[0, 0, 0, 1],
        track.picture_parameter_set().unwrap(),
    ]
    .concat();
    let mut decoder = openh264::decoder::Decoder::new().unwrap();
    decoder.decode(&head).ok();
    let mut shown = 0;
    for n in 1..=FRAMES {
        let sample = film.read_sample(1, n).unwrap().unwrap();
        assert_eq!(
            sample.is_sync,
            n == 1 || n == 25,
            "a jump every two seconds: {n}"
        );
        let mut stream = Vec::new();
        let mut rest = &sample.bytes[..];
        while !rest.is_empty() {
            let (length, tail) = rest.split_at(4);
            let length = u32::from_be_bytes(length.try_into().unwrap()) as usize;
            stream.extend([0, 0, 0, 1]);
            stream.extend(&tail[..length]);
            rest = &tail[length..];
        }
        if let Some(yuv) = decoder.decode(&stream).unwrap() {
            let mut rgba = vec![0; 160 * 120 * 4];
            assert_eq!(yuv.dimensions(), (160, 120));
            yuv.write_rgba8(&mut rgba);
            let psnr = psnr(&rgba, &frame(shown));
            assert!(psnr > 28.0, "frame {shown}: {psnr} dB");
            shown += 1;
        }
    }
    assert!(shown >= FRAMES - 1, "{shown}");
    if let Some(json) = exiftool(&["-b".as_ref(), "-XMP:Recipe".as_ref(), path.as_ref()]) {
        assert_eq!(
            limner::recipe::Recipe::from_json(&json).unwrap(),
            explore(3)
        );
    }
    let type_ = ["-XMP-iptcExt:DigitalSourceType".as_ref(), path.as_ref()];
    if let Some(text) = exiftool(&type_) {
        assert!(text.contains("trainedAlgorithmicMedia"), "{text}");
    }
}

/// Of a decoded frame against a written one, decibels.
fn psnr(rgba: &[u8], p: &Picture) -> f64 {
    let row = p.width() as usize * 4;
    let mut sum = 0.0;
    for y in 0..120 {
        for x in 0..160 * 4 {
            if x % 4 < 3 {
                let d = f64::from(rgba[y * 640 + x]) - f64::from(p.rgba()[y * row + x]);
                sum += d * d;
            }
        }
    }
    10.0 * (255.0f64.powi(2) / (sum / (160.0 * 120.0 * 3.0))).log10()
}

#[test]
fn a_film_that_is_given_up_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let pace = Pace {
        size: SIZE,
        frames: 5,
        fps: 10.0,
        forever: false,
    };
    let path = dir.path().join("a.mp4");
    let mut film =
        AnimationWriter::create_as(&path, FilmFormat::H264, 85, pace, &Default::default()).unwrap();
    film.write_frame(&frame(0)).unwrap();
    assert!(film.finish().is_err());
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}
