//! A picture of 16 bits a channel in a colour space of its own: what exports with more than
//! 8 bits or in another space than sRGB are written from.

use super::{Picture, WrongLength};

/// A space of colours. Both have the white point D65 and sRGB's transfer curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ColorSpace {
    /// IEC 61966-2-1.
    #[default]
    Srgb,
    /// Wider in red and green: SMPTE EG 432-1's primaries with D65.
    DisplayP3,
}

impl ColorSpace {
    /// From linear sRGB to this space's linear light, by rows: from the primaries' chromaticities.
    pub fn from_linear_srgb(self) -> [[f32; 3]; 3] {
        match self {
            Self::Srgb => [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            Self::DisplayP3 => [
                [0.822_462, 0.177_538, 0.0],
                [0.033_194, 0.966_806, 0.0],
                [0.017_083, 0.072_397, 0.910_520],
            ],
        }
    }
}

/// Width × height pixels of RGBA, 16 bits a channel, alpha not premultiplied, rows from top to
/// bottom without padding.
#[derive(Clone, PartialEq, Eq)]
pub struct DeepPicture {
    width: u32,
    height: u32,
    samples: Vec<u16>,
    space: ColorSpace,
}

impl DeepPicture {
    /// Takes RGBA samples.
    ///
    /// # Errors
    /// [`WrongLength`] if a side is zero or there aren't `width * height * 4` samples.
    pub fn from_rgba(
        width: u32,
        height: u32,
        samples: Vec<u16>,
        space: ColorSpace,
    ) -> Result<Self, WrongLength> {
        let expected = width as usize * height as usize * 4;
        if expected == 0 || samples.len() != expected {
            return Err(WrongLength {
                width,
                height,
                expected,
                got: samples.len(),
            });
        }
        Ok(Self {
            width,
            height,
            samples,
            space,
        })
    }

    /// Pixels per row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The space of the colours.
    pub fn space(&self) -> ColorSpace {
        self.space
    }

    /// The RGBA samples, row by row.
    pub fn rgba(&self) -> &[u16] {
        &self.samples
    }

    /// Whether any pixel is not fully opaque.
    pub fn has_transparency(&self) -> bool {
        self.samples.iter().skip(3).step_by(4).any(|&a| a != 65_535)
    }

    /// The nearest 8 bits of each sample. The numbers stay those of the space: whoever writes
    /// them says which it is.
    pub fn to_eight_bits(&self) -> Picture {
        let eight = |&sample: &u16| ((u32::from(sample) + 128) / 257) as u8;
        let pixels = self.samples.iter().map(eight).collect();
        Picture::of_pixels(self.width, self.height, pixels)
    }
}

impl std::fmt::Debug for DeepPicture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "DeepPicture({} x {}, {:?})",
            self.width, self.height, self.space
        )
    }
}
