//! Gradients of the operators that pictures are optimised through, held against candle's own and
//! against PyTorch's.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod nn;

use candle_core::{Tensor, Var};
use limner::nn::backward::{ChannelMix, Conv3x3, Moments, max_pool, max_unpool};
use nn::{own_kernels, tensor, with_kernel};

fn values(t: &Tensor) -> Vec<f32> {
    t.flatten_all().unwrap().to_vec1().unwrap()
}

/// Largest difference over the largest value.
fn apart(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let most = b.iter().fold(0f32, |m, v| m.max(v.abs())).max(1e-20);
    let far = a.iter().zip(b).fold(0f32, |m, (a, b)| m.max((a - b).abs()));
    far / most
}

#[test]
fn convolutions_and_their_gradients_agree() {
    for (inputs, outputs, h, w) in [
        (3, 64, 21, 34),
        (64, 64, 16, 18),
        (16, 24, 40, 13),
        (64, 3, 9, 10),
        (5, 7, 1, 2),
        (128, 40, 7, 30),
        (200, 190, 19, 21),
    ] {
        let x = tensor(&[1, inputs, h, w], 1).relu().unwrap();
        let weight = tensor(&[outputs, inputs, 3, 3], 2);
        let bias = tensor(&[outputs], 3);
        let g = tensor(&[1, outputs, h, w], 4);
        let residual = tensor(&[1, inputs, h, w], 5);
        let conv = Conv3x3::new(outputs, inputs, values(&weight), values(&bias)).unwrap();
        let var = Var::from_tensor(&x).unwrap();
        let sums = var.conv2d(&weight, 1, 1, 1, 1).unwrap();
        let forward = sums
            .broadcast_add(&bias.reshape((1, outputs, 1, 1)).unwrap())
            .unwrap()
            .relu()
            .unwrap();
        let all = (&sums * &g).unwrap().sum_all().unwrap().backward().unwrap();
        let open = x
            .gt(0f32)
            .unwrap()
            .to_dtype(candle_core::DType::F32)
            .unwrap();
        let gradient = all.get(&var).unwrap();
        let masked = ((gradient + &residual).unwrap() * open).unwrap();
        for kernel in own_kernels() {
            let what = format!("{inputs}→{outputs} {h}×{w} {kernel:?}");
            with_kernel(kernel, || {
                let mut out = vec![f32::NAN; outputs * h * w];
                conv.forward(&values(&x), (h, w), &mut out);
                assert!(apart(&out, &values(&forward)) < 2e-5, "{what}");
                let mut out = vec![f32::NAN; inputs * h * w];
                conv.backward(&values(&g), (h, w), None, None, &mut out);
                // Winograd's rounding over up to 1,710 products, and that of the sums here.
                assert!(apart(&out, &values(gradient)) < 2e-5, "{what}");
                let (residual, mask) = (values(&residual), values(&x));
                conv.backward(&values(&g), (h, w), Some(&residual), Some(&mask), &mut out);
                assert!(apart(&out, &values(&masked)) < 2e-5, "{what}, masked");
                let shut = out.iter().zip(&mask).filter(|(_, m)| **m == 0.0);
                assert!(shut.clone().all(|(g, _)| *g == 0.0), "{what}");
                assert!(inputs * h * w < 50 || shut.count() > 0, "{what}");
            });
        }
    }
}

#[test]
fn weights_of_another_shape_are_refused() {
    assert!(Conv3x3::new(4, 3, vec![0.0; 107], vec![0.0; 4]).is_none());
    assert!(Conv3x3::new(4, 3, vec![0.0; 108], vec![0.0; 3]).is_none());
    assert!(Conv3x3::new(4, 3, vec![0.0; 108], vec![0.0; 4]).is_some());
}

#[test]
fn pooling_sends_each_gradient_where_the_largest_value_was() {
    for (channels, h, w) in [(3, 8, 8), (2, 17, 300), (5, 2, 3), (1, 33, 130), (4, 5, 1)] {
        // Some blocks are 0 all over: no gradient goes through them.
        let x = tensor(&[1, channels, h, w], 7).affine(1.0, -0.4).unwrap();
        let x = values(&x.relu().unwrap());
        let (oh, ow) = (h / 2, w / 2);
        let g = values(&tensor(&[channels, oh.max(1), ow.max(1)], 8));
        let mut expected = vec![0f32; x.len()];
        let mut largest = vec![0f32; channels * oh * ow];
        for (i, largest) in largest.iter_mut().enumerate() {
            let (c, y, x0) = (i / (oh * ow), i / ow % oh, i % ow);
            let four = [0, 1, w, w + 1].map(|d| c * h * w + 2 * y * w + 2 * x0 + d);
            let best = four
                .into_iter()
                .reduce(|a, b| if x[b] > x[a] { b } else { a });
            let best = best.unwrap();
            *largest = x[best];
            if x[best] > 0.0 {
                expected[best] = g[i];
            }
        }
        for kernel in own_kernels() {
            with_kernel(kernel, || {
                let mut out = vec![f32::NAN; largest.len()];
                let mut places = vec![9; largest.len()];
                max_pool(&x, channels, (h, w), &mut out, &mut places);
                assert_eq!(out, largest, "{channels} {h}×{w} {kernel:?}");
                let mut back = vec![f32::NAN; x.len()];
                max_unpool(&g, &places, channels, (h, w), &mut back);
                assert_eq!(back, expected, "{channels} {h}×{w} {kernel:?}");
            });
        }
    }
}

