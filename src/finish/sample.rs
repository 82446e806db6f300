//! The picture's pixels as linear light, where the result wants them.

use super::geometry::Geometry;
use super::transfer::decoding;
use crate::picture::Picture;
use crate::picture::cubic::kernel;

/// The weights of neighbours along one side.
#[derive(Debug, Clone, Default)]
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

/// Reads the picture.
pub(super) struct Sampler<'a> {
    pixels: &'a [u8],
    geometry: Geometry,
    opaque: bool,
    /// For each column, where rows stay rows.
    columns: Vec<Taps>,
}

impl<'a> Sampler<'a> {
    /// For results of a width.
    pub(super) fn new(picture: &'a Picture, geometry: Geometry, width: u32) -> Self {
        let mut sampler = Self {
            pixels: picture.rgba(),
            opaque: !picture.has_transparency(),
            columns: Vec::new(),
            geometry,
        };
        if sampler.geometry.is_straight() && !sampler.geometry.exact {
            let column = |x: usize| {
                let mut taps = Taps::default();
                sampler.taps(0, sampler.geometry.place(x, 0)[0], &mut taps);
                taps
            };
            sampler.columns = (0..width as usize).map(column).collect();
        }
        sampler
    }

    /// A row of the result: red, green and blue in linear light, not premultiplied, and alpha.
    pub(super) fn row(&self, y: usize, out: &mut [[f32; 4]]) {
        if self.geometry.exact {
            return self.copy_row(y, out);
        }
        let (mut across, mut along) = (Taps::default(), Taps::default());
        self.taps(1, self.geometry.place(0, y)[1], &mut across);
        for (x, pixel) in out.iter_mut().enumerate() {
            let columns = match self.columns.get(x) {
                Some(columns) => columns,
                None => {
                    let [px, py] = self.geometry.place(x, y);
                    self.taps(0, px, &mut along);
                    self.taps(1, py, &mut across);
                    &along
                }
            };
            *pixel = self.sum(columns, &across);
        }
    }

    fn copy_row(&self, y: usize, out: &mut [[f32; 4]]) {
        let light = decoding();
        let [x0, y] = self.geometry.place(0, y).map(|place| place as isize);
        let turned = &self.geometry.turned;
        let mut at = turned.origin + x0 * turned.steps[0] + y * turned.steps[1];
        for pixel in out {
            let [r, g, b, a] = self.pixel(at);
            *pixel = [
                light[usize::from(r)],
                light[usize::from(g)],
                light[usize::from(b)],
                f32::from(a) / 255.0,
            ];
            at += turned.steps[0];
        }
    }

    #[inline]
    fn pixel(&self, at: isize) -> [u8; 4] {
        let at = at as usize * 4;
        let four = &self.pixels[at..at + 4];
        [four[0], four[1], four[2], four[3]]
    }

    /// The pixels around a place along one side, beyond the edges the edge's. The kernel is that
    /// of Keys, *Cubic Convolution Interpolation* (1981), as wide as a pixel of the result where
    /// that is wider than one of the picture.
    fn taps(&self, axis: usize, place: f64, taps: &mut Taps) {
        let all = self.geometry.turned.size[axis] as i64;
        let wide = self.geometry.scale[axis].max(1.0);
        let first = (place - 2.0 * wide).ceil() as i64;
        let last = (place + 2.0 * wide).floor() as i64;
        let (start, end) = (first.clamp(0, all - 1), last.clamp(0, all - 1));
        taps.first = start as usize;
        taps.weights.clear();
        taps.weights.resize((end - start + 1) as usize, 0.0);
        let mut sum = 0.0;
        for n in first..=last {
            let weight = kernel((n as f64 - place) / wide) as f32;
            taps.weights[(n.clamp(start, end) - start) as usize] += weight;
            sum += weight;
        }
        for weight in &mut taps.weights {
            *weight /= sum;
        }
    }

    fn sum(&self, along: &Taps, across: &Taps) -> [f32; 4] {
        let light = decoding();
        let turned = &self.geometry.turned;
        let mut sum = [0.0f32; 4];
        let first = turned.origin + along.first as isize * turned.steps[0];
        for (n, row) in across.weights.iter().enumerate() {
            let mut at = first + (across.first + n) as isize * turned.steps[1];
            let mut part = [0.0f32; 4];
            for weight in &along.weights {
                let [r, g, b, a] = self.pixel(at);
                let alpha = if self.opaque {
                    *weight
                } else {
                    weight * f32::from(a) / 255.0
                };
                part[0] += alpha * light[usize::from(r)];
                part[1] += alpha * light[usize::from(g)];
                part[2] += alpha * light[usize::from(b)];
                part[3] += alpha;
                at += turned.steps[0];
            }
            for (sum, part) in sum.iter_mut().zip(part) {
                *sum += row * part;
            }
        }
        if self.opaque {
            return [sum[0].max(0.0), sum[1].max(0.0), sum[2].max(0.0), 1.0];
        }
        if sum[3] <= 0.0 {
            return [0.0; 4];
        }
        let straight = |n: usize| (sum[n] / sum[3]).max(0.0);
        [straight(0), straight(1), straight(2), sum[3].min(1.0)]
    }
}
