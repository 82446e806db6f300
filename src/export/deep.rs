//! Pictures with 16 bits a channel, and in other spaces than sRGB, into files.

use std::io::{Seek, Write};
use std::path::Path;

use super::encode::{Labels, png_encoder, png_error, tiff_error, tiff_labels, write_error};
use super::format::Format;
use super::{ExportError, Provenance, WriteOptions, atomic};
use crate::cancel::CancelToken;
use crate::finish;
use crate::picture::{ColorSpace, DeepPicture, Picture};
use crate::recipe::{FinishSettings, Recipe};

/// A picture of 8 bits in another space, as near as 16 bits are.
///
/// # Errors
/// [`ExportError::Format`] when it is too large.
pub(crate) fn converted(picture: &Picture, space: ColorSpace) -> Result<DeepPicture, ExportError> {
    let (stop, nothing) = (CancelToken::new(), FinishSettings::default());
    finish::finish_deep(picture, &nothing, space, &stop, &mut |_, _| Ok(()))
        .map_err(|e| ExportError::Format(e.to_string()))
}

/// Writes a picture with its recipe and labels, in its own space and with 16 bits where
/// `options` say so; returns once it is safely on disk.
///
/// # Errors
/// As [`super::write`], and [`ExportError::Format`] for formats that hold 8 bits only.
pub fn write_deep(
    path: &Path,
    picture: &DeepPicture,
    recipe: Option<&Recipe>,
    provenance: &Provenance,
    options: &WriteOptions,
) -> Result<(), ExportError> {
    let mut labels = super::labels(recipe, provenance, options);
    labels.space = picture.space();
    let existing = match options.replace {
        true => atomic::Existing::Replace,
        false => atomic::Existing::Keep,
    };
    if options.sixteen {
        check(options.format)?;
        return atomic::write_file(path, existing, |out| {
            let mut out = atomic::Noting::new(out);
            let result = encode_deep(picture, options.format, &labels, &mut out);
            result.map_err(|e| match out.failure() {
                Some(failure) => ExportError::writing(path, failure),
                None => e,
            })
        });
    }
    let eight = picture.to_eight_bits();
    super::write_with(path, &eight, options.format, &labels, existing)
}

fn check(format: Format) -> Result<(), ExportError> {
    match format.holds_sixteen() {
        true => Ok(()),
        false => Err(ExportError::Format(
            "JPEG and WebP hold 8 bits a channel only; choose PNG or TIFF for 16".into(),
        )),
    }
}

/// Encodes with 16 bits a channel; the labels' space is the picture's.
///
/// # Errors
/// [`ExportError::Format`] for formats that hold 8 bits only or when the writer fails.
pub fn encode_deep<W: Write + Seek>(
    picture: &DeepPicture,
    format: Format,
    labels: &Labels,
    out: &mut W,
) -> Result<(), ExportError> {
    check(format)?;
    match format {
        Format::Tiff => encode_tiff(picture, labels, out),
        _ => encode_png(picture, labels, out),
    }
}

fn encode_png<W: Write>(p: &DeepPicture, labels: &Labels, out: W) -> Result<(), ExportError> {
    let opaque = !p.has_transparency();
    let size = [p.width(), p.height()];
    let encoder = png_encoder(size, opaque, png::BitDepth::Sixteen, labels, out)?;
    let mut writer = encoder.write_header().map_err(png_error)?;
    let mut rows = writer.stream_writer().map_err(png_error)?;
    let mut bytes = Vec::with_capacity(p.width() as usize * 8);
    let kept = if opaque { 3 } else { 4 };
    for row in p.rgba().chunks_exact(p.width() as usize * 4) {
        bytes.clear();
        for pixel in row.chunks_exact(4) {
            bytes.extend(pixel[..kept].iter().flat_map(|sample| sample.to_be_bytes()));
        }
        rows.write_all(&bytes).map_err(write_error)?;
    }
    rows.finish().map_err(png_error)?;
    writer.finish().map_err(png_error)
}

fn encode_tiff<W: Write + Seek>(
    p: &DeepPicture,
    labels: &Labels,
    out: &mut W,
) -> Result<(), ExportError> {
    use tiff::encoder::{Compression, Predictor, TiffEncoder, colortype};
    if p.rgba().len() as u64 > 3 << 29 {
        return Err(ExportError::Format(
            "TIFF holds at most 4 GB; choose PNG or a smaller size".into(),
        ));
    }
    let mut encoder = TiffEncoder::new(out)
        .map_err(tiff_error)?
        .with_compression(Compression::Lzw)
        .with_predictor(Predictor::Horizontal);
    if p.has_transparency() {
        let mut image = encoder
            .new_image::<colortype::RGBA16>(p.width(), p.height())
            .map_err(tiff_error)?;
        // Straight alpha, as for 8 bits.
        image
            .encoder()
            .write_tag(tiff::tags::Tag::ExtraSamples, 2u16)
            .map_err(tiff_error)?;
        tiff_labels(&mut image, labels)?;
        image.write_data(p.rgba()).map_err(tiff_error)
    } else {
        let mut image = encoder
            .new_image::<colortype::RGB16>(p.width(), p.height())
            .map_err(tiff_error)?;
        tiff_labels(&mut image, labels)?;
        let opaque = p
            .rgba()
            .chunks_exact(4)
            .flat_map(|px| [px[0], px[1], px[2]]);
        image
            .write_data(&opaque.collect::<Vec<u16>>())
            .map_err(tiff_error)
    }
}
