//! The brightness and colour of what is new, led over from what is there: where both meet, the
//! difference of the patches to the pixels that they cover is spread smoothly into the new part
//! (after Pérez et al., "Poisson Image Editing", 2003, with pull and push in place of a solver, as
//! Gortler et al. 1996).

use rayon::prelude::*;

use super::canvas::{Canvas, UNIT};

/// What a step of twice the distance leaves of the difference.
const FADING: f32 = 0.85;

/// Most that is led over: what differs by more isn't light but another thing.
const MOST: f32 = 12.5 * UNIT as f32;

/// A cell: the difference in each channel, and how sure it is, 0..=1.
type Cell = [f32; 5];

struct Grid {
    width: usize,
    height: usize,
    cells: Vec<Cell>,
    /// Which sides go on at the other side, in x and y.
    wraps: [bool; 2],
}

/// Where a place lies among the middles of cells: two of them, and how far on the way to the second.
struct Between {
    cells: [usize; 2],
    share: f32,
}

/// `at` in cells, of which a side has `count`.
fn between(at: f32, count: usize, wraps: bool) -> Between {
    let at = match wraps {
        true => at - 0.5,
        false => (at - 0.5).max(0.0),
    };
    let before = at.floor();
    let cell = |by: i64| match (before as i64 + by, wraps) {
        (cell, true) => cell.rem_euclid(count as i64) as usize,
        (cell, false) => (cell as usize).min(count - 1),
    };
    Between {
        cells: [cell(0), cell(1)],
        share: at - before,
    }
}

/// Cells to a step among those of half the side. A side that goes on at the other one has as many
/// of them as cover it exactly: else there would be a step where it closes.
fn step(coarse: usize, fine: usize, wraps: bool) -> f32 {
    match wraps {
        true => coarse as f32 / fine as f32,
        false => 0.5,
    }
}

impl Grid {
    fn at(&self, x: usize, y: usize) -> &Cell {
        &self.cells[y * self.width + x]
    }

    /// Between the middles of cells, for the pixel or finer cell at `x` and `y` among `fine` ones.
    fn between(&self, [x, y]: [usize; 2], fine: [usize; 2]) -> [f32; 4] {
        let of = |at: usize, count: usize, fine: usize, wraps: bool| {
            let at = (at as f32 + 0.5) * step(count, fine, wraps);
            between(at, count, wraps)
        };
        let across = of(x, self.width, fine[0], self.wraps[0]);
        let down = of(y, self.height, fine[1], self.wraps[1]);
        let ([left, right], [top, bottom]) = (across.cells, down.cells);
        let (across, down) = (across.share, down.share);
        std::array::from_fn(|c| {
            let upper = self.at(left, top)[c] * (1.0 - across) + self.at(right, top)[c] * across;
            let lower =
                self.at(left, bottom)[c] * (1.0 - across) + self.at(right, bottom)[c] * across;
            upper * (1.0 - down) + lower * down
        })
    }

    /// The same in cells of twice the side.
    fn pulled(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut cells = vec![Cell::default(); width * height];
        cells
            .par_chunks_mut(width)
            .enumerate()
            .for_each(|(y, row)| {
                for (x, cell) in row.iter_mut().enumerate() {
                    for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                        let (x, y) = (x * 2 + dx, y * 2 + dy);
                        if x < self.width && y < self.height {
                            gather(cell, self.at(x, y));
                        }
                    }
                    settle(cell);
                }
            });
        Self {
            width,
            height,
            cells,
            wraps: self.wraps,
        }
    }

    /// Fills what isn't sure from cells of twice the side.
    fn push(&mut self, coarser: &Self) {
        let size = [self.width, self.height];
        self.cells
            .par_chunks_mut(size[0])
            .enumerate()
            .for_each(|(y, row)| {
                for (x, cell) in row.iter_mut().enumerate() {
                    let far = coarser.between([x, y], size);
                    let sure = cell[4];
                    for c in 0..4 {
                        cell[c] = cell[c] * sure + far[c] * FADING * (1.0 - sure);
                    }
                }
            });
    }
}

fn gather(cell: &mut Cell, from: &Cell) {
    for c in 0..4 {
        cell[c] += from[c] * from[4];
    }
    cell[4] += from[4];
}

fn settle(cell: &mut Cell) {
    if cell[4] > 0.0 {
        for c in 0..4 {
            cell[c] /= cell[4];
        }
        cell[4] = cell[4].min(1.0);
    }
}

/// Adds to the pixels of `picture` that aren't `kept` what leads over to those that are, as `there`
/// has them; over the sides that it `wraps`, x and y, too. `covered` says which pixels patches have
/// written.
pub(super) fn lead_over(
    picture: &mut Canvas,
    there: &Canvas,
    kept: &[bool],
    wraps: [bool; 2],
    covered: impl Fn(usize) -> bool + Sync,
) {
    let (width, height) = (picture.width, picture.height);
    let columns = width.div_ceil(2);
    let mut first = Grid {
        width: columns,
        height: height.div_ceil(2),
        cells: vec![Cell::default(); columns * height.div_ceil(2)],
        wraps,
    };
    let seen = &*picture;
    first
        .cells
        .par_chunks_mut(columns)
        .enumerate()
        .for_each(|(y, row)| {
            for (x, cell) in row.iter_mut().enumerate() {
                for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    let (x, y) = (x * 2 + dx, y * 2 + dy);
                    let at = y * width + x;
                    if x < width && y < height && kept[at] && covered(at) {
                        let (new, old) = (seen.data[at], there.data[at]);
                        let difference =
                            |c: usize| (f32::from(old[c]) - f32::from(new[c])).clamp(-MOST, MOST);
                        let [r, g, b, a] = std::array::from_fn(difference);
                        gather(cell, &[r, g, b, a, 1.0]);
                    }
                }
                settle(cell);
            }
        });
    let mut grids = vec![first];
    while let Some(last) = grids.last()
        && last.width.max(last.height) > 1
    {
        grids.push(last.pulled());
    }
    while let Some(coarser) = grids.pop() {
        match grids.last_mut() {
            Some(finer) => finer.push(&coarser),
            None => add(picture, &coarser, kept),
        }
    }
}

fn add(picture: &mut Canvas, grid: &Grid, kept: &[bool]) {
    let size = picture.size();
    let rows = picture
        .data
        .par_chunks_mut(size[0])
        .zip(kept.par_chunks(size[0]));
    rows.enumerate().for_each(|(y, (row, kept))| {
        for (x, (pixel, kept)) in row.iter_mut().zip(kept).enumerate() {
            if !kept {
                let more = grid.between([x, y], size);
                for c in 0..4 {
                    let value = i32::from(pixel[c]) + more[c].round() as i32;
                    pixel[c] = value.clamp(0, 255 * UNIT) as i16;
                }
            }
        }
    });
}
