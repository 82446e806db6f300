//! PNG, with all its ways to say what its numbers mean.

use std::io::{Cursor, Read};

use moxcms::ColorProfile;
use png::{BitDepth, Decoder, Info, Reader, Transformations};

use crate::photo::error::Fault;
use crate::photo::limits::{MAX_METADATA, check_metadata, check_size};
use crate::photo::raster::{Pixels, Raster, UNUSABLE_PROFILE, rounded};
use crate::photo::{color, exif};

type Png<'a> = Reader<Cursor<&'a [u8]>>;

/// A gamma this close to 1/2.2 means sRGB, as in libpng.
const SRGB_GAMMA: std::ops::RangeInclusive<f32> = 0.4318..=0.4773;

/// Size as stored and everything but the pixels.
pub(crate) fn header(bytes: &[u8]) -> Result<Raster, Fault> {
    let reader = open(bytes)?;
    describe(bytes, &reader)
}

/// Decodes the picture (of an animation, the one that stands still).
pub(crate) fn decode(bytes: &[u8]) -> Result<Raster, Fault> {
    let mut reader = open(bytes)?;
    let mut raster = describe(bytes, &reader)?;
    let length = reader
        .output_buffer_size()
        .ok_or_else(|| Fault::damaged("its rows are too long"))?;
    let mut buffer = vec![0; length];
    let frame = reader.next_frame(&mut buffer).map_err(explain)?;
    let channels = frame.color_type.samples();
    raster.pixels = match frame.bit_depth {
        BitDepth::Sixteen => {
            let mut deep = buffer
                .as_chunks::<2>()
                .0
                .iter()
                .map(|&pair| u16::from_be_bytes(pair))
                .collect::<Vec<u16>>();
            drop(buffer);
            deep = widen(deep, channels, u16::MAX);
            raster.notes.push(rounded(16));
            Pixels::Sixteen(deep)
        }
        _ => Pixels::Eight(widen(buffer, channels, u8::MAX)),
    };
    Ok(raster)
}

fn open(bytes: &[u8]) -> Result<Png<'_>, Fault> {
    if chunks(bytes).next().is_some_and(|c| c.kind == *b"CgBI") {
        return Err(Fault::unread("Apple's own kind of PNG (CgBI)"));
    }
    let limits = png::Limits {
        bytes: MAX_METADATA,
    };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(Transformations::EXPAND);
    let info = decoder.read_header_info().map_err(explain)?;
    check_size(info.width.into(), info.height.into())?;
    decoder.read_info().map_err(explain)
}

fn describe(bytes: &[u8], reader: &Png<'_>) -> Result<Raster, Fault> {
    let info = reader.info();
    let mut raster = Raster::new([info.width, info.height], Pixels::Eight(Vec::new()));
    let xmp = xmp(bytes);
    let block = info.exif_metadata.as_deref();
    let profile = info.icc_profile.as_deref();
    check_metadata(
        [xmp, block, profile]
            .iter()
            .flatten()
            .map(|part| part.len())
            .sum(),
    )?;
    let in_text = block.is_none().then(|| exif_in_text(bytes)).flatten();
    raster.turn = exif::orientation(block.or(in_text.as_deref()), xmp);
    if info.animation_control.is_some_and(|a| a.num_frames > 1) {
        raster.notes.push(super::decoded::ANIMATION.into());
    }
    match meaning(info) {
        Ok(profile) => raster.profile = profile,
        Err(()) => raster.notes.push(UNUSABLE_PROFILE.into()),
    }
    if info
        .coding_independent_code_points
        .is_some_and(|c| matches!(c.transfer_function, 16 | 18))
    {
        raster.notes.push(super::decoded::HIGH_RANGE.into());
    }
    Ok(raster)
}

