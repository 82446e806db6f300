//! What of the source may be taken, and what of the result is there already.

use rayon::prelude::*;

use super::canvas::{Canvas, Pixel};
use super::membrane::lead_over;
use super::resample::resized;
use super::schedule::Level;
use super::vote::grid;
use super::{GrowError, PATCH, Place};
use crate::cancel::CancelToken;

/// True where there is something, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Map {
    /// Pixels in a row.
    pub(super) width: usize,
    /// Rows.
    pub(super) height: usize,
    /// One for each pixel.
    pub(super) data: Vec<bool>,
}

impl Map {
    /// True everywhere.
    pub(super) fn full([width, height]: [usize; 2]) -> Self {
        Self {
            width,
            height,
            data: vec![true; width * height],
        }
    }

    /// At another size: true where all around a pixel is, as far as resampling sees.
    fn at(&self, [width, height]: [usize; 2]) -> Self {
        let span = |at: usize, from: usize, to: usize| {
            let ratio = from as f64 / to as f64;
            // The cubic's two lobes, as far as they weigh anything.
            let reach = if from == to { 0.0 } else { 1.0 };
            let low = ((at as f64 - reach) * ratio).floor().max(0.0) as usize;
            let high = ((at as f64 + 1.0 + reach) * ratio).ceil() as usize;
            low.min(from - 1)..high.clamp(low + 1, from)
        };
        let mut data = vec![false; width * height];
        data.par_chunks_mut(width).enumerate().for_each(|(y, row)| {
            let rows = span(y, self.height, height);
            for (x, out) in row.iter_mut().enumerate() {
                let columns = span(x, self.width, width);
                *out = rows.clone().all(|y| {
                    self.data[y * self.width..][columns.clone()]
                        .iter()
                        .all(|&b| b)
                });
            }
        });
        Self {
            width,
            height,
            data,
        }
    }

    /// For each place of a grid whether the patch there is wholly true.
    fn whole_patches(&self, columns: [usize; 2], wraps: [bool; 2]) -> Vec<bool> {
        let (w, h) = (self.width, self.height);
        let mut rows = vec![false; columns[0] * h];
        rows.par_chunks_mut(columns[0])
            .enumerate()
            .for_each(|(y, out)| {
                let row = &self.data[y * w..][..w];
                for (x, out) in out.iter_mut().enumerate() {
                    *out = (x..x + PATCH).all(|x| match wraps[0] {
                        true => row[x % w],
                        false => row[x],
                    });
                }
            });
        let mut whole = vec![false; columns[0] * columns[1]];
        whole
            .par_chunks_mut(columns[0])
            .enumerate()
            .for_each(|(y, out)| {
                for (x, out) in out.iter_mut().enumerate() {
                    *out = (y..y + PATCH).all(|y| rows[y % h * columns[0] + x]);
                }
            });
        whole
    }
}

/// At full size.
#[derive(Debug, Clone)]
pub(super) struct Region {
    /// What of the source may be taken; none: all.
    pub(super) source: Option<Map>,
    /// What of the result is there already, and the result with it; none: nothing.
    pub(super) kept: Option<(Map, Canvas)>,
}

impl Region {
    /// The same at one size.
    ///
    /// # Errors
    /// [`GrowError::Cancelled`].
    pub(super) fn at(&self, level: &Level, stop: &CancelToken) -> Result<Known<'_>, GrowError> {
        let kept = match &self.kept {
            None => None,
            Some((map, canvas)) => {
                let small = match canvas.size() == level.result {
                    true => None,
                    false => Some(resized(canvas, level.result, [false; 2], stop)?),
                };
                Some((map.at(level.result), canvas, small))
            }
        };
        Ok(Known {
            source: self.source.as_ref().map(|map| map.at(level.source)),
            kept,
        })
    }
}

/// [`Region`] at one size.
pub(super) struct Known<'a> {
    source: Option<Map>,
    kept: Option<(Map, &'a Canvas, Option<Canvas>)>,
}

impl Known<'_> {
    /// Puts back what is there already.
    pub(super) fn keep(&self, picture: &mut Canvas) {
        if let Some((map, whole, small)) = &self.kept {
            let from: &[Pixel] = &small.as_ref().unwrap_or(whole).data;
            let pixels = picture.data.par_iter_mut().zip(from).zip(&map.data);
            pixels.for_each(|((pixel, from), &kept)| {
                if kept {
                    *pixel = *from;
                }
            });
        }
    }

    /// Puts back what is there already after patches were put together, which lie at the `active`
    /// places of a grid of `columns`, and leads over to it.
    pub(super) fn join(&self, picture: &mut Canvas, active: &[u32], columns: [usize; 2]) {
        let Some((map, whole, small)) = &self.kept else {
            return;
        };
        let mut covered = vec![false; map.data.len()];
        for &at in active {
            let (x, y) = (at as usize % columns[0], at as usize / columns[0]);
            // Corners are enough: along an edge patches lie at every place.
            for (dx, dy) in [
                (0, 0),
                (PATCH - 1, 0),
                (0, PATCH - 1),
                (PATCH - 1, PATCH - 1),
            ] {
                covered[(y + dy) * map.width + x + dx] = true;
            }
        }
        lead_over(picture, small.as_ref().unwrap_or(whole), &map.data, |at| {
            covered[at]
        });
        self.keep(picture);
    }

    /// Fills what isn't kept from its edges inwards with the mean of what is around.
    pub(super) fn heal(&self, picture: &mut Canvas) {
        let Some((map, ..)) = &self.kept else { return };
        let mut there = map.data.clone();
        let (width, height) = (picture.width, picture.height);
        let mut left: Vec<usize> = (0..there.len()).filter(|&at| !there[at]).collect();
        while !left.is_empty() && left.len() < there.len() {
            let mut found = Vec::new();
            for &at in &left {
                let (x, y) = (at % width, at / width);
                let (mut sums, mut count) = ([0i32; 4], 0);
                for y in y.saturating_sub(1)..(y + 2).min(height) {
                    for x in x.saturating_sub(1)..(x + 2).min(width) {
                        if there[y * width + x] {
                            count += 1;
                            for (sum, value) in sums.iter_mut().zip(picture.data[y * width + x]) {
                                *sum += i32::from(value);
                            }
                        }
                    }
                }
                if count > 0 {
                    found.push((at, sums.map(|sum| (sum / count) as i16)));
                }
            }
            if found.is_empty() {
                return;
            }
            for (at, pixel) in found {
                picture.data[at] = pixel;
                there[at] = true;
            }
            left.retain(|&at| !there[at]);
        }
    }

    /// The patches of the result's grid that aren't there already.
    pub(super) fn touched(&self, columns: [usize; 2], wraps: [bool; 2]) -> Vec<u32> {
        let all = 0..(columns[0] * columns[1]) as u32;
        match &self.kept {
            None => all.collect(),
            Some((map, ..)) => {
                let whole = map.whole_patches(columns, wraps);
                all.filter(|&at| !whole[at as usize]).collect()
            }
        }
    }

    /// Corners of the source's patches that may be taken.
    pub(super) fn sources(&self, size: [usize; 2]) -> Vec<Place> {
        let columns = size.map(|side| grid(side, false));
        let place = |at: usize| [(at % columns[0]) as u16, (at / columns[0]) as u16];
        let all = 0..columns[0] * columns[1];
        match &self.source {
            None => all.map(place).collect(),
            Some(map) => {
                let whole = map.whole_patches(columns, [false; 2]);
                all.filter(|&at| whole[at]).map(place).collect()
            }
        }
    }
}
