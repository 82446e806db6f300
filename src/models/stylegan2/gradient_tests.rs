//! Gradients of styled convolutions against those of candle's own operators.

use candle_core::Var;

use super::*;
use crate::latent::rng::{Random, RandomPurpose};
use crate::nn::{Activation, Post};

fn random(shape: &[usize], seed: u64) -> Tensor {
    let values = Random::new(RandomPurpose::Samples, seed).normals(shape.iter().product());
    Tensor::from_vec(values, shape, &candle_core::Device::Cpu).unwrap()
}

/// Gradients of `Σ y · r` by `x` and by the styles, `r` random in all of the result.
fn gradients(
    forward: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
    x: &Tensor,
    styles: &Tensor,
) -> [Vec<f32>; 3] {
    gradients_of_part(forward, x, styles, |_| true)
}

/// The same, where `r` is zero in all places (row and column) but some.
fn gradients_of_part(
    forward: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
    x: &Tensor,
    styles: &Tensor,
    part: impl Fn([usize; 2]) -> bool,
) -> [Vec<f32>; 3] {
    let (x, styles) = (
        Var::from_tensor(x).unwrap(),
        Var::from_tensor(styles).unwrap(),
    );
    let y = forward(x.as_tensor(), styles.as_tensor()).unwrap();
    let (h, w) = (y.dims()[2], y.dims()[3]);
    let places = (0..y.elem_count()).map(|i| part([i / w % h, i % w]));
    let places = places.map(|inside| f32::from(u8::from(inside))).collect();
    let places = Tensor::from_vec(places, y.shape(), y.device()).unwrap();
    let r = (random(y.dims(), 9) * places).unwrap();
    let grads = (&y * r).unwrap().sum_all().unwrap().backward().unwrap();
    let values = |t: &Tensor| t.flatten_all().unwrap().to_vec1().unwrap();
    // What nothing depends on has none.
    let of = |v: &Var| grads.get(v.as_tensor()).map_or_else(Vec::new, values);
    [values(&y.detach()), of(&x), of(&styles)]
}

fn assert_near(a: &[f32], b: &[f32], what: &str) {
    let most = b.iter().fold(1f32, |m, v| m.max(v.abs()));
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() < 2e-4 * most, "{what}: {a} {b}");
    }
}

#[test]
fn picture_and_gradients_are_candles() {
    let fir = Fir::stylegan2();
    for (kernel, up, demodulate, full, clamp) in [
        (3, false, true, false, None),
        (3, true, true, false, Some(1.5)),
        (5, true, true, false, Some(1.5)),
        (5, false, true, false, None),
        (3, false, true, false, Some(1.0)),
        (1, false, false, false, Some(2.0)),
        (3, false, true, true, None),
        (1, false, true, true, None),
    ] {
        let config = ModulatedConv2dConfig {
            up,
            demodulate,
            full,
            post: Post {
                activation: match kernel {
                    1 => Activation::None,
                    _ => Activation::LeakyRelu(0.2),
                },
                gain: 1.4,
                clamp,
            },
        };
        let (weight, bias) = (random(&[4, 3, kernel, kernel], 1), random(&[4], 2));
        let own =
            StyledConv::new(weight.clone(), bias.clone(), config.clone(), fir.clone()).unwrap();
        let candles = ModulatedConv2d::new(weight, Some(bias), config.clone()).unwrap();
        let (x, styles) = (random(&[2, 3, 6, 5], 3), random(&[2, 3], 4));
        let factor = if up { 2 } else { 1 };
        let grown = if full { kernel - 1 } else { 0 };
        let (h, w) = (6 * factor + grown, 5 * factor + grown);
        let shared = random(&[h, w], 5);
        let each = random(&[2, 1, h, w], 6);
        for noise in [None, Some(&shared), Some(&each)] {
            let a = gradients(|x, s| own.forward(x, s, noise), &x, &styles);
            let b = gradients(|x, s| candles.forward(x, s, noise), &x, &styles);
            for (what, (a, b)) in ["picture", "x", "styles"].iter().zip(a.iter().zip(&b)) {
                assert_near(a, b, &format!("{what} {config:?}"));
            }
        }
    }
}

/// The gradient of a patch is computed around it alone, and is the same: in the middle, at
/// every edge, of one value, and of nothing.
#[test]
fn gradients_of_patches_are_candles() {
    for (kernel, up, full) in [
        (3, false, false),
        (3, true, false),
        (5, false, false),
        (5, true, false),
        (3, false, true),
        (1, false, true),
    ] {
        let config = ModulatedConv2dConfig {
            up,
            full,
            ..ModulatedConv2dConfig::default()
        };
        let (weight, bias) = (random(&[4, 3, kernel, kernel], 1), random(&[4], 2));
        let fir = Fir::stylegan2();
        let own = StyledConv::new(weight.clone(), bias.clone(), config.clone(), fir).unwrap();
        let candles = ModulatedConv2d::new(weight, Some(bias), config.clone()).unwrap();
        let (x, styles) = (random(&[1, 3, 17, 14], 3), random(&[1, 3], 4));
        let factor = if up { 2 } else { 1 };
        let grown = if full { kernel - 1 } else { 0 };
        let (h, w) = (17 * factor + grown, 14 * factor + grown);
        let noise = random(&[h, w], 5);
        for (rows, columns) in [
            (5..8, 4..7),
            (0..1, 0..1),
            (h - 1..h, w - 1..w),
            (0..2, w - 3..w),
            (h / 2..h / 2 + 1, 3..4),
            (0..0, 0..0),
        ] {
            let part = |[y, x]: [usize; 2]| rows.contains(&y) && columns.contains(&x);
            let a = gradients_of_part(|x, s| own.forward(x, s, Some(&noise)), &x, &styles, part);
            let b = gradients_of_part(
                |x, s| candles.forward(x, s, Some(&noise)),
                &x,
                &styles,
                part,
            );
            for (what, (a, b)) in ["picture", "x", "styles"].iter().zip(a.iter().zip(&b)) {
                assert_eq!(a.len(), b.len());
                assert_near(a, b, &format!("{what} {rows:?} {columns:?} {config:?}"));
            }
        }
    }
}

#[test]
fn a_doublings_gradient_is_candles() {
    let fir = Fir::stylegan2();
    let x = random(&[1, 2, 5, 6], 1);
    let one = Tensor::ones((1, 1), DType::F32, x.device()).unwrap();
    let a = gradients(|x, _| doubled(x, &fir), &x, &one.clone());
    let b = gradients(|x, _| upsample2d(x, &fir), &x, &one);
    assert_near(&a[1], &b[1], "doubled");
}
