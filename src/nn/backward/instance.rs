//! Conditional instance normalisation, `act((x − mean) / std · scale + shift) + residual`, and its
//! gradients; mean and deviation are the picture's own.

use rayon::prelude::*;

/// What the gradient needs of a channel: its mean and 1 over its deviation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    /// Mean.
    pub mean: f32,
    /// 1 over the deviation.
    pub inverse: f32,
}

/// Pixels whose sums are taken in f32 before they are added in f64.
const RUN: usize = 256;

/// A normalisation that a ReLU follows, or none.
#[derive(Clone, Copy, Debug)]
pub struct Instance<'a> {
    /// Factor of each channel.
    pub scale: &'a [f32],
    /// Added to each channel.
    pub shift: &'a [f32],
    /// Whether values below 0 become 0.
    pub relu: bool,
    /// Added to variances.
    pub eps: f32,
}

impl Instance<'_> {
    /// Normalises `x`, `[channels, pixels]`, into `out`, `+ residual` at the end.
    ///
    /// # Panics
    /// When a slice is shorter.
    pub fn forward(&self, x: &[f32], residual: Option<&[f32]>, out: &mut [f32]) -> Vec<Spread> {
        let channels = self.scale.len();
        let area = x.len() / channels.max(1);
        x.par_chunks_exact(area)
            .zip(out.par_chunks_exact_mut(area))
            .enumerate()
            .map(|(c, (x, out))| {
                let spread = spread(x, self.eps);
                let scale = spread.inverse * self.scale[c];
                let shift = self.shift[c] - spread.mean * scale;
                let least = if self.relu { 0.0 } else { f32::NEG_INFINITY };
                for (out, x) in out.iter_mut().zip(x) {
                    *out = (x * scale + shift).max(least);
                }
                if let Some(residual) = residual {
                    let residual = &residual[c * area..(c + 1) * area];
                    for (out, r) in out.iter_mut().zip(residual) {
                        *out += r;
                    }
                }
                spread
            })
            .collect()
    }

    /// Turns `g`, the gradient with respect to what came out, into the one with respect to `x`, and
    /// adds to `of_scale` and `of_shift`. `spreads` are [`forward`](Self::forward)'s.
    ///
    /// # Panics
    /// When a slice is shorter.
    pub fn backward(
        &self,
        x: &[f32],
        spreads: &[Spread],
        g: &mut [f32],
        (of_scale, of_shift): (&mut [f32], &mut [f32]),
    ) {
        let area = x.len() / self.scale.len().max(1);
        let sums: Vec<(f64, f64)> = x
            .par_chunks_exact(area)
            .zip(g.par_chunks_exact_mut(area))
            .enumerate()
            .map(|(c, (x, g))| {
                let Spread { mean, inverse } = spreads[c];
                let (scale, shift) = (self.scale[c], self.shift[c]);
                let (mut of_one, mut of_n) = (0f64, 0f64);
                for (x, g) in x.chunks(RUN).zip(g.chunks_mut(RUN)) {
                    let (mut one, mut all) = (0f32, 0f32);
                    for (x, g) in x.iter().zip(g) {
                        let n = (x - mean) * inverse;
                        if self.relu && n * scale + shift <= 0.0 {
                            *g = 0.0;
                        }
                        one += *g;
                        all += *g * n;
                    }
                    of_one += f64::from(one);
                    of_n += f64::from(all);
                }
                let (one, all) = ((of_one / area as f64) as f32, (of_n / area as f64) as f32);
                let factor = scale * inverse;
                for (x, g) in x.iter().zip(g) {
                    let n = (x - mean) * inverse;
                    *g = factor * (*g - one - n * all);
                }
                (of_n, of_one)
            })
            .collect();
        for (c, (of_n, of_one)) in sums.into_iter().enumerate() {
            of_scale[c] += of_n as f32;
            of_shift[c] += of_one as f32;
        }
    }
}

fn spread(x: &[f32], eps: f32) -> Spread {
    let area = x.len() as f64;
    let sum: f64 = x
        .chunks(RUN)
        .map(|x| f64::from(x.iter().sum::<f32>()))
        .sum();
    let mean = (sum / area) as f32;
    let square = |x: &[f32]| -> f32 { x.iter().map(|v| (v - mean) * (v - mean)).sum() };
    let squares: f64 = x.chunks(RUN).map(|x| f64::from(square(x))).sum();
    Spread {
        mean,
        inverse: (1.0 / (squares / area + f64::from(eps)).sqrt()) as f32,
    }
}

/// `x`, `[channels, h, w]`, at twice its height and width, each pixel four times.
///
/// # Panics
/// When `out` is shorter.
pub fn double(x: &[f32], (height, width): (usize, usize), out: &mut [f32]) {
    let (area, line) = (height * width, 2 * width);
    out.par_chunks_exact_mut(4 * area)
        .zip(x.par_chunks_exact(area))
        .for_each(|(out, x)| {
            for (pair, x) in out.chunks_exact_mut(2 * line).zip(x.chunks_exact(width)) {
                let (upper, lower) = pair.split_at_mut(line);
                for (two, x) in upper.as_chunks_mut::<2>().0.iter_mut().zip(x) {
                    *two = [*x; 2];
                }
                lower.copy_from_slice(upper);
            }
        });
}

/// The gradient with respect to [`double`]'s `x`: sums over each four pixels of `g`.
///
/// # Panics
/// When `out` is shorter.
pub fn of_double(g: &[f32], (height, width): (usize, usize), out: &mut [f32]) {
    let (area, line) = (height * width, 2 * width);
    out.par_chunks_exact_mut(area)
        .zip(g.par_chunks_exact(4 * area))
        .for_each(|(out, g)| {
            for (out, g) in out.chunks_exact_mut(width).zip(g.chunks_exact(2 * line)) {
                let (upper, lower) = g.split_at(line);
                let pairs = upper
                    .as_chunks::<2>()
                    .0
                    .iter()
                    .zip(lower.as_chunks::<2>().0);
                for (out, (a, b)) in out.iter_mut().zip(pairs) {
                    *out = a[0] + a[1] + b[0] + b[1];
                }
            }
        });
}
