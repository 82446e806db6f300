//! A picture that is almost seamless made so, most of it left as it is: opposite edges are laid over
//! one another, a cut is led through where they differ least (Efros and Freeman, "Image Quilting",
//! 2001), and what differs in light along it is led over.

use rayon::prelude::*;

use super::GrowError;
use super::seams::NEAR;
use crate::cancel::CancelToken;
use crate::picture::Picture;

/// Least and greatest width of the overlap, as a share of the side.
const OVERLAP: [f64; 2] = [1.0 / 16.0, 1.0 / 4.0];
/// Least overlap in pixels.
const LEAST: usize = 4;
/// Overlaps that are tried.
const TRIED: usize = 128;
/// Longer side at which they are tried.
const TRIAL: usize = 400;
/// What an overlap of the whole side would cost, in mean differences of neighbours: the less is
/// lost the better.
const LOST: f64 = 2.0;
/// What a gradient at the border that is twice the usual costs.
const UNUSUAL: f64 = 4.0;

/// A tile.
#[derive(Debug, Clone)]
pub struct Tiled {
    /// A little smaller than the source.
    pub picture: Picture,
    /// Share of its pixels that are just as in the source.
    pub kept: f64,
}

/// Pixels with a mark where they have changed.
struct Sheet {
    width: usize,
    height: usize,
    /// Red, green, blue, opacity; whether changed.
    data: Vec<([u8; 4], bool)>,
}

impl Sheet {
    fn turned(&self) -> Self {
        let (width, height) = (self.height, self.width);
        let at = |at: usize| self.data[at % width * self.width + at / width];
        Self {
            width,
            height,
            data: (0..width * height).into_par_iter().map(at).collect(),
        }
    }

    fn row(&self, y: usize) -> &[([u8; 4], bool)] {
        &self.data[y * self.width..][..self.width]
    }

    /// Every so many pixels.
    fn thinned(&self, step: usize) -> Self {
        let (width, height) = (self.width / step, self.height / step);
        let mean = |at: usize| {
            let (x, y) = (at % width * step, at / width * step);
            let mut sums = [0u32; 4];
            for row in y..y + step {
                for (pixel, _) in &self.row(row)[x..x + step] {
                    for c in 0..4 {
                        sums[c] += u32::from(pixel[c]);
                    }
                }
            }
            (sums.map(|sum| (sum / (step * step) as u32) as u8), false)
        };
        Self {
            width,
            height,
            data: (0..width * height).into_par_iter().map(mean).collect(),
        }
    }

    /// Mean difference of neighbours across, at each column to the next.
    fn steps(&self) -> Vec<f64> {
        let column = |x: usize| {
            let rows = (0..self.height).map(|y| self.row(y));
            let sum: u32 = rows.map(|row| apart(row[x].0, row[x + 1].0)).sum();
            f64::from(sum) / self.height as f64
        };
        (0..self.width - 1).into_par_iter().map(column).collect()
    }
}

fn apart(a: [u8; 4], b: [u8; 4]) -> u32 {
    (0..4).map(|c| u32::from(a[c].abs_diff(b[c]))).sum()
}

/// Makes opposite `sides` go on in one another, across and down.
///
/// # Errors
/// [`GrowError::Cancelled`], [`GrowError::SmallSource`], [`GrowError::Clash`] where no side is to.
pub fn tile(source: &Picture, sides: [bool; 2], stop: &CancelToken) -> Result<Tiled, GrowError> {
    if sides == [false; 2] {
        return Err(GrowError::Clash(
            "say which sides are to go on in one another: x, y or both",
        ));
    }
    let [width, height] = source.size();
    if width.min(height) < super::LEAST_SIDE {
        return Err(GrowError::SmallSource(width, height));
    }
    let pixels = source.rgba().chunks_exact(4);
    let mut sheet = Sheet {
        width: width as usize,
        height: height as usize,
        data: pixels.map(|p| ([p[0], p[1], p[2], p[3]], false)).collect(),
    };
    if sides[0] {
        sheet = joined(&sheet, false, stop)?;
    }
    if sides[1] {
        sheet = joined(&sheet.turned(), sides[0], stop)?.turned();
    }
    let kept = sheet.data.iter().filter(|(_, changed)| !changed).count();
    let size = [sheet.width, sheet.height].map(|side| side as u32);
    let bytes = sheet.data.iter().flat_map(|(pixel, _)| *pixel).collect();
    Ok(Tiled {
        picture: Picture::from_rgba(size[0], size[1], bytes)
            .map_err(|_| GrowError::Size(size[0], size[1]))?,
        kept: kept as f64 / sheet.data.len() as f64,
    })
}

