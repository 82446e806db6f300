//! The operators around the convolution: modulation, normalisation, filters, moving pixels.
//! Own kernels are held against candle's operators, and those against hand-made values.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod nn;

use candle_core::{Device, Tensor};
use limner::nn::kernel::Kernel;
use limner::nn::{
    Activation, ChannelStats, DownFilter, FilteredLrelu, FilteredLreluConfig, Fir, ModulatedConv2d,
    ModulatedConv2dConfig, Norm, PaddingMode, Post, adain, channel_stats, conv2d, instance_norm,
    modulated_conv2d, pixel_shuffle, reflect_pad2d, replicate_pad2d, resize_bicubic,
    resize_bilinear, upfirdn2d, upsample_nearest2x, upsample2d,
};
use nn::{Reference, assert_close, own_kernels, tensor, with_kernel};

/// What `f` gives with candle's operators is what it gives with every kernel.
fn agree(what: &str, f: impl Fn() -> Tensor) {
    let expected = Reference::new(&with_kernel(Kernel::Candle, &f));
    for kernel in own_kernels() {
        assert_close(
            &with_kernel(kernel, &f),
            &expected,
            &format!("{what} {kernel:?}"),
        );
    }
}

#[test]
fn modulated_convolutions_agree() {
    for (batch, inputs, outputs, side, kernel, up, demodulate) in [
        (1, 3, 5, 4, 3, false, true),
        (2, 16, 24, 8, 3, true, true),
        (1, 32, 16, 17, 3, true, false),
        (2, 40, 13, 31, 3, false, true),
        (1, 24, 3, 20, 1, false, false),
        (1, 5, 6, 1, 3, true, true),
        // Few pixels and many channels, as where a generator begins.
        (1, 184, 184, 5, 3, true, true),
        (1, 140, 61, 11, 3, true, true),
        (2, 50, 97, 19, 3, true, false),
        (1, 133, 50, 9, 3, false, true),
    ] {
        let x = tensor(&[batch, inputs, side, side + 1], 1);
        let weight = tensor(&[outputs, inputs, kernel, kernel], 2);
        let styles = (tensor(&[batch, inputs], 3) + 1.5).unwrap();
        let bias = tensor(&[outputs], 4);
        let factor = if up { 2 } else { 1 };
        let shared = tensor(&[factor * side, factor * (side + 1)], 5);
        let each = tensor(&[batch, 1, factor * side, factor * (side + 1)], 6);
        let post = Post {
            activation: Activation::LeakyRelu(0.2),
            gain: 1.4,
            clamp: Some(2.0),
        };
        let cfg = ModulatedConv2dConfig {
            up,
            demodulate,
            full: false,
            post,
        };
        for noise in [None, Some(&shared), Some(&each)] {
            agree(&format!("{cfg:?} {:?}", x.dims()), || {
                modulated_conv2d(&x, &weight, &styles, noise, Some(&bias), &cfg).unwrap()
            });
        }
        let once = ModulatedConv2d::new(weight.clone(), None, cfg.clone()).unwrap();
        agree("packed once", || once.forward(&x, &styles, None).unwrap());
        assert!(
            once.forward(&x, &tensor(&[batch, inputs + 1], 3), None)
                .is_err()
        );
        assert!(
            once.forward(&x, &styles, Some(&tensor(&[3, 3], 5)))
                .is_err()
        );
    }
}

/// With the kernel's whole reach kept, the sides grow.
#[test]
fn full_modulated_convolutions_agree() {
    for (inputs, outputs, side, kernel) in [(5, 7, 9, 3), (40, 24, 20, 3), (6, 9, 11, 1)] {
        let x = tensor(&[1, inputs, side, side + 2], 1);
        let styles = (tensor(&[1, inputs], 3) + 1.5).unwrap();
        let cfg = ModulatedConv2dConfig {
            full: true,
            ..ModulatedConv2dConfig::default()
        };
        let weight = tensor(&[outputs, inputs, kernel, kernel], 2);
        let conv = ModulatedConv2d::new(weight, None, cfg).unwrap();
        let y = conv.forward(&x, &styles, None).unwrap();
        assert_eq!(y.dims(), [1, outputs, side + kernel - 1, side + kernel + 1]);
        agree("full", || conv.forward(&x, &styles, None).unwrap());
    }
}

