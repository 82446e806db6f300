//! StyleGAN3's filtered nonlinearity (Karras et al. 2021, "Alias-Free Generative Adversarial
//! Networks", `filtered_lrelu`): bias, up-sampling, leaky ReLU, down-sampling.

use candle_core::{CpuStorage, CustomOp1, DType, Device, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::backward::of_filtered;
use super::conv::own::{Held, contiguous};
use super::cpu::filtered::{Down, Fir, Plane, filtered};
use super::cpu::simd::Isa;
use super::upfirdn::every;
use super::{kernel, own_path, plain};

/// What stays of the filter's rate after the nonlinearity.
#[derive(Clone, Debug, PartialEq)]
pub enum DownFilter {
    /// The outer product of these taps with themselves.
    Separable(Vec<f32>),
    /// Rows of a square filter.
    Radial(Vec<f32>),
}

impl DownFilter {
    /// Rows and columns.
    pub fn side(&self) -> usize {
        match self {
            Self::Separable(taps) => taps.len(),
            Self::Radial(taps) => taps.len().isqrt(),
        }
    }
}

/// Settings of a [`FilteredLrelu`].
#[derive(Clone, Debug, PartialEq)]
pub struct FilteredLreluConfig {
    /// Factor of the up-sampling.
    pub up: usize,
    /// Factor of the down-sampling.
    pub down: usize,
    /// Pixels added at the larger size: left, right, top, bottom; cut off where negative.
    pub padding: [isize; 4],
    /// The input is multiplied by this first.
    pub input_gain: f32,
    /// Factor of negative values.
    pub slope: f32,
    /// Factor of all values after it.
    pub gain: f32,
    /// They are cut off at plus and minus this.
    pub clamp: Option<f32>,
}

/// Bias, up-sampling, leaky ReLU and down-sampling, in one pass over each channel.
#[derive(Clone, Debug)]
pub struct FilteredLrelu {
    config: FilteredLreluConfig,
    up: Vec<f32>,
    down: DownFilter,
    bias: Vec<f32>,
}

impl FilteredLrelu {
    /// `up` are the taps of the separable filter, `bias` one number for each channel.
    ///
    /// # Errors
    /// For factors of zero, filters without taps, and a radial filter that isn't square.
    pub fn new(
        config: FilteredLreluConfig,
        up: Vec<f32>,
        down: DownFilter,
        bias: Vec<f32>,
    ) -> Result<Self> {
        let square = match &down {
            DownFilter::Separable(taps) => !taps.is_empty(),
            DownFilter::Radial(taps) => !taps.is_empty() && taps.len().isqrt().pow(2) == taps.len(),
        };
        if config.up == 0 || config.down == 0 || up.is_empty() || !square {
            bail!("filtered leaky ReLU: factors and filters start at 1")
        }
        Ok(Self {
            config,
            up,
            down,
            bias,
        })
    }

    /// `[height, width]` after up-sampling and at last.
    fn sides(&self, h: usize, w: usize) -> Result<[[usize; 2]; 2]> {
        let c = &self.config;
        let [left, right, top, bottom] = c.padding;
        let side = |n: usize, pad: isize| -> Option<[usize; 2]> {
            let large = (n * c.up)
                .checked_add_signed(pad)?
                .checked_sub(self.up.len() - 1)?;
            Some([large, large.checked_sub(self.down.side())? / c.down + 1])
        };
        match (side(h, top + bottom), side(w, left + right)) {
            (Some([th, oh]), Some([tw, ow])) => Ok([[th, tw], [oh, ow]]),
            _ => bail!("filtered leaky ReLU: {h}×{w} is smaller than the filters"),
        }
    }

    /// `[N, C, H, W]` to `[N, C, H', W']`, H' = ((H · up + padding − up taps + 1) − down taps)
    /// / down + 1.
    ///
    /// # Errors
    /// For another number of channels than the bias has, and pictures smaller than the filters.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (n, c, h, w) = x.dims4()?;
        if c != self.bias.len() {
            bail!(
                "filtered leaky ReLU: {c} channels, {} biases",
                self.bias.len()
            )
        }
        self.sides(h, w)?;
        let Some(isa) = kernel::isa() else {
            return self.plain(x);
        };
        if own_path(x) {
            let x = x.contiguous()?;
            let held = Held::new(&x)?;
            let (y, [oh, ow]) = self.planes(isa, held.values()?, [n, c, h, w])?;
            return Tensor::from_vec(y, (n, c, oh, ow), &Device::Cpu);
        }
        match x.track_op() && x.device().is_cpu() && x.dtype() == DType::F32 {
            true => x.contiguous()?.apply_op1(Graded {
                bend: self.clone(),
                isa,
            }),
            false => self.plain(x),
        }
    }

    /// What is done to each channel of `[h, w]`.
    fn plane(&self, h: usize, w: usize) -> Result<Plane> {
        let [large, out] = self.sides(h, w)?;
        let cfg = &self.config;
        let [left, _, top, _] = cfg.padding;
        Ok(Plane {
            input: [h, w],
            large,
            output: out,
            vertical: Fir::up(&self.up, cfg.up, top),
            across: Fir::up(&self.up, cfg.up, left),
            down: cfg.down,
            filter: match &self.down {
                DownFilter::Separable(taps) => Down::Separable(reversed(taps)),
                DownFilter::Radial(taps) => Down::Radial(reversed(taps)),
            },
            side: self.down.side(),
            input_gain: cfg.input_gain,
            slope: cfg.slope,
            gain: cfg.gain,
            clamp: cfg.clamp.unwrap_or(f32::INFINITY),
        })
    }

    /// All channels of `x`, and the sides of the result.
    fn planes(&self, isa: Isa, x: &[f32], shape: [usize; 4]) -> Result<(Vec<f32>, [usize; 2])> {
        let [n, c, h, w] = shape;
        let plane = self.plane(h, w)?;
        let area = plane.output[0] * plane.output[1];
        let mut y = vec![0f32; n * c * area];
        y.par_chunks_mut(area.max(1))
            .zip(x.par_chunks(h * w))
            .enumerate()
            .for_each(|(i, (y, x))| filtered(isa, &plane, x, self.bias[i % c], y));
        Ok((y, plane.output))
    }

    /// Through candle's operators.
    fn plain(&self, x: &Tensor) -> Result<Tensor> {
        let cfg = &self.config;
        let bias = Tensor::from_slice(&self.bias, (1, self.bias.len(), 1, 1), x.device())?;
        let x = (x * f64::from(cfg.input_gain))?.broadcast_add(&bias.to_dtype(x.dtype())?)?;
        let mut x = plain::insert_zeros(&x.contiguous()?, cfg.up)?;
        let [left, right, top, bottom] = cfg.padding;
        x = padded(&padded(&x, 2, top, bottom)?, 3, left, right)?;
        let up: Vec<f32> = self.up.iter().map(|t| t * cfg.up as f32).collect();
        x = separable(&x, &up)?;
        // As max(x, slope · x) where the slope is below 1, with the gain in both.
        let (high, low) = (f64::from(cfg.gain), f64::from(cfg.gain * cfg.slope));
        x = ((x.relu()? * high)? - (x.neg()?.relu()? * low)?)?;
        if let Some(clamp) = cfg.clamp {
            x = x.clamp(-clamp, clamp)?;
        }
        x = match &self.down {
            DownFilter::Separable(taps) => separable(&x, taps)?,
            DownFilter::Radial(taps) => {
                let side = self.down.side();
                let filter = Tensor::from_vec(reversed(taps), (1, 1, side, side), x.device())?;
                each(&x, &filter)?
            }
        };
        every(&every(&x, 2, cfg.down)?, 3, cfg.down)
    }
}

