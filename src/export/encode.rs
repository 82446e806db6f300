//! Pixels into files: PNG, JPEG, WebP and TIFF, with sRGB said and the
//! labels where each format keeps them. Alpha stays where the format can; JPEG is
//! composed on white.

use std::borrow::Cow;
use std::io::{Seek, Write};

use image::ImageEncoder;

use super::ExportError;
use super::container::{jpeg, webp};
use super::xmp::Packet;
use crate::export::format::Format;
use crate::picture::panorama::is_panorama;
use crate::picture::{ColorSpace, Picture};

/// What goes into a file beside the pixels.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Labels {
    /// Labels for everyone, and the recipe for JPEG, WebP and TIFF.
    pub xmp: Option<Packet>,
    /// The recipe as JSON, for PNG's own text chunk.
    pub recipe_json: Option<String>,
    /// Who made the photos that went in; once more in the two blocks that follow.
    pub credit: Option<super::PhotoCredit>,
    /// An EXIF block.
    pub exif: Option<Vec<u8>>,
    /// A block of IPTC's older model, where the format has a place for it.
    pub iptc: Option<Vec<u8>>,
    /// Pixels per inch, for print.
    pub dpi: Option<u16>,
    /// The sRGB profile in PNG, too.
    pub profile: bool,
    /// It is a panorama: the labels say so, with the size that is written.
    pub panorama: bool,
    /// The space that the pixels' numbers are of.
    pub space: ColorSpace,
}

impl Labels {
    /// Whether a picture of this size with these labels is a panorama: cut to another aspect it is
    /// none any more.
    pub(super) fn is_panorama(&self, size: [u32; 2]) -> bool {
        self.panorama && is_panorama(size)
    }

    /// The labels of a picture of this size: those of a panorama say so.
    pub(super) fn told(&self, size: [u32; 2]) -> Cow<'_, Self> {
        let mut labels = Cow::Borrowed(self);
        if self.is_panorama(size) {
            let xmp = labels.to_mut().xmp.get_or_insert_default();
            xmp.put_panorama(size);
        }
        labels
    }

    /// Exactly what goes in beside the pixels, line by line, for people.
    pub fn preview(&self) -> String {
        let mut lines = self.xmp.as_ref().map(Packet::preview).unwrap_or_default();
        if self.exif.is_some() || self.iptc.is_some() {
            lines += "EXIF, IPTC: the photo's creator, copyright, title and day once more\n";
        }
        lines
    }
}

pub use super::container::png::{PNG_KEYWORD, PNG_PLAIN_KEYWORD, PNG_XMP_KEYWORD};

/// Encodes into memory.
///
/// # Errors
/// [`ExportError::Format`] when the format can't hold the picture.
pub fn encode_to_bytes(
    picture: &Picture,
    format: Format,
    labels: &Labels,
) -> Result<Vec<u8>, ExportError> {
    let mut out = std::io::Cursor::new(Vec::new());
    encode(picture, format, labels, &mut out)?;
    Ok(out.into_inner())
}

/// Encodes into a writer.
///
/// # Errors
/// [`ExportError::Format`] when the format can't hold the picture, or when the
/// writer fails.
pub fn encode<W: Write + Seek>(
    picture: &Picture,
    format: Format,
    labels: &Labels,
    out: &mut W,
) -> Result<(), ExportError> {
    let labels = &*labels.told(picture.size());
    match format {
        Format::Png => encode_png(picture, labels, out),
        Format::Jpeg(quality) => encode_jpeg(picture, quality, labels, out),
        Format::WebP => encode_webp(picture, None, labels, out),
        Format::WebPLossy(quality) => encode_webp(picture, Some(quality), labels, out),
        Format::Tiff => encode_tiff(picture, labels, out),
    }
}

/// The ICC profile of sRGB. A file, for equal pictures are to be equal files: made while
/// writing it would carry the second of its making.
pub const SRGB_ICC: &[u8] = include_bytes!("../../assets/icc/srgb.icc");
/// The ICC profile of Display P3.
pub const DISPLAY_P3_ICC: &[u8] = include_bytes!("../../assets/icc/display-p3.icc");

