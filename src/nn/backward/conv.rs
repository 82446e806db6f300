//! Convolutions for both directions.

use std::sync::OnceLock;

use super::{Size, isa};
use crate::nn::cpu::direct::{self, BatchItem, Geometry};
use crate::nn::cpu::finish::{Finish, Slope, Target};
use crate::nn::cpu::gather::{Border, Source};
use crate::nn::cpu::panel::Packed;
use crate::nn::cpu::scratch::SharedOutput;
use crate::nn::cpu::winograd;

/// Fewer channels than this on either side don't pay for Winograd's transforms.
const WINOGRAD_CHANNELS: usize = 12;
/// Fewer 4×4 tiles than this don't fill its vectors.
const WINOGRAD_TILES: usize = 12;
/// Taps of a kernel.
const TAPS: usize = 9;

/// A 3×3 convolution at stride 1 with zero padding 1, then a ReLU; and its gradient with respect
/// to the input.
pub struct Conv3x3 {
    outputs: usize,
    inputs: usize,
    bias: Vec<f32>,
    forward: Kernels,
    backward: Kernels,
}

/// The weights in one direction, `[rows, inputs, 3, 3]`, laid out when a size first asks for it.
struct Kernels {
    rows: usize,
    inputs: usize,
    values: Vec<f32>,
    direct: OnceLock<[Packed; 1]>,
    winograd: OnceLock<winograd::Weights>,
}

impl Conv3x3 {
    /// Weight `[outputs, inputs, 3, 3]`, bias `[outputs]`; `None` when the lengths don't fit.
    pub fn new(outputs: usize, inputs: usize, weight: Vec<f32>, bias: Vec<f32>) -> Option<Self> {
        if weight.len() != outputs * inputs * TAPS || bias.len() != outputs || outputs * inputs == 0
        {
            return None;
        }
        let mut turned = vec![0.0; weight.len()];
        for o in 0..outputs {
            for i in 0..inputs {
                for tap in 0..TAPS {
                    turned[(i * outputs + o) * TAPS + TAPS - 1 - tap] =
                        weight[(o * inputs + i) * TAPS + tap];
                }
            }
        }
        Some(Self {
            outputs,
            inputs,
            bias,
            forward: Kernels::new(outputs, inputs, weight),
            backward: Kernels::new(inputs, outputs, turned),
        })
    }

    /// Channels that come out.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Channels that go in.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// `out = relu(conv(x) + bias)`; `x` is `[inputs, h, w]`, `out` `[outputs, h, w]`.
    ///
    /// # Panics
    /// When a slice is shorter than that.
    pub fn forward(&self, x: &[f32], size: Size, out: &mut [f32]) {
        let finish = Finish {
            bias: Some(&self.bias),
            ..plain(&Slope::One(0.0))
        };
        self.forward.run(x, size, finish, out);
    }

    /// The gradient with respect to `x`, of the gradient `g` with respect to the convolution's sums
    /// (before the ReLU): `out = (convᵀ(g) + residual) · [mask > 0]`, all of `out`'s shape
    /// `[inputs, h, w]`. `residual` is a gradient that comes from elsewhere, `mask` the result of
    /// the ReLU that `x` came from.
    ///
    /// # Panics
    /// When a slice is shorter than its shape.
    pub fn backward(
        &self,
        g: &[f32],
        size: Size,
        residual: Option<&[f32]>,
        mask: Option<&[f32]>,
        out: &mut [f32],
    ) {
        let finish = Finish {
            residual,
            mask,
            ..plain(&Slope::One(1.0))
        };
        self.backward.run(g, size, finish, out);
    }
}

/// A matrix over the channels of every pixel, `out = W · x + b`: the gradient of what depends on
/// the features' statistics.
pub struct ChannelMix {
    weights: [Packed; 1],
    bias: Vec<f32>,
}

impl ChannelMix {
    /// `W` is `[n, n]` row by row, `b` `[n]`.
    ///
    /// # Panics
    /// When `w` is shorter.
    pub fn new(w: &[f32], b: Vec<f32>) -> Self {
        let n = b.len();
        Self {
            weights: [Packed::new(n, n, |r, k| w[r * n + k])],
            bias: b,
        }
    }

    /// Mixes `x` into `out`, `[n, h, w]` both.
    ///
    /// # Panics
    /// When a slice is shorter.
    pub fn apply(&self, x: &[f32], size: Size, out: &mut [f32]) {
        let n = self.bias.len();
        let geometry = geometry(n, n, 1, size);
        let finish = Finish {
            bias: Some(&self.bias),
            ..plain(&Slope::One(1.0))
        };
        let picture = picture(x, (n, n), size, finish, out);
        direct::convolve(isa(), &geometry, &self.weights, &[picture]);
    }
}

impl Kernels {
    fn new(rows: usize, inputs: usize, values: Vec<f32>) -> Self {
        Self {
            rows,
            inputs,
            values,
            direct: OnceLock::new(),
            winograd: OnceLock::new(),
        }
    }

    fn at(&self, row: usize, input: usize, tap: usize) -> f32 {
        self.values[(row * self.inputs + input) * TAPS + tap]
    }

    fn run(&self, x: &[f32], size: Size, finish: Finish, out: &mut [f32]) {
        let geometry = geometry(self.rows, self.inputs, 3, size);
        let pictures = [picture(x, (self.inputs, self.rows), size, finish, out)];
        let tiles = size.0.div_ceil(4) * size.1.div_ceil(4);
        if self.inputs.min(self.rows) >= WINOGRAD_CHANNELS && tiles >= WINOGRAD_TILES {
            let weights = self.winograd.get_or_init(|| {
                winograd::Weights::new(self.rows, self.inputs, |r, i, tap| self.at(r, i, tap))
            });
            winograd::convolve(isa(), &geometry, weights, &pictures);
        } else {
            let weights = self.direct.get_or_init(|| {
                let depth = self.inputs * TAPS;
                [Packed::new(self.rows, depth, |r, k| {
                    self.at(r, k / TAPS, k % TAPS)
                })]
            });
            direct::convolve(isa(), &geometry, weights, &pictures);
        }
    }
}

fn geometry(rows: usize, inputs: usize, kernel: usize, size: Size) -> Geometry {
    Geometry {
        groups: 1,
        inputs,
        rows,
        kernel: (kernel, kernel),
        stride: 1,
        dilation: 1,
        padding: (kernel / 2, kernel / 2),
        output: size,
        doubled: false,
    }
}

fn plain(slope: &Slope) -> Finish<'_> {
    Finish {
        scale: None,
        bias: None,
        noise: None,
        slope,
        gain: 1.0,
        clamp: f32::INFINITY,
        residual: None,
        mask: None,
    }
}

fn picture<'a>(
    x: &'a [f32],
    (inputs, outputs): (usize, usize),
    (height, width): Size,
    finish: Finish<'a>,
    out: &mut [f32],
) -> BatchItem<'a> {
    let area = height * width;
    BatchItem {
        source: Source::new(&x[..inputs * area], height, width, Border::Zero),
        finish: Finish {
            residual: finish.residual.map(|r| &r[..outputs * area]),
            mask: finish.mask.map(|m| &m[..outputs * area]),
            ..finish
        },
        target: Target {
            out: SharedOutput::new(&mut out[..outputs * area]),
            start: 0,
            height,
            width,
        },
    }
}
