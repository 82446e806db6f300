//! How a surface takes light beside its colour: roughness and ambient occlusion.

use rayon::prelude::*;

use super::Settings;
use super::relief::Slopes;
use crate::spaces::field::Field;

/// Eight directions, as steps in x and y.
const DIRECTIONS: [[f32; 2]; 8] = [
    [1.0, 0.0],
    [0.707_106_77, 0.707_106_77],
    [0.0, 1.0],
    [-0.707_106_77, 0.707_106_77],
    [-1.0, 0.0],
    [-0.707_106_77, -0.707_106_77],
    [0.0, -1.0],
    [0.707_106_77, -0.707_106_77],
];
/// How far occlusion looks, as shares of the shorter side.
const REACH: [f32; 5] = [0.003, 0.007, 0.015, 0.032, 0.07];
/// Pixels around which the ruggedness is measured: holes of the spline.
const NEIGHBOURHOOD: [usize; 2] = [1, 2];

/// Perceptual roughness: slopes that vary within a few pixels widen the highlight by their
/// variance (Olano and Baker, "LEAN mapping", 2010).
pub(super) fn roughness(slopes: Slopes, settings: &Settings, wraps: [bool; 2]) -> Vec<u8> {
    let Slopes { right, down } = slopes;
    let (width, height) = (right.width, right.height);
    let squares = Field::by_rows(width, height, |y, out| {
        let both = right.row(y).iter().zip(down.row(y));
        for (out, (r, d)) in out.iter_mut().zip(both) {
            *out = r * r + d * d;
        }
    });
    let around = |mut field: Field| {
        for step in NEIGHBOURHOOD {
            field = field.smoothed(step, wraps);
        }
        field
    };
    let (squares, right, down) = (around(squares), around(right), around(down));
    // GGX's alpha is the square of the perceptual roughness.
    let smooth = settings.roughness.powi(4);
    let mut out = vec![0; width * height];
    out.par_chunks_mut(width).enumerate().for_each(|(y, out)| {
        let means = right.row(y).iter().zip(down.row(y));
        for (out, (square, (r, d))) in out.iter_mut().zip(squares.row(y).iter().zip(means)) {
            let variance = (square - r * r - d * d).max(0.0);
            let alpha2 = smooth + settings.variation * 2.0 * variance;
            *out = (alpha2.min(1.0).sqrt().sqrt() * 255.0 + 0.5) as u8;
        }
    });
    out
}

/// Share of the sky that is seen: horizons in eight directions (Bavoil, Sainz and Dimitrov,
/// "Image-space horizon-based ambient occlusion", 2008), weighed by the cosine: a horizon
/// that rises with slope t leaves 1 / (1 + t²).
pub(super) fn occlusion(
    height: &Field,
    depth: f32,
    settings: &Settings,
    wraps: [bool; 2],
) -> Vec<u8> {
    let (width, rows) = (height.width, height.height);
    let side = width.min(rows) as f32;
    let steps: Vec<Vec<([isize; 2], f32)>> = DIRECTIONS
        .iter()
        .map(|direction| steps(*direction, side, depth))
        .collect();
    let reached = steps
        .iter()
        .flatten()
        .map(|([x, y], _)| x.abs().max(y.abs()));
    let margin = reached.max().unwrap_or(0) as usize;
    let padded = height.padded(margin, wraps[0]);
    let mut out = vec![0; width * rows];
    out.par_chunks_mut(width).enumerate().for_each(|(y, out)| {
        let here = height.row(y);
        let mut seen = vec![0.0f32; width];
        let mut horizon = vec![0.0f32; width];
        for steps in &steps {
            horizon.fill(0.0);
            for ([dx, dy], slope) in steps {
                let row = padded.row_at(y as isize + dy, wraps[1]);
                let there = &row[(margin as isize + dx) as usize..][..width];
                for ((top, there), here) in horizon.iter_mut().zip(there).zip(here) {
                    *top = top.max((there - here) * slope);
                }
            }
            for (seen, t) in seen.iter_mut().zip(&horizon) {
                *seen += 1.0 / (1.0 + t * t);
            }
        }
        for (out, seen) in out.iter_mut().zip(&seen) {
            let hidden = 1.0 - seen / DIRECTIONS.len() as f32;
            *out = ((1.0 - settings.occlusion * hidden).max(0.0) * 255.0 + 0.5) as u8;
        }
    });
    out
}

/// Pixels to look at in a direction, and how steep a height of 1 there is.
fn steps(direction: [f32; 2], side: f32, depth: f32) -> Vec<([isize; 2], f32)> {
    let mut steps: Vec<([isize; 2], f32)> = Vec::new();
    for reach in REACH {
        let far = (reach * side).max(1.0);
        let at = direction.map(|d| (d * far).round() as isize);
        let length = ((at[0] * at[0] + at[1] * at[1]) as f32).sqrt();
        if length > 0.0 && steps.iter().all(|(known, _)| *known != at) {
            steps.push((at, depth / length));
        }
    }
    steps
}
