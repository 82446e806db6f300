//! TIFF directories (TIFF 6.0), also as the inside of EXIF blocks: XMP (tag 700),
//! EXIF and C2PA, read and removed.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::contents::{Container, Contents, MAX_TEXT, damaged, take};

const WIDTH: u16 = 256;
const HEIGHT: u16 = 257;
const DESCRIPTION: u16 = 270;
const MAKE: u16 = 271;
const MODEL: u16 = 272;
const ORIENTATION: u16 = 274;
const SOFTWARE: u16 = 305;
const XMP: u16 = 700;
const IPTC: u16 = 33723;
const COPYRIGHT: u16 = 33432;
const ARTIST: u16 = 315;
const TAKEN: u16 = 36867;
const OFFSET: u16 = 36881;
const EXIF_IFD: u16 = 34665;
const GPS_IFD: u16 = 34853;
const MAKER_NOTE: u16 = 37500;
const USER_COMMENT: u16 = 37510;
/// A camera's own notes are longer than this.
const LONGEST_MAKER_NOTE: u64 = 64;
const C2PA: u16 = 0xcd41;
/// Description, maker, model, software, date, artist, host, XMP, copyright, IPTC,
/// Photoshop, EXIF, GPS, C2PA.
const PRIVATE: [u16; 14] = [
    DESCRIPTION,
    MAKE,
    MODEL,
    SOFTWARE,
    306,
    315,
    316,
    XMP,
    COPYRIGHT,
    IPTC,
    34377,
    EXIF_IFD,
    GPS_IFD,
    C2PA,
];

/// One entry of a directory.
#[derive(Debug, Clone, Copy)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u32,
    /// The four value bytes as they stand in the file.
    value: [u8; 4],
    /// Where this entry stands.
    at: u64,
}

#[derive(Debug, Clone, Copy)]
struct Order {
    big: bool,
}

impl Order {
    fn of(head: &[u8]) -> io::Result<Self> {
        match head.get(..4) {
            Some([b'I', b'I', 42, 0]) => Ok(Self { big: false }),
            Some([b'M', b'M', 0, 42]) => Ok(Self { big: true }),
            _ => Err(damaged("no TIFF header")),
        }
    }
    fn u16(self, b: [u8; 2]) -> u16 {
        if self.big {
            u16::from_be_bytes(b)
        } else {
            u16::from_le_bytes(b)
        }
    }
    fn u32(self, b: [u8; 4]) -> u32 {
        if self.big {
            u32::from_be_bytes(b)
        } else {
            u32::from_le_bytes(b)
        }
    }
    fn put16(self, n: u16) -> [u8; 2] {
        if self.big {
            n.to_be_bytes()
        } else {
            n.to_le_bytes()
        }
    }
}

impl Entry {
    fn bytes(&self) -> u64 {
        let width = match self.kind {
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 => 8,
            _ => 1,
        };
        u64::from(self.count) * width
    }
    /// A single number (SHORT or LONG).
    fn number(&self, order: Order) -> u32 {
        let [a, b, ..] = self.value;
        match self.kind {
            3 => u32::from(order.u16([a, b])),
            _ => order.u32(self.value),
        }
    }
    fn read<R: Read + Seek>(&self, reader: &mut R, order: Order) -> io::Result<Vec<u8>> {
        let n = self.bytes();
        if n <= 4 {
            return Ok(self.value[..n as usize].to_vec());
        }
        if n > MAX_TEXT {
            return Err(damaged("a TIFF field is too long"));
        }
        reader.seek(SeekFrom::Start(u64::from(order.u32(self.value))))?;
        take(reader, n)
    }

    /// As [`Self::read`], while there is room for it.
    fn read_within<R: Read + Seek>(
        &self,
        reader: &mut R,
        order: Order,
        room: &mut u64,
    ) -> io::Result<Vec<u8>> {
        *room = room
            .checked_sub(self.bytes())
            .ok_or_else(|| damaged("its texts are longer than any"))?;
        self.read(reader, order)
    }

    /// A text; none where it can't be read.
    fn text<R: Read + Seek>(&self, reader: &mut R, order: Order, room: &mut u64) -> String {
        let bytes = self.read_within(reader, order, room);
        ascii(&bytes.unwrap_or_default())
    }
}

