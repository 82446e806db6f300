//! Compositional pattern-producing network (Stanley 2007), its weights made from
//! `w` by fixed random linear maps (Ha, HyperNetworks 2016), so that moving `w`
//! moves the network. Rows of pixels go through in blocks, one number a lane.

use crate::latent::rng::{Random, RandomPurpose};

use super::approx::{gauss, sin, soft_abs, tanh};

/// Pixels that go through the network together.
pub(super) const LANES: usize = 16;
/// Length of `z` and `w`.
pub(super) const W_DIM: usize = 64;
/// Units of a hidden layer.
const HIDDEN: usize = 24;
/// Hidden layers.
const LAYERS: usize = 5;
/// Numbers that a pixel brings in.
const INPUTS: usize = 8;
/// Fields that come out: tone, accent, height, shade.
pub(super) const FIELDS: usize = 4;
/// Style inputs: frame, hidden layers, form, palette.
pub(super) const NUM_WS: usize = LAYERS + 3;
/// Numbers of the frame.
const FRAME: usize = 20;
/// Numbers of the palette and the finish.
pub(super) const PALETTE: usize = 20;
/// How much of the signal each deeper layer's detail keeps.
const OCTAVE: f32 = 0.62;

/// One number for each pixel of a block.
pub(super) type Lane = [f32; LANES];

/// A fixed random linear map from `w` to a layer's numbers.
struct Hyper {
    base: Vec<f32>,
    slopes: Vec<f32>,
}

impl Hyper {
    /// `count` numbers: a fixed part of deviation `base`, a part of deviation
    /// `reach` that follows `w`.
    fn new(random: &mut Random, count: usize, base: f32, reach: f32) -> Self {
        let scale = reach / (W_DIM as f32).sqrt();
        Self {
            base: random.normals(count).iter().map(|n| n * base).collect(),
            slopes: random
                .normals(count * W_DIM)
                .iter()
                .map(|n| n * scale)
                .collect(),
        }
    }

    fn at(&self, w: &[f32]) -> Vec<f32> {
        self.base
            .iter()
            .zip(self.slopes.chunks_exact(W_DIM))
            .map(|(base, slope)| base + slope.iter().zip(w).map(|(s, w)| s * w).sum::<f32>())
            .collect()
    }
}

/// The maps of all layers.
pub(super) struct HyperNetwork {
    frame: Hyper,
    hidden: Vec<Hyper>,
    form: Hyper,
    palette: Hyper,
}

impl HyperNetwork {
    /// The maps that a definition's seed stands for.
    pub(super) fn new(seed: u64) -> Self {
        let random = &mut Random::new(RandomPurpose::Weights, seed);
        let hidden = (0..LAYERS)
            .map(|layer| {
                let inputs = if layer == 0 { INPUTS } else { HIDDEN };
                Hyper::new(random, HIDDEN * (inputs + 1), 0.45, 0.9)
            })
            .collect();
        Self {
            frame: Hyper::new(random, FRAME, 0.3, 1.0),
            hidden,
            form: Hyper::new(random, FIELDS * (LAYERS * HIDDEN + 1), 0.4, 0.9),
            palette: Hyper::new(random, PALETTE, 0.3, 1.05),
        }
    }

    /// The network of `ws` (`NUM_WS` rows).
    pub(super) fn network(&self, ws: &[Vec<f32>]) -> Network {
        let hidden = self
            .hidden
            .iter()
            .zip(&ws[1..])
            .enumerate()
            .map(|(layer, (hyper, w))| Dense::hidden(layer, &hyper.at(w)))
            .collect();
        Network {
            frame: Frame::new(&self.frame.at(&ws[0])),
            hidden,
            form: Dense::form(&self.form.at(&ws[LAYERS + 1])),
        }
    }

    /// The palette's numbers.
    pub(super) fn palette(&self, ws: &[Vec<f32>]) -> Vec<f32> {
        self.palette.at(&ws[LAYERS + 2])
    }
}

