//! Faces of a panorama, cut out with what lies around them and put together again: where they
//! meet they fade into one another, and what is rough there stays as rough.

use rayon::prelude::*;

use crate::engine::resample::{Planes, beyond};
use crate::picture::cubic::weights;
use crate::recipe::Wrap;
use crate::spaces::panorama::{Face, direction, place};

/// Half the sides of the squares in which roughness is measured, pixels: a wide stroke.
const REACH: usize = 10;
/// Most that what was smoothed by fading is made rougher: two things that have nothing in common
/// are smoother by √2 where they are mixed half and half, three by √3.
const MOST: f32 = 1.74;
/// Variance, of values 0..=1, below which there is nothing to see.
const NOTHING: f32 = 1e-6;

/// A face and so many pixels around it.
pub(crate) fn cut(photo: &Planes, face: &Face, side: usize, around: usize) -> Planes {
    let size = side + 2 * around;
    let mut out = Planes::zeros(size, size);
    let n = out.pixels();
    let rows: Vec<Vec<[f32; 3]>> = (0..size)
        .into_par_iter()
        .map(|y| {
            let at = |i: usize| (2.0 * (i as f32 - around as f32) + 1.0) / side as f32 - 1.0;
            (0..size)
                .map(|x| {
                    let [u, v] = place(face.at_distances([at(x), -at(y)]));
                    let (x, y) = (u * photo.width as f32, v * photo.height as f32);
                    between_pixels(photo, [x - 0.5, y - 0.5], Wrap::Panorama)
                })
                .collect()
        })
        .collect();
    for (y, row) in rows.iter().enumerate() {
        for (x, pixel) in row.iter().enumerate() {
            for (c, value) in pixel.iter().enumerate() {
                out.data[c * n + y * size + x] = *value;
            }
        }
    }
    out
}

/// Planes at a place between pixels, along cubics (Catmull and Rom 1974).
fn between_pixels(planes: &Planes, [x, y]: [f32; 2], wrap: Wrap) -> [f32; 3] {
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = (weights(x - left), weights(y - top));
    let n = planes.pixels();
    let mut sum = [0.0; 3];
    for (j, wy) in down.iter().enumerate() {
        for (i, wx) in across.iter().enumerate() {
            let at = [
                left as isize + i as isize - 1,
                top as isize + j as isize - 1,
            ];
            let [x, y] = beyond(at, planes.size(), wrap);
            let at = y * planes.width + x;
            for (c, sum) in sum.iter_mut().enumerate() {
                *sum += wx * wy * planes.data[c * n + at];
            }
        }
    }
    sum
}

/// Faces that fade into one another.
pub(crate) struct Blend {
    size: [usize; 2],
    sums: Vec<Sum>,
}

/// Of a pixel, weighted sums over the faces.
#[derive(Clone, Copy, Default)]
struct Sum {
    /// What is smooth.
    base: [f32; 3],
    /// What is rough.
    detail: [f32; 3],
    /// How rough, as a variance.
    variance: f32,
    weight: f32,
}

impl Blend {
    /// None yet, for a panorama of a size.
    pub(crate) fn new(size: [usize; 2]) -> Self {
        Self {
            size,
            sums: vec![Sum::default(); size[0] * size[1]],
        }
    }

    /// One more face, with `fade` pixels around it.
    pub(crate) fn add(&mut self, face: &Face, strokes: &Planes, fade: usize) {
        let [width, height] = self.size;
        let side = (strokes.width - 2 * fade) as f32;
        let soft = 2.0 * fade as f32 / side;
        let smooth = smoothed(strokes);
        let fill = |(y, row): (usize, &mut [Sum])| {
            for (x, sum) in row.iter_mut().enumerate() {
                let at = [
                    (x as f32 + 0.5) / width as f32,
                    (y as f32 + 0.5) / height as f32,
                ];
                let direction = direction(at);
                let Some([a, b]) = face.angles_of(direction) else {
                    continue;
                };
                let weight = share(a, soft) * share(b, soft);
                if weight <= 0.0 {
                    continue;
                }
                let on = |t: f32| (t + 1.0) / 2.0 * side + fade as f32 - 0.5;
                let [a, b] = face.distances_of(direction);
                let value = between_pixels(strokes, [on(a), on(-b)], Wrap::None);
                let base = between_pixels(&smooth, [on(a), on(-b)], Wrap::None);
                for c in 0..3 {
                    let detail = value[c] - base[c];
                    sum.base[c] += weight * base[c];
                    sum.detail[c] += weight * detail;
                    sum.variance += weight * detail * detail;
                }
                sum.weight += weight;
            }
        };
        let rows = self.sums.par_chunks_mut(width).enumerate();
        rows.for_each(fill);
    }

