//! Tiles close and panoramas have neither seam nor poles.

use super::*;
use crate::models::cppn::{Config, Cppn};
use crate::models::{Generator, ModelError};
use crate::picture::Picture;
use crate::recipe::{Domain, NoiseMode};

fn waves() -> Cppn {
    let config = Config {
        definition: 1,
        seed: 1,
        size: [64, 64],
    };
    Cppn::new(&config).unwrap()
}

fn latents(cppn: &Cppn, seed: u64) -> Vec<Vec<f32>> {
    let w = cppn.map(&cppn.z_of_seed(seed)).unwrap();
    vec![w; cppn.spec().num_ws]
}

fn scene(seed: u64, size: [u32; 2], domain: &Domain) -> Scene {
    let cppn = waves();
    let ws = latents(&cppn, seed);
    Scene {
        network: cppn.maps.network(&ws),
        palette: ColourScheme::new(&cppn.maps.palette(&ws)),
        size,
        coordinates: Coordinates::new(domain, size),
        grain: None,
    }
}

fn picture(seed: u64, size: [u32; 2], domain: &Domain) -> Result<Picture, ModelError> {
    let cppn = waves();
    let ws = latents(&cppn, seed);
    cppn.synthesize_on(&ws, NoiseMode::Off, Some(size), domain, &CancelToken::new())
}

fn fields(scene: &Scene, row: usize) -> Row {
    let padded = (scene.size[0] as usize + 1).next_multiple_of(LANES);
    let mut out: Row = std::array::from_fn(|_| vec![0.0; padded]);
    row_fields(scene, row, &mut BlockScratch::new(), &mut out);
    out
}

fn tile(seamless: [bool; 2], turns: [u32; 2]) -> Domain {
    Domain::Torus {
        seamless,
        period: 1.5,
        turns,
    }
}

#[test]
fn beyond_the_last_column_and_row_of_a_tile_the_first_ones_come_bit_for_bit() {
    for size in [[48, 31], [17, 64], [33, 33]] {
        for turns in [[1, 1], [3, 2]] {
            for seed in [1, 9] {
                let scene = scene(seed, size, &tile([true; 2], turns));
                let [width, height] = size.map(|side| side as usize);
                for row in [0, 7, height - 1] {
                    for field in fields(&scene, row) {
                        assert_eq!(field[width].to_bits(), field[0].to_bits());
                    }
                }
                let (first, beyond) = (fields(&scene, 0), fields(&scene, height));
                for (a, b) in first.iter().flatten().zip(beyond.iter().flatten()) {
                    assert_eq!(a.to_bits(), b.to_bits());
                }
            }
        }
    }
}

#[test]
fn a_tile_of_one_side_closes_there_and_there_only() {
    let size = [40, 36];
    for (seamless, row, column) in [([true, false], false, true), ([false, true], true, false)] {
        let scene = scene(9, size, &tile(seamless, [1, 1]));
        let closes =
            |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits());
        let (first, beyond) = (fields(&scene, 0), fields(&scene, 36));
        assert_eq!(closes(&first[2], &beyond[2]), row);
        assert_eq!(first[2][40].to_bits() == first[2][0].to_bits(), column);
    }
}

#[test]
fn turns_repeat_the_pattern_and_the_period_changes_it() {
    let scene = scene(5, [48, 24], &tile([true; 2], [3, 1]));
    for field in fields(&scene, 5) {
        for x in 0..16 {
            assert_eq!(field[x].to_bits(), field[x + 16].to_bits());
            assert_eq!(field[x].to_bits(), field[x + 32].to_bits());
        }
        // Once, though: half of it isn't the mirror of the other.
        let mirrored = (1..8).all(|x| (field[x] - field[16 - x]).abs() < 1e-3);
        assert!(!mirrored);
    }
    let wide = |period| Domain::Torus {
        seamless: [true; 2],
        period,
        turns: [1, 1],
    };
    let pixels = |period| picture(5, [32, 32], &wide(period)).unwrap();
    assert!(pixels(1.0) != pixels(2.0));
}

/// How much a row differs from another on average, over all channels.
fn apart(
    picture: &Picture,
    a: impl Fn(usize) -> [usize; 2],
    b: impl Fn(usize) -> [usize; 2],
) -> f64 {
    let width = picture.width() as usize;
    let at = |[x, y]: [usize; 2]| &picture.rgba()[(y * width + x) * 4..][..3];
    let mut sum = 0u32;
    for x in 0..width {
        let pairs = at(a(x)).iter().zip(at(b(x)));
        sum += pairs.map(|(a, b)| u32::from(a.abs_diff(*b))).sum::<u32>();
    }
    f64::from(sum) / width as f64
}

#[test]
fn a_panorama_has_neither_a_seam_nor_poles() {
    let (width, height) = (256, 128);
    for seed in [1, 5, 9] {
        let panorama = picture(seed, [256, 128], &Domain::Sphere { scale: 1.0 }).unwrap();
        let inner: f64 = (40..88)
            .map(|y| apart(&panorama, |x| [x, y], |x| [x, y + 1]))
            .sum::<f64>()
            / 48.0;
        // Opposite places next to a pole are one pixel apart.
        for row in [0, height - 1] {
            let across = apart(&panorama, |x| [x, row], |x| [(x + width / 2) % width, row]);
            assert!(across < 2.0 * inner + 1.0, "{seed}: {across} {inner}");
            // Along the circle around a pole hardly anything changes from pixel to pixel.
            let along = apart(&panorama, |x| [x, row], |x| [(x + 1) % width, row]);
            assert!(along < 0.25 * inner + 1.5, "{seed}: {along} {inner}");
        }
        let column = |x: usize| -> f64 {
            let next = (x + 1) % width;
            (0..height)
                .map(|y| {
                    let at = |x: usize| &panorama.rgba()[(y * width + x) * 4..][..3];
                    let pairs = at(x).iter().zip(at(next));
                    pairs.map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>()
                })
                .sum()
        };
        let mean = (0..width).map(column).sum::<f64>() / width as f64;
        let seam = column(width - 1) / mean;
        assert!(seam < 2.0, "{seed}: {seam}");
    }
}

#[test]
fn numbers_out_of_range_and_sizes_that_are_no_panorama_are_refused() {
    let sphere = |scale| Domain::Sphere { scale };
    assert!(picture(1, [64, 32], &sphere(f32::NAN)).is_err());
    let error = picture(1, [64, 40], &sphere(1.0)).unwrap_err().to_string();
    assert!(error.contains("80 x 40"), "{error}");
    assert!(picture(1, [32, 32], &tile([true; 2], [0, 1])).is_err());
    assert!(picture(1, [32, 32], &tile([true; 2], [17, 1])).is_err());
}
