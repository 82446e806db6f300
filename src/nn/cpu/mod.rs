//! The CPU kernels: plain slices in and out, no tensors.
//!
//! A convolution is cut into tiles. For each tile the picture's part is copied into a small
//! padded block ([`gather`]: border, stride and input scaling happen there), multiplied with
//! the packed weights ([`panel`]) and written out with bias, noise, activation ([`finish`]).
//! [`direct`] multiplies the block as it lies; [`winograd`] transforms it first; [`small`] and
//! [`transposed`] swap the sides where pixels are few.

pub(crate) mod depthwise;
pub(crate) mod direct;
pub(crate) mod filtered;
pub(crate) mod finish;
pub(crate) mod gather;
pub(crate) mod pages;
pub(crate) mod panel;
pub(crate) mod planes;
pub(crate) mod scratch;
pub(crate) mod simd;
pub(crate) mod small;
pub(crate) mod transposed;
pub(crate) mod winograd;