/// A text as cameras write it: UTF-8, else a byte a letter.
fn ascii(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    };
    text.trim_matches(['\0', ' ']).to_owned()
}

/// The entries of the directory at `at`, and where the next directory is (0: none).
fn directory<R: Read + Seek>(
    reader: &mut R,
    order: Order,
    at: u64,
) -> io::Result<(Vec<Entry>, u32)> {
    reader.seek(SeekFrom::Start(at))?;
    let head = take(reader, 2)?;
    let n = u64::from(order.u16([head[0], head[1]]));
    let raw = take(reader, n * 12 + 4)?;
    let entry = |(i, e): (usize, &[u8])| Entry {
        tag: order.u16([e[0], e[1]]),
        kind: order.u16([e[2], e[3]]),
        count: order.u32([e[4], e[5], e[6], e[7]]),
        value: [e[8], e[9], e[10], e[11]],
        at: at + 2 + i as u64 * 12,
    };
    let (table, next) = raw.split_at(n as usize * 12);
    let entries = table.chunks_exact(12).enumerate().map(entry).collect();
    Ok((entries, order.u32([next[0], next[1], next[2], next[3]])))
}

fn first_directory<R: Read + Seek>(reader: &mut R) -> io::Result<(Order, u64)> {
    reader.seek(SeekFrom::Start(0))?;
    let head = take(reader, 8)?;
    let order = Order::of(&head)?;
    let at = order.u32([head[4], head[5], head[6], head[7]]);
    Ok((order, u64::from(at)))
}

/// More pages than this are not looked at.
const MAX_PAGES: usize = 1000;

/// Where the directories of all pages lie, in their order.
fn pages<R: Read + Seek>(reader: &mut R, order: Order, first: u64) -> io::Result<Vec<u64>> {
    let (mut at, mut seen) = (first, Vec::new());
    while at != 0 && !seen.contains(&at) && seen.len() < MAX_PAGES {
        seen.push(at);
        at = u64::from(directory(reader, order, at)?.1);
    }
    Ok(seen)
}

/// Reads the first directory; Content Credentials stand in the last, which is theirs alone.
pub fn scan<R: Read + Seek>(reader: &mut R) -> io::Result<Contents> {
    let mut contents = Contents::new(Container::Tiff);
    let (order, at) = first_directory(reader)?;
    let (entries, _) = directory(reader, order, at)?;
    for e in &entries {
        match e.tag {
            WIDTH => contents.size[0] = e.number(order),
            HEIGHT => contents.size[1] = e.number(order),
            XMP => {
                let data = e.read(reader, order)?;
                contents.xmp.push(String::from_utf8_lossy(&data).into());
            }
            IPTC => contents.iptc = e.read(reader, order).ok(),
            C2PA => contents.c2pa = true,
            _ => {}
        }
    }
    // A page that can't be read doesn't keep the picture from being one.
    for page in pages(reader, order, at).unwrap_or_default() {
        let (entries, _) = directory(reader, order, page)?;
        contents.c2pa |= entries.iter().any(|e| e.tag == C2PA);
    }
    if entries
        .iter()
        .any(|e| matches!(e.tag, EXIF_IFD | COPYRIGHT | DESCRIPTION | ORIENTATION))
    {
        // EXIF offsets count from the file's start: the file is its own EXIF block.
        // Only the small texts are taken over.
        let texts = exif_texts(reader)?;
        contents.exif = Some(rebuild_exif(&texts));
    }
    Ok(contents)
}

/// Texts of an EXIF block that Limner looks at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExifTexts {
    /// 1..=8; 1 is upright.
    pub orientation: u16,
    /// `Copyright`.
    pub copyright: String,
    /// `ImageDescription`.
    pub description: String,
    /// `UserComment`, decoded; other programs put their settings there.
    pub comment: String,
    /// `Make`; of pictures that no camera took, other programs' settings.
    pub make: String,
    /// `Model`, as `Make`.
    pub model: String,
    /// `Software`.
    pub software: String,
    /// `MakerNote`, where it is a short text.
    pub maker_note: String,
    /// `Artist`.
    pub artist: String,
    /// `DateTimeOriginal`, as it stands there.
    pub taken: String,
    /// `OffsetTimeOriginal`.
    pub offset: String,
}

