//! Films as files, played back by decoders that didn't write them.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../files/mod.rs"]
mod files;
#[path = "../common/film_reader.rs"]
mod film_reader;
#[cfg(feature = "mp4")]
mod h264;

use files::skip;

use std::path::Path;

use files::{exiftool, explore};
use image::AnimationDecoder as _;
use limner::export::animation::{AnimationWriter, FilmFormat, Pace};
use limner::export::{self, Labels, Provenance, WriteOptions};
use limner::gallery::protocol::Format;
use limner::picture::Picture;

const SIZE: [u32; 2] = [161, 121];
const FRAMES: u32 = 70;

/// A soft ball that wanders over a slope of colours.
fn frame(n: u32) -> Picture {
    let [w, h] = SIZE;
    let (cx, cy) = (30.0 + 1.5 * f64::from(n), 60.0);
    let pixels = (0..w * h)
        .flat_map(|i| {
            let (x, y) = (f64::from(i % w), f64::from(i / w));
            let near = (-((x - cx).powi(2) + (y - cy).powi(2)) / 400.0).exp();
            let c = |base: f64, reach: f64| (base + near * reach).clamp(0.0, 255.0) as u8;
            [
                c(x / 2.0 + 20.0, 120.0),
                c(y / 2.0 + 40.0, 80.0),
                c(90.0, -60.0),
                255,
            ]
        })
        .collect();
    Picture::from_rgba(w, h, pixels).unwrap()
}

fn labels() -> Labels {
    let recipe = explore(3);
    let origin = Provenance::of(&recipe, &Default::default(), "Ada", "");
    export::labels(Some(&recipe), &origin, &WriteOptions::new(Format::Png))
}

fn pace(frames: u32) -> Pace {
    Pace {
        size: SIZE,
        frames,
        fps: 12.5,
        forever: true,
    }
}

fn write(path: &Path, format: FilmFormat, quality: u8) {
    let mut film =
        AnimationWriter::create_as(path, format, quality, pace(FRAMES), &labels()).unwrap();
    let mut largest = 0;
    for n in 0..FRAMES {
        film.write_frame(&frame(n)).unwrap();
        let part = std::fs::read_dir(path.parent().unwrap()).unwrap().next();
        largest = part.unwrap().unwrap().metadata().unwrap().len();
    }
    // Small ones wait in a buffer of 64 kB.
    if matches!(format, FilmFormat::Gif | FilmFormat::Apng) {
        assert!(largest > 100_000, "nothing is written before the end");
    }
    film.finish().unwrap();
    assert_eq!(
        std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
        1
    );
}

#[test]
fn an_av1_film_plays_back_what_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("walk.mp4");
    write(&path, FilmFormat::Mp4, 85);
    let boxes = film_reader::boxes(&path);
    assert_eq!(boxes.size, [160, 120], "sides are even");
    assert_eq!(boxes.samples.len() as u32, FRAMES);
    assert_eq!(boxes.times, [[FRAMES, 1000]]);
    assert_eq!(boxes.timescale, 12_500);
    assert_eq!(boxes.edit, [u64::from(FRAMES) * 1000, 0]);
    assert_eq!(boxes.colours, [1, 13, 1]);
    assert_eq!(boxes.jumps, [1, 26, 51], "a jump every two seconds");
    // Players that read while they load find the table in front.
    assert_eq!(boxes.order, ["ftyp", "uuid", "moov", "free", "mdat"]);
    assert_eq!(boxes.config[..4], [0x81, 0, 0x0d, 0]);
    let first = &boxes.samples[0];
    assert!(
        first.starts_with(&boxes.config[4..]),
        "the head is the film's"
    );
    let played = film_reader::rav1d(&path);
    assert_eq!(played.len() as u32, FRAMES);
    for (n, shown) in played.iter().enumerate() {
        assert_eq!(shown.size, [160, 120]);
        let psnr = film_reader::psnr(shown, &frame(n as u32));
        assert!(psnr > 43.0, "frame {n}: {psnr} dB");
    }
    // Frames of other moments are further away: the order is right.
    let elsewhere = film_reader::psnr(&played[20], &frame(24));
    assert!(elsewhere < 37.0, "{elsewhere} dB");
}

#[test]
fn ffmpeg_plays_every_kind_of_film() {
    for (name, format, least) in [
        ("a.mp4", FilmFormat::Mp4, 38.0),
        ("a.gif", FilmFormat::Gif, 30.0),
        ("a.png", FilmFormat::Apng, 90.0),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        write(&path, format, 85);
        let size = if name == "a.mp4" { [160, 120] } else { SIZE };
        let Some(played) = film_reader::ffmpeg(&path, size) else {
            return;
        };
        assert_eq!(played.len() as u32, FRAMES, "{name}");
        for (n, shown) in played.iter().enumerate() {
            let psnr = film_reader::psnr(shown, &frame(n as u32));
            assert!(psnr > least, "{name}, frame {n}: {psnr} dB");
        }
        let said = film_reader::ffprobe(&path).unwrap();
        let has = |line: &str| said.lines().any(|l| l == line);
        assert!(has(&format!("nb_read_frames={FRAMES}")), "{said}");
        if format == FilmFormat::Mp4 {
            for line in [
                "codec_name=av1",
                "profile=Main",
                "width=160",
                "height=120",
                "pix_fmt=yuv420p",
                "level=0",
                "color_range=tv",
                "color_space=bt709",
                "color_transfer=iec61966-2-1",
                "color_primaries=bt709",
                "r_frame_rate=25/2",
                "avg_frame_rate=25/2",
                "duration=5.600000",
                "has_b_frames=0",
            ] {
                assert!(has(line), "{line}: {said}");
            }
        }
    }
}

