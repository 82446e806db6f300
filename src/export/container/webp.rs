//! WebP's RIFF chunks (RFC 9649): XMP, EXIF, ICC and C2PA, read, written and removed.

use std::io::{self, Read, Seek, Write};

use super::contents::{Container, Contents, damaged, read_array, take, take_manifest};
use crate::export::ExportError;

const HAS_ICC: u8 = 0x20;
const HAS_ALPHA: u8 = 0x10;
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;

/// Wraps an encoder's file into the extended layout with a colour profile, EXIF and XMP.
///
/// # Errors
/// [`ExportError::Format`] if `simple` is no WebP file.
pub fn extend(
    simple: &[u8],
    size: [u32; 2],
    alpha: bool,
    icc: &[u8],
    xmp: Option<&[u8]>,
    exif: Option<&[u8]>,
) -> Result<Vec<u8>, ExportError> {
    // An encoder's own extended head (alpha needs one) gives way to ours.
    let start = match simple.get(12..16) {
        Some(b"VP8X") => 30,
        _ => 12,
    };
    let image = simple
        .get(start..)
        .filter(|c| c.starts_with(b"VP8") || c.starts_with(b"ALPH"))
        .ok_or_else(|| ExportError::Format("the WebP encoder gave no WebP".into()))?;
    let mut flags = HAS_ICC;
    flags |= if alpha { HAS_ALPHA } else { 0 };
    flags |= if xmp.is_some() { HAS_XMP } else { 0 };
    flags |= if exif.is_some() { HAS_EXIF } else { 0 };
    let mut body = b"WEBP".to_vec();
    let mut vp8x = vec![flags, 0, 0, 0];
    vp8x.extend_from_slice(&(size[0] - 1).to_le_bytes()[..3]);
    vp8x.extend_from_slice(&(size[1] - 1).to_le_bytes()[..3]);
    push_chunk(&mut body, b"VP8X", &vp8x);
    push_chunk(&mut body, b"ICCP", icc);
    body.extend_from_slice(image);
    if let Some(exif) = exif {
        push_chunk(&mut body, b"EXIF", exif);
    }
    if let Some(xmp) = xmp {
        push_chunk(&mut body, b"XMP ", xmp);
    }
    let mut out = b"RIFF".to_vec();
    out.extend_from_slice(&(body.len() as u32).to_le_bytes());
    out.extend_from_slice(&body);
    Ok(out)
}

fn push_chunk(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    out.extend_from_slice(kind);
    out.extend_from_slice(&(data.len() as u32).to_le_bytes());
    out.extend_from_slice(data);
    if data.len() % 2 == 1 {
        out.push(0);
    }
}

/// Reads all chunks but the pixels.
pub fn scan<R: Read + Seek>(reader: &mut R) -> io::Result<Contents> {
    let mut contents = Contents::new(Container::WebP);
    let head: [u8; 12] = read_array(reader)?;
    let mut left = u64::from(u32_at(&head, 4)).saturating_sub(4);
    while left >= 8 {
        let kind: [u8; 4] = read_array(reader)?;
        let length = u64::from(u32::from_le_bytes(read_array(reader)?));
        let padded = length + length % 2;
        left = left.saturating_sub(8 + padded);
        match &kind {
            b"VP8X" | b"VP8L" | b"VP8 " if length >= 10 => {
                let data: [u8; 10] = read_array(reader)?;
                if contents.size == [0, 0] {
                    contents.size = size_of(&kind, &data);
                }
                reader.seek_relative(padded as i64 - 10)?;
            }
            b"XMP " => {
                if let Some(data) = contents.take_text(reader, length)? {
                    contents.xmp.push(String::from_utf8_lossy(&data).into());
                }
                reader.seek_relative((padded - length) as i64)?;
            }
            b"EXIF" => {
                let data = contents.take_text(reader, length)?;
                contents.exif = data.map(|d| match d.strip_prefix(b"Exif\0\0") {
                    Some(rest) => rest.to_vec(),
                    None => d,
                });
                reader.seek_relative((padded - length) as i64)?;
            }
            b"C2PA" => {
                take_manifest(reader, length, &mut contents)?;
                reader.seek_relative((padded - length) as i64)?;
            }
            _ => reader.seek_relative(padded as i64)?,
        }
    }
    Ok(contents)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes[at..]
        .iter()
        .take(4)
        .rev()
        .fold(0, |n, &b| n << 8 | u32::from(b))
}

fn size_of(kind: &[u8; 4], d: &[u8; 10]) -> [u32; 2] {
    match kind {
        b"VP8X" => [
            (u32_at(d, 4) & 0xff_ffff) + 1,
            (u32_at(d, 7) & 0xff_ffff) + 1,
        ],
        b"VP8L" => {
            let bits = u32_at(d, 1);
            [(bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1]
        }
        // Lossy: frame tag and start code are 6 bytes.
        _ => [
            u32::from(u16::from_le_bytes([d[6], d[7]]) & 0x3fff),
            u32::from(u16::from_le_bytes([d[8], d[9]]) & 0x3fff),
        ],
    }
}

/// The file without XMP, EXIF (but for the rotation) and C2PA.
pub fn strip<R: Read, W: Write>(reader: &mut R, out: &mut W) -> io::Result<()> {
    let head: [u8; 12] = read_array(reader)?;
    let mut left = u64::from(u32_at(&head, 4)).saturating_sub(4);
    let mut body = b"WEBP".to_vec();
    let mut flags_at = None;
    let mut exif = None;
    while left >= 8 {
        let kind: [u8; 4] = read_array(reader)?;
        let length = u64::from(u32::from_le_bytes(read_array(reader)?));
        let padded = length + length % 2;
        left = left.saturating_sub(8 + padded);
        let mut data = take(reader, length)?;
        if padded > length {
            // The last chunk's padding is missing in some files.
            reader.by_ref().take(1).read_to_end(&mut Vec::new())?;
        }
        match &kind {
            b"XMP " | b"C2PA" => {}
            b"EXIF" => {
                let tiff = data.strip_prefix(b"Exif\0\0").unwrap_or(&data);
                exif = super::tiff::orientation_only(tiff);
            }
            b"VP8X" if !data.is_empty() => {
                flags_at = Some(body.len() + 8);
                data[0] &= !(HAS_XMP | HAS_EXIF);
                push_chunk(&mut body, &kind, &data);
            }
            _ => push_chunk(&mut body, &kind, &data),
        }
    }
    if let (Some(exif), Some(at)) = (exif, flags_at) {
        body[at] |= HAS_EXIF;
        push_chunk(&mut body, b"EXIF", &exif);
    }
    let length = u32::try_from(body.len()).map_err(|_| damaged("too long for WebP"))?;
    out.write_all(b"RIFF")?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(&body)
}
