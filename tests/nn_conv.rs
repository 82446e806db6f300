//! Every CPU kernel against a reference in f64 over random shapes, and against itself over
//! numbers of threads.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod nn;

use candle_core::{Device, Tensor};
use limner::nn::kernel::{self, Kernel};
use limner::nn::{Activation, Conv2d, Conv2dConfig, PaddingMode, conv2d};
use nn::{Reference, assert_close, own_kernels, tensor, with_kernel};
use proptest::prelude::*;

/// A random convolution: sizes 1 to 67, odd and even.
#[derive(Debug, Clone)]
struct Case {
    batch: usize,
    height: usize,
    width: usize,
    inputs: usize,
    outputs: usize,
    kernel: usize,
    bias: bool,
    cfg: Conv2dConfig,
}

fn padding_mode() -> impl Strategy<Value = PaddingMode> {
    prop_oneof![
        Just(PaddingMode::Zero),
        Just(PaddingMode::Reflect),
        Just(PaddingMode::Replicate)
    ]
}

fn activation() -> impl Strategy<Value = Activation> {
    prop_oneof![
        Just(Activation::None),
        Just(Activation::Relu),
        Just(Activation::LeakyRelu(0.2)),
        Just(Activation::PRelu(vec![0.3].into())),
        Just(Activation::Silu),
        Just(Activation::Tanh),
    ]
}

prop_compose! {
    fn case()(
        (batch, height, width) in (1..3usize, 1..=67usize, 1..=67usize),
        (per_group_in, per_group_out) in prop_oneof![
            (1..6usize, 1..6usize), (12..40usize, 12..30usize), (Just(1), Just(1))],
        groups in prop_oneof![3 => Just(1usize), 1 => 2..5usize],
        kernel in prop_oneof![4 => Just(3usize), 1 => Just(1), 1 => Just(2), 1 => Just(4), 1 => Just(5), 1 => Just(9)],
        stride in prop_oneof![3 => Just(1usize), 2 => Just(2), 1 => Just(3)],
        dilation in prop_oneof![4 => Just(1usize), 1 => Just(2)],
        pad in 0..5usize,
        mode in padding_mode(),
        activation in activation(),
        (bias, upsample) in (any::<bool>(), prop::bool::weighted(0.25)),
    ) -> Case {
        let padding = if upsample { kernel / 2 } else { pad };
        Case {
            batch, height, width, inputs: per_group_in * groups, outputs: per_group_out * groups,
            kernel, bias,
            cfg: Conv2dConfig {
                stride, padding, padding_mode: mode, groups, dilation, upsample,
                post: activation.into(),
            },
        }
    }
}

impl Case {
    fn is_possible(&self) -> bool {
        let side = self.height.min(self.width);
        let cfg = &self.cfg;
        let mirrors = cfg.padding_mode != PaddingMode::Reflect
            || cfg.padding < side * if cfg.upsample { 2 } else { 1 };
        mirrors && cfg.output_side(side, self.kernel).is_some()
    }

