//! Where the cells of a grid are: arithmetic only.

use std::ops::Range;

use egui::{Vec2, vec2};

/// Cells of one size in rows, filling a width.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GridLayout {
    count: usize,
    columns: usize,
    thumb: f32,
    caption: f32,
    gap: f32,
    /// Room that is left over, spread between the columns.
    spread: f32,
}

/// Top left corner of a cell, from the grid's top left. In `f64`: half a million
/// rows are more points than an `f32` tells apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CellPos {
    /// Points from the left.
    pub x: f64,
    /// Points from the top.
    pub y: f64,
}

/// A step of the keyboard's cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GridStep {
    /// One back.
    Left,
    /// One on.
    Right,
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// So many rows up.
    PageUp(usize),
    /// So many rows down.
    PageDown(usize),
    /// The first.
    First,
    /// The last.
    Last,
}

impl GridLayout {
    /// `width` is filled with as many squares of `thumb` (plus `caption` below) as
    /// go in, at least one.
    pub fn new(count: usize, width: f32, thumb: f32, caption: f32, gap: f32) -> Self {
        let thumb = thumb.max(16.0);
        let columns = (((width + gap) / (thumb + gap)).floor() as usize).max(1);
        let used = columns as f32 * thumb + (columns - 1) as f32 * gap;
        let spread = if columns > 1 && count > columns {
            ((width - used) / (columns - 1) as f32).max(0.0)
        } else {
            0.0
        };
        Self {
            count,
            columns,
            thumb,
            caption,
            gap,
            spread,
        }
    }

    /// Cells in a row.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Rows in all.
    pub fn rows(&self) -> usize {
        self.count.div_ceil(self.columns)
    }

    fn pitch(&self) -> f64 {
        f64::from(self.thumb + self.caption + self.gap)
    }

    /// Points of all rows.
    pub fn height(&self) -> f64 {
        (self.rows() as f64 * self.pitch() - f64::from(self.gap)).max(0.0)
    }

    /// Size of a cell with its caption.
    pub fn cell_size(&self) -> Vec2 {
        vec2(self.thumb, self.thumb + self.caption)
    }

    /// Where a cell is.
    pub fn cell(&self, index: usize) -> CellPos {
        let (row, column) = (index / self.columns, index % self.columns);
        CellPos {
            x: column as f64 * f64::from(self.thumb + self.gap + self.spread),
            y: row as f64 * self.pitch(),
        }
    }

    /// Cells that show between `top` and `bottom`.
    pub fn visible(&self, top: f64, bottom: f64) -> Range<usize> {
        if bottom < 0.0 {
            return 0..0;
        }
        let first = (top.max(0.0) / self.pitch()).floor() as usize;
        let last = (bottom / self.pitch()).floor() as usize + 1;
        let start = (first * self.columns).min(self.count);
        start..(last * self.columns).clamp(start, self.count)
    }

    /// Whole rows in so many points, at least one.
    pub fn rows_in(&self, height: f32) -> usize {
        ((f64::from(height) / self.pitch()).floor() as usize).max(1)
    }

    /// Where a step leads; the first cell when there is no cursor, nothing when
    /// the grid is empty.
    pub fn step(&self, from: Option<usize>, step: GridStep) -> Option<usize> {
        let last = self.count.checked_sub(1)?;
        let Some(from) = from.map(|f| f.min(last)) else {
            return Some(if step == GridStep::Last { last } else { 0 });
        };
        let down = |rows: usize| {
            let to = from + rows * self.columns;
            if to <= last {
                to
            } else {
                // The last cell of the same column, or the end of a short row.
                let rows_left = (last / self.columns) - (from / self.columns);
                (from + rows_left * self.columns).min(last)
            }
        };
        let up = |rows: usize| from - rows.min(from / self.columns) * self.columns;
        Some(match step {
            GridStep::Left => from.saturating_sub(1),
            GridStep::Right => (from + 1).min(last),
            GridStep::Up => up(1),
            GridStep::Down => down(1),
            GridStep::PageUp(rows) => up(rows),
            GridStep::PageDown(rows) => down(rows),
            GridStep::First => 0,
            GridStep::Last => last,
        })
    }
}

/// The order in which to fetch thumbnails: what is seen from the middle outwards,
/// then one screen further on both sides.
pub fn nearest_first(visible: &Range<usize>, count: usize) -> Vec<usize> {
    let len = visible.len();
    let middle = visible.start + len / 2;
    let mut seen: Vec<usize> = visible.clone().collect();
    seen.sort_by_key(|i| i.abs_diff(middle));
    let after = visible.end..(visible.end + len).min(count);
    let before = visible.start.saturating_sub(len)..visible.start;
    seen.into_iter().chain(after).chain(before.rev()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_is_seen_of_a_hundred_thousand() {
        let grid = GridLayout::new(100_000, 1000.0, 160.0, 20.0, 8.0);
        assert_eq!(grid.columns(), 6);
        let far = grid.height() / 2.0;
        let seen = grid.visible(far, far + 800.0);
        assert!(seen.len() <= 6 * 6, "{seen:?}");
        assert!(seen.contains(&50_000));
    }

    #[test]
    fn a_narrow_window_still_has_a_column() {
        let grid = GridLayout::new(3, 40.0, 160.0, 0.0, 8.0);
        assert_eq!((grid.columns(), grid.rows()), (1, 3));
        assert_eq!(GridLayout::new(0, 40.0, 160.0, 0.0, 8.0).height(), 0.0);
    }

    #[test]
    fn thumbnails_come_from_the_middle_outwards() {
        let order = nearest_first(&(10..14), 16);
        assert_eq!(order[0], 12);
        assert_eq!(order.len(), 4 + 2 + 4);
        assert_eq!(&order[4..6], [14, 15]);
        assert_eq!(order[6], 9);
    }

    proptest! {
        #[test]
        fn every_cell_is_visible_where_it_is(
            count in 1usize..5000, width in 50f32..3000.0, thumb in 64f32..400.0, index in 0usize..5000,
        ) {
            let index = index % count;
            let grid = GridLayout::new(count, width, thumb, 20.0, 8.0);
            let at = grid.cell(index);
            let seen = grid.visible(at.y + 1.0, at.y + 2.0);
            prop_assert!(seen.contains(&index));
            if grid.columns() > 1 {
                prop_assert!(at.x + f64::from(thumb) <= f64::from(width) + 0.01);
            }
        }

        #[test]
        fn steps_stay_inside_and_keep_the_column(
            count in 1usize..200, width in 100f32..1500.0, from in 0usize..200, rows in 1usize..9,
        ) {
            let from = from % count;
            let grid = GridLayout::new(count, width, 100.0, 0.0, 8.0);
            for step in [GridStep::Left, GridStep::Right, GridStep::Up, GridStep::Down,
                         GridStep::PageUp(rows), GridStep::PageDown(rows), GridStep::First, GridStep::Last] {
                let to = grid.step(Some(from), step).unwrap();
                prop_assert!(to < count);
                if matches!(step, GridStep::Up | GridStep::PageUp(_)) {
                    prop_assert_eq!(to % grid.columns(), from % grid.columns());
                }
            }
        }
    }
}
