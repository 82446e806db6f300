//! HEIF files: pictures of phones, coded as HEVC (HEIC) or AV1 (AVIF).

pub(crate) mod avif;
pub(crate) mod boxes;
#[cfg(feature = "heic")]
pub(crate) mod heic;
mod turn;
mod yuv;

/// HEIC in a build without its decoder: named, not read.
#[cfg(not(feature = "heic"))]
pub(crate) mod heic {
    use crate::photo::error::Fault;
    use crate::photo::raster::Raster;

    /// Refuses.
    pub(crate) fn header(_: &[u8]) -> Result<Raster, Fault> {
        Err(Fault::unread("a HEIC photo (left out of this build)"))
    }

    /// Refuses.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Raster, Fault> {
        header(bytes)
    }
}
