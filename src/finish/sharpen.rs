//! An unsharp mask on the luma of sRGB's numbers: edges become steeper, colours stay.

use super::tone::luminance;

/// Rows and columns around that take part.
pub(super) const REACH: usize = 2;
/// Binomial weights, close to a Gaussian with a deviation of one pixel.
const BLUR: [f32; 5] = [1.0 / 16.0, 4.0 / 16.0, 6.0 / 16.0, 4.0 / 16.0, 1.0 / 16.0];

/// `rows` rows of `width` pixels, `before` of them being above the first that is wanted.
/// `amount` is what the difference from the blurred luma is multiplied by.
pub(super) fn sharpen(
    pixels: &[[f32; 4]],
    width: usize,
    before: usize,
    rows: usize,
    amount: f32,
) -> Vec<[f32; 4]> {
    let visible = |p: &[f32; 4]| luminance([p[0], p[1], p[2]].map(|c| c.clamp(0.0, 1.0)));
    let luma: Vec<f32> = pixels.iter().map(visible).collect();
    let along: Vec<f32> = luma
        .chunks_exact(width)
        .flat_map(|row| (0..width).map(|x| blurred(x, width, |x| row[x])))
        .collect();
    let height = pixels.len() / width;
    let mut out = Vec::with_capacity(rows * width);
    for y in before..before + rows {
        for x in 0..width {
            let at = y * width + x;
            let soft = blurred(y, height, |y| along[y * width + x]);
            let more = amount * (luma[at] - soft);
            let [r, g, b, a] = pixels[at];
            out.push([r + more, g + more, b + more, a]);
        }
    }
    out
}

/// The weighted sum around a place, beyond the edges the edge's value.
fn blurred(at: usize, all: usize, value: impl Fn(usize) -> f32) -> f32 {
    let mut sum = 0.0;
    for (n, weight) in BLUR.iter().enumerate() {
        let place = (at + n).saturating_sub(REACH).min(all - 1);
        sum += weight * value(place);
    }
    sum
}
