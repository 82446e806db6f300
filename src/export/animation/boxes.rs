//! An MP4 around one track of pictures (ISO/IEC 14496-12): each sample is written as it
//! comes, the table of samples goes into the room that was left for it in front, so that
//! players can begin before the whole file is there.

use std::io::{self, Seek, SeekFrom, Write};

use super::panorama;

/// Box that holds XMP (XMP specification part 3).
pub(super) const XMP_BOX: [u8; 16] = [
    0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac,
];
/// Samples that lie in one run.
const CHUNK: u32 = 64;
/// Everything in the table but its lists, generously.
const FIXED_ROOM: u64 = 1536;
/// What a panorama says of itself there.
const PANORAMA_ROOM: u64 = 1024;
/// No turn and no scale, 16.16 and 2.30 (ISO/IEC 14496-12, 6.2.2).
const IDENTITY: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
/// "und" for a language that isn't told, five bits a letter.
const NO_LANGUAGE: u16 = 0x55c4;

/// A track of pictures at an even pace.
#[derive(Debug, Clone)]
pub(super) struct Track {
    /// Pixels.
    pub size: [u32; 2],
    /// Ticks of a second.
    pub timescale: u32,
    /// Ticks of a frame.
    pub delta: u32,
    /// Frames that are going to come.
    pub frames: u32,
    /// Fewest frames from one that stands for itself to the next.
    pub jump: u32,
    /// Brands of the file: the major one first.
    pub brands: Vec<[u8; 4]>,
    /// Every frame is everything around a viewer, equirectangular.
    pub panorama: bool,
}

/// A file being written.
pub(super) struct Mp4<W> {
    out: W,
    track: Track,
    /// Where the room for the table begins, and how long it is.
    room: (u64, u64),
    /// Where the samples' box begins.
    data: u64,
    at: u64,
    sizes: Vec<u32>,
    jumps: Vec<u32>,
    chunks: Vec<u64>,
}

impl<W: Write + Seek> Mp4<W> {
    /// Writes everything that comes before the samples.
    pub(super) fn begin(mut out: W, track: Track, xmp: Option<&str>) -> io::Result<Self> {
        let mut head = Vec::new();
        put(&mut head, b"ftyp", |b| {
            let major = track.brands.first().unwrap_or(b"isom");
            b.extend_from_slice(major);
            b.extend_from_slice(&512u32.to_be_bytes());
            track
                .brands
                .iter()
                .for_each(|brand| b.extend_from_slice(brand));
        });
        if let Some(xmp) = xmp {
            head.extend(xmp_box(xmp));
        }
        let frames = u64::from(track.frames);
        let jumps = frames / u64::from(track.jump.max(1)) + 2;
        let chunks = frames / u64::from(CHUNK) + 2;
        let around = u64::from(track.panorama) * PANORAMA_ROOM;
        let room = FIXED_ROOM + around + 4 * frames + 4 * jumps + 8 * chunks;
        let start = head.len() as u64;
        head.extend_from_slice(&(room as u32).to_be_bytes());
        head.extend_from_slice(b"free");
        head.resize((start + room) as usize, 0);
        let data = head.len() as u64;
        // The length of 64 bits follows when it is known.
        head.extend_from_slice(&1u32.to_be_bytes());
        head.extend_from_slice(b"mdat");
        head.extend_from_slice(&16u64.to_be_bytes());
        out.write_all(&head)?;
        Ok(Self {
            out,
            track,
            room: (start, room),
            data,
            at: head.len() as u64,
            sizes: Vec::new(),
            jumps: Vec::new(),
            chunks: Vec::new(),
        })
    }

    /// Writes the next sample; `jump` tells that it stands for itself.
    pub(super) fn sample(&mut self, bytes: &[u8], jump: bool) -> io::Result<()> {
        self.out.write_all(bytes)?;
        let number = self.sizes.len() as u32;
        if number.is_multiple_of(CHUNK) {
            self.chunks.push(self.at);
        }
        if jump {
            self.jumps.push(number + 1);
        }
        let too_long = |_| io::Error::other("a frame of more than 4 GB");
        self.sizes
            .push(u32::try_from(bytes.len()).map_err(too_long)?);
        self.at += bytes.len() as u64;
        Ok(())
    }