    fn check(&self) {
        let (b, c, h, w) = (self.batch, self.inputs, self.height, self.width);
        let x = tensor(&[b, c, h, w], 1);
        let weight = tensor(
            &[self.outputs, c / self.cfg.groups, self.kernel, self.kernel],
            2,
        );
        let bias = self.bias.then(|| tensor(&[self.outputs], 3));
        let expected = Reference::new(&x).conv2d(&weight, bias.as_ref(), &self.cfg);
        for kernel in own_kernels() {
            let y = with_kernel(kernel, || conv2d(&x, &weight, bias.as_ref(), &self.cfg));
            assert_close(&y.unwrap(), &expected, &format!("{kernel:?} {self:?}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..Default::default() })]
    #[test]
    fn every_kernel_agrees_with_the_reference(case in case().prop_filter("fits", Case::is_possible)) {
        case.check();
    }
}

#[test]
fn shapes_of_the_networks() {
    let same = Conv2dConfig::same;
    for (inputs, outputs, side, kernel, cfg) in [
        (
            3,
            32,
            40,
            9,
            same(9)
                .pad_with(PaddingMode::Reflect)
                .activation(Activation::Relu),
        ),
        (32, 3, 40, 9, same(9).pad_with(PaddingMode::Reflect)),
        (32, 64, 41, 3, same(3).stride(2)),
        (
            64,
            32,
            37,
            3,
            same(3).upsample().pad_with(PaddingMode::Reflect),
        ),
        (130, 140, 33, 3, same(3)),
        (520, 16, 16, 3, same(3)),
        (
            48,
            48,
            29,
            3,
            same(3).groups(48).pad_with(PaddingMode::Replicate),
        ),
        (24, 24, 31, 3, same(3).stride(2).groups(24)),
        (64, 48, 20, 1, same(1)),
        // Few pixels: vectors over output channels, more of them than one panel, deeper than one pass.
        (96, 96, 6, 3, same(3)),
        (40, 70, 4, 3, same(3).upsample()),
        (600, 24, 5, 3, same(3).pad_with(PaddingMode::Reflect)),
        (
            33,
            49,
            15,
            3,
            same(3).stride(2).pad_with(PaddingMode::Replicate),
        ),
    ] {
        Case {
            batch: 1,
            height: side,
            width: side + 3,
            inputs,
            outputs,
            kernel,
            bias: true,
            cfg,
        }
        .check();
    }
}

#[test]
fn a_residual_is_added_after_the_activation() {
    let (x, weight) = (tensor(&[2, 16, 21, 19], 1), tensor(&[16, 16, 3, 3], 2));
    let residual = tensor(&[2, 16, 21, 19], 3);
    for activation in [Activation::Relu, Activation::Tanh] {
        let cfg = Conv2dConfig::same(3).activation(activation);
        let conv = Conv2d::new(weight.clone(), None, cfg).unwrap();
        for kernel in own_kernels() {
            // One kernel for both: other tests choose theirs at the same time.
            let difference = with_kernel(kernel, || {
                let expected = (conv.forward(&x).unwrap() + &residual).unwrap();
                let y = conv.forward_add(&x, Some(&residual)).unwrap();
                (y - expected).unwrap().abs().unwrap().max_all().unwrap()
            });
            assert!(difference.to_scalar::<f32>().unwrap() < 1e-5);
        }
    }
    let wrong = tensor(&[2, 16, 21, 20], 3);
    let conv = Conv2d::new(weight, None, Conv2dConfig::same(3)).unwrap();
    assert!(conv.forward_add(&x, Some(&wrong)).is_err());
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_threads() {
    let run = |threads: usize, x: &candle_core::Tensor, conv: &Conv2d| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            conv.forward(x)
                .unwrap()
                .flatten_all()
                .unwrap()
                .to_vec1::<f32>()
                .unwrap()
        })
    };
    let same = Conv2dConfig::same;
    for (inputs, outputs, side, kernel, cfg) in [
        (32, 32, 67, 3, same(3)),
        (300, 130, 24, 3, same(3)),
        (24, 12, 33, 3, same(3).upsample()),
        (3, 32, 65, 9, same(9)),
        (32, 64, 66, 3, same(3).stride(2)),
        (48, 48, 64, 3, same(3).groups(48)),
        (96, 100, 9, 3, same(3)),
        // Rows of tiles that fill half of the longest vector; units cut by rows of pixels.
        (96, 96, 32, 3, same(3)),
        (64, 96, 64, 3, same(3).stride(2)),
    ] {
        let x = tensor(&[1, inputs, side, side], 1);
        let weight = tensor(&[outputs, inputs / cfg.groups, kernel, kernel], 2);
        let conv = Conv2d::new(weight, None, cfg.clone()).unwrap();
        for kernel in own_kernels() {
            let one = with_kernel(kernel, || run(1, &x, &conv));
            for threads in [2, 3] {
                let more = with_kernel(kernel, || run(threads, &x, &conv));
                assert!(one == more, "{kernel:?}, {threads} threads, {cfg:?}");
            }
        }
    }
}

#[test]
fn gradients_still_flow() {
    let x = candle_core::Var::from_tensor(&tensor(&[1, 16, 20, 20], 1)).unwrap();
    let conv = Conv2d::new(tensor(&[16, 16, 3, 3], 2), None, Conv2dConfig::same(3)).unwrap();
    let loss = conv.forward(&x).unwrap().sqr().unwrap().sum_all().unwrap();
    let gradients = loss.backward().unwrap();
    let size = gradients.get(&x).unwrap().abs().unwrap().max_all().unwrap();
    assert!(size.to_scalar::<f32>().unwrap() > 0.0);
}

#[test]
fn what_does_not_fit_is_an_error() {
    let x = tensor(&[1, 4, 5, 5], 1);
    let weight = tensor(&[8, 4, 3, 3], 2);
    let plain = Conv2dConfig::default;
    assert!(conv2d(&x, &tensor(&[8, 3, 3, 3], 2), None, &plain()).is_err());
    assert!(conv2d(&x, &weight, Some(&tensor(&[7], 3)), &plain()).is_err());
    assert!(conv2d(&x, &tensor(&[8, 4, 7, 7], 2), None, &plain()).is_err());
    let mirrored = Conv2dConfig {
        padding: 5,
        padding_mode: PaddingMode::Reflect,
        ..plain()
    };
    assert!(conv2d(&x, &weight, None, &mirrored).is_err());
    assert!(
        conv2d(
            &x,
            &weight,
            None,
            &Conv2dConfig {
                stride: 0,
                ..plain()
            }
        )
        .is_err()
    );
}

#[test]
fn an_unknown_processor_gets_the_portable_kernel() {
    assert!(Kernel::available().contains(&Kernel::Portable));
    with_kernel(Kernel::Portable, || {
        assert_eq!(kernel::selected(), Kernel::Portable)
    });
}

/// Every kind of convolution that style networks have: of a picture that was moved, one that wraps
/// gives the result moved as far; the same as with the opposite sides put beside it by hand.
#[test]
fn a_convolution_that_wraps_goes_around() {
    let (height, width) = (24, 32);
    let value = |i: usize| ((i * 7919) % 101) as f32 / 101.0 - 0.5;
    let x: Vec<f32> = (0..3 * height * width).map(value).collect();
    let x = Tensor::from_vec(x, (1, 3, height, width), &Device::Cpu).unwrap();
    let moved = |x: &Tensor, down: usize, right: usize| -> Tensor {
        let (_, _, h, w) = x.dims4().unwrap();
        let turned = |x: &Tensor, axis: usize, side: usize, by: usize| {
            let (first, last) = (x.narrow(axis, 0, side - by), x.narrow(axis, side - by, by));
            Tensor::cat(&[&last.unwrap(), &first.unwrap()], axis).unwrap()
        };
        turned(&turned(x, 2, h, down), 3, w, right)
    };
    for (kernel, stride, upsample, mode) in [
        (3, 1, false, PaddingMode::Replicate),
        (3, 2, false, PaddingMode::Replicate),
        (3, 1, true, PaddingMode::Replicate),
        (9, 1, false, PaddingMode::Reflect),
        (3, 2, false, PaddingMode::Reflect),
        (3, 1, true, PaddingMode::Reflect),
        (5, 1, false, PaddingMode::Zero),
    ] {
        let count = 4 * 3 * kernel * kernel;
        let weight = (0..count).map(|i| value(i + 11)).collect::<Vec<f32>>();
        let weight = Tensor::from_vec(weight, (4, 3, kernel, kernel), &Device::Cpu).unwrap();
        let mut config = Conv2dConfig::same(kernel).stride(stride).pad_with(mode);
        config.upsample = upsample;
        let conv = Conv2d::new(weight, None, config)
            .unwrap()
            .wrapping([true; 2]);
        let y = conv.forward(&x).unwrap();
        let scale = |by: usize| by * (1 + usize::from(upsample)) / stride;
        let again = conv.forward(&moved(&x, 6, 10)).unwrap();
        let wanted = moved(&y, scale(6), scale(10));
        let far = (again - wanted).unwrap().abs().unwrap();
        let far: f32 = far
            .flatten_all()
            .unwrap()
            .max(0)
            .unwrap()
            .to_scalar()
            .unwrap();
        assert!(far < 1e-4, "{kernel} {stride} {upsample} {mode:?}: {far}");
        // Only in x: at the upper border there is padding.
        let across = conv.wrapping([true, false]).forward(&x).unwrap();
        assert_eq!(across.dims(), y.dims());
        let row = |y: &Tensor, at: usize| -> Vec<f32> {
            let row = y.narrow(2, at, 1).unwrap();
            row.flatten_all().unwrap().to_vec1().unwrap()
        };
        let middle = y.dim(2).unwrap() / 2;
        for (a, b) in row(&across, middle).iter().zip(row(&y, middle)) {
            assert!(
                (a - b).abs() < 1e-4,
                "{kernel} {stride} {upsample} {mode:?}"
            );
        }
        assert!(row(&across, 0) != row(&y, 0));
    }
}

/// Rows of tiles as long as half a vector of AVX-512, as one and a half and two and a half, at all
/// borders: the last parts of vectors lie beyond the picture.
#[test]
fn short_rows_of_tiles_fill_long_vectors_by_halves() {
    for (height, width) in [(32, 32), (20, 31), (4, 29), (36, 96), (17, 90), (12, 160)] {
        for padding_mode in [
            PaddingMode::Zero,
            PaddingMode::Reflect,
            PaddingMode::Replicate,
        ] {
            for upsample in [false, true] {
                let cfg = Conv2dConfig {
                    padding: 1,
                    padding_mode,
                    upsample,
                    ..Conv2dConfig::default()
                };
                let case = Case {
                    batch: 2,
                    height,
                    width,
                    inputs: 13,
                    outputs: 14,
                    kernel: 3,
                    bias: true,
                    cfg,
                };
                case.check();
            }
        }
    }
}