/// Every pair of factors, with separable and radial filters, padded and cut.
#[test]
fn filtered_leaky_relus_agree() {
    for (up, down, up_taps, down_taps, padding) in [
        (2, 2, 12, 12, [9, 8, 9, 8]),
        (4, 2, 24, 12, [13, 12, 7, 9]),
        (2, 2, 12, 12, [-6, -7, -3, -5]),
        (1, 1, 1, 1, [0, 0, 0, 0]),
        (2, 1, 12, 1, [6, 5, 6, 5]),
        (3, 2, 7, 5, [4, 3, 2, 4]),
        (2, 4, 5, 9, [1, 2, 8, 8]),
    ] {
        for radial in [false, true] {
            for (h, w) in [(19, 23), (20, 70)] {
                let flat = |dims: usize, seed| nn_values(&tensor(&[dims], seed));
                let down_filter = match radial {
                    true => DownFilter::Radial(flat(down_taps * down_taps, 3)),
                    false => DownFilter::Separable(flat(down_taps, 3)),
                };
                let cfg = FilteredLreluConfig {
                    up,
                    down,
                    padding,
                    input_gain: 1.3,
                    slope: 0.2,
                    gain: 1.4,
                    clamp: Some(2.5),
                };
                let bend =
                    FilteredLrelu::new(cfg.clone(), flat(up_taps, 2), down_filter, flat(3, 4));
                let bend = bend.unwrap();
                let x = tensor(&[2, 3, h, w], 5);
                agree(&format!("{cfg:?} {radial} {h}×{w}"), || {
                    bend.forward(&x).unwrap()
                });
                assert!(bend.forward(&tensor(&[1, 2, h, w], 5)).is_err());
            }
        }
    }
}

#[test]
fn instance_norm_has_mean_and_deviation_asked_for() {
    let x = ((tensor(&[2, 5, 67, 41], 1) * 3.0).unwrap() + 200.0).unwrap();
    for kernel in own_kernels() {
        with_kernel(kernel, || {
            let scale = tensor(&[2, 5], 2);
            let shift = tensor(&[5], 3);
            let (y, stats) =
                instance_norm(&x, None, Some(&scale), Some(&shift), 0.0, &Activation::None)
                    .unwrap();
            let after = channel_stats(&y).unwrap();
            let (scale, shift) = (nn_values(&scale), nn_values(&shift));
            for i in 0..10 {
                assert!((after.mean[i] - shift[i % 5]).abs() < 2e-4, "{kernel:?}");
                assert!(
                    (after.std(0.0)[i] - scale[i].abs()).abs() < 2e-4,
                    "{kernel:?}"
                );
                assert!((stats.mean[i] - 200.0).abs() < 0.5);
            }
            let (again, _) =
                instance_norm(&x, Some(&stats), None, None, 1e-5, &Activation::Relu).unwrap();
            let (first, _) = instance_norm(&x, None, None, None, 1e-5, &Activation::Relu).unwrap();
            assert_close(&again, &Reference::new(&first), "given statistics");
        });
    }
    for activation in [
        Activation::None,
        Activation::Relu,
        Activation::PRelu(vec![0.1].into()),
    ] {
        let x = tensor(&[1, 3, 13, 9], 4);
        agree("instance norm", || {
            instance_norm(&x, None, None, None, 1e-5, &activation)
                .unwrap()
                .0
        });
    }
    let wrong = ChannelStats {
        batch: 1,
        channels: 4,
        mean: vec![0.0; 4],
        var: vec![1.0; 4],
    };
    assert!(instance_norm(&x, Some(&wrong), None, None, 1e-5, &Activation::None).is_err());
}

fn nn_values(t: &Tensor) -> Vec<f32> {
    t.flatten_all().unwrap().to_vec1().unwrap()
}

#[test]
fn adain_gives_the_style_its_statistics() {
    let (content, style) = (tensor(&[1, 4, 30, 20], 1), tensor(&[1, 4, 11, 17], 2));
    let style = channel_stats(&((style * 0.3).unwrap() + 2.0).unwrap()).unwrap();
    let (y, _) = adain(&content, None, &style, 1e-5).unwrap();
    let after = channel_stats(&y).unwrap();
    for c in 0..4 {
        assert!((after.mean[c] - style.mean[c]).abs() < 1e-4);
        assert!((after.var[c] / style.var[c] - 1.0).abs() < 1e-2);
    }
}

#[test]
fn filters_agree_and_keep_a_flat_picture_flat() {
    let x = tensor(&[2, 3, 13, 10], 1);
    let fir = Fir::new(&[1.0, 2.0, 5.0]);
    for (up, down, padding) in [
        (1, 1, (1, 1)),
        (2, 1, (2, 1)),
        (1, 2, (1, 1)),
        (3, 2, (0, 4)),
    ] {
        agree("upfirdn2d", || {
            upfirdn2d(&x, &fir, up, down, padding, 1.5).unwrap()
        });
    }
    let flat = Tensor::ones((1, 1, 6, 6), candle_core::DType::F32, &Device::Cpu).unwrap();
    let y = upsample2d(&flat, &Fir::stylegan2()).unwrap();
    assert_eq!(y.dims(), [1, 1, 12, 12]);
    assert!(
        (y.get(0)
            .unwrap()
            .get(0)
            .unwrap()
            .get(6)
            .unwrap()
            .to_vec1::<f32>()
            .unwrap()[6]
            - 1.0)
            .abs()
            < 1e-6
    );
}

