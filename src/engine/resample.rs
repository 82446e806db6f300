//! Making pictures smaller by area, and RGB planes for networks.
//!
//! These sums are part of recipes' pixels: what a network sees of a photo, and what it
//! paints at another size. They stay as they are, so that recipes of version 0.1.0 give
//! the bytes they gave; copies, sheets and thumbnails go through `export::resize`.

use rayon::prelude::*;

use crate::picture::Picture;
use crate::recipe::Wrap;

/// Red, green, blue planes, 0..=1 unless said otherwise, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Planes {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// `3 * width * height` values, plane after plane.
    pub(crate) data: Vec<f32>,
}

impl Planes {
    /// All zero.
    pub(crate) fn zeros(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            data: vec![0.0; 3 * width * height],
        }
    }

    /// The rectangle of a picture that begins at `at` and is `size` large, which lies within it.
    pub(crate) fn of(picture: &Picture, at: [usize; 2], size: [usize; 2]) -> Self {
        let width = picture.width() as usize;
        let mut planes = Self::zeros(size[0], size[1]);
        let n = planes.pixels();
        let inside = size[0].min(width - at[0]);
        let last = picture.height() as usize - 1;
        for row in 0..size[1] {
            let y = (at[1] + row).min(last);
            let from = &picture.rgba()[(y * width + at[0]) * 4..][..inside * 4];
            let edge = from.as_chunks::<4>().0.last().into_iter();
            let edge = edge.cycle().take(size[0] - inside);
            for (i, pixel) in from.as_chunks::<4>().0.iter().chain(edge).enumerate() {
                for c in 0..3 {
                    planes.data[c * n + row * size[0] + i] = f32::from(pixel[c]) / 255.0;
                }
            }
        }
        planes
    }

    /// The rectangle of a picture that begins at `at`, which may reach beyond its sides: what lies
    /// there is as `wrap` says, or the border pixel repeated.
    pub(crate) fn around(picture: &Picture, at: [isize; 2], size: [usize; 2], wrap: Wrap) -> Self {
        let whole = picture.size().map(|side| side as usize);
        let mut planes = Self::zeros(size[0], size[1]);
        let n = planes.pixels();
        for row in 0..size[1] {
            for column in 0..size[0] {
                let place = [at[0] + column as isize, at[1] + row as isize];
                let [x, y] = beyond(place, whole, wrap);
                let pixel = &picture.rgba()[(y * whole[0] + x) * 4..][..3];
                for (c, value) in pixel.iter().enumerate() {
                    planes.data[c * n + row * size[0] + column] = f32::from(*value) / 255.0;
                }
            }
        }
        planes
    }

    /// The same with so much of what lies beyond its sides, left and right, above and below.
    pub(crate) fn with_margin(&self, margin: [usize; 2], wrap: Wrap) -> Self {
        if margin == [0; 2] {
            return self.clone();
        }
        let mut out = Self::zeros(self.width + 2 * margin[0], self.height + 2 * margin[1]);
        let (n, size) = (out.pixels(), out.width);
        for row in 0..out.height {
            for column in 0..out.width {
                let place = [
                    column as isize - margin[0] as isize,
                    row as isize - margin[1] as isize,
                ];
                let [x, y] = beyond(place, self.size(), wrap);
                for c in 0..3 {
                    out.data[c * n + row * size + column] =
                        self.data[c * self.pixels() + y * self.width + x];
                }
            }
        }
        out
    }

    /// Pixels of one plane.
    pub(crate) fn pixels(&self) -> usize {
        self.width * self.height
    }

    /// `[width, height]`.
    pub(crate) fn size(&self) -> [usize; 2] {
        [self.width, self.height]
    }

    /// A rectangle, repeated edge pixels where it reaches over the right and lower
    /// border.
    pub(crate) fn crop(&self, x: usize, y: usize, width: usize, height: usize) -> Self {
        let mut out = Self::zeros(width, height);
        for c in 0..3 {
            let plane = &self.data[c * self.pixels()..][..self.pixels()];
            for row in 0..height {
                let from = &plane[(y + row).min(self.height - 1) * self.width..][..self.width];
                let to = &mut out.data[(c * height + row) * width..][..width];
                let inside = width.min(self.width - x);
                to[..inside].copy_from_slice(&from[x..x + inside]);
                to[inside..].fill(from[self.width - 1]);
            }
        }
        out
    }
}

