//! The pictures that patches are taken from, one below the other: at each size they make one canvas
//! in which every patch has its place.

use std::borrow::Cow;

use super::canvas::Canvas;
use super::region::Map;
use super::resample::resized;
use super::vote::grid;
use super::{GrowError, PATCH, Place};
use crate::cancel::CancelToken;

/// A set of sources, one bit each.
pub(super) type Set = u32;

/// One picture.
pub(super) struct Source<'a> {
    /// At full size.
    pub(super) canvas: Cow<'a, Canvas>,
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
}

/// Of which source a place is.
pub(super) fn of(rects: &[Rect], place: Place) -> usize {
    rects.partition_point(|rect| rect.top <= usize::from(place[1])) - 1
}

/// All of them; the first is the one whose sizes the pyramid follows.
pub(super) struct Sources<'a>(pub(super) Vec<Source<'a>>);

/// Where sources of these full `sizes` lie when the first has `own` pixels.
pub(super) fn rects(sizes: &[[usize; 2]], own: [usize; 2]) -> Vec<Rect> {
    let mut top = 0;
    let first = sizes.first().copied().unwrap_or(own);
    let scale = [0, 1].map(|i| own[i] as f64 / first[i] as f64);
    let mean = (scale[0] * scale[1]).sqrt();
    let rect = |(index, full): (usize, &[usize; 2])| {
        let size = match index {
            0 => own,
            _ => full.map(|side| ((side as f64 * mean).round() as usize).max(PATCH + 1)),
        };
        let rect = Rect { top, size };
        top += size[1];
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
        let sizes: Vec<[usize; 2]> = self.0.iter().map(|s| s.canvas.size()).collect();
        rects(&sizes, own)
    }

    /// All sources where `to` says; with `by` made as small as that before.
    ///
    /// # Errors
    /// [`GrowError::Cancelled`].
    pub(super) fn at(
        &self,
        to: &[Rect],
        by: Option<&[Rect]>,
        stop: &CancelToken,
    ) -> Result<Cow<'_, Canvas>, GrowError> {
        let resized = |canvas: &Canvas, size| resized(canvas, size, [false; 2], stop);
        let one = |index: usize| -> Result<Cow<'_, Canvas>, GrowError> {
            let canvas = &*self.0[index].canvas;
            let size = to[index].size;
            Ok(match by {
                Some(by) => Cow::Owned(resized(&resized(canvas, by[index].size)?, size)?),
                None if canvas.size() == size => Cow::Borrowed(canvas),
                None => Cow::Owned(resized(canvas, size)?),
            })
        };
        if let [_] = to {
            return one(0);
        }
        let [width, height] = together(to);
        let mut all = Canvas::filled(width, height, [0; 4]);
        for (index, rect) in to.iter().enumerate() {
            let canvas = one(index)?;
            for (y, row) in canvas.data.chunks(rect.size[0]).enumerate() {
                all.data[(rect.top + y) * width..][..rect.size[0]].copy_from_slice(row);
            }
        }
        Ok(Cow::Owned(all))
    }

    /// Corners of patches that may be taken, source after source.
    pub(super) fn keys(&self, rects: &[Rect]) -> Vec<Place> {
        let mut keys = Vec::new();
        for (source, rect) in self.0.iter().zip(rects) {
            let columns = rect.size.map(|side| grid(side, false));
            let whole = |map: &Option<Map>| {
                let map = map.as_ref()?;
                Some(map.at(rect.size).whole_patches(columns, [false; 2]))
            };
            let (may, told) = (whole(&source.map), whole(&source.told));
            let taken = |&at: &usize| {
                may.as_ref().is_none_or(|may| may[at]) && told.as_ref().is_none_or(|told| !told[at])
            };
            let place = |at: usize| [at % columns[0], rect.top + at / columns[0]];
            let all = 0..columns[0] * columns[1];
            keys.extend(
                all.filter(taken)
                    .map(|at| place(at).map(|side| side as u16)),
            );
        }
        keys
    }

    /// Share of the first one's patches that may be taken.
    pub(super) fn left(&self, own: [usize; 2]) -> f64 {
        let all = own.map(|side| grid(side, false));
        let rects = self.rects(own);
        let left = self.keys(&rects[..1]).len();
        left as f64 / (all[0] * all[1]).max(1) as f64
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
