//! Operators with their gradients. For pictures that are optimised through a fixed network, with
//! respect to the input: 3×3 convolutions with ReLU, 2×2 max-pooling, statistics of features. For
//! networks that are trained, with respect to the weights too: 3×3 convolutions with replicate
//! padding, conditional instance normalisation, doubling.
//!
//! One picture at a time, `[channels, height, width]`, in slices that the caller keeps and uses
//! again. They run the kernels of the forward networks (the gradient of a 3×3 convolution with
//! padding 1 is a 3×3 convolution with the weights transposed and flipped), so that here as well
//! the bytes depend on the kernel and the shape alone. Where candle's operators are selected, the
//! portable kernel runs.

mod conv;
mod covariance;
mod filtered;
mod instance;
mod pool;
mod trained;

pub use conv::{ChannelMix, Conv3x3};
pub use covariance::{Moments, covariance, mean};
pub(crate) use filtered::of_filtered;
pub use instance::{Instance, Spread, double, of_double};
pub use pool::{max_pool, max_unpool};
pub use trained::TrainedConv;

use super::cpu::simd::Isa;
use super::kernel;

/// The vectors to compute with.
fn isa() -> Isa {
    kernel::isa().unwrap_or(Isa::Portable)
}

/// Height and width of one channel.
pub type Size = (usize, usize);