    /// Samples so far.
    pub(super) fn samples(&self) -> u32 {
        self.sizes.len() as u32
    }

    /// Writes the table; `entry` is the box that describes the samples.
    pub(super) fn finish(mut self, entry: &[u8]) -> io::Result<()> {
        let table = self.table(entry);
        let length = table.len() as u64;
        let (start, room) = self.room;
        self.out.seek(SeekFrom::Start(self.data + 8))?;
        self.out.write_all(&(self.at - self.data).to_be_bytes())?;
        // What is left of the room stays a box of its own.
        if length == room || length + 8 <= room {
            self.out.seek(SeekFrom::Start(start))?;
            self.out.write_all(&table)?;
            if length < room {
                self.out
                    .write_all(&((room - length) as u32).to_be_bytes())?;
                self.out.write_all(b"free")?;
            }
        } else {
            self.out.seek(SeekFrom::Start(self.at))?;
            self.out.write_all(&table)?;
        }
        self.out.seek(SeekFrom::End(0))?;
        self.out.flush()
    }

    /// `moov`.
    fn table(&self, entry: &[u8]) -> Vec<u8> {
        let track = &self.track;
        let [width, height] = track.size;
        let duration = u64::from(self.samples()) * u64::from(track.delta);
        let mut out = Vec::new();
        put(&mut out, b"moov", |b| {
            put_full(b, b"mvhd", 1, 0, |b| {
                long(b, &[0, 0]);
                word(b, &[track.timescale]);
                long(b, &[duration]);
                // Rate, volume, reserved.
                word(b, &[0x1_0000, 0x0100_0000, 0, 0]);
                word(b, &IDENTITY);
                word(b, &[0; 6]);
                word(b, &[2]);
            });
            put(b, b"trak", |b| {
                // Enabled, in the film, in its preview.
                put_full(b, b"tkhd", 1, 7, |b| {
                    long(b, &[0, 0]);
                    word(b, &[1, 0]);
                    long(b, &[duration]);
                    word(b, &[0; 4]);
                    word(b, &IDENTITY);
                    word(b, &[width << 16, height << 16]);
                });
                put(b, b"edts", |b| {
                    // From the first frame on, at its own pace.
                    put_full(b, b"elst", 1, 0, |b| {
                        word(b, &[1]);
                        long(b, &[duration, 0]);
                        word(b, &[0x1_0000]);
                    });
                });
                put(b, b"mdia", |b| self.media(b, entry, duration));
                if track.panorama {
                    b.extend(panorama::old_box());
                }
            });
        });
        out
    }

    fn media(&self, b: &mut Vec<u8>, entry: &[u8], duration: u64) {
        put_full(b, b"mdhd", 1, 0, |b| {
            long(b, &[0, 0]);
            word(b, &[self.track.timescale]);
            long(b, &[duration]);
            b.extend_from_slice(&NO_LANGUAGE.to_be_bytes());
            b.extend_from_slice(&[0, 0]);
        });
        put_full(b, b"hdlr", 0, 0, |b| {
            word(b, &[0]);
            b.extend_from_slice(b"vide");
            word(b, &[0; 3]);
            b.extend_from_slice(b"Pictures\0");
        });
        put(b, b"minf", |b| {
            put_full(b, b"vmhd", 0, 1, |b| word(b, &[0, 0]));
            put(b, b"dinf", |b| {
                put_full(b, b"dref", 0, 0, |b| {
                    word(b, &[1]);
                    // Everything is in this file.
                    put_full(b, b"url ", 0, 1, |_| {});
                });
            });
            put(b, b"stbl", |b| self.samples_table(b, entry));
        });
    }

