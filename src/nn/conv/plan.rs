//! Which algorithm computes a convolution: a function of its shape alone, so that the same picture
//! comes out whatever the load. The bounds come from `benches/conv.rs`.

use crate::nn::cpu::direct::Geometry;

/// An algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// Matrix product on the gathered block.
    Direct,
    /// F(4×4, 3×3).
    Winograd,
    /// One channel per group.
    Depthwise,
    /// Vectors over output channels.
    Small,
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

/// The algorithm for a shape.
pub(crate) fn choose(g: &Geometry) -> Algorithm {
    if g.inputs == 1 && g.rows == 1 && g.groups > 1 {
        return Algorithm::Depthwise;
    }
    let pixels = g.output.0 * g.output.1;
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
