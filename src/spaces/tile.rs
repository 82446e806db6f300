//! Whether a picture goes on at its opposite side.

use crate::picture::Picture;

/// Largest [`seam`] of a picture that counts as seamless: one wave, cut where it is steepest,
/// has π / 2.
pub const SEAMLESS: f32 = 1.6;

/// How much stronger a picture changes across its border than inside, in x and y: the mean
/// step between last and first column (row) over that between neighbours within. About 1
/// for a seamless one; photos have 5 and more.
pub fn seam(picture: &Picture) -> [f32; 2] {
    let [width, height] = picture.size().map(|side| side as usize);
    let pixels = picture.rgba();
    let step = |a: usize, b: usize| -> f64 {
        let (a, b) = (&pixels[a * 4..a * 4 + 4], &pixels[b * 4..b * 4 + 4]);
        let sum: u32 = a
            .iter()
            .zip(b)
            .map(|(a, b)| u32::from(a.abs_diff(*b)))
            .sum();
        f64::from(sum)
    };
    let across = |side: usize, other: usize, at: &dyn Fn(usize, usize) -> usize| {
        if side < 3 {
            return f32::INFINITY;
        }
        let between =
            |a: usize, b: usize| -> f64 { (0..other).map(|i| step(at(a, i), at(b, i))).sum() };
        // Some columns stand for all.
        let every = (side / 128).max(1);
        let inner: Vec<f64> = (0..side - 1)
            .step_by(every)
            .map(|i| between(i, i + 1))
            .collect();
        let mean = inner.iter().sum::<f64>() / inner.len() as f64;
        // Half a grey level a pixel, so that flat pictures are no division by zero.
        let floor = 0.5 * other as f64;
        ((between(side - 1, 0) + floor) / (mean + floor)) as f32
    };
    [
        across(width, height, &|x, y| y * width + x),
        across(height, width, &|y, x| y * width + x),
    ]
}

/// The sides at which a picture goes on, by [`SEAMLESS`].
pub fn seamless(picture: &Picture) -> [bool; 2] {
    seam(picture).map(|seam| seam <= SEAMLESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(shade: impl Fn(f32, f32) -> f32) -> Picture {
        let pixels = (0..64 * 48)
            .flat_map(|i| {
                let v = shade((i % 64) as f32 / 64.0, (i / 64) as f32 / 48.0);
                let v = (v * 255.0) as u8;
                [v, v, v, 255]
            })
            .collect();
        Picture::from_rgba(64, 48, pixels).unwrap()
    }

    #[test]
    fn a_wave_that_closes_is_seamless_and_a_ramp_is_not() {
        let turn = std::f32::consts::TAU;
        let wave = picture(|x, y| 0.5 + 0.25 * (turn * x).sin() + 0.25 * (turn * 2.0 * y).cos());
        assert_eq!(seamless(&wave), [true, true], "{:?}", seam(&wave));
        let ramp = picture(|x, y| 0.5 * x + 0.25 + 0.25 * (turn * y).sin());
        assert_eq!(seamless(&ramp), [false, true], "{:?}", seam(&ramp));
    }
}