#[test]
fn pixels_move_as_said() {
    let x = Tensor::arange(0f32, 36.0, &Device::Cpu)
        .unwrap()
        .reshape((1, 4, 3, 3))
        .unwrap();
    agree("nearest", || upsample_nearest2x(&x).unwrap());
    agree("shuffle", || pixel_shuffle(&x, 2).unwrap());
    agree("reflect", || reflect_pad2d(&x, 2).unwrap());
    agree("replicate", || replicate_pad2d(&x, 5).unwrap());
    let row = |t: Tensor| nn_values(&t.get(0).unwrap().get(0).unwrap().get(0).unwrap());
    assert_eq!(
        row(pixel_shuffle(&x, 2).unwrap()),
        [0.0, 9.0, 1.0, 10.0, 2.0, 11.0]
    );
    assert_eq!(
        row(reflect_pad2d(&x, 2).unwrap()),
        [8.0, 7.0, 6.0, 7.0, 8.0, 7.0, 6.0]
    );
    assert!(reflect_pad2d(&x, 3).is_err());
    assert!(pixel_shuffle(&x, 3).is_err());
}

#[test]
fn resizing_is_pytorchs() {
    // torch.nn.functional.interpolate(torch.arange(8.).view(1, 1, 1, 8) ** 2, (1, 3),
    //   mode=mode, antialias=True)
    let x = Tensor::arange(0f32, 8.0, &Device::Cpu)
        .unwrap()
        .sqr()
        .unwrap()
        .reshape((1, 1, 1, 8))
        .unwrap();
    let check = |y: Tensor, expected: [f32; 3]| {
        for (v, e) in nn_values(&y).iter().zip(expected) {
            assert!((v - e).abs() < 1e-4, "{v} {e}");
        }
    };
    check(resize_bilinear(&x, 1, 3).unwrap(), BILINEAR);
    check(resize_bicubic(&x, 1, 3).unwrap(), BICUBIC);
}

const BILINEAR: [f32; 3] = [2.052_631_6, 13.452_381, 35.578_95];
const BICUBIC: [f32; 3] = [1.035_793_7, 12.718_559, 37.485_275];

#[test]
fn borders_of_a_doubled_picture_are_those_of_the_large_one() {
    let (x, weight) = (tensor(&[1, 14, 5, 7], 1), tensor(&[13, 14, 5, 5], 2));
    for mode in [
        PaddingMode::Zero,
        PaddingMode::Replicate,
        PaddingMode::Reflect,
    ] {
        let doubled = limner::nn::Conv2dConfig::same(5).upsample().pad_with(mode);
        let plain = limner::nn::Conv2dConfig::same(5).pad_with(mode);
        for kernel in own_kernels() {
            // Under the lock throughout: other tests choose kernels at the same time.
            with_kernel(kernel, || {
                let large = upsample_nearest2x(&x).unwrap();
                let expected = Reference::new(&large).conv2d(&weight, None, &plain);
                let y = conv2d(&x, &weight, None, &doubled).unwrap();
                assert_close(&y, &expected, &format!("{kernel:?} {mode:?}"));
            });
        }
    }
}

#[test]
fn a_fused_normalisation_is_the_one_done_afterwards() {
    let (x, weight, bias) = (
        tensor(&[2, 20, 19, 30], 1),
        tensor(&[16, 20, 3, 3], 2),
        tensor(&[16], 3),
    );
    let cfg = limner::nn::Conv2dConfig::same(3).pad_with(PaddingMode::Replicate);
    let conv = limner::nn::Conv2d::new(weight, Some(bias), cfg).unwrap();
    let stats = with_kernel(Kernel::Candle, || {
        channel_stats(&conv.forward(&x.narrow(0, 0, 1).unwrap()).unwrap()).unwrap()
    });
    let (scale, shift) = (tensor(&[16], 4), tensor(&[16], 5));
    let residual = tensor(&[2, 16, 19, 30], 6);
    for given in [Some(&stats), None] {
        let norm = Norm {
            stats: given,
            scale: Some(&scale),
            shift: Some(&shift),
            eps: 1e-5,
            activation: Activation::Relu,
        };
        agree("convolution and norm", || {
            conv.forward_norm(&x, &norm, Some(&residual)).unwrap().0
        });
        for kernel in own_kernels() {
            with_kernel(kernel, || {
                let before = conv.forward(&x).unwrap();
                let kept = nn_values(&before);
                let relu = Activation::Relu;
                let (y, _) =
                    instance_norm(&before, given, Some(&scale), Some(&shift), 1e-5, &relu).unwrap();
                assert_eq!(
                    nn_values(&before),
                    kept,
                    "{kernel:?} changed what it was given"
                );
                let expected = Reference::new(&(y + &residual).unwrap());
                let fused = conv.forward_norm(&x, &norm, Some(&residual)).unwrap().0;
                assert_close(&fused, &expected, &format!("{kernel:?}"));
            });
        }
    }
    let short = ChannelStats {
        batch: 1,
        channels: 15,
        mean: vec![0.0; 15],
        var: vec![1.0; 15],
    };
    let norm = Norm {
        stats: Some(&short),
        scale: None,
        shift: None,
        eps: 0.0,
        activation: Activation::None,
    };
    assert!(conv.forward_norm(&x, &norm, None).is_err());
}
