//! JPEG XL.

use jxl_oxide::{
    AllocTracker, EnumColourEncoding, InitializeResult, JxlImage, JxlThreadPool, PixelFormat,
    RenderingIntent,
};

use crate::photo::color;
use crate::photo::decoded::{ANIMATION, HIGH_RANGE};
use crate::photo::error::Fault;
use crate::photo::heif::avif::straighten;
use crate::photo::limits::{check_metadata, check_size};
use crate::photo::raster::{Pixels, Raster, UNUSABLE_PROFILE, rounded};

/// Upright size and everything but the pixels.
pub(crate) fn header(bytes: &[u8]) -> Result<Raster, Fault> {
    describe(&mut open(bytes)?)
}

/// Decodes the picture, of an animation the first one, upright.
pub(crate) fn decode(bytes: &[u8]) -> Result<Raster, Fault> {
    let mut image = open(bytes)?;
    let mut raster = describe(&mut image)?;
    if !image.is_loading_done() && image.num_loaded_keyframes() == 0 {
        return Err(Fault::damaged("the picture itself is missing"));
    }
    let render = image.render_frame(0).map_err(Fault::damaged)?;
    let mut stream = render.stream();
    let channels = stream.channels() as usize;
    let pixels = raster.size[0] as usize * raster.size[1] as usize;
    let mut samples = vec![0_u16; pixels * channels];
    if stream.write_to_buffer(&mut samples) != samples.len() {
        return Err(Fault::damaged("some of its pixels are missing"));
    }
    let full = u16::MAX;
    let mut rgba = Vec::with_capacity(pixels * 4);
    for s in samples.chunks_exact(channels) {
        rgba.extend(match image.pixel_format() {
            PixelFormat::Gray => [s[0], s[0], s[0], full],
            PixelFormat::Graya => [s[0], s[0], s[0], s[1]],
            PixelFormat::Rgb => [s[0], s[1], s[2], full],
            PixelFormat::Rgba => [s[0], s[1], s[2], s[3]],
            PixelFormat::Cmyk | PixelFormat::Cmyka => {
                return Err(Fault::unread("a JPEG XL picture in print colours"));
            }
        });
    }
    drop(samples);
    let metadata = &image.image_header().metadata;
    if metadata
        .ec_info
        .iter()
        .any(|channel| channel.alpha_associated() == Some(true))
    {
        straighten(&mut rgba);
    }
    let bits = metadata.bit_depth.bits_per_sample();
    raster.pixels = if bits > 8 {
        raster.notes.push(rounded(bits));
        Pixels::Sixteen(rgba)
    } else {
        let eight = |v: u16| ((u32::from(v) * 255 + 32_767) / 65_535) as u8;
        Pixels::Eight(rgba.into_iter().map(eight).collect())
    };
    Ok(raster)
}

/// Memory for the header and what it brings.
const HEADER: usize = 128 << 20;
/// Bytes a pixel that the decoder may hold: twice four channels of floats.
const PER_PIXEL: u64 = 32;

fn open(bytes: &[u8]) -> Result<JxlImage, Fault> {
    let (header, _) = begin(bytes, HEADER)?;
    let [width, height] = check_size(header.width().into(), header.height().into())?;
    let most = u64::from(width) * u64::from(height) * PER_PIXEL + HEADER as u64;
    let (mut image, taken) = begin(bytes, most as usize)?;
    image
        .feed_bytes(bytes.get(taken..).unwrap_or_default())
        .map_err(Fault::damaged)?;
    Ok(image)
}

/// Reads the header under a limit of memory; also says how many bytes that took.
fn begin(bytes: &[u8], most: usize) -> Result<(JxlImage, usize), Fault> {
    let mut unknown = JxlImage::builder()
        .pool(JxlThreadPool::rayon_global())
        .alloc_tracker(AllocTracker::with_limit(most))
        .build_uninit();
    let (mut taken, mut window) = (0, 1 << 16);
    while taken < bytes.len() {
        let end = bytes.len().min(taken + window);
        let read = unknown
            .feed_bytes(&bytes[taken..end])
            .map_err(Fault::damaged)?;
        taken += read;
        match unknown.try_init().map_err(Fault::damaged)? {
            InitializeResult::NeedMoreData(again) => unknown = again,
            InitializeResult::Initialized(image) => return Ok((image, taken)),
        }
        if read == 0 && end == bytes.len() {
            break;
        }
        // What isn't taken waits for more.
        window *= 2;
    }
    Err(Fault::damaged("it ends before its picture begins"))
}

fn describe(image: &mut JxlImage) -> Result<Raster, Fault> {
    let size = check_size(image.width().into(), image.height().into())?;
    let mut raster = Raster::new(size, Pixels::Eight(Vec::new()));
    if image.image_header().metadata.animation.is_some() {
        raster.notes.push(ANIMATION.into());
    }
    if image.hdr_type().is_some() {
        raster.notes.push(HIGH_RANGE.into());
        image.request_color_encoding(EnumColourEncoding::srgb(RenderingIntent::Relative));
    } else if !image.pixel_format().has_black() {
        let icc = image.rendered_icc();
        check_metadata(icc.len())?;
        raster.profile = color::from_icc(&icc);
        if raster.profile.is_none() {
            raster.notes.push(UNUSABLE_PROFILE.into());
        }
    }
    Ok(raster)
}
