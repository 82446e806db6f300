//! Cropping, turning and mirroring as HEIF's properties ask for it.

use image::metadata::Orientation;

use crate::photo::error::Fault;
use crate::photo::heif::boxes::{Item, Property};

/// What becomes of a coded picture.
pub(crate) struct Shape {
    /// Left, top, width and height of what is shown.
    window: [u32; 4],
    /// Quarter turns clockwise, then left and right changed or not.
    quarters: u8,
    mirrored: bool,
}

/// Reads the properties in their order; a crop comes first, as the standard has it.
pub(crate) fn shape(item: &Item<'_>, full: [u32; 2]) -> Result<Shape, Fault> {
    let mut shape = Shape {
        window: [0, 0, full[0], full[1]],
        quarters: 0,
        mirrored: false,
    };
    for property in &item.properties {
        match property {
            Property::Crop(crop) => shape.window = window(crop, full)?,
            Property::Rotation(anticlockwise) => {
                let turn = (4 - anticlockwise) % 4;
                // A turn after a mirror is a turn the other way before it.
                shape.quarters = if shape.mirrored {
                    (shape.quarters + 4 - turn) % 4
                } else {
                    (shape.quarters + turn) % 4
                };
            }
            Property::Mirror(axis) => {
                // Top and bottom changed is left and right changed after half a turn;
                // that commutes with a mirror.
                if *axis == 0 {
                    shape.quarters = (shape.quarters + 2) % 4;
                }
                shape.mirrored = !shape.mirrored;
            }
            _ => {}
        }
    }
    Ok(shape)
}

fn window(crop: &[(i64, i64); 4], full: [u32; 2]) -> Result<[u32; 4], Fault> {
    let broken = || Fault::damaged("its crop makes no sense");
    let value = |(above, below): (i64, i64)| {
        let value = above as f64 / below as f64;
        value.is_finite().then_some(value).ok_or_else(broken)
    };
    let [w, h, x, y] = crop;
    let (w, h, x, y) = (value(*w)?, value(*h)?, value(*x)?, value(*y)?);
    let start = |full: u32, size: f64, offset: f64| {
        let start = (f64::from(full) - size) / 2.0 + offset;
        let fits = start >= -0.5 && size >= 1.0 && start + size <= f64::from(full) + 0.5;
        fits.then_some(start.round().max(0.0) as u32)
            .ok_or_else(broken)
    };
    let (left, top) = (start(full[0], w, x)?, start(full[1], h, y)?);
    let side = |size: f64, start: u32, full: u32| (size.round() as u32).min(full - start);
    Ok([left, top, side(w, left, full[0]), side(h, top, full[1])])
}

impl Shape {
    /// Size after the crop, before the turn.
    pub(crate) fn size(&self) -> [u32; 2] {
        [self.window[2], self.window[3]]
    }

    /// The turn.
    pub(crate) fn turn(&self) -> Orientation {
        use Orientation as O;
        match (self.quarters, self.mirrored) {
            (0, false) => O::NoTransforms,
            (1, false) => O::Rotate90,
            (2, false) => O::Rotate180,
            (_, false) => O::Rotate270,
            (0, true) => O::FlipHorizontal,
            (1, true) => O::Rotate90FlipH,
            (2, true) => O::FlipVertical,
            (_, true) => O::Rotate270FlipH,
        }
    }

    /// What is shown of RGBA pixels.
    pub(crate) fn crop<T: Copy>(&self, full: [u32; 2], pixels: Vec<T>) -> Vec<T> {
        let [left, top, width, height] = self.window.map(|v| v as usize);
        if [width, height] == full.map(|side| side as usize) {
            return pixels;
        }
        let stride = full[0] as usize * 4;
        pixels
            .chunks_exact(stride)
            .skip(top)
            .take(height)
            .flat_map(|row| &row[left * 4..(left + width) * 4])
            .copied()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turned(properties: Vec<Property<'static>>) -> Orientation {
        let item = Item {
            properties,
            ..Item::default()
        };
        shape(&item, [4, 2]).map(|s| s.turn()).unwrap()
    }

    #[test]
    fn turns_and_mirrors_apply_in_their_order() {
        use Property::{Mirror, Rotation};
        assert_eq!(turned(vec![Rotation(1)]), Orientation::Rotate270);
        assert_eq!(turned(vec![Mirror(0)]), Orientation::FlipVertical);
        assert_eq!(turned(vec![Mirror(1)]), Orientation::FlipHorizontal);
        let first_turned = turned(vec![Rotation(1), Mirror(1)]);
        assert_eq!(first_turned, Orientation::Rotate270FlipH);
        let first_mirrored = turned(vec![Mirror(1), Rotation(1)]);
        assert_eq!(first_mirrored, Orientation::Rotate90FlipH);
    }
}
