//! A picture as a sum of pictures of falling size (a Laplacian pyramid's synthesis, as in Kolkin et
//! al. 2019, "Style transfer by relaxed optimal transport and self-similarity"): a step in these
//! parameters moves whole areas as easily as single pixels.

use rayon::prelude::*;

use crate::nn::backward::Size;

/// Channels of a picture.
const PLANES: usize = 3;
/// Shorter sides are not halved further.
const LEAST_SIDE: usize = 8;

/// Sizes of the levels, the picture's own first, and how each is enlarged to the one before.
pub(super) struct Pyramid {
    sizes: Vec<Size>,
    axes: Vec<[Axis; 2]>,
}

/// Linear interpolation along one side: the first of two neighbours, and the second's weight, for
/// each place of the longer side.
struct Axis {
    taps: Vec<(u32, f32)>,
    shorter: usize,
    /// Whether the last is followed by the first.
    wraps: bool,
}

impl Axis {
    fn new(shorter: usize, longer: usize, wraps: bool) -> Self {
        let ratio = shorter as f64 / longer as f64;
        let taps = (0..longer)
            .map(|i| {
                let at = (i as f64 + 0.5) * ratio - 0.5;
                if wraps {
                    let first = at.floor();
                    let weight = (at - first) as f32;
                    return ((first as i64).rem_euclid(shorter as i64) as u32, weight);
                }
                let at = at.clamp(0.0, (shorter - 1) as f64);
                let first = (at as usize).min(shorter.saturating_sub(2));
                (first as u32, (at - first as f64) as f32)
            })
            .collect();
        Self {
            taps,
            shorter,
            wraps,
        }
    }

    /// The second of two neighbours.
    fn next(&self, first: usize) -> usize {
        match self.wraps {
            true => (first + 1) % self.shorter,
            false => (first + 1).min(self.shorter - 1),
        }
    }
}

impl Pyramid {
    /// Of up to `levels` sizes, each half the one before; of a picture that may go on at its
    /// opposite sides, in rows and columns.
    pub(super) fn new(size: Size, levels: usize, wraps: (bool, bool)) -> Self {
        let mut sizes = vec![size];
        while let Some(&(h, w)) = sizes.last()
            && sizes.len() < levels
            && h.min(w) >= 2 * LEAST_SIDE
        {
            sizes.push((h.div_ceil(2), w.div_ceil(2)));
        }
        let axes = sizes
            .windows(2)
            .map(|pair| {
                [
                    Axis::new(pair[1].0, pair[0].0, wraps.0),
                    Axis::new(pair[1].1, pair[0].1, wraps.1),
                ]
            })
            .collect();
        Self { sizes, axes }
    }

    /// Numbers of all levels together.
    pub(super) fn len(&self) -> usize {
        self.sizes.iter().map(|(h, w)| PLANES * h * w).sum()
    }

    /// Adds the levels, each enlarged, to `picture`.
    pub(super) fn add(&self, levels: &[f32], picture: &mut [f32]) {
        let mut sum: Vec<f32> = Vec::new();
        let mut end = levels.len();
        for (k, &(h, w)) in self.sizes.iter().enumerate().rev() {
            let own = &levels[end - PLANES * h * w..end];
            end -= own.len();
            let enlarged = match self.axes.get(k) {
                Some(axes) => enlarge(&sum, axes),
                None => vec![0.0; own.len()],
            };
            sum = enlarged;
            sum.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
        }
        picture
            .iter_mut()
            .zip(&sum)
            .for_each(|(to, sum)| *to += sum);
    }

    /// The gradient with respect to the levels from that with respect to the picture.
    pub(super) fn gradient(&self, picture: &[f32], levels: &mut [f32]) {
        let (first, mut rest) = levels.split_at_mut(picture.len());
        first.copy_from_slice(picture);
        let mut before: &[f32] = first;
        for axes in &self.axes {
            let (own, others) = rest.split_at_mut(PLANES * axes[0].shorter * axes[1].shorter);
            gather(before, axes, own);
            (before, rest) = (own, others);
        }
    }
}