/// The ICC profile of a space.
pub fn profile_of(space: ColorSpace) -> &'static [u8] {
    match space {
        ColorSpace::Srgb => SRGB_ICC,
        ColorSpace::DisplayP3 => DISPLAY_P3_ICC,
    }
}

/// A PNG's beginning, with the space and everything else that is said beside the pixels.
pub(super) fn png_encoder<'a, W: Write>(
    [width, height]: [u32; 2],
    opaque: bool,
    depth: png::BitDepth,
    labels: &Labels,
    out: W,
) -> Result<png::Encoder<'a, W>, ExportError> {
    let mut info = png::Info::with_size(width, height);
    info.exif_metadata = labels.exif.clone().map(Into::into);
    // One byte says sRGB, nothing but a profile another space.
    let by_profile = labels.profile || labels.space != ColorSpace::Srgb;
    if by_profile {
        info.icc_profile = Some(profile_of(labels.space).into());
    }
    let mut encoder = png::Encoder::with_info(out, info).map_err(png_error)?;
    encoder.set_color(if opaque {
        png::ColorType::Rgb
    } else {
        png::ColorType::Rgba
    });
    encoder.set_depth(depth);
    if !by_profile {
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    }
    if let Some(dpi) = labels.dpi {
        let per_metre = (f64::from(dpi) / 0.0254).round() as u32;
        encoder.set_pixel_dims(Some(png::PixelDimensions {
            xppu: per_metre,
            yppu: per_metre,
            unit: png::Unit::Meter,
        }));
    }
    add_text(&mut encoder, labels)?;
    Ok(encoder)
}

fn encode_png<W: Write>(p: &Picture, labels: &Labels, out: W) -> Result<(), ExportError> {
    let opaque = !p.has_transparency();
    let encoder = png_encoder(p.size(), opaque, png::BitDepth::Eight, labels, out)?;
    let mut writer = encoder.write_header().map_err(png_error)?;
    let mut rows = writer.stream_writer().map_err(png_error)?;
    let mut rgb = Vec::with_capacity(p.width() as usize * 3);
    for row in p.rgba().chunks_exact(p.width() as usize * 4) {
        let bytes = if opaque {
            rgb_row(row, &mut rgb);
            &rgb
        } else {
            row
        };
        rows.write_all(bytes).map_err(write_error)?;
    }
    rows.finish().map_err(png_error)?;
    writer.finish().map_err(png_error)
}

/// The chunks that carry recipe and labels, also for animations.
pub(super) fn add_text<W: Write>(
    encoder: &mut png::Encoder<'_, W>,
    labels: &Labels,
) -> Result<(), ExportError> {
    if let Some(json) = &labels.recipe_json {
        encoder
            .add_itxt_chunk(PNG_KEYWORD.into(), json.clone())
            .map_err(png_error)?;
        encoder
            .add_ztxt_chunk(PNG_PLAIN_KEYWORD.into(), ascii(json))
            .map_err(png_error)?;
    }
    if let Some(xmp) = &labels.xmp {
        encoder
            .add_itxt_chunk(PNG_XMP_KEYWORD.into(), xmp.whole())
            .map_err(png_error)?;
    }
    Ok(())
}

/// The same JSON with `\u` escapes for everything beyond ASCII.
fn ascii(json: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing into a String can't fail.
                write!(out, "\\u{unit:04x}").ok();
            }
        }
    }
    out
}

