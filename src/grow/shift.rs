//! What chance begins with: pieces of the source at other places.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::RngCore;

use super::canvas::Canvas;

/// Pixels of the coarsest size between two points of the lattice of random offsets.
const LATTICE: usize = 6;

/// Pixels of a picture from random places around, alike for those close to one another: between
/// the points of a lattice offsets are interpolated. Beyond the edges the picture is mirrored.
pub(super) fn shifted(picture: &Canvas, share: [f64; 2], random: &mut ChaCha12Rng) -> Canvas {
    let mut out = picture.clone();
    if share == [0.0; 2] {
        return out;
    }
    let columns = picture.width.div_ceil(LATTICE) + 1;
    let rows = picture.height.div_ceil(LATTICE) + 1;
    let lattice: Vec<[f64; 2]> = (0..columns * rows)
        .map(|_| {
            [0, 1].map(|i| {
                let uniform = f64::from(random.next_u32()) / f64::from(u32::MAX) * 2.0 - 1.0;
                uniform * share[i] * picture.size()[i] as f64
            })
        })
        .collect();
    let mirrored = |at: f64, side: usize| {
        let around = (at.round() as i64).rem_euclid(2 * side as i64) as usize;
        around.min(2 * side - 1 - around)
    };
    for (at, pixel) in out.data.iter_mut().enumerate() {
        let (x, y) = (at % picture.width, at / picture.width);
        let (column, row) = (x / LATTICE, y / LATTICE);
        let part = |at: usize| (at % LATTICE) as f64 / LATTICE as f64;
        let (across, down) = (part(x), part(y));
        let offset = [0, 1].map(|i| {
            let at = |c: usize, r: usize| lattice[(row + r) * columns + column + c][i];
            let upper = at(0, 0) * (1.0 - across) + at(1, 0) * across;
            let lower = at(0, 1) * (1.0 - across) + at(1, 1) * across;
            upper * (1.0 - down) + lower * down
        });
        let from = mirrored(x as f64 + offset[0], picture.width);
        let line = mirrored(y as f64 + offset[1], picture.height);
        *pixel = picture.data[line * picture.width + from];
    }
    out
}
