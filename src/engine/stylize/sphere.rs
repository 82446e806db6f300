//! A panorama in a style: its network sees faces of a cube on which equal steps are equal angles, so
//! that strokes are as large everywhere around, poles included. Faces are painted with what lies
//! around them, by common statistics, and fade into one another.

use rayon::prelude::*;

use crate::cancel::CancelToken;
use crate::engine::protocol::EngineError;
use crate::engine::resample::{Planes, beyond};
use crate::recipe::Wrap;
use crate::spaces::panorama::{FACES, Face, direction, place};

use super::network::{Painted, StyleNet, paint_tile, paste};
use super::plan::StylePlan;
use super::tiles::{margin, tiles_wrapping};

/// Paints a panorama, four times as wide as a face. See [`super::network::paint`].
pub(super) fn paint<N: StyleNet>(
    net: &N,
    photo: &Planes,
    plan: &StylePlan,
    code: &[f32],
    strength: f32,
    stop: &CancelToken,
    between: &mut dyn FnMut(usize, usize) -> Result<(), EngineError>,
) -> Result<Painted, EngineError> {
    let side = photo.width / 4;
    let fade = StylePlan::fade(side as u32) as usize;
    let wrap = [true; 2];
    let beside = margin(net.reach(), net.step(), wrap);
    let canvas = side + 2 * fade;
    let pieces = tiles_wrapping(
        [canvas; 2],
        plan.tile as usize,
        net.reach(),
        net.step(),
        wrap,
    );
    let total = FACES.len() * pieces.len();
    between(0, total)?;
    let seen = net
        .measure(&atlas(photo, plan.stats), code, strength, [false; 2], stop)?
        .0;
    let mut whole = Blend::new(photo.size());
    for (i, face) in FACES.iter().enumerate() {
        let large = cut(photo, face, side, fade + beside[0]);
        let mut strokes = Planes::zeros(canvas, canvas);
        for (done, tile) in pieces.iter().enumerate() {
            between(i * pieces.len() + done, total)?;
            let painted = paint_tile(net, &large, tile, (&seen.stats, code, strength), stop)?;
            paste(&mut strokes, &painted, tile.core_at(beside), tile.core);
        }
        whole.add(face, &strokes, fade);
    }
    Ok(Painted {
        strokes: whole.finished(),
        own: seen.own,
        made: seen.made,
    })
}

/// A face and so many pixels around it.
fn cut(photo: &Planes, face: &Face, side: usize, around: usize) -> Planes {
    let size = side + 2 * around;
    let mut out = Planes::zeros(size, size);
    let n = out.pixels();
    let rows: Vec<Vec<[f32; 3]>> = (0..size)
        .into_par_iter()
        .map(|y| {
            let at = |i: usize| (2.0 * (i as f32 - around as f32) + 1.0) / side as f32 - 1.0;
            (0..size)
                .map(|x| {
                    let [u, v] = place(face.at_angles([at(x), -at(y)]));
                    let (x, y) = (u * photo.width as f32, v * photo.height as f32);
                    between_pixels(photo, [x - 0.5, y - 0.5], Wrap::Panorama)
                })
                .collect()
        })
        .collect();
    for (y, row) in rows.iter().enumerate() {
        for (x, pixel) in row.iter().enumerate() {
            for (c, value) in pixel.iter().enumerate() {
                out.data[c * n + y * size + x] = *value;
            }
        }
    }
    out
}

/// All faces side by side, three in a row, to be measured.
fn atlas(photo: &Planes, size: [u32; 2]) -> Planes {
    let [width, height] = size.map(|side| side as usize);
    let side = width / 3;
    let mut out = Planes::zeros(width, height);
    for (i, face) in FACES.iter().enumerate() {
        let (left, top) = (i % 3 * side, i / 3 * side);
        let piece = cut(photo, face, side, 0);
        paste(
            &mut out,
            &piece,
            [0, 0],
            [left, top, left + side, top + side],
        );
    }
    out
}

/// Planes at a place between pixels, along cubics (Catmull and Rom 1974).
fn between_pixels(planes: &Planes, [x, y]: [f32; 2], wrap: Wrap) -> [f32; 3] {
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = (weights(x - left), weights(y - top));
    let n = planes.pixels();
    let mut sum = [0.0; 3];
    for (j, wy) in down.iter().enumerate() {
        for (i, wx) in across.iter().enumerate() {
            let at = [
                left as isize + i as isize - 1,
                top as isize + j as isize - 1,
            ];
            let [x, y] = beyond(at, planes.size(), wrap);
            let at = y * planes.width + x;
            for (c, sum) in sum.iter_mut().enumerate() {
                *sum += wx * wy * planes.data[c * n + at];
            }
        }
    }
    sum
}

