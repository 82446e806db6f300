//! The convolution on Limner's own CPU kernels, as one candle operator.

use std::sync::OnceLock;

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::plan::{self, Algorithm};
use super::{Conv2dConfig, PaddingMode};
use crate::nn::cpu::direct::{BatchItem, Geometry};
use crate::nn::cpu::finish::{Finish, Slope, Target};
use crate::nn::cpu::gather::{Border, Source};
use crate::nn::cpu::panel::Packed;
use crate::nn::cpu::scratch::SharedOutput;
use crate::nn::cpu::{depthwise, direct, pages, small, transposed, winograd};
use crate::nn::{Activation, Post, kernel, values};

/// A weight laid out for the kernels, each layout made when a shape first asks for it.
#[derive(Debug)]
pub(crate) struct Kernels {
    values: Vec<f32>,
    outputs: usize,
    inputs: usize,
    kernel: (usize, usize),
    groups: usize,
    taps: Taps,
    direct: OnceLock<Vec<Packed>>,
    winograd: OnceLock<winograd::Weights>,
    small: OnceLock<small::Weights>,
    transposed: OnceLock<transposed::Weights>,
}

/// How an output pixel's taps follow from the weight.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Taps {
    /// As they are.
    Plain,
    /// The picture is enlarged ×2 first: each of the four phases of the output has its own small
    /// kernel, made of the weight's taps times `mix[phase][tap of the phase][tap of the weight]`
    /// in either direction.
    Doubled(Vec<[Vec<f32>; 2]>),
    /// The same for a transposed 3×3 convolution at stride 2 and a filter after it, which can also
    /// be computed one after the other.
    Filtered {
        /// As in [`Taps::Doubled`].
        mix: Vec<[Vec<f32>; 2]>,
        /// The filter with its gain, in one direction.
        filter: [f32; transposed::FILTER],
    },
}

impl Taps {
    /// Of the phases, where the picture is enlarged.
    fn mix(&self) -> Option<&[[Vec<f32>; 2]]> {
        match self {
            Taps::Plain => None,
            Taps::Doubled(mix) | Taps::Filtered { mix, .. } => Some(mix),
        }
    }

    /// Nearest ×2, then a kernel of side `kernel` (odd) with padding `kernel / 2`.
    pub(crate) fn nearest(kernel: usize) -> Self {
        let padding = (kernel / 2) as isize;
        let reach = (padding + 1) / 2;
        let mix = |phase: isize, tap: isize| {
            let row = |k: isize| (phase + k - padding).div_euclid(2) == tap - reach;
            (0..kernel as isize)
                .map(|k| f32::from(u8::from(row(k))))
                .collect()
        };
        Taps::Doubled(
            (0..=2 * reach)
                .map(|tap| [mix(0, tap), mix(1, tap)])
                .collect(),
        )
    }
}

impl Kernels {
    pub(crate) fn new(weight: &Tensor, groups: usize, taps: Taps) -> Result<Self> {
        let (outputs, inputs, kh, kw) = weight.dims4()?;
        Ok(Self {
            values: values(weight)?,
            outputs,
            inputs,
            kernel: (kh, kw),
            groups,
            taps,
            direct: OnceLock::new(),
            winograd: OnceLock::new(),
            small: OnceLock::new(),
            transposed: OnceLock::new(),
        })
    }

    /// Side of the kernel that is convolved with.
    fn side(&self) -> (usize, usize) {
        self.taps
            .mix()
            .map_or(self.kernel, |mix| (mix.len(), mix.len()))
    }

    fn rows(&self) -> usize {
        self.outputs / self.groups * if self.taps == Taps::Plain { 1 } else { 4 }
    }

    /// The weight of matrix row `row` (over all groups), input `i` and tap `tap`.
    fn at(&self, row: usize, i: usize, tap: usize) -> f32 {
        let area = self.kernel.0 * self.kernel.1;
        match self.taps.mix() {
            None => self.values[(row * self.inputs + i) * area + tap],
            Some(mix) => {
                let (output, phase) = (row / 4, row % 4);
                let (py, px) = (phase / 2, phase % 2);
                let (ty, tx) = (tap / mix.len(), tap % mix.len());
                let weight = &self.values[(output * self.inputs + i) * area..][..area];
                let mut sum = 0.0;
                for (ky, line) in weight.chunks_exact(self.kernel.1).enumerate() {
                    let across: f32 = line
                        .iter()
                        .zip(&mix[tx][px])
                        .map(|(weight, mix)| weight * mix)
                        .sum();
                    sum += mix[ty][py][ky] * across;
                }
                sum
            }
        }
    }