fn encode_jpeg<W: Write>(
    p: &Picture,
    quality: u8,
    labels: &Labels,
    out: &mut W,
) -> Result<(), ExportError> {
    if p.width() > 65_535 || p.height() > 65_535 {
        return Err(ExportError::Format(
            "JPEG holds at most 65,535 pixels a side; choose PNG or TIFF, or a smaller size".into(),
        ));
    }
    let mut bytes = Vec::new();
    let mut encoder =
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100));
    if let Some(dpi) = labels.dpi {
        encoder.set_pixel_density(image::codecs::jpeg::PixelDensity::dpi(dpi));
    }
    encoder
        .set_icc_profile(profile_of(labels.space).to_vec())
        .map_err(|e| ExportError::Format(e.to_string()))?;
    encoder
        .write_image(
            &flat_rgb(p),
            p.width(),
            p.height(),
            image::ExtendedColorType::Rgb8,
        )
        .map_err(image_error)?;
    let mut segments: Vec<Vec<u8>> = Vec::new();
    segments.extend(labels.exif.as_deref().map(jpeg::exif_segment));
    if let Some(xmp) = &labels.xmp {
        segments.extend(jpeg::xmp_segments(xmp)?);
    }
    segments.extend(labels.iptc.as_deref().map(jpeg::iptc_segment));
    // The segments go right after the JFIF header.
    let at = jpeg::after_jfif(&bytes);
    out.write_all(&bytes[..at]).map_err(write_error)?;
    for segment in &segments {
        out.write_all(segment).map_err(write_error)?;
    }
    out.write_all(&bytes[at..]).map_err(write_error)
}

/// Lossless without a quality.
fn encode_webp<W: Write>(
    p: &Picture,
    quality: Option<u8>,
    labels: &Labels,
    out: &mut W,
) -> Result<(), ExportError> {
    if p.width() > 16_383 || p.height() > 16_383 {
        return Err(ExportError::Format(
            "WebP holds at most 16,383 pixels a side; choose PNG or TIFF, or a smaller size".into(),
        ));
    }
    let alpha = p.has_transparency();
    let bytes = match quality {
        Some(quality) => webp_lossy(p, alpha, quality)?,
        None => webp_lossless(p, alpha)?,
    };
    let whole = labels.xmp.as_ref().map(Packet::whole);
    let extended = webp::extend(
        &bytes,
        p.size(),
        alpha,
        profile_of(labels.space),
        whole.as_deref().map(str::as_bytes),
        labels.exif.as_deref(),
    )?;
    out.write_all(&extended).map_err(write_error)
}

fn webp_lossless(p: &Picture, alpha: bool) -> Result<Vec<u8>, ExportError> {
    use image::ExtendedColorType::{Rgb8, Rgba8};
    let mut bytes = Vec::new();
    let encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut bytes);
    if alpha {
        encoder.encode(p.rgba(), p.width(), p.height(), Rgba8)
    } else {
        encoder.encode(&flat_rgb(p), p.width(), p.height(), Rgb8)
    }
    .map_err(image_error)?;
    Ok(bytes)
}

/// By libwebp.
pub(super) fn webp_lossy(p: &Picture, alpha: bool, quality: u8) -> Result<Vec<u8>, ExportError> {
    let rgb;
    let encoder = if alpha {
        ::webp::Encoder::from_rgba(p.rgba(), p.width(), p.height())
    } else {
        rgb = flat_rgb(p);
        ::webp::Encoder::from_rgb(&rgb, p.width(), p.height())
    };
    let quality = f32::from(quality.clamp(1, 100));
    let memory = encoder
        .encode_simple(false, quality)
        .map_err(|e| ExportError::Format(format!("WebP: {e:?}")))?;
    Ok(memory.to_vec())
}

fn encode_tiff<W: Write + Seek>(
    p: &Picture,
    labels: &Labels,
    out: &mut W,
) -> Result<(), ExportError> {
    use tiff::encoder::{Compression, Predictor, TiffEncoder, colortype};
    if p.rgba().len() as u64 > 3 << 30 {
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
            .new_image::<colortype::RGBA8>(p.width(), p.height())
            .map_err(tiff_error)?;
        // The fourth sample is part of the colour type already; this only says
        // that it is straight alpha (2).
        image
            .encoder()
            .write_tag(tiff::tags::Tag::ExtraSamples, 2u16)
            .map_err(tiff_error)?;
        tiff_labels(&mut image, labels)?;
        image.write_data(p.rgba()).map_err(tiff_error)
    } else {
        let mut image = encoder
            .new_image::<colortype::RGB8>(p.width(), p.height())
            .map_err(tiff_error)?;
        tiff_labels(&mut image, labels)?;
        image.write_data(&flat_rgb(p)).map_err(tiff_error)
    }
}

