//! Pictures finished: what holds for every picture and every setting.

#![allow(clippy::unwrap_used)]

use limner::cancel::CancelToken;
use limner::finish::{self, FinishError, largest_part, look, output_size};
use limner::picture::{ColorSpace, DeepPicture, Picture};
use limner::recipe::FinishSettings;
use proptest::prelude::*;

/// Every mix of some reds, greens and blues, one pixel each, 36 in a row.
fn colours() -> Picture {
    let step = |n: u32| (n * 51) as u8;
    let colours = (0..216u32).flat_map(|i| [step(i / 36), step(i / 6 % 6), step(i % 6), 255]);
    let greys = (0..=251u32).flat_map(|n| [n as u8, n as u8, n as u8, 255]);
    let pixels: Vec<u8> = colours.chain(greys).collect();
    Picture::from_rgba(36, pixels.len() as u32 / 4 / 36, pixels).unwrap()
}

/// A picture with forms, gradients and some noise.
fn scene(width: u32, height: u32) -> Picture {
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let noise = ((x * 7919 + y * 104_729) ^ (x * y)) % 17;
            let disc = (x as i64 - 40).pow(2) + (y as i64 - 30).pow(2) < 400;
            let red = x * 200 / width + noise;
            let green = if disc { 220 } else { y * 180 / height + noise };
            pixels.extend([red as u8, green as u8, (60 + noise) as u8, 255]);
        }
    }
    Picture::from_rgba(width, height, pixels).unwrap()
}

fn finished(picture: &Picture, settings: &FinishSettings) -> Picture {
    finish::finish(picture, settings, &CancelToken::new(), &mut |_, _| Ok(())).unwrap()
}

fn deep(picture: &Picture, settings: &FinishSettings, space: ColorSpace) -> DeepPicture {
    let stop = CancelToken::new();
    finish::finish_deep(picture, settings, space, &stop, &mut |_, _| Ok(())).unwrap()
}

fn decoded(value: u8) -> f64 {
    let v = f64::from(value) / 255.0;
    if v <= 0.04045 {
        v / 12.92
    } else {
        ((v + 0.055) / 1.055).powf(2.4)
    }
}

fn encoded(light: f64) -> f64 {
    let v = if light <= 0.0031308 {
        12.92 * light
    } else {
        1.055 * light.powf(1.0 / 2.4) - 0.055
    };
    (v * 255.0).clamp(0.0, 255.0)
}

fn luminance(rgb: [f64; 3]) -> f64 {
    0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]
}

/// Largest distance of a finished picture from plain mathematics in linear light, of 255.
fn distance(settings: &FinishSettings, plain: impl Fn([f64; 3]) -> [f64; 3]) -> f64 {
    let picture = colours();
    let made = finished(&picture, settings);
    assert_eq!(made.size(), picture.size());
    let pairs = picture
        .rgba()
        .chunks_exact(4)
        .zip(made.rgba().chunks_exact(4));
    pairs
        .flat_map(|(before, after)| {
            let wanted = plain([0, 1, 2].map(|c| decoded(before[c])));
            [0, 1, 2].map(|c| (encoded(wanted[c].max(0.0)) - f64::from(after[c])).abs())
        })
        .fold(0.0, f64::max)
}

