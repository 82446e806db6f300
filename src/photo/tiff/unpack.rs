//! A tile's or strip's bytes: decompressed, predictor undone.

use std::io::Read;

use crate::photo::error::Fault;
use crate::photo::jpeg;
use crate::photo::tiff::ifd::{File, Order};
use crate::photo::tiff::layout::{Layout, Meaning};

/// One piece of the picture to be read.
pub(crate) struct Piece {
    /// Number of the piece in the file.
    pub(crate) number: usize,
    /// Columns and rows that are stored.
    pub(crate) size: [usize; 2],
    /// Channels in it.
    pub(crate) samples: usize,
}

impl Piece {
    /// Bytes of one row of samples.
    pub(crate) fn row(&self, layout: &Layout) -> usize {
        (self.size[0] * self.samples * layout.bits as usize).div_ceil(8)
    }

    /// Bytes of the whole piece as it is before compression.
    fn length(&self, layout: &Layout) -> usize {
        if layout.subsampled() {
            let [h, v] = layout.subsampling;
            let units = self.size[0].div_ceil(h) * self.size[1].div_ceil(v);
            return units * (h * v + 2);
        }
        self.row(layout) * self.size[1]
    }

    /// The piece's bytes, decompressed.
    pub(crate) fn read(
        &self,
        file: &File<'_>,
        layout: &Layout,
        tables: Option<&[u8]>,
    ) -> Result<Vec<u8>, Fault> {
        let gone = || Fault::damaged("some of its pieces lie beyond its end");
        let wanted = self.length(layout);
        let offset = layout.offsets[self.number];
        let left = (file.bytes.len() as u64)
            .checked_sub(offset)
            .ok_or_else(gone)?;
        let length = match layout.lengths[self.number] {
            // Some writers leave the lengths out.
            0 | u64::MAX => left,
            // Some count wrong where nothing is compressed.
            short if layout.compression == 1 => short.max((wanted as u64).min(left)),
            length => length,
        };
        let packed = file.slice(offset, length).ok_or_else(gone)?;
        let turned: Vec<u8>;
        let packed = if layout.reversed && !matches!(layout.compression, 6 | 7) {
            turned = packed.iter().map(|b| b.reverse_bits()).collect();
            &turned
        } else {
            packed
        };
        let mut bytes = self.decompress(packed, wanted, layout, tables)?;
        if bytes.len() < wanted {
            return Err(Fault::damaged("one of its pieces is too short"));
        }
        bytes.truncate(wanted);
        self.undo_predictor(&mut bytes, file.order, layout)?;
        Ok(bytes)
    }