    /// The panorama. Mixtures are smoother than what is mixed, as far as that has little in common:
    /// their detail is made as strong as the parts' is on average around there.
    pub(crate) fn finished(mut self) -> Planes {
        for sum in &mut self.sums {
            let weight = sum.weight.max(1e-6);
            sum.base = sum.base.map(|v| v / weight);
            sum.detail = sum.detail.map(|v| v / weight);
            sum.variance /= weight;
        }
        let own = |sum: &Sum| sum.detail.iter().map(|v| v * v).sum::<f32>();
        let wanted = self.around(&|sum| sum.variance);
        let there = self.around(&own);
        let mut out = Planes::zeros(self.size[0], self.size[1]);
        let n = out.pixels();
        for (i, sum) in self.sums.iter().enumerate() {
            let gain = match there[i] > NOTHING {
                true => (wanted[i] / there[i]).sqrt().clamp(1.0, MOST),
                false => 1.0,
            };
            for c in 0..3 {
                out.data[c * n + i] = sum.base[c] + gain * sum.detail[c];
            }
        }
        out
    }

    /// Means of a number over squares that are as large everywhere on the sphere.
    fn around(&self, of: &(dyn Fn(&Sum) -> f32 + Sync)) -> Vec<f32> {
        let [width, height] = self.size;
        let mut across = vec![0.0; self.sums.len()];
        across
            .par_chunks_mut(width)
            .zip(self.sums.par_chunks(width))
            .enumerate()
            .for_each(|(y, (out, row))| {
                let rise = ((y as f32 + 0.5) / height as f32 - 0.5) * std::f32::consts::PI;
                let reach = (REACH as f32 / rise.cos().max(1e-3)) as usize;
                let reach = reach.clamp(REACH, (width - 1) / 2);
                let numbers: Vec<f32> = row.iter().map(of).collect();
                mean(&numbers, reach, true, out);
            });
        let mut out = vec![0.0; self.sums.len()];
        let (mut column, mut means) = (vec![0.0; height], vec![0.0; height]);
        for x in 0..width {
            for (y, value) in column.iter_mut().enumerate() {
                *value = across[y * width + x];
            }
            mean(&column, REACH, false, &mut means);
            for (y, value) in means.iter().enumerate() {
                out[y * width + x] = *value;
            }
        }
        out
    }
}

/// Each number as the mean of those up to `reach` before and after it, all around or as far as
/// there are some.
fn mean(numbers: &[f32], reach: usize, wraps: bool, out: &mut [f32]) {
    let count = numbers.len() as isize;
    let reach = reach as isize;
    let at = |i: isize| f64::from(numbers[i.rem_euclid(count) as usize]);
    let inside = |i: isize| wraps || (0..count).contains(&i);
    let (mut sum, mut parts) = (0.0, 0);
    for i in (-reach..=reach).filter(|i| inside(*i)) {
        sum += at(i);
        parts += 1;
    }
    for (i, out) in out.iter_mut().enumerate() {
        *out = (sum / f64::from(parts)).max(0.0) as f32;
        let (last, next) = (i as isize - reach, i as isize + reach + 1);
        if inside(last) {
            sum -= at(last);
            parts -= 1;
        }
        if inside(next) {
            sum += at(next);
            parts += 1;
        }
    }
}