#[test]
fn light_and_colour_are_what_plain_mathematics_in_linear_light_gives() {
    for amount in [-1.0f32, -0.6, -0.2, 0.15, 0.5, 1.0] {
        let a = f64::from(amount);
        let plain = FinishSettings::default();
        let stops = FinishSettings {
            exposure: amount * 3.0,
            ..plain.clone()
        };
        let off = distance(&stops, |rgb| rgb.map(|c| c * (3.0 * a).exp2()));
        assert!(off <= 0.6, "exposure {amount}: {off}");

        let contrast = FinishSettings {
            contrast: amount,
            ..plain.clone()
        };
        let off = distance(&contrast, |rgb| {
            rgb.map(|c| 0.18 * (c / 0.18).powf(a.exp2()))
        });
        assert!(off <= 0.6, "contrast {amount}: {off}");

        let warmth = FinishSettings {
            warmth: amount,
            ..plain.clone()
        };
        let gains = [(a / 2.0).exp2(), 1.0, (-a / 2.0).exp2()];
        let off = distance(&warmth, |rgb| {
            [0, 1, 2].map(|c| rgb[c] * gains[c] / luminance(gains))
        });
        assert!(off <= 0.6, "warmth {amount}: {off}");

        let saturation = FinishSettings {
            saturation: amount,
            ..plain.clone()
        };
        let off = distance(&saturation, |rgb| {
            let grey = luminance(rgb);
            rgb.map(|c| grey + (c - grey) * (1.0 + a))
        });
        assert!(off <= 0.6, "saturation {amount}: {off}");

        let all = FinishSettings {
            exposure: amount,
            contrast: amount / 2.0,
            warmth: -amount,
            saturation: amount / 3.0,
            ..plain
        };
        let gains = [(-a / 2.0).exp2(), 1.0, (a / 2.0).exp2()];
        let off = distance(&all, |rgb| {
            let lit = [0, 1, 2].map(|c| rgb[c] * a.exp2() * gains[c] / luminance(gains));
            let steep = lit.map(|c| 0.18 * (c / 0.18).powf((a / 2.0).exp2()));
            let grey = luminance(steep);
            steep.map(|c| grey + (c - grey) * (1.0 + a / 3.0))
        });
        assert!(off <= 0.6, "all {amount}: {off}");
    }
}

#[test]
fn nothing_done_leaves_every_byte() {
    let mut pixels = scene(67, 53).into_rgba();
    for (n, alpha) in pixels.iter_mut().skip(3).step_by(4).enumerate() {
        *alpha = (n % 256) as u8;
    }
    let picture = Picture::from_rgba(67, 53, pixels).unwrap();
    let level = FinishSettings {
        curve: vec![[0.0, 0.0], [0.5, 0.5], [1.0, 1.0]],
        crop: Some([0.0, 0.0, 1.0, 1.0]),
        grain_seed: 9,
        ..FinishSettings::default()
    };
    assert!(level.is_nothing());
    assert_eq!(finished(&picture, &level), picture);
    // By way of all steps, too.
    let same_size = FinishSettings {
        size: Some([67, 53]),
        ..FinishSettings::default()
    };
    assert!(!same_size.is_nothing());
    assert_eq!(finished(&picture, &same_size), picture);
    let deep = deep(&picture, &FinishSettings::default(), ColorSpace::Srgb);
    let wide = |&byte: &u8| u16::from(byte) * 257;
    assert!(
        deep.rgba()
            .iter()
            .copied()
            .eq(picture.rgba().iter().map(wide))
    );
    assert_eq!(deep.to_eight_bits(), picture);
}

#[test]
fn turns_and_flips_move_pixels_and_change_none() {
    let picture = scene(31, 20);
    let at = |p: &Picture, x: u32, y: u32| {
        let at = (y * p.width() + x) as usize * 4;
        p.rgba()[at..at + 4].to_vec()
    };
    for quarter_turns in 0..4u8 {
        for flip in [[false, false], [true, false], [false, true], [true, true]] {
            let settings = FinishSettings {
                quarter_turns,
                flip,
                ..FinishSettings::default()
            };
            let made = finished(&picture, &settings);
            let [w, h] = made.size();
            for (x, y) in [(0, 0), (w - 1, 0), (3, 7), (w - 2, h - 1)] {
                let x1 = if flip[0] { w - 1 - x } else { x };
                let y1 = if flip[1] { h - 1 - y } else { y };
                let (sx, sy) = match quarter_turns {
                    0 => (x1, y1),
                    1 => (y1, 19 - x1),
                    2 => (30 - x1, 19 - y1),
                    _ => (30 - y1, x1),
                };
                assert_eq!(at(&made, x, y), at(&picture, sx, sy), "{settings:?}");
            }
        }
    }
    let clockwise = FinishSettings {
        quarter_turns: 1,
        ..FinishSettings::default()
    };
    let counter = FinishSettings {
        quarter_turns: 3,
        ..FinishSettings::default()
    };
    assert_eq!(finished(&finished(&picture, &clockwise), &counter), picture);
}

