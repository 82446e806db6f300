//! Contact sheets: many small pictures on one, put there one after the other so that
//! only one of them is in memory.

use super::ExportError;
use super::resize::{Filter, resize};
use crate::export::options::Sheet;
use crate::picture::Picture;

/// Longest side of a sheet; cells become smaller rather than the sheet larger.
const LONGEST: u32 = 12_000;

/// A sheet being filled.
#[derive(Debug)]
pub struct SheetBuilder {
    size: [u32; 2],
    columns: u32,
    cell: u32,
    gap: u32,
    pixels: Vec<u8>,
    count: u32,
    put: u32,
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
        if count == 0 || cell < 16 {
            return Err(ExportError::Format(
                "a contact sheet holds 1 to 400,000 pictures; choose fewer or more columns".into(),
            ));
        }
        let gap = (cell / 16).max(2);
        let side = |n: u32| n * cell + (n + 1) * gap;
        let size = [side(columns), side(rows)];
        let [r, g, b] = sheet.background;
        Ok(Self {
            size,
            columns,
            cell,
            gap,
            pixels: [r, g, b, 255].repeat(size[0] as usize * size[1] as usize),
            count,
            put: 0,
        })
    }

    /// Side of a picture's square, pixels.
    pub fn cell(&self) -> u32 {
        self.cell
    }

    /// Puts the next picture into its square, as large as it fits; `None` leaves the
    /// square empty. Beyond the announced number nothing happens.
    pub fn put(&mut self, picture: Option<&Picture>) {
        let i = self.put;
        if i >= self.count {
            return;
        }
        self.put += 1;
        let Some(picture) = picture else { return };
        let small = shape_within(picture, self.cell);
        let [sw, sh] = small.size();
        let x0 = self.gap + (i % self.columns) * (self.cell + self.gap) + (self.cell - sw) / 2;
        let y0 = self.gap + (i / self.columns) * (self.cell + self.gap) + (self.cell - sh) / 2;
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
        }
    }

    #[test]
    fn pictures_stand_in_rows_in_their_order() {
        let mut s = SheetBuilder::new(5, sheet(2)).unwrap();
        for n in 0..5u8 {
            let p = plain(30, 20, [50 * n, 200, 0, 255]);
            s.put((n != 3).then_some(&p));
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
