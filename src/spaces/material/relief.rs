//! Slopes and normals of a relief, by Scharr's derivative (Scharr, "Optimal operators in
//! digital image processing", 2000): 3 10 3 across, the most even of its size in all
//! directions.

use rayon::prelude::*;

use crate::spaces::field::Field;

/// How steeply a relief rises to the right and downwards.
pub(super) struct Slopes {
    pub(super) right: Field,
    pub(super) down: Field,
}

/// Slopes of heights 0..=1 that stand for `depth` pixels.
pub(super) fn slopes(height: &Field, depth: f32, wraps: [bool; 2]) -> Slopes {
    let (width, rows) = (height.width, height.height);
    let padded = height.padded(1, wraps[0]);
    let scale = depth / 32.0;
    let three = |y: usize| -> [&[f32]; 3] {
        std::array::from_fn(|i| padded.row_at(y as isize + i as isize - 1, wraps[1]))
    };
    let right = Field::by_rows(width, rows, |y, out| {
        let [a, b, c] = three(y);
        for (x, out) in out.iter_mut().enumerate() {
            let across = |row: &[f32]| row[x + 2] - row[x];
            *out = scale * (3.0 * (across(a) + across(c)) + 10.0 * across(b));
        }
    });
    let down = Field::by_rows(width, rows, |y, out| {
        let [a, _, c] = three(y);
        for (x, out) in out.iter_mut().enumerate() {
            let step = |i: usize| c[x + i] - a[x + i];
            *out = scale * (3.0 * (step(0) + step(2)) + 10.0 * step(1));
        }
    });
    Slopes { right, down }
}

/// Normals as bytes, y up.
pub(super) fn normals(slopes: &Slopes) -> Vec<[u8; 3]> {
    let width = slopes.right.width;
    let mut normals = vec![[0; 3]; slopes.right.values.len()];
    normals
        .par_chunks_mut(width)
        .enumerate()
        .for_each(|(y, row)| {
            let both = slopes.right.row(y).iter().zip(slopes.down.row(y));
            for (out, (right, down)) in row.iter_mut().zip(both) {
                // Rising to the right, it faces left; rising downwards, it faces up.
                let shorter = 1.0 / (right * right + down * down + 1.0).sqrt();
                *out = [-right * shorter, down * shorter, shorter]
                    .map(|n| (n * 127.5 + 128.0).clamp(0.0, 255.0) as u8);
            }
        });
    normals
}
