//! PNG chunks (W3C PNG, third edition): text, XMP, EXIF and C2PA, read and removed.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::contents::{Container, Contents, damaged, read_array, take, take_manifest};

/// The text chunk of PNG that holds the recipe.
pub const PNG_KEYWORD: &str = "limner";
/// The recipe once more, compressed and in ASCII: ImageMagick 6 drops `iTXt` when it
/// saves a picture again, and keeps `zTXt`.
pub const PNG_PLAIN_KEYWORD: &str = "Limner recipe";
/// The text chunk of PNG that holds XMP (XMP specification part 3).
pub const PNG_XMP_KEYWORD: &str = "XML:com.adobe.xmp";

const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];

/// Reads all chunks but the pixels. Stops at the pixels when our own recipe was
/// before them, as we write it.
pub fn scan<R: Read + Seek>(reader: &mut R) -> io::Result<Contents> {
    let mut contents = Contents::new(Container::Png);
    if read_array::<8, _>(reader)? != SIGNATURE {
        return Err(damaged("no PNG signature"));
    }
    let mut pixels = false;
    loop {
        let length = u64::from(u32::from_be_bytes(read_array(reader)?));
        let kind: [u8; 4] = read_array(reader)?;
        match &kind {
            b"IHDR" if length >= 8 => {
                let w = u32::from_be_bytes(read_array(reader)?);
                let h = u32::from_be_bytes(read_array(reader)?);
                contents.size = [w, h];
                reader.seek_relative(length as i64 - 8)?;
            }
            b"tEXt" | b"zTXt" | b"iTXt" => {
                if let Some(data) = contents.take_text(reader, length)?
                    && let Some((keyword, text)) = parse_text(&kind, &data, contents.room())
                    && contents.take_room(text.len().saturating_sub(data.len()))
                {
                    if keyword == PNG_XMP_KEYWORD {
                        contents.xmp.push(text);
                    } else if keyword == RAW_XMP {
                        contents.xmp.extend(raw_profile(&text));
                    } else {
                        contents.add_text(keyword, text);
                    }
                }
            }
            b"eXIf" => contents.exif = contents.take_text(reader, length)?,
            b"caBX" => {
                take_manifest(reader, length, &mut contents)?;
            }
            b"IEND" => return Ok(contents),
            b"IDAT" => {
                pixels = true;
                let ours = contents.text(PNG_KEYWORD).is_some();
                if ours && !contents.xmp.is_empty() {
                    return Ok(contents);
                }
                reader.seek_relative(length as i64)?;
            }
            _ => reader.seek_relative(length as i64)?,
        }
        // Checksum. A file that ends within or after its pixels is damaged, but
        // what it said before that is worth having.
        let at = reader.seek(SeekFrom::Current(4))?;
        if pixels {
            let end = reader.seek(SeekFrom::End(0))?;
            if at >= end {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            reader.seek(SeekFrom::Start(at))?;
        }
    }
}

/// Where ImageMagick puts XMP that came from another format.
const RAW_XMP: &str = "Raw profile type xmp";

/// A profile as ImageMagick writes it into a text: name, length, bytes in hexadecimal.
fn raw_profile(text: &str) -> Option<String> {
    let mut lines = text.trim_start().lines();
    lines.next()?;
    let length: usize = lines.next()?.trim().parse().ok()?;
    let digits: Vec<u8> = lines
        .flat_map(str::chars)
        .filter_map(|c| c.to_digit(16))
        .map(|d| d as u8)
        .collect();
    let bytes: Vec<u8> = digits
        .chunks_exact(2)
        .map(|d| d[0] << 4 | d[1])
        .take(length)
        .collect();
    (bytes.len() == length).then(|| String::from_utf8_lossy(&bytes).into_owned())
}

/// Keyword and text of a chunk; `None` for damaged ones and what unpacks to more than `room`.
fn parse_text(kind: &[u8; 4], data: &[u8], room: u64) -> Option<(String, String)> {
    let zero = data.iter().position(|&b| b == 0)?;
    let keyword = latin1(&data[..zero]);
    let rest = &data[zero + 1..];
    let text = match kind {
        b"tEXt" => text_of(rest),
        b"zTXt" => text_of(&inflate(rest.get(1..)?, room)?),
        _ => {
            let (compressed, rest) = (*rest.first()?, rest.get(2..)?);
            let language = rest.iter().position(|&b| b == 0)?;
            let rest = &rest[language + 1..];
            let translated = rest.iter().position(|&b| b == 0)?;
            let rest = &rest[translated + 1..];
            if compressed == 1 {
                text_of(&inflate(rest, room)?)
            } else {
                text_of(rest)
            }
        }
    };
    Some((keyword, text))
}

/// The standard says Latin-1 for `tEXt`, many programs write UTF-8.
fn text_of(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(s) => s.to_owned(),
        Err(_) => latin1(bytes),
    }
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&b| char::from(b)).collect()
}

fn inflate(bytes: &[u8], room: u64) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    flate2::read::ZlibDecoder::new(bytes)
        .take(room.saturating_add(1))
        .read_to_end(&mut out)
        .ok()?;
    (out.len() as u64 <= room).then_some(out)
}

/// Copies a file without text, XMP, EXIF (but for the rotation), time and C2PA.
pub fn strip<R: Read, W: Write>(reader: &mut R, out: &mut W) -> io::Result<()> {
    let signature: [u8; 8] = read_array(reader)?;
    out.write_all(&signature)?;
    loop {
        let length: [u8; 4] = read_array(reader)?;
        let n = u64::from(u32::from_be_bytes(length));
        let kind: [u8; 4] = read_array(reader)?;
        let drop_it = matches!(
            &kind,
            b"tEXt" | b"zTXt" | b"iTXt" | b"eXIf" | b"caBX" | b"tIME" | b"zxIf"
        );
        if drop_it {
            let data = take(reader, n + 4)?;
            if &kind == b"eXIf"
                && let Some(exif) = super::tiff::orientation_only(&data)
            {
                write_chunk(out, b"eXIf", &exif)?;
            }
        } else {
            out.write_all(&length)?;
            out.write_all(&kind)?;
            let copied = io::copy(&mut reader.by_ref().take(n + 4), out)?;
            if copied != n + 4 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        if &kind == b"IEND" {
            return Ok(());
        }
    }
}

fn write_chunk<W: Write>(out: &mut W, kind: &[u8; 4], data: &[u8]) -> io::Result<()> {
    let mut crc = flate2::Crc::new();
    crc.update(kind);
    crc.update(data);
    out.write_all(&(data.len() as u32).to_be_bytes())?;
    out.write_all(kind)?;
    out.write_all(data)?;
    out.write_all(&crc.sum().to_be_bytes())
}
