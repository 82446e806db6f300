//! Edits as they are wished: parts of a picture moved, copied, recoloured, removed or painted over,
//! roughly. What [`super::Task::Edit`] makes whole again.

use super::GrowError;
use crate::picture::Picture;

/// Width of the seam around what was put somewhere, as a share of the shorter side.
const SEAM: f64 = 1.0 / 48.0;
/// Least and greatest width of it, in pixels.
const SEAMS: [u32; 2] = [4, 32];

/// Where a part goes, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// Pixels to the right and down.
    pub by: [i32; 2],
    /// Times as large, about the middle of what surrounds it.
    pub scale: f32,
    /// Left and right exchanged.
    pub flip: bool,
    /// Quarter turns clockwise, after that.
    pub turn: u8,
}

impl Placement {
    /// Where a point of the part, `off` from its middle, lies from the middle's new place.
    pub fn placed(&self, off: [f64; 2]) -> [f64; 2] {
        let [x, y] = [if self.flip { -off[0] } else { off[0] }, off[1]];
        let turned = match self.turn % 4 {
            0 => [x, y],
            1 => [-y, x],
            2 => [-x, -y],
            _ => [y, -x],
        };
        turned.map(|side| side * f64::from(self.scale))
    }

    /// The way back.
    fn before(&self, off: [f64; 2]) -> [f64; 2] {
        let [x, y] = off.map(|side| side / f64::from(self.scale));
        let [x, y] = match self.turn % 4 {
            0 => [x, y],
            1 => [y, -x],
            2 => [-x, -y],
            _ => [-y, x],
        };
        [if self.flip { -x } else { x }, y]
    }
}

/// What happens to a part.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It goes elsewhere, and where it was is filled.
    Move(Placement),
    /// It is elsewhere, too.
    Copy(Placement),
    /// It gets another colour, and keeps its forms.
    Recolour {
        /// Its new mean colour; none: as it was.
        mean: Option<[u8; 3]>,
        /// Each channel times this.
        gain: [f32; 3],
    },
    /// It is filled with what lies around.
    Remove,
    /// It is of one colour: a rough sketch of what is to be there.
    Paint([u8; 3]),
    /// It is as in this picture of the same size, where that is opaque: a rough sketch.
    Sketch(Picture),
}

/// One edit.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// Which part: a value for each pixel of the picture, row by row.
    pub part: Vec<bool>,
    /// What happens to it.
    pub change: Change,
}

/// A picture with edits roughly done.
#[derive(Debug, Clone)]
pub struct Edited {
    /// With them.
    pub picture: Picture,
    /// What is to be filled.
    pub hole: Vec<bool>,
    /// What is to be fitted in: sketches, and seams around what was put somewhere.
    pub loose: Vec<bool>,
    /// What must not come back: where parts were removed or moved from.
    pub gone: Vec<bool>,
    /// Pixels from the edge of what is loose to its middle, at most.
    pub reach: u32,
}

/// Does edits one after the other.
///
/// # Errors
/// [`GrowError::Clash`] for parts that are empty or go beyond the picture, and
/// [`GrowError::MaskSize`].
pub fn edited(source: &Picture, edits: &[Edit]) -> Result<Edited, GrowError> {
    if edits.is_empty() {
        return Err(GrowError::Clash(
            "nothing is edited; move, copy, recolour, remove or paint a part",
        ));
    }
    let count = source.rgba().len() / 4;
    let size = source.size().map(|side| side as usize);
    let mut work = Work {
        size,
        pixels: source.rgba().to_vec(),
        hole: vec![false; count],
        loose: vec![false; count],
        gone: vec![false; count],
        seam: {
            let shorter = f64::from(source.width().min(source.height()));
            ((shorter * SEAM) as usize).clamp(SEAMS[0] as usize, SEAMS[1] as usize)
        },
    };
    for edit in edits {
        if edit.part.len() != count {
            return Err(GrowError::MaskSize(source.width(), source.height()));
        }
        if !edit.part.contains(&true) {
            return Err(GrowError::Clash(
                "a part that is to be edited is empty; mark some of the picture",
            ));
        }
        work.edit(edit)?;
    }
    work.done(source)
}

