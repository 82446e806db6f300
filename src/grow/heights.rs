//! What goes on around a viewer: at a height there is what the source has at about that height, so
//! that horizons stay level and nothing is piled up. How far two heights are apart counts as a
//! difference of patches, beside that of their pixels.

use super::kernel::{DIMS, Vector};
use super::{PATCH, Place};

/// What the source's whole height counts, in the units of a [`Vector`]: a tenth of it as much as
/// seven grey values in every pixel.
const WHOLE: i64 = 4000;
/// Squared distances of vectors, in quarters of a grey value over a patch, to those of pixels, in
/// sixteenths.
const TO_PIXELS: i64 = 16;

/// Heights at one size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heights {
    /// The source's first row in the result.
    pub(super) top: usize,
    /// Rows of the source.
    pub(super) rows: usize,
}

impl Heights {
    fn places(&self) -> i64 {
        (self.rows - PATCH).max(1) as i64
    }

    /// Of a patch of the source.
    fn of_key(&self, [_, y]: Place) -> i16 {
        (i64::from(y).min(self.places()) * WHOLE / self.places()) as i16
    }

    /// Of a patch of the result: above the source as high as its first row, below as its last.
    fn of_query(&self, [_, y]: Place) -> i16 {
        let row = (i64::from(y) - self.top as i64).clamp(0, self.places());
        (row * WHOLE / self.places()) as i16
    }

    /// Puts heights into the last component of the source's patches, which says least.
    pub(super) fn mark_keys(&self, vectors: &mut [Vector], places: &[Place]) {
        for (vector, &place) in vectors.iter_mut().zip(places) {
            vector[DIMS - 1] = self.of_key(place);
        }
    }

    /// The same for the result's.
    pub(super) fn mark_queries(&self, vectors: &mut [Vector], places: &[Place]) {
        for (vector, &place) in vectors.iter_mut().zip(places) {
            vector[DIMS - 1] = self.of_query(place);
        }
    }

    /// How far two patches are apart by height, as a squared difference of each of their pixels.
    pub(super) fn apart(&self, query: Place, key: Place) -> i64 {
        let apart = i64::from(self.of_query(query)) - i64::from(self.of_key(key));
        apart * apart * TO_PIXELS / (PATCH * PATCH) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn above_and_below_the_source_are_its_first_and_last_rows() {
        let heights = Heights { top: 20, rows: 47 };
        assert_eq!(heights.of_query([3, 5]), heights.of_key([9, 0]));
        assert_eq!(heights.of_query([3, 40]), heights.of_key([9, 20]));
        assert_eq!(heights.of_query([3, 90]), heights.of_key([0, 40]));
        assert_eq!(heights.apart([0, 30], [7, 10]), 0);
        assert!(heights.apart([0, 30], [7, 12]) < heights.apart([0, 30], [7, 14]));
        // A tenth of the height: eight grey values in each of four channels, and no overflow.
        let tenth = heights.apart([0, 20], [0, 4]);
        let eight = 4 * (8 * 16) * (8 * 16);
        assert!((tenth - eight).abs() < eight / 4, "{tenth} {eight}");
        assert!(heights.apart([0, 0], [0, 40]) > 90 * tenth);
    }
}
