//! JPEG segments: XMP and extended XMP (XMP specification part 3, section 1.1.3),
//! EXIF, comments and C2PA, read, written and removed.

use std::io::{self, Read, Seek, Write};

use sha2::{Digest, Sha256};

use super::contents::{Container, Contents, damaged, read_array, take};
use super::iptc;
use crate::export::ExportError;
use crate::export::xmp::Packet;

const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const XMP_EXTENSION: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
const EXIF: &[u8] = b"Exif\0\0";
const ICC: &[u8] = b"ICC_PROFILE\0";
/// What a segment holds beside its own length field.
const SEGMENT: usize = 65_533;

/// The segments that carry an XMP packet: one, or the labels and then the recipe as
/// extended XMP when together they don't fit.
///
/// # Errors
/// [`ExportError::Format`] if the labels alone don't fit a segment.
pub fn xmp_segments(packet: &Packet) -> Result<Vec<Vec<u8>>, ExportError> {
    let whole = packet.whole();
    if XMP.len() + whole.len() <= SEGMENT {
        return Ok(vec![segment(0xe1, &[XMP, whole.as_bytes()])]);
    }
    let extended = packet.extended();
    // The standard asks for a digest here; readers only compare it, so that 128 bits
    // of SHA-256 serve as well as MD5.
    let guid: String = Sha256::digest(extended.as_bytes())[..16]
        .iter()
        .map(|b| format!("{b:02X}"))
        .collect();
    let main = packet.main(&guid);
    if XMP.len() + main.len() > SEGMENT {
        return Err(ExportError::Format(
            "title, tags and rights are too long for a JPEG; shorten them or choose PNG".into(),
        ));
    }
    let mut segments = vec![segment(0xe1, &[XMP, main.as_bytes()])];
    let room = SEGMENT - XMP_EXTENSION.len() - 32 - 8;
    for (i, part) in extended.as_bytes().chunks(room).enumerate() {
        segments.push(segment(
            0xe1,
            &[
                XMP_EXTENSION,
                guid.as_bytes(),
                &(extended.len() as u32).to_be_bytes(),
                &((i * room) as u32).to_be_bytes(),
                part,
            ],
        ));
    }
    Ok(segments)
}

/// The segment of an EXIF block.
pub fn exif_segment(block: &[u8]) -> Vec<u8> {
    segment(0xe1, &[EXIF, block])
}

/// The segment of a block of IPTC's older model.
pub fn iptc_segment(block: &[u8]) -> Vec<u8> {
    segment(0xed, &[&iptc::segment(block)])
}

fn segment(marker: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|p| p.len()).sum();
    let mut bytes = vec![0xff, marker];
    bytes.extend_from_slice(&((length + 2) as u16).to_be_bytes());
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}

/// Where further segments may go: after the start marker and the JFIF header.
pub fn after_jfif(bytes: &[u8]) -> usize {
    match bytes.get(2..6) {
        Some([0xff, 0xe0, hi, lo]) => 4 + usize::from(u16::from_be_bytes([*hi, *lo])),
        _ => 2,
    }
}

/// Next marker, its fill bytes skipped.
fn marker<R: Read>(reader: &mut R) -> io::Result<u8> {
    if read_array::<1, _>(reader)? != [0xff] {
        return Err(damaged("no JPEG marker where one must be"));
    }
    loop {
        match read_array::<1, _>(reader)? {
            [0xff] => {}
            [m] => return Ok(m),
        }
    }
}

/// Reads all segments up to the pixels.
pub fn scan<R: Read + Seek>(reader: &mut R) -> io::Result<Contents> {
    let mut contents = Contents::new(Container::Jpeg);
    let mut extended: Vec<(Vec<u8>, Vec<u8>, usize)> = Vec::new();
    read_array::<2, _>(reader)?;
    loop {
        let m = marker(reader)?;
        if m == 0xd9 || m == 0xda {
            break;
        }
        if m == 0x01 || (0xd0..=0xd7).contains(&m) {
            continue;
        }
        let length = u64::from(u16::from_be_bytes(read_array(reader)?));
        let length = length
            .checked_sub(2)
            .ok_or_else(|| damaged("segment length"))?;
        match m {
            0xe1 => {
                let Some(data) = contents.take_text(reader, length)? else {
                    continue;
                };
                if let Some(xmp) = data.strip_prefix(XMP) {
                    contents.xmp.insert(0, String::from_utf8_lossy(xmp).into());
                } else if let Some(rest) = data.strip_prefix(XMP_EXTENSION) {
                    collect_extension(rest, &mut extended);
                } else if let Some(exif) = data.strip_prefix(EXIF) {
                    contents.exif = Some(exif.to_vec());
                }
            }
            0xfe => {
                let Some(data) = contents.take_text(reader, length)? else {
                    continue;
                };
                let text = String::from_utf8_lossy(&data)
                    .trim_end_matches('\0')
                    .to_owned();
                contents.add_text(String::new(), text);
            }
            0xeb => {
                let data = take(reader, length)?;
                contents.c2pa |= data.windows(4).take(64).any(|w| w == b"jumb");
                contents.add_manifest(&data);
            }
            0xed => {
                let data = take(reader, length)?;
                if let Some(block) = iptc::in_segment(&data) {
                    contents.iptc = Some(block.to_vec());
                }
            }
            // Frame headers: precision, height, width.
            0xc0..=0xcf if !matches!(m, 0xc4 | 0xc8 | 0xcc) => {
                let data = take(reader, length)?;
                if let [_, h1, h0, w1, w0, ..] = data[..] {
                    contents.size = [
                        u32::from(u16::from_be_bytes([w1, w0])),
                        u32::from(u16::from_be_bytes([h1, h0])),
                    ];
                }
            }
            _ => reader.seek_relative(length as i64)?,
        }
    }
    let guid = contents.xmp.first().and_then(|x| {
        crate::export::xmp::parse(x)
            .first(crate::export::xmp::ns::NOTE, "HasExtendedXMP")
            .map(str::to_owned)
    });
    for (id, data, missing) in extended {
        if missing == 0 && guid.as_deref().map(str::as_bytes) == Some(&id[..]) {
            contents.xmp.push(String::from_utf8_lossy(&data).into());
        }
    }
    Ok(contents)
}

