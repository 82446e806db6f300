//! Each operator of `limner::nn`, with many shapes.

use candle_core::Tensor;
use limner::nn::{
    Activation, Conv2dConfig, Fir, ModulatedConv2dConfig, PaddingMode, Post, conv2d, instance_norm,
    modulated_conv2d, pixel_shuffle, reflect_pad2d, replicate_pad2d, resize_bicubic,
    resize_bilinear, upfirdn2d, upsample_nearest2x, upsample2d,
};

use super::nn::tensor;
use super::{apart, gpu_device};

/// GPUs multiply f32 with fewer digits (TF32) where that is quicker.
const CLOSE: f32 = 4e-3;

/// `f` gives the same on both devices.
fn agree(what: &str, inputs: &[Tensor], f: impl Fn(&[Tensor]) -> Tensor) {
    let gpu = gpu_device();
    let there: Vec<Tensor> = inputs.iter().map(|t| t.to_device(&gpu).unwrap()).collect();
    let off = apart(&f(inputs), &f(&there));
    assert!(off < CLOSE, "{what}: {off:e}");
}

#[test]
fn convolutions() {
    let mut tried = 0;
    for (kernel, stride, groups, inputs, outputs) in [
        (1, 1, 1, 5, 7),
        (3, 1, 1, 16, 24),
        (3, 2, 1, 3, 32),
        (5, 1, 1, 8, 4),
        (9, 1, 1, 3, 8),
        (3, 1, 12, 12, 12),
        (3, 2, 6, 12, 18),
    ] {
        for (h, w) in [(9, 9), (17, 32), (64, 31)] {
            for padding_mode in [
                PaddingMode::Zero,
                PaddingMode::Reflect,
                PaddingMode::Replicate,
            ] {
                for upsample in [false, true] {
                    let cfg = Conv2dConfig {
                        padding: kernel / 2,
                        stride,
                        groups,
                        padding_mode,
                        upsample: upsample && stride == 1 && groups == 1,
                        post: Post {
                            activation: Activation::LeakyRelu(0.2),
                            gain: 1.4,
                            clamp: None,
                        },
                        ..Conv2dConfig::default()
                    };
                    let x = tensor(&[1, inputs, h, w], 1);
                    let weight = tensor(&[outputs, inputs / groups, kernel, kernel], 2);
                    let bias = tensor(&[outputs], 3);
                    agree(
                        &format!("{cfg:?} {:?}", x.dims()),
                        &[x, weight, bias],
                        |t| conv2d(&t[0], &t[1], Some(&t[2]), &cfg).unwrap(),
                    );
                    tried += 1;
                }
            }
        }
    }
    println!("{tried} convolutions");
}

#[test]
fn modulated_convolutions() {
    for (inputs, outputs, side, kernel, up, demodulate) in [
        (3, 5, 4, 3, false, true),
        (16, 24, 8, 3, true, true),
        (32, 16, 17, 3, true, false),
        (24, 3, 20, 1, false, false),
    ] {
        let factor = if up { 2 } else { 1 };
        let cfg = ModulatedConv2dConfig {
            up,
            demodulate,
            full: false,
            post: Post {
                activation: Activation::LeakyRelu(0.2),
                gain: 1.4,
                clamp: Some(2.0),
            },
        };
        let t = [
            tensor(&[1, inputs, side, side + 1], 1),
            tensor(&[outputs, inputs, kernel, kernel], 2),
            (tensor(&[1, inputs], 3) + 1.5).unwrap(),
            tensor(&[factor * side, factor * (side + 1)], 4),
            tensor(&[outputs], 5),
        ];
        agree(&format!("{cfg:?}"), &t, |t| {
            modulated_conv2d(&t[0], &t[1], &t[2], Some(&t[3]), Some(&t[4]), &cfg).unwrap()
        });
    }
}

#[test]
fn norms_filters_and_moved_pixels() {
    let x = tensor(&[1, 12, 37, 24], 1);
    let (scale, shift) = (tensor(&[12], 2), tensor(&[12], 3));
    for activation in [Activation::None, Activation::Relu, Activation::Silu] {
        let t = [x.clone(), scale.clone(), shift.clone()];
        agree("instance norm", &t, |t| {
            instance_norm(&t[0], None, Some(&t[1]), Some(&t[2]), 1e-5, &activation)
                .unwrap()
                .0
        });
    }
    let fir = Fir::stylegan2();
    type Op<'a> = (&'a str, Box<dyn Fn(&Tensor) -> Tensor + 'a>);
    let ops: [Op; 9] = [
        ("upsample2d", Box::new(|x| upsample2d(x, &fir).unwrap())),
        (
            "upfirdn2d",
            Box::new(|x| upfirdn2d(x, &fir, 1, 2, (1, 1), 1.0).unwrap()),
        ),
        ("nearest", Box::new(|x| upsample_nearest2x(x).unwrap())),
        ("shuffle", Box::new(|x| pixel_shuffle(x, 2).unwrap())),
        ("reflect", Box::new(|x| reflect_pad2d(x, 3).unwrap())),
        ("replicate", Box::new(|x| replicate_pad2d(x, 3).unwrap())),
        ("bicubic", Box::new(|x| resize_bicubic(x, 50, 61).unwrap())),
        (
            "bilinear",
            Box::new(|x| resize_bilinear(x, 20, 61).unwrap()),
        ),
        ("contiguous", Box::new(|x| x.contiguous().unwrap())),
    ];
    for (name, op) in ops {
        agree(name, std::slice::from_ref(&x), |t| op(&t[0]));
    }
}
