//! Pictures as luma and halved chroma: BT.709's matrix in video range, 4:2:0, chroma on
//! the left between two lines (ITU-R BT.709-6; AV1's `CSP_VERTICAL`).

use rayon::prelude::*;

use crate::picture::Picture;

/// The share of red and blue in luma.
const RED: f32 = 0.2126;
const BLUE: f32 = 0.0722;
const GREEN: f32 = 1.0 - RED - BLUE;

/// Three planes of one picture.
pub(super) struct Planes {
    size: [usize; 2],
    y: Vec<u8>,
    cb: Vec<u8>,
    cr: Vec<u8>,
}

impl Planes {
    /// Room for pictures of an even size.
    pub(super) fn new(size: [u32; 2]) -> Self {
        let [w, h] = size.map(|n| n as usize);
        Self {
            size: [w, h],
            y: vec![0; w * h],
            cb: vec![0; w * h / 4],
            cr: vec![0; w * h / 4],
        }
    }

    /// Takes a picture, cut to this size.
    pub(super) fn read(&mut self, picture: &Picture) {
        let [w, _] = self.size;
        let stride = picture.width() as usize * 4;
        let rows = self.y.par_chunks_exact_mut(w * 2);
        let halves = (self.cb.par_chunks_exact_mut(w / 2)).zip(self.cr.par_chunks_exact_mut(w / 2));
        rows.zip(halves)
            .enumerate()
            .for_each(|(pair, (luma, (cb, cr)))| {
                let line = |n: usize| &picture.rgba()[(pair * 2 + n) * stride..][..w * 4];
                two_lines([line(0), line(1)], luma, cb, cr);
            });
    }

    /// Luma, then both chromas.
    pub(super) fn all(&self) -> [&[u8]; 3] {
        [&self.y, &self.cb, &self.cr]
    }
}

fn two_lines(lines: [&[u8]; 2], luma: &mut [u8], cb: &mut [u8], cr: &mut [u8]) {
    let w = cb.len() * 2;
    let mut blue = vec![0.0; w];
    let mut red = vec![0.0; w];
    for (line, luma) in lines.iter().zip(luma.chunks_exact_mut(w)) {
        for (x, (px, luma)) in line.chunks_exact(4).zip(luma).enumerate() {
            let [r, g, b] = [0, 1, 2].map(|c| f32::from(px[c]) / 255.0);
            let y = RED * r + GREEN * g + BLUE * b;
            *luma = (16.0 + 219.0 * y).round() as u8;
            blue[x] += (b - y) * (0.5 / (2.0 * (1.0 - BLUE)));
            red[x] += (r - y) * (0.5 / (2.0 * (1.0 - RED)));
        }
    }
    for (plane, out) in [(&blue, cb), (&red, cr)] {
        for (half, out) in out.iter_mut().enumerate() {
            let x = half * 2;
            let sum = plane[x.saturating_sub(1)] + 2.0 * plane[x] + plane[x + 1];
            *out = (128.0 + 224.0 * sum / 4.0).round() as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_have_the_numbers_of_the_standard() {
        // 75 % bars and the ends (ITU-R BT.709-6, quantised to 8 bits).
        for (rgb, expected) in [
            ([0, 0, 0], [16, 128, 128]),
            ([255, 255, 255], [235, 128, 128]),
            ([255, 0, 0], [63, 102, 240]),
            ([0, 255, 0], [173, 42, 26]),
            ([0, 0, 255], [32, 240, 118]),
        ] {
            let px = [rgb[0], rgb[1], rgb[2], 255];
            let picture = Picture::from_rgba(4, 2, px.repeat(8)).unwrap();
            let mut planes = Planes::new([4, 2]);
            planes.read(&picture);
            assert_eq!(planes.all().map(|plane| plane[0]), expected, "{rgb:?}");
        }
    }
}
