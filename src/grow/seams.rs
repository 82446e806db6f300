//! How well a picture's opposite sides go on in one another.

use rayon::prelude::*;

use crate::picture::Picture;

/// How far from the seam its surroundings go, in pixels.
pub(super) const NEAR: usize = 16;

/// How much neighbouring pixels differ where the right side meets the left, and where the lower
/// meets the upper, over how much neighbours in the same direction differ close to there: 1 where
/// no seam is to be seen, more where there is one, less where it is blurred. Where nothing differs
/// around it, 1 without a difference at the seam and infinity with one.
pub fn seams(picture: &Picture) -> [f64; 2] {
    let [width, height] = picture.size().map(|side| side as usize);
    let pixels = picture.rgba();
    let apart = |a: usize, b: usize| -> u64 {
        let pairs = pixels[a * 4..a * 4 + 4]
            .iter()
            .zip(&pixels[b * 4..b * 4 + 4]);
        pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum()
    };
    let across = |x: usize| -> u64 {
        let rows = (0..height).into_par_iter();
        rows.map(|y| apart(y * width + x, y * width + (x + 1) % width))
            .sum()
    };
    let down = |y: usize| -> u64 {
        let columns = (0..width).into_par_iter();
        columns
            .map(|x| apart(y * width + x, (y + 1) % height * width + x))
            .sum()
    };
    [ratio(width, &across), ratio(height, &down)]
}

/// `step` says how much a line differs from the next, of as many as the side is long.
fn ratio(side: usize, step: &dyn Fn(usize) -> u64) -> f64 {
    let near = NEAR.min((side - 1) / 2);
    let around = (0..near)
        .map(|at| step(at) + step(side - 2 - at))
        .sum::<u64>();
    let (around, seam) = (
        around as f64 / (2 * near).max(1) as f64,
        step(side - 1) as f64,
    );
    match (around > 0.0, seam > 0.0) {
        (true, _) => seam / around,
        (false, true) => f64::INFINITY,
        (false, false) => 1.0,
    }
}