/// The same as a step of candle's graph, with the gradient of our own kernel.
struct Graded {
    bend: FilteredLrelu,
    isa: Isa,
}

impl CustomOp1 for Graded {
    fn name(&self) -> &'static str {
        "filtered-leaky-relu"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (n, c, h, w) = layout.shape().dims4()?;
        let x = contiguous(storage, layout)?;
        let (y, [oh, ow]) = self.bend.planes(self.isa, x, [n, c, h, w])?;
        Ok((CpuStorage::F32(y), Shape::from((n, c, oh, ow))))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let (n, c, h, w) = x.dims4()?;
        let plane = self.bend.plane(h, w)?;
        let (x, gradient) = (x.detach(), gradient.detach().contiguous()?);
        let (x, g) = (Held::new(&x)?, Held::new(&gradient)?);
        let values = x.values()?;
        let mut out = vec![0f32; values.len()];
        let area = plane.output[0] * plane.output[1];
        out.par_chunks_mut(h * w)
            .zip(values.par_chunks(h * w).zip(g.values()?.par_chunks(area)))
            .enumerate()
            .for_each(|(i, (out, (x, g)))| {
                of_filtered(self.isa, &plane, x, self.bend.bias[i % c], g, out);
            });
        Tensor::from_vec(out, (n, c, h, w), &Device::Cpu).map(Some)
    }
}

