//! Gradients of the operators that pictures are optimised through, held against candle's own and
//! against PyTorch's.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod nn;

use candle_core::{Tensor, Var};
use limner::nn::backward::{
    ChannelMix, Conv3x3, Instance, Moments, TrainedConv, double, max_pool, max_unpool, of_double,
};
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

/// Padded by its own border, at stride 1 and 2, against candle's gradients of the same.
#[test]
fn convolutions_that_are_trained_have_the_gradients_of_picture_and_weights() {
    for (inputs, outputs, stride, h, w) in [
        (3, 24, 2, 32, 44),
        (24, 48, 2, 18, 22),
        (48, 48, 1, 33, 20),
        (48, 24, 1, 7, 90),
        (24, 16, 1, 40, 17),
        (16, 3, 1, 21, 34),
        (5, 7, 1, 1, 3),
        (2, 1, 2, 2, 4),
    ] {
        let conv = TrainedConv {
            inputs,
            outputs,
            stride,
        };
        let (oh, ow) = conv.output((h, w));
        let x = tensor(&[1, inputs, h, w], 11);
        let weight = tensor(&[outputs, inputs, 3, 3], 12);
        let bias = tensor(&[outputs], 13);
        let g = tensor(&[1, outputs, oh, ow], 14);
        let (vx, vw) = (
            Var::from_tensor(&x).unwrap(),
            Var::from_tensor(&weight).unwrap(),
        );
        let padded = vx.pad_with_same(2, 1, 1).unwrap();
        let padded = padded.pad_with_same(3, 1, 1).unwrap();
        let sums = padded.conv2d(&vw, 0, stride, 1, 1).unwrap();
        let forward = sums.broadcast_add(&bias.reshape((1, outputs, 1, 1)).unwrap());
        let forward = forward.unwrap();
        let all = (&sums * &g).unwrap().sum_all().unwrap().backward().unwrap();
        let (of_x, of_w) = (all.get(&vx).unwrap(), all.get(&vw).unwrap());
        for kernel in own_kernels() {
            let what = format!("{inputs}→{outputs} /{stride} {h}×{w} {kernel:?}");
            with_kernel(kernel, || {
                let mut out = vec![f32::NAN; outputs * oh * ow];
                let numbers = (values(&weight), values(&bias));
                conv.forward((&numbers.0, &numbers.1), &values(&x), (h, w), &mut out);
                assert!(apart(&out, &values(&forward)) < 2e-5, "{what}");
                let mut out = vec![f32::NAN; inputs * h * w];
                let mut work = [vec![7.0; 5], vec![7.0; 5]];
                for _ in 0..2 {
                    let g = values(&g);
                    conv.of_picture(&numbers.0, &g, (h, w), &mut work, &mut out);
                    assert!(apart(&out, &values(of_x)) < 2e-5, "{what}, picture");
                }
                let mut out = vec![1.0; conv.weights()];
                conv.of_weight(&values(&x), (h, w), &values(&g), &mut out);
                out.iter_mut().for_each(|v| *v -= 1.0);
                assert!(apart(&out, &values(of_w)) < 5e-5, "{what}, weight");
            });
        }
    }
}

#[test]
fn conditional_instance_normalisation_has_the_gradients_that_small_steps_measure() {
    let (channels, area, eps) = (3, 40, 1e-5);
    let x = values(&tensor(&[channels, area], 21));
    let g = values(&tensor(&[channels, area], 22));
    let residual = values(&tensor(&[channels, area], 23));
    let scale = [1.3, 0.4, -0.8];
    let shift = [0.2, -0.1, 0.5];
    for relu in [false, true] {
        let value = |x: &[f32], scale: &[f32], shift: &[f32]| -> f64 {
            let norm = Instance {
                scale,
                shift,
                relu,
                eps,
            };
            let mut out = vec![f32::NAN; x.len()];
            norm.forward(x, Some(&residual), &mut out);
            out.iter().zip(&g).map(|(a, b)| f64::from(a * b)).sum()
        };
        let norm = Instance {
            scale: &scale,
            shift: &shift,
            relu,
            eps,
        };
        let mut out = vec![f32::NAN; x.len()];
        let spreads = norm.forward(&x, None, &mut out);
        assert_eq!(out.iter().any(|v| *v < 0.0), !relu);
        let (mut of_x, mut of_scale, mut of_shift) = (g.clone(), [0f32; 3], [0f32; 3]);
        norm.backward(&x, &spreads, &mut of_x, (&mut of_scale, &mut of_shift));
        let step = 3e-3;
        let check = |what: &str, i: usize, given: f32, at: &dyn Fn(f32) -> f64| {
            let measured = ((at(step) - at(-step)) / f64::from(2.0 * step)) as f32;
            let far = (measured - given).abs();
            assert!(
                far < 0.02 + 0.02 * given.abs(),
                "{what} {i}: {measured} {given} {relu}"
            );
        };
        for i in 0..x.len() {
            check("x", i, of_x[i], &|t| {
                let mut moved = x.clone();
                moved[i] += t;
                value(&moved, &scale, &shift)
            });
        }
        for c in 0..channels {
            check("scale", c, of_scale[c], &|t| {
                let mut moved = scale;
                moved[c] += t;
                value(&x, &moved, &shift)
            });
            check("shift", c, of_shift[c], &|t| {
                let mut moved = shift;
                moved[c] += t;
                value(&x, &scale, &moved)
            });
        }
    }
}

#[test]
fn doubling_and_its_gradient_belong_together() {
    let (h, w) = (3, 5);
    let x = values(&tensor(&[2, h, w], 31));
    let g = values(&tensor(&[2, 2 * h, 2 * w], 32));
    let mut large = vec![f32::NAN; 4 * x.len()];
    double(&x, (h, w), &mut large);
    for (i, value) in large.iter().enumerate() {
        let (c, y, column) = (i / (4 * h * w), i / (2 * w) % (2 * h), i % (2 * w));
        assert_eq!(*value, x[(c * h + y / 2) * w + column / 2]);
    }
    let mut back = vec![f32::NAN; x.len()];
    of_double(&g, (h, w), &mut back);
    // ⟨double(x), g⟩ = ⟨x, of_double(g)⟩.
    let dot = |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    assert!((dot(&large, &g) - dot(&x, &back)).abs() < 1e-4);
}
