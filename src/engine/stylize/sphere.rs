//! A panorama in a style: its network sees faces of a cube on which distances are nearly even, so
//! that strokes are as large everywhere around, poles included. Faces are painted with what lies
//! around them, by common statistics, and fade into one another.

use crate::cancel::CancelToken;
use crate::engine::protocol::EngineError;
use crate::engine::resample::Planes;
use crate::spaces::panorama::FACES;

use super::faces::{Blend, cut};
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

#[cfg(test)]
mod tests {
    use super::super::network::tests::Blur;
    use super::*;
    use crate::engine::protocol::Tier;
    use crate::recipe::Wrap;
    use crate::spaces::panorama::direction;

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
