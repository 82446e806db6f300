//! What may be chosen for a copy of a picture: format, size, sharpening, what is written into it.

use crate::export::format::Format;
use crate::export::presets::{Fitting, Preset};
use crate::picture::ColorSpace;

/// How a picture leaves the house.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportOptions {
    /// File format.
    pub format: Format,
    /// Pixels.
    pub size: ExportSize,
    /// Strength of sharpening for pictures that get another size, 0..=1; 0 for none.
    pub sharpen: f32,
    /// Most bytes of a file; the quality of JPEG and lossy WebP gives way. Nothing for
    /// the other formats.
    pub max_bytes: Option<u64>,
    /// 16 bits a channel, in PNG and TIFF; of a finished picture they are computed from the one
    /// before, where that is there.
    pub sixteen: bool,
    /// The space that the colours are written in.
    pub space: ColorSpace,
    /// Write the recipe into the file.
    pub recipe: bool,
    /// Write names and folders of sources.
    pub source_names: bool,
    /// Write creator, copyright, title and day of the photos that went in.
    pub photo_credit: bool,
}

impl ExportOptions {
    /// As the picture is, with its recipe, but without names of sources.
    pub fn new(format: Format) -> Self {
        Self {
            format,
            size: ExportSize::Same,
            sharpen: 0.0,
            max_bytes: None,
            sixteen: false,
            space: ColorSpace::Srgb,
            recipe: true,
            source_names: false,
            photo_credit: true,
        }
    }
}

/// The size of an exported picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportSize {
    /// As it is.
    Same,
    /// At most so many pixels on the longer side.
    LongerSide(u32),
    /// A shape that people ask for.
    Shape(Preset, Fitting),
}

impl ExportSize {
    /// Pixels for a picture of this size.
    pub fn of(self, [w, h]: [u32; 2]) -> [u32; 2] {
        match self {
            Self::LongerSide(side) if side > 0 && w.max(h) > side => {
                let scale = f64::from(side) / f64::from(w.max(h));
                [w, h].map(|n| ((f64::from(n) * scale).round() as u32).max(1))
            }
            Self::Same | Self::LongerSide(_) => [w, h],
            Self::Shape(preset, _) => preset.size([w, h]),
        }
    }

    /// Pixels per inch, for paper.
    pub fn dpi(self) -> Option<u16> {
        match self {
            Self::Shape(preset, _) => preset.dpi(),
            _ => None,
        }
    }
}

/// Many small pictures on one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sheet {
    /// Pictures in a row; chosen by their number when 0.
    pub columns: u32,
    /// Side of a picture's square, pixels.
    pub cell: u32,
    /// Colour around.
    pub background: [u8; 3],
    /// Each picture's title below it.
    pub captions: bool,
}