/// The pixel of a picture of `size` at a place that may lie beyond its sides.
pub(crate) fn beyond(place: [isize; 2], size: [usize; 2], wrap: Wrap) -> [usize; 2] {
    let [mut x, mut y] = place;
    let [width, height] = size.map(|side| side as isize);
    if wrap.is_panorama() {
        // Over a pole one comes down on the opposite side.
        y = y.rem_euclid(2 * height);
        if y >= height {
            y = 2 * height - 1 - y;
            x += width / 2;
        }
    }
    let [across, down] = wrap.sides();
    let within = |at: isize, side: isize, wraps: bool| match wraps {
        true => at.rem_euclid(side) as usize,
        false => at.clamp(0, side - 1) as usize,
    };
    [within(x, width, across), within(y, height, down)]
}

/// `size` scaled so that its longer side is `longer` (at least one pixel a side).
pub(crate) fn fit(size: [u32; 2], longer: u32) -> [u32; 2] {
    let side = size[0].max(size[1]).max(1);
    size.map(|s| {
        let scaled = u64::from(s) * u64::from(longer) * 2 + u64::from(side);
        ((scaled / (u64::from(side) * 2)) as u32).max(1)
    })
}

/// A smaller picture by averaging areas; colours are weighted by their alpha. The
/// picture itself if it isn't larger than `size`.
pub(crate) fn shrink(picture: &Picture, size: [u32; 2]) -> Picture {
    let [width, height] = [
        size[0].min(picture.width()).max(1),
        size[1].min(picture.height()).max(1),
    ];
    if [width, height] == picture.size() {
        return picture.clone();
    }
    let rows = average(picture, width as usize, height as usize);
    let pixels: Vec<u8> = rows
        .par_chunks_exact(4)
        .flat_map_iter(|p| {
            let alpha = p[3];
            let straight = |v: f32| if alpha > 0.0 { v / alpha } else { 0.0 };
            [straight(p[0]), straight(p[1]), straight(p[2]), alpha].map(to_byte)
        })
        .collect();
    // The length is right by construction.
    Picture::from_rgba(width, height, pixels).unwrap_or_else(|_| picture.clone())
}

/// A picture with its longer side at most `longer`.
pub(crate) fn shrink_to(picture: &Picture, longer: u32) -> Picture {
    if picture.width().max(picture.height()) <= longer {
        return picture.clone();
    }
    shrink(picture, fit(picture.size(), longer))
}

/// RGB planes at another size: areas averaged where it gets smaller, a smooth
/// curve where it gets larger.
pub(crate) fn planes(picture: &Picture, width: usize, height: usize) -> Planes {
    planes_wrapping(picture, [width, height], [false; 2])
}

/// [`planes`] of a picture that may go on at its opposite sides, in x and y.
pub(crate) fn planes_wrapping(
    picture: &Picture,
    [width, height]: [usize; 2],
    wrap: [bool; 2],
) -> Planes {
    let [w, h] = picture.size().map(|s| s as usize);
    let small = average(picture, width.min(w), height.min(h));
    let (w, h) = (width.min(w), height.min(h));
    let mut planes = Planes::zeros(w, h);
    let pixels = planes.pixels();
    for (i, p) in small.chunks_exact(4).enumerate() {
        for c in 0..3 {
            planes.data[c * pixels + i] = if p[3] > 0.0 { p[c] / p[3] } else { 0.0 };
        }
    }
    if [w, h] == [width, height] {
        return planes;
    }
    let mut out = Planes::zeros(width, height);
    let curve = Upsampler::new([w, h], [width, height], wrap);
    for c in 0..3 {
        let from = &planes.data[c * pixels..][..pixels];
        let to = &mut out.data[c * width * height..][..width * height];
        curve.plane(from, to);
    }
    for v in &mut out.data {
        *v = v.clamp(0.0, 1.0);
    }
    out
}

/// Planes made smaller by averaging areas.
pub(crate) fn shrink_planes(planes: &Planes, width: usize, height: usize) -> Planes {
    if planes.size() == [width, height] {
        return planes.clone();
    }
    let (columns, rows) = (spans(planes.width, width), spans(planes.height, height));
    let mut out = Planes::zeros(width, height);
    out.data
        .par_chunks_mut(width)
        .enumerate()
        .for_each(|(i, to)| {
            let (c, y) = (i / height, i % height);
            let plane = &planes.data[c * planes.pixels()..][..planes.pixels()];
            for (row, wy) in rows[y].iter() {
                let from = &plane[row * planes.width..][..planes.width];
                for (value, span) in to.iter_mut().zip(&columns) {
                    *value += wy * span.iter().map(|(x, wx)| wx * from[x]).sum::<f32>();
                }
            }
        });
    out
}

