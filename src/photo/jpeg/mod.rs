//! JPEG: what cameras and phones write goes through a fast decoder, straight into
//! RGBA; everything else that libjpeg reads, and what is damaged, through one of our
//! own that knows what it decoded.

mod header;
mod huffman;
mod idct;
mod planes;
mod scan;

use std::io::Cursor;

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::photo::error::Fault;
use crate::photo::jpeg::header::{Header, Space};
use crate::photo::limits::MAX_SIDE;
use crate::photo::raster::{Pixels, Raster, UNUSABLE_PROFILE};
use crate::photo::{color, exif};

/// More scans than any writer makes are refused: each costs time.
const MOST_SCANS: usize = 500;
/// From this share of missing picture on a file is refused.
const TOO_LITTLE: f32 = 0.5;

/// Size as stored and everything but the pixels.
pub(crate) fn header(bytes: &[u8]) -> Result<Raster, Fault> {
    Ok(describe(&header::read(bytes)?))
}

/// What a file that holds JPEG streams among other things holds here: header and
/// length of the stream.
pub(crate) fn stream(bytes: &[u8]) -> Result<(Raster, usize), Fault> {
    let header = header::read(bytes)?;
    Ok((describe(&header), header.length))
}

/// Decodes a whole file.
pub(crate) fn decode(bytes: &[u8]) -> Result<Raster, Fault> {
    let header = header::read(bytes)?;
    if header.scans == 0 {
        return Err(Fault::damaged("the picture itself is missing"));
    }
    if header.scans > MOST_SCANS {
        let what = format!("a JPEG of {} scans", header.scans);
        return Err(Fault::unread(what));
    }
    let mut raster = describe(&header);
    let mut pixels = match common(&header).then(|| fast(bytes, &header)).flatten() {
        Some(pixels) => pixels,
        None => thorough(bytes, &header, &mut raster)?,
    };
    if matches!(header.space, Space::Cmyk | Space::Ycck) {
        let managed = color::inks_to_srgb(&mut pixels, raster.profile.take().as_ref());
        raster.notes.push(if managed {
            "was in print colours (CMYK), converted with its profile".into()
        } else {
            "was in print colours (CMYK) without a profile, so colours are approximate".into()
        });
    }
    raster.pixels = Pixels::Eight(pixels);
    Ok(raster)
}

/// What a JPEG inside another format holds; its own marks say nothing there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inside {
    /// One channel.
    Grey,
    /// Three that become RGB.
    YCbCr,
    /// Three that are RGB.
    Rgb,
    /// Four inks, 255 being full.
    Inks,
}

/// A JPEG stream that fills a place inside another format: size and interleaved
/// samples.
///
/// # Errors
/// Damage of any kind, for what is outside can't show half of it.
pub(crate) fn inside(
    bytes: &[u8],
    what: Inside,
    place: [u32; 2],
) -> Result<([u32; 2], Vec<u8>), Fault> {
    let mut header = header::read(bytes)?;
    // Whole blocks may stick out of the place, a larger picture may not.
    if header.size[0] > place[0] + 64 || header.size[1] > place[1] + 64 {
        return Err(Fault::damaged("the JPEG inside is larger than its place"));
    }
    // A stream that stops after its last scan is whole all the same.
    let (channels, space) = match what {
        Inside::Grey => (1, Space::Grey),
        Inside::YCbCr => (3, Space::YCbCr),
        Inside::Rgb => (3, Space::Rgb),
        Inside::Inks => (4, Space::Cmyk),
    };
    if header.components.len() != channels || header.scans == 0 || header.scans > MOST_SCANS {
        return Err(Fault::damaged("the JPEG inside has other channels"));
    }
    header.space = space;
    let pixels = match common(&header).then(|| fast(bytes, &header)).flatten() {
        Some(pixels) => pixels,
        None => {
            let found = scan::decode(bytes, &header);
            if found.lost > 0.0 {
                return Err(Fault::damaged("the JPEG inside is cut short"));
            }
            planes::interleave(&header, found.channels)
        }
    };
    let samples = match what {
        Inside::Grey => pixels.iter().step_by(4).copied().collect(),
        // Inks come back upside down, as whole JPEG files hold them.
        Inside::Inks => pixels.into_iter().map(|v| 255 - v).collect(),
        _ => {
            let pixels = pixels.as_chunks::<4>().0;
            pixels.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect()
        }
    };
    Ok((header.size, samples))
}

fn describe(header: &Header<'_>) -> Raster {
    let mut raster = Raster::new(header.size, Pixels::Eight(Vec::new()));
    raster.turn = exif::orientation(header.exif, header.xmp);
    if let Some(icc) = &header.icc {
        raster.profile = color::from_icc(icc);
        if raster.profile.is_none() {
            raster.notes.push(UNUSABLE_PROFILE.into());
        }
    }
    raster
}

