//! *Waves*, the coordinate network, as an artist meets it.

use limner::cancel::CancelToken;
use limner::latent::{self, distance};
use limner::models::cppn::{Config, Cppn};
use limner::models::{Generator, ModelError};
use limner::picture::Picture;
use limner::recipe::{ExploreParams, LayerRange, NoiseMode, StyleMix};

fn waves() -> Cppn {
    Cppn::new(&Config {
        definition: 1,
        seed: 1,
        size: [64, 64],
    })
    .unwrap()
}

fn picture(net: &Cppn, params: &ExploreParams, size: [u32; 2]) -> Picture {
    let ws = latent::resolve(params, net, &()).unwrap();
    net.synthesize(&ws, params.noise, Some(size), &CancelToken::new())
        .unwrap()
}

fn clean(seed: u64) -> ExploreParams {
    ExploreParams {
        noise: NoiseMode::Off,
        ..ExploreParams::new("cppn", seed)
    }
}

fn mean_difference(a: &Picture, b: &Picture) -> f64 {
    assert_eq!(a.size(), b.size());
    let sum: f64 = a
        .rgba()
        .iter()
        .zip(b.rgba())
        .map(|(a, b)| f64::from(a.abs_diff(*b)))
        .sum();
    sum / a.rgba().len() as f64
}

#[test]
fn the_same_bytes_whatever_the_number_of_threads() {
    let net = waves();
    let render = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| picture(&net, &ExploreParams::new("cppn", 5), [130, 77]))
    };
    let one = render(1);
    assert_eq!(one, render(3));
    assert_eq!(
        one,
        picture(&waves(), &ExploreParams::new("cppn", 5), [130, 77])
    );
}

#[test]
fn seeds_give_different_pictures_with_something_in_them() {
    let net = waves();
    let pictures: Vec<Picture> = (0..12)
        .map(|s| picture(&net, &clean(s), [48, 48]))
        .collect();
    for (i, a) in pictures.iter().enumerate() {
        let values = a.rgba().chunks_exact(4).map(|p| f64::from(p[1]));
        let mean = values.clone().sum::<f64>() / (48.0 * 48.0);
        let spread = (values.map(|v| (v - mean).powi(2)).sum::<f64>() / (48.0 * 48.0)).sqrt();
        assert!(spread > 8.0, "seed {i} is flat: {spread}");
        for b in &pictures[..i] {
            assert!(mean_difference(a, b) > 10.0);
        }
    }
}

#[test]
fn any_size_and_aspect_shows_the_same_picture() {
    let net = waves();
    let small = picture(&net, &clean(3), [64, 64]);
    let large = picture(&net, &clean(3), [256, 256]);
    // Each pixel of the small one against the mean of its 16 pixels in the large one.
    let mut sum = 0.0;
    for y in 0..64usize {
        for x in 0..64usize {
            for c in 0..3 {
                let mean: f64 = (0..16)
                    .map(|k| {
                        let (lx, ly) = (x * 4 + k % 4, y * 4 + k / 4);
                        f64::from(large.rgba()[(ly * 256 + lx) * 4 + c])
                    })
                    .sum::<f64>()
                    / 16.0;
                sum += (mean - f64::from(small.rgba()[(y * 64 + x) * 4 + c])).abs();
            }
        }
    }
    let difference = sum / (64.0 * 64.0 * 3.0);
    assert!(difference < 6.0, "{difference}");
    for size in [[1, 1], [1, 200], [300, 2], [33, 65]] {
        assert_eq!(picture(&net, &clean(3), size).size(), size);
    }
}

#[test]
fn a_wide_picture_has_the_square_in_its_middle() {
    let net = waves();
    let square = picture(&net, &clean(8), [40, 40]);
    let wide = picture(&net, &clean(8), [80, 40]);
    let mut sum = 0.0;
    for y in 0..40 {
        for x in 0..40 {
            for c in 0..3 {
                let (a, b) = (
                    square.rgba()[(y * 40 + x) * 4 + c],
                    wide.rgba()[(y * 80 + x + 20) * 4 + c],
                );
                sum += f64::from(a.abs_diff(b));
            }
        }
    }
    assert!(sum / 4800.0 < 1.0, "{sum}");
}

#[test]
fn the_last_layer_is_colour_the_first_is_place() {
    let net = waves();
    let base = clean(11);
    let mixed = |start, end| ExploreParams {
        mix: Some(StyleMix {
            seed: 12,
            layers: LayerRange { start, end },
        }),
        ..base.clone()
    };
    let plain = picture(&net, &base, [48, 48]);
    for (start, end) in [(0, 1), (1, 4), (6, 7), (7, 8)] {
        let other = picture(&net, &mixed(start, end), [48, 48]);
        assert!(mean_difference(&plain, &other) > 2.0, "{start}..{end}");
    }
}

#[test]
fn small_moves_are_small() {
    let net = waves();
    let ws = latent::resolve(&clean(2), &net, &()).unwrap();
    let stats = latent::LatentStats::measure(&net, 512, 32, 1).unwrap();
    let near = latent::neighbours(&ws, &stats, 0.3, 4, 9);
    let far = latent::neighbours(&ws, &stats, 3.0, 4, 9);
    let render = |ws: &latent::Ws| {
        net.synthesize(ws, NoiseMode::Off, Some([48, 48]), &CancelToken::new())
            .unwrap()
    };
    let start = render(&ws);
    for (near, far) in near.iter().zip(&far) {
        assert!(distance(&ws, near) < distance(&ws, far));
        let (a, b) = (
            mean_difference(&start, &render(near)),
            mean_difference(&start, &render(far)),
        );
        assert!(a < b && a > 0.1, "{a} {b}");
    }
}

#[test]
fn grain_is_off_fixed_or_seeded() {
    let net = waves();
    let with = |noise| picture(&net, &ExploreParams { noise, ..clean(4) }, [32, 32]);
    let off = with(NoiseMode::Off);
    assert_eq!(with(NoiseMode::Fixed), with(NoiseMode::Fixed));
    assert_ne!(with(NoiseMode::Fixed), off);
    assert_ne!(with(NoiseMode::Seeded(1)), with(NoiseMode::Seeded(2)));
    assert!(mean_difference(&off, &with(NoiseMode::Seeded(1))) < 4.0);
}

#[test]
fn impossible_requests_are_refused_and_stale_ones_stop() {
    let net = waves();
    let ws = latent::resolve(&clean(1), &net, &()).unwrap();
    let never = CancelToken::new();
    for size in [[0, 10], [1 << 20, 1 << 20]] {
        let result = net.synthesize(&ws, NoiseMode::Off, Some(size), &never);
        assert!(matches!(result, Err(ModelError::BadRequest(_))));
    }
    let cancel = CancelToken::new();
    cancel.cancel();
    let result = net.synthesize(&ws, NoiseMode::Off, Some([900, 900]), &cancel);
    assert!(matches!(result, Err(ModelError::Cancelled)));
    assert!(
        Cppn::new(&Config {
            definition: 2,
            seed: 1,
            size: [8, 8]
        })
        .is_err()
    );
}