struct Work {
    size: [usize; 2],
    pixels: Vec<u8>,
    hole: Vec<bool>,
    loose: Vec<bool>,
    gone: Vec<bool>,
    seam: usize,
}

impl Work {
    fn edit(&mut self, edit: &Edit) -> Result<(), GrowError> {
        let part = &edit.part;
        match &edit.change {
            Change::Move(placement) => {
                let put = self.put(part, *placement)?;
                for (at, &was) in part.iter().enumerate() {
                    self.gone[at] |= was;
                    self.hole[at] |= was && !put[at];
                }
            }
            Change::Copy(placement) => {
                self.put(part, *placement)?;
            }
            Change::Recolour { mean, gain } => {
                self.recolour(part, *mean, *gain);
            }
            Change::Remove => {
                for (at, &was) in part.iter().enumerate() {
                    self.gone[at] |= was;
                    self.hole[at] |= was;
                }
            }
            Change::Paint(colour) => {
                let paint = [colour[0], colour[1], colour[2], 255];
                self.sketch(part, |_| Some(paint));
            }
            Change::Sketch(picture) => {
                if picture.size().map(|side| side as usize) != self.size {
                    return Err(GrowError::MaskSize(picture.width(), picture.height()));
                }
                let pixels = picture.rgba();
                self.sketch(part, |at| {
                    let pixel = [0, 1, 2, 3].map(|c| pixels[at * 4 + c]);
                    (pixel[3] >= 128).then_some([pixel[0], pixel[1], pixel[2], 255])
                });
            }
        }
        Ok(())
    }

    /// Lays a part elsewhere; tells where.
    fn put(&mut self, part: &[bool], placement: Placement) -> Result<Vec<bool>, GrowError> {
        let [width, height] = self.size;
        let [low, high] = bounds(part, width);
        let middle = [0, 1].map(|i| (low[i] + high[i]) as f64 / 2.0 + 0.5);
        if !(0.05..=20.0).contains(&placement.scale) {
            return Err(GrowError::Clash(
                "a part can be made 20 times smaller to 20 times larger; choose a scale within that",
            ));
        }
        let before = Piece::of(&self.pixels, self.size, [low, high]);
        let mut put = vec![false; part.len()];
        let [columns, rows] = reached(self.size, [low, high], middle, placement);
        for y in rows {
            for x in columns.clone() {
                let to = [x as f64 + 0.5, y as f64 + 0.5];
                let off = [0, 1].map(|i| to[i] - f64::from(placement.by[i]) - middle[i]);
                let off = placement.before(off);
                let from = [0, 1].map(|i| (off[i] + middle[i]).floor());
                let inside = from[0] >= 0.0
                    && from[1] >= 0.0
                    && from[0] < width as f64
                    && from[1] < height as f64;
                if !inside || !part[from[1] as usize * width + from[0] as usize] {
                    continue;
                }
                let at = y * width + x;
                let exact = [0, 1].map(|i| off[i] + middle[i] - 0.5);
                self.pixels[at * 4..at * 4 + 4].copy_from_slice(&before.between(exact));
                put[at] = true;
            }
        }
        if !put.contains(&true) {
            return Err(GrowError::Clash(
                "a part would lie wholly beyond the picture's edges; move it less far",
            ));
        }
        for (hole, put) in self.hole.iter_mut().zip(&put) {
            *hole &= !put;
        }
        self.fit(&put);
        Ok(put)
    }

