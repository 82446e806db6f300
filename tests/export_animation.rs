//! Animations as files: every frame, the recipe, nothing left of one that was given up.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod files;

use std::path::Path;

use files::{exiftool, explore, picture};
use image::AnimationDecoder;
use limner::export::animation::{AnimationWriter, Pace};
use limner::export::{self, Provenance, SourceType, WriteOptions, metadata};
use limner::gallery::protocol::Format;
use limner::recipe::Recipe;

fn animate(path: &Path, frames: u32, forever: bool) {
    let recipe = explore(3);
    let labels = export::labels(
        Some(&recipe),
        &Provenance::of(&recipe, &Default::default(), "", ""),
        &WriteOptions::new(Format::Png),
    );
    let pace = Pace {
        size: [48, 32],
        frames,
        fps: 12.0,
        forever,
    };
    let mut w = AnimationWriter::create(path, pace, &labels).unwrap();
    for i in 0..frames {
        let mut px = picture(48, 32, false).rgba().to_vec();
        px.rotate_left(i as usize * 4);
        let p = limner::picture::Picture::from_rgba(48, 32, px).unwrap();
        w.write_frame(&p).unwrap();
    }
    assert!(w.write_frame(&picture(48, 32, false)).is_err());
    w.finish().unwrap();
}

#[test]
fn animations_hold_every_frame_and_the_recipe() {
    let dir = tempfile::tempdir().unwrap();
    let gif = dir.path().join("walk.gif");
    let png = dir.path().join("walk.png");
    animate(&gif, 7, true);
    animate(&png, 7, true);
    for path in [&gif, &png] {
        let read = metadata::read(path).unwrap();
        assert_eq!(read.recipe, Some(explore(3)), "{}", path.display());
        assert_eq!(read.size, [48, 32]);
        assert_eq!(read.source_type, Some(SourceType::TrainedAlgorithmicMedia));
    }
    let open = |p: &Path| std::io::BufReader::new(std::fs::File::open(p).unwrap());
    let decoder = image::codecs::gif::GifDecoder::new(open(&gif)).unwrap();
    let frames = decoder.into_frames().collect_frames().unwrap();
    assert_eq!(frames.len(), 7);
    let total: u32 = frames.iter().map(|f| f.delay().numer_denom_ms().0).sum();
    assert_eq!(total, 580, "7 frames at 12 a second, in hundredths");
    let near = frames[0]
        .buffer()
        .as_raw()
        .iter()
        .zip(picture(48, 32, false).rgba())
        .map(|(a, b)| f64::from(a.abs_diff(*b)))
        .sum::<f64>()
        / (48.0 * 32.0 * 4.0);
    assert!(near < 8.0, "256 colours should come near: {near}");
    let decoder = image::codecs::png::PngDecoder::new(open(&png)).unwrap();
    let frames = decoder
        .apng()
        .unwrap()
        .into_frames()
        .collect_frames()
        .unwrap();
    assert_eq!(frames.len(), 7);
    assert!(frames[0].buffer().as_raw() == picture(48, 32, false).rgba());
    let out = dir.path().join("s.gif");
    metadata::strip(&gif, &out).unwrap();
    assert_eq!(metadata::read(&out).unwrap().recipe_json, None);
    let a = image::codecs::gif::GifDecoder::new(open(&out)).unwrap();
    assert_eq!(a.into_frames().collect_frames().unwrap().len(), 7);
    if let Some(t) = exiftool(&["-b".as_ref(), "-XMP:Recipe".as_ref(), gif.as_ref()]) {
        assert_eq!(Recipe::from_json(&t).unwrap(), explore(3));
    }
}

#[test]
fn an_animation_that_is_given_up_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let pace = Pace {
        size: [48, 32],
        frames: 5,
        fps: 10.0,
        forever: false,
    };
    for name in ["a.gif", "a.png"] {
        let path = dir.path().join(name);
        let mut w = AnimationWriter::create(&path, pace, &Default::default()).unwrap();
        w.write_frame(&picture(48, 32, false)).unwrap();
        assert!(w.finish().is_err());
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    assert!(AnimationWriter::create(&dir.path().join("a.avi"), pace, &Default::default()).is_err());
}
