//! One number a pixel, and smoothing that knows whether the picture goes on at its sides.

use rayon::prelude::*;

/// Width × height numbers, rows from top to bottom.
#[derive(Clone)]
pub(crate) struct Field {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) values: Vec<f32>,
}

/// The pixel that stands for one outside: the opposite side of a picture that `wraps`, else
/// its mirror image at the side.
#[inline]
pub(crate) fn inside(at: isize, length: usize, wraps: bool) -> usize {
    let length = length as isize;
    if wraps {
        return at.rem_euclid(length) as usize;
    }
    let at = at.rem_euclid(2 * length);
    (if at < length { at } else { 2 * length - 1 - at }) as usize
}

impl Field {
    /// A number for each pixel, computed row by row.
    pub(crate) fn by_rows(
        width: usize,
        height: usize,
        fill: impl Fn(usize, &mut [f32]) + Sync,
    ) -> Self {
        let mut values = vec![0.0; width * height];
        values
            .par_chunks_mut(width)
            .enumerate()
            .for_each(|(y, row)| fill(y, row));
        Self {
            width,
            height,
            values,
        }
    }

    pub(crate) fn row(&self, y: usize) -> &[f32] {
        &self.values[y * self.width..][..self.width]
    }

    /// The row `y` of the picture as it goes on above and below.
    pub(crate) fn row_at(&self, y: isize, wraps: bool) -> &[f32] {
        self.row(inside(y, self.height, wraps))
    }

    /// The same with `margin` more numbers left and right of each row.
    pub(crate) fn padded(&self, margin: usize, wraps: bool) -> Self {
        let width = self.width + 2 * margin;
        Self::by_rows(width, self.height, |y, row| {
            pad(self.row(y), margin, wraps, row);
        })
    }

    /// One step of the à trous wavelet transform: the B3 spline 1 4 6 4 1 with holes of
    /// `step` pixels (Shensa, "The discrete wavelet transform: wedding the à trous and Mallat
    /// algorithms", 1992). `wraps` tells whether the sides go on in x and y.
    pub(crate) fn smoothed(&self, step: usize, wraps: [bool; 2]) -> Self {
        let (width, height) = (self.width, self.height);
        let margin = 2 * step;
        let across = Self::by_rows(width, height, |y, out| {
            let mut row = vec![0.0; width + 2 * margin];
            pad(self.row(y), margin, wraps[0], &mut row);
            spline(std::array::from_fn(|tap| &row[tap * step..][..width]), out);
        });
        Self::by_rows(width, height, |y, out| {
            let rows = std::array::from_fn(|tap| {
                across.row_at(y as isize + (tap as isize - 2) * step as isize, wraps[1])
            });
            spline(rows, out);
        })
    }
}

fn pad(row: &[f32], margin: usize, wraps: bool, out: &mut [f32]) {
    let width = row.len();
    out[margin..margin + width].copy_from_slice(row);
    for i in 0..margin {
        out[i] = row[inside(i as isize - margin as isize, width, wraps)];
        out[margin + width + i] = row[inside((width + i) as isize, width, wraps)];
    }
}

fn spline(taps: [&[f32]; 5], out: &mut [f32]) {
    let [a, b, c, d, e] = taps;
    let pairs = a.iter().zip(e).zip(b.iter().zip(d)).zip(c);
    for (out, (((a, e), (b, d)), c)) in out.iter_mut().zip(pairs) {
        *out = 0.0625 * (a + e) + 0.25 * (b + d) + 0.375 * c;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_outside_are_the_opposite_ones_or_mirrored() {
        let there = |wraps| (-4..8).map(|i| inside(i, 4, wraps)).collect::<Vec<_>>();
        assert_eq!(there(true), [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]);
        assert_eq!(there(false), [3, 2, 1, 0, 0, 1, 2, 3, 3, 2, 1, 0]);
    }

    #[test]
    fn smoothing_moves_with_a_picture_that_wraps() {
        let picture = Field::by_rows(12, 9, |y, row| {
            for (x, v) in row.iter_mut().enumerate() {
                *v = ((x * 7 + y * 13) % 11) as f32;
            }
        });
        let moved = Field::by_rows(12, 9, |y, row| {
            for (x, v) in row.iter_mut().enumerate() {
                *v = picture.row((y + 4) % 9)[(x + 5) % 12];
            }
        });
        for step in [1, 2, 4, 8] {
            let (a, b) = (
                picture.smoothed(step, [true; 2]),
                moved.smoothed(step, [true; 2]),
            );
            for y in 0..9 {
                for x in 0..12 {
                    assert_eq!(
                        b.row(y)[x].to_bits(),
                        a.row((y + 4) % 9)[(x + 5) % 12].to_bits()
                    );
                }
            }
        }
    }
}