#[test]
fn animated_webp_plays_back_what_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("walk.webp");
    write(&path, FilmFormat::WebP, 90);
    let file = std::io::BufReader::new(std::fs::File::open(&path).unwrap());
    // Not by the library that wrote it.
    let decoder = image::codecs::webp::WebPDecoder::new(file).unwrap();
    assert!(decoder.has_animation());
    let frames = decoder.into_frames().collect_frames().unwrap();
    assert_eq!(frames.len() as u32, FRAMES);
    let total: u32 = frames.iter().map(|f| f.delay().numer_denom_ms().0).sum();
    assert_eq!(total, 5600);
    for (n, shown) in frames.iter().enumerate() {
        let rgb = shown.buffer().pixels().flat_map(|p| [p[0], p[1], p[2]]);
        let shown = film_reader::Frame {
            size: SIZE,
            rgb: rgb.collect(),
        };
        let psnr = film_reader::psnr(&shown, &frame(n as u32));
        assert!(psnr > 36.0, "frame {n}: {psnr} dB");
    }
    let read = export::metadata::read(&path).unwrap();
    assert_eq!(read.recipe, Some(explore(3)));
    assert_eq!(read.size, SIZE);
}

#[test]
fn numbered_frames_are_whole_pictures_with_their_recipe() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("walk");
    write(&path, FilmFormat::of(&path).unwrap(), 85);
    let mut names: Vec<_> = std::fs::read_dir(&path)
        .unwrap()
        .map(|f| f.unwrap().path())
        .collect();
    names.sort();
    assert_eq!(names.len() as u32, FRAMES);
    assert!(names[0].ends_with("frame-0001.png"));
    for (n, name) in names.iter().enumerate().step_by(23) {
        let shown = image::open(name).unwrap().into_rgba8();
        assert_eq!(shown.as_raw(), frame(n as u32).rgba());
        assert_eq!(
            export::metadata::read(name).unwrap().recipe,
            Some(explore(3))
        );
    }
    // A folder with something in it is left alone.
    let again = AnimationWriter::create(&path, pace(1), &labels());
    assert!(matches!(again, Err(export::ExportError::Exists(_))));
}

#[test]
fn a_film_carries_its_recipe_and_rights() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("walk.mp4");
    write(&path, FilmFormat::Mp4, 50);
    let Some(json) = exiftool(&["-b".as_ref(), "-XMP:Recipe".as_ref(), path.as_ref()]) else {
        return;
    };
    let recipe = limner::recipe::Recipe::from_json(&json).unwrap();
    assert_eq!(recipe, explore(3));
    let all = exiftool(&["-XMP-iptcExt:DigitalSourceType".as_ref(), path.as_ref()]).unwrap();
    assert!(all.contains("trainedAlgorithmicMedia"), "{all}");
    let asked = ["-validate", "-a", "-S", "-warning"].map(std::ffi::OsStr::new);
    let said = exiftool(&[&asked[..], &[path.as_ref()]].concat()).unwrap();
    // Its list of namespaces doesn't hold ours; the boxes are as they should be.
    let boxes = said.lines().filter(|line| line.starts_with("Warning"));
    let wrong: Vec<&str> = boxes.filter(|line| !line.contains("XMP")).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn quality_trades_size_for_fidelity() {
    let dir = tempfile::tempdir().unwrap();
    let mut before: Option<(u64, f64)> = None;
    for quality in [30, 85, 100] {
        let folder = dir.path().join(quality.to_string());
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("a.mp4");
        write(&path, FilmFormat::Mp4, quality);
        let size = std::fs::metadata(&path).unwrap().len();
        let psnr = film_reader::psnr(&film_reader::rav1d(&path)[33], &frame(33));
        println!("quality {quality}: {size} bytes, {psnr:.1} dB");
        if let Some((smaller, worse)) = before {
            assert!(size > smaller && psnr > worse, "{quality}: {size}, {psnr}");
        }
        before = Some((size, psnr));
    }
}

#[test]
fn a_film_that_is_given_up_leaves_nothing() {
    for name in ["a.mp4", "a.webp", "a"] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        let mut film = AnimationWriter::create(&path, pace(5), &Default::default()).unwrap();
        film.write_frame(&frame(0)).unwrap();
        assert!(film.finish().is_err());
        let mut film = AnimationWriter::create(&path, pace(5), &Default::default()).unwrap();
        film.write_frame(&frame(0)).unwrap();
        drop(film);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "{name}");
    }
}

#[test]
fn equal_films_are_equal_files() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| {
        let folder = dir.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("a.mp4");
        write(&path, FilmFormat::Mp4, 85);
        std::fs::read(path).unwrap()
    };
    assert!(file("one") == file("two"));
}
