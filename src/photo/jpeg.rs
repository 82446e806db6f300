//! JPEG, straight into RGBA (half the memory of a detour), and with inks (CMYK,
//! YCCK) through their profile.

use std::io::Cursor;

use image::metadata::Orientation;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::photo::color;
use crate::photo::decode::Decoded;
use crate::photo::{CUT_SHORT, MAX_SIDE, Trouble, check_size};
use crate::picture::Picture;

type Decoder<'a> = JpegDecoder<Cursor<&'a [u8]>>;

/// Reads the header. `wanted` must be known here: the decoder chooses its colour
/// conversion with the header, and later options would only change the layout.
fn open(bytes: &[u8], wanted: ColorSpace) -> Result<Decoder<'_>, Trouble> {
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(MAX_SIDE as usize)
        .set_max_height(MAX_SIDE as usize)
        .jpeg_set_out_colorspace(wanted);
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(bytes), options);
    decoder
        .decode_headers()
        .map_err(|e| Trouble::new(format!("{CUT_SHORT} ({e})")))?;
    Ok(decoder)
}

fn dimensions(decoder: &Decoder<'_>) -> Result<(u32, u32), Trouble> {
    let (width, height) = decoder
        .dimensions()
        .ok_or_else(|| Trouble::new(CUT_SHORT))?;
    // JPEG knows 16-bit sides only.
    let (width, height) = (width as u32, height as u32);
    check_size(width, height, u64::from(width) * u64::from(height) * 4)?;
    Ok((width, height))
}

fn orientation(decoder: &Decoder<'_>) -> Orientation {
    decoder
        .exif()
        .and_then(|exif| Orientation::from_exif_chunk(exif))
        .unwrap_or(Orientation::NoTransforms)
}

/// Size as stored, and how it is to be turned.
pub(crate) fn header(bytes: &[u8]) -> Result<([u32; 2], Orientation), Trouble> {
    let decoder = open(bytes, ColorSpace::RGBA)?;
    let (width, height) = dimensions(&decoder)?;
    Ok(([width, height], orientation(&decoder)))
}

/// Decodes a whole file.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, Trouble> {
    if !has_an_end(bytes) {
        return Err(Trouble::new(CUT_SHORT));
    }
    let mut decoder = open(bytes, ColorSpace::RGBA)?;
    let (width, height) = dimensions(&decoder)?;
    let turn = orientation(&decoder);
    let profile = decoder.icc_profile();
    let space = decoder.input_colorspace().unwrap_or(ColorSpace::YCbCr);
    let inks = matches!(space, ColorSpace::CMYK | ColorSpace::YCCK);
    if inks {
        decoder = open(bytes, space)?;
    }
    let mut pixels = vec![0; width as usize * height as usize * 4];
    decoder
        .decode_into(&mut pixels)
        .map_err(|e| Trouble::new(format!("{CUT_SHORT} ({e})")))?;
    let mut notes = Vec::new();
    if inks {
        to_inks(&mut pixels, space == ColorSpace::YCCK);
        let (rgba, managed) = color::inks_to_srgb(&pixels, profile.as_deref());
        pixels = rgba;
        notes.push(if managed {
            "was in print colours (CMYK), converted with its profile".into()
        } else {
            "was in print colours (CMYK) without a profile, so colours are approximate".into()
        });
    } else if let Some(profile) = profile
        && !color::to_srgb(&mut pixels, &profile)
    {
        notes.push("its colour profile could not be read, so colours may be off".into());
    }
    let picture =
        Picture::from_rgba(width, height, pixels).map_err(|e| Trouble::new(e.to_string()))?;
    Decoded::new(picture, notes).turned(turn)
}

/// Stored values (YCCK, or CMYK upside down as all known writers do it) to inks,
/// 255 being full.
fn to_inks(pixels: &mut [u8], ycck: bool) {
    for p in pixels.chunks_exact_mut(4) {
        if ycck {
            let (y, cb, cr) = (
                f32::from(p[0]),
                f32::from(p[1]) - 128.0,
                f32::from(p[2]) - 128.0,
            );
            // The stored triple is the inverse of an RGB picture of the inks.
            p[0] = (y + 1.402 * cr).round().clamp(0.0, 255.0) as u8;
            p[1] = (y - 0.344_136 * cb - 0.714_136 * cr)
                .round()
                .clamp(0.0, 255.0) as u8;
            p[2] = (y + 1.772 * cb).round().clamp(0.0, 255.0) as u8;
            p[3] = 255 - p[3];
        } else {
            for value in p {
                *value = 255 - *value;
            }
        }
    }
}

/// Whether the picture's data ends with its end mark. The decoder fills what is
/// missing with grey, which nobody wants to print.
fn has_an_end(bytes: &[u8]) -> bool {
    let Some(scan) = first_scan(bytes) else {
        return true; // Not for us to judge; the decoder will say.
    };
    bytes[scan..].windows(2).any(|pair| pair == [0xff, 0xd9])
}

/// Where the first scan's data starts, past thumbnails in the header.
fn first_scan(bytes: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        while *bytes.get(at)? == 0xff && *bytes.get(at + 1)? == 0xff {
            at += 1;
        }
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        let length = usize::from(*bytes.get(at + 2)?) << 8 | usize::from(*bytes.get(at + 3)?);
        at += 2 + length;
        if marker == 0xda {
            return Some(at.min(bytes.len()));
        }
    }
}