/// Narrower by an overlap of the left and right; where rows go on from the last to the first
/// (`round`) the cut does, too.
fn joined(sheet: &Sheet, round: bool, stop: &CancelToken) -> Result<Sheet, GrowError> {
    let overlap = best_overlap(sheet, round, stop)?;
    let cut = cut(sheet, overlap, round);
    if stop.is_cancelled() {
        return Err(GrowError::Cancelled);
    }
    let light = differences(sheet, overlap, &cut, round);
    let width = sheet.width - overlap;
    let reach = (overlap / 2).max(1);
    let mut out = Sheet {
        width,
        height: sheet.height,
        data: vec![([0; 4], false); width * sheet.height],
    };
    let rows = out.data.par_chunks_mut(width).enumerate();
    rows.for_each(|(y, row)| {
        let from = sheet.row(y);
        for (x, out) in row.iter_mut().enumerate() {
            *out = match x < cut[y] {
                true => from[x + width],
                false => from[x],
            };
        }
        // Half of what differs to each side of the cut, less and less away from it.
        for away in 0..reach {
            let share = 0.5 * (1.0 - (away as f64 + 0.5) / reach as f64);
            let left = (cut[y] + 2 * width - 1 - away) % width;
            let right = (cut[y] + away) % width;
            for (x, sign) in [(left, 1.0), (right, -1.0)] {
                let before = row[x].0;
                let after = std::array::from_fn(|c| {
                    let value = f64::from(before[c]) + sign * share * light[y][c];
                    value.round().clamp(0.0, 255.0) as u8
                });
                row[x] = (after, row[x].1 || after != before);
            }
        }
    });
    Ok(out)
}

/// The overlap whose cut is seen least, at which the border's gradient is as usual, and that takes
/// little.
fn best_overlap(sheet: &Sheet, round: bool, stop: &CancelToken) -> Result<usize, GrowError> {
    let side = sheet.width as f64;
    let most = ((side * OVERLAP[1]) as usize).max(LEAST);
    let least = ((side * OVERLAP[0]) as usize).clamp(LEAST, most);
    let thin = (sheet.width.max(sheet.height) / TRIAL).max(1);
    let thin = thin.min(sheet.width.min(sheet.height) / 8).max(1);
    let small = sheet.thinned(thin);
    let (steps, whole) = (small.steps(), sheet.steps());
    let mean = |steps: &[f64]| steps.iter().sum::<f64>() / steps.len() as f64 + 1e-3;
    let usual = mean(&steps);
    let stride = (most - least).div_ceil(TRIED).max(1);
    let costs: Vec<(f64, usize)> = (least..=most)
        .step_by(stride)
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|overlap| {
            if stop.is_cancelled() {
                return (f64::INFINITY, overlap);
            }
            let narrow = (overlap / thin).clamp(2, small.width / 2);
            let cut = cut(&small, narrow, round);
            let seen = cost(&small, narrow, &cut) / usual;
            (seen + LOST * overlap as f64 / side, overlap)
        })
        .collect();
    if stop.is_cancelled() {
        return Err(GrowError::Cancelled);
    }
    // Close to each of those tried, where the border lies best.
    let placed = |&(cost, overlap): &(f64, usize)| {
        let reach = (stride / 2).max(thin / 2);
        let around = overlap.saturating_sub(reach).max(least)..=(overlap + reach).min(most);
        let border = |overlap: usize| {
            let at = sheet.width - overlap - 1;
            let near = at.saturating_sub(NEAR)..(at + NEAR + 1).min(whole.len());
            ((whole[at] / mean(&whole[near]) - 1.0).abs(), overlap)
        };
        let best = around.map(border).min_by(|a, b| a.0.total_cmp(&b.0));
        let (unusual, overlap) = best.unwrap_or((0.0, overlap));
        (cost + UNUSUAL * unusual, overlap)
    };
    let best = costs.iter().map(placed).min_by(|a, b| a.0.total_cmp(&b.0));
    Ok(best.map_or(least, |(_, overlap)| overlap))
}

