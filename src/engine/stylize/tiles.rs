//! Cutting a picture so that a network with a known reach gives the same pixels
//! piece by piece.

/// A piece: what the network gets, and the part of its answer that counts. Where a picture wraps,
/// places of inputs are those in the picture with its [`margin`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tile {
    /// Left edge of the input in the picture; a multiple of the network's step.
    pub(crate) x: usize,
    /// Upper edge of the input.
    pub(crate) y: usize,
    /// Input width, a multiple of the step; may reach over the picture's border.
    pub(crate) width: usize,
    /// Input height.
    pub(crate) height: usize,
    /// The part that counts, in the picture: left, upper, right, lower edge.
    pub(crate) core: [usize; 4],
}

impl Tile {
    /// Where in the input the part that counts begins, in a picture with this margin.
    pub(crate) fn core_at(&self, margin: [usize; 2]) -> [usize; 2] {
        let [left, top, ..] = self.core;
        [left + margin[0] - self.x, top + margin[1] - self.y]
    }
}

/// Tiles of a picture: cores of at most `side` pixels, inputs larger by `reach`
/// where the picture goes on, everything on multiples of `step`.
pub(crate) fn tiles(size: [usize; 2], side: usize, reach: usize, step: usize) -> Vec<Tile> {
    tiles_wrapping(size, side, reach, step, [false; 2])
}

/// What a picture that goes on at its opposite sides, in x and y, needs of them beside it.
pub(crate) fn margin(reach: usize, step: usize, wrap: [bool; 2]) -> [usize; 2] {
    wrap.map(|wraps| {
        if wraps {
            reach.next_multiple_of(step)
        } else {
            0
        }
    })
}

/// [`tiles`] of such a picture: there it goes on everywhere. Sides that wrap are multiples of
/// `step`.
pub(crate) fn tiles_wrapping(
    size: [usize; 2],
    side: usize,
    reach: usize,
    step: usize,
    wrap: [bool; 2],
) -> Vec<Tile> {
    let reach = reach.next_multiple_of(step);
    let input = |from: usize, to: usize, length: usize, wraps: bool| match wraps {
        true => (from, to + 2 * reach),
        false => (
            from.saturating_sub(reach),
            (to + reach).min(length.next_multiple_of(step)),
        ),
    };
    let columns = cuts(size[0], side, step);
    let rows = cuts(size[1], side, step);
    let mut tiles = Vec::with_capacity(columns.len() * rows.len());
    for &(top, bottom) in &rows {
        for &(left, right) in &columns {
            let (x, right_in) = input(left, right, size[0], wrap[0]);
            let (y, bottom_in) = input(top, bottom, size[1], wrap[1]);
            tiles.push(Tile {
                x,
                y,
                width: (right_in - x).next_multiple_of(step),
                height: (bottom_in - y).next_multiple_of(step),
                core: [left, top, right, bottom],
            });
        }
    }
    tiles
}

/// Even pieces of a length, cut at multiples of `step`.
fn cuts(length: usize, side: usize, step: usize) -> Vec<(usize, usize)> {
    let pieces = length.div_ceil(side.max(step)).max(1);
    let piece = length.div_ceil(pieces).next_multiple_of(step);
    (0..length)
        .step_by(piece)
        .map(|start| (start, (start + piece).min(length)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_cover_the_picture_once() {
        for size in [[100, 37], [768, 512], [1, 1], [513, 1025]] {
            let mut seen = vec![0u8; size[0] * size[1]];
            for tile in tiles(size, 64, 44, 4) {
                let [left, top, right, bottom] = tile.core;
                assert!(tile.x % 4 == 0 && tile.y % 4 == 0);
                assert!(tile.width % 4 == 0 && tile.height % 4 == 0);
                assert!(left == 0 || left >= tile.x + 44);
                let end = tile.x + tile.width;
                assert!(
                    end >= right + 44 || end >= size[0],
                    "the picture ends there"
                );
                for y in top..bottom {
                    for x in left..right {
                        seen[y * size[0] + x] += 1;
                    }
                }
            }
            assert!(seen.iter().all(|&n| n == 1), "{size:?}");
        }
    }

    #[test]
    fn one_tile_when_it_fits() {
        assert_eq!(
            tiles([512, 341], 768, 44, 4),
            [Tile {
                x: 0,
                y: 0,
                width: 512,
                height: 344,
                core: [0, 0, 512, 341],
            }]
        );
    }
}