/// A fully connected layer. Weights lie in blocks of four outputs: input by input,
/// four weights each.
struct Dense {
    inputs: usize,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Dense {
    fn hidden(layer: usize, numbers: &[f32]) -> Self {
        let (inputs, gain, shift) = if layer == 0 {
            (INPUTS, 1.5, 0.8)
        } else {
            (HIDDEN, 2.0 / (HIDDEN as f32).sqrt() * 1.5, 0.5)
        };
        let (weights, bias) = numbers.split_at(HIDDEN * inputs);
        Self {
            inputs,
            weights: weights.iter().map(|n| n * gain).collect(),
            bias: bias.iter().map(|n| n * shift).collect(),
        }
    }

    fn form(numbers: &[f32]) -> Self {
        let inputs = LAYERS * HIDDEN;
        let (weights, bias) = numbers.split_at(FIELDS * inputs);
        let gain = |i: usize| {
            1.25 / (HIDDEN as f32).sqrt() * OCTAVE.powi((i / 4 % inputs / HIDDEN) as i32)
        };
        Self {
            inputs,
            weights: weights
                .iter()
                .enumerate()
                .map(|(i, n)| n * gain(i))
                .collect(),
            bias: bias.iter().map(|n| n * 0.5).collect(),
        }
    }

    /// Four outputs of a block of pixels at a time stay in registers.
    #[inline(always)]
    fn forward(&self, input: &[Lane], out: &mut [Lane]) {
        for (block, out) in out.chunks_exact_mut(4).enumerate() {
            let mut sum = [[0.0f32; LANES]; 4];
            let columns = self.weights[block * 4 * self.inputs..].chunks_exact(4);
            for (x, column) in input.iter().zip(columns) {
                for (sum, weight) in sum.iter_mut().zip(column) {
                    for (s, x) in sum.iter_mut().zip(x) {
                        *s += weight * x;
                    }
                }
            }
            for ((out, sum), bias) in out.iter_mut().zip(&sum).zip(&self.bias[block * 4..]) {
                for (out, s) in out.iter_mut().zip(sum) {
                    *out = s + bias;
                }
            }
        }
    }
}

/// Where the picture lies in the plane, and how the plane is bent.
struct Frame {
    turn: [f32; 2],
    zoom: f32,
    center: [f32; 2],
    fold: f32,
    warp: [[f32; 4]; 2],
    waves: [[f32; 3]; 3],
}

impl Frame {
    fn new(n: &[f32]) -> Self {
        let (turn_sin, turn_cos) = (n[0] * 0.9).sin_cos();
        Self {
            turn: [turn_cos, turn_sin],
            zoom: 1.15 * (0.3 * n[1]).exp(),
            center: [n[2] * 0.4, n[3] * 0.4],
            fold: 1.0 / (1.0 + (-(n[4] - 1.1) * 5.0).exp()),
            warp: [
                [n[5] * 1.6, n[6] * 1.6, n[7] * 2.0, 0.22],
                [n[8] * 1.6, n[9] * 1.6, n[10] * 2.0, 0.22],
            ],
            waves: [
                [n[11] * 1.8, n[12] * 1.8, n[13] * 2.0],
                [n[14] * 2.6, n[15] * 2.6, n[16] * 2.0],
                [n[17] * 1.2, n[18] * 1.2, n[19] * 2.0],
            ],
        }
    }

    /// What a pixel brings in.
    #[inline(always)]
    fn inputs(&self, x: &Lane, y: f32, out: &mut [Lane]) {
        for (lane, x) in x.iter().enumerate() {
            let (px, py) = (x * self.zoom, y * self.zoom);
            let mut u = self.turn[0] * px - self.turn[1] * py;
            let mut v = self.turn[1] * px + self.turn[0] * py;
            u += self.fold * (soft_abs(u) - u);
            u -= self.center[0];
            v -= self.center[1];
            let [a, b] = &self.warp;
            let du = a[3] * sin(a[0] * u + a[1] * v + a[2]);
            let dv = b[3] * sin(b[0] * u + b[1] * v + b[2]);
            u += du;
            v += dv;
            let r2 = u * u + v * v;
            out[0][lane] = u;
            out[1][lane] = v;
            out[2][lane] = (r2 + 0.01).sqrt();
            out[3][lane] = gauss(r2 * 0.7) * 1.5;
            for (k, wave) in self.waves.iter().enumerate() {
                out[4 + k][lane] = sin(wave[0] * u + wave[1] * v + wave[2]);
            }
            out[7][lane] = soft_abs(u) - soft_abs(v);
        }
    }

