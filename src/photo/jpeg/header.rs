//! The structure of a JPEG file: its frame, its scans, what is said beside them.

use crate::photo::error::Fault;
use crate::photo::limits::{check_metadata, check_size};

/// One colour channel as the frame describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Component {
    pub(crate) id: u8,
    /// Sampling factors, 1..=4.
    pub(crate) h: usize,
    pub(crate) v: usize,
    /// Number of its quantisation table, 0..=3.
    pub(crate) table: usize,
}

/// What the channels mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Space {
    Grey,
    YCbCr,
    Rgb,
    Cmyk,
    Ycck,
}

/// A JPEG file's structure.
#[derive(Debug)]
pub(crate) struct Header<'a> {
    pub(crate) size: [u32; 2],
    pub(crate) progressive: bool,
    pub(crate) components: Vec<Component>,
    pub(crate) space: Space,
    /// Where each marker of tables and scans stands, in order: `(marker, offset of
    /// its data)`.
    pub(crate) segments: Vec<(u8, usize)>,
    /// How many scans there are.
    pub(crate) scans: usize,
    /// Whether every scan of a sequential file holds every channel.
    pub(crate) interleaved: bool,
    /// Whether the end mark is there.
    pub(crate) ended: bool,
    /// Bytes up to its end mark, or all.
    pub(crate) length: usize,
    /// Bytes of metadata.
    pub(crate) metadata: usize,
    pub(crate) exif: Option<&'a [u8]>,
    pub(crate) xmp: Option<&'a [u8]>,
    pub(crate) icc: Option<Vec<u8>>,
}

const EXIF: &[u8] = b"Exif\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const ICC: &[u8] = b"ICC_PROFILE\0";

/// Reads the structure of a whole file in one pass.
pub(crate) fn read(bytes: &[u8]) -> Result<Header<'_>, Fault> {
    let mut found = Found {
        length: bytes.len(),
        ..Found::default()
    };
    let mut at = 2;
    while let Some((marker, data)) = next_marker(bytes, at) {
        at = data;
        match marker {
            0x00 | 0x01 | 0xd0..=0xd8 => continue,
            0xd9 => {
                // An end before any scan is a stray one, as thumbnails leave it.
                if found.scans > 0 {
                    found.ended = true;
                    found.length = data;
                    break;
                }
                continue;
            }
            _ => {}
        }
        let Some(segment) = segment(bytes, data) else {
            break;
        };
        found.take(marker, data, segment)?;
        at = data + 2 + segment.len();
    }
    found.judged()
}

/// The data of the segment whose length stands at `at`.
pub(crate) fn segment(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let length = u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?);
    bytes.get(at + 2..at + usize::from(length.max(2)))
}

/// The next marker from `at` on, and where what follows it begins. Stuffed zeros in
/// scans are none.
pub(crate) fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += memchr::memchr(0xff, bytes.get(at..)?)? + 1;
        match *bytes.get(at)? {
            0x00 => at += 1,
            0xff => {}
            marker => return Some((marker, at + 1)),
        }
    }
}

#[derive(Default)]
struct Found<'a> {
    size: Option<[u32; 2]>,
    progressive: bool,
    components: Vec<Component>,
    segments: Vec<(u8, usize)>,
    scans: usize,
    partial_scans: bool,
    ended: bool,
    length: usize,
    metadata: usize,
    jfif: bool,
    adobe: Option<u8>,
    exif: Option<&'a [u8]>,
    xmp: Option<&'a [u8]>,
    icc: Vec<(u8, &'a [u8])>,
}

impl<'a> Found<'a> {
    fn take(&mut self, marker: u8, at: usize, data: &'a [u8]) -> Result<(), Fault> {
        match marker {
            0xc4 | 0xdb | 0xdd => self.segments.push((marker, at)),
            0xcc => return Err(Fault::unread("a JPEG with arithmetic coding")),
            0xc0..=0xcf => {
                self.frame(marker, data)?;
            }
            0xda => {
                self.scans += 1;
                self.segments.push((marker, at));
                let channels = data.first().map_or(0, |&n| usize::from(n));
                self.partial_scans |= channels != self.components.len();
            }
            0xe0..=0xef | 0xfe => {
                self.metadata += data.len();
                self.application(marker, data);
            }
            _ => {}
        }
        Ok(())
    }