/// Puts one part of an extended packet where it belongs; parts may come in any order.
fn collect_extension(rest: &[u8], all: &mut Vec<(Vec<u8>, Vec<u8>, usize)>) {
    let (Some(guid), Some(full), Some(offset), Some(part)) = (
        rest.get(..32),
        rest.get(32..36),
        rest.get(36..40),
        rest.get(40..),
    ) else {
        return;
    };
    let number = |b: &[u8]| b.iter().fold(0usize, |n, &b| n << 8 | usize::from(b));
    let (full, offset) = (number(full), number(offset));
    if full as u64 > super::contents::MAX_TEXT || offset + part.len() > full {
        return;
    }
    let at = match all.iter().position(|(g, ..)| g == guid) {
        Some(i) => i,
        None => {
            // One packet is what there is; a few more may be an editor's leavings.
            let held: usize = all.iter().map(|(_, data, _)| data.len()).sum();
            if (held + full) as u64 > super::contents::MAX_TEXT {
                return;
            }
            all.push((guid.to_vec(), vec![0; full], full));
            all.len() - 1
        }
    };
    let (_, data, missing) = &mut all[at];
    if data.len() == full {
        data[offset..offset + part.len()].copy_from_slice(part);
        *missing = missing.saturating_sub(part.len());
    }
}

/// Copies a file without EXIF (but for the rotation), XMP, IPTC, comments, C2PA and
/// pictures appended after the first. The colour profile stays.
pub fn strip<R: Read, W: Write>(reader: &mut R, out: &mut W) -> io::Result<()> {
    let start: [u8; 2] = read_array(reader)?;
    out.write_all(&start)?;
    loop {
        let m = marker(reader)?;
        if m == 0xd9 {
            return out.write_all(&[0xff, m]);
        }
        if m == 0x01 || (0xd0..=0xd7).contains(&m) {
            out.write_all(&[0xff, m])?;
            continue;
        }
        let length = u64::from(u16::from_be_bytes(read_array(reader)?));
        let length = length
            .checked_sub(2)
            .ok_or_else(|| damaged("segment length"))?;
        let data = take(reader, length)?;
        if keep(m, &data) {
            out.write_all(&segment(m, &[&data]))?;
        } else if let Some(exif) = data.strip_prefix(EXIF)
            && let Some(exif) = super::tiff::orientation_only(exif)
        {
            out.write_all(&segment(0xe1, &[EXIF, &exif]))?;
        }
        if m == 0xda && copy_scan(reader, out)? {
            return Ok(());
        }
    }
}

fn keep(marker: u8, data: &[u8]) -> bool {
    match marker {
        0xe0 => data.starts_with(b"JFIF\0"),
        0xe2 => data.starts_with(ICC),
        // Adobe's colour transform is part of how pixels are to be read.
        0xee => data.starts_with(b"Adobe"),
        0xe1..=0xef | 0xfe => false,
        _ => true,
    }
}

/// Copies compressed pixels up to the end of the picture; true when it ended. Later
/// scans of a progressive picture and their tables are copied along.
fn copy_scan<R: Read, W: Write>(reader: &mut R, out: &mut W) -> io::Result<bool> {
    // Within scans 0xff is followed by 0 or a restart marker; tables between scans
    // hold no marker bytes that matter, for they start with their length.
    let mut byte = [0u8; 1];
    let mut after_ff = false;
    loop {
        if reader.read(&mut byte)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        out.write_all(&byte)?;
        if !after_ff {
            after_ff = byte[0] == 0xff;
            continue;
        }
        match byte[0] {
            0xd9 => return Ok(true),
            0xff => {}
            0x00 | 0xd0..=0xd7 => after_ff = false,
            _ => {
                // A table or the next scan's header.
                let length: [u8; 2] = read_array(reader)?;
                out.write_all(&length)?;
                let n = u64::from(u16::from_be_bytes(length)).saturating_sub(2);
                out.write_all(&take(reader, n)?)?;
                after_ff = false;
            }
        }
    }
}
