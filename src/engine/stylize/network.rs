//! What stylising needs of a network, and one pass over a picture in tiles.

use candle_core::{Device, Tensor};

use crate::cancel::CancelToken;
use crate::engine::protocol::EngineError;
use crate::engine::resample::{Planes, shrink_planes};

use super::plan::StylePlan;
use super::sphere;
use super::tiles::{Tile, margin, tiles_wrapping};

/// Mean of a picture's colours and the symmetric root of their covariance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct StrokePalette {
    /// R, G, B.
    pub(crate) mean: [f32; 3],
    /// Row by row.
    pub(crate) root: [[f32; 3]; 3],
}

impl StrokePalette {
    /// Between two palettes: 0 is `self`, 1 is `other`.
    pub(crate) fn toward(&self, other: &Self, t: f32) -> Self {
        let mix = |a: f32, b: f32| a + t * (b - a);
        Self {
            mean: std::array::from_fn(|i| mix(self.mean[i], other.mean[i])),
            root: std::array::from_fn(|i| {
                std::array::from_fn(|j| mix(self.root[i][j], other.root[i][j]))
            }),
        }
    }

    /// `root * white + mean` for each pixel.
    pub(crate) fn colour(&self, white: &Planes) -> Planes {
        let n = white.pixels();
        let mut out = Planes::zeros(white.width, white.height);
        for (c, plane) in out.data.chunks_exact_mut(n).enumerate() {
            let [r, g, b] = self.root[c];
            for (i, value) in plane.iter_mut().enumerate() {
                let (x, y, z) = (white.data[i], white.data[n + i], white.data[2 * n + i]);
                *value = r * x + g * y + b * z + self.mean[c];
            }
        }
        out
    }
}

/// What a network measures once in a photo.
pub(crate) struct Seen<S> {
    /// The photo's own palette.
    pub(crate) own: StrokePalette,
    /// The palette of what the network makes of it, where that is the network's choice.
    pub(crate) made: StrokePalette,
    /// Normalisation statistics and the like.
    pub(crate) stats: S,
}

/// How far what is held over a shot goes towards each new frame: half of it after eight.
const HOLD: f32 = 0.083;

impl<S> Seen<S> {
    /// What is held on its way to a new frame's.
    fn toward<N: StyleNet<Stats = S>>(&self, net: &N, now: Self) -> Result<Self, EngineError> {
        Ok(Self {
            own: self.own.toward(&now.own, HOLD),
            made: self.made.toward(&now.made, HOLD),
            stats: net.follow(&self.stats, now.stats, HOLD)?,
        })
    }

    /// The same with other statistics.
    pub(crate) fn map<T>(self, change: impl FnOnce(S) -> T) -> Seen<T> {
        Seen {
            own: self.own,
            made: self.made,
            stats: change(self.stats),
        }
    }
}

/// A network that puts a style, given as a code, onto a photo.
pub(crate) trait StyleNet {
    /// What tiles need to fit together.
    type Stats;

    /// Input sides must be multiples of this.
    fn step(&self) -> usize;

    /// Pixels around an output pixel that can influence it.
    fn reach(&self) -> usize;

    /// Bytes that it needs for a pixel of a tile.
    fn bytes_per_pixel(&self) -> u64;

    /// The palette of a style: in its code, or the one that was `made`.
    fn palette(&self, code: &[f32], made: &StrokePalette) -> Result<StrokePalette, EngineError>;

    /// The part of a style's code that decides the strokes, palette apart.
    fn stroke_code<'a>(&self, code: &'a [f32]) -> &'a [f32];

    /// Whether strokes depend on strength; otherwise it only mixes them with the photo.
    fn follows_strength(&self) -> bool;

    /// Whether statistics are taken from the photo itself where it is one tile, as the
    /// network's makers do, and not from the small copy that makes all sizes alike.
    fn measures_whole(&self) -> bool;

    /// Statistics on the way from those `before` to those of `now`: 0 stays, 1 is `now`.
    fn follow(
        &self,
        before: &Self::Stats,
        now: Self::Stats,
        share: f32,
    ) -> Result<Self::Stats, EngineError>;

    /// Measures a photo (sides multiples of [`StyleNet::step`]), and styles it on
    /// the way. It may go on at its opposite sides, in x and y.
    fn measure(
        &self,
        photo: &Planes,
        code: &[f32],
        strength: f32,
        wrap: [bool; 2],
        stop: &CancelToken,
    ) -> Result<(Seen<Self::Stats>, Planes), EngineError>;

    /// Styles a piece of the photo with what was measured: strokes without palette.
    fn paint(
        &self,
        tile: &Planes,
        stats: &Self::Stats,
        code: &[f32],
        strength: f32,
        stop: &CancelToken,
    ) -> Result<Planes, EngineError>;
}

