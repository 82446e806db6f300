//! The part of a picture that a gradient says anything of. Dragging looks at some patches of the
//! features: behind them nearly all of the gradient is zero, and need not be computed.

use std::ops::Range;

use candle_core::{D, Result, Tensor};
use rayon::prelude::*;

use crate::nn::{Held, ModulatedConv2dConfig};

/// Share of the picture above which all of it is computed.
const MOST: f64 = 0.6;

/// Rows and columns, of the convolution's input and of its result.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Window {
    input: [Range<usize>; 2],
    output: [Range<usize>; 2],
    /// Height and width of the whole input.
    sides: [usize; 2],
}

impl Window {
    /// What of an input of `sides` (height, width) the `gradient` of the convolution's result
    /// speaks of, if that is little of it.
    pub(super) fn of(
        gradient: &Tensor,
        sides: [usize; 2],
        kernel: usize,
        config: &ModulatedConv2dConfig,
    ) -> Result<Option<Self>> {
        let Some(spoken) = not_zero(gradient)? else {
            return Ok(None);
        };
        let [rows, columns] = [0, 1].map(|axis| along(&spoken[axis], sides[axis], kernel, config));
        let share = |axis: usize, (input, _): &(Range<usize>, Range<usize>)| {
            input.len() as f64 / sides[axis] as f64
        };
        if share(0, &rows) * share(1, &columns) > MOST {
            return Ok(None);
        }
        Ok(Some(Self {
            input: [rows.0, columns.0],
            output: [rows.1, columns.1],
            sides,
        }))
    }

    /// That part of the convolution's input.
    pub(super) fn input(&self, x: &Tensor) -> Result<Tensor> {
        cut(x, &self.input)
    }

    /// That part of its result, or of what is added to it.
    pub(super) fn output(&self, y: &Tensor) -> Result<Tensor> {
        cut(y, &self.output)
    }

    /// A part of the input's gradient in its place, zeros around.
    pub(super) fn in_place(&self, part: &Tensor) -> Result<Tensor> {
        let [rows, columns] = &self.input;
        let [h, w] = self.sides;
        part.pad_with_zeros(D::Minus2, rows.start, h - rows.end)?
            .pad_with_zeros(D::Minus1, columns.start, w - columns.end)
    }
}

fn cut(x: &Tensor, [rows, columns]: &[Range<usize>; 2]) -> Result<Tensor> {
    x.narrow(D::Minus2, rows.start, rows.len())?
        .narrow(D::Minus1, columns.start, columns.len())?
        .contiguous()
}

/// On one axis: what of the input results `spoken` depend on, and the results that the adjoint of
/// the convolution needs to compute just that, with zeros beyond them.
fn along(
    spoken: &Range<usize>,
    side: usize,
    kernel: usize,
    config: &ModulatedConv2dConfig,
) -> (Range<usize>, Range<usize>) {
    let Range { start, end } = *spoken;
    if config.up {
        // Input i and the results from 2i − 2 to 2i + 3 belong together.
        let input = start.saturating_sub(3) / 2..(end / 2 + 2).min(side);
        let output = 2 * input.start..2 * input.end;
        (input, output)
    } else if config.full {
        let input = start.saturating_sub(kernel - 1)..end.min(side);
        let output = input.start..input.end + kernel - 1;
        (input, output)
    } else {
        let reach = kernel / 2;
        let input = start.saturating_sub(reach)..(end + reach).min(side);
        (input.clone(), input)
    }
}

/// Rows and columns that aren't zero in any plane; none if all are.
fn not_zero(gradient: &Tensor) -> Result<Option<[Range<usize>; 2]>> {
    let (_, _, h, w) = gradient.dims4()?;
    let held = Held::new(gradient)?;
    let nothing = || [usize::MAX, 0, usize::MAX, 0];
    let joined = |a: [usize; 4], b: [usize; 4]| {
        [
            a[0].min(b[0]),
            a[1].max(b[1]),
            a[2].min(b[2]),
            a[3].max(b[3]),
        ]
    };
    let of_plane = |plane: &[f32]| {
        plane
            .chunks(w)
            .enumerate()
            .filter_map(|(y, row)| {
                let first = row.iter().position(|v| *v != 0.0)?;
                let last = row.iter().rposition(|v| *v != 0.0)?;
                Some([y, y + 1, first, last + 1])
            })
            .fold(nothing(), joined)
    };
    let planes = held.values()?.par_chunks((h * w).max(1));
    let [top, bottom, left, right] = planes.map(of_plane).reduce(nothing, joined);
    Ok((top < bottom).then_some([top..bottom, left..right]))
}