    fn direct(&self) -> &[Packed] {
        self.direct.get_or_init(|| {
            let (rows, taps) = (self.rows(), self.side().0 * self.side().1);
            (0..self.groups)
                .into_par_iter()
                .map(|group| {
                    Packed::new(rows, self.inputs * taps, |r, k| {
                        self.at(group * rows + r, k / taps, k % taps)
                    })
                })
                .collect()
        })
    }

    fn small(&self) -> &small::Weights {
        let taps = self.side().0 * self.side().1;
        self.small.get_or_init(|| {
            small::Weights::new(self.rows(), self.inputs * taps, |r, k| {
                self.at(r, k / taps, k % taps)
            })
        })
    }

    fn transposed(&self, filter: [f32; transposed::FILTER]) -> &transposed::Weights {
        let area = self.kernel.0 * self.kernel.1;
        self.transposed.get_or_init(|| {
            transposed::Weights::new((self.outputs, self.inputs), filter, |o, i, tap| {
                self.values[(o * self.inputs + i) * area + tap]
            })
        })
    }

    fn winograd(&self) -> &winograd::Weights {
        self.winograd.get_or_init(|| {
            winograd::Weights::new(self.rows(), self.inputs, |r, i, tap| self.at(r, i, tap))
        })
    }
}

/// What goes into a convolution besides the picture and the weight.
#[derive(Clone, Copy, Default)]
pub(crate) struct Extras<'a> {
    /// Factor of each input channel of each picture, `N · in`.
    pub(crate) input_scale: Option<&'a [f32]>,
    /// Factor of each sum of each picture, `N · out`.
    pub(crate) output_scale: Option<&'a [f32]>,
    pub(crate) bias: Option<&'a [f32]>,
    /// `[H', W']`, or one for each picture.
    pub(crate) noise: Option<&'a Tensor>,
    /// As the result.
    pub(crate) residual: Option<&'a Tensor>,
}

/// One convolution of one tensor.
pub(crate) struct Convolution<'a> {
    pub(crate) kernels: &'a Kernels,
    pub(crate) cfg: &'a Conv2dConfig,
    pub(crate) extras: Extras<'a>,
    /// `(H', W')`.
    pub(crate) output: (usize, usize),
}

impl Convolution<'_> {
    /// Runs it; `x` is `f32` on the CPU.
    pub(crate) fn run(&self, x: &Tensor) -> Result<Tensor> {
        x.contiguous()?.apply_op1_no_bwd(self)
    }

    fn geometry(&self) -> Geometry {
        let kernels = self.kernels;
        let doubled = kernels.taps != Taps::Plain;
        let padding = if doubled {
            kernels.side().0 / 2
        } else {
            self.cfg.padding
        };
        let (h, w) = self.output;
        Geometry {
            groups: kernels.groups,
            inputs: kernels.inputs,
            rows: kernels.rows(),
            kernel: kernels.side(),
            stride: self.cfg.stride,
            dilation: self.cfg.dilation,
            padding: (padding, padding),
            output: if doubled { (h / 2, w / 2) } else { (h, w) },
            doubled,
        }
    }

    fn border(&self) -> Border {
        let doubled = self.kernels.taps != Taps::Plain;
        match self.cfg.padding_mode {
            PaddingMode::Zero => Border::Zero,
            // One mirrored pixel of the enlarged picture is the border pixel's twin.
            PaddingMode::Reflect if !doubled => Border::Reflect,
            PaddingMode::Reflect | PaddingMode::Replicate => Border::Replicate,
        }
    }
}

