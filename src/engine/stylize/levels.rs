//! Strokes of every size: what was painted at working size is brought to the result's size level
//! by level, each at most twice as large as the one before, and at each the network paints over
//! it. Of what it paints, a level keeps what is finer than the level before could show, so that
//! large forms and colours stay where they are and a print looks painted from near, too.
//!
//! A level is made in tiles of which nothing but the result stays; tiles share what the network
//! measures, so that they fit together.

use rayon::prelude::*;

use super::compose::{Composed, Layer, compose};
use super::detail::Detail;
use super::lattice;
use super::network::{StyleNet, paste};
use super::plan::{LEVEL_MARGIN, StylePlan};
use super::tiles::{Tile, margin, tiles_wrapping};
use super::{StyleCache, StylePhase, StyleProgress, StyleShare, StyleSpec};
use crate::cancel::CancelToken;
use crate::engine::protocol::EngineError;
use crate::engine::resample::{Planes, beyond, to_byte};
use crate::picture::Picture;
use crate::recipe::{Mask, PixelRegion, Wrap};

/// Deviation, in pixels of a level, of the blur below which its strokes are the level before's.
const COARSER: f32 = 1.0;
/// And of the one above which there are none: networks that enlarge in themselves leave a trace of
/// every other pixel.
const FINER: f32 = 0.45;
/// Patches of a level on which networks measure, along each side.
const SAMPLES: usize = 4;
/// Side of a patch, at most.
const SAMPLE_SIDE: usize = 128;
/// And at least; patches of a tiny picture overlap.
const LEAST_SAMPLE: usize = 16;
/// Cosines of the latitudes of a panorama at which finer strokes end and are whole: rows near the
/// poles are stretched, and strokes with them.
const UPRIGHT: [f32; 2] = [0.35, 0.7];

/// A style as it paints a level: its network, what that measured, its share and place.
struct Painter<'a, N: StyleNet> {
    style: &'a StyleShare<N>,
    seen: super::network::Seen<N::Stats>,
}

/// A level to be made.
struct Level<'a> {
    detail: Detail,
    /// The photo at this level's size.
    photo: &'a Picture,
    wrap: Wrap,
    strength: f32,
}

/// Brings what was composed to the result's size. `photo` is the photo at that size.
pub(super) fn enlarge<N: StyleNet + Clone>(
    cache: &StyleCache,
    spec: &StyleSpec<'_, N>,
    styles: &[StyleShare<N>],
    composed: (&Planes, Composed),
    photo: &Picture,
    stop: &CancelToken,
    between: &mut StyleProgress<'_>,
) -> Result<Picture, EngineError> {
    let plan = &spec.plan;
    let levels = plan.levels();
    let tiles = |size: &[u32; 2]| pieces(styles, plan, size.map(|s| s as usize)).len();
    let all: usize = levels.iter().map(tiles).sum();
    let (small, mut composed) = composed;
    let mut small = small.clone();
    let mut done = 0;
    let last = levels.len().saturating_sub(1);
    for (i, size) in levels.iter().enumerate() {
        let own = match i == last {
            true => photo.clone(),
            false => cache.at_size(spec.photo, spec.photo_sha, *size),
        };
        let level = Level {
            detail: Detail::new(
                &small,
                &composed,
                spec.keep_colors,
                size.map(|side| side as usize),
            ),
            photo: &own,
            wrap: plan.wrap,
            strength: spec.strength.clamp(0.0, 1.0),
        };
        let made = level.paint(styles, plan, stop, &mut |tile| {
            between(StylePhase::Refining, done + tile, all)
        })?;
        done += tiles(size);
        if i == last {
            return Ok(made);
        }
        drop(level);
        small = Planes::of(&own, [0, 0], size.map(|side| side as usize));
        composed = Composed {
            picture: Planes::of(&made, [0, 0], size.map(|side| side as usize)),
            touch: touch(styles, *size, spec.strength),
            wrap: plan.wrap.sides(),
        };
    }
    Ok(photo.clone())
}

/// How much of each pixel is style, see [`Composed::touch`].
fn touch<N>(styles: &[StyleShare<N>], size: [u32; 2], strength: f32) -> Vec<f32> {
    let layers = layers_of(styles, size, PixelRegion::whole(size));
    let pixels = size[0] as usize * size[1] as usize;
    super::compose::touch(pixels, &layers, strength)
}

/// Layers without pictures: shares and places.
fn layers_of<N>(styles: &[StyleShare<N>], size: [u32; 2], region: PixelRegion) -> Vec<Layer> {
    let cover = |mask: &Mask| mask.coverage(size, region);
    styles
        .iter()
        .map(|style| Layer {
            styled: Planes::zeros(0, 0),
            share: style.share,
            cover: style.mask.as_deref().map(cover),
        })
        .collect()
}

