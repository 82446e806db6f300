//! A picture in memory: 8-bit sRGB with straight alpha, cheap to clone.

pub mod cubic;
mod deep;
pub mod panorama;
pub mod seam;

pub use deep::{ColorSpace, DeepPicture};

use std::sync::Arc;

/// Width × height pixels of RGBA, 8 bits a channel, sRGB, alpha not premultiplied,
/// rows from top to bottom without padding. Cloning shares the pixels.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    pixels: Arc<Vec<u8>>,
}

/// The pixel buffer's length is not `width * height * 4`, or a side is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a picture of {width} x {height} needs {expected} bytes, not {got}")]
pub struct WrongLength {
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width * height * 4`.
    pub expected: usize,
    /// Bytes given.
    pub got: usize,
}

impl Picture {
    /// Takes RGBA bytes.
    ///
    /// # Errors
    /// [`WrongLength`] if a side is zero or the buffer has another length than
    /// `width * height * 4`.
    pub fn from_rgba(width: u32, height: u32, pixels: Vec<u8>) -> Result<Self, WrongLength> {
        let expected = width as usize * height as usize * 4;
        if expected == 0 || pixels.len() != expected {
            return Err(WrongLength {
                width,
                height,
                expected,
                got: pixels.len(),
            });
        }
        Ok(Self {
            width,
            height,
            pixels: Arc::new(pixels),
        })
    }

    /// Pixels whose number is right.
    fn of_pixels(width: u32, height: u32, pixels: Vec<u8>) -> Self {
        Self {
            width,
            height,
            pixels: Arc::new(pixels),
        }
    }

    /// Pixels per row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// `[width, height]`.
    pub fn size(&self) -> [u32; 2] {
        [self.width, self.height]
    }

    /// The RGBA bytes, row by row.
    pub fn rgba(&self) -> &[u8] {
        &self.pixels
    }

    /// The RGBA bytes as one's own; copied only if other clones share them.
    pub fn into_rgba(self) -> Vec<u8> {
        Arc::try_unwrap(self.pixels).unwrap_or_else(|shared| shared.as_ref().clone())
    }

    /// Whether any pixel is not fully opaque.
    pub fn has_transparency(&self) -> bool {
        self.pixels.iter().skip(3).step_by(4).any(|&a| a != 255)
    }
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}