    fn samples_table(&self, b: &mut Vec<u8>, entry: &[u8]) {
        let count = self.samples();
        put_full(b, b"stsd", 0, 0, |b| {
            word(b, &[1]);
            b.extend_from_slice(entry);
        });
        put_full(b, b"stts", 0, 0, |b| word(b, &[1, count, self.track.delta]));
        put_full(b, b"stss", 0, 0, |b| {
            word(b, &[self.jumps.len() as u32]);
            word(b, &self.jumps);
        });
        put_full(b, b"stsc", 0, 0, |b| {
            // Runs of the same length, and a shorter one at the end.
            let (whole, rest) = (count / CHUNK, count % CHUNK);
            let mut runs = Vec::new();
            if whole > 0 {
                runs.push([1, CHUNK, 1]);
            }
            if rest > 0 {
                runs.push([whole + 1, rest, 1]);
            }
            word(b, &[runs.len() as u32]);
            runs.iter().for_each(|run| word(b, run));
        });
        put_full(b, b"stsz", 0, 0, |b| {
            word(b, &[0, count]);
            word(b, &self.sizes);
        });
        let far = self
            .chunks
            .last()
            .is_some_and(|at| *at > u64::from(u32::MAX));
        let kind = if far { b"co64" } else { b"stco" };
        put_full(b, kind, 0, 0, |b| {
            word(b, &[self.chunks.len() as u32]);
            if far {
                long(b, &self.chunks);
            } else {
                self.chunks.iter().for_each(|at| word(b, &[*at as u32]));
            }
        });
    }
}

/// The start that all descriptions of pictures share (ISO/IEC 14496-12, 12.1.3), then
/// boxes of the codec's own.
pub(super) fn visual_entry(kind: &[u8; 4], size: [u32; 2], more: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, kind, |b| {
        // Reserved; the first and only reference to where the data lies.
        b.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 1]);
        word(b, &[0; 4]);
        b.extend_from_slice(&(size[0] as u16).to_be_bytes());
        b.extend_from_slice(&(size[1] as u16).to_be_bytes());
        // 72 dots an inch, reserved.
        word(b, &[0x48_0000, 0x48_0000, 0]);
        // One frame a sample; no name of the encoder.
        b.extend_from_slice(&1u16.to_be_bytes());
        b.extend_from_slice(&[0; 32]);
        // Colour, 24 bits, no palette.
        b.extend_from_slice(&[0, 24, 0xff, 0xff]);
        b.extend_from_slice(more);
    });
    out
}

/// Colours by number (ISO/IEC 23091-2): primaries, transfer, matrix; all values or few.
pub(super) fn colour_box([primaries, transfer, matrix]: [u16; 3], full: bool) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, b"colr", |b| {
        b.extend_from_slice(b"nclx");
        for number in [primaries, transfer, matrix] {
            b.extend_from_slice(&number.to_be_bytes());
        }
        b.push(u8::from(full) << 7);
    });
    out
}

/// The box that holds labels and recipe.
pub(super) fn xmp_box(xmp: &str) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, b"uuid", |b| {
        b.extend_from_slice(&XMP_BOX);
        b.extend_from_slice(xmp.as_bytes());
    });
    out
}

/// A box: its length, its kind, what `fill` puts in.
pub(super) fn put(out: &mut Vec<u8>, kind: &[u8; 4], fill: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(kind);
    fill(out);
    let length = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
}

/// A box with version and flags.
pub(super) fn put_full(
    out: &mut Vec<u8>,
    kind: &[u8; 4],
    version: u8,
    flags: u32,
    fill: impl FnOnce(&mut Vec<u8>),
) {
    put(out, kind, |b| {
        word(b, &[u32::from(version) << 24 | flags]);
        fill(b);
    });
}

pub(super) fn word(out: &mut Vec<u8>, numbers: &[u32]) {
    numbers
        .iter()
        .for_each(|n| out.extend_from_slice(&n.to_be_bytes()));
}

fn long(out: &mut Vec<u8>, numbers: &[u64]) {
    numbers
        .iter()
        .for_each(|n| out.extend_from_slice(&n.to_be_bytes()));
}
