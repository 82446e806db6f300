//! The formats that pictures are written in.

/// A picture file's format for export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lossless, 8 bits.
    Png,
    /// Quality 1..=100.
    Jpeg(u8),
    /// Lossless WebP.
    WebP,
    /// Lossy WebP, quality 1..=100.
    WebPLossy(u8),
    /// Lossless TIFF.
    Tiff,
}

impl Format {
    /// Whether a channel may have 16 bits.
    pub fn holds_sixteen(self) -> bool {
        matches!(self, Self::Png | Self::Tiff)
    }
}
