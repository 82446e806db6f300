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
    let last = pixels.len() / width - 1;
    let mut out = Vec::with_capacity(rows * width);
    // One row, with the edge's value twice on both sides.
    let mut across = vec![0.0; width + 2 * REACH];
    for y in before..before + rows {
        across.fill(0.0);
        for (n, weight) in BLUR.iter().enumerate() {
            // Beyond the edges the edge's value.
            let row = (y + n).saturating_sub(REACH).min(last) * width;
            let sums = &mut across[REACH..REACH + width];
            for (sum, value) in sums.iter_mut().zip(&luma[row..row + width]) {
                *sum += weight * value;
            }
        }
        let (first, end) = (across[REACH], across[REACH + width - 1]);
        across[..REACH].fill(first);
        across[REACH + width..].fill(end);
        let here = y * width..(y + 1) * width;
        let sharp = pixels[here.clone()].iter().zip(&luma[here]);
        out.extend(
            sharp
                .zip(across.windows(BLUR.len()))
                .map(|((&[r, g, b, a], luma), around)| {
                    let soft: f32 = around.iter().zip(BLUR).map(|(v, weight)| v * weight).sum();
                    let more = amount * (luma - soft);
                    [r + more, g + more, b + more, a]
                }),
        );
    }
    out
}
