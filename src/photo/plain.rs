//! GIF and BMP: pictures of eight bits without profile or turn.

use std::borrow::Cow;
use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::error::LimitErrorKind;
use image::{DynamicImage, ImageDecoder, ImageError, Limits};

use crate::photo::bmp;
use crate::photo::error::Fault;
use crate::photo::limits::{MAX_SIDE, check_size, max_pixels};
use crate::photo::raster::{Pixels, Raster};

/// Said of frames that browsers cut off, too.
const BEYOND: &str = "a part of the picture lies beyond the edge of its screen and isn't shown";

/// Size of a GIF.
pub(crate) fn gif_header(bytes: &[u8]) -> Result<Raster, Fault> {
    header(&gif(&on_its_screen(bytes).0)?)
}

/// The first picture of a GIF.
pub(crate) fn decode_gif(bytes: &[u8]) -> Result<Raster, Fault> {
    let (bytes, beyond) = on_its_screen(bytes);
    let bytes: &[u8] = &bytes;
    let mut raster = pixels(gif(bytes)?)?;
    if beyond {
        raster.notes.push(BEYOND.into());
    }
    // The second picture is looked for without decoding any.
    if frames(bytes).nth(1).is_some() {
        raster.notes.push(super::decoded::ANIMATION.into());
    }
    Ok(raster)
}

/// A GIF as browsers show it: where the first frame is larger than the screen, it is the
/// screen. And whether something of the frame still lies beyond the screen's edge.
fn on_its_screen(bytes: &[u8]) -> (Cow<'_, [u8]>, bool) {
    let number = |at: usize| Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let sides = |at: usize| Some([number(at)?, number(at + 2)?]);
    let frame = frames(bytes).next();
    let found = frame.and_then(|at| Some((at, sides(6)?, sides(at + 1)?, sides(at + 5)?)));
    let Some((at, screen, place, size)) = found else {
        return (bytes.into(), false);
    };
    if size[0] > screen[0] || size[1] > screen[1] {
        let mut larger = bytes.to_vec();
        larger[6..10].copy_from_slice(&bytes[at + 5..at + 9]);
        larger[at + 1..at + 5].fill(0);
        return (larger.into(), false);
    }
    let beyond = |i: usize| u32::from(place[i]) + u32::from(size[i]) > u32::from(screen[i]);
    (bytes.into(), beyond(0) || beyond(1))
}

/// Where the frames' descriptions begin, their separators included; as far as the file is
/// whole.
fn frames(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let table = |flags: u8| match flags & 0x80 {
        0 => 0,
        _ => 3 << ((flags & 7) + 1),
    };
    // Past blocks that each tell their length, until an empty one.
    let past_blocks = |mut at: usize| {
        while let length @ 1.. = *bytes.get(at)? {
            at += 1 + usize::from(length);
        }
        Some(at + 1)
    };
    let mut at = bytes.get(10).map(|&flags| 13 + table(flags));
    std::iter::from_fn(move || {
        loop {
            let here = at?;
            match bytes.get(here)? {
                0x2c => {
                    // Place and size, flags, the size of the first code, the pixels.
                    let after = bytes.get(here + 9).map(|&flags| here + 11 + table(flags));
                    at = after.and_then(past_blocks);
                    return Some(here);
                }
                0x21 => at = past_blocks(here + 2),
                _ => return None,
            }
        }
    })
}

/// Size of a BMP.
pub(crate) fn bmp_header(bytes: &[u8]) -> Result<Raster, Fault> {
    let file = bmp::with_plain_header(bytes)?;
    match bmp::rle_size(&file)? {
        Some(size) => Ok(Raster::new(size, Pixels::Eight(Vec::new()))),
        None => header(&bmp_decoder(&file)?),
    }
}

/// A BMP.
pub(crate) fn decode_bmp(bytes: &[u8]) -> Result<Raster, Fault> {
    let plain = bmp::without_runs(bmp::with_plain_header(bytes)?)?;
    let mut raster = pixels(bmp_decoder(&plain.bytes)?)?;
    raster.notes.extend(plain.note);
    // Many writers leave the fourth channel empty; a picture that can't be seen at
    // all is none.
    if let Pixels::Eight(pixels) = &mut raster.pixels {
        let pixels = pixels.as_chunks_mut::<4>().0;
        if pixels.iter().all(|p| p[3] == 0) {
            pixels.iter_mut().for_each(|p| p[3] = 255);
        }
    }
    Ok(raster)
}

