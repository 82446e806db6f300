//! Bringing pictures to the network's sides, and masks to its grid.

use crate::engine::protocol::EngineError;
use crate::engine::resample::{Planes, beyond, fit, planes};
use crate::latent::grid::Grid;
use crate::models::ModelError;
use crate::picture::Picture;
use crate::recipe::Wrap;

/// Pixels of the opposite side that the network sees where a picture goes on there: what lies
/// further away has no say that could be seen.
const BESIDE: usize = 96;

/// `size` with its longer side at most `longer`.
pub(super) fn at_most(size: [u32; 2], longer: u32) -> [u32; 2] {
    match size[0].max(size[1]) <= longer {
        true => size,
        false => fit(size, longer.max(1)),
    }
}

/// `size` with those sides multiples of `factor` at which the picture goes on, so that its grid
/// closes.
pub(super) fn closing(size: [u32; 2], wrap: [bool; 2], factor: u32) -> [u32; 2] {
    std::array::from_fn(|axis| match wrap[axis] {
        true => ((size[axis] + factor / 2) / factor).max(1) * factor,
        false => size[axis],
    })
}

/// What of the opposite sides is put beside a picture that goes on there, in places of the grid.
pub(super) fn beside(wrap: [bool; 2], factor: usize) -> [usize; 2] {
    wrap.map(|wraps| if wraps { BESIDE.div_ceil(factor) } else { 0 })
}

/// A grid with so many places of what lies beyond its sides.
pub(super) fn with_margin(
    grid: &Grid,
    margin: [usize; 2],
    wrap: Wrap,
) -> Result<Grid, EngineError> {
    let size = grid.size();
    let places = |axis: usize| {
        let around = margin[axis] as isize;
        -around..size[axis] as isize + around
    };
    remade(grid, [places(0), places(1)], wrap)
}

/// The grid without a margin.
pub(super) fn without_margin(grid: &Grid, margin: [usize; 2]) -> Result<Grid, EngineError> {
    let size = grid.size();
    let places = |axis: usize| margin[axis] as isize..(size[axis] - margin[axis]) as isize;
    remade(grid, [places(0), places(1)], Wrap::None)
}

fn remade(
    grid: &Grid,
    [columns, rows]: [std::ops::Range<isize>; 2],
    wrap: Wrap,
) -> Result<Grid, EngineError> {
    let [width, height] = grid.size();
    let mut data = Vec::with_capacity(grid.channels() * columns.len() * rows.len());
    for plane in grid.data().chunks_exact(width * height) {
        for row in rows.clone() {
            for column in columns.clone() {
                let [x, y] = beyond([column, row], [width, height], wrap);
                data.push(plane[y * width + x]);
            }
        }
    }
    let size = [columns.len(), rows.len()];
    Ok(Grid::new(grid.channels(), size, data).map_err(ModelError::from)?)
}

/// Sides that are multiples of `factor`, at least as large.
pub(super) fn padded(size: [usize; 2], factor: usize) -> [usize; 2] {
    size.map(|side| side.max(1).next_multiple_of(factor))
}

/// The same picture with more pixels on the right and below, mirrored.
pub(super) fn mirrored(from: &Planes, size: [usize; 2]) -> Planes {
    let [width, height] = size;
    let mut out = Planes::zeros(width, height);
    for c in 0..3 {
        for y in 0..height {
            let row = c * from.height + mirror(y, from.height);
            let line = &from.data[row * from.width..][..from.width];
            let to = &mut out.data[(c * height + y) * width..][..width];
            for (x, value) in to.iter_mut().enumerate() {
                *value = line[mirror(x, from.width)];
            }
        }
    }
    out
}

/// Where a place beyond the border lies in the mirror.
fn mirror(at: usize, length: usize) -> usize {
    let at = at % (2 * length);
    if at < length { at } else { 2 * length - 1 - at }
}

/// A second picture, scaled to cover `size` and cut in the middle.
pub(super) fn covering(picture: &Picture, size: [usize; 2]) -> Planes {
    let own = picture.size().map(|s| s as usize);
    let wide = own[0] * size[1] >= own[1] * size[0];
    let scaled = |side: usize, to: usize, from: usize| (side * to + from / 2) / from;
    let [width, height] = match wide {
        true => [scaled(own[0], size[1], own[1]).max(size[0]), size[1]],
        false => [size[0], scaled(own[1], size[0], own[0]).max(size[1])],
    };
    let whole = planes(picture, width, height);
    whole.crop(
        (width - size[0]) / 2,
        (height - size[1]) / 2,
        size[0],
        size[1],
    )
}

/// A mask's coverage of `size` pixels as averages over the places of a padded grid;
/// beyond the border it is as inside.
pub(super) fn on_grid(cover: &[f32], size: [usize; 2], factor: usize) -> Vec<f32> {
    let grid = padded(size, factor).map(|side| side / factor);
    let mut out = Vec::with_capacity(grid[0] * grid[1]);
    for y in 0..grid[1] {
        for x in 0..grid[0] {
            let mut sum = 0.0;
            for row in y * factor..(y + 1) * factor {
                for column in x * factor..(x + 1) * factor {
                    sum += cover[mirror(row, size[1]) * size[0] + mirror(column, size[0])];
                }
            }
            out.push(sum / (factor * factor) as f32);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_are_mirrored_whatever_the_size() {
        let mut from = Planes::zeros(3, 1);
        from.data = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
        let out = mirrored(&from, padded([3, 1], 8));
        assert_eq!(out.size(), [8, 8]);
        assert_eq!(out.data[..8], [1.0, 2.0, 3.0, 3.0, 2.0, 1.0, 1.0, 2.0]);
        assert_eq!(out.data[8..16], out.data[..8]);
    }

    #[test]
    fn a_second_picture_covers_in_the_middle() {
        let pixels = (0..40).flat_map(|x| [x as u8 * 6, 0, 0, 255]);
        let wide = Picture::from_rgba(40, 1, pixels.collect()).unwrap();
        let out = covering(&wide, [8, 8]);
        assert_eq!(out.size(), [8, 8]);
        let middle = out.data[3] * 255.0;
        assert!((middle - 117.0).abs() < 8.0, "{middle}");
    }

    #[test]
    fn masks_are_averaged_over_places() {
        let cover: Vec<f32> = (0..16 * 8).map(|i| f32::from(i % 16 < 8)).collect();
        assert_eq!(on_grid(&cover, [16, 8], 8), [1.0, 0.0]);
        assert_eq!(on_grid(&[1.0; 15], [5, 3], 8), [1.0]);
    }
}