/// A photo in a style's strokes, still without palette.
#[derive(Debug, Clone)]
pub(crate) struct Painted {
    /// Strokes, to be coloured by a [`StrokePalette`].
    pub(crate) strokes: Planes,
    /// The photo's palette.
    pub(crate) own: StrokePalette,
    /// See [`Seen::made`].
    pub(crate) made: StrokePalette,
}

/// Planes as the networks take them, `[1, 3, height, width]`.
pub(crate) fn to_tensor(planes: &Planes, device: &Device) -> Result<Tensor, EngineError> {
    let shape = (1, 3, planes.height, planes.width);
    Ok(Tensor::from_slice(&planes.data, shape, device)?)
}

/// The way back.
pub(crate) fn to_planes(tensor: &Tensor) -> Result<Planes, EngineError> {
    let (_, _, height, width) = tensor.dims4()?;
    Ok(Planes {
        width,
        height,
        data: tensor.flatten_all()?.to_vec1()?,
    })
}

/// Paints a whole picture of working size. `between` is called before each tile
/// with tiles done and in all.
pub(crate) fn paint<N: StyleNet>(
    net: &N,
    photo: &Planes,
    plan: &StylePlan,
    (code, strength): (&[f32], f32),
    held: Option<&mut Option<Seen<N::Stats>>>,
    stop: &CancelToken,
    between: &mut dyn FnMut(usize, usize) -> Result<(), EngineError>,
) -> Result<Painted, EngineError> {
    // The network was trained with strength up to 1; beyond, pixels go further.
    let strength = strength.clamp(0.0, 1.0);
    if plan.wrap.is_panorama() {
        return sphere::paint(net, photo, plan, code, strength, stop, between);
    }
    let (step, wrap) = (net.step(), plan.wrap.sides());
    let pieces = tiles_wrapping(photo.size(), plan.tile as usize, net.reach(), step, wrap);
    let [width, height] = match pieces.len() == 1 && net.measures_whole() {
        true => photo.size(),
        false => plan.stats.map(|s| s as usize),
    };
    let copy = shrink_planes(photo, width, height);
    let copy = copy.crop(
        0,
        0,
        width.next_multiple_of(step),
        height.next_multiple_of(step),
    );
    between(0, pieces.len())?;
    let (mut seen, first) = net.measure(&copy, code, strength, wrap, stop)?;
    // The first frame of a shot is painted as a photo is.
    let mut as_measured = true;
    let held = held.map(|held| (held.take(), held));
    if let Some((Some(before), _)) = &held {
        seen = before.toward(net, seen)?;
        as_measured = false;
    }
    let beside = margin(net.reach(), step, wrap);
    let large = photo.with_margin(beside, plan.wrap);
    let mut strokes = Planes::zeros(photo.width, photo.height);
    for (done, tile) in pieces.iter().enumerate() {
        if as_measured && pieces.len() == 1 && [width, height] == photo.size() {
            paste(&mut strokes, &first, [0, 0], tile.core);
            break;
        }
        between(done, pieces.len())?;
        let painted = paint_tile(net, &large, tile, (&seen.stats, code, strength), stop)?;
        paste(&mut strokes, &painted, tile.core_at(beside), tile.core);
    }
    let painted = Painted {
        strokes,
        own: seen.own,
        made: seen.made,
    };
    if let Some((_, held)) = held {
        *held = Some(seen);
    }
    Ok(painted)
}

/// One tile of a picture with its margin.
pub(super) fn paint_tile<N: StyleNet>(
    net: &N,
    large: &Planes,
    tile: &Tile,
    (stats, code, strength): (&N::Stats, &[f32], f32),
    stop: &CancelToken,
) -> Result<Planes, EngineError> {
    let piece = large.crop(tile.x, tile.y, tile.width, tile.height);
    net.paint(&piece, stats, code, strength, stop)
}