fn gif(bytes: &[u8]) -> Result<GifDecoder<Cursor<&[u8]>>, Fault> {
    limited(GifDecoder::new(Cursor::new(bytes)).map_err(explain)?)
}

fn bmp_decoder(bytes: &[u8]) -> Result<BmpDecoder<Cursor<&[u8]>>, Fault> {
    limited(BmpDecoder::new(Cursor::new(bytes)).map_err(explain)?)
}

fn limited<D: ImageDecoder>(mut decoder: D) -> Result<D, Fault> {
    header(&decoder)?;
    decoder.set_limits(limits()).map_err(explain)?;
    Ok(decoder)
}

fn header(decoder: &impl ImageDecoder) -> Result<Raster, Fault> {
    let (width, height) = decoder.dimensions();
    let size = check_size(width.into(), height.into())?;
    Ok(Raster::new(size, Pixels::Eight(Vec::new())))
}

fn pixels(decoder: impl ImageDecoder) -> Result<Raster, Fault> {
    let mut raster = header(&decoder)?;
    let image = DynamicImage::from_decoder(decoder).map_err(explain)?;
    raster.pixels = Pixels::Eight(image.into_rgba8().into_raw());
    Ok(raster)
}

/// Limits for the decoders of `image`: 8 bytes a pixel and a little beside.
pub(crate) fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(max_pixels().saturating_mul(8).saturating_add(64 << 20));
    limits
}

/// What a decoder of `image` says, in words for the user.
pub(crate) fn explain(error: ImageError) -> Fault {
    match error {
        ImageError::Limits(e) => match e.kind() {
            LimitErrorKind::DimensionError | LimitErrorKind::InsufficientMemory => {
                Fault::unread("a picture that needs so much memory")
            }
            _ => Fault::unread(format!("a picture that large ({e})")),
        },
        ImageError::IoError(e) => Fault::io(&e),
        ImageError::Unsupported(e) => Fault::unread(format!("this kind of picture ({e})")),
        e => Fault::damaged(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A GIF of one red frame.
    fn gif_of(screen: [u16; 2], place: [u16; 2], size: [u16; 2]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = gif::Encoder::new(&mut out, screen[0], screen[1], &[255, 0, 0]).unwrap();
        let frame = gif::Frame {
            left: place[0],
            top: place[1],
            width: size[0],
            height: size[1],
            buffer: vec![0; usize::from(size[0]) * usize::from(size[1])].into(),
            ..gif::Frame::default()
        };
        encoder.write_frame(&frame).unwrap();
        drop(encoder);
        out
    }

    /// As Chromium's and Firefox' decoders do.
    #[test]
    fn frames_and_screens_that_disagree_are_shown_as_browsers_show_them() {
        let red = |r: &Raster| match &r.pixels {
            Pixels::Eight(p) => p
                .as_chunks::<4>()
                .0
                .iter()
                .filter(|p| **p == [255, 0, 0, 255])
                .count(),
            _ => panic!("eight bits"),
        };
        // The frame is larger than the screen: it is the screen, wherever it lies.
        let large = decode_gif(&gif_of([10, 10], [3, 4], [16, 12])).unwrap();
        assert_eq!((large.size, red(&large)), ([16, 12], 16 * 12));
        assert!(large.notes.is_empty());
        assert_eq!(
            gif_header(&gif_of([10, 10], [3, 4], [16, 12]))
                .unwrap()
                .size,
            [16, 12]
        );
        // It reaches beyond the edge: cut off, with a word.
        let beyond = decode_gif(&gif_of([32, 32], [24, 24], [16, 16])).unwrap();
        assert_eq!((beyond.size, red(&beyond)), ([32, 32], 64));
        assert_eq!(beyond.notes, [BEYOND]);
        // It is smaller: what is around it is transparent.
        let small = decode_gif(&gif_of([32, 32], [4, 4], [16, 16])).unwrap();
        assert_eq!((small.size, red(&small)), ([32, 32], 256));
        assert!(small.notes.is_empty());
    }

    #[test]
    fn a_gif_that_ends_anywhere_is_no_harm() {
        let whole = gif_of([10, 10], [3, 4], [16, 12]);
        (0..whole.len()).for_each(|end| drop(on_its_screen(&whole[..end])));
        on_its_screen(b"GIF89a\x01\0\x01\0\x87\0\0\x21\xf9\xff");
    }
}