/// Weights of the four pixels around a place, `t` of the way from the second to the third.
fn weights(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        0.5 * (-t3 + 2.0 * t2 - t),
        0.5 * (3.0 * t3 - 5.0 * t2 + 2.0),
        0.5 * (-3.0 * t3 + 4.0 * t2 + t),
        0.5 * (t3 - t2),
    ]
}

/// Faces that fade into one another.
struct Blend {
    size: [usize; 2],
    /// For each pixel the weighted sum, and the weights'.
    sums: Vec<[f32; 4]>,
}

impl Blend {
    fn new(size: [usize; 2]) -> Self {
        Self {
            size,
            sums: vec![[0.0; 4]; size[0] * size[1]],
        }
    }

    /// One more face, with `fade` pixels around it.
    fn add(&mut self, face: &Face, strokes: &Planes, fade: usize) {
        let [width, height] = self.size;
        let side = (strokes.width - 2 * fade) as f32;
        let soft = 2.0 * fade as f32 / side;
        self.sums
            .par_chunks_mut(width)
            .enumerate()
            .for_each(|(y, row)| {
                for (x, sum) in row.iter_mut().enumerate() {
                    let at = [
                        (x as f32 + 0.5) / width as f32,
                        (y as f32 + 0.5) / height as f32,
                    ];
                    let Some([a, b]) = face.angles_of(direction(at)) else {
                        continue;
                    };
                    let weight = share(a, soft) * share(b, soft);
                    if weight <= 0.0 {
                        continue;
                    }
                    let on = |t: f32| (t + 1.0) / 2.0 * side + fade as f32 - 0.5;
                    let value = between_pixels(strokes, [on(a), on(-b)], Wrap::None);
                    for (sum, value) in sum.iter_mut().zip(value) {
                        *sum += weight * value;
                    }
                    sum[3] += weight;
                }
            });
    }

    fn finished(self) -> Planes {
        let mut out = Planes::zeros(self.size[0], self.size[1]);
        let n = out.pixels();
        for (i, [r, g, b, weight]) in self.sums.into_iter().enumerate() {
            for (c, value) in [r, g, b].into_iter().enumerate() {
                out.data[c * n + i] = value / weight.max(1e-6);
            }
        }
        out
    }
}

/// How much of a face counts at a place on it: all within, none beyond the soft part around its
/// edge.
fn share(at: f32, soft: f32) -> f32 {
    let t = ((1.0 + soft - at.abs()) / (2.0 * soft)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::super::network::tests::Blur;
    use super::*;
    use crate::engine::protocol::Tier;

    /// A panorama whose colours follow directions, so that it is smooth over poles and sides.
    fn globe(face: usize) -> Planes {
        let mut planes = Planes::zeros(4 * face, 2 * face);
        let n = planes.pixels();
        for i in 0..n {
            let (x, y) = (i % (4 * face), i / (4 * face));
            let at = [
                (x as f32 + 0.5) / (4 * face) as f32,
                (y as f32 + 0.5) / (2 * face) as f32,
            ];
            for (c, part) in direction(at).into_iter().enumerate() {
                planes.data[c * n + i] = 0.5 + 0.4 * part;
            }
        }
        planes
    }

    /// Cut into faces and put together again, nothing is shifted, turned or left out: a blur leaves
    /// something so smooth as it was, but for the mean that it takes away.
    #[test]
    fn faces_come_back_to_where_they_were_cut() {
        let photo = globe(64);
        let size = [256, 128];
        let plan =
            StylePlan::preview(size, 1.0, Tier::Full(256)).wrapping(size, 1.0, Wrap::Panorama);
        assert_eq!(plan.working, [256, 128]);
        let never = CancelToken::new();
        let mut tiles = 0;
        let painted = paint(&Blur, &photo, &plan, &[0.5], 1.0, &never, &mut |_, all| {
            tiles = all;
            Ok(())
        });
        let painted = painted.unwrap();
        assert_eq!(tiles, 6);
        let n = photo.pixels();
        let mean = photo
            .data
            .iter()
            .zip(&painted.strokes.data)
            .map(|(a, b)| a - b);
        let mean = mean.sum::<f32>() / photo.data.len() as f32;
        for (i, (own, made)) in photo.data.iter().zip(&painted.strokes.data).enumerate() {
            let off = (own - made - mean).abs();
            let (x, y) = (i % n % 256, i % n / 256);
            assert!(off < 0.03, "{x} {y}: {off}");
        }
    }
}
