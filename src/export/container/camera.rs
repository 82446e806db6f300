//! Labels of photos in formats that Limner reads and doesn't write: HEIC and AVIF, JPEG
//! XL, and raw files that don't begin as TIFF. Only what says who made the photo and when
//! is looked for.

use std::io::{self, Cursor, Read};
use std::path::Path;

use super::{Container, Contents, scan_reader};
use crate::photo::Items;
use crate::regular_file;

/// Larger files are not searched.
const LARGEST: u64 = 512 << 20;
/// Bytes at the end of a name that say it is Content Credentials' box.
const C2PA: [u8; 16] = [
    0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81,
];
/// Canon's box with EXIF blocks, and XMP's.
const CANON: [u8; 16] = [
    0x85, 0xc0, 0xb6, 0x87, 0x82, 0x0f, 0x11, 0xe0, 0x81, 0x11, 0xf4, 0xce, 0x46, 0x2b, 0x6a, 0x48,
];
const XMP: [u8; 16] = [
    0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac,
];

/// What a photo says beside its pixels.
pub struct CameraLabels {
    /// Texts; kind and size mean nothing here.
    pub contents: Contents,
    /// EXIF blocks, from their TIFF heads on.
    pub exif: Vec<Vec<u8>>,
}

/// Reads them; none for other files and damaged ones.
pub fn scan(path: &Path) -> Option<CameraLabels> {
    let mut file = regular_file::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let mut bytes = Vec::new();
    Read::by_ref(&mut file)
        .take(16)
        .read_to_end(&mut bytes)
        .ok()?;
    let read: fn(Vec<u8>, &mut CameraLabels) = match bytes.as_slice() {
        [
            _,
            _,
            _,
            _,
            b'f',
            b't',
            b'y',
            b'p',
            b'c',
            b'r',
            b'x',
            b' ',
            ..,
        ] => |b, l| canon(&b, l),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => |b, l| heif(&b, l),
        [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] => |b, l| jpeg_xl(&b, l),
        head if head.starts_with(b"FUJIFILMCCD-RAW") => |b, l| fuji(&b, l),
        head if head.starts_with(b"\0MRM") => |b, l| minolta(&b, l),
        head if head.starts_with(b"FOVb") => |b, l| first_jpeg(&b, l),
        [b'I', b'I', b'R', b'O' | b'S', ..] | [b'M', b'M', b'O', b'R', ..] => like_tiff,
        [b'I', b'I', b'U', 0, ..] => like_tiff,
        _ => return None,
    };
    if length > LARGEST {
        return None;
    }
    file.take(length).read_to_end(&mut bytes).ok()?;
    let mut labels = CameraLabels {
        contents: Contents::new(Container::Tiff),
        exif: Vec::new(),
    };
    read(bytes, &mut labels);
    Some(labels)
}

impl CameraLabels {
    /// A text, if there is room left for it.
    fn add_xmp(&mut self, packet: &[u8]) {
        if self.contents.take_room(packet.len()) {
            let text = String::from_utf8_lossy(packet);
            self.contents.xmp.push(text.into_owned());
        }
    }

    fn add_exif(&mut self, block: &[u8]) {
        if self.contents.take_room(block.len()) {
            self.exif.push(block.to_vec());
        }
    }

    /// An EXIF block behind the place where its TIFF head begins, as HEIF and JPEG XL
    /// keep it.
    fn add_placed_exif(&mut self, block: &[u8]) {
        let head = block.first_chunk().copied().map(u32::from_be_bytes);
        let found = head.and_then(|at| block.get(4..)?.get(at as usize..));
        if let Some(found) = found {
            self.add_exif(found);
        }
    }

    fn add_credentials(&mut self, manifest: &[u8]) {
        self.contents.c2pa = true;
        self.contents.add_manifest(manifest);
    }

    /// All that another container inside holds.
    fn add_file(&mut self, bytes: &[u8]) {
        let Ok(Some(inside)) = scan_reader(&mut Cursor::new(bytes)) else {
            return;
        };
        inside
            .xmp
            .iter()
            .for_each(|packet| self.add_xmp(packet.as_bytes()));
        if let Some(block) = inside.exif {
            self.add_exif(&block);
        }
        if self.contents.iptc.is_none() {
            self.contents.iptc = inside.iptc;
        }
    }
}

/// The boxes that follow each other in some bytes: names and contents.
fn boxes(mut rest: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (&length, &name) = (rest.first_chunk::<4>()?, rest.get(4..)?.first_chunk::<4>()?);
        let (length, head) = match u32::from_be_bytes(length) {
            0 => (rest.len() as u64, 8),
            1 => (u64::from_be_bytes(*rest.get(8..)?.first_chunk()?), 16),
            length => (u64::from(length), 8),
        };
        let length = usize::try_from(length).ok()?;
        let contents = rest.get(head..length)?;
        rest = &rest[length..];
        Some((name, contents))
    })
}

/// Boxes whose name is a number of 16 bytes.
fn numbered<'a>(
    all: impl Iterator<Item = ([u8; 4], &'a [u8])>,
) -> impl Iterator<Item = (&'a [u8; 16], &'a [u8])> {
    all.filter(|(name, _)| name == b"uuid")
        .filter_map(|(_, contents)| contents.split_first_chunk())
}