fn reach<N: StyleNet>(styles: &[StyleShare<N>]) -> usize {
    let reach = styles.iter().map(|style| style.net.reach()).max();
    reach.unwrap_or(0) + LEVEL_MARGIN as usize
}

/// What input sides are multiples of, for all networks.
pub(super) fn step<'a, N: StyleNet + 'a>(
    styles: impl IntoIterator<Item = &'a StyleShare<N>>,
) -> usize {
    // All are powers of two.
    let steps = styles.into_iter().map(|style| style.net.step());
    steps.max().unwrap_or(1)
}

fn pieces<N: StyleNet>(styles: &[StyleShare<N>], plan: &StylePlan, size: [usize; 2]) -> Vec<Tile> {
    let wrap = plan.wrap.sides();
    tiles_wrapping(size, plan.tile as usize, reach(styles), step(styles), wrap)
}

impl Level<'_> {
    fn size(&self) -> [usize; 2] {
        self.photo.size().map(|side| side as usize)
    }

    /// The level as the one before gives it, painted over.
    fn paint<N: StyleNet>(
        &self,
        styles: &[StyleShare<N>],
        plan: &StylePlan,
        stop: &CancelToken,
        between: &mut dyn FnMut(usize) -> Result<(), EngineError>,
    ) -> Result<Picture, EngineError> {
        between(0)?;
        let painters = self.measure(styles, stop)?;
        let [width, height] = self.size();
        let mut out = super::finish::zeroed(width * height * 4)?;
        let beside = margin(reach(styles), step(styles), plan.wrap.sides());
        for (i, tile) in pieces(styles, plan, self.size()).iter().enumerate() {
            between(i)?;
            let at = [
                tile.x as isize - beside[0] as isize,
                tile.y as isize - beside[1] as isize,
            ];
            let piece = self
                .detail
                .piece(self.photo, at, [tile.width, tile.height], self.wrap);
            let painted = self.paint_over(piece, at, &painters, stop)?;
            self.write(&painted, tile.core_at(beside), tile.core, &mut out);
        }
        super::finish::finished(self.photo, out)
    }

    /// What the networks measure on patches all over the level.
    fn measure<'a, N: StyleNet>(
        &self,
        styles: &'a [StyleShare<N>],
        stop: &CancelToken,
    ) -> Result<Vec<Painter<'a, N>>, EngineError> {
        let atlas = self.atlas(step(styles));
        let measure = |style: &'a StyleShare<N>| {
            let (seen, _) =
                style
                    .net
                    .measure(&atlas, &style.code, self.strength, [false; 2], stop)?;
            Ok(Painter { style, seen })
        };
        styles.iter().map(measure).collect()
    }

    /// Patches of the level side by side.
    fn atlas(&self, step: usize) -> Planes {
        let side = |s: usize| (s / SAMPLES).clamp(LEAST_SAMPLE, SAMPLE_SIDE);
        let [w, h] = self.size().map(|s| side(s).next_multiple_of(step));
        let [width, height] = [w * SAMPLES, h * SAMPLES];
        let mut atlas = Planes::zeros(width, height);
        for y in 0..SAMPLES {
            for x in 0..SAMPLES {
                let middle = |i: usize, side: usize| (2 * i + 1) * side / (2 * SAMPLES);
                let at = [middle(x, self.size()[0]), middle(y, self.size()[1])];
                let at = [
                    at[0] as isize - w as isize / 2,
                    at[1] as isize - h as isize / 2,
                ];
                let patch = self.detail.piece(self.photo, at, [w, h], self.wrap);
                let core = [x * w, y * h, (x + 1) * w, (y + 1) * h];
                paste(&mut atlas, &patch, [0, 0], core);
            }
        }
        atlas
    }

    /// A piece that begins at `at`, with the strokes that this level adds.
    fn paint_over<N: StyleNet>(
        &self,
        piece: Planes,
        at: [isize; 2],
        painters: &[Painter<'_, N>],
        stop: &CancelToken,
    ) -> Result<Planes, EngineError> {
        let mut layers = Vec::with_capacity(painters.len());
        for Painter { style, seen } in painters {
            let (stats, strength) = (&seen.stats, self.strength);
            let strokes = style
                .net
                .paint(&piece, stats, &style.code, strength, stop)?;
            layers.push(Layer {
                styled: seen.own.colour(&strokes),
                share: style.share,
                cover: style
                    .mask
                    .as_ref()
                    .map(|mask| self.cover(mask, at, piece.size())),
            });
        }
        let mut touch = super::compose::touch(piece.pixels(), &layers, self.strength);
        if self.wrap.is_panorama() {
            for (y, row) in touch.chunks_exact_mut(piece.width).enumerate() {
                let share = self.upright(at[1] + y as isize);
                row.iter_mut().for_each(|touch| *touch *= share);
            }
        }
        let mut painted = compose(&piece, &layers, 1.0).picture;
        for (new, old) in painted.data.iter_mut().zip(&piece.data) {
            *new -= old;
        }
        let period = step(painters.iter().map(|painter| painter.style));
        lattice::take_out(&mut painted, period, [false; 2]);
        painted = blurred(&painted, FINER);
        let coarse = blurred(&painted, COARSER);
        let touches = touch.iter().cycle();
        for (((new, coarse), old), touch) in painted
            .data
            .iter_mut()
            .zip(&coarse.data)
            .zip(&piece.data)
            .zip(touches)
        {
            *new = (old + touch * (*new - coarse)).clamp(0.0, 1.0);
        }
        Ok(painted)
    }

    /// How much of the strokes a row of a panorama has, see [`UPRIGHT`].
    fn upright(&self, row: isize) -> f32 {
        let latitude = (row as f32 + 0.5) / self.size()[1] as f32 - 0.5;
        let cosine = (std::f32::consts::PI * latitude).cos();
        ((cosine - UPRIGHT[0]) / (UPRIGHT[1] - UPRIGHT[0])).clamp(0.0, 1.0)
    }

    /// A mask over a piece that may reach beyond the level's sides.
    fn cover(&self, mask: &Mask, at: [isize; 2], size: [usize; 2]) -> Vec<f32> {
        let whole = self.size();
        let inside = |axis: usize| {
            let end = at[axis] + size[axis] as isize;
            at[axis] >= 0 && end <= whole[axis] as isize
        };
        let of = |x: usize, y: usize, width: usize, height: usize| {
            let [x, y, width, height] = [x, y, width, height].map(|v| v as u32);
            mask.coverage(
                self.photo.size(),
                PixelRegion {
                    x,
                    y,
                    width,
                    height,
                },
            )
        };
        if inside(0) && inside(1) {
            return of(at[0] as usize, at[1] as usize, size[0], size[1]);
        }
        let rows = (0..size[1]).map(|y| beyond([0, at[1] + y as isize], whole, self.wrap)[1]);
        let columns: Vec<usize> = (0..size[0])
            .map(|x| beyond([at[0] + x as isize, 0], whole, self.wrap)[0])
            .collect();
        let mut out = Vec::with_capacity(size[0] * size[1]);
        for y in rows {
            let row = of(0, y, whole[0], 1);
            out.extend(columns.iter().map(|x| row[*x]));
        }
        out
    }

    /// Puts the part of a piece that counts into the result.
    fn write(&self, piece: &Planes, at: [usize; 2], core: [usize; 4], out: &mut [u8]) {
        let [left, top, right, bottom] = core;
        let (width, n) = (self.size()[0], piece.pixels());
        let rows = out[top * width * 4..bottom * width * 4].par_chunks_mut(width * 4);
        rows.enumerate().for_each(|(y, row)| {
            let own = &self.photo.rgba()[(top + y) * width * 4..][..width * 4];
            for x in left..right {
                let from = (y + at[1]) * piece.width + x - left + at[0];
                for c in 0..3 {
                    row[x * 4 + c] = to_byte(piece.data[c * n + from]);
                }
                row[x * 4 + 3] = own[x * 4 + 3];
            }
        });
    }
}