#[test]
fn a_crop_keeps_the_pixels_of_its_part() {
    let picture = scene(100, 80);
    let settings = FinishSettings {
        crop: Some([0.1, 0.25, 0.6, 1.0]),
        ..FinishSettings::default()
    };
    let made = finished(&picture, &settings);
    assert_eq!(made.size(), [50, 60]);
    for y in 0..60usize {
        let (row, from) = (y * 50 * 4, ((y + 20) * 100 + 10) * 4);
        assert_eq!(
            made.rgba()[row..row + 200],
            picture.rgba()[from..from + 200]
        );
    }
    // The middle part of an aspect.
    let square = FinishSettings {
        crop: Some(largest_part([100, 80], &FinishSettings::default(), 1.0)),
        ..FinishSettings::default()
    };
    assert_eq!(output_size([100, 80], &square), [80, 80]);
}

#[test]
fn straightening_leaves_no_corner_empty_and_turns_clockwise() {
    // White with a dark line that falls to the right by 10°.
    let (w, h) = (240u32, 160u32);
    let line = |x: f64, y: f64| y - 80.0 - (x - 120.0) * 10f64.to_radians().tan();
    let mut pixels = Vec::new();
    for y in 0..h {
        for x in 0..w {
            let dark = line(f64::from(x), f64::from(y)).abs() < 3.0;
            let value = if dark { 0 } else { 255 };
            pixels.extend([value, value, value, 255]);
        }
    }
    let picture = Picture::from_rgba(w, h, pixels).unwrap();
    let settings = FinishSettings {
        straighten: -10.0,
        ..FinishSettings::default()
    };
    let made = finished(&picture, &settings);
    let [mw, mh] = made.size();
    assert!(mw < w && mh < h && mw > w / 2);
    let aspect = f64::from(mw) / f64::from(mh);
    assert!((aspect - 1.5).abs() < 0.02, "{aspect}");
    assert!(!made.has_transparency());
    let darkest = |x: u32| {
        (0..mh)
            .min_by_key(|y| made.rgba()[((y * mw + x) * 4) as usize])
            .unwrap()
    };
    assert!(
        darkest(10).abs_diff(darkest(mw - 10)) <= 2,
        "the line lies level"
    );
    // No dark corners.
    for at in [0, mw - 1, (mh - 1) * mw, mh * mw - 1] {
        assert!(made.rgba()[at as usize * 4] > 250);
    }
}

#[test]
fn other_sizes_keep_light_where_it_is_and_have_no_dark_seams() {
    let picture = scene(300, 200);
    let mean = |p: &Picture| {
        let light: f64 = p.rgba().chunks_exact(4).map(|p| decoded(p[1])).sum();
        light / (p.rgba().len() / 4) as f64
    };
    for size in [[150, 100], [77, 31], [600, 450], [300, 20]] {
        let settings = FinishSettings {
            size: Some(size),
            ..FinishSettings::default()
        };
        let made = finished(&picture, &settings);
        assert_eq!(made.size(), size);
        assert!((mean(&made) - mean(&picture)).abs() < 0.004, "{size:?}");
    }
    // Red beside what can't be seen stays red.
    let mut pixels = Vec::new();
    for n in 0..400u32 {
        let seen = n % 20 < 10;
        pixels.extend(if seen { [255, 0, 0, 255] } else { [0, 0, 0, 0] });
    }
    let half = Picture::from_rgba(20, 20, pixels).unwrap();
    let settings = FinishSettings {
        size: Some([7, 7]),
        ..FinishSettings::default()
    };
    for pixel in finished(&half, &settings).rgba().chunks_exact(4) {
        assert!(pixel[3] == 0 || pixel[0] > 250, "{pixel:?}");
    }
}

