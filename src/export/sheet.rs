//! Contact sheets: many small pictures on one, put there one after the other so that
//! only one of them is in memory.

use super::ExportError;
use super::caption::{CaptionWriter, line_height};
use super::resize::{Filter, resize};
use crate::export::options::Sheet;
use crate::picture::Picture;

/// Longest side of a sheet; cells become smaller rather than the sheet larger.
const LONGEST: u32 = 12_000;

/// Smallest letters that can be read, pixels.
const SMALLEST_LETTERS: f32 = 11.0;
/// Smallest side of a picture with room for a title, pixels.
const SMALLEST_WITH_TITLE: u32 = 96;

/// A sheet being filled.
#[derive(Debug)]
pub struct SheetBuilder {
    size: [u32; 2],
    columns: u32,
    cell: u32,
    gap: u32,
    captions: Option<Captions>,
    pixels: Vec<u8>,
    count: u32,
    put: u32,
}

/// The titles below the pictures.
struct Captions {
    writer: CaptionWriter,
    /// Of the letters, pixels.
    size: f32,
    colour: [u8; 3],
}

impl std::fmt::Debug for Captions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Captions").finish_non_exhaustive()
    }
}

impl Captions {
    /// Letters for cells of this side, readable on a background.
    fn new(cell: u32, [r, g, b]: [u8; 3]) -> Self {
        let light = u32::from(r) + u32::from(g) + u32::from(b) > 384;
        Self {
            writer: CaptionWriter::default(),
            size: (cell as f32 * 0.06).clamp(SMALLEST_LETTERS, 40.0),
            colour: if light { [40; 3] } else { [225; 3] },
        }
    }

    fn height(&self) -> u32 {
        line_height(self.size)
    }
}

impl SheetBuilder {
    /// A sheet for so many pictures.
    ///
    /// # Errors
    /// [`ExportError::Format`] for none, or for more than fit on a sheet.
    pub fn new(count: usize, sheet: Sheet) -> Result<Self, ExportError> {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let columns = match sheet.columns {
            0 => (f64::from(count).sqrt().ceil() as u32).max(1),
            n => n.min(count.max(1)),
        };
        let rows = count.div_ceil(columns);
        let most = columns.max(rows);
        let cell = sheet.cell.min(LONGEST / most.max(1) * 15 / 16);
        // Below small pictures nothing could be read.
        let captions = (sheet.captions && cell >= SMALLEST_WITH_TITLE)
            .then(|| Captions::new(cell, sheet.background));
        let line = captions.as_ref().map_or(0, Captions::height);
        if count == 0 || cell < 16 {
            return Err(ExportError::Format(
                "a contact sheet holds 1 to 400,000 pictures; choose fewer or more columns".into(),
            ));
        }
        let gap = (cell / 16).max(2);
        let side = |n: u32| n * cell + (n + 1) * gap;
        let size = [side(columns), side(rows) + rows * line];
        let [r, g, b] = sheet.background;
        Ok(Self {
            size,
            columns,
            cell,
            gap,
            captions,
            pixels: [r, g, b, 255].repeat(size[0] as usize * size[1] as usize),
            count,
            put: 0,
        })
    }

    /// Side of a picture's square, pixels.
    pub fn cell(&self) -> u32 {
        self.cell
    }

    /// Puts the next picture into its square, as large as it fits, with its title below, where
    /// titles are wanted; `None` leaves the square empty. Beyond the announced number nothing
    /// happens.
    ///
    /// # Errors
    /// [`ExportError::Format`] if the title's size is impossible (it never is).
    pub fn put(&mut self, picture: Option<&Picture>, title: &str) -> Result<(), ExportError> {
        let i = self.put;
        if i >= self.count {
            return Ok(());
        }
        self.put += 1;
        let line = self.captions.as_ref().map_or(0, Captions::height);
        let x0 = self.gap + (i % self.columns) * (self.cell + self.gap);
        let y0 = self.gap + (i / self.columns) * (self.cell + self.gap + line);
        if let Some(captions) = &mut self.captions {
            let (size, colour) = (captions.size, captions.colour);
            let words = captions.writer.line(title, self.cell, size, colour)?;
            // Nearer to its picture than to the next one.
            self.lay(&words, [x0, y0 + self.cell + self.gap / 8]);
        }
        let Some(picture) = picture else {
            return Ok(());
        };
        let small = shape_within(picture, self.cell);
        let [sw, sh] = small.size();
        self.lay(
            &small,
            [x0 + (self.cell - sw) / 2, y0 + (self.cell - sh) / 2],
        );
        Ok(())
    }