/// A Gaussian blur of this deviation; border pixels repeat.
fn blurred(planes: &Planes, deviation: f32) -> Planes {
    let radius = (3.0 * deviation).ceil() as usize;
    let weight = |i: usize| {
        let d = i as f32 - radius as f32;
        (-d * d / (2.0 * deviation * deviation)).exp()
    };
    let kernel: Vec<f32> = (0..=2 * radius).map(weight).collect();
    let sum: f32 = kernel.iter().sum();
    let kernel: Vec<f32> = kernel.iter().map(|v| v / sum).collect();
    let [width, height] = planes.size();
    let mut across = Planes::zeros(width, height);
    across
        .data
        .par_chunks_mut(width)
        .zip(planes.data.par_chunks(width))
        .for_each(|(to, from)| {
            let mut wide = vec![from[0]; radius];
            wide.extend_from_slice(from);
            wide.resize(width + 2 * radius, from[width - 1]);
            for (x, value) in to.iter_mut().enumerate() {
                *value = kernel.iter().zip(&wide[x..]).map(|(k, v)| k * v).sum();
            }
        });
    let mut out = Planes::zeros(width, height);
    out.data
        .par_chunks_mut(width)
        .enumerate()
        .for_each(|(i, to)| {
            let (plane, y) = (i / height * height, i % height);
            for (k, weight) in kernel.iter().enumerate() {
                let row = (y + k).saturating_sub(radius).min(height - 1);
                let from = &across.data[(plane + row) * width..][..width];
                for (value, v) in to.iter_mut().zip(from) {
                    *value += weight * v;
                }
            }
        });
    out
}
