//! TIFF, classic and BigTIFF: strips and tiles, chunky and planar, grey, RGB, palette,
//! YCbCr, CMYK and L*a*b*, 1 to 32 bits and floats. What isn't read is named.

pub(crate) mod ifd;
mod layout;
mod pixels;
mod unpack;

use crate::photo::error::Fault;
use crate::photo::limits::check_metadata;
use crate::photo::raster::{Pixels, Raster, UNUSABLE_PROFILE, rounded};
use crate::photo::tiff::ifd::{Directory, File};
use crate::photo::tiff::layout::{Alpha, Format, Layout, Meaning};
use crate::photo::tiff::pixels::Painter;
use crate::photo::tiff::unpack::Piece;
use crate::photo::{color, exif};

mod tag {
    pub(super) const SUBFILE: u16 = 254;
    pub(super) const ORIENTATION: u16 = 274;
    pub(super) const JPEG_TABLES: u16 = 347;
    pub(super) const XMP: u16 = 700;
    pub(super) const ICC: u16 = 34_675;
}

/// Directories looked at; more are pages or a chain that never ends.
const MOST_PAGES: usize = 1000;
/// Tags of all of them that are looked at.
const MOST_TAGS: usize = 200_000;

/// Size as stored and everything but the pixels.
pub(crate) fn header(bytes: &[u8]) -> Result<Raster, Fault> {
    let (_, directory, pages) = open(bytes)?;
    describe(&directory, pages)
}

/// Decodes the first full picture.
pub(crate) fn decode(bytes: &[u8]) -> Result<Raster, Fault> {
    let (file, directory, pages) = open(bytes)?;
    let mut raster = describe(&directory, pages)?;
    let layout = Layout::read(&directory)?;
    let mut painter = Painter::new(&directory, &layout);
    let tables = directory.bytes(tag::JPEG_TABLES);
    let inks = layout.meaning == Meaning::Inks;
    let deep = !inks
        && (layout.bits > 8
            || layout.format == Format::Float
            || matches!(layout.meaning, Meaning::Lab | Meaning::IccLab));
    if deep {
        let mut pixels = Vec::new();
        paint(&file, &layout, tables, &mut painter, &mut pixels, |p| p)?;
        raster.pixels = Pixels::Sixteen(pixels);
    } else {
        let mut pixels = Vec::new();
        let to_eight = |p: [u16; 4]| p.map(|v| ((u32::from(v) * 255 + 32_767) / 65_535) as u8);
        paint(&file, &layout, tables, &mut painter, &mut pixels, to_eight)?;
        raster.pixels = Pixels::Eight(pixels);
    }
    if layout.bits > 8 {
        raster.notes.push(rounded(layout.bits));
    }
    if painter.outside {
        raster
            .notes
            .push("holds values beyond black or white; they were cut off".into());
    }
    if matches!(layout.meaning, Meaning::Lab | Meaning::IccLab) {
        // The conversion is the profile's already.
        raster.profile = None;
    }
    if inks {
        print_colours(&mut raster, &layout);
    }
    Ok(raster)
}

fn print_colours(raster: &mut Raster, layout: &Layout) {
    let profile = raster.profile.take();
    let Pixels::Eight(pixels) = &mut raster.pixels else {
        return;
    };
    let managed = color::inks_to_srgb(pixels, profile.as_ref());
    raster.notes.push(if managed {
        "was in print colours (CMYK), converted with its profile".into()
    } else {
        "was in print colours (CMYK) without a profile, so colours are approximate".into()
    });
    if layout.alpha != Alpha::None {
        raster
            .notes
            .push("its transparency was left out: print colours have none here".into());
    }
}

/// The file, the directory of its picture and the number of pages.
fn open(bytes: &[u8]) -> Result<(File<'_>, Directory<'_>, usize), Fault> {
    let nothing = || Fault::damaged("its directory is missing");
    let (file, first) = File::open(bytes).ok_or_else(nothing)?;
    let (mut at, mut pages, mut chosen) = (first, 0, None);
    let mut seen = std::collections::HashSet::new();
    let mut tags = 0;
    while at != 0 && seen.len() < MOST_PAGES && tags < MOST_TAGS && seen.insert(at) {
        let Some(directory) = file.directory(at) else {
            break;
        };
        at = directory.next;
        tags += directory.len();
        let reduced = directory.number(tag::SUBFILE).unwrap_or(0) & 5 != 0;
        if !reduced {
            pages += 1;
            chosen.get_or_insert(directory);
        }
    }
    let directory = match chosen {
        Some(directory) => directory,
        None => file.directory(first).ok_or_else(nothing)?,
    };
    Ok((file, directory, pages))
}