#[test]
fn the_curve_goes_through_its_points() {
    let picture = colours();
    let settings = FinishSettings {
        curve: vec![[0.0, 0.2], [0.4, 0.4], [1.0, 0.8]],
        ..FinishSettings::default()
    };
    let made = finished(&picture, &settings);
    for (before, after) in picture.rgba().iter().zip(made.rgba()) {
        match before {
            0 => assert_eq!(*after, 51),
            102 => assert_eq!(*after, 102),
            // Alpha is 255, too.
            255 => assert!(*after == 204 || *after == 255),
            _ => {}
        }
    }
}

#[test]
fn sharpening_steepens_edges_and_leaves_what_is_level() {
    let picture = scene(120, 90);
    let settings = FinishSettings {
        sharpen: 1.0,
        ..FinishSettings::default()
    };
    let edges = |p: &Picture| -> u64 {
        p.rgba()
            .windows(8)
            .map(|two| u64::from(two[1].abs_diff(two[5])))
            .sum()
    };
    assert!(edges(&finished(&picture, &settings)) > edges(&picture) * 11 / 10);
    let level = Picture::from_rgba(40, 30, [90, 120, 33, 255].repeat(1200)).unwrap();
    assert_eq!(finished(&level, &settings), level);
}

#[test]
fn grain_is_of_its_seed_and_leaves_the_mean() {
    let level = Picture::from_rgba(300, 200, [120, 120, 120, 255].repeat(60_000)).unwrap();
    let grainy = |seed, size| {
        let settings = FinishSettings {
            grain: 0.5,
            grain_seed: seed,
            grain_size: size,
            ..FinishSettings::default()
        };
        finished(&level, &settings)
    };
    assert_eq!(grainy(1, 1.0), grainy(1, 1.0));
    assert_ne!(grainy(1, 1.0), grainy(2, 1.0));
    for size in [1.0, 8.0] {
        let values = grainy(3, size).into_rgba();
        let grey: Vec<f64> = values.chunks_exact(4).map(|p| f64::from(p[0])).collect();
        let mean = grey.iter().sum::<f64>() / 60_000.0;
        let spread = grey.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 60_000.0;
        assert!((mean - 120.0).abs() < 1.0, "{mean}");
        // Middle grey has 0.06 of 255, whatever the size.
        assert!((spread.sqrt() - 15.0).abs() < 2.0, "{}", spread.sqrt());
    }
}

#[test]
fn the_vignette_darkens_corners_and_leaves_the_middle() {
    let level = Picture::from_rgba(201, 101, [200, 200, 200, 255].repeat(201 * 101)).unwrap();
    let settings = FinishSettings {
        vignette: -0.5,
        ..FinishSettings::default()
    };
    let made = finished(&level, &settings);
    let middle = made.rgba()[(50 * 201 + 100) * 4];
    let corner = made.rgba()[0];
    assert_eq!(middle, 200);
    assert!(corner < 155, "{corner}");
}

#[test]
fn the_same_bytes_with_any_number_of_threads() {
    let picture = scene(400, 333);
    let settings = FinishSettings {
        straighten: 3.0,
        exposure: 0.3,
        contrast: 0.2,
        sharpen: 0.8,
        grain: 0.4,
        vignette: -0.3,
        ..FinishSettings::default()
    };
    let first = finished(&picture, &settings);
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let again = pool
            .build()
            .unwrap()
            .install(|| finished(&picture, &settings));
        assert_eq!(again, first, "{threads} threads");
    }
}