/// Copies `core` (left, upper, right, lower in the whole) from a piece, in which it begins at `at`.
pub(super) fn paste(whole: &mut Planes, piece: &Planes, at: [usize; 2], core: [usize; 4]) {
    let [left, top, right, bottom] = core;
    for c in 0..3 {
        for y in top..bottom {
            let from = (c * piece.height + y - top + at[1]) * piece.width + at[0];
            let to = (c * whole.height + y) * whole.width + left;
            let length = right - left;
            whole.data[to..to + length].copy_from_slice(&piece.data[from..from + length]);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::engine::protocol::Tier;

    /// A "network": a blur of reach 8 with a global mean, so that both borders and
    /// statistics matter.
    #[derive(Clone)]
    pub(crate) struct Blur;

    fn grey(mean: f32) -> StrokePalette {
        StrokePalette {
            mean: [mean; 3],
            root: [[0.3, 0.0, 0.0], [0.0, 0.3, 0.0], [0.0, 0.0, 0.3]],
        }
    }

    impl StyleNet for Blur {
        type Stats = f32;

        fn follow(&self, before: &f32, now: f32, share: f32) -> Result<f32, EngineError> {
            Ok(before + share * (now - before))
        }

        fn step(&self) -> usize {
            4
        }

        fn reach(&self) -> usize {
            8
        }

        fn bytes_per_pixel(&self) -> u64 {
            12
        }

        fn stroke_code<'a>(&self, code: &'a [f32]) -> &'a [f32] {
            &code[..0]
        }

        fn palette(
            &self,
            code: &[f32],
            _made: &StrokePalette,
        ) -> Result<StrokePalette, EngineError> {
            Ok(grey(code[0]))
        }

        fn follows_strength(&self) -> bool {
            true
        }

        fn measures_whole(&self) -> bool {
            false
        }

        fn measure(
            &self,
            photo: &Planes,
            code: &[f32],
            strength: f32,
            wrap: [bool; 2],
            stop: &CancelToken,
        ) -> Result<(Seen<f32>, Planes), EngineError> {
            let mean = photo.data.iter().sum::<f32>() / photo.data.len() as f32;
            assert_eq!(wrap, [false; 2], "it has no other border");
            let painted = self.paint(photo, &mean, code, strength, stop)?;
            let seen = Seen {
                own: grey(mean),
                made: grey(mean),
                stats: mean,
            };
            Ok((seen, painted))
        }

        fn paint(
            &self,
            tile: &Planes,
            mean: &f32,
            _code: &[f32],
            _strength: f32,
            stop: &CancelToken,
        ) -> Result<Planes, EngineError> {
            assert!(tile.width.is_multiple_of(4) && tile.height.is_multiple_of(4));
            if stop.is_cancelled() {
                return Err(EngineError::Cancelled);
            }
            let mut out = Planes::zeros(tile.width, tile.height);
            let at = |c: usize, x: i64, y: i64| {
                let x = x.clamp(0, tile.width as i64 - 1) as usize;
                let y = y.clamp(0, tile.height as i64 - 1) as usize;
                tile.data[(c * tile.height + y) * tile.width + x]
            };
            for c in 0..3 {
                for y in 0..tile.height {
                    for x in 0..tile.width {
                        let mut sum = 0.0;
                        for d in -8..=8 {
                            sum += at(c, x as i64 + d, y as i64) + at(c, x as i64, y as i64 + d);
                        }
                        out.data[(c * tile.height + y) * tile.width + x] = sum / 34.0 - mean;
                    }
                }
            }
            Ok(out)
        }
    }

    pub(crate) fn ramp(width: usize, height: usize) -> Planes {
        let mut planes = Planes::zeros(width, height);
        for (i, v) in planes.data.iter_mut().enumerate() {
            *v = ((i * 37) % 101) as f32 / 101.0;
        }
        planes
    }

    #[test]
    fn tiles_and_whole_are_the_same() {
        let photo = ramp(301, 203);
        let mut plan = StylePlan::preview([301, 203], 1.0, Tier::Full(301));
        let never = CancelToken::new();
        let run = |plan: &StylePlan, count: &mut usize| {
            paint(
                &Blur,
                &photo,
                plan,
                (&[0.5], 1.0),
                None,
                &never,
                &mut |_, total| {
                    *count = total;
                    Ok(())
                },
            )
            .unwrap()
        };
        let (mut one, mut many) = (0, 0);
        let whole = run(&plan, &mut one);
        plan.tile = 64;
        let tiled = run(&plan, &mut many);
        assert_eq!(one, 1);
        assert_eq!(many, 20);
        assert_eq!(whole.strokes, tiled.strokes);
    }

    #[test]
    fn stops_between_tiles() {
        let photo = ramp(200, 200);
        let mut plan = StylePlan::preview([200, 200], 1.0, Tier::Full(200));
        plan.tile = 64;
        let mut seen = 0;
        let result = paint(
            &Blur,
            &photo,
            &plan,
            (&[0.5], 1.0),
            None,
            &CancelToken::new(),
            &mut |done, _| {
                seen = done;
                if done == 2 {
                    Err(EngineError::Cancelled)
                } else {
                    Ok(())
                }
            },
        );
        assert_eq!(result.err(), Some(EngineError::Cancelled));
        assert_eq!(seen, 2);
    }
}