    /// What a point in space brings in: the same numbers of the same kind as in the plane, of
    /// all its coordinates, so that no half of a circle mirrors the other.
    #[inline(always)]
    fn inputs_in_space(&self, [x, y]: &[Lane; 2], [ring, b, c]: [f32; 3], out: &mut [Lane]) {
        let (b, c) = (b * self.zoom, c * self.zoom);
        for lane in 0..LANES {
            let (px, py) = (x[lane] * ring * self.zoom, y[lane] * ring * self.zoom);
            let mut u = self.turn[0] * px - self.turn[1] * b;
            let mut v = self.turn[1] * px + self.turn[0] * b;
            u += self.fold * (soft_abs(u) - u);
            u -= self.center[0];
            v -= self.center[1];
            let [first, second] = &self.warp;
            let du = first[3] * sin(first[0] * u + first[1] * v + second[1] * py + first[2]);
            let dv = second[3] * sin(second[0] * u + second[1] * v + first[0] * py + second[2]);
            u += du;
            v += dv;
            let r2 = u * u + v * v + py * py + c * c;
            out[0][lane] = u;
            out[1][lane] = v;
            out[2][lane] = py;
            out[3][lane] = gauss(r2 * 0.7) * 1.5;
            for k in 0..3 {
                let (wave, other) = (&self.waves[k], &self.waves[(k + 1) % 3]);
                let across = other[0] * py + other[1] * c;
                out[4 + k][lane] = sin(wave[0] * u + wave[1] * v + across + wave[2]);
            }
            out[7][lane] = c + soft_abs(u) - soft_abs(v);
        }
    }
}

/// Where a block of pixels lies.
pub(super) enum Place<'a> {
    /// In the plane: each pixel's x, and the row's y.
    Plane(&'a Lane, f32),
    /// In space, see [`Coordinates`](super::coordinates::Coordinates).
    Space(&'a [Lane; 2], [f32; 3]),
}

/// A coordinate network with its weights.
pub(super) struct Network {
    frame: Frame,
    hidden: Vec<Dense>,
    form: Dense,
}

/// Buffers for one block's numbers, reused from block to block.
pub(super) struct BlockScratch {
    input: Vec<Lane>,
    hidden: Vec<Lane>,
}

impl BlockScratch {
    pub(super) fn new() -> Self {
        Self {
            input: vec![[0.0; LANES]; INPUTS],
            hidden: vec![[0.0; LANES]; LAYERS * HIDDEN],
        }
    }
}

impl Network {
    /// The fields of `LANES` pixels of one row.
    #[inline(always)]
    pub(super) fn fields(
        &self,
        place: &Place<'_>,
        scratch: &mut BlockScratch,
        out: &mut [Lane; FIELDS],
    ) {
        match place {
            Place::Plane(x, y) => self.frame.inputs(x, *y, &mut scratch.input),
            Place::Space(columns, row) => {
                self.frame
                    .inputs_in_space(columns, *row, &mut scratch.input);
            }
        }
        for (layer, dense) in self.hidden.iter().enumerate() {
            let (before, here) = scratch.hidden.split_at_mut(layer * HIDDEN);
            let here = &mut here[..HIDDEN];
            if layer == 0 {
                dense.forward(&scratch.input, here);
            } else {
                dense.forward(&before[(layer - 1) * HIDDEN..], here);
            }
            activate(here);
        }
        self.form.forward(&scratch.hidden, out);
    }
}

/// Units take turns: waves, slopes, bumps and folds.
#[inline(always)]
fn activate(units: &mut [Lane]) {
    for (unit, lanes) in units.iter_mut().enumerate() {
        match unit {
            0..10 => lanes.iter_mut().for_each(|x| *x = sin(*x)),
            10..17 => lanes.iter_mut().for_each(|x| *x = tanh(*x)),
            17..21 => lanes.iter_mut().for_each(|x| *x = gauss(*x) * 1.6 - 0.8),
            _ => lanes.iter_mut().for_each(|x| *x = tanh(soft_abs(*x) - 0.8)),
        }
    }
}
