//! The pictures that patches are taken from, one below the other: at each size they make one canvas
//! in which every patch has its place.

use std::borrow::Cow;
use std::ops::{Deref, Range};
use std::sync::Arc;

use super::canvas::Canvas;
use super::region::Map;
use super::resample::resized;
use super::rows::Rows;
use super::vote::grid;
use super::{GrowError, PATCH, Place};
use crate::cancel::CancelToken;

/// A set of sources, one bit each.
pub(super) type Set = u32;

/// Sizes of the first source with more pixels have only the rows of the others that are of use.
const BANDS_FROM: usize = 700_000;

/// A canvas that others hold, too, or that nobody else does.
pub(super) enum Held<'a> {
    /// Somebody's own.
    Lent(&'a Canvas),
    /// Of several.
    Shared(Arc<Canvas>),
}

impl Deref for Held<'_> {
    type Target = Canvas;

    fn deref(&self) -> &Canvas {
        match self {
            Self::Lent(canvas) => canvas,
            Self::Shared(canvas) => canvas,
        }
    }
}

/// One picture.
pub(super) struct Source<'a> {
    /// At full size.
    pub(super) canvas: Held<'a>,
    /// The rows that are of use; none: all. Not for the first.
    pub(super) band: Option<Range<usize>>,
    /// What may be taken of it; none: all.
    pub(super) map: Option<Map>,
    /// Patches wholly within this are left out: another source has them.
    pub(super) told: Option<Map>,
    /// How readily it is taken beside the others; 1 as readily.
    pub(super) weight: f32,
}

/// Where one of them lies among the others at one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rect {
    /// First row; columns begin at the left.
    pub(super) top: usize,
    /// Columns and rows.
    pub(super) size: [usize; 2],
    /// Rows of the source that are left out above.
    pub(super) skip: usize,
    /// Columns and rows of all of the source.
    pub(super) whole: [usize; 2],
}

/// Of which source a place is.
pub(super) fn of(rects: &[Rect], place: Place) -> usize {
    rects.partition_point(|rect| rect.top <= usize::from(place[1])) - 1
}

/// All of them; the first is the one whose sizes the pyramid follows.
pub(super) struct Sources<'a>(pub(super) Vec<Source<'a>>);

/// Where sources of these full `sizes` lie when the first has `own` pixels, with all their rows.
pub(super) fn rects(sizes: &[[usize; 2]], own: [usize; 2]) -> Vec<Rect> {
    let all: Vec<_> = sizes.iter().map(|&size| (size, None)).collect();
    banded(&all, own)
}

/// The same, with bands of rows that are of use, at full size.
fn banded(sizes: &[([usize; 2], Option<Range<usize>>)], own: [usize; 2]) -> Vec<Rect> {
    let mut top = 0;
    let first = sizes.first().map_or(own, |(size, _)| *size);
    let scale = [0, 1].map(|i| own[i] as f64 / first[i] as f64);
    let mean = (scale[0] * scale[1]).sqrt();
    let rect = |(index, (full, band)): (usize, &([usize; 2], Option<Range<usize>>))| {
        let whole = match index {
            0 => own,
            _ => full.map(|side| ((side as f64 * mean).round() as usize).max(PATCH + 1)),
        };
        let rows = match band {
            Some(band) if own[0] * own[1] > BANDS_FROM => {
                let scale = whole[1] as f64 / full[1] as f64;
                let first = (band.start as f64 * scale) as usize;
                let end = (band.end as f64 * scale).ceil() as usize + 2 * PATCH;
                let first = first.saturating_sub(2 * PATCH).min(whole[1] - PATCH - 1);
                first..end.clamp(first + PATCH + 1, whole[1])
            }
            _ => 0..whole[1],
        };
        let rect = Rect {
            top,
            size: [whole[0], rows.len()],
            skip: rows.start,
            whole,
        };
        top += rows.len();
        rect
    };
    sizes.iter().enumerate().map(rect).collect()
}

/// Size of the canvas that they make.
pub(super) fn together(rects: &[Rect]) -> [usize; 2] {
    let width = rects.iter().map(|rect| rect.size[0]).max();
    let height = rects.iter().map(|rect| rect.size[1]).sum();
    [width.unwrap_or(0), height]
}

