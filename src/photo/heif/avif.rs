//! AVIF: AV1 still pictures, single or in a grid, with transparency (AV1 Image File
//! Format 1.1). What is around the AV1 frames is read here, the frames by rav1d.

use re_rav1d::dav1d::{
    Decoder, Error, PixelLayout, PlanarImageComponent, Settings, pixel::YUVRange,
};

use crate::photo::color;
use crate::photo::decoded::{ANIMATION, HIGH_RANGE};
use crate::photo::error::Fault;
use crate::photo::heif::boxes::{Item, Items, Property};
use crate::photo::heif::turn::{Shape, shape};
use crate::photo::heif::yuv::{Frame, Matrix};
use crate::photo::limits::{check_metadata, check_size};
use crate::photo::raster::{Pixels, Raster, UNUSABLE_PROFILE, rounded};

/// Grids of more tiles are refused.
const MOST_TILES: usize = 4096;

/// Size as stored and everything but the pixels.
pub(crate) fn header(bytes: &[u8]) -> Result<Raster, Fault> {
    let items = Items::read(bytes)?;
    let primary = primary(&items)?;
    describe(&items, primary).map(|(raster, _)| raster)
}

/// Decodes the primary picture.
pub(crate) fn decode(bytes: &[u8]) -> Result<Raster, Fault> {
    let items = Items::read(bytes)?;
    let primary = primary(&items)?;
    let (mut raster, shape) = describe(&items, primary)?;
    let full = full_size(primary)?;
    let colours = tiles(&items, primary)?;
    let alpha = alpha_tiles(&items, primary, &colours)?;
    let multiplied = [Some(primary), colours.first().map(|tile| tile.item)]
        .into_iter()
        .flatten()
        .any(|item| {
            let to = items.refers(b"prem", item.id).unwrap_or_default();
            alpha_of(&items, item).is_some_and(|alpha| to.contains(&alpha.id))
        });
    let bits = colours.first().map_or(8, |t| bits(t.item));
    if bits > 8 {
        raster.notes.push(rounded(bits));
    }
    raster.pixels = if bits > 8 || multiplied {
        let sixteen = |v: f32| (v * 65_535.0).round() as u16;
        let mut pixels = canvas(&items, primary, &colours, &alpha, &sixteen)?;
        if multiplied {
            straighten(&mut pixels);
        }
        Pixels::Sixteen(shape.crop(full, pixels))
    } else {
        let eight = |v: f32| (v * 255.0).round() as u8;
        let pixels = canvas(&items, primary, &colours, &alpha, &eight)?;
        Pixels::Eight(shape.crop(full, pixels))
    };
    Ok(raster)
}

/// All tiles of a picture and of its transparency on one canvas; `store` turns 0..=1
/// into a channel's number.
fn canvas<T: Copy + Send>(
    items: &Items<'_>,
    primary: &Item<'_>,
    colours: &[Tile<'_, '_>],
    alpha: &[Tile<'_, '_>],
    store: &(impl Fn(f32) -> T + Sync),
) -> Result<Vec<T>, Fault> {
    let full = full_size(primary)?;
    let [width, height] = full.map(|side| side as usize);
    let mut pixels = vec![store(1.0); width * height * 4];
    let points = points(primary);
    for tile in colours {
        let frame = av1(items, tile.item)?;
        let matrix = Matrix::new(points, &frame)?;
        frame.paint(&matrix, &mut pixels, full, tile.at, store);
    }
    for tile in alpha {
        av1(items, tile.item)?.paint_alpha(&mut pixels, full, tile.at, store);
    }
    Ok(pixels)
}

fn primary<'i, 'a>(items: &'i Items<'a>) -> Result<&'i Item<'a>, Fault> {
    items
        .find(items.primary)
        .ok_or_else(|| Fault::damaged("its picture is missing"))
}

fn full_size(item: &Item<'_>) -> Result<[u32; 2], Fault> {
    let [width, height] = item
        .size()
        .ok_or_else(|| Fault::damaged("its size is missing"))?;
    check_size(width.into(), height.into())
}

fn points(item: &Item<'_>) -> Option<([u8; 3], bool)> {
    item.properties.iter().find_map(|p| match p {
        Property::Points(points, full) => Some((*points, *full)),
        _ => None,
    })
}