#[test]
fn display_p3_says_the_same_colours_in_other_numbers() {
    let picture = colours();
    let wide = deep(&picture, &FinishSettings::default(), ColorSpace::DisplayP3);
    let profile = |bytes| moxcms::ColorProfile::new_from_slice(bytes).unwrap();
    let (p3, srgb) = (
        profile(limner::export::encode::DISPLAY_P3_ICC),
        profile(limner::export::encode::SRGB_ICC),
    );
    let back = p3
        .create_transform_16bit(
            moxcms::Layout::Rgba,
            &srgb,
            moxcms::Layout::Rgba,
            moxcms::TransformOptions::default(),
        )
        .unwrap();
    let mut read = vec![0u16; wide.rgba().len()];
    back.transform(wide.rgba(), &mut read).unwrap();
    for (read, before) in read.iter().zip(picture.rgba()) {
        let off = (f64::from(*read) / 257.0 - f64::from(*before)).abs();
        assert!(off < 1.0, "{read} {before}");
    }
    // What is more colourful than sRGB can say stays more colourful there.
    let loud = FinishSettings {
        saturation: 0.6,
        ..FinishSettings::default()
    };
    let red = Picture::from_rgba(1, 1, vec![230, 40, 40, 255]).unwrap();
    let (narrow, wide) = (
        deep(&red, &loud, ColorSpace::Srgb),
        deep(&red, &loud, ColorSpace::DisplayP3),
    );
    assert_eq!(narrow.rgba()[1], 0, "at sRGB's edge");
    let of_narrow = deep(
        &narrow.to_eight_bits(),
        &FinishSettings::default(),
        ColorSpace::DisplayP3,
    );
    assert!(wide.rgba()[0] > of_narrow.rgba()[0]);
}

#[test]
fn a_look_is_what_the_whole_looks_like() {
    let picture = scene(800, 600);
    let copy = finished(
        &picture,
        &FinishSettings {
            size: Some([200, 150]),
            ..FinishSettings::default()
        },
    );
    let settings = FinishSettings {
        quarter_turns: 1,
        straighten: 4.0,
        crop: Some([0.1, 0.2, 0.8, 0.9]),
        exposure: 0.4,
        contrast: 0.3,
        vignette: -0.4,
        ..FinishSettings::default()
    };
    let stop = CancelToken::new();
    let small = look(&copy, picture.size(), &settings, 150, &stop).unwrap();
    assert!(small.width().max(small.height()) <= 150);
    let same_size = FinishSettings {
        size: Some(small.size()),
        ..settings
    };
    let whole = finished(&picture, &same_size);
    let pairs = small.rgba().iter().zip(whole.rgba());
    let off: f64 = pairs.map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
    let off = off / small.rgba().len() as f64;
    assert!(off < 2.5, "{off} of 255 apart on average");
}

#[test]
fn what_is_too_large_is_refused_and_what_nobody_waits_for_stops() {
    let picture = scene(20, 20);
    let settings = FinishSettings {
        size: Some([20_000, 20_000]),
        ..FinishSettings::default()
    };
    let stop = CancelToken::new();
    let made = finish::finish(&picture, &settings, &stop, &mut |_, _| Ok(()));
    assert_eq!(made, Err(FinishError::Size(20_000, 20_000)));
    stop.cancel();
    let small = FinishSettings {
        exposure: 1.0,
        ..FinishSettings::default()
    };
    let made = finish::finish(&picture, &small, &stop, &mut |_, _| Ok(()));
    assert_eq!(made, Err(FinishError::Cancelled));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn any_settings_give_a_picture_of_the_size_that_was_told(
        size in (1u32..40, 1u32..40),
        turns in 0u8..4,
        straighten in -50.0f32..50.0,
        crop in prop::option::of(prop::array::uniform4(-0.2f32..1.2)),
        tones in prop::array::uniform6(-2.0f32..2.0),
        curve in prop::collection::vec(prop::array::uniform2(-0.5f32..1.5), 0..20),
    ) {
        let picture = scene(size.0, size.1);
        let mut settings = FinishSettings {
            quarter_turns: turns,
            straighten,
            crop,
            exposure: tones[0],
            contrast: tones[1],
            saturation: tones[2],
            sharpen: tones[3],
            grain: tones[4],
            vignette: tones[5],
            curve,
            ..FinishSettings::default()
        };
        settings.confine();
        let again = settings.clone().confine();
        prop_assert!(again.is_empty(), "{again:?}");
        let made = finished(&picture, &settings);
        prop_assert_eq!(made.size(), output_size(picture.size(), &settings));
        prop_assert!(!made.has_transparency());
    }
}