/// Reads the texts of an EXIF block (from its TIFF header on).
pub fn parse_exif(block: &[u8]) -> ExifTexts {
    read_exif(&mut io::Cursor::new(block))
}

/// As [`parse_exif`], of a TIFF file.
pub fn read_exif<R: Read + Seek>(reader: &mut R) -> ExifTexts {
    exif_texts(reader).unwrap_or_default()
}

fn exif_texts<R: Read + Seek>(reader: &mut R) -> io::Result<ExifTexts> {
    let (order, at) = first_directory(reader)?;
    let (entries, _) = directory(reader, order, at)?;
    let mut texts = ExifTexts {
        orientation: 1,
        ..ExifTexts::default()
    };
    // Entries may all show the same long text.
    let mut room = MAX_TEXT;
    for e in entries {
        match e.tag {
            ORIENTATION => texts.orientation = e.number(order) as u16,
            COPYRIGHT => texts.copyright = ascii(&e.read_within(reader, order, &mut room)?),
            DESCRIPTION => texts.description = ascii(&e.read_within(reader, order, &mut room)?),
            // Of no use to the picture itself: what is broken there is left out.
            MAKE => texts.make = e.text(reader, order, &mut room),
            MODEL => texts.model = e.text(reader, order, &mut room),
            SOFTWARE => texts.software = e.text(reader, order, &mut room),
            ARTIST => texts.artist = e.text(reader, order, &mut room),
            EXIF_IFD => {
                let (inner, _) = directory(reader, order, u64::from(e.number(order)))?;
                for e in inner {
                    below(&e, reader, order, &mut texts, &mut room)?;
                }
            }
            // Some programs put them a directory too high.
            _ => below(&e, reader, order, &mut texts, &mut room)?,
        }
    }
    Ok(texts)
}

/// When the photo was taken, `UserComment`, and a `MakerNote` that is a word.
fn below<R: Read + Seek>(
    e: &Entry,
    reader: &mut R,
    order: Order,
    texts: &mut ExifTexts,
    room: &mut u64,
) -> io::Result<()> {
    match e.tag {
        TAKEN => texts.taken = e.text(reader, order, room),
        OFFSET => texts.offset = e.text(reader, order, room),
        USER_COMMENT => {
            let comment = e.read_within(reader, order, room)?;
            texts.comment = user_comment(&comment, order);
        }
        MAKER_NOTE if e.bytes() <= LONGEST_MAKER_NOTE => {
            let note = e.read(reader, order).unwrap_or_default();
            let note = String::from_utf8(note).unwrap_or_default();
            texts.maker_note = note.trim_matches(['\0', ' ']).to_owned();
        }
        _ => {}
    }
    Ok(())
}

/// `UserComment` starts with eight bytes that name its encoding; not all programs know.
fn user_comment(bytes: &[u8], order: Order) -> String {
    let named = [b"UNICODE\0", b"ASCII\0\0\0", b"JIS\0\0\0\0\0", &[0; 8]];
    let named = named.iter().any(|name| bytes.starts_with(*name));
    let text = bytes.get(if named { 8 } else { 0 }..).unwrap_or_default();
    // Some write the name of one encoding before the bytes of another.
    let wide = text.iter().take(256).any(|&b| b == 0) || std::str::from_utf8(text).is_err();
    let decoded = if bytes.starts_with(b"UNICODE\0") && wide {
        // Programs disagree about the byte order: a Latin letter tells.
        let big = match text {
            [0, _, ..] => true,
            [_, 0, ..] => false,
            _ => order.big,
        };
        let units: Vec<u16> = text
            .chunks_exact(2)
            .map(|c| Order { big }.u16([c[0], c[1]]))
            .collect();
        String::from_utf16_lossy(&units)
    } else {
        String::from_utf8_lossy(text).into_owned()
    };
    decoded.trim_matches(['\0', ' ']).to_owned()
}