impl Sources<'_> {
    /// Where they lie when the first has `own` pixels.
    pub(super) fn rects(&self, own: [usize; 2]) -> Vec<Rect> {
        let sizes = self.0.iter().map(|s| (s.canvas.size(), s.band.clone()));
        banded(&sizes.collect::<Vec<_>>(), own)
    }

    /// All sources where `to` says, as one canvas; with `by` made as small as that before.
    ///
    /// # Errors
    /// [`GrowError::Cancelled`].
    pub(super) fn at(
        &self,
        to: &[Rect],
        by: Option<&[Rect]>,
        stop: &CancelToken,
    ) -> Result<Cow<'_, Canvas>, GrowError> {
        if to.len() == 1 {
            return self.one(0, to, by, stop);
        }
        let parts = self.parts(to, by, stop)?;
        let [width, height] = together(to);
        let mut all = Canvas::filled(width, height, [0; 4]);
        let rows = parts.rows();
        for (to, row) in all.data.chunks_mut(width).zip(rows.iter()) {
            to[..row.len()].copy_from_slice(row);
        }
        Ok(Cow::Owned(all))
    }

    /// The same, each in a canvas of its own: nothing is copied that is there already.
    ///
    /// # Errors
    /// [`GrowError::Cancelled`].
    pub(super) fn parts(
        &self,
        to: &[Rect],
        by: Option<&[Rect]>,
        stop: &CancelToken,
    ) -> Result<Parts<'_>, GrowError> {
        let one = |index| Ok((self.one(index, to, by, stop)?, to[index]));
        (0..to.len()).map(one).collect::<Result<_, _>>().map(Parts)
    }

    fn one(
        &self,
        index: usize,
        to: &[Rect],
        by: Option<&[Rect]>,
        stop: &CancelToken,
    ) -> Result<Cow<'_, Canvas>, GrowError> {
        let resized = |canvas: &Canvas, size| resized(canvas, size, [false; 2], stop);
        let canvas = &*self.0[index].canvas;
        let size = to[index].whole;
        Ok(match by {
            Some(by) => Cow::Owned(resized(&resized(canvas, by[index].whole)?, size)?),
            None if canvas.size() == size => Cow::Borrowed(canvas),
            None => Cow::Owned(resized(canvas, size)?),
        })
    }

    /// Corners of patches that may be taken, source after source.
    pub(super) fn keys(&self, rects: &[Rect]) -> Vec<Place> {
        let mut keys = Vec::new();
        self.each_key(rects, |place| keys.push(place));
        keys
    }

    /// The same as a map, which large sizes have memory for.
    pub(super) fn allowed(&self, rects: &[Rect]) -> Allowed {
        let [columns, rows] = together(rects).map(|side| grid(side, false));
        if let [source] = &self.0[..]
            && source.map.is_none()
            && source.told.is_none()
        {
            return Allowed {
                columns,
                rows,
                map: None,
            };
        }
        let mut map = vec![false; columns * rows];
        self.each_key(rects, |[x, y]| {
            map[usize::from(y) * columns + usize::from(x)] = true;
        });
        Allowed {
            columns,
            rows,
            map: Some(map),
        }
    }

    fn each_key(&self, rects: &[Rect], mut take: impl FnMut(Place)) {
        for (source, rect) in self.0.iter().zip(rects) {
            let columns = rect.size.map(|side| grid(side, false));
            let all = rect.whole.map(|side| grid(side, false));
            let before = rect.skip * columns[0];
            let whole = |map: &Option<Map>| {
                let map = map.as_ref()?;
                Some(
                    map.at(rect.whole, [false; 2])
                        .whole_patches(all, [false; 2]),
                )
            };
            let (may, told) = (whole(&source.map), whole(&source.told));
            let taken = |&at: &usize| {
                let at = before + at;
                may.as_ref().is_none_or(|may| may[at]) && told.as_ref().is_none_or(|told| !told[at])
            };
            let place = |at: usize| [at % columns[0], rect.top + at / columns[0]];
            let all = 0..columns[0] * columns[1];
            all.filter(taken)
                .for_each(|at| take(place(at).map(|side| side as u16)));
        }
    }

    /// Share of the first one's patches that may be taken.
    pub(super) fn left(&self, own: [usize; 2]) -> f64 {
        let all = own.map(|side| grid(side, false));
        let rects = self.rects(own);
        let left = self.keys(&rects[..1]).len();
        left as f64 / (all[0] * all[1]).max(1) as f64
    }
}

/// All sources at one size, each with where it lies.
pub(super) struct Parts<'a>(Vec<(Cow<'a, Canvas>, Rect)>);

impl Parts<'_> {
    /// Row after row, one source below the other.
    pub(super) fn rows(&self) -> Rows<'_> {
        let mut all = Vec::new();
        for (canvas, rect) in &self.0 {
            let rows = canvas.data.chunks(rect.size[0]).skip(rect.skip);
            all.extend(rows.take(rect.size[1]));
        }
        Rows::new(all)
    }
}

/// Which patches may be taken, by where they lie in a canvas of all sources.
pub(super) struct Allowed {
    columns: usize,
    rows: usize,
    /// None where all may be.
    map: Option<Vec<bool>>,
}