    /// Lays a picture onto the sheet, its upper left corner here; it fits.
    fn lay(&mut self, small: &Picture, [x0, y0]: [u32; 2]) {
        let [sw, sh] = small.size();
        for y in 0..sh {
            for x in 0..sw {
                let from = ((y * sw + x) * 4) as usize;
                let to = ((y0 + y) as usize * self.size[0] as usize + (x0 + x) as usize) * 4;
                over(&mut self.pixels[to..to + 4], &small.rgba()[from..from + 4]);
            }
        }
    }

    /// The sheet.
    ///
    /// # Errors
    /// [`ExportError::Format`] if its size is impossible (it never is).
    pub fn finish(self) -> Result<Picture, ExportError> {
        Picture::from_rgba(self.size[0], self.size[1], self.pixels)
            .map_err(|e| ExportError::Format(e.to_string()))
    }
}

fn shape_within(p: &Picture, side: u32) -> Picture {
    let [w, h] = p.size();
    let scale = f64::from(side) / f64::from(w.max(h));
    let to = |n: u32| ((f64::from(n) * scale).round() as u32).clamp(1, side);
    resize(p, [to(w), to(h)], Filter::Lanczos)
}

/// Straight alpha over an opaque pixel.
fn over(below: &mut [u8], above: &[u8]) {
    let a = u32::from(above[3]);
    for (b, &t) in below.iter_mut().zip(&above[..3]) {
        *b = ((u32::from(t) * a + u32::from(*b) * (255 - a) + 127) / 255) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(w: u32, h: u32, c: [u8; 4]) -> Picture {
        Picture::from_rgba(w, h, c.repeat((w * h) as usize)).unwrap()
    }

    fn sheet(columns: u32) -> Sheet {
        Sheet {
            columns,
            cell: 32,
            background: [9, 9, 9],
            captions: false,
        }
    }

    #[test]
    fn pictures_stand_in_rows_in_their_order() {
        let mut s = SheetBuilder::new(5, sheet(2)).unwrap();
        for n in 0..5u8 {
            let p = plain(30, 20, [50 * n, 200, 0, 255]);
            s.put((n != 3).then_some(&p), "").unwrap();
        }
        let p = s.finish().unwrap();
        assert_eq!(p.size(), [2 * 32 + 3 * 2, 3 * 32 + 4 * 2]);
        let at = |column: u32, row: u32| {
            let (x, y) = (2 + column * 34 + 16, 2 + row * 34 + 16);
            let i = ((y * p.width() + x) * 4) as usize;
            [p.rgba()[i], p.rgba()[i + 1]]
        };
        assert_eq!(at(0, 0), [0, 200]);
        assert_eq!(at(1, 0), [50, 200]);
        assert_eq!(at(0, 1), [100, 200]);
        assert_eq!(at(1, 1), [9, 9], "one that can't be read leaves a gap");
        assert_eq!(at(0, 2), [200, 200]);
    }

    #[test]
    fn titles_stand_below_their_pictures_and_shift_the_rows() {
        let wide = Sheet {
            cell: 160,
            captions: true,
            ..sheet(2)
        };
        let mut s = SheetBuilder::new(4, wide).unwrap();
        let line = s.captions.as_ref().unwrap().height();
        for title in ["Apple", "", "Pear", "Quince"] {
            s.put(Some(&plain(160, 160, [200, 0, 0, 255])), title)
                .unwrap();
        }
        let p = s.finish().unwrap();
        assert_eq!(p.size(), [2 * 160 + 3 * 10, 2 * 160 + 3 * 10 + 2 * line]);
        let light = |column: u32, row: u32| {
            let (x0, y0) = (10 + column * 170, 10 + row * (170 + line) + 160);
            let at = |x: u32, y: u32| p.rgba()[((y * p.width() + x) * 4 + 1) as usize];
            (y0..y0 + line)
                .flat_map(|y| (x0..x0 + 160).map(move |x| (x, y)))
                .filter(|(x, y)| at(*x, *y) > 120)
                .count()
        };
        assert!(light(0, 0) > 40 && light(0, 1) > 40 && light(1, 1) > 40);
        assert_eq!(light(1, 0), 0, "no title, no words");
    }

    #[test]
    fn a_large_sheet_stays_within_bounds() {
        let s = SheetBuilder::new(
            10_000,
            Sheet {
                cell: 400,
                ..sheet(0)
            },
        )
        .unwrap();
        assert!(s.size[0] <= LONGEST && s.size[1] <= LONGEST, "{:?}", s.size);
        assert_eq!(s.columns, 100);
        assert!(SheetBuilder::new(0, sheet(0)).is_err());
    }
}
