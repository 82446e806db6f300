//! What patches are read from: rows of pixels.

use super::PATCH;
use super::canvas::{Canvas, Pixel};

/// Rows of pixels that may lie in several canvases, and needn't be of one width.
pub(super) struct Rows<'a>(Vec<&'a [Pixel]>);

impl<'a> Rows<'a> {
    /// These, from top to bottom.
    pub(super) fn new(rows: Vec<&'a [Pixel]>) -> Self {
        Self(rows)
    }

    /// One after the other.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'a [Pixel]> {
        self.0.iter().copied()
    }

    /// A canvas's own.
    pub(super) fn of(canvas: &'a Canvas) -> Self {
        Self(canvas.data.chunks(canvas.width).collect())
    }

    /// Columns of the widest, and rows.
    pub(super) fn size(&self) -> [usize; 2] {
        let width = self.0.iter().map(|row| row.len()).max();
        [width.unwrap_or(0), self.0.len()]
    }

    /// A pixel; beyond the end of a narrow row it is transparent.
    pub(super) fn pixel(&self, x: usize, y: usize) -> Pixel {
        self.0[y].get(x).copied().unwrap_or_default()
    }

    /// The row of a patch that lies within a source.
    pub(super) fn patch(&self, x: usize, y: usize) -> &[Pixel] {
        &self.0[y][x..x + PATCH]
    }
}
