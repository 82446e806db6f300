//! Large seamless pictures, *Fine*: their tiles begin a little before the first column and row, with
//! what lies at the opposite side, and the end fades into what was painted there.

use super::protocol::EngineError;
use super::resample::to_byte;
use crate::picture::Picture;

/// Pixels that are painted twice, and over which the one fades into the other.
const FADE: usize = 64;

/// A picture with so much of its right (and lower) side put before its left (and upper) one.
pub(super) struct Begun {
    pub(super) picture: Picture,
    size: [usize; 2],
    before: [usize; 2],
}

impl Begun {
    /// Of a picture that goes on at its opposite sides, in x and y.
    pub(super) fn new(picture: &Picture, wrap: [bool; 2]) -> Result<Self, EngineError> {
        let size = picture.size().map(|side| side as usize);
        let before = [0, 1].map(|axis| match wrap[axis] {
            true => FADE.min(size[axis] / 2),
            false => 0,
        });
        let large = [0, 1].map(|axis| size[axis] + before[axis]);
        let mut pixels = Vec::with_capacity(large[0] * large[1] * 4);
        for y in 0..large[1] {
            let row = (y + size[1] - before[1]) % size[1] * size[0] * 4;
            let row = &picture.rgba()[row..row + size[0] * 4];
            pixels.extend_from_slice(&row[(size[0] - before[0]) * 4..]);
            pixels.extend_from_slice(row);
        }
        Ok(Self {
            picture: of(large, pixels)?,
            size,
            before,
        })
    }

    /// The picture itself again, after something was done to all of it: its end has become what
    /// lies before its beginning.
    pub(super) fn closed(&self, done: &Picture) -> Result<Picture, EngineError> {
        let width = self.size[0] + self.before[0];
        let mut pixels = Vec::with_capacity(self.size[0] * self.size[1] * 4);
        // Of a place in the picture: where it is, where it lies once more, and how much that counts.
        let twice = |at: usize, axis: usize| {
            let (before, side) = (self.before[axis], self.size[axis]);
            match (at + before).checked_sub(side) {
                Some(again) => (at + before, again, (again as f32 + 0.5) / before as f32),
                None => (at + before, at + before, 0.0),
            }
        };
        for y in 0..self.size[1] {
            let (row, again_row, down) = twice(y, 1);
            for x in 0..self.size[0] {
                let (column, again_column, across) = twice(x, 0);
                let pixel = |x: usize, y: usize| &done.rgba()[(y * width + x) * 4..][..4];
                let corners = [
                    pixel(column, row),
                    pixel(again_column, row),
                    pixel(column, again_row),
                    pixel(again_column, again_row),
                ];
                for c in 0..4 {
                    let [a, b, d, e] = corners.map(|p| f32::from(p[c]) / 255.0);
                    let (upper, lower) = (a + across * (b - a), d + across * (e - d));
                    pixels.push(to_byte(upper + down * (lower - upper)));
                }
            }
        }
        of(self.size, pixels)
    }
}

fn of(size: [usize; 2], pixels: Vec<u8>) -> Result<Picture, EngineError> {
    let [width, height] = size.map(|side| side as u32);
    Picture::from_rgba(width, height, pixels).map_err(|e| EngineError::Internal(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(width: usize, height: usize) -> Picture {
        let turn = std::f32::consts::TAU;
        let pixels = (0..width * height).flat_map(|i| {
            let (x, y) = ((i % width) as f32, (i / width) as f32);
            let v = 128.0
                + 60.0 * (turn * x / width as f32).sin()
                + 50.0 * (turn * y / height as f32).cos();
            [v as u8, 40, 255 - v as u8, 255]
        });
        of([width, height], pixels.collect()).unwrap()
    }

    #[test]
    fn what_nothing_was_done_to_comes_back() {
        for wrap in [[true, true], [true, false], [false, true], [false, false]] {
            let picture = wave(200, 150);
            let begun = Begun::new(&picture, wrap).unwrap();
            assert_eq!(begun.closed(&begun.picture).unwrap(), picture, "{wrap:?}");
        }
    }

    /// Tiles leave their marks where they lie in the larger picture; across its border there is none.
    #[test]
    fn what_was_painted_goes_on_at_the_opposite_side() {
        let begun = Begun::new(&wave(200, 150), [true, true]).unwrap();
        // A slow change over the whole, which ends elsewhere than it begins.
        let [width, height] = begun.picture.size().map(|side| side as usize);
        let pixels = (0..width * height).flat_map(|i| {
            let v = (i % width) as f32 / width as f32 + (i / width) as f32 / height as f32;
            [(v * 120.0) as u8, 0, 0, 255]
        });
        let done = of([width, height], pixels.collect()).unwrap();
        let closed = begun.closed(&done).unwrap();
        for seam in crate::picture::seam::seams(&closed) {
            assert!(seam.ratio < 2.5, "{seam:?}");
        }
        assert!(crate::picture::seam::seams(&done)[0].ratio > 5.0);
    }
}