/// As a convolution takes them.
fn reversed(taps: &[f32]) -> Vec<f32> {
    taps.iter().rev().copied().collect()
}

/// Zeros added, or pixels cut off, on two sides.
fn padded(x: &Tensor, dim: usize, before: isize, after: isize) -> Result<Tensor> {
    let cut = |n: isize| (-n).max(0) as usize;
    let x = x.pad_with_zeros(dim, before.max(0) as usize, after.max(0) as usize)?;
    match cut(before) + cut(after) {
        0 => Ok(x),
        all => {
            let Some(left) = x.dim(dim)?.checked_sub(all) else {
                bail!("filtered leaky ReLU: more is cut off than there is")
            };
            x.narrow(dim, cut(before), left)
        }
    }
}

fn separable(x: &Tensor, taps: &[f32]) -> Result<Tensor> {
    let column = Tensor::from_vec(reversed(taps), (1, 1, taps.len(), 1), x.device())?;
    let row = column.reshape((1, 1, 1, taps.len()))?;
    each(&each(x, &column)?, &row)
}

/// Every channel with one filter.
fn each(x: &Tensor, filter: &Tensor) -> Result<Tensor> {
    let (n, c, h, w) = x.dims4()?;
    let y = x.contiguous()?.reshape((n * c, 1, h, w))?.conv2d(
        &filter.to_dtype(x.dtype())?,
        0,
        1,
        1,
        1,
    )?;
    let (oh, ow) = (y.dim(2)?, y.dim(3)?);
    y.reshape((n, c, oh, ow))
}

#[cfg(test)]
mod tests {
    use candle_core::Var;

    use super::*;
    use crate::latent::rng::{Random, RandomPurpose};

    fn random(count: usize, seed: u64) -> Vec<f32> {
        Random::new(RandomPurpose::Samples, seed).normals(count)
    }

    /// What candle's own operators say, through all factors, filters and paddings that layers have.
    #[test]
    fn picture_and_gradient_are_candles() {
        for (up, down, radial, padding, clamp) in [
            (2, 2, false, [5, 4, 5, 4], None),
            (4, 2, false, [9, 6, 7, 8], Some(0.8)),
            (2, 2, true, [4, 5, 3, 2], Some(2.0)),
            (1, 1, false, [0, 0, 0, 0], None),
            (2, 1, false, [-1, 3, 2, -2], None),
            (4, 2, true, [8, 8, 8, 8], None),
        ] {
            let taps = |n: usize, seed| random(n, seed);
            let (up_taps, down_taps) = match up {
                1 => (vec![1.0], vec![1.0]),
                _ => (taps(4 * up, 1), taps(if radial { 36 } else { 7 }, 2)),
            };
            let down_filter = match radial {
                true => DownFilter::Radial(down_taps),
                false => DownFilter::Separable(down_taps),
            };
            let config = FilteredLreluConfig {
                up,
                down,
                padding,
                input_gain: 0.7,
                slope: 0.2,
                gain: 1.4,
                clamp,
            };
            let bend = FilteredLrelu::new(config, up_taps, down_filter, taps(3, 3)).unwrap();
            let x = Tensor::from_vec(random(2 * 3 * 13 * 11, 4), (2, 3, 13, 11), &Device::Cpu);
            let x = x.unwrap();
            let graded = |forward: &dyn Fn(&Tensor) -> Result<Tensor>| {
                let x = Var::from_tensor(&x).unwrap();
                let y = forward(x.as_tensor()).unwrap();
                let r = Tensor::from_vec(random(y.elem_count(), 5), y.shape(), &Device::Cpu);
                let loss = (&y * r.unwrap()).unwrap().sum_all().unwrap();
                let grads = loss.backward().unwrap();
                let values = |t: &Tensor| t.flatten_all().unwrap().to_vec1::<f32>().unwrap();
                [
                    values(&y.detach()),
                    values(grads.get(x.as_tensor()).unwrap()),
                ]
            };
            let own = graded(&|x| bend.forward(x));
            let candles = graded(&|x| bend.plain(x));
            for (what, (own, candles)) in
                ["picture", "gradient"].iter().zip(own.iter().zip(&candles))
            {
                assert_eq!(own.len(), candles.len());
                let most = candles.iter().fold(0f32, |m, v| m.max(v.abs()));
                for (a, b) in own.iter().zip(candles) {
                    let off = (a - b).abs();
                    assert!(off < 1e-4 * most, "{what}, {up} up, {down} down: {a} {b}");
                }
            }
        }
    }
}