/// Whether the fast decoder reads this kind right.
fn common(header: &Header<'_>) -> bool {
    let factors: Vec<_> = header.components.iter().map(|c| (c.h, c.v)).collect();
    let sampled = match factors.as_slice() {
        [_] => true,
        [luma, rest @ ..] => rest.iter().all(|&f| f == (1, 1)) && matches!(luma, (1 | 2, 1 | 2)),
        [] => false,
    };
    let inks = header.components.len() == 4;
    sampled
        // Where libjpeg doesn't interpolate chroma.
        && header.size.iter().all(|&side| side >= 16)
        && header.ended
        && header.space != Space::Rgb
        && (header.progressive || header.interleaved)
        && !(inks && factors.iter().any(|&f| f != (1, 1)))
}

/// RGBA, or inks as they are wanted; nothing if anything at all is wrong.
fn fast(bytes: &[u8], header: &Header<'_>) -> Option<Vec<u8>> {
    let wanted = match header.space {
        Space::Cmyk => ColorSpace::CMYK,
        Space::Ycck => ColorSpace::YCCK,
        _ => ColorSpace::RGBA,
    };
    // The colour conversion is chosen with the header, so it must be known here.
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(MAX_SIDE as usize)
        .set_max_height(MAX_SIDE as usize)
        .jpeg_set_out_colorspace(wanted);
    let lean = without_metadata(bytes, header);
    let bytes = lean.as_deref().unwrap_or(bytes);
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(bytes), options);
    decoder.decode_headers().ok()?;
    if decoder.output_buffer_size()? != header.size[0] as usize * header.size[1] as usize * 4 {
        return None;
    }
    let mut pixels = vec![0; decoder.output_buffer_size()?];
    decoder.decode_into(&mut pixels).ok()?;
    if matches!(header.space, Space::Cmyk | Space::Ycck) {
        to_inks(&mut pixels, header.space == Space::Ycck);
    }
    Some(pixels)
}

/// The file without most of its metadata, where they are long: the decoder takes
/// them apart in more than linear time.
fn without_metadata(bytes: &[u8], header: &Header<'_>) -> Option<Vec<u8>> {
    if header.metadata < 1 << 20 {
        return None;
    }
    let mut lean = Vec::with_capacity(bytes.len() - header.metadata);
    let mut from = 0;
    let mut at = 2;
    while let Some((marker, data)) = header::next_marker(bytes, at) {
        at = data;
        if matches!(marker, 0x00 | 0x01 | 0xd0..=0xd8) {
            continue;
        }
        let Some(segment) = header::segment(bytes, data) else {
            break;
        };
        at = data + 2 + segment.len();
        if matches!(marker, 0xe0..=0xed | 0xef | 0xfe) {
            lean.extend_from_slice(bytes.get(from..data - 2)?);
            from = at;
        } else if marker == 0xda {
            break;
        }
    }
    lean.extend_from_slice(bytes.get(from..)?);
    Some(lean)
}

/// Our own decoder; tells what is missing.
fn thorough(bytes: &[u8], header: &Header<'_>, raster: &mut Raster) -> Result<Vec<u8>, Fault> {
    let found = scan::decode(bytes, header);
    if found.lost >= TOO_LITTLE {
        return Err(Fault::damaged(format!(
            "{:.0} % of the picture are missing",
            (found.lost * 100.0).round()
        )));
    }
    if found.lost > 0.0 {
        let percent = (found.lost * 100.0).ceil().max(1.0);
        raster.notes.push(format!(
            "the file is damaged or cut short: {percent:.0} % of the picture are missing"
        ));
    } else if !header.ended {
        raster
            .notes
            .push("the end of the file is missing; everything that can be seen is there".into());
    } else if found.hurt {
        raster
            .notes
            .push("the file is damaged inside; parts of the picture may look wrong".into());
    }
    Ok(planes::interleave(header, found.channels))
}

/// Stored values (YCCK, or CMYK upside down as all known writers do it) to inks,
/// 255 being full.
fn to_inks(pixels: &mut [u8], ycck: bool) {
    for p in pixels.as_chunks_mut::<4>().0 {
        if ycck {
            let (y, cb, cr) = (
                f32::from(p[0]),
                f32::from(p[1]) - 128.0,
                f32::from(p[2]) - 128.0,
            );
            let clamp = |v: f32| v.round().clamp(0.0, 255.0) as u8;
            // The stored triple is the inverse of an RGB picture of the inks.
            p[0] = clamp(y + 1.402 * cr);
            p[1] = clamp(y - 0.344_136 * cb - 0.714_136 * cr);
            p[2] = clamp(y + 1.772 * cb);
            p[3] = 255 - p[3];
        } else {
            *p = p.map(|v| 255 - v);
        }
    }
}
