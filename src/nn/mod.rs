//! The operators that Limner's networks are built from.
//!
//! Tensors go in and out as candle tensors, NCHW, `f32`, contiguous. On the CPU the operators run
//! Limner's own kernels ([`kernel`]); on CUDA and Metal, for other element types, and whenever a
//! gradient is wanted (an input is tracked by candle), they run candle's own operators.
//!
//! Work is cut into tiles by the shape alone, and no sum ever crosses a thread, so the bytes that
//! come out depend on the kernel and the shape, never on the number of threads or the load.

mod activation;
pub mod backward;
pub mod conv;
mod cpu;
mod doubling;
pub mod filtered_lrelu;
pub mod gpu;
pub mod kernel;
pub mod modulated;
pub mod norm;
mod plain;
pub mod pool;
pub mod resample;
pub mod upfirdn;

pub use activation::{Activation, Post};
pub(crate) use conv::own::{Held, contiguous};
pub use conv::{Conv2d, Conv2dConfig, PaddingMode, conv2d};
pub use filtered_lrelu::{DownFilter, FilteredLrelu, FilteredLreluConfig};
pub use modulated::{ModulatedConv2d, ModulatedConv2dConfig, modulated_conv2d};
pub(crate) use norm::group_norm;
pub use norm::{ChannelStats, Norm, Taken, adain, channel_stats, instance_norm};
pub use resample::{
    pixel_shuffle, pixel_unshuffle, reflect_pad2d, replicate_pad2d, resize_bicubic,
    resize_bilinear, upsample_nearest2x,
};
pub use upfirdn::{Fir, upfirdn2d, upsample_bilinear2x, upsample2d};

use candle_core::{DType, Result, Tensor};

/// Whether Limner's own CPU kernels may take `x`: on the CPU, `f32`, and no gradient wanted.
pub(crate) fn own_path(x: &Tensor) -> bool {
    x.device().is_cpu()
        && x.dtype() == DType::F32
        && !x.track_op()
        && kernel::selected() != kernel::Kernel::Candle
}

/// The values of a small tensor (a bias, a filter, one style vector) as `f32`.
pub(crate) fn values(t: &Tensor) -> Result<Vec<f32>> {
    t.flatten_all()?.to_dtype(DType::F32)?.to_vec1::<f32>()
}
