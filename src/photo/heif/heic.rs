//! HEIC: HEVC still pictures, as iPhones write them, through a decoder that knows
//! grids, transparency and turns by itself.

use heic_decoder::{DecodedImage, HeifError, Metadata};

use crate::photo::color;
use crate::photo::decoded::HIGH_RANGE;
use crate::photo::error::Fault;
use crate::photo::heif::avif::straighten;
use crate::photo::limits::{check_metadata, check_size};
use crate::photo::raster::{Pixels, Raster, UNUSABLE_PROFILE, rounded};

/// Upright size and everything but the pixels.
pub(crate) fn header(bytes: &[u8]) -> Result<Raster, Fault> {
    let info = heic_decoder::probe(bytes).map_err(explain)?;
    check_size(info.coded_width as u64, info.coded_height as u64)?;
    let size = check_size(info.width as u64, info.height as u64)?;
    let metadata = heic_decoder::read_metadata(bytes).map_err(explain)?;
    describe(size, &metadata)
}

/// Decodes the primary picture, upright.
pub(crate) fn decode(bytes: &[u8]) -> Result<Raster, Fault> {
    let mut raster = header(bytes)?;
    let image = heic_decoder::decode(bytes).map_err(explain)?;
    if [image.width, image.height] != raster.size.map(|side| side as usize) {
        return Err(Fault::damaged("its size differs from what it says"));
    }
    if image.bit_depth_luma > 8 {
        raster.notes.push(rounded(image.bit_depth_luma));
    }
    raster.pixels = pixels(&image)?;
    Ok(raster)
}

fn pixels(image: &DecodedImage) -> Result<Pixels, Fault> {
    let multiplied = image
        .alpha
        .as_ref()
        .is_some_and(|alpha| alpha.premultiplied);
    if image.bit_depth_luma <= 8 && !multiplied {
        let rgba = image.to_rgba8().map_err(explain)?;
        return Ok(Pixels::Eight(rgba.data));
    }
    let mut rgba = image.to_rgba16().map_err(explain)?.data;
    if multiplied {
        straighten(&mut rgba);
    }
    Ok(Pixels::Sixteen(rgba))
}

/// Turns in the EXIF block are none: the file's own properties say it all.
fn describe(size: [u32; 2], metadata: &Metadata) -> Result<Raster, Fault> {
    let mut raster = Raster::new(size, Pixels::Eight(Vec::new()));
    let length = |part: &Option<Vec<u8>>| part.as_ref().map_or(0, Vec::len);
    check_metadata(length(&metadata.icc_profile) + length(&metadata.exif) + length(&metadata.xmp))?;
    if let Some(icc) = &metadata.icc_profile {
        raster.profile = color::from_icc(icc);
        if raster.profile.is_none() {
            raster.notes.push(UNUSABLE_PROFILE.into());
        }
    } else if let Some(points) = metadata.color_info {
        let [primaries, transfer] = [points.color_primaries, points.transfer_characteristics]
            .map(|point| u8::try_from(point).unwrap_or(u8::MAX));
        match color::from_cicp(primaries, transfer) {
            Ok(profile) => raster.profile = profile,
            Err(()) => raster.notes.push(UNUSABLE_PROFILE.into()),
        }
        if matches!(transfer, 16 | 18) {
            raster.notes.push(HIGH_RANGE.into());
        }
    }
    Ok(raster)
}

fn explain(error: HeifError) -> Fault {
    match error {
        HeifError::Unsupported(what) => Fault::unread(format!("this kind of HEIC photo ({what})")),
        HeifError::LimitExceeded(what) => {
            Fault::unread(format!("a HEIC photo that large ({what})"))
        }
        other => Fault::damaged(other),
    }
}