/// Byte of a value 0..=1.
pub(crate) fn to_byte(value: f32) -> u8 {
    (value * 255.0 + 0.5) as u8
}

/// Averages areas: premultiplied RGBA, 0..=1, `width * height * 4` values.
fn average(picture: &Picture, width: usize, height: usize) -> Vec<f32> {
    let [w, h] = picture.size().map(|s| s as usize);
    let (columns, rows) = (spans(w, width), spans(h, height));
    let opaque = !picture.has_transparency();
    let mut out = vec![0.0f32; width * height * 4];
    out.par_chunks_mut(width * 4)
        .enumerate()
        .for_each(|(y, to)| {
            // One row of sums at full width, then along the row.
            let mut sums = vec![0.0f32; w * 4];
            for (row, wy) in rows[y].iter() {
                let from = &picture.rgba()[row * w * 4..][..w * 4];
                add_row(&mut sums, from, wy / 255.0, opaque);
            }
            for (pixel, span) in to.chunks_exact_mut(4).zip(&columns) {
                for (x, wx) in span.iter() {
                    for c in 0..4 {
                        pixel[c] += wx * sums[x * 4 + c];
                    }
                }
            }
        });
    out
}

fn add_row(sums: &mut [f32], from: &[u8], weight: f32, opaque: bool) {
    if opaque {
        for (sum, &byte) in sums.iter_mut().zip(from) {
            *sum += weight * f32::from(byte);
        }
        return;
    }
    for (sum, pixel) in sums.chunks_exact_mut(4).zip(from.chunks_exact(4)) {
        let alpha = weight * f32::from(pixel[3]);
        for c in 0..3 {
            sum[c] += alpha * f32::from(pixel[c]) / 255.0;
        }
        sum[3] += alpha;
    }
}

/// Source cells under one target cell, with weights that sum to 1.
struct Span {
    start: usize,
    weights: Vec<f32>,
}

impl Span {
    fn iter(&self) -> impl Iterator<Item = (usize, f32)> + '_ {
        self.weights
            .iter()
            .enumerate()
            .map(|(i, &w)| (self.start + i, w))
    }
}

fn spans(from: usize, to: usize) -> Vec<Span> {
    let scale = from as f64 / to as f64;
    (0..to)
        .map(|i| {
            let (a, b) = (i as f64 * scale, (i + 1) as f64 * scale);
            let start = (a.floor() as usize).min(from - 1);
            let end = (b.ceil() as usize).clamp(start + 1, from);
            let covered = |j: usize| (b.min(j as f64 + 1.0) - a.max(j as f64)).max(0.0);
            let sum: f64 = (start..end).map(covered).sum();
            Span {
                start,
                weights: (start..end).map(|j| (covered(j) / sum) as f32).collect(),
            }
        })
        .collect()
}

/// Smooth enlargement (Catmull-Rom) of planes, row by row so that only a few rows
/// are in memory.
pub(crate) struct Upsampler {
    columns: Vec<([usize; 4], [f32; 4])>,
    rows: Vec<([usize; 4], [f32; 4])>,
    from: [usize; 2],
    to: [usize; 2],
}

impl Upsampler {
    /// From one size `[width, height]` to another, of pictures that may go on at their opposite
    /// sides, in x and y.
    pub(crate) fn new(from: [usize; 2], to: [usize; 2], wrap: [bool; 2]) -> Self {
        Self {
            columns: taps(from[0], to[0], wrap[0]),
            rows: taps(from[1], to[1], wrap[1]),
            from,
            to,
        }
    }

    /// The four source rows under a target row and their weights.
    pub(crate) fn row(&self, y: usize) -> ([usize; 4], [f32; 4]) {
        self.rows[y]
    }

    /// One source row at the target's width.
    pub(crate) fn widen(&self, from: &[f32], to: &mut [f32]) {
        for (value, (at, weights)) in to.iter_mut().zip(&self.columns) {
            *value = weights[0] * from[at[0]]
                + weights[1] * from[at[1]]
                + weights[2] * from[at[2]]
                + weights[3] * from[at[3]];
        }
    }