    /// The seam around a part is to be fitted, what is within it isn't.
    fn fit(&mut self, part: &[bool]) {
        // A small part must not be all seam.
        let [low, high] = bounds(part, self.size[0]);
        let thin = (0..2).map(|i| high[i] + 1 - low[i]).min().unwrap_or(0);
        let seam = self.seam.min(thin / 6).max(1);
        let outer = wider(part, self.size, self.seam);
        let outside: Vec<bool> = part.iter().map(|part| !part).collect();
        let inner = wider(&outside, self.size, seam);
        for (at, loose) in self.loose.iter_mut().enumerate() {
            *loose = match part[at] {
                true => inner[at],
                false => *loose || outer[at],
            };
        }
    }

    /// Softly towards the part's edges, so that no patch is needed.
    fn recolour(&mut self, part: &[bool], mean: Option<[u8; 3]>, gain: [f32; 3]) {
        let mut share = vec![0.0; part.len()];
        let mut outside: Vec<bool> = part.iter().map(|part| !part).collect();
        for ring in 1..=self.seam {
            let next = match outside.contains(&true) {
                true => wider(&outside, self.size, 1),
                false => break,
            };
            for at in 0..part.len() {
                if next[at] && !outside[at] {
                    share[at] = ring as f64 / (self.seam + 1) as f64;
                }
            }
            outside = next;
        }
        for (share, outside) in share.iter_mut().zip(&outside) {
            if !outside {
                *share = 1.0;
            }
        }
        for c in 0..3 {
            let values = || (0..part.len()).filter(|&at| part[at]);
            let was = values().map(|at| f64::from(self.pixels[at * 4 + c]));
            let was = was.sum::<f64>() / values().count().max(1) as f64;
            let more = mean.map_or(0.0, |mean| f64::from(mean[c]) - was);
            for at in values() {
                let old = f64::from(self.pixels[at * 4 + c]);
                let new = ((old + more) * f64::from(gain[c])).clamp(0.0, 255.0);
                let value = old + (new - old) * share[at];
                self.pixels[at * 4 + c] = value.round() as u8;
            }
        }
    }

    fn sketch(&mut self, part: &[bool], colour: impl Fn(usize) -> Option<[u8; 4]>) {
        let mut drawn = vec![false; part.len()];
        for at in (0..part.len()).filter(|&at| part[at]) {
            if let Some(pixel) = colour(at) {
                self.pixels[at * 4..at * 4 + 4].copy_from_slice(&pixel);
                drawn[at] = true;
                self.hole[at] = false;
            }
        }
        let around = wider(&drawn, self.size, self.seam / 2);
        for (loose, around) in self.loose.iter_mut().zip(around) {
            *loose |= around;
        }
    }

    fn done(mut self, source: &Picture) -> Result<Edited, GrowError> {
        for (loose, &hole) in self.loose.iter_mut().zip(&self.hole) {
            *loose &= !hole;
        }
        let mut reach = 0;
        let mut firm: Vec<bool> = self.loose.iter().map(|loose| !loose).collect();
        while firm.contains(&false) && firm.contains(&true) {
            firm = wider(&firm, self.size, 1);
            reach += 1;
        }
        let picture = Picture::from_rgba(source.width(), source.height(), self.pixels)
            .map_err(|_| GrowError::Size(source.width(), source.height()))?;
        Ok(Edited {
            picture,
            hole: self.hole,
            loose: self.loose,
            gone: self.gone,
            reach,
        })
    }
}

/// First and last column and row of a part that isn't empty.
fn bounds(part: &[bool], width: usize) -> [[usize; 2]; 2] {
    let (mut low, mut high) = ([usize::MAX; 2], [0; 2]);
    for at in (0..part.len()).filter(|&at| part[at]) {
        let place = [at % width, at / width];
        for i in 0..2 {
            low[i] = low[i].min(place[i]);
            high[i] = high[i].max(place[i]);
        }
    }
    [low, high]
}

