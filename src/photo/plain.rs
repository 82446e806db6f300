//! GIF and BMP: pictures of eight bits without profile or turn.

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::error::LimitErrorKind;
use image::{AnimationDecoder, DynamicImage, ImageDecoder, ImageError, Limits};

use crate::photo::bmp;
use crate::photo::error::Fault;
use crate::photo::limits::{MAX_SIDE, check_size, max_pixels};
use crate::photo::raster::{Pixels, Raster};

/// Size of a GIF.
pub(crate) fn gif_header(bytes: &[u8]) -> Result<Raster, Fault> {
    header(&gif(bytes)?)
}

/// The first picture of a GIF.
pub(crate) fn decode_gif(bytes: &[u8]) -> Result<Raster, Fault> {
    let mut raster = pixels(gif(bytes)?)?;
    // The second picture is looked for without decoding the first again for its pixels.
    if gif(bytes)?.into_frames().nth(1).is_some_and(|f| f.is_ok()) {
        raster.notes.push(super::decoded::ANIMATION.into());
    }
    Ok(raster)
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