    /// One source row at these columns of the target.
    pub(crate) fn widen_at(&self, from: &[f32], columns: &[usize], to: &mut [f32]) {
        for (value, column) in to.iter_mut().zip(columns) {
            let (at, weights) = &self.columns[*column];
            *value = weights[0] * from[at[0]]
                + weights[1] * from[at[1]]
                + weights[2] * from[at[2]]
                + weights[3] * from[at[3]];
        }
    }

    /// A whole plane.
    pub(crate) fn plane(&self, from: &[f32], to: &mut [f32]) {
        let mut wide = vec![0.0; self.to[0] * self.from[1]];
        for (row, out) in from
            .chunks_exact(self.from[0])
            .zip(wide.chunks_exact_mut(self.to[0]))
        {
            self.widen(row, out);
        }
        for (y, out) in to.chunks_exact_mut(self.to[0]).enumerate() {
            let (at, weights) = self.rows[y];
            for (x, value) in out.iter_mut().enumerate() {
                *value = (0..4)
                    .map(|i| weights[i] * wide[at[i] * self.to[0] + x])
                    .sum();
            }
        }
    }
}

fn taps(from: usize, to: usize, wraps: bool) -> Vec<([usize; 4], [f32; 4])> {
    let scale = from as f64 / to as f64;
    let last = from as i64 - 1;
    (0..to)
        .map(|i| {
            let center = (i as f64 + 0.5) * scale - 0.5;
            let base = center.floor();
            let t = (center - base) as f32;
            let at = [-1, 0, 1, 2].map(|k| match wraps {
                true => (base as i64 + k).rem_euclid(last + 1) as usize,
                false => (base as i64 + k).clamp(0, last) as usize,
            });
            let (t2, t3) = (t * t, t * t * t);
            let weights = [
                0.5 * (-t3 + 2.0 * t2 - t),
                0.5 * (3.0 * t3 - 5.0 * t2 + 2.0),
                0.5 * (-3.0 * t3 + 4.0 * t2 + t),
                0.5 * (t3 - t2),
            ];
            (at, weights)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checker(width: u32, height: u32) -> Picture {
        let pixels = (0..width * height)
            .flat_map(|i| {
                let v = if (i % width + i / width).is_multiple_of(2) {
                    0
                } else {
                    254
                };
                [v, 100, 254 - v, 255]
            })
            .collect();
        Picture::from_rgba(width, height, pixels).unwrap()
    }

    #[test]
    fn sizes_keep_their_shape() {
        assert_eq!(fit([6000, 4000], 768), [768, 512]);
        assert_eq!(fit([4000, 6000], 768), [512, 768]);
        assert_eq!(fit([10_000, 1], 100), [100, 1]);
    }

    #[test]
    fn shrinking_averages() {
        let small = shrink(&checker(64, 32), [32, 16]);
        for p in small.rgba().chunks_exact(4) {
            assert_eq!(p, [127, 100, 127, 255]);
        }
        // Sizes that don't divide keep the mean too.
        let small = shrink(&checker(63, 35), [10, 7]);
        let mean = small
            .rgba()
            .iter()
            .step_by(4)
            .map(|&v| u32::from(v))
            .sum::<u32>()
            / 70;
        assert!(mean.abs_diff(127) <= 2, "{mean}");
    }

    #[test]
    fn invisible_colours_do_not_bleed() {
        let pixels = [[255, 0, 0, 255], [0, 255, 0, 0]].concat();
        let picture = Picture::from_rgba(2, 1, pixels).unwrap();
        assert_eq!(shrink(&picture, [1, 1]).rgba(), [255, 0, 0, 128]);
    }

    #[test]
    fn a_ramp_stays_a_ramp_when_enlarged() {
        let pixels = (0..16u8).flat_map(|x| [x * 16, 0, 0, 255]).collect();
        let picture = Picture::from_rgba(16, 1, pixels).unwrap();
        let large = planes(&picture, 64, 4);
        let row = &large.data[..64];
        assert!(row.windows(2).all(|w| w[1] >= w[0] - 1e-6));
        assert!((row[32] - 0.49).abs() < 0.02, "{}", row[32]);
    }

    #[test]
    fn crops_repeat_the_edge() {
        let mut planes = Planes::zeros(3, 2);
        planes.data = (0..18).map(|v| v as f32).collect();
        let crop = planes.crop(1, 1, 4, 2);
        assert_eq!(crop.data[..8], [4.0, 5.0, 5.0, 5.0, 4.0, 5.0, 5.0, 5.0]);
    }
}