#[test]
fn means_and_covariances_are_those_of_the_definition() {
    for (n, pixels) in [
        (3, 50),
        (64, 700),
        (70, 4100),
        (130, 9001),
        (16, 2),
        (16, 1),
    ] {
        let x = values(&tensor(&[n, pixels], 9).affine(3.0, 2.0).unwrap());
        let weights: Vec<f32> = values(&tensor(&[pixels], 10).affine(0.5, 0.5).unwrap());
        for weights in [None, Some(weights.as_slice())] {
            let w = |p: usize| weights.map_or(1.0, |w| f64::from(w[p]));
            let total: f64 = (0..pixels).map(w).sum();
            let at = |c: usize, p: usize| f64::from(x[c * pixels + p]);
            let mean: Vec<f64> = (0..n)
                .map(|c| (0..pixels).map(|p| w(p) * at(c, p)).sum::<f64>() / total)
                .collect();
            let pair = |a: usize, b: usize| {
                let product = |p| w(p) * (at(a, p) - mean[a]) * (at(b, p) - mean[b]);
                ((0..pixels).map(product).sum::<f64>() / total) as f32
            };
            let pairs: Vec<(usize, usize)> = (0..n)
                .flat_map(|a| [a, (a * 7 + 3) % n, n - 1 - a].map(|b| (a, b)))
                .collect();
            let expected: Vec<f32> = pairs.iter().map(|(a, b)| pair(*a, *b)).collect();
            for kernel in own_kernels() {
                let found = with_kernel(kernel, || Moments::of(&x, n, weights));
                let what = format!("{n} {pixels} {kernel:?}");
                let wanted: Vec<f32> = mean.iter().map(|m| *m as f32).collect();
                assert!(apart(&found.mean, &wanted) < 1e-5, "{what}");
                let some: Vec<f32> = pairs
                    .iter()
                    .map(|(a, b)| found.covariance[a * n + b])
                    .collect();
                // Rounding is of the size of the squares that were added up; a single pixel
                // varies by nothing.
                let square = |c: usize| (0..pixels).map(|p| w(p) * at(c, p).powi(2)).sum::<f64>();
                let squares = (0..n).map(square).fold(0.0, f64::max) / total;
                let far = some.iter().zip(&expected);
                let far = far.fold(0f32, |far, (a, b)| far.max((a - b).abs()));
                assert!(f64::from(far) < 2e-5 * squares, "{what}: {far}");
            }
        }
    }
}

#[test]
fn mixing_channels_is_a_product_with_every_pixel() {
    let (n, h, w) = (37, 9, 50);
    let x = tensor(&[n, h * w], 11);
    let matrix = tensor(&[n, n], 12);
    let bias = tensor(&[n], 13);
    let expected = matrix.matmul(&x).unwrap();
    let expected = expected
        .broadcast_add(&bias.reshape((n, 1)).unwrap())
        .unwrap();
    for kernel in own_kernels() {
        with_kernel(kernel, || {
            let mut out = vec![f32::NAN; n * h * w];
            ChannelMix::new(&values(&matrix), values(&bias)).apply(&values(&x), (h, w), &mut out);
            assert!(apart(&out, &values(&expected)) < 1e-5, "{kernel:?}");
        });
    }
}

#[test]
fn threads_change_no_byte() {
    let (n, h, w) = (70, 40, 130);
    let x = values(&tensor(&[n, h, w], 14));
    let weight = values(&tensor(&[n, n, 3, 3], 15));
    let all = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            let conv = Conv3x3::new(n, n, weight.clone(), vec![0.1; n]).unwrap();
            let (mut there, mut back) = (vec![0.0; x.len()], vec![0.0; x.len()]);
            conv.forward(&x, (h, w), &mut there);
            conv.backward(&there, (h, w), Some(&x), Some(&there), &mut back);
            let moments = Moments::of(&there, n, Some(&there[..h * w]));
            (there, back, moments.mean, moments.covariance)
        })
    };
    for kernel in own_kernels() {
        let one = with_kernel(kernel, || all(1));
        assert!(with_kernel(kernel, || all(3)) == one, "{kernel:?}");
    }
}
