//! How a TIFF directory says its picture lies in the file.

use crate::photo::error::Fault;
use crate::photo::limits::{check_metadata, check_size};
use crate::photo::tiff::ifd::Directory;

/// What the samples are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Zero is white.
    White,
    /// Zero is black.
    Black,
    Rgb,
    Palette,
    Inks,
    YCbCr,
    /// L*a*b*, a* and b* signed.
    Lab,
    /// L*a*b*, a* and b* from half of the range on.
    IccLab,
}

/// What the first sample beyond the colours is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alpha {
    None,
    /// Colours are multiplied by it.
    Associated,
    Straight,
}

/// How samples are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Whole,
    Float,
}

/// A picture's place and form.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) size: [u32; 2],
    pub(crate) bits: u32,
    pub(crate) samples: usize,
    pub(crate) format: Format,
    pub(crate) meaning: Meaning,
    pub(crate) alpha: Alpha,
    pub(crate) compression: u64,
    pub(crate) predictor: u64,
    /// Each channel on its own.
    pub(crate) planar: bool,
    /// Bits of each byte are the other way round.
    pub(crate) reversed: bool,
    /// Tiles, which are stored whole, not strips, which end with the picture.
    pub(crate) tiled: bool,
    /// Columns and rows of a tile or strip.
    pub(crate) tile: [u32; 2],
    pub(crate) offsets: Vec<u64>,
    pub(crate) lengths: Vec<u64>,
    /// Pixels that share a chroma sample.
    pub(crate) subsampling: [usize; 2],
}

mod tag {
    pub(super) const WIDTH: u16 = 256;
    pub(super) const HEIGHT: u16 = 257;
    pub(super) const BITS: u16 = 258;
    pub(super) const COMPRESSION: u16 = 259;
    pub(super) const PHOTOMETRIC: u16 = 262;
    pub(super) const FILL_ORDER: u16 = 266;
    pub(super) const STRIP_OFFSETS: u16 = 273;
    pub(super) const SAMPLES: u16 = 277;
    pub(super) const ROWS_PER_STRIP: u16 = 278;
    pub(super) const STRIP_LENGTHS: u16 = 279;
    pub(super) const PLANAR: u16 = 284;
    pub(super) const PREDICTOR: u16 = 317;
    pub(super) const TILE_WIDTH: u16 = 322;
    pub(super) const TILE_HEIGHT: u16 = 323;
    pub(super) const TILE_OFFSETS: u16 = 324;
    pub(super) const TILE_LENGTHS: u16 = 325;
    pub(super) const EXTRA_SAMPLES: u16 = 338;
    pub(super) const SAMPLE_FORMAT: u16 = 339;
    pub(super) const JPEG_START: u16 = 513;
    pub(super) const JPEG_LENGTH: u16 = 514;
    pub(super) const SUBSAMPLING: u16 = 530;
}

/// Bits a pixel, all channels together, that are read.
const MOST_BITS: u64 = 512;

impl Layout {
    /// Size, refused if it is none.
    pub(crate) fn size(d: &Directory<'_>) -> Result<[u32; 2], Fault> {
        let side = |tag| {
            d.number(tag)
                .ok_or_else(|| Fault::damaged("its size is missing"))
        };
        check_size(side(tag::WIDTH)?, side(tag::HEIGHT)?)
    }

    /// The whole layout; what isn't read is refused by its name.
    pub(crate) fn read(d: &Directory<'_>) -> Result<Self, Fault> {
        let size = Self::size(d)?;
        // Some writers of JPEG inside leave the number of channels out.
        let usual = match d.number(tag::PHOTOMETRIC) {
            Some(2 | 6) => 3,
            _ => 1,
        };
        let samples = d.number(tag::SAMPLES).unwrap_or(usual) as usize;
        if !(1..=64).contains(&samples) {
            return Err(Fault::unread(format!("a TIFF of {samples} channels")));
        }
        let compression = d.number(tag::COMPRESSION).unwrap_or(1);
        let meaning = meaning(d.number(tag::PHOTOMETRIC), samples)?;
        let (tile, offsets, lengths) = pieces(d, size, compression)?;
        let bits = bits(d)?;
        let format = format(d, bits)?;
        let subsampling = d.numbers(tag::SUBSAMPLING).unwrap_or_else(|| vec![2, 2]);
        let layout = Self {
            size,
            bits,
            samples,
            format,
            meaning,
            alpha: alpha(d, samples, meaning)?,
            compression,
            predictor: d.number(tag::PREDICTOR).unwrap_or(1),
            planar: d.number(tag::PLANAR) == Some(2) && samples > 1,
            reversed: d.number(tag::FILL_ORDER) == Some(2),
            tiled: d.has(tag::TILE_OFFSETS),
            tile,
            offsets,
            lengths,
            subsampling: match subsampling.as_slice() {
                &[h @ (1 | 2 | 4), v @ (1 | 2 | 4)] => [h as usize, v as usize],
                _ => return Err(Fault::damaged("its chroma sampling makes no sense")),
            },
        };
        layout.check()?;
        Ok(layout)
    }

