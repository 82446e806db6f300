//! The window's own time per frame while the engine renders and thumbnails come. A measurement:
//! `cargo test --release --test window_frames -- --ignored --nocapture` on a quiet machine.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;
use std::time::Instant;

use limner::cancel::CancelToken;
use limner::engine::EngineConfig;
use limner::engine::protocol::Job;
use limner::finish;
use limner::picture::Picture;
use limner::recipe::{ExploreParams, FinishSettings};
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
    let job = |n| Job::Render(Arc::new(ExploreParams::new("cppn", n)));
    let frames = gallery_bench::measure_busy(folder.path(), config, job, FRAMES).unwrap();
    println!("{frames:?}");
    assert!(
        frames.thumbnails > 60,
        "{} thumbnails came",
        frames.thumbnails
    );
    assert!(frames.busy > FRAMES * 8 / 10, "busy in {}", frames.busy);
    assert!(frames.scroll.p99_ms < 16.0, "{} ms", frames.scroll.p99_ms);
}

#[test]
#[ignore = "a measurement, see above"]
fn a_look_of_finish_costs_no_more_than_100_ms() {
    let [w, h] = [1536_u32, 1152];
    let pixels = (0..w * h).flat_map(|n| [(n % 251) as u8, (n / w) as u8, (n % 97) as u8, 255]);
    let copy = Picture::from_rgba(w, h, pixels.collect()).unwrap();
    let settings = FinishSettings {
        straighten: 2.5,
        exposure: 0.4,
        contrast: 0.3,
        warmth: 0.2,
        saturation: 0.3,
        sharpen: 0.5,
        grain: 0.4,
        vignette: 0.5,
        ..FinishSettings::default()
    };
    for (side, most) in [(960, 100), (1536, 250)] {
        let times = (0..7).map(|_| {
            let start = Instant::now();
            let stop = CancelToken::new();
            finish::look(&copy, [6000, 4500], &settings, side, &stop).unwrap();
            start.elapsed().as_millis()
        });
        let mut times: Vec<u128> = times.collect();
        times.sort_unstable();
        println!("look of {side} pixels, everything set: {times:?} ms");
        assert!(times[3] <= most, "{} ms", times[3]);
    }
}
