//! Decoded pixels before colour management and turning.

use image::metadata::Orientation;
use image::{DynamicImage, RgbaImage};
use moxcms::ColorProfile;
use rayon::prelude::*;

use crate::photo::color;
use crate::photo::decoded::Decoded;
use crate::photo::error::Fault;
use crate::picture::Picture;

/// RGBA, alpha not premultiplied.
pub(crate) enum Pixels {
    /// 0..=255 a channel.
    Eight(Vec<u8>),
    /// 0..=65535 a channel.
    Sixteen(Vec<u16>),
}

/// What a reader hands over.
pub(crate) struct Raster {
    /// `[width, height]` as stored.
    pub(crate) size: [u32; 2],
    /// Row by row.
    pub(crate) pixels: Pixels,
    /// What the numbers mean, where it isn't sRGB.
    pub(crate) profile: Option<ColorProfile>,
    /// How the picture is to be turned.
    pub(crate) turn: Orientation,
    /// What the user should know.
    pub(crate) notes: Vec<String>,
}

impl Raster {
    /// Upright sRGB without any turn or profile.
    pub(crate) fn new(size: [u32; 2], pixels: Pixels) -> Self {
        Self {
            size,
            pixels,
            profile: None,
            turn: Orientation::NoTransforms,
            notes: Vec::new(),
        }
    }

    /// To sRGB, to eight bits, upright; in this order.
    pub(crate) fn finish(mut self) -> Result<Decoded, Fault> {
        let pixels = match self.pixels {
            Pixels::Eight(mut pixels) => {
                if let Some(profile) = &self.profile
                    && !color::to_srgb(&mut pixels, profile)
                {
                    self.notes.push(UNUSABLE_PROFILE.into());
                }
                pixels
            }
            Pixels::Sixteen(mut pixels) => {
                if let Some(profile) = &self.profile
                    && !color::to_srgb16(&mut pixels, profile)
                {
                    self.notes.push(UNUSABLE_PROFILE.into());
                }
                to_eight(&pixels)
            }
        };
        let [width, height] = self.size;
        let (size, pixels) = turned(self.size, pixels, self.turn)
            .ok_or_else(|| Fault::damaged(format!("{width} x {height} pixels don't fit")))?;
        let picture = Picture::from_rgba(size[0], size[1], pixels).map_err(Fault::damaged)?;
        Ok(Decoded {
            picture,
            notes: self.notes,
        })
    }
}

/// Said where a profile is there and no use.
pub(crate) const UNUSABLE_PROFILE: &str =
    "its colour profile could not be used, so colours may be off";

/// Said where depth is lost.
pub(crate) fn rounded(bits: u32) -> String {
    format!("{bits} bits a channel were rounded to 8")
}

/// 16 bits to 8, rounded.
fn to_eight(pixels: &[u16]) -> Vec<u8> {
    pixels
        .par_iter()
        .map(|&v| ((u32::from(v) * 255 + 32_767) / 65_535) as u8)
        .collect()
}

/// Size after a turn.
pub(crate) fn turned_size(size: [u32; 2], turn: Orientation) -> [u32; 2] {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    match turn {
        Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH => [size[1], size[0]],
        _ => size,
    }
}

fn turned(size: [u32; 2], pixels: Vec<u8>, turn: Orientation) -> Option<([u32; 2], Vec<u8>)> {
    if turn == Orientation::NoTransforms {
        return Some((size, pixels));
    }
    let image = RgbaImage::from_raw(size[0], size[1], pixels)?;
    let mut image = DynamicImage::ImageRgba8(image);
    image.apply_orientation(turn);
    Some((turned_size(size, turn), image.into_rgba8().into_raw()))
}
