//! Which algorithm computes a convolution: a function of its shape alone, so that the same picture
//! comes out whatever the load. The bounds come from `benches/conv.rs`.

use crate::nn::cpu::direct::Geometry;
use crate::nn::cpu::transposed::FILTER;

/// An algorithm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Algorithm {
    /// Matrix product on the gathered block.
    Direct,
    /// F(4×4, 3×3).
    Winograd,
    /// One channel per group.
    Depthwise,
    /// Vectors over output channels.
    Small,
    /// Transposed convolution with vectors over output channels, then this filter.
    Transposed([f32; FILTER]),
}

/// Fewer channels than this on either side don't pay for the transforms.
const WINOGRAD_CHANNELS: usize = 12;
/// Fewer tiles than this don't fill the vectors, and reading the (4 times larger) weights costs
/// more than is won.
const WINOGRAD_TILES: usize = 12;

/// Up to so many pixels, vectors over them would be partly empty, or the weights, read again for
/// each few of them, the limit.
const SMALL_PIXELS: usize = 128;
/// With fewer outputs vectors over these are partly empty.
const SMALL_OUTPUTS: usize = 16;

/// Up to so many pixels before doubling the transposed convolution wins: it reads a quarter of the
/// weights, but its sums must stay in the cache.
const TRANSPOSED_PIXELS: usize = 2048;

/// The algorithm for a shape; `filter`: the doubling of StyleGAN2.
pub(crate) fn choose(g: &Geometry, filter: Option<[f32; FILTER]>) -> Algorithm {
    if g.inputs == 1 && g.rows == 1 && g.groups > 1 {
        return Algorithm::Depthwise;
    }
    let pixels = g.output.0 * g.output.1;
    if let Some(filter) = filter.filter(|_| pixels <= TRANSPOSED_PIXELS) {
        return Algorithm::Transposed(filter);
    }
    if g.groups == 1 && g.rows >= SMALL_OUTPUTS && pixels <= SMALL_PIXELS {
        return Algorithm::Small;
    }
    let tiles = g.output.0.div_ceil(4) * g.output.1.div_ceil(4);
    let fits = g.kernel == (3, 3) && g.stride == 1 && g.dilation == 1 && g.groups == 1;
    let pays = g.inputs >= WINOGRAD_CHANNELS && g.rows >= WINOGRAD_CHANNELS;
    if fits && pays && tiles >= WINOGRAD_TILES {
        Algorithm::Winograd
    } else {
        Algorithm::Direct
    }
}

#[cfg(test)]
mod tests {
    use super::Algorithm::{Depthwise, Direct, Small, Transposed, Winograd};
    use super::*;

    /// StyleGAN2's doubling, as the networks have it.
    const UP: Algorithm = Transposed([0.25, 0.75, 0.75, 0.25]);

    /// `k3` 3×3, `s2` stride 2, `x2` nearest ×2 first, `up` StyleGAN2's doubling, `dw` depthwise.
    type Row = (&'static str, [usize; 2], [usize; 2], Algorithm);

    /// What runs for the convolutions of the networks that ship, `[in, out]`, `[height, width]`:
    /// changes only on purpose, since another algorithm gives other last bits.
    #[rustfmt::skip]
    const TABLE: &[Row] = &[
        // Fruit
        ("k3", [184, 184], [6, 4], Small),
        ("up", [184, 184], [6, 4], UP),
        ("k3", [184, 184], [12, 8], Small),
        ("up", [184, 184], [12, 8], UP),
        ("k3", [184, 184], [24, 16], Winograd),
        ("up", [184, 184], [24, 16], UP),
        ("k3", [184, 184], [48, 32], Winograd),
        ("up", [184, 96], [48, 32], UP),
        ("k3", [96, 96], [96, 64], Winograd),
        ("up", [96, 48], [96, 64], Winograd),
        ("k3", [48, 48], [192, 128], Winograd),
        ("k1", [184, 3], [6, 4], Direct),
        ("k1", [48, 3], [192, 128], Direct),
        // Restyle at 512²
        ("k3 s2", [3, 24], [512, 512], Direct),
        ("k3 s2", [24, 48], [256, 256], Direct),
        ("k3", [48, 48], [128, 128], Winograd),
        ("k3 x2", [48, 24], [128, 128], Winograd),
        ("k3 x2", [24, 16], [256, 256], Winograd),
        ("k3", [16, 3], [512, 512], Direct),
        // Crisp at 256²
        ("k3", [3, 32], [256, 256], Direct),
        ("k3", [32, 32], [256, 256], Winograd),
        ("k3", [32, 12], [256, 256], Winograd),
        ("k3", [32, 48], [256, 256], Winograd),
        // Lens at 256²
        ("k3", [3, 16], [256, 256], Direct),
        ("k3", [16, 16], [256, 256], Winograd),
        ("k3", [32, 32], [128, 128], Winograd),
        ("k3", [64, 64], [64, 64], Winograd),
        ("k3", [96, 96], [32, 32], Winograd),
        ("k3 x2", [32, 16], [128, 128], Winograd),
        // Imported ones
        ("k9", [3, 32], [512, 512], Direct),
        ("k9", [32, 3], [512, 512], Direct),
        ("k3 dw", [64, 64], [256, 256], Depthwise),
        ("k3", [512, 512], [4, 4], Small),
        ("up", [512, 512], [32, 32], UP),
        ("up", [512, 256], [64, 64], Winograd),
    ];

    #[test]
    fn every_shape_of_the_networks_runs_what_the_table_says() {
        for (kind, [inputs, outputs], [height, width], expected) in TABLE {
            let has = |word: &str| kind.split(' ').any(|w| w == word);
            let doubled = has("up") || has("x2");
            let stride = if has("s2") { 2 } else { 1 };
            let kernel = if has("k9") {
                9
            } else if has("k1") {
                1
            } else {
                3
            };
            let groups = if has("dw") { *inputs } else { 1 };
            let g = Geometry {
                groups,
                inputs: inputs / groups,
                rows: outputs / groups * if doubled { 4 } else { 1 },
                kernel: (kernel, kernel),
                stride,
                dilation: 1,
                padding: (kernel / 2, kernel / 2),
                output: (height / stride, width / stride),
                doubled,
            };
            let filter = has("up").then_some([0.25, 0.75, 0.75, 0.25]);
            let found = choose(&g, filter);
            assert_eq!(
                found, *expected,
                "{kind} {inputs}→{outputs} {height}×{width}"
            );
        }
    }
}
