//! How much a picture file may ask for.

use crate::photo::error::Fault;

/// More pixels than this are refused, unless `LIMNER_MAX_MEGAPIXELS` says otherwise.
pub const MAX_PIXELS: u64 = 300_000_000;
/// No side may be longer.
pub const MAX_SIDE: u32 = 300_000;
/// Longer files are not read.
pub(crate) const MAX_FILE: u64 = 2_000_000_000;
/// Bytes of profile, EXIF and XMP together.
pub(crate) const MAX_METADATA: usize = 64 << 20;

/// The limit in force, in pixels.
pub(crate) fn max_pixels() -> u64 {
    std::env::var("LIMNER_MAX_MEGAPIXELS")
        .ok()
        .and_then(|text| text.trim().parse::<u64>().ok())
        .filter(|&megapixels| megapixels > 0)
        .map_or(MAX_PIXELS, |megapixels| {
            megapixels.saturating_mul(1_000_000)
        })
}

/// Refuses sizes that no photo has, before any memory is taken.
pub(crate) fn check_size(width: u64, height: u64) -> Result<[u32; 2], Fault> {
    if width == 0 || height == 0 {
        return Err(Fault::NoPixels);
    }
    let limit = max_pixels();
    let side = u64::from(MAX_SIDE);
    if width > side || height > side || width * height > limit {
        return Err(Fault::TooLarge {
            width,
            height,
            megapixels: limit / 1_000_000,
        });
    }
    Ok([width as u32, height as u32])
}

/// Refuses more metadata than any program writes.
pub(crate) fn check_metadata(bytes: usize) -> Result<(), Fault> {
    if bytes > MAX_METADATA {
        return Err(Fault::Metadata);
    }
    Ok(())
}