impl Allowed {
    /// Whether the patch there may be.
    pub(super) fn is(&self, [x, y]: Place) -> bool {
        let [x, y] = [x, y].map(usize::from);
        let map = self.map.as_ref();
        x < self.columns && y < self.rows && map.is_none_or(|map| map[y * self.columns + x])
    }

    /// Whether any may be.
    pub(super) fn any(&self) -> bool {
        self.map.as_ref().is_none_or(|map| map.contains(&true))
    }
}

/// Where in the result which sources' material goes, at full size: a set for each pixel.
#[derive(Debug, Clone)]
pub(super) struct Where {
    /// Pixels in a row.
    pub(super) width: usize,
    /// Rows.
    pub(super) height: usize,
    /// Row by row.
    pub(super) sets: Vec<Set>,
}

impl Where {
    /// For the patch at each place of a grid of `columns` in a result of `size` pixels: what any
    /// pixel that it covers may be of, so that borders are soft by as much as a patch.
    pub(super) fn at(&self, size: [usize; 2], columns: [usize; 2]) -> Vec<Set> {
        let nearest =
            |at: usize, from: usize, to: usize| ((2 * at + 1) * from / (2 * to)).min(from - 1);
        let small: Vec<Set> = (0..size[0] * size[1])
            .map(|at| {
                let x = nearest(at % size[0], self.width, size[0]);
                let y = nearest(at / size[0], self.height, size[1]);
                self.sets[y * self.width + x]
            })
            .collect();
        (0..columns[0] * columns[1])
            .map(|at| {
                let (x, y) = (at % columns[0], at / columns[0]);
                (0..PATCH * PATCH).fold(0, |set, d| {
                    let x = (x + d % PATCH) % size[0];
                    set | small[(y + d / PATCH) % size[1] * size[0] + x]
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grow::refine::carried;
    use crate::grow::schedule::Level;

    #[test]
    fn large_sizes_have_only_the_rows_that_are_of_use_and_places_stay_where_they_were() {
        let size = [1000, 800];
        let canvas = |salt: usize| {
            let mut canvas = Canvas::filled(size[0], size[1], [0; 4]);
            for (at, pixel) in canvas.data.iter_mut().enumerate() {
                *pixel = [
                    (at * 7 % 4001) as i16,
                    (at / size[0]) as i16,
                    salt as i16,
                    4080,
                ];
            }
            canvas
        };
        let (first, second) = (canvas(1), canvas(2));
        let sources = |band| {
            let source = |canvas, band| Source {
                canvas: Held::Lent(canvas),
                band,
                map: None,
                told: None,
                weight: 1.0,
            };
            Sources(vec![source(&first, None), source(&second, band)])
        };
        let (all, some) = (sources(None), sources(Some(300..400)));
        let small = [200, 160];
        assert_eq!(all.rects(small), some.rects(small), "small ones have all");
        let (before, rects) = (all.rects(size), some.rects(size));
        assert_eq!(rects[0], before[0]);
        let band = rects[1];
        assert!(band.skip <= 300 && band.skip + band.size[1] >= 400 && band.size[1] < 140);
        let stop = CancelToken::new();
        let seen = some.at(&rects, None, &stop).unwrap();
        assert_eq!(seen.size(), [1000, 800 + band.size[1]]);
        // A row says where it was.
        let row = |top: usize| seen.data[top * size[0]][1] as usize;
        assert_eq!((row(band.top), row(799)), (band.skip, 799));
        let keys = some.keys(&rects).len() - all.keys(&before[..1]).len();
        assert_eq!(keys, grid(1000, false) * grid(band.size[1], false));
        // A map says the same as a list; no patch lies in two sources.
        let (listed, mapped) = (some.keys(&rects), some.allowed(&rects));
        let [wide, high] = together(&rects).map(|side| side as u16);
        let places = (0..high).flat_map(|y| (0..wide).map(move |x| [x, y]));
        let allowed: Vec<_> = places.filter(|&place| mapped.is(place)).collect();
        assert!(allowed == listed && mapped.any());
        // What was found at a small size lies at the same pixels of the same source.
        let coarse = some.rects(small);
        let places = vec![[50, (160 + 68) as u16]; grid(200, false) * grid(160, false)];
        let level = Level {
            own: size,
            source: seen.size(),
            result: size,
            kept: false,
        };
        let fine =
            |rects: &[Rect]| carried(&places, small, [&coarse, rects], &level, [false; 2])[0];
        let (whole, part) = (fine(&before), fine(&rects));
        assert_eq!(whole[0], part[0]);
        assert_eq!(
            usize::from(whole[1]) - before[1].top,
            usize::from(part[1]) - band.top + band.skip
        );
    }
}
