//! WebP.

use std::io::Cursor;

use image::codecs::webp::WebPDecoder;
use image::{DynamicImage, ImageDecoder};

use crate::photo::error::Fault;
use crate::photo::limits::{check_metadata, check_size};
use crate::photo::plain::{self, explain};
use crate::photo::raster::{Pixels, Raster, UNUSABLE_PROFILE};
use crate::photo::{color, exif};

/// Size as stored and everything but the pixels.
pub(crate) fn header(bytes: &[u8]) -> Result<Raster, Fault> {
    describe(bytes, &open(bytes)?)
}

/// Decodes the picture, of an animation the first one.
pub(crate) fn decode(bytes: &[u8]) -> Result<Raster, Fault> {
    let decoder = open(bytes)?;
    let mut raster = describe(bytes, &decoder)?;
    let image = DynamicImage::from_decoder(decoder).map_err(explain)?;
    raster.pixels = Pixels::Eight(image.into_rgba8().into_raw());
    Ok(raster)
}

fn open(bytes: &[u8]) -> Result<WebPDecoder<Cursor<&[u8]>>, Fault> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(explain)?;
    let (width, height) = decoder.dimensions();
    check_size(width.into(), height.into())?;
    decoder.set_limits(plain::limits()).map_err(explain)?;
    Ok(decoder)
}

fn describe(bytes: &[u8], decoder: &WebPDecoder<Cursor<&[u8]>>) -> Result<Raster, Fault> {
    let (width, height) = decoder.dimensions();
    let mut raster = Raster::new([width, height], Pixels::Eight(Vec::new()));
    let part = |name: &[u8; 4]| chunk(bytes, name);
    let (block, xmp, profile) = (part(b"EXIF"), part(b"XMP "), part(b"ICCP"));
    check_metadata(
        [block, xmp, profile]
            .iter()
            .flatten()
            .map(|part| part.len())
            .sum(),
    )?;
    raster.turn = exif::orientation(block, xmp);
    if let Some(profile) = profile {
        raster.profile = color::from_icc(profile);
        if raster.profile.is_none() {
            raster.notes.push(UNUSABLE_PROFILE.into());
        }
    }
    if decoder.has_animation() {
        raster.notes.push(super::decoded::ANIMATION.into());
    }
    Ok(raster)
}

/// The first chunk of a name.
fn chunk<'a>(bytes: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    let mut rest = bytes.get(12..)?;
    loop {
        let (head, after) = rest.split_at_checked(8)?;
        let length = u32::from_le_bytes(*head.last_chunk()?) as usize;
        if head.starts_with(name) {
            return after.get(..length);
        }
        rest = after.get(length.checked_add(length & 1)?..)?;
    }
}