    fn application(&mut self, marker: u8, data: &'a [u8]) {
        match marker {
            0xe0 if data.starts_with(b"JFIF\0") => self.jfif = true,
            0xe1 => {
                if let Some(block) = data.strip_prefix(EXIF) {
                    self.exif.get_or_insert(block);
                } else if let Some(packet) = data.strip_prefix(XMP) {
                    self.xmp.get_or_insert(packet);
                }
            }
            0xe2 => {
                if let Some([number, _, part @ ..]) = data.strip_prefix(ICC) {
                    self.icc.push((*number, part));
                }
            }
            0xee if data.starts_with(b"Adobe") => self.adobe = data.get(11).copied(),
            _ => {}
        }
    }

    fn frame(&mut self, marker: u8, data: &[u8]) -> Result<(), Fault> {
        match marker {
            0xc0 | 0xc1 => {}
            0xc2 => self.progressive = true,
            0xc3 => return Err(Fault::unread("a lossless JPEG")),
            0xc5..=0xc7 => return Err(Fault::unread("a hierarchical JPEG")),
            _ => return Err(Fault::unread("a JPEG with arithmetic coding")),
        }
        let cut = || Fault::damaged("its frame header is too short");
        let &[bits, h0, h1, w0, w1, count, ref rest @ ..] = data else {
            return Err(cut());
        };
        if self.size.is_some() {
            return Err(Fault::damaged("it has two frames"));
        }
        if bits != 8 {
            return Err(Fault::unread(format!("a JPEG of {bits} bits a channel")));
        }
        if [h0, h1] == [0, 0] {
            return Err(Fault::unread("a JPEG that tells its height at the end"));
        }
        let side = |a, b| u64::from(u16::from_be_bytes([a, b]));
        self.size = Some(check_size(side(w0, w1), side(h0, h1))?);
        if !matches!(count, 1 | 3 | 4) {
            return Err(Fault::unread(format!("a JPEG of {count} channels")));
        }
        let (triples, _) = rest.as_chunks::<3>();
        let triples = triples.get(..usize::from(count)).ok_or_else(cut)?;
        for &[id, sampling, table] in triples {
            let (h, v) = (usize::from(sampling >> 4), usize::from(sampling & 15));
            if !(1..=4).contains(&h) || !(1..=4).contains(&v) || table > 3 {
                return Err(Fault::damaged("its channels make no sense"));
            }
            self.components.push(Component {
                id,
                h,
                v,
                table: usize::from(table),
            });
        }
        // The only channel's factors mean nothing.
        if let [only] = self.components.as_mut_slice() {
            (only.h, only.v) = (1, 1);
        }
        Ok(())
    }

    fn judged(self) -> Result<Header<'a>, Fault> {
        check_metadata(self.metadata)?;
        let size = self
            .size
            .ok_or_else(|| Fault::damaged("it has no frame header"))?;
        let space = self.space();
        let icc = joined(self.icc);
        Ok(Header {
            size,
            progressive: self.progressive,
            space,
            components: self.components,
            segments: self.segments,
            scans: self.scans,
            interleaved: !self.partial_scans,
            ended: self.ended,
            length: self.length,
            metadata: self.metadata,
            exif: self.exif,
            xmp: self.xmp,
            icc,
        })
    }

    /// As libjpeg decides it.
    fn space(&self) -> Space {
        let ids: Vec<u8> = self.components.iter().map(|c| c.id).collect();
        match (ids.len(), self.adobe) {
            (1, _) => Space::Grey,
            (4, Some(2)) => Space::Ycck,
            (4, _) => Space::Cmyk,
            (_, _) if self.jfif => Space::YCbCr,
            (_, Some(0)) => Space::Rgb,
            (_, Some(_)) => Space::YCbCr,
            _ if ids == *b"RGB" => Space::Rgb,
            _ => Space::YCbCr,
        }
    }
}

/// A profile from its numbered parts.
fn joined(mut parts: Vec<(u8, &[u8])>) -> Option<Vec<u8>> {
    parts.sort_by_key(|&(number, _)| number);
    parts.dedup_by_key(|&mut (number, _)| number);
    let joined: Vec<u8> = parts
        .into_iter()
        .flat_map(|(_, part)| part)
        .copied()
        .collect();
    (!joined.is_empty()).then_some(joined)
}