    /// Chroma samples lie beside those of their pixels, uncompressed or nearly so.
    pub(crate) fn subsampled(&self) -> bool {
        self.meaning == Meaning::YCbCr
            && self.subsampling != [1, 1]
            && !matches!(self.compression, 6 | 7)
    }

    /// Tiles across and down.
    pub(crate) fn grid(&self) -> [usize; 2] {
        [0, 1].map(|i| self.size[i].div_ceil(self.tile[i]) as usize)
    }

    fn check(&self) -> Result<(), Fault> {
        let [across, down] = self.grid();
        let planes = if self.planar { self.samples } else { 1 };
        if self.offsets.len() < across * down * planes || self.lengths.len() < self.offsets.len() {
            return Err(Fault::damaged("some of its pieces are missing"));
        }
        check_metadata((self.offsets.len() + self.lengths.len()) * 8)?;
        if self.samples as u64 * u64::from(self.bits) > MOST_BITS {
            return Err(Fault::unread(format!(
                "a TIFF of {} channels of {} bits",
                self.samples, self.bits
            )));
        }
        // A tile may stick out, but not be another picture.
        let pixels = self.size.map(u64::from).iter().product::<u64>();
        let tile = self.tile.map(u64::from).iter().product::<u64>();
        if tile > pixels + (1 << 22) {
            return Err(Fault::damaged("its tiles are larger than the picture"));
        }
        let depth = match self.meaning {
            Meaning::Palette => self.bits <= 16 && self.format == Format::Whole,
            Meaning::Lab | Meaning::IccLab => {
                matches!(self.bits, 8 | 16) && self.format == Format::Whole
            }
            Meaning::YCbCr => self.bits == 8 && self.format == Format::Whole,
            _ => true,
        };
        if !depth {
            return Err(Fault::unread(format!(
                "a TIFF of {} bits a channel of this kind ({:?})",
                self.bits, self.meaning
            )));
        }
        if self.subsampled() && self.planar {
            return Err(Fault::unread("a TIFF with smaller planes of chroma"));
        }
        if self.predictor > 1 && self.bits < 8 || !(1..=3).contains(&self.predictor) {
            return Err(Fault::unread(format!(
                "a TIFF with predictor {} and {} bits",
                self.predictor, self.bits
            )));
        }
        Ok(())
    }
}

fn meaning(number: Option<u64>, samples: usize) -> Result<Meaning, Fault> {
    let (meaning, least) = match number {
        Some(0) => (Meaning::White, 1),
        Some(1) => (Meaning::Black, 1),
        Some(2) => (Meaning::Rgb, 3),
        Some(3) => (Meaning::Palette, 1),
        Some(5) => (Meaning::Inks, 4),
        Some(6) => (Meaning::YCbCr, 3),
        Some(8) => (Meaning::Lab, 3),
        Some(9) => (Meaning::IccLab, 3),
        None if samples < 3 => (Meaning::Black, 1),
        None => (Meaning::Rgb, 3),
        Some(4) => return Err(Fault::unread("a TIFF that is only a mask")),
        Some(32_844 | 32_845) => return Err(Fault::unread("a TIFF in LogLuv")),
        Some(32_803 | 34_892) => return Err(Fault::unread("a raw camera file")),
        Some(other) => {
            return Err(Fault::unread(format!("a TIFF of colour kind {other}")));
        }
    };
    if samples < least {
        return Err(Fault::damaged(format!(
            "{samples} channels are too few for its colours"
        )));
    }
    Ok(meaning)
}

