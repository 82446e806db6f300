//! GIF extensions (GIF89a): comments and the XMP application extension, read and removed.

use std::io::{self, Read, Seek, Write};

use super::contents::{Container, Contents, MAX_TEXT, damaged, read_array};

/// Reads all blocks, stepping over the pixels.
pub fn scan<R: Read + Seek>(reader: &mut R) -> io::Result<Contents> {
    let mut contents = Contents::new(Container::Gif);
    let head: [u8; 13] = read_array(reader)?;
    contents.size = [
        u32::from(u16::from_le_bytes([head[6], head[7]])),
        u32::from(u16::from_le_bytes([head[8], head[9]])),
    ];
    skip_palette(reader, head[10])?;
    loop {
        match read_array::<1, _>(reader)? {
            [0x3b] => return Ok(contents),
            [0x2c] => {
                let image: [u8; 9] = read_array(reader)?;
                skip_palette(reader, image[8])?;
                reader.seek_relative(1)?;
                skip_blocks(reader)?;
            }
            [0x21] => extension(reader, &mut contents)?,
            _ => return Err(damaged("unknown GIF block")),
        }
    }
}

fn extension<R: Read + Seek>(reader: &mut R, contents: &mut Contents) -> io::Result<()> {
    match read_array::<1, _>(reader)? {
        [0xfe] => {
            let bytes = blocks(reader, contents.room())?;
            if contents.take_room(bytes.len()) {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                contents.add_text(String::new(), text);
            }
            Ok(())
        }
        [0xff] => {
            let [n] = read_array(reader)?;
            let mut id = vec![0; usize::from(n)];
            reader.read_exact(&mut id)?;
            if id != b"XMP DataXMP" {
                return skip_blocks(reader);
            }
            let xmp = raw_xmp(reader)?;
            if contents.take_room(xmp.len()) {
                contents.xmp.push(xmp);
            }
            Ok(())
        }
        _ => skip_blocks(reader),
    }
}

/// XMP stands there without block lengths; 257 bytes that lead any reader to the end
/// follow it: 1, 0xff, 0xfe … 0, 0.
fn raw_xmp<R: Read>(reader: &mut R) -> io::Result<String> {
    let mut bytes = Vec::new();
    loop {
        let [length] = read_array(reader)?;
        if length == 0 {
            break;
        }
        bytes.push(length);
        let mut block = vec![0; usize::from(length)];
        reader.read_exact(&mut block)?;
        bytes.extend(block);
        if bytes.len() as u64 > MAX_TEXT {
            return Err(damaged("GIF labels are too long"));
        }
    }
    let end = bytes
        .windows(2)
        .rposition(|w| w == [0x01, 0xff])
        .unwrap_or(bytes.len());
    bytes.truncate(end);
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn skip_palette<R: Read + Seek>(reader: &mut R, flags: u8) -> io::Result<()> {
    if flags & 0x80 != 0 {
        reader.seek_relative(3 << ((flags & 7) + 1))?;
    }
    Ok(())
}

fn skip_blocks<R: Read + Seek>(reader: &mut R) -> io::Result<()> {
    loop {
        match read_array::<1, _>(reader)? {
            [0] => return Ok(()),
            [n] => reader.seek_relative(i64::from(n))?,
        }
    }
}

/// All blocks up to the end; no more than `room` bytes are kept.
fn blocks<R: Read>(reader: &mut R, room: u64) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    loop {
        let [n] = read_array(reader)?;
        if n == 0 {
            return Ok(out);
        }
        let mut block = vec![0; usize::from(n)];
        reader.read_exact(&mut block)?;
        if out.len() as u64 <= room {
            out.extend(block);
        }
    }
}

/// Copies a file without comments and XMP. Loop counts stay.
pub fn strip<R: Read, W: Write>(reader: &mut R, out: &mut W) -> io::Result<()> {
    let head: [u8; 13] = read_array(reader)?;
    out.write_all(&head)?;
    copy_palette(reader, out, head[10])?;
    loop {
        match read_array::<1, _>(reader)? {
            [0x3b] => return out.write_all(&[0x3b]),
            [0x2c] => {
                let image: [u8; 9] = read_array(reader)?;
                out.write_all(&[0x2c])?;
                out.write_all(&image)?;
                copy_palette(reader, out, image[8])?;
                let code_size: [u8; 1] = read_array(reader)?;
                out.write_all(&code_size)?;
                copy_blocks(reader, out)?;
            }
            [0x21] => {
                let [label] = read_array(reader)?;
                let [n] = read_array(reader)?;
                let mut first = vec![0; usize::from(n)];
                reader.read_exact(&mut first)?;
                let drop_it = label == 0xfe || label == 0xff && first == b"XMP DataXMP";
                if drop_it {
                    if n > 0 {
                        copy_blocks(reader, &mut io::sink())?;
                    }
                    continue;
                }
                out.write_all(&[0x21, label, n])?;
                out.write_all(&first)?;
                if n > 0 {
                    copy_blocks(reader, out)?;
                }
            }
            _ => return Err(damaged("unknown GIF block")),
        }
    }
}

fn copy_palette<R: Read, W: Write>(reader: &mut R, out: &mut W, flags: u8) -> io::Result<()> {
    if flags & 0x80 != 0 {
        let mut palette = vec![0; 3 << ((flags & 7) + 1)];
        reader.read_exact(&mut palette)?;
        out.write_all(&palette)?;
    }
    Ok(())
}

fn copy_blocks<R: Read, W: Write>(reader: &mut R, out: &mut W) -> io::Result<()> {
    loop {
        let [n] = read_array(reader)?;
        let mut block = vec![0; usize::from(n)];
        reader.read_exact(&mut block)?;
        out.write_all(&[n])?;
        out.write_all(&block)?;
        if n == 0 {
            return Ok(());
        }
    }
}