/// `cICP` before `iCCP` before `sRGB` before `gAMA` and `cHRM`: the order of the
/// third edition of the standard.
fn meaning(info: &Info<'_>) -> Result<Option<ColorProfile>, ()> {
    if let Some(points) = info.coding_independent_code_points {
        if points.matrix_coefficients != 0 || !points.is_video_full_range_image {
            return Err(());
        }
        return color::from_cicp(points.color_primaries, points.transfer_function);
    }
    if let Some(profile) = &info.icc_profile {
        return color::from_icc(profile).map(Some).ok_or(());
    }
    if info.srgb.is_some() {
        return Ok(None);
    }
    let gamma = info
        .gama_chunk
        .map(png::ScaledFloat::into_value)
        .filter(|gamma| !SRGB_GAMMA.contains(gamma));
    let primaries = info
        .chrm_chunk
        .map(|c| [c.white, c.red, c.green, c.blue].map(|(x, y)| (x.into_value(), y.into_value())));
    if gamma.is_none() && primaries.is_none() {
        return Ok(None);
    }
    color::from_numbers(gamma, primaries).map(Some).ok_or(())
}

/// Grey, grey with alpha and RGB to RGBA.
fn widen<T: Copy>(samples: Vec<T>, channels: usize, opaque: T) -> Vec<T> {
    let mut rgba = Vec::with_capacity(samples.len() / channels * 4);
    match channels {
        4 => return samples,
        3 => rgba.extend(
            samples
                .as_chunks::<3>()
                .0
                .iter()
                .flat_map(|&[r, g, b]| [r, g, b, opaque]),
        ),
        2 => rgba.extend(
            samples
                .as_chunks::<2>()
                .0
                .iter()
                .flat_map(|&[v, alpha]| [v, v, v, alpha]),
        ),
        _ => rgba.extend(samples.iter().flat_map(|&v| [v, v, v, opaque])),
    }
    rgba
}

struct Chunk<'a> {
    kind: [u8; 4],
    data: &'a [u8],
}

/// The file's chunks, as far as they are whole.
fn chunks(bytes: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    let mut rest = bytes.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (head, after) = rest.split_at_checked(8)?;
        let length = u32::from_be_bytes(*head.first_chunk()?) as usize;
        let data = after.get(..length)?;
        rest = after.get(length + 4..)?;
        let kind = *head.last_chunk()?;
        Some(Chunk { kind, data })
    })
}

/// The EXIF block in a comment, as ImageMagick wrote it before the standard knew one:
/// a name, its length and hexadecimal digits.
fn exif_in_text(bytes: &[u8]) -> Option<Vec<u8>> {
    const NAME: &[u8] = b"Raw profile type exif\0";
    let plain = |c: Chunk<'_>| match &c.kind {
        b"tEXt" => c.data.strip_prefix(NAME).map(<[u8]>::to_vec),
        b"zTXt" => {
            let packed = c.data.strip_prefix(NAME)?.strip_prefix(b"\0")?;
            let mut text = Vec::new();
            let unpacker = flate2::read::ZlibDecoder::new(packed);
            unpacker.take(1 << 20).read_to_end(&mut text).ok()?;
            Some(text)
        }
        _ => None,
    };
    let text = chunks(bytes).find_map(plain)?;
    let digits = text.splitn(4, |&b| b == b'\n').last()?;
    let value = |digit: u8| (digit as char).to_digit(16);
    let digits: Vec<u32> = digits.iter().filter_map(|&d| value(d)).collect();
    let (pairs, _) = digits.as_chunks::<2>();
    Some(pairs.iter().map(|&[a, b]| (a * 16 + b) as u8).collect())
}

/// The XMP packet, where it is stored plainly as the standard asks.
fn xmp(bytes: &[u8]) -> Option<&[u8]> {
    chunks(bytes)
        .filter(|c| c.kind == *b"iTXt")
        .find_map(|c| c.data.strip_prefix(b"XML:com.adobe.xmp\0\0\0\0\0"))
}

fn explain(error: png::DecodingError) -> Fault {
    match error {
        png::DecodingError::IoError(e) => Fault::io(&e),
        png::DecodingError::LimitsExceeded => Fault::Metadata,
        e => Fault::damaged(e),
    }
}
