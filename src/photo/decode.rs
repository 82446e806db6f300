//! Bytes of a known kind to upright sRGB pixels.

use crate::photo::decoded::Decoded;
use crate::photo::error::Fault;
use crate::photo::heif::{avif, heic};
use crate::photo::limits::check_size;
use crate::photo::raster::{Raster, turned_size};
use crate::photo::sniff::Kind;
use crate::photo::{jpeg, jxl, plain, png, raw, tiff, webp};

/// Upright size from the header.
pub(crate) fn size(bytes: &[u8], kind: Kind) -> Result<[u32; 2], Fault> {
    let raster = guarded(|| match kind {
        Kind::Jpeg => jpeg::header(bytes),
        Kind::Png => png::header(bytes),
        Kind::WebP => webp::header(bytes),
        Kind::Tiff => tiff::header(bytes),
        Kind::Gif => plain::gif_header(bytes),
        Kind::Bmp => plain::bmp_header(bytes),
        Kind::Heic => heic::header(bytes),
        Kind::Avif => avif::header(bytes),
        Kind::Jxl => jxl::header(bytes),
        Kind::Raw => raw::header(bytes),
    })?;
    let [width, height] = turned_size(raster.size, raster.turn);
    check_size(width.into(), height.into())
}

/// Decodes a file of a known kind.
pub(crate) fn decode(bytes: &[u8], kind: Kind) -> Result<Decoded, Fault> {
    let raster = guarded(|| raster_of(bytes, kind))?;
    raster.finish()
}

/// A decoder that panics has met a file that it can't read: jxl-oxide 0.12 does on noise
/// whose last row of groups is one pixel high (its pull request 501). Whoever reads many
/// photos goes on with the next.
fn guarded<T>(decode: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(decode));
    done.unwrap_or_else(|_| Err(Fault::unread("this picture, on which its decoder fails,")))
}

fn raster_of(bytes: &[u8], kind: Kind) -> Result<Raster, Fault> {
    match kind {
        Kind::Jpeg => jpeg::decode(bytes),
        Kind::Png => png::decode(bytes),
        Kind::WebP => webp::decode(bytes),
        Kind::Tiff => tiff::decode(bytes),
        Kind::Gif => plain::decode_gif(bytes),
        Kind::Bmp => plain::decode_bmp(bytes),
        Kind::Heic => heic::decode(bytes),
        Kind::Avif => avif::decode(bytes),
        Kind::Jxl => jxl::decode(bytes),
        Kind::Raw => raw::decode(bytes),
    }
}