impl CustomOp1 for Convolution<'_> {
    fn name(&self) -> &'static str {
        "limner-conv2d"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (n, c, h, w) = layout.shape().dims4()?;
        let Some(isa) = kernel::isa() else {
            bail!("no kernel selected")
        };
        let x = contiguous(storage, layout)?;
        let (outputs, (oh, ow)) = (self.kernels.outputs, self.output);
        let noise = self.extras.noise.map(Held::new).transpose()?;
        let residual = self.extras.residual.map(Held::new).transpose()?;
        let (noise, residual) = (slice(&noise)?, slice(&residual)?);
        let linear = self.cfg.post.activation.negative_slope(0).is_some();
        let post = if linear {
            self.cfg.post.clone()
        } else {
            Post::default()
        };
        let slope = slope(&post.activation);

        let mut out = Vec::with_capacity(n * outputs * oh * ow);
        pages::enlarge(&mut out);
        let shared = SharedOutput::uninit(&mut out.spare_capacity_mut()[..n * outputs * oh * ow]);
        let pictures: Vec<BatchItem> = (0..n)
            .map(|i| {
                let mut source =
                    Source::new(&x[i * c * h * w..(i + 1) * c * h * w], h, w, self.border());
                source.scale = part(self.extras.input_scale, i, c);
                BatchItem {
                    source,
                    finish: Finish {
                        scale: part(self.extras.output_scale, i, outputs),
                        bias: self.extras.bias,
                        noise: match noise {
                            Some(noise) if noise.len() > oh * ow => part(Some(noise), i, oh * ow),
                            noise => noise,
                        },
                        slope: &slope,
                        gain: post.gain,
                        clamp: post.clamp.unwrap_or(f32::INFINITY),
                        residual: if linear {
                            part(residual, i, outputs * oh * ow)
                        } else {
                            None
                        },
                        mask: None,
                    },
                    target: Target {
                        out: shared,
                        start: i * outputs * oh * ow,
                        height: oh,
                        width: ow,
                    },
                }
            })
            .collect();
        let geometry = self.geometry();
        let filter = match self.kernels.taps {
            Taps::Filtered { filter, .. } => Some(filter),
            _ => None,
        };
        match plan::choose(&geometry, filter) {
            Algorithm::Transposed(filter) => {
                let weights = self.kernels.transposed(filter);
                transposed::convolve(isa, &geometry, weights, &pictures);
            }
            Algorithm::Direct => direct::convolve(isa, &geometry, self.kernels.direct(), &pictures),
            Algorithm::Small => small::convolve(isa, &geometry, self.kernels.small(), &pictures),
            Algorithm::Winograd => {
                winograd::convolve(isa, &geometry, self.kernels.winograd(), &pictures);
            }
            Algorithm::Depthwise => {
                depthwise::convolve(isa, &geometry, &self.kernels.values, &pictures);
            }
        }
        drop(pictures);
        // SAFETY: the tiles of the kernels cover every pixel of every channel of every picture.
        #[allow(unsafe_code)]
        unsafe {
            out.set_len(n * outputs * oh * ow);
        }
        if !linear {
            curved(&mut out, &self.cfg.post, residual, outputs, oh * ow);
        }
        Ok((CpuStorage::F32(out), Shape::from((n, outputs, oh, ow))))
    }
}

/// Activations that are not two straight lines, after the kernels.
fn curved(out: &mut [f32], post: &Post, residual: Option<&[f32]>, outputs: usize, area: usize) {
    out.par_chunks_mut(area)
        .enumerate()
        .for_each(|(plane, pixels)| {
            for (i, v) in pixels.iter_mut().enumerate() {
                *v =
                    post.apply(*v, plane % outputs) + residual.map_or(0.0, |r| r[plane * area + i]);
            }
        });
}

fn slope(activation: &Activation) -> Slope {
    match activation {
        Activation::PRelu(slopes) if slopes.len() > 1 => Slope::Each(slopes.to_vec()),
        other => Slope::One(other.negative_slope(0).unwrap_or(1.0)),
    }
}

/// The `i`-th part of `len` values.
fn part(all: Option<&[f32]>, i: usize, len: usize) -> Option<&[f32]> {
    all.map(|all| &all[i * len..(i + 1) * len])
}

/// The values of a contiguous `f32` tensor on the CPU.
pub(crate) fn contiguous<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(all), Some((from, to))) => Ok(&all[from..to]),
        _ => bail!("expected a contiguous f32 tensor"),
    }
}

/// A tensor's storage, kept readable.
pub(crate) struct Held<'a> {
    storage: candle_core::StorageRef<'a>,
    layout: &'a Layout,
}

impl<'a> Held<'a> {
    pub(crate) fn new(tensor: &'a Tensor) -> Result<Self> {
        let (storage, layout) = tensor.storage_and_layout();
        Ok(Self { storage, layout })
    }

    pub(crate) fn values(&self) -> Result<&[f32]> {
        match &*self.storage {
            candle_core::Storage::Cpu(storage) => contiguous(storage, self.layout),
            _ => bail!("expected a tensor on the CPU"),
        }
    }
}

fn slice<'a>(held: &'a Option<Held<'_>>) -> Result<Option<&'a [f32]>> {
    held.as_ref().map(Held::values).transpose()
}
