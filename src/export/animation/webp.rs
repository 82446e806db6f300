//! Animated WebP (RFC 9649): each frame lossy, written as it comes; the file's length and
//! flags are known at the start but for one number.

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use super::pace::{Pace, delay};
use crate::export::ExportError;
use crate::export::encode::{self, Labels};
use crate::export::xmp::Packet;
use crate::picture::Picture;

const HAS_ICC: u8 = 0x20;
const HAS_XMP: u8 = 0x04;
const IS_ANIMATION: u8 = 0x02;
/// Largest side, pixels: VP8 has 14 bits for it.
const MOST: u32 = 16_383;
/// The frame replaces what was there before, and stays.
const REPLACE: u8 = 0x02;

/// An animation being written.
pub(super) struct Animation<W: Write + Seek> {
    out: W,
    pace: Pace,
    quality: u8,
    xmp: Option<String>,
    /// Bytes after the first eight.
    length: u64,
}

impl<W: Write + Seek> Animation<W> {
    pub(super) fn begin(
        mut out: W,
        pace: &Pace,
        quality: u8,
        labels: &Labels,
    ) -> Result<Self, ExportError> {
        if pace.size.iter().any(|n| *n > MOST) {
            return Err(ExportError::Format(
                "WebP holds at most 16,383 pixels a side; choose another size or PNG".into(),
            ));
        }
        let xmp = labels.xmp.as_ref().map(Packet::whole);
        let mut head = b"RIFF\0\0\0\0WEBP".to_vec();
        let xmp_flag = if xmp.is_some() { HAS_XMP } else { 0 };
        let mut vp8x = vec![HAS_ICC | IS_ANIMATION | xmp_flag, 0, 0, 0];
        pace.size.iter().for_each(|side| three(&mut vp8x, side - 1));
        chunk(&mut head, b"VP8X", &[&vp8x]);
        chunk(&mut head, b"ICCP", &[encode::profile_of(labels.space)]);
        // Background, then how often: 0 is for ever.
        let plays = u16::from(!pace.forever).to_le_bytes();
        chunk(&mut head, b"ANIM", &[&[0, 0, 0, 0], &plays]);
        out.write_all(&head).map_err(disk)?;
        Ok(Self {
            out,
            pace: *pace,
            quality,
            xmp,
            length: head.len() as u64 - 8,
        })
    }

    pub(super) fn frame(&mut self, number: u32, picture: &Picture) -> Result<(), ExportError> {
        let still = encode::webp_lossy(picture, false, self.quality)?;
        // After the file's own head: the chunk with the picture.
        let picture = still
            .get(12..)
            .filter(|c| c.starts_with(b"VP8 "))
            .ok_or_else(|| ExportError::Format("the WebP encoder gave no WebP".into()))?;
        let mut head = Vec::new();
        // At the corner.
        three(&mut head, 0);
        three(&mut head, 0);
        self.pace
            .size
            .iter()
            .for_each(|side| three(&mut head, side - 1));
        three(&mut head, delay(number, self.pace.fps, 1000.0) as u32);
        head.push(REPLACE);
        let mut bytes = Vec::with_capacity(picture.len() + 32);
        chunk(&mut bytes, b"ANMF", &[&head, picture]);
        self.put(&bytes)
    }

    pub(super) fn finish(mut self) -> Result<(), ExportError> {
        if let Some(xmp) = self.xmp.take() {
            let mut bytes = Vec::new();
            chunk(&mut bytes, b"XMP ", &[xmp.as_bytes()]);
            self.put(&bytes)?;
        }
        let length = (self.length as u32).to_le_bytes();
        self.out.seek(SeekFrom::Start(4)).map_err(disk)?;
        self.out.write_all(&length).map_err(disk)?;
        self.out.seek(SeekFrom::End(0)).map_err(disk)?;
        self.out.flush().map_err(disk)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), ExportError> {
        self.length += bytes.len() as u64;
        if self.length > u64::from(u32::MAX) - 8 {
            return Err(ExportError::Format(
                "WebP holds at most 4 GB; choose MP4, or a smaller size".into(),
            ));
        }
        self.out.write_all(bytes).map_err(disk)
    }
}

fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.extend_from_slice(kind);
    out.extend_from_slice(&(length as u32).to_le_bytes());
    parts.iter().for_each(|part| out.extend_from_slice(part));
    if length % 2 == 1 {
        out.push(0);
    }
}

/// 24 bits.
fn three(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(&number.to_le_bytes()[..3]);
}

fn disk(e: std::io::Error) -> ExportError {
    ExportError::writing(Path::new(""), e)
}