/// A small EXIF block with the given texts.
fn rebuild_exif(t: &ExifTexts) -> Vec<u8> {
    let mut entries: Vec<(u16, u16, u32, Vec<u8>)> = Vec::new();
    let text = |s: &str| -> Vec<u8> { s.bytes().chain([0]).collect() };
    if !t.description.is_empty() {
        let d = text(&t.description);
        entries.push((DESCRIPTION, 2, d.len() as u32, d));
    }
    entries.push((ORIENTATION, 3, 1, t.orientation.to_be_bytes().to_vec()));
    if !t.copyright.is_empty() {
        let d = text(&t.copyright);
        entries.push((COPYRIGHT, 2, d.len() as u32, d));
    }
    let mut data_at = 8 + 2 + entries.len() * 12 + 4;
    let mut out = b"MM\0\x2a\0\0\0\x08".to_vec();
    let mut data = Vec::new();
    out.extend((entries.len() as u16).to_be_bytes());
    for (tag, kind, count, mut value) in entries {
        out.extend(tag.to_be_bytes());
        out.extend(kind.to_be_bytes());
        out.extend(count.to_be_bytes());
        if value.len() <= 4 {
            value.resize(4, 0);
            out.extend(value);
        } else {
            out.extend((data_at as u32).to_be_bytes());
            data_at += value.len();
            data.extend(value);
        }
    }
    out.extend([0; 4]);
    out.extend(data);
    out
}

/// An EXIF block that says nothing but the rotation, when there is one: without it
/// the stripped picture would lie on its side.
pub fn orientation_only(block: &[u8]) -> Option<Vec<u8>> {
    let orientation = parse_exif(block).orientation;
    (2..=8).contains(&orientation).then(|| {
        rebuild_exif(&ExifTexts {
            orientation,
            ..ExifTexts::default()
        })
    })
}

/// Writes the file without XMP, EXIF, IPTC, names, dates and C2PA; what they held is
/// overwritten with zeros.
pub fn strip<R: Read + Seek, W: Write>(reader: &mut R, out: &mut W) -> io::Result<()> {
    let (order, first) = first_directory(reader)?;
    reader.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    // Where the offset of the next page's directory stands.
    let mut link = 4;
    for at in pages(reader, order, first)? {
        let (entries, _) = directory(reader, order, at)?;
        let (private, kept): (Vec<Entry>, Vec<Entry>) =
            entries.iter().partition(|e| PRIVATE.contains(&e.tag));
        for e in &private {
            if matches!(e.tag, EXIF_IFD | GPS_IFD) {
                erase_directory(reader, &mut bytes, order, e.number(order))?;
            } else {
                erase(&mut bytes, order, e);
            }
        }
        let start = at as usize;
        let end = start + 2 + entries.len() * 12 + 4;
        let next = bytes[end - 4..end].to_vec();
        if kept.is_empty() {
            // A page of private things alone, such as that of Content Credentials.
            bytes[start..end].fill(0);
            bytes[link..link + 4].copy_from_slice(&next);
        } else {
            link = keep_entries(&mut bytes, order, start..end, &kept);
            bytes[link..link + 4].copy_from_slice(&next);
        }
    }
    out.write_all(&bytes)
}

/// Moves the kept entries of a directory up; gives where the next one's offset stands.
fn keep_entries(
    bytes: &mut [u8],
    order: Order,
    directory: std::ops::Range<usize>,
    kept: &[Entry],
) -> usize {
    let start = directory.start;
    let entries: Vec<u8> = kept
        .iter()
        .flat_map(|e| &bytes[e.at as usize..][..12])
        .copied()
        .collect();
    bytes[directory].fill(0);
    bytes[start..start + 2].copy_from_slice(&order.put16(kept.len() as u16));
    let tail = start + 2 + entries.len();
    bytes[start + 2..tail].copy_from_slice(&entries);
    tail
}

fn erase(bytes: &mut [u8], order: Order, e: &Entry) {
    if e.bytes() > 4 {
        let from = order.u32(e.value) as usize;
        let to = from.saturating_add(e.bytes() as usize).min(bytes.len());
        if let Some(data) = bytes.get_mut(from..to) {
            data.fill(0);
        }
    }
}

fn erase_directory<R: Read + Seek>(
    reader: &mut R,
    bytes: &mut [u8],
    order: Order,
    at: u32,
) -> io::Result<()> {
    let (entries, _) = directory(reader, order, u64::from(at))?;
    for e in &entries {
        erase(bytes, order, e);
    }
    let start = at as usize;
    bytes[start..start + 2 + entries.len() * 12].fill(0);
    Ok(())
}
