//! Fourier features that StyleGAN3 begins with (Karras et al. 2021, `SynthesisInput`): waves
//! that can be moved and turned without steps.

use candle_core::{Device, Tensor};
use rayon::prelude::*;

use super::config::Config;
use crate::models::ModelError;
use crate::models::linear::Linear;
use crate::models::weights::Weights;
use crate::recipe::Transform;

/// Waves of each channel, and how `w` moves and turns them.
pub(super) struct SynthesisInput {
    /// Cosine and sine of the turn, and the shift.
    affine: Linear,
    /// `[channels, channels]`, ready to be multiplied with, on the device.
    weight: Tensor,
    /// The transform that the file was saved with, 3×3 by rows.
    transform: [f32; 9],
    /// Cycles over the picture in x and y, for each channel.
    freqs: Vec<[f32; 2]>,
    phases: Vec<f32>,
    size: usize,
    sampling_rate: f32,
    bandwidth: f32,
}

impl SynthesisInput {
    /// Loads `affine`, `weight`, `transform`, `freqs`, `phases` below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub(super) fn new(config: &Config, vb: &Weights) -> Result<Self, ModelError> {
        let first = config.input();
        let channels = first.channels;
        let affine = vb.pp("affine");
        let gain = 1.0 / (config.w_dim as f32).sqrt();
        let weight = vb.get(&[channels, channels], "weight")?;
        let transform = vb.get(&[3, 3], "transform")?.flatten_all()?;
        let mut rows = [0.0; 9];
        rows.copy_from_slice(&transform.to_vec1::<f32>()?);
        let freqs = vb.get(&[channels, 2], "freqs")?.to_vec2::<f32>()?;
        Ok(Self {
            affine: Linear::new(
                &affine.get(&[4, config.w_dim], "weight")?,
                gain,
                &affine.get(&[4], "bias")?,
                1.0,
            )?,
            weight: (weight.t()?.contiguous()? / (channels as f64).sqrt())?,
            transform: rows,
            freqs: freqs.iter().map(|f| [f[0], f[1]]).collect(),
            phases: vb.get(&[channels], "phases")?.to_vec1()?,
            size: first.size,
            sampling_rate: first.sampling_rate as f32,
            bandwidth: first.bandwidth as f32,
        })
    }

    /// `[1, channels, size, size]` of one `w`.
    ///
    /// # Errors
    /// [`ModelError::Candle`].
    pub(super) fn forward(
        &self,
        w: &[f32],
        transform: &Transform,
        device: &Device,
    ) -> Result<Tensor, ModelError> {
        let t = self.affine.forward(w);
        let length = t[0].hypot(t[1]);
        let t = [t[0] / length, t[1] / length, t[2] / length, t[3] / length];
        // The result is turned first, then moved, then what the user wants.
        let turn = [t[0], -t[1], 0.0, t[1], t[0], 0.0, 0.0, 0.0, 1.0];
        let shift = [1.0, 0.0, -t[2], 0.0, 1.0, -t[3], 0.0, 0.0, 1.0];
        let wanted = product(&transform.inverse(), &self.transform);
        let m = product(&product(&turn, &shift), &wanted);
        let waves = self.waves(&m);
        let (side, channels) = (self.size, self.freqs.len());
        let x = self.features(&waves);
        let x = Tensor::from_vec(x, (side * side, channels), device)?.matmul(&self.weight)?;
        Ok(x.t()?.contiguous()?.reshape((1, channels, side, side))?)
    }

    /// The same of a row `[1, w_dim]`, with gradients: turn and shift follow them.
    ///
    /// # Errors
    /// As [`SynthesisInput::forward`].
    pub(super) fn graded(&self, w: &Tensor, transform: &Transform) -> Result<Tensor, ModelError> {
        let device = w.device();
        let (side, channels) = (self.size, self.freqs.len());
        let t = self.affine.forward_tensor(w)?;
        let length = t.narrow(1, 0, 2)?.sqr()?.sum_keepdim(1)?.sqrt()?;
        let t = t.broadcast_div(&length)?;
        let [c, s, x, y] = [0, 1, 2, 3].map(|i| t.narrow(1, i, 1));
        let (c, s, x, y) = (c?, s?, x?, y?);
        // The first two rows of turn times shift.
        let first = [&c, &s.neg()?, &((&s * &y)? - (&c * &x)?)?];
        let second = [&s, &c, &((&s * &x)? + (&c * &y)?)?.neg()?];
        let rows = Tensor::cat(&[Tensor::cat(&first, 1)?, Tensor::cat(&second, 1)?], 0)?;
        let wanted = product(&transform.inverse(), &self.transform);
        let m = rows.matmul(&Tensor::from_slice(&wanted, (3, 3), device)?)?;
        let freqs = Tensor::from_vec(self.freqs.concat(), (channels, 2), device)?;
        let waves = freqs.matmul(&m)?;
        let freqs = waves.narrow(1, 0, 2)?;
        let phases = Tensor::from_slice(&self.phases, (channels, 1), device)?;
        let phases = (waves.narrow(1, 2, 1)? + phases)?.t()?;
        // Waves that the transform makes too fine fade out.
        let band = f64::from(self.bandwidth);
        let fading = f64::from(self.sampling_rate) / 2.0 - band;
        let fine = freqs.sqr()?.sum_keepdim(1)?.sqrt()?;
        let amplitudes = (((fine - band)? / -fading)? + 1.0)?
            .clamp(0f32, 1f32)?
            .t()?;
        let places = (0..side * side).flat_map(|i| [self.at(i % side), self.at(i / side)]);
        let places = Tensor::from_iter(places, device)?.reshape((side * side, 2))?;
        let cycles = places.matmul(&freqs.t()?)?.broadcast_add(&phases)?;
        let waves = (cycles * std::f64::consts::TAU)?.sin()?;
        let x = waves.broadcast_mul(&amplitudes)?.matmul(&self.weight)?;
        Ok(x.t()?.contiguous()?.reshape((1, channels, side, side))?)
    }

    /// Where the `i`-th row or column lies.
    fn at(&self, i: usize) -> f32 {
        let half = 0.5 * self.size as f32 / self.sampling_rate;
        half * ((2 * i + 1) as f32 / self.size as f32 - 1.0)
    }

    /// Frequency in x and y, phase and amplitude of each channel under the transform `m`.
    fn waves(&self, m: &[f32; 9]) -> Vec<[f32; 4]> {
        let nyquist = self.sampling_rate / 2.0;
        let waves = self.freqs.iter().zip(&self.phases).map(|(f, phase)| {
            let phase = phase + f[0] * m[2] + f[1] * m[5];
            let f = [f[0] * m[0] + f[1] * m[3], f[0] * m[1] + f[1] * m[4]];
            // Waves that the transform makes too fine fade out.
            let beyond = (f[0].hypot(f[1]) - self.bandwidth) / (nyquist - self.bandwidth);
            [f[0], f[1], phase, (1.0 - beyond).clamp(0.0, 1.0)]
        });
        waves.collect()
    }

    /// `[size · size, channels]`.
    fn features(&self, waves: &[[f32; 4]]) -> Vec<f32> {
        let (side, channels) = (self.size, waves.len());
        let mut out = vec![0f32; side * side * channels];
        out.par_chunks_mut(side * channels)
            .enumerate()
            .for_each(|(y, row)| {
                for (x, out) in row.chunks_exact_mut(channels).enumerate() {
                    for (out, [fx, fy, phase, amplitude]) in out.iter_mut().zip(waves) {
                        let cycles = self.at(x) * fx + self.at(y) * fy + phase;
                        *out = (cycles * std::f32::consts::TAU).sin() * amplitude;
                    }
                }
            });
        out
    }
}

/// The product of two 3×3 matrices by rows.
fn product(a: &[f32; 9], b: &[f32; 9]) -> [f32; 9] {
    std::array::from_fn(|i| (0..3).map(|k| a[i / 3 * 3 + k] * b[k * 3 + i % 3]).sum())
}