/// How much both sides of the overlap differ at a place of it and the one before.
fn step(row: &[([u8; 4], bool)], width: usize, x: usize) -> u32 {
    apart(row[x].0, row[x + width].0) + apart(row[x - 1].0, row[x - 1 + width].0)
}

/// Mean of that along a cut.
fn cost(sheet: &Sheet, overlap: usize, cut: &[usize]) -> f64 {
    let width = sheet.width - overlap;
    let sum: u32 = (0..sheet.height)
        .map(|y| step(sheet.row(y), width, cut[y]))
        .sum();
    f64::from(sum) / 2.0 / sheet.height as f64
}

/// For each row the first column that is as on the left: from 1 to below the overlap, from row to
/// row at most one column aside.
fn cut(sheet: &Sheet, overlap: usize, round: bool) -> Vec<usize> {
    let height = sheet.height;
    if !round {
        return path(sheet, overlap, 0..height, None);
    }
    // Twice round: what comes of it in the middle knows no beginning.
    let twice = path(sheet, overlap, 0..2 * height, None);
    let begins = twice[height];
    path(sheet, overlap, 0..height, Some(begins))
}

/// The cheapest path through `rows` (modulo the height); with `ends` it begins and ends there.
fn path(
    sheet: &Sheet,
    overlap: usize,
    rows: std::ops::Range<usize>,
    ends: Option<usize>,
) -> Vec<usize> {
    let width = sheet.width - overlap;
    let count = overlap - 1;
    let mut sums: Vec<u64> = vec![0; count];
    let mut from: Vec<i8> = Vec::with_capacity(rows.len() * count);
    for y in rows.clone() {
        let row = sheet.row(y % sheet.height);
        let before = sums.clone();
        for i in 0..count {
            let best = (-1i8..=1)
                .filter_map(|d| {
                    let at = i.checked_add_signed(isize::from(d))?;
                    // Straight on where nothing speaks against it.
                    before.get(at).map(|sum| (*sum, d.unsigned_abs(), d))
                })
                .min();
            let (sum, _, d) = best.unwrap_or((0, 0, 0));
            let forbidden = y == rows.start && ends.is_some_and(|ends| ends != i + 1);
            sums[i] = match forbidden {
                true => u64::MAX / 2,
                false => sum.min(u64::MAX / 2) + u64::from(step(row, width, i + 1)),
            };
            from.push(d);
        }
    }
    let cheapest = (0..count).min_by_key(|&i| sums[i]).unwrap_or(0);
    let mut at = ends.map_or(cheapest, |ends| ends - 1);
    let mut cut = vec![1; rows.len()];
    for (i, place) in cut.iter_mut().enumerate().rev() {
        *place = at + 1;
        at = at
            .saturating_add_signed(isize::from(from[i * count + at]))
            .min(count - 1);
    }
    cut
}

/// What the left is lighter than the right at the cut, smoothly along it.
fn differences(sheet: &Sheet, overlap: usize, cut: &[usize], round: bool) -> Vec<[f64; 4]> {
    let width = sheet.width - overlap;
    let exact: Vec<[f64; 4]> = (0..sheet.height)
        .map(|y| {
            let row = sheet.row(y);
            std::array::from_fn(|c| {
                let at = |x: usize| f64::from(row[x].0[c]) - f64::from(row[x + width].0[c]);
                (at(cut[y]) + at(cut[y] - 1)) / 2.0
            })
        })
        .collect();
    let reach = (overlap / 4).max(1) as i64;
    let height = sheet.height as i64;
    (0..height)
        .map(|y| {
            let (mut sums, mut whole) = ([0.0; 4], 0.0);
            for d in -reach..=reach {
                let at = match round {
                    true => (y + d).rem_euclid(height),
                    false => (y + d).clamp(0, height - 1),
                };
                let weight = (reach + 1 - d.abs()) as f64;
                for c in 0..4 {
                    sums[c] += exact[at as usize][c] * weight;
                }
                whole += weight;
            }
            sums.map(|sum| sum / whole)
        })
        .collect()
}
