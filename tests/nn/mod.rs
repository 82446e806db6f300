//! What the operator tests share: random tensors, a reference in f64, a lock on the kernel.

#![allow(dead_code)] // each test program uses a part

use std::sync::{Mutex, PoisonError};

use candle_core::{Device, Tensor};
use limner::nn::kernel::{self, Kernel};
use limner::nn::{Activation, Conv2dConfig, PaddingMode};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Uniform in −1 … 1.
pub fn tensor(dims: &[usize], seed: u64) -> Tensor {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let count = dims.iter().product();
    let values: Vec<f32> = (0..count)
        .map(|_| (rng.next_u32() as f32 / u32::MAX as f32) * 2.0 - 1.0)
        .collect();
    Tensor::from_vec(values, dims, &Device::Cpu).unwrap()
}

/// The kernels of this processor, without candle's operators.
pub fn own_kernels() -> Vec<Kernel> {
    Kernel::available()
        .into_iter()
        .filter(|k| *k != Kernel::Candle)
        .collect()
}

static KERNEL: Mutex<()> = Mutex::new(());

/// Runs `f` with `kernel` forced; one test at a time.
pub fn with_kernel<R>(kernel: Kernel, f: impl FnOnce() -> R) -> R {
    let _guard = KERNEL.lock().unwrap_or_else(PoisonError::into_inner);
    kernel::force(Some(kernel));
    let result = f();
    kernel::force(None);
    result
}

/// A picture in f64.
pub struct Reference {
    pub dims: [usize; 4],
    pub values: Vec<f64>,
    /// The largest value; before a tanh or sigmoid, which flattens the sums but not their errors.
    pub size: f64,
}

impl Reference {
    pub fn new(x: &Tensor) -> Self {
        let (n, c, h, w) = x.dims4().unwrap();
        let values = x.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        Self {
            dims: [n, c, h, w],
            size: largest(&values),
            values,
        }
    }

    fn at(&self, n: usize, c: usize, y: isize, x: isize, mode: PaddingMode) -> f64 {
        let [_, channels, h, w] = self.dims;
        let place = |i: isize, side: usize| -> Option<usize> {
            let last = side as isize - 1;
            match (i, mode) {
                (i, _) if (0..=last).contains(&i) => Some(i as usize),
                (_, PaddingMode::Zero) => None,
                (i, PaddingMode::Replicate) => Some(i.clamp(0, last) as usize),
                (i, PaddingMode::Reflect) => Some(if i < 0 { -i } else { 2 * last - i } as usize),
            }
        };
        match (place(y, h), place(x, w)) {
            (Some(y), Some(x)) => self.values[((n * channels + c) * h + y) * w + x],
            _ => 0.0,
        }
    }

    fn doubled(&self) -> Self {
        let [n, c, h, w] = self.dims;
        let mut values = Vec::with_capacity(4 * self.values.len());
        for row in self.values.chunks_exact(w) {
            let wide: Vec<f64> = row.iter().flat_map(|v| [*v, *v]).collect();
            values.extend_from_slice(&wide);
            values.extend_from_slice(&wide);
        }
        Self {
            dims: [n, c, 2 * h, 2 * w],
            size: self.size,
            values,
        }
    }

    pub fn conv2d(&self, weight: &Tensor, bias: Option<&Tensor>, cfg: &Conv2dConfig) -> Self {
        if cfg.upsample {
            return self.doubled().conv2d(
                weight,
                bias,
                &Conv2dConfig {
                    upsample: false,
                    ..cfg.clone()
                },
            );
        }
        let (outputs, per_group, kh, kw) = weight.dims4().unwrap();
        let weight: Vec<f32> = weight.flatten_all().unwrap().to_vec1().unwrap();
        let bias: Option<Vec<f32>> = bias.map(|b| b.to_vec1().unwrap());
        let [n, _, h, w] = self.dims;
        let (oh, ow) = (
            cfg.output_side(h, kh).unwrap(),
            cfg.output_side(w, kw).unwrap(),
        );
        let mut values = Vec::with_capacity(n * outputs * oh * ow);
        let mut size: f64 = 0.0;
        for image in 0..n {
            for o in 0..outputs {
                let first = o / (outputs / cfg.groups) * per_group;
                for y in 0..oh {
                    for x in 0..ow {
                        let mut sum = bias.as_ref().map_or(0.0, |b| f64::from(b[o]));
                        for c in 0..per_group {
                            for ky in 0..kh {
                                for kx in 0..kw {
                                    let sy = (y * cfg.stride + ky * cfg.dilation) as isize
                                        - cfg.padding as isize;
                                    let sx = (x * cfg.stride + kx * cfg.dilation) as isize
                                        - cfg.padding as isize;
                                    let weight = weight[((o * per_group + c) * kh + ky) * kw + kx];
                                    sum += f64::from(weight)
                                        * self.at(image, first + c, sy, sx, cfg.padding_mode);
                                }
                            }
                        }
                        if let Activation::Tanh | Activation::Sigmoid = cfg.post.activation {
                            size = size.max((sum * f64::from(cfg.post.gain)).abs());
                        }
                        let v = activate(&cfg.post.activation, sum, o) * f64::from(cfg.post.gain);
                        let limit = cfg.post.clamp.map_or(f64::INFINITY, f64::from);
                        values.push(v.clamp(-limit, limit));
                    }
                }
            }
        }
        Self {
            dims: [n, outputs, oh, ow],
            size: size.max(largest(&values)),
            values,
        }
    }
}

pub fn activate(activation: &Activation, v: f64, c: usize) -> f64 {
    let leaky = |slope: f32| if v >= 0.0 { v } else { v * f64::from(slope) };
    match activation {
        Activation::None => v,
        Activation::Relu => leaky(0.0),
        Activation::LeakyRelu(slope) => leaky(*slope),
        Activation::PRelu(slopes) => leaky(slopes[if slopes.len() == 1 { 0 } else { c }]),
        Activation::Silu => v / (1.0 + (-v).exp()),
        Activation::Tanh => v.tanh(),
        Activation::Sigmoid => 1.0 / (1.0 + (-v).exp()),
    }
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |a: f64, v| a.max(v.abs()))
}

/// `max|Δ| ≤ 1e-4 · max|y|`, see [`Reference::size`].
pub fn assert_close(y: &Tensor, expected: &Reference, what: &str) {
    assert_eq!(y.dims(), expected.dims, "{what}");
    let values = y.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let size = expected.size.max(1e-3);
    let worst = values
        .iter()
        .zip(&expected.values)
        .fold(0.0, |worst: f64, (v, e)| {
            let difference = (f64::from(*v) - e).abs();
            if difference.is_nan() {
                f64::INFINITY
            } else {
                worst.max(difference)
            }
        });
    assert!(worst <= 1e-4 * size, "{what}: off by {worst:e} of {size:e}");
}