fn heif(bytes: &[u8], labels: &mut CameraLabels) {
    if let Ok(items) = Items::read(bytes) {
        for item in &items.items {
            let data = match &item.kind {
                b"Exif" | b"mime" => items.data(item),
                _ => continue,
            };
            match (&item.kind, data) {
                (b"Exif", Some(data)) => labels.add_placed_exif(&data),
                (_, Some(data)) if is_xmp(&data) => labels.add_xmp(&data),
                _ => {}
            }
        }
    }
    for (number, contents) in numbered(boxes(bytes)) {
        // Version, flags, what it is for, and a number; then the manifest.
        let manifest = contents
            .get(4..)
            .and_then(|c| c.strip_prefix(b"manifest\0"));
        if let (&C2PA, Some(manifest)) = (number, manifest.and_then(|m| m.get(8..))) {
            labels.add_credentials(manifest);
        }
    }
}

fn is_xmp(data: &[u8]) -> bool {
    let head = &data[..data.len().min(4096)];
    [&b"<x:xmpmeta"[..], b"<rdf:RDF", b"<?xpacket"]
        .iter()
        .any(|mark| memchr::memmem::find(head, mark).is_some())
}

fn jpeg_xl(bytes: &[u8], labels: &mut CameraLabels) {
    for (name, contents) in boxes(bytes) {
        match (&name, contents) {
            (b"brob", [b'E', b'x', b'i', b'f', packed @ ..]) => {
                if let Some(block) = unpacked(packed, labels.contents.room()) {
                    labels.add_placed_exif(&block);
                }
            }
            (b"brob", [b'x', b'm', b'l', b' ', packed @ ..]) => {
                if let Some(packet) = unpacked(packed, labels.contents.room()) {
                    labels.add_xmp(&packet);
                }
            }
            (b"Exif", block) => labels.add_placed_exif(block),
            (b"xml ", packet) if is_xmp(packet) => labels.add_xmp(packet),
            (b"jumb", _) => {
                // The manifest is the whole box.
                let mut whole = (contents.len() as u32 + 8).to_be_bytes().to_vec();
                whole.extend(b"jumb");
                whole.extend(contents);
                labels.add_credentials(&whole);
            }
            _ => {}
        }
    }
}

/// What brotli has packed, if there is room for it.
fn unpacked(packed: &[u8], room: u64) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let decoder = brotli_decompressor::Decompressor::new(packed, 4096);
    let read: io::Result<usize> = decoder.take(room + 1).read_to_end(&mut out);
    (read.is_ok() && out.len() as u64 <= room).then_some(out)
}

/// Canon's CR3: EXIF blocks, one for each directory, within the film's head.
fn canon(bytes: &[u8], labels: &mut CameraLabels) {
    for (number, contents) in numbered(boxes(bytes)) {
        if *number == XMP {
            labels.add_xmp(contents);
        }
    }
    let heads = boxes(bytes).filter(|(name, _)| name == b"moov");
    for (number, contents) in heads.flat_map(|(_, head)| numbered(boxes(head))) {
        if *number != CANON {
            continue;
        }
        for (name, block) in boxes(contents) {
            // The third one is the maker's own, the fourth says where.
            if matches!(&name, b"CMT1" | b"CMT2") {
                labels.add_exif(block);
            }
        }
    }
}

/// Fujifilm's RAF: the place of a JPEG with all labels.
fn fuji(bytes: &[u8], labels: &mut CameraLabels) {
    let number = |at: usize| Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?) as usize);
    let jpeg = number(84)
        .zip(number(88))
        .and_then(|(at, length)| bytes.get(at..at.checked_add(length)?));
    if let Some(jpeg) = jpeg {
        labels.add_file(jpeg);
    }
}

/// Minolta's MRW: blocks, one of which is a TIFF file.
fn minolta(bytes: &[u8], labels: &mut CameraLabels) {
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let Some((head, after)) = rest.split_first_chunk::<8>() {
        let [name @ .., a, b, c, d] = head;
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let Some(block) = after.get(..length) else {
            return;
        };
        if name == b"\0TTW" {
            labels.add_exif(block);
        }
        rest = &after[length..];
    }
}

/// Sigma's X3F: its preview carries the labels.
fn first_jpeg(bytes: &[u8], labels: &mut CameraLabels) {
    if let Some(at) = memchr::memmem::find(bytes, b"\xff\xd8\xff\xe1") {
        labels.add_file(&bytes[at..]);
    }
}

/// Olympus' ORF and Panasonic's RW2: TIFF under another number.
fn like_tiff(mut tiff: Vec<u8>, labels: &mut CameraLabels) {
    let number = match tiff.first() {
        Some(b'I') => [42, 0],
        _ => [0, 42],
    };
    tiff[2..4].copy_from_slice(&number);
    labels.add_file(&tiff);
    // The directories lie anywhere in the file; the parser takes what it needs.
    labels.exif.push(tiff);
}