fn bits(d: &Directory<'_>) -> Result<u32, Fault> {
    let bits = d.numbers(tag::BITS).unwrap_or_else(|| vec![1]);
    match bits.as_slice() {
        [first, rest @ ..] if rest.iter().all(|b| b == first) => match *first {
            b @ (1..=16 | 24 | 32 | 64) => Ok(b as u32),
            b => Err(Fault::unread(format!("a TIFF of {b} bits a channel"))),
        },
        _ => Err(Fault::unread("a TIFF whose channels have different depths")),
    }
}

fn format(d: &Directory<'_>, bits: u32) -> Result<Format, Fault> {
    let formats = d.numbers(tag::SAMPLE_FORMAT).unwrap_or_else(|| vec![1]);
    // Lab's signed channels are often called whole numbers, and the other way round.
    let lab = matches!(d.number(tag::PHOTOMETRIC), Some(8 | 9));
    match (formats.first(), bits) {
        (Some(1 | 4) | None, ..=32) => Ok(Format::Whole),
        (Some(2), ..=16) if lab => Ok(Format::Whole),
        (Some(3), 16 | 24 | 32 | 64) => Ok(Format::Float),
        (Some(2), _) => Err(Fault::unread("a TIFF of signed numbers")),
        (Some(5 | 6), _) => Err(Fault::unread("a TIFF of complex numbers")),
        _ => Err(Fault::unread(format!("a TIFF of {bits}-bit numbers"))),
    }
}

fn alpha(d: &Directory<'_>, samples: usize, meaning: Meaning) -> Result<Alpha, Fault> {
    let colors = match meaning {
        Meaning::White | Meaning::Black | Meaning::Palette => 1,
        Meaning::Inks => 4,
        _ => 3,
    };
    if samples <= colors {
        return Ok(Alpha::None);
    }
    match d.numbers(tag::EXTRA_SAMPLES) {
        Some(kinds) => Ok(match kinds.first() {
            Some(1) => Alpha::Associated,
            Some(2) => Alpha::Straight,
            _ => Alpha::None,
        }),
        // Four channels without a word are RGBA everywhere; five inks are five inks.
        None if meaning == Meaning::Rgb && samples == 4 => Ok(Alpha::Straight),
        None if meaning == Meaning::Inks => Err(Fault::unread(format!("a TIFF of {samples} inks"))),
        None => Ok(Alpha::None),
    }
}

type Pieces = ([u32; 2], Vec<u64>, Vec<u64>);

fn pieces(d: &Directory<'_>, size: [u32; 2], compression: u64) -> Result<Pieces, Fault> {
    let missing = || Fault::damaged("it doesn't say where its pixels are");
    let side = |tag, most: u32| {
        let side = d.number(tag).unwrap_or_else(|| most.into());
        u32::try_from(side.min(u32::MAX.into()))
            .ok()
            .filter(|&side| side > 0)
            .ok_or_else(missing)
    };
    if compression == 6 && d.has(tag::JPEG_START) {
        let start = d.numbers(tag::JPEG_START).ok_or_else(missing)?;
        let length = d
            .numbers(tag::JPEG_LENGTH)
            .unwrap_or_else(|| vec![u64::MAX]);
        return Ok((size, start, length));
    }
    if let Some(offsets) = d.numbers(tag::TILE_OFFSETS) {
        let lengths = d.numbers(tag::TILE_LENGTHS).ok_or_else(missing)?;
        let tile = [
            side(tag::TILE_WIDTH, size[0])?,
            side(tag::TILE_HEIGHT, size[1])?,
        ];
        return Ok((tile, offsets, lengths));
    }
    let offsets = d.numbers(tag::STRIP_OFFSETS).ok_or_else(missing)?;
    let lengths = d
        .numbers(tag::STRIP_LENGTHS)
        .unwrap_or_else(|| vec![u64::MAX; offsets.len()]);
    let rows = side(tag::ROWS_PER_STRIP, size[1])?.min(size[1]);
    Ok(([size[0], rows], offsets, lengths))
}