    fn decompress(
        &self,
        packed: &[u8],
        wanted: usize,
        layout: &Layout,
        tables: Option<&[u8]>,
    ) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::with_capacity(wanted.min(packed.len().saturating_mul(4)));
        let mut stream = |reader: &mut dyn Read| {
            // What came before an error is judged by its length.
            let whole = reader.take(wanted as u64).read_to_end(&mut bytes);
            whole.map_err(Fault::damaged)
        };
        match layout.compression {
            1 => bytes.extend_from_slice(packed.get(..wanted).unwrap_or(packed)),
            3 | 4 => return self.fax(packed, layout.compression == 4),
            5 => return lzw(packed, wanted),
            6 | 7 => return self.jpeg(packed, layout, tables),
            8 | 32_946 => {
                stream(&mut flate2::read::ZlibDecoder::new(packed))?;
            }
            32_773 => return Ok(packbits(packed, wanted)),
            50_000 => {
                let mut decoder =
                    ruzstd::decoding::StreamingDecoder::new(packed).map_err(Fault::damaged)?;
                stream(&mut decoder)?;
            }
            other => {
                let name = match other {
                    2 => "CCITT's run lengths",
                    32_809 | 32_895..=32_898 => "a scanner's own compression",
                    34_712 | 33_003..=33_005 => "JPEG 2000 inside",
                    34_676 | 34_677 => "LogLuv compression",
                    34_887 => "LERC compression",
                    34_892 => "a lossy DNG's compression",
                    34_925 => "LZMA compression",
                    50_001 => "WebP inside",
                    50_002 | 52_546 => "JPEG XL inside",
                    _ => return Err(Fault::unread(format!("a TIFF with compression {other}"))),
                };
                return Err(Fault::unread(format!("a TIFF with {name}")));
            }
        }
        Ok(bytes)
    }

    fn jpeg(
        &self,
        packed: &[u8],
        layout: &Layout,
        tables: Option<&[u8]>,
    ) -> Result<Vec<u8>, Fault> {
        if layout.bits != 8 {
            return Err(Fault::unread("a TIFF with deep JPEG inside"));
        }
        let mut stream = Vec::with_capacity(packed.len() + tables.map_or(0, <[u8]>::len));
        match (tables, packed) {
            (Some([0xff, 0xd8, tables @ ..]), [0xff, 0xd8, rest @ ..]) => {
                stream.extend_from_slice(&[0xff, 0xd8]);
                stream.extend_from_slice(tables.strip_suffix(&[0xff, 0xd9]).unwrap_or(tables));
                stream.extend_from_slice(rest);
            }
            _ => stream.extend_from_slice(packed),
        }
        let channels = match (self.samples, layout.meaning) {
            (3, Meaning::YCbCr) => jpeg::Inside::YCbCr,
            (3, _) => jpeg::Inside::Rgb,
            (4, Meaning::Inks) => jpeg::Inside::Inks,
            (1, _) => jpeg::Inside::Grey,
            (n, _) => {
                return Err(Fault::unread(format!("a TIFF with JPEG of {n} channels")));
            }
        };
        let (size, samples) = jpeg::inside(&stream, channels, layout.tile)?;
        let [width, height] = size.map(|side| side as usize);
        if width < self.size[0] || height < self.size[1] {
            // The last strip may be stored shorter than the others, never narrower.
            return Err(Fault::damaged("the JPEG inside is smaller than its place"));
        }
        let row = self.size[0] * self.samples;
        Ok(samples
            .chunks_exact(width * self.samples)
            .take(self.size[1])
            .flat_map(|line| &line[..row])
            .copied()
            .collect())
    }

    fn fax(&self, packed: &[u8], four: bool) -> Result<Vec<u8>, Fault> {
        let [width, rows] = self.size;
        let narrow = u16::try_from(width).map_err(|_| Fault::unread("a fax that wide"))?;
        let row = width.div_ceil(8);
        let mut bytes = Vec::new();
        let mut line = |changes: &[u16]| {
            let start = bytes.len();
            if start >= row * rows {
                return;
            }
            bytes.resize(start + row, 0);
            for (x, color) in fax::decoder::pels(changes, narrow).enumerate() {
                if color == fax::Color::Black {
                    bytes[start + x / 8] |= 0x80 >> (x % 8);
                }
            }
        };
        let input = packed.iter().copied();
        if four {
            fax::decoder::decode_g4(input, narrow, None, &mut line);
        } else {
            fax::decoder::decode_g3(input, &mut line);
        }
        Ok(bytes)
    }

    fn undo_predictor(&self, bytes: &mut [u8], order: Order, layout: &Layout) -> Result<(), Fault> {
        let row = self.row(layout);
        match layout.predictor {
            _ if matches!(layout.compression, 1 | 3 | 4 | 6 | 7) || layout.subsampled() => {}
            2 => {
                for line in bytes.chunks_exact_mut(row) {
                    differences(line, self.samples, layout.bits, order)?;
                }
            }
            3 => {
                let size = layout.bits as usize / 8;
                let mut copy = vec![0; row];
                for line in bytes.chunks_exact_mut(row) {
                    floats(line, self.samples, size, order, &mut copy);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Each sample was stored as the difference to the one before.
fn differences(line: &mut [u8], samples: usize, bits: u32, order: Order) -> Result<(), Fault> {
    let size = match bits {
        8 => {
            for at in samples..line.len() {
                line[at] = line[at].wrapping_add(line[at - samples]);
            }
            return Ok(());
        }
        16 | 32 | 64 => bits as usize / 8,
        _ => {
            return Err(Fault::unread(format!(
                "a TIFF with predictor 2 and {bits} bits"
            )));
        }
    };
    for at in (samples * size..line.len()).step_by(size) {
        let before = order.number(&line[at - samples * size..][..size]);
        let sum = order.number(&line[at..at + size]).wrapping_add(before);
        match order {
            Order::Little => line[at..at + size].copy_from_slice(&sum.to_le_bytes()[..size]),
            Order::Big => line[at..at + size].copy_from_slice(&sum.to_be_bytes()[8 - size..]),
        }
    }
    Ok(())
}

/// Bytes of floats were sorted by weight and stored as differences (Adobe's TIFF
/// technical note 3).
fn floats(line: &mut [u8], samples: usize, size: usize, order: Order, copy: &mut [u8]) {
    for at in samples..line.len() {
        line[at] = line[at].wrapping_add(line[at - samples]);
    }
    copy.copy_from_slice(line);
    let count = line.len() / size;
    for (i, value) in line.chunks_exact_mut(size).enumerate() {
        for (b, byte) in value.iter_mut().enumerate() {
            let weight = match order {
                Order::Big => b,
                Order::Little => size - 1 - b,
            };
            *byte = copy[weight * count + i];
        }
    }
}

fn lzw(packed: &[u8], wanted: usize) -> Result<Vec<u8>, Fault> {
    // The first writers had the bits the other way round; their streams begin with
    // a clear code that way.
    if packed.first() == Some(&0) && packed.get(1).is_some_and(|b| b & 1 == 1) {
        return Err(Fault::unread("a TIFF with LZW of the old kind"));
    }
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
    let mut bytes = vec![0; wanted];
    let (mut read, mut written) = (0, 0);
    while written < wanted {
        let step = decoder.decode_bytes(&packed[read..], &mut bytes[written..]);
        read += step.consumed_in;
        written += step.consumed_out;
        match step.status {
            Ok(weezl::LzwStatus::Ok) => {}
            Ok(_) => break,
            Err(e) => return Err(Fault::damaged(e)),
        }
    }
    bytes.truncate(written);
    Ok(bytes)
}

fn packbits(packed: &[u8], wanted: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(wanted.min(packed.len()));
    let mut rest = packed;
    while let Some((&head, after)) = rest.split_first() {
        if bytes.len() >= wanted {
            break;
        }
        rest = match head {
            0..=127 => {
                let count = (usize::from(head) + 1).min(after.len());
                bytes.extend_from_slice(&after[..count]);
                &after[count..]
            }
            128 => after,
            _ => {
                let Some((&value, after)) = after.split_first() else {
                    break;
                };
                bytes.resize(bytes.len() + 257 - usize::from(head), value);
                after
            }
        };
    }
    bytes
}
