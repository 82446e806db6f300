//! The line around a part, where the part is put.

use crate::recipe::GrowPlacement;

/// A closed line in fractions of the picture's longer side, and how it is put elsewhere: as the
/// part's pixels are, see [`GrowPlacement::placed`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Outline<'a> {
    corners: &'a [[f32; 2]],
    placement: GrowPlacement,
    /// The picture's longer side, pixels.
    longer: f32,
    /// What the hand adds, in fractions.
    by: [f32; 2],
}

impl<'a> Outline<'a> {
    /// A line around a part of a picture whose longer side has so many pixels.
    pub(super) fn new(corners: &'a [[f32; 2]], placement: GrowPlacement, longer: u32) -> Self {
        Self {
            corners,
            placement,
            longer: longer.max(1) as f32,
            by: [0.0; 2],
        }
    }

    /// With what the hand adds: fractions of the longer side, and times as large.
    pub(super) fn with(mut self, (by, times): ([f32; 2], f32)) -> Self {
        self.by = by;
        self.placement.scale *= times;
        self
    }

    /// Whether it isn't where it was drawn.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.placement != GrowPlacement::AS_IT_IS || self.by != [0.0; 2]
    }

    /// The line where the part is.
    pub(super) fn corners(&self) -> Vec<[f32; 2]> {
        if !self.is_elsewhere() {
            return self.corners.to_vec();
        }
        let was = middle(bounds(self.corners));
        let now = self.middle();
        let put = |corner: &[f32; 2]| {
            let off = self
                .placement
                .placed([0, 1].map(|i| f64::from(corner[i] - was[i])));
            [0, 1].map(|i| now[i] + off[i] as f32)
        };
        self.corners.iter().map(put).collect()
    }

    /// The middle of what surrounds it.
    pub(super) fn middle(&self) -> [f32; 2] {
        let was = middle(bounds(self.corners));
        [0, 1].map(|i| was[i] + self.placement.by[i] as f32 / self.longer + self.by[i])
    }

    /// First and last column and row, in fractions.
    pub(super) fn bounds(&self) -> [[f32; 2]; 2] {
        bounds(&self.corners())
    }

    /// Whether a point lies within the line.
    pub(super) fn holds(&self, at: [f32; 2]) -> bool {
        holds(&self.corners(), at)
    }
}

fn middle([low, high]: [[f32; 2]; 2]) -> [f32; 2] {
    [0, 1].map(|i| (low[i] + high[i]) / 2.0)
}

fn bounds(corners: &[[f32; 2]]) -> [[f32; 2]; 2] {
    let Some(&first) = corners.first() else {
        return [[0.0; 2]; 2];
    };
    corners.iter().fold([first; 2], |[low, high], corner| {
        [
            [0, 1].map(|i| low[i].min(corner[i])),
            [0, 1].map(|i| high[i].max(corner[i])),
        ]
    })
}

/// Each side of a closed line.
fn edges(corners: &[[f32; 2]]) -> impl Iterator<Item = ([f32; 2], [f32; 2])> {
    let next = corners.iter().cycle().skip(1);
    corners.iter().copied().zip(next.copied())
}

/// Whether a point lies within a closed line (even-odd).
pub(super) fn holds(corners: &[[f32; 2]], [x, y]: [f32; 2]) -> bool {
    let crossed = edges(corners).filter(|([ax, ay], [bx, by])| {
        (*ay > y) != (*by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
    });
    crossed.count() % 2 == 1
}

/// What a closed line holds (Gauss's formula).
pub(super) fn area(corners: &[[f32; 2]]) -> f32 {
    let sum: f32 = edges(corners)
        .map(|([ax, ay], [bx, by])| ax * by - bx * ay)
        .sum();
    sum.abs() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twice as wide as high, with a dent in its upper side at the left.
    const LINE: [[f32; 2]; 5] = [[0.1, 0.1], [0.15, 0.15], [0.3, 0.1], [0.3, 0.2], [0.1, 0.2]];

    #[test]
    fn the_line_goes_where_the_part_goes() {
        let put = |placement: GrowPlacement| Outline::new(&LINE, placement, 1000);
        let as_it_is = put(GrowPlacement::AS_IT_IS);
        assert!(!as_it_is.is_elsewhere());
        assert_eq!(as_it_is.corners(), LINE);
        assert!(as_it_is.holds([0.25, 0.15]) && !as_it_is.holds([0.15, 0.12]));
        let moved = put(GrowPlacement {
            by: [100, -50],
            scale: 2.0,
            turn: 1,
            flip: true,
        });
        let [low, high] = moved.bounds();
        let expected = [[0.2, -0.1], [0.4, 0.3]];
        for (found, expected) in [low, high].iter().zip(&expected) {
            for i in 0..2 {
                assert!((found[i] - expected[i]).abs() < 1e-6, "{found:?}");
            }
        }
        // Flipped, the dent is at the right of the upper side; turned, at the foot of the right one.
        assert!(!moved.holds([0.37, 0.2]) && moved.holds([0.35, 0.0]));
        let dragged = as_it_is.with(([0.1, 0.0], 0.5));
        assert_eq!(dragged.bounds()[0], [0.25, 0.125]);
    }

    #[test]
    fn a_line_holds_what_a_square_does() {
        let square = [[0.1, 0.1], [0.3, 0.1], [0.3, 0.3], [0.1, 0.3]];
        assert!((area(&square) - 0.04).abs() < 1e-6);
        assert!(holds(&square, [0.2, 0.2]) && !holds(&square, [0.4, 0.2]));
        assert_eq!(area(&[]), 0.0);
        assert_eq!(bounds(&[]), [[0.0; 2]; 2]);
    }
}
