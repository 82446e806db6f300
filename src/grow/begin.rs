//! What is begun with, what patches are taken from, and what stays.

use std::ops::Range;
use std::sync::Arc;

use super::canvas::{Canvas, UNIT};
use super::edit::{Edited, edited};
use super::region::{Map, Region};
use super::resample::resized;
use super::sources::{Held, Set, Source, Sources, Where};
use super::task::{Material, Settings, Task};
use super::{GrowError, LEAST_SIDE};
use crate::cancel::CancelToken;
use crate::picture::Picture;

/// Other sources are made smaller until they have at most so many times the source's pixels.
pub(super) const OTHERS: f64 = 2.0;
/// What is loose is begun with at the size where it reaches so many pixels from its edge.
const REACH: f64 = 3.0;

/// What a work goes out from.
pub(super) struct Beginning<'a> {
    /// What patches are taken from.
    pub(super) sources: Sources<'a>,
    /// What is begun with, if not the source.
    pub(super) start: Option<Arc<Canvas>>,
    /// What stays.
    pub(super) region: Region,
    /// The same, byte for byte.
    pub(super) kept: Kept,
}

/// The picture that stays where [`Region::kept`] says, and where it lies in the result.
pub(super) struct Kept {
    picture: Option<Picture>,
    corner: [u32; 2],
}

impl Kept {
    /// Puts it into the result's bytes: in twelve bits times opacity some of them would be lost.
    pub(super) fn put_back(&self, region: &Region, pixels: &mut [u8], [width, _]: [u32; 2]) {
        let (Some(picture), Some((map, _))) = (&self.picture, &region.kept) else {
            return;
        };
        let own = picture.width() as usize;
        for (at, pixel) in picture.rgba().chunks_exact(4).enumerate() {
            let x = at % own + self.corner[0] as usize;
            let y = at / own + self.corner[1] as usize;
            let to = y * width as usize + x;
            if map.data[to] {
                pixels[to * 4..to * 4 + 4].copy_from_slice(pixel);
            }
        }
    }

    /// The picture, if all of it stays and nothing comes to it.
    pub(super) fn all(&self, region: &Region) -> Option<Picture> {
        let (map, _) = region.kept.as_ref()?;
        let whole = !map.data.contains(&false);
        self.picture.clone().filter(|_| whole)
    }
}

/// Size that another source is brought to beside one of `own` pixels.
pub(super) fn beside(own: [u32; 2], other: [u32; 2]) -> [u32; 2] {
    let pixels = |size: [u32; 2]| f64::from(size[0]) * f64::from(size[1]);
    let scale = (OTHERS * pixels(own) / pixels(other)).sqrt();
    match scale >= 1.0 {
        true => other,
        false => {
            other.map(|side| ((f64::from(side) * scale).round() as u32).max(LEAST_SIDE.min(side)))
        }
    }
}

/// # Errors
/// [`GrowError::Cancelled`], what [`edited`] says.
pub(super) fn begin<'a>(
    source: &'a Canvas,
    material: &Material<'_>,
    task: &Task<'_>,
    settings: &Settings,
    stop: &CancelToken,
) -> Result<Beginning<'a>, GrowError> {
    let whole = |canvas: Held<'a>| Source {
        canvas,
        band: None,
        map: None,
        told: None,
        weight: 1.0,
    };
    let mut sources = vec![whole(Held::Lent(source))];
    let (mut start, mut region) = (None, Region::default());
    let mut kept = Kept {
        picture: None,
        corner: [0; 2],
    };
    match task {
        Task::Vary | Task::Tile => {}
        Task::Extend { left, top } | Task::Around { left, top } => {
            let size = settings.size.map(|side| side as usize);
            let corner = [*left as usize, *top as usize];
            let mut map = Map::full(size);
            for (at, kept) in map.data.iter_mut().enumerate() {
                let place = [at % size[0], at / size[0]];
                *kept =
                    (0..2).all(|i| (corner[i]..corner[i] + source.size()[i]).contains(&place[i]));
            }
            let level = matches!(task, Task::Around { .. });
            let framed = mirrored(source, size, corner, settings.seamless, level);
            let framed = Arc::new(framed);
            region.kept = Some((map, Arc::clone(&framed)));
            kept.picture = Some(material.source.clone());
            kept.corner = [*left, *top];
            start = Some(framed);
        }
        Task::Fill { hole } => {
            let map = Map::without(source.size(), hole);
            sources[0].map = Some(map.clone());
            region.kept = Some((map, Arc::new(source.clone())));
            kept.picture = Some(material.source.clone());
        }
        Task::Edit { edits } => {
            let rough = edited(material.source, edits)?;
            let canvas = Arc::new(Canvas::of(&rough.picture));
            region = loose(&rough, &canvas);
            sources = both(source, &canvas, &rough, &region);
            start = Some(canvas);
            kept.picture = Some(rough.picture);
        }
        Task::Shape { structure, .. } => {
            start = Some(Arc::new(in_tone_of(Canvas::of(structure), source)));
        }
    }
    let first = sources.len();
    for other in &material.others {
        let canvas = Canvas::of(other.picture);
        let size = beside(material.source.size(), other.picture.size());
        let size = size.map(|side| side as usize);
        let canvas = match canvas.size() == size {
            true => canvas,
            false => resized(&canvas, size, [false; 2], stop)?,
        };
        sources.push(Source {
            weight: other.weight,
            ..whole(Held::Shared(Arc::new(canvas)))
        });
    }
    region.sets = sets(material, settings, first);
    region.wraps = settings.seamless;
    Ok(Beginning {
        sources: Sources(sources),
        start,
        region,
        kept,
    })
}