/// Columns and rows that a part within `bounds` may reach once it is placed.
fn reached(
    size: [usize; 2],
    bounds: [[usize; 2]; 2],
    middle: [f64; 2],
    placement: Placement,
) -> [std::ops::Range<usize>; 2] {
    let [low, high] = bounds;
    let half = [0, 1].map(|i| (high[i] - low[i] + 1) as f64 / 2.0);
    let half = placement.placed(half).map(f64::abs);
    [0, 1].map(|i| {
        let place = middle[i] + f64::from(placement.by[i]);
        let side = size[i] as f64;
        let first = (place - half[i] - 1.0).floor().clamp(0.0, side) as usize;
        let last = (place + half[i] + 1.0).ceil().clamp(0.0, side) as usize;
        first..last
    })
}

/// Pixels of a rectangle of a picture.
struct Piece {
    /// First column and row.
    from: [usize; 2],
    size: [usize; 2],
    pixels: Vec<u8>,
}

impl Piece {
    /// What lies within `bounds`, and a pixel around it.
    fn of(pixels: &[u8], [width, height]: [usize; 2], [low, high]: [[usize; 2]; 2]) -> Self {
        let from = low.map(|side| side.saturating_sub(1));
        let end = [0, 1].map(|i| (high[i] + 2).min([width, height][i]));
        let rows =
            (from[1]..end[1]).map(|y| &pixels[(y * width + from[0]) * 4..(y * width + end[0]) * 4]);
        Self {
            from,
            size: [0, 1].map(|i| end[i] - from[i]),
            pixels: rows.flatten().copied().collect(),
        }
    }

    /// A pixel between four, straight alpha; `[x, y]` are the whole picture's.
    fn between(&self, [x, y]: [f64; 2]) -> [u8; 4] {
        let (left, top) = (x.floor(), y.floor());
        let (across, down) = (x - left, y - top);
        let (mut sums, mut whole) = ([0.0; 3], 0.0);
        for (dx, dy, weight) in [
            (0, 0, (1.0 - across) * (1.0 - down)),
            (1, 0, across * (1.0 - down)),
            (0, 1, (1.0 - across) * down),
            (1, 1, across * down),
        ] {
            let clamp = |at: f64, d: i64, i: usize| {
                (at as i64 + d - self.from[i] as i64).clamp(0, self.size[i] as i64 - 1) as usize
            };
            let at = (clamp(top, dy, 1) * self.size[0] + clamp(left, dx, 0)) * 4;
            let opaque = weight * f64::from(self.pixels[at + 3]);
            for (sum, &value) in sums.iter_mut().zip(&self.pixels[at..]) {
                *sum += opaque * f64::from(value);
            }
            whole += opaque;
        }
        let colour = |c: usize| match whole > 0.0 {
            true => (sums[c] / whole).round().clamp(0.0, 255.0) as u8,
            false => 0,
        };
        let alpha = whole.round().clamp(0.0, 255.0) as u8;
        [colour(0), colour(1), colour(2), alpha]
    }
}

/// A map with all that is at most `by` pixels away across, down or both.
pub(super) fn wider(map: &[bool], [width, height]: [usize; 2], by: usize) -> Vec<bool> {
    let along = |line: &mut dyn FnMut(usize) -> bool, side: usize| -> Vec<bool> {
        let mut before = vec![0usize; side + 1];
        for at in 0..side {
            before[at + 1] = before[at] + usize::from(line(at));
        }
        (0..side)
            .map(|at| before[(at + by + 1).min(side)] > before[at.saturating_sub(by)])
            .collect()
    };
    let mut rows = vec![false; map.len()];
    for y in 0..height {
        let row = along(&mut |x| map[y * width + x], width);
        rows[y * width..][..width].copy_from_slice(&row);
    }
    let mut out = vec![false; map.len()];
    for x in 0..width {
        for (y, value) in along(&mut |y| rows[y * width + x], height)
            .into_iter()
            .enumerate()
        {
            out[y * width + x] = value;
        }
    }
    out
}