/// `small` at the larger size.
fn enlarge(small: &[f32], [rows, columns]: &[Axis; 2]) -> Vec<f32> {
    let (h, w) = (rows.taps.len(), columns.taps.len());
    let mut out = vec![0.0; PLANES * h * w];
    out.par_chunks_exact_mut(w)
        .enumerate()
        .for_each(|(i, line)| {
            let (plane, y) = (i / h, i % h);
            let (first, weight) = rows.taps[y];
            let at = |row: usize| {
                &small[(plane * rows.shorter + row) * columns.shorter..][..columns.shorter]
            };
            let first = first as usize;
            let (a, b) = (at(first), at(rows.next(first)));
            let mixed: Vec<f32> = a.iter().zip(b).map(|(a, b)| a + weight * (b - a)).collect();
            for (to, (first, weight)) in line.iter_mut().zip(&columns.taps) {
                let first = *first as usize;
                let next = mixed[columns.next(first)];
                *to = mixed[first] + weight * (next - mixed[first]);
            }
        });
    out
}

/// The transpose of [`enlarge`].
fn gather(large: &[f32], [rows, columns]: &[Axis; 2], out: &mut [f32]) {
    let (h, w) = (rows.taps.len(), columns.taps.len());
    let area = rows.shorter * columns.shorter;
    out.par_chunks_exact_mut(area)
        .zip(large.par_chunks_exact(h * w))
        .for_each(|(out, large)| {
            out.fill(0.0);
            let mut narrow = vec![0.0; columns.shorter];
            for (line, (row, weight)) in large.chunks_exact(w).zip(&rows.taps) {
                narrow.fill(0.0);
                for (value, (first, weight)) in line.iter().zip(&columns.taps) {
                    let first = *first as usize;
                    narrow[first] += (1.0 - weight) * value;
                    narrow[columns.next(first)] += weight * value;
                }
                let row = *row as usize;
                for (to, part) in [(row, 1.0 - weight), (rows.next(row), *weight)] {
                    let to = &mut out[to * columns.shorter..][..columns.shorter];
                    to.iter_mut()
                        .zip(&narrow)
                        .for_each(|(to, v)| *to += part * v);
                }
            }
        });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gradient_is_the_transpose() {
        for wraps in [(false, false), (true, false), (true, true)] {
            transposed(wraps);
        }
    }

    fn transposed(wraps: (bool, bool)) {
        let size = (37, 50);
        let pyramid = Pyramid::new(size, 4, wraps);
        assert_eq!(pyramid.sizes, [(37, 50), (19, 25), (10, 13)]);
        let value = |i: usize| ((i * 7919) % 1009) as f32 / 1009.0 - 0.5;
        let levels: Vec<f32> = (0..pyramid.len()).map(value).collect();
        let other: Vec<f32> = (0..PLANES * 37 * 50).map(|i| value(3 * i + 1)).collect();
        let mut picture = vec![0.0; other.len()];
        pyramid.add(&levels, &mut picture);
        let mut gathered = vec![0.0; pyramid.len()];
        pyramid.gradient(&other, &mut gathered);
        let dot = |a: &[f32], b: &[f32]| -> f64 {
            a.iter()
                .zip(b)
                .map(|(a, b)| f64::from(*a) * f64::from(*b))
                .sum()
        };
        let (a, b) = (dot(&picture, &other), dot(&levels, &gathered));
        assert!((a - b).abs() < 1e-4 * a.abs().max(1.0), "{a} {b}");
    }

    /// Where it wraps, the border is a place like others: levels moved by a pixel of the smallest
    /// size give the picture moved as far.
    #[test]
    fn moved_levels_give_the_moved_picture_where_it_wraps() {
        let (h, w) = (32, 64);
        let pyramid = Pyramid::new((h, w), 3, (true, true));
        let value = |i: usize| ((i * 7919) % 1009) as f32 / 1009.0 - 0.5;
        let levels: Vec<f32> = (0..pyramid.len()).map(value).collect();
        let moved = |from: &[f32], (h, w): Size, by: usize| -> Vec<f32> {
            let at = |i: usize| {
                let (plane, y, x) = (i / (h * w), i / w % h, i % w);
                from[(plane * h + (y + h - by) % h) * w + (x + w - by) % w]
            };
            (0..PLANES * h * w).map(at).collect()
        };
        let mut other = Vec::new();
        let mut rest = levels.as_slice();
        for (k, size) in pyramid.sizes.iter().enumerate() {
            let (own, others) = rest.split_at(PLANES * size.0 * size.1);
            other.extend(moved(own, *size, 4 >> k));
            rest = others;
        }
        let picture = |levels: &[f32]| {
            let mut picture = vec![0.0; PLANES * h * w];
            pyramid.add(levels, &mut picture);
            picture
        };
        let wanted = moved(&picture(&levels), (h, w), 4);
        let far = picture(&other)
            .into_iter()
            .zip(&wanted)
            .map(|(a, b)| (a - b).abs());
        assert!(far.fold(0.0, f32::max) < 1e-5);
    }
}
