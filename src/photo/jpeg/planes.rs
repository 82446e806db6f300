//! Channels of coefficients to RGBA: transform, upsampling, colour.

use rayon::prelude::*;

use crate::photo::jpeg::header::{Header, Space};
use crate::photo::jpeg::idct;
use crate::photo::jpeg::scan::{Channel, largest};

/// One channel's samples.
struct Plane {
    /// Samples that belong to the picture, across and down.
    size: [usize; 2],
    stride: usize,
    samples: Vec<u8>,
    /// How many pixels a sample spans, as a fraction: across and down.
    span: [(usize, usize); 2],
}

/// What the pixels of a picture are to become.
pub(crate) fn interleave(header: &Header<'_>, channels: Vec<Channel>) -> Vec<u8> {
    let [h, v] = largest(header);
    let [width, height] = header.size.map(|side| side as usize);
    let planes: Vec<Plane> = channels
        .into_iter()
        .map(|channel| {
            let component = channel.component;
            let mut plane = transform(&channel);
            plane.size = [
                (width * component.h).div_ceil(h),
                (height * component.v).div_ceil(v),
            ];
            plane.span = [(h, component.h), (v, component.v)];
            plane
        })
        .collect();
    let mut rgba = vec![255; width * height * 4];
    rgba.par_chunks_exact_mut(width * 4)
        .enumerate()
        .for_each_init(
            || vec![vec![0_u8; width]; planes.len()],
            |rows, (y, out)| {
                for (row, plane) in rows.iter_mut().zip(&planes) {
                    plane.row(y, row);
                }
                color(header.space, rows, out);
            },
        );
    rgba
}

fn transform(channel: &Channel) -> Plane {
    let stride = channel.stride * 8;
    let mut samples = vec![128; channel.values.len()];
    if let Some(steps) = &channel.steps {
        samples
            .par_chunks_mut(stride * 8)
            .zip(channel.values.par_chunks(channel.stride * 64))
            .for_each(|(out, values)| {
                for (x, block) in values.as_chunks::<64>().0.iter().enumerate() {
                    idct::block(block, steps, &mut out[x * 8..], stride);
                }
            });
    }
    Plane {
        size: [0, 0],
        stride,
        samples,
        span: [(1, 1), (1, 1)],
    }
}

impl Plane {
    fn line(&self, y: usize) -> &[u8] {
        &self.samples[y * self.stride..y * self.stride + self.size[0]]
    }

    /// One row of pixels: where a sample spans two pixels interpolated as libjpeg
    /// does it, else the nearest sample.
    fn row(&self, y: usize, out: &mut [u8]) {
        let [across, down] = self.span;
        let twice = |(pixels, samples): (usize, usize)| pixels == 2 * samples;
        let once = |(pixels, samples): (usize, usize)| pixels == samples;
        if twice(across) && self.size[0] > 2 && (twice(down) || once(down)) {
            if once(down) {
                let line = self.line(y);
                widen(line.len(), |x| i32::from(line[x]) * 4, [4, 8], out);
            } else {
                let (near, far) = self.neighbours(y);
                let sum = |x: usize| 3 * i32::from(near[x]) + i32::from(far[x]);
                widen(near.len(), sum, [8, 7], out);
            }
        } else if once(across) && twice(down) {
            let (near, far) = self.neighbours(y);
            let round = if y.is_multiple_of(2) { 1 } else { 2 };
            for (o, (&n, &f)) in out.iter_mut().zip(near.iter().zip(far)) {
                *o = ((3 * i32::from(n) + i32::from(f) + round) >> 2) as u8;
            }
        } else {
            let line = self.line((y * down.1 / down.0).min(self.size[1] - 1));
            for (x, o) in out.iter_mut().enumerate() {
                *o = line[(x * across.1 / across.0).min(self.size[0] - 1)];
            }
        }
    }

    /// The two rows of samples between which a row of pixels lies.
    fn neighbours(&self, y: usize) -> (&[u8], &[u8]) {
        let near = y / 2;
        let far = if y.is_multiple_of(2) {
            near.saturating_sub(1)
        } else {
            (near + 1).min(self.size[1] - 1)
        };
        (self.line(near), self.line(far))
    }
}

/// Twice as many pixels as samples, each three parts of the nearer sample and one of
/// the other; `sample` gives 4 times a sample (`round` is 4 and 8 then, in 16ths) or
/// the sum of two rows.
fn widen(count: usize, sample: impl Fn(usize) -> i32, round: [i32; 2], out: &mut [u8]) {
    for (x, o) in out.iter_mut().enumerate() {
        let near = x / 2;
        let other = if x.is_multiple_of(2) {
            near.checked_sub(1)
        } else {
            (near + 1 < count).then_some(near + 1)
        };
        let even = x.is_multiple_of(2);
        *o = match other {
            Some(other) => {
                let sum = 3 * sample(near) + sample(other);
                ((sum + round[usize::from(!even)]) >> 4) as u8
            }
            None => ((4 * sample(near) + round[usize::from(!even)]) >> 4) as u8,
        };
    }
}

/// One row of pixels from the channels' rows.
fn color(space: Space, rows: &[Vec<u8>], out: &mut [u8]) {
    let pixels = out.as_chunks_mut::<4>().0;
    match (space, rows) {
        (Space::YCbCr, [y, cb, cr]) => {
            for (x, pixel) in pixels.iter_mut().enumerate() {
                let [r, g, b] = rgb(y[x], cb[x], cr[x]);
                *pixel = [r, g, b, 255];
            }
        }
        // The stored triple is the inverse of an RGB picture of the inks.
        (Space::Ycck, [y, cb, cr, k]) => {
            for (x, pixel) in pixels.iter_mut().enumerate() {
                let [r, g, b] = rgb(y[x], cb[x], cr[x]);
                *pixel = [r, g, b, 255 - k[x]];
            }
        }
        (Space::Cmyk, [c, m, y, k]) => {
            for (x, pixel) in pixels.iter_mut().enumerate() {
                *pixel = [c[x], m[x], y[x], k[x]].map(|v| 255 - v);
            }
        }
        (Space::Rgb, [r, g, b]) => {
            for (x, pixel) in pixels.iter_mut().enumerate() {
                *pixel = [r[x], g[x], b[x], 255];
            }
        }
        (_, rows) => {
            for (x, pixel) in pixels.iter_mut().enumerate() {
                let v = rows[0][x];
                *pixel = [v, v, v, 255];
            }
        }
    }
}

/// JFIF's colour conversion in libjpeg's integers.
fn rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let (y, cb, cr) = (i32::from(y), i32::from(cb) - 128, i32::from(cr) - 128);
    let half = 1 << 15;
    let clamp = |v: i32| v.clamp(0, 255) as u8;
    [
        clamp(y + ((91_881 * cr + half) >> 16)),
        clamp(y + ((-22_554 * cb - 46_802 * cr + half) >> 16)),
        clamp(y + ((116_130 * cb + half) >> 16)),
    ]
}