/// Planes averaged over squares.
fn smoothed(planes: &Planes) -> Planes {
    let [width, height] = planes.size();
    let mut out = Planes::zeros(width, height);
    let n = planes.pixels();
    for c in 0..3 {
        let plane = &planes.data[c * n..][..n];
        let mut across = vec![0.0; n];
        for (row, out) in plane
            .chunks_exact(width)
            .zip(across.chunks_exact_mut(width))
        {
            signed_mean(row, out);
        }
        let (mut column, mut means) = (vec![0.0; height], vec![0.0; height]);
        for x in 0..width {
            for (y, value) in column.iter_mut().enumerate() {
                *value = across[y * width + x];
            }
            signed_mean(&column, &mut means);
            for (y, value) in means.iter().enumerate() {
                out.data[c * n + y * width + x] = *value;
            }
        }
    }
    out
}

/// Colours before their palette are below 0, too.
fn signed_mean(numbers: &[f32], out: &mut [f32]) {
    let least = numbers.iter().copied().fold(f32::MAX, f32::min);
    let lifted: Vec<f32> = numbers.iter().map(|v| v - least).collect();
    mean(&lifted, REACH, false, out);
    out.iter_mut().for_each(|v| *v += least);
}

/// How much of a face counts at a place on it: all within, none beyond the soft part around its
/// edge.
fn share(at: f32, soft: f32) -> f32 {
    let t = ((1.0 + soft - at.abs()) / (2.0 * soft)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

    use super::*;
    use crate::spaces::panorama::FACES;

    /// Faces that have nothing in common fade into one another without becoming smooth there.
    #[test]
    fn what_is_rough_stays_as_rough_where_faces_meet() {
        let (side, fade) = (96, 8);
        let rough = |made: &Planes, at: &[usize]| {
            let rows = side * 4 / 5..side * 6 / 5;
            let mut all = Vec::new();
            for middle in at {
                for y in rows.clone() {
                    for x in middle - 4..middle + 4 {
                        all.push(f64::from(made.data[y * 4 * side + x]));
                    }
                }
            }
            let mean = all.iter().sum::<f64>() / all.len() as f64;
            all.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / all.len() as f64
        };
        // Around the horizon: where the faces meet, and in their middles.
        let mut variances = [0.0; 2];
        for seed in 0..12 {
            let made = noisy(side, fade, seed);
            variances[0] += rough(&made, &[48, 144, 240, 336]);
            variances[1] += rough(&made, &[96, 192, 288]);
        }
        let share = (variances[0] / variances[1]).sqrt();
        assert!((0.85..1.18).contains(&share), "{share}");
    }

    /// A panorama of faces each of which has a noise of its own.
    fn noisy(side: usize, fade: usize, seed: u64) -> Planes {
        let canvas = side + 2 * fade;
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let mut blend = Blend::new([4 * side, 2 * side]);
        for face in &FACES {
            let mut noise = Planes::zeros(canvas, canvas);
            let fresh: Vec<f32> = (0..noise.data.len())
                .map(|_| f64::from(random.next_u32()) as f32 / 2.0f32.powi(31) - 1.0)
                .collect();
            // Two by two pixels are alike, so that places between pixels are as rough.
            for c in 0..3 {
                for i in 0..canvas * canvas {
                    let (x, y) = (i % canvas / 4 * 4, i / canvas / 4 * 4);
                    noise.data[c * canvas * canvas + i] =
                        fresh[c * canvas * canvas + y * canvas + x];
                }
            }
            blend.add(face, &noise, fade);
        }
        blend.finished()
    }

    #[test]
    fn means_go_around_or_end() {
        let numbers = [4.0, 0.0, 0.0, 0.0, 2.0];
        let mut out = [0.0; 5];
        mean(&numbers, 1, true, &mut out);
        assert_eq!(out, [2.0, 4.0 / 3.0, 0.0, 2.0 / 3.0, 2.0]);
        mean(&numbers, 1, false, &mut out);
        assert_eq!(out, [2.0, 4.0 / 3.0, 0.0, 2.0 / 3.0, 1.0]);
    }
}