/// What stays of a picture that was edited, and from when on the rest is fitted in.
fn loose(rough: &Edited, canvas: &Arc<Canvas>) -> Region {
    let either: Vec<bool> = rough
        .hole
        .iter()
        .zip(&rough.loose)
        .map(|(hole, loose)| *hole || *loose)
        .collect();
    let reach = f64::from(rough.reach.max(1));
    Region {
        kept: Some((Map::without(canvas.size(), &either), Arc::clone(canvas))),
        firm: Some(Map::without(canvas.size(), &rough.hole)),
        loose_from: (REACH / reach).min(1.0),
        ..Region::default()
    }
}

/// The edited picture and, where it differs, the picture before, without what is to be gone.
fn both<'a>(
    source: &'a Canvas,
    canvas: &Arc<Canvas>,
    rough: &Edited,
    region: &Region,
) -> Vec<Source<'a>> {
    let map = region.kept.as_ref().map(|(map, _)| map.clone());
    let mut same = map.clone();
    if let Some(same) = &mut same {
        let pixels = source.data.iter().zip(&canvas.data);
        for (same, (before, after)) in same.data.iter_mut().zip(pixels) {
            *same &= before == after;
        }
    }
    let edited = Source {
        canvas: Held::Shared(Arc::clone(canvas)),
        band: None,
        map,
        told: None,
        weight: 1.0,
    };
    // Only removed: all that is left is in the edited picture.
    if canvas.data == source.data {
        return vec![edited];
    }
    let before = Source {
        canvas: Held::Lent(source),
        band: same.as_ref().map(differing),
        map: Some(Map::without(source.size(), &rough.gone)),
        told: same,
        weight: 1.0,
    };
    vec![edited, before]
}

/// The rows in which something isn't the same.
fn differing(same: &Map) -> Range<usize> {
    let mut rows = (0..same.height)
        .filter(|y| same.data[y * same.width..(y + 1) * same.width].contains(&false));
    let first = rows.next().unwrap_or(0);
    first..rows.next_back().unwrap_or(first) + 1
}

/// Which sources go where; `first` is the number of the first of the others.
fn sets(material: &Material<'_>, settings: &Settings, first: usize) -> Option<Where> {
    let own = (1 << first) - 1;
    let mut everywhere: Set = match material.region {
        None => own,
        Some(_) => 0,
    };
    let mut regions: Vec<(Set, &[bool])> = Vec::new();
    regions.extend(material.region.map(|region| (own, region)));
    for (index, other) in material.others.iter().enumerate() {
        let bit = 1 << (first + index);
        match other.region {
            None => everywhere |= bit,
            Some(region) => regions.push((bit, region)),
        }
    }
    if regions.is_empty() {
        return None;
    }
    let all = regions.iter().fold(everywhere, |all, (bit, _)| all | bit);
    let [width, height] = settings.size.map(|side| side as usize);
    let set = |at: usize| {
        let here = regions.iter().filter(|(_, region)| region[at]);
        match (here.fold(0, |set, (bit, _)| set | bit), everywhere) {
            (0, 0) => all,
            (0, everywhere) => everywhere,
            (set, _) => set,
        }
    };
    Some(Where {
        width,
        height,
        sets: (0..width * height).map(set).collect(),
    })
}

/// The source within a larger canvas, mirrored at its edges; where the canvas goes on at its other
/// side, x and y, each place at the edge that is nearer. With `level`, its first row above and its
/// last below.
fn mirrored(
    source: &Canvas,
    size: [usize; 2],
    corner: [usize; 2],
    wraps: [bool; 2],
    level: bool,
) -> Canvas {
    let fold = |at: usize, i: usize| {
        let (side, all) = (source.size()[i] as i64, size[i] as i64);
        let mut off = at as i64 - corner[i] as i64;
        if level && i == 1 {
            return off.clamp(0, side - 1) as usize;
        }
        if wraps[i] {
            off = off.rem_euclid(all);
            // Nearer to the first column than to the last.
            if off - side >= all - off {
                off -= all;
            }
        }
        let around = off.rem_euclid(2 * side);
        around.min(2 * side - 1 - around) as usize
    };
    let mut out = Canvas::filled(size[0], size[1], [0; 4]);
    for (y, row) in out.data.chunks_mut(size[0]).enumerate() {
        let line = fold(y, 1) * source.width;
        for (x, pixel) in row.iter_mut().enumerate() {
            *pixel = source.data[line + fold(x, 0)];
        }
    }
    out
}

/// Mean and deviation of each channel as in another picture, so that like finds like.
fn in_tone_of(mut canvas: Canvas, other: &Canvas) -> Canvas {
    let moments = |canvas: &Canvas| -> [[f64; 2]; 4] {
        std::array::from_fn(|c| {
            let count = canvas.data.len() as f64;
            let sum: i64 = canvas.data.iter().map(|p| i64::from(p[c])).sum();
            let squares: i64 = canvas.data.iter().map(|p| i64::from(p[c]).pow(2)).sum();
            let mean = sum as f64 / count;
            [mean, (squares as f64 / count - mean * mean).max(0.0).sqrt()]
        })
    };
    let (from, to) = (moments(&canvas), moments(other));
    for pixel in &mut canvas.data {
        for c in 0..4 {
            let gain = match from[c][1] > 0.0 {
                true => to[c][1] / from[c][1],
                false => 0.0,
            };
            let value = (f64::from(pixel[c]) - from[c][0]) * gain + to[c][0];
            pixel[c] = value.round().clamp(0.0, f64::from(255 * UNIT)) as i16;
        }
    }
    canvas
}