fn describe(items: &Items<'_>, item: &Item<'_>) -> Result<(Raster, Shape), Fault> {
    let full = full_size(item)?;
    let shape = shape(item, full)?;
    let mut raster = Raster::new(shape.size(), Pixels::Eight(Vec::new()));
    raster.turn = shape.turn();
    if items.sequence {
        raster.notes.push(ANIMATION.into());
    }
    for property in &item.properties {
        match property {
            Property::Icc(icc) => {
                check_metadata(icc.len())?;
                raster.profile = color::from_icc(icc);
                if raster.profile.is_none() {
                    raster.notes.push(UNUSABLE_PROFILE.into());
                }
            }
            Property::Other(name, true) if !matches!(name, b"lsel" | b"a1op") => {
                let name = String::from_utf8_lossy(name);
                return Err(Fault::unread(format!("an AVIF that needs '{name}'")));
            }
            _ => {}
        }
    }
    if let (None, Some((points, _))) = (&raster.profile, points(item)) {
        match color::from_cicp(points[0], points[1]) {
            Ok(profile) => raster.profile = profile,
            Err(()) => raster.notes.push(UNUSABLE_PROFILE.into()),
        }
        if matches!(points[1], 16 | 18) {
            raster.notes.push(HIGH_RANGE.into());
        }
    }
    Ok((raster, shape))
}

/// Bits a channel as the properties tell them; 8 where they don't.
fn bits(item: &Item<'_>) -> u32 {
    let said = item.properties.iter().find_map(|p| match p {
        Property::Depth(bits) => Some(u32::from(*bits)),
        _ => None,
    });
    said.unwrap_or(8)
}

struct Tile<'i, 'a> {
    item: &'i Item<'a>,
    /// Where its upper left corner lies.
    at: [usize; 2],
}

/// The AV1 items that make up a picture.
fn tiles<'i, 'a>(items: &'i Items<'a>, item: &'i Item<'a>) -> Result<Vec<Tile<'i, 'a>>, Fault> {
    match &item.kind {
        b"av01" => Ok(vec![Tile { item, at: [0, 0] }]),
        b"grid" => grid(items, item),
        other => {
            let name = String::from_utf8_lossy(other);
            Err(Fault::unread(format!("an AVIF made of '{name}'")))
        }
    }
}

fn grid<'i, 'a>(items: &'i Items<'a>, item: &Item<'a>) -> Result<Vec<Tile<'i, 'a>>, Fault> {
    let broken = || Fault::damaged("its grid makes no sense");
    let data = items.data(item).ok_or_else(broken)?;
    let &[_, _, rows, columns] = data.first_chunk().ok_or_else(broken)?;
    let (rows, columns) = (usize::from(rows) + 1, usize::from(columns) + 1);
    let parts = items.refers(b"dimg", item.id).ok_or_else(broken)?;
    if parts.len() != rows * columns || parts.len() > MOST_TILES {
        return Err(broken());
    }
    let full = full_size(item)?.map(|side| side as usize);
    let first = parts
        .first()
        .and_then(|&id| items.find(id))
        .ok_or_else(broken)?;
    let step = full_size(first)?.map(|side| side as usize);
    // Tiles cover the picture, and none lies beside it.
    let covers =
        |count: usize, i: usize| count * step[i] >= full[i] && (count - 1) * step[i] < full[i];
    if !covers(columns, 0) || !covers(rows, 1) {
        return Err(broken());
    }
    parts
        .iter()
        .enumerate()
        .map(|(number, &id)| {
            let part = items.find(id).ok_or_else(broken)?;
            let size = full_size(part)?.map(|side| side as usize);
            if &part.kind != b"av01" || size != step {
                return Err(broken());
            }
            Ok(Tile {
                item: part,
                at: [number % columns * step[0], number / columns * step[1]],
            })
        })
        .collect()
}

fn alpha_of<'i, 'a>(items: &'i Items<'a>, primary: &Item<'a>) -> Option<&'i Item<'a>> {
    const NAMES: [&[u8]; 2] = [
        b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
        b"urn:mpeg:hevc:2015:auxid:1",
    ];
    items
        .references
        .iter()
        .filter(|r| r.kind == *b"auxl" && r.to.contains(&primary.id))
        .filter_map(|r| items.find(r.from))
        .find(|item| {
            let says = |p: &Property<'_>| matches!(p, Property::Auxiliary(n) if NAMES.contains(n));
            item.properties.iter().any(says)
        })
}

