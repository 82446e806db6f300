//! The window's own time per frame while the engine renders and thumbnails come. A measurement:
//! `cargo test --release --test window_frames -- --ignored --nocapture` on a quiet machine.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use limner::engine::EngineConfig;
use limner::window::gallery_bench;

/// Pictures in the gallery.
const PICTURES: u32 = 400;
/// Eight seconds.
const FRAMES: usize = 500;

#[test]
#[ignore = "a measurement, see above"]
fn frames_stay_under_16_ms_while_the_engine_works_and_thumbnails_come() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..PICTURES {
        let image = image::RgbImage::from_fn(640, 480, |x, y| {
            image::Rgb([(x + n * 7) as u8, (y + n * 13) as u8, (x * y / 97) as u8])
        });
        image
            .save(folder.path().join(format!("{n:03}.jpg")))
            .unwrap();
    }
    let config = EngineConfig::default();
    let frames = gallery_bench::measure_busy(folder.path(), config, "cppn", FRAMES).unwrap();
    println!("{frames:?}");
    assert!(
        frames.thumbnails > 60,
        "{} thumbnails came",
        frames.thumbnails
    );
    assert!(frames.pictures > 1, "the engine made {}", frames.pictures);
    assert!(frames.scroll.p99_ms < 16.0, "{} ms", frames.scroll.p99_ms);
}