pub(super) fn tiff_labels<W: Write + Seek, C: tiff::encoder::colortype::ColorType>(
    image: &mut tiff::encoder::ImageEncoder<'_, W, C, tiff::encoder::TiffKindStandard>,
    labels: &Labels,
) -> Result<(), ExportError> {
    use tiff::encoder::Rational;
    use tiff::tags::{ResolutionUnit, Tag};
    let dpi = u32::from(labels.dpi.unwrap_or(72));
    image.resolution(ResolutionUnit::Inch, Rational { n: dpi, d: 1 });
    let directory = image.encoder();
    directory
        .write_tag(Tag::IccProfile, Undefined(profile_of(labels.space)))
        .map_err(tiff_error)?;
    if let Some(xmp) = &labels.xmp {
        directory
            .write_tag(Tag::Unknown(700), xmp.whole().as_bytes())
            .map_err(tiff_error)?;
    }
    if let Some(credit) = &labels.credit {
        for (tag, text) in [
            (Tag::Artist, credit.creators.join("; ")),
            (Tag::Copyright, credit.rights.join("; ")),
        ] {
            if !text.is_empty() {
                directory
                    .write_tag(tag, Letters(text.replace('\0', "") + "\0"))
                    .map_err(tiff_error)?;
            }
        }
    }
    if let Some(iptc) = &labels.iptc {
        directory
            .write_tag(Tag::Unknown(33723), Undefined(iptc))
            .map_err(tiff_error)?;
    }
    Ok(())
}

/// Bytes of the type that TIFF calls UNDEFINED, as ICC profiles are stored.
struct Undefined<'a>(&'a [u8]);

impl tiff::encoder::TiffValue for Undefined<'_> {
    const BYTE_LEN: u8 = 1;
    const FIELD_TYPE: tiff::tags::Type = tiff::tags::Type::UNDEFINED;
    fn count(&self) -> usize {
        self.0.len()
    }
    fn data(&self) -> std::borrow::Cow<'_, [u8]> {
        self.0.into()
    }
}

/// Text with its end: TIFF's type for text, in UTF-8 as everyone writes it, though the
/// standard knows ASCII only.
struct Letters(String);

impl tiff::encoder::TiffValue for Letters {
    const BYTE_LEN: u8 = 1;
    const FIELD_TYPE: tiff::tags::Type = tiff::tags::Type::ASCII;
    fn count(&self) -> usize {
        self.0.len()
    }
    fn data(&self) -> std::borrow::Cow<'_, [u8]> {
        self.0.as_bytes().into()
    }
}

/// RGBA to RGB without looking at alpha.
fn rgb_row(rgba: &[u8], rgb: &mut Vec<u8>) {
    rgb.clear();
    for p in rgba.chunks_exact(4) {
        rgb.extend_from_slice(&p[..3]);
    }
}

/// The picture as RGB, laid on white.
fn flat_rgb(p: &Picture) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(p.rgba().len() / 4 * 3);
    for px in p.rgba().chunks_exact(4) {
        let a = u32::from(px[3]);
        for &c in &px[..3] {
            rgb.push(((u32::from(c) * a + 255 * (255 - a) + 127) / 255) as u8);
        }
    }
    rgb
}

pub(super) fn write_error(e: std::io::Error) -> ExportError {
    ExportError::writing(std::path::Path::new(""), e)
}

pub(super) fn png_error(e: png::EncodingError) -> ExportError {
    match e {
        png::EncodingError::IoError(e) => write_error(e),
        other => ExportError::Format(format!("PNG: {other}")),
    }
}

fn image_error(e: image::ImageError) -> ExportError {
    match e {
        image::ImageError::IoError(e) => write_error(e),
        other => ExportError::Format(other.to_string()),
    }
}

pub(super) fn tiff_error(e: tiff::TiffError) -> ExportError {
    match e {
        tiff::TiffError::IoError(e) => write_error(e),
        other => ExportError::Format(format!("TIFF: {other}")),
    }
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
