//! Pixels as the search sees them: four channels of twelve bits.

use crate::picture::Picture;

/// Fractional steps of a value in `0..=255`.
pub(super) const UNIT: i32 = 16;

/// One pixel: red, green and blue times opacity, then opacity, each `0..=255 * 16`. With noise on
/// it a channel may leave that range by as much again.
pub(super) type Pixel = [i16; 4];

/// Rows of pixels from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Canvas {
    /// Pixels in a row.
    pub(super) width: usize,
    /// Rows.
    pub(super) height: usize,
    /// `width * height` pixels.
    pub(super) data: Vec<Pixel>,
}

impl Canvas {
    /// Of one pixel's kind.
    pub(super) fn filled(width: usize, height: usize, pixel: Pixel) -> Self {
        Self {
            width,
            height,
            data: vec![pixel; width * height],
        }
    }

    /// A picture's pixels.
    pub(super) fn of(picture: &Picture) -> Self {
        let pixel = |p: &[u8]| {
            let alpha = i32::from(p[3]);
            let value = |c: u8| ((i32::from(c) * alpha * UNIT + 127) / 255) as i16;
            [value(p[0]), value(p[1]), value(p[2]), (alpha * UNIT) as i16]
        };
        let [width, height] = picture.size().map(|side| side as usize);
        Self {
            width,
            height,
            data: picture.rgba().chunks_exact(4).map(pixel).collect(),
        }
    }

    /// RGBA bytes, `width * height * 4`.
    pub(super) fn to_rgba(&self) -> Vec<u8> {
        let byte = |value: i32| ((value + UNIT / 2) / UNIT).clamp(0, 255);
        let mut out = Vec::with_capacity(self.data.len() * 4);
        for pixel in &self.data {
            let alpha = byte(i32::from(pixel[3]));
            for &value in &pixel[..3] {
                let value = i32::from(value).max(0);
                let straight = match alpha {
                    0 => 0,
                    255 => byte(value),
                    _ => byte(value * 255 / alpha),
                };
                out.push(straight as u8);
            }
            out.push(alpha as u8);
        }
        out
    }

    /// `[width, height]`.
    pub(super) fn size(&self) -> [usize; 2] {
        [self.width, self.height]
    }

    /// With `x` and `y` more columns and rows, which repeat the first ones: what a patch that wraps
    /// round sees.
    pub(super) fn wrapped(&self, x: usize, y: usize) -> Self {
        let mut data = Vec::with_capacity((self.width + x) * (self.height + y));
        for row in 0..self.height + y {
            let row = &self.data[(row % self.height) * self.width..][..self.width];
            data.extend_from_slice(row);
            data.extend((0..x).map(|i| row[i % self.width]));
        }
        Self {
            width: self.width + x,
            height: self.height + y,
            data,
        }
    }
}