/// The tiles of the transparency: of the picture as a whole or, of a grid, of each of its
/// tiles.
fn alpha_tiles<'i, 'a>(
    items: &'i Items<'a>,
    primary: &'i Item<'a>,
    colours: &[Tile<'i, 'a>],
) -> Result<Vec<Tile<'i, 'a>>, Fault> {
    let another = || Fault::unread("an AVIF with transparency of another size");
    if let Some(alpha) = alpha_of(items, primary) {
        return match full_size(alpha)? == full_size(primary)? {
            true => tiles(items, alpha),
            false => Err(another()),
        };
    }
    let each: Option<Vec<Tile<'i, 'a>>> = colours
        .iter()
        .map(|tile| {
            let item = alpha_of(items, tile.item)?;
            Some(Tile { item, at: tile.at })
        })
        .collect();
    let each = each.unwrap_or_default();
    let fits = |(alpha, colour): (&Tile<'_, '_>, &Tile<'_, '_>)| {
        &alpha.item.kind == b"av01" && alpha.item.size() == colour.item.size()
    };
    match each.iter().zip(colours).all(fits) {
        true => Ok(each),
        false => Err(another()),
    }
}

/// Decodes one AV1 item.
fn av1(items: &Items<'_>, item: &Item<'_>) -> Result<Frame, Fault> {
    let said = full_size(item)?;
    let data = items
        .data(item)
        .ok_or_else(|| Fault::damaged("some of its pieces lie beyond its end"))?;
    let explain = |e: Error| Fault::damaged(format!("AV1: {e}"));
    let mut settings = Settings::new();
    settings
        .set_n_threads(std::thread::available_parallelism().map_or(1, |n| n.get().min(16)) as u32);
    settings.set_max_frame_delay(1);
    settings.set_all_layers(false);
    settings.set_frame_size_limit(said[0].saturating_mul(said[1]).max(64 * 64));
    let mut decoder = Decoder::with_settings(&settings).map_err(explain)?;
    match decoder.send_data(data.into_owned(), None, None, None) {
        Ok(()) | Err(Error::Again) => {}
        Err(e) => return Err(explain(e)),
    }
    let picture = decoder.get_picture().map_err(explain)?;
    let subsampling = match picture.pixel_layout() {
        PixelLayout::I400 => None,
        PixelLayout::I420 => Some([2, 2]),
        PixelLayout::I422 => Some([2, 1]),
        PixelLayout::I444 => Some([1, 1]),
    };
    let size = [picture.width(), picture.height()].map(|side| side as usize);
    if size != said.map(|side| side as usize) {
        return Err(Fault::damaged("AV1: a frame differs from its place"));
    }
    let bits = picture.bits_per_component().map_or(8, |b| b.0);
    let plane = |component, size: [usize; 2]| {
        let plane = picture.plane(component);
        let stride = picture.stride(component) as usize;
        gather(&plane, stride, size, bits).ok_or_else(|| Fault::damaged("AV1: a plane is short"))
    };
    let mut planes = vec![plane(PlanarImageComponent::Y, size)?];
    if let Some([h, v]) = subsampling {
        let small = [size[0].div_ceil(h), size[1].div_ceil(v)];
        planes.push(plane(PlanarImageComponent::U, small)?);
        planes.push(plane(PlanarImageComponent::V, small)?);
    }
    Ok(Frame {
        size,
        bits: bits as u32,
        subsampling,
        planes,
        full_range: picture.color_range() == YUVRange::Full,
        matrix: picture.matrix_coefficients() as u8,
    })
}

/// A plane without its padding, as 16-bit numbers.
fn gather(bytes: &[u8], stride: usize, size: [usize; 2], bits: usize) -> Option<Vec<u16>> {
    let mut all = Vec::with_capacity(size[0] * size[1]);
    for y in 0..size[1] {
        let row = bytes.get(y * stride..)?;
        if bits > 8 {
            let row = row.get(..size[0] * 2)?;
            all.extend(
                row.as_chunks::<2>()
                    .0
                    .iter()
                    .map(|&b| u16::from_le_bytes(b)),
            );
        } else {
            all.extend(row.get(..size[0])?.iter().map(|&b| u16::from(b)));
        }
    }
    Some(all)
}

/// Colours that were multiplied by their alpha, divided again.
pub(crate) fn straighten(pixels: &mut [u16]) {
    for pixel in pixels.as_chunks_mut::<4>().0 {
        let alpha = u32::from(pixel[3]);
        for value in &mut pixel[..3] {
            *value = match alpha {
                0 => 0,
                alpha => ((u32::from(*value) * 65_535 + alpha / 2) / alpha).min(65_535) as u16,
            };
        }
    }
}