fn describe(directory: &Directory<'_>, pages: usize) -> Result<Raster, Fault> {
    let size = Layout::size(directory)?;
    let mut raster = Raster::new(size, Pixels::Eight(Vec::new()));
    let (profile, xmp) = (directory.bytes(tag::ICC), directory.bytes(tag::XMP));
    check_metadata([profile, xmp].iter().flatten().map(|part| part.len()).sum())?;
    raster.turn = directory
        .number(tag::ORIENTATION)
        .and_then(|turn| u8::try_from(turn).ok())
        .and_then(image::metadata::Orientation::from_exif)
        .unwrap_or_else(|| exif::orientation(None, xmp));
    if let Some(profile) = profile {
        raster.profile = color::from_icc(profile);
        if raster.profile.is_none() {
            raster.notes.push(UNUSABLE_PROFILE.into());
        }
    }
    if pages > 1 {
        let note = format!("holds {pages} pages; only the first is used");
        raster.notes.push(note);
    }
    Ok(raster)
}

/// Decodes all pieces into RGBA.
fn paint<T: Copy + Default>(
    file: &File<'_>,
    layout: &Layout,
    tables: Option<&[u8]>,
    painter: &mut Painter,
    pixels: &mut Vec<T>,
    store: impl Fn([u16; 4]) -> [T; 4],
) -> Result<(), Fault> {
    let [width, height] = layout.size.map(|side| side as usize);
    *pixels = vec![T::default(); width * height * 4];
    let [across, down] = layout.grid();
    let tile = layout.tile.map(|side| side as usize);
    for number in 0..across * down {
        let (left, top) = (number % across * tile[0], number / across * tile[1]);
        let shown = [tile[0].min(width - left), tile[1].min(height - top)];
        let stored = if layout.tiled { tile } else { shown };
        let planes = planes(file, layout, tables, number, stored)?;
        let mut row = vec![0_u16; stored[0] * layout.samples];
        for y in 0..shown[1] {
            samples(&planes, y, file, layout, painter, &mut row);
            let start = ((top + y) * width + left) * 4;
            let out = pixels[start..start + shown[0] * 4].as_chunks_mut::<4>().0;
            for (out, samples) in out.iter_mut().zip(row.chunks_exact(layout.samples)) {
                *out = store(painter.pixel(samples, layout));
            }
        }
    }
    Ok(())
}

/// What is stored for one tile or strip: all channels together, or each on its own.
fn planes(
    file: &File<'_>,
    layout: &Layout,
    tables: Option<&[u8]>,
    number: usize,
    size: [usize; 2],
) -> Result<Vec<(Piece, Vec<u8>)>, Fault> {
    let [across, down] = layout.grid();
    let (planes, samples) = if layout.planar {
        (layout.samples, 1)
    } else {
        (1, layout.samples)
    };
    (0..planes)
        .map(|plane| {
            let piece = Piece {
                number: plane * across * down + number,
                size,
                samples,
            };
            let bytes = piece.read(file, layout, tables)?;
            Ok((piece, bytes))
        })
        .collect()
}

/// One row of samples, channel beside channel.
fn samples(
    planes: &[(Piece, Vec<u8>)],
    y: usize,
    file: &File<'_>,
    layout: &Layout,
    painter: &mut Painter,
    row: &mut [u16],
) {
    if layout.subsampled() {
        let (piece, bytes) = &planes[0];
        return subsampled(bytes, y, piece.size[0], layout, row);
    }
    let mut alone = vec![
        0;
        if layout.planar {
            row.len() / planes.len()
        } else {
            0
        }
    ];
    for (plane, (piece, bytes)) in planes.iter().enumerate() {
        let length = piece.row(layout);
        let bytes = &bytes[y * length..(y + 1) * length];
        if layout.planar {
            painter.samples(bytes, file.order, layout, &mut alone);
            for (pixel, &value) in row.chunks_exact_mut(planes.len()).zip(&alone) {
                pixel[plane] = value;
            }
        } else {
            painter.samples(bytes, file.order, layout, row);
        }
    }
}

/// One row of YCbCr out of units of several Y, one Cb and one Cr.
fn subsampled(bytes: &[u8], y: usize, width: usize, layout: &Layout, row: &mut [u16]) {
    let [h, v] = layout.subsampling;
    let unit = h * v + 2;
    let line = y / v * width.div_ceil(h) * unit;
    for (x, pixel) in row.chunks_exact_mut(layout.samples).enumerate().take(width) {
        let at = line + x / h * unit;
        let luma = bytes[at + y % v * h + x % h];
        for (o, value) in pixel
            .iter_mut()
            .zip([luma, bytes[at + unit - 2], bytes[at + unit - 1]])
        {
            *o = u16::from(value) * 257;
        }
    }
}
