//! Photo and styles to picture.
//!
//! The network works at a size that follows from the brush (`plan`), whatever the
//! photo's size; its strokes get their palette, are weighed, masked and mixed with
//! the photo there (`network`, `compose`), and the result is brought to the photo's
//! own size with the photo's fine detail (`detail`). Preview and print share all of
//! it but the last step's size.

mod any;
mod compose;
mod detail;
mod faces;
mod finish;
mod lattice;
mod levels;
mod network;
mod plan;
mod restyle;
mod rims;
mod sphere;
mod tiles;
mod transfer;

use std::sync::Arc;

use parking_lot::Mutex;

pub(crate) use any::AnyStyle;
pub(crate) use compose::{Composed, Layer, compose};
pub(crate) use faces::{Blend, cut};
pub(crate) use finish::{Fine, finish, try_finishing};
pub(crate) use network::{StrokePalette, StyleNet, to_planes, to_tensor};
pub(crate) use plan::{LARGEST_TILE, MemoryCost, StrokeScales, StylePlan};
pub(crate) use tiles::{margin, tiles, tiles_wrapping};

use super::protocol::EngineError;
use super::recent::Recent;
use super::resample::{Planes, planes_wrapping, shrink};
use crate::cancel::CancelToken;
use crate::picture::Picture;
use crate::recipe::{Mask, PixelRegion, Wrap};
use crate::spaces::panorama;

use network::{Painted, Seen, paint};

/// Memory for what can be made again, in bytes each: strokes, photos at working
/// size, photos at output size.
const KEPT: [usize; 3] = [96 << 20, 48 << 20, 64 << 20];

/// A style to lay on.
#[derive(Clone)]
pub(crate) struct StyleShare<N> {
    /// The network that paints it.
    pub(crate) net: N,
    /// The network's hash.
    pub(crate) net_sha: String,
    /// The network's code.
    pub(crate) code: Vec<f32>,
    /// Share among the styles.
    pub(crate) share: f32,
    /// Where; everywhere when absent.
    pub(crate) mask: Option<Arc<Mask>>,
}

/// Everything that decides a styled picture.
pub(crate) struct StyleSpec<'a, N> {
    /// The whole photo.
    pub(crate) photo: &'a Picture,
    /// Its hash.
    pub(crate) photo_sha: &'a str,
    /// The styles.
    pub(crate) styles: Vec<StyleShare<N>>,
    /// 0..=1.5.
    pub(crate) strength: f32,
    /// 0..=1.
    pub(crate) keep_colors: f32,
    /// Sizes.
    pub(crate) plan: StylePlan,
}

/// What a stylisation is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StylePhase {
    /// The network: tiles.
    Painting,
    /// The network at levels above the working size: tiles.
    Refining,
    /// The result: rows.
    Finishing,
}

/// What networks measured in the frames of a shot so far, by the style's place.
pub(crate) struct Shot<N: StyleNet>(Mutex<Vec<Option<Seen<N::Stats>>>>);

impl<N: StyleNet> Default for Shot<N> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<N: StyleNet> Shot<N> {
    /// Another shot begins.
    pub(crate) fn begin(&self) {
        self.0.lock().clear();
    }

    fn take(&self, style: usize) -> Option<Seen<N::Stats>> {
        self.0.lock().get_mut(style).and_then(Option::take)
    }

    fn put(&self, style: usize, seen: Option<Seen<N::Stats>>) {
        let mut all = self.0.lock();
        while all.len() <= style {
            all.push(None);
        }
        all[style] = seen;
    }
}

/// Called between steps with done and in all; an error stops the work.
pub(crate) type StyleProgress<'a> =
    dyn FnMut(StylePhase, usize, usize) -> Result<(), EngineError> + 'a;

#[derive(PartialEq)]
struct PaintKey {
    photo: String,
    tile: u32,
    model: String,
    working: [u32; 2],
    stats: [u32; 2],
    wrap: Wrap,
    code: Vec<u32>,
    strength: u32,
}

/// # Errors
/// [`EngineError`] for a panorama that isn't twice as wide as high.
pub(crate) fn wraps(wrap: Wrap, size: [u32; 2]) -> Result<(), EngineError> {
    if wrap.is_panorama() {
        panorama::check(size)?;
    }
    Ok(())
}

/// Keeps what the sliders don't change: the photo at the sizes in use, and strokes
/// painted lately, so that palette, masks and shares need no network.
pub(crate) struct StyleCache {
    painted: Mutex<Recent<PaintKey, Arc<Painted>>>,
    working: Mutex<Recent<(String, [u32; 2], [bool; 2]), Arc<Planes>>>,
    output: Mutex<Recent<(String, [u32; 2]), Picture>>,
}

impl StyleCache {
    /// An empty cache.
    pub(crate) fn new() -> Self {
        Self {
            painted: Mutex::new(Recent::new(KEPT[0])),
            working: Mutex::new(Recent::new(KEPT[1])),
            output: Mutex::new(Recent::new(KEPT[2])),
        }
    }

    /// Makes a styled picture. Without styles, or at strength 0, it is the photo.
    pub(crate) fn stylize<N: StyleNet + Clone>(
        &self,
        spec: &StyleSpec<'_, N>,
        stop: &CancelToken,
        between: &mut StyleProgress<'_>,
    ) -> Result<Picture, EngineError> {
        self.stylize_held(spec, None, stop, between)
    }

    /// As [`StyleCache::stylize`], with what the networks measure held over the shot.
    pub(crate) fn stylize_held<N: StyleNet + Clone>(
        &self,
        spec: &StyleSpec<'_, N>,
        shot: Option<&Shot<N>>,
        stop: &CancelToken,
        between: &mut StyleProgress<'_>,
    ) -> Result<Picture, EngineError> {
        let plan = &spec.plan;
        let photo = self.at_size(spec.photo, spec.photo_sha, plan.output);
        if spec.styles.is_empty() || spec.strength <= 0.0 {
            return Ok(photo);
        }
        let small = self.planes_of(spec.photo, spec.photo_sha, plan.working, plan.wrap);
        let styles = merged(&spec.styles);
        let mut layers = Vec::with_capacity(styles.len());
        for (i, style) in styles.iter().enumerate() {
            let mut held = shot.map(|shot| shot.take(i));
            let painted = self.strokes(
                style,
                spec,
                &small,
                held.as_mut(),
                stop,
                &mut |done, tiles| {
                    between(StylePhase::Painting, i * tiles + done, styles.len() * tiles)
                },
            )?;
            if let (Some(shot), Some(held)) = (shot, held) {
                shot.put(i, held);
            }
            let palette = style
                .net
                .palette(&style.code, &painted.made)?
                .toward(&painted.own, spec.keep_colors.clamp(0.0, 1.0));
            layers.push(Layer {
                styled: palette.colour(&painted.strokes),
                share: style.share,
                cover: style
                    .mask
                    .as_ref()
                    .map(|mask| mask.coverage(plan.working, PixelRegion::whole(plan.working))),
            });
        }
        let mut composed = compose(&small, &layers, spec.strength);
        composed.wrap = plan.wrap.sides();
        drop(layers);
        if plan.scales != StrokeScales::One {
            // A panorama is seen as faces of a cube: the lattice isn't in line with its pixels.
            if !plan.wrap.is_panorama() {
                composed.without_lattice(&small, levels::step(&styles));
            }
            rims::hold(&small, &mut composed);
        }
        if !plan.levels().is_empty() {
            let composed = (small.as_ref(), composed);
            return levels::enlarge(self, spec, &styles, composed, &photo, stop, between);
        }
        let colors = spec.keep_colors;
        finish(
            &small,
            &composed,
            Fine::Kept { colors },
            &photo,
            &mut |done, all| between(StylePhase::Finishing, done, all),
        )
    }

    /// A photo (by its hash) at a size for results.
    pub(crate) fn at_size(&self, photo: &Picture, sha: &str, size: [u32; 2]) -> Picture {
        if size == photo.size() {
            return photo.clone();
        }
        let key = (sha.to_owned(), size);
        if let Some(photo) = self.output.lock().get(&key) {
            return photo;
        }
        let photo = shrink(photo, size);
        let weight = photo.rgba().len();
        self.output.lock().put(key, photo.clone(), weight);
        photo
    }

    /// A photo (by its hash) at a size for networks.
    pub(crate) fn planes_of(
        &self,
        photo: &Picture,
        sha: &str,
        size: [u32; 2],
        wrap: Wrap,
    ) -> Arc<Planes> {
        let key = (sha.to_owned(), size, wrap.sides());
        if let Some(small) = self.working.lock().get(&key) {
            return small;
        }
        let [width, height] = size.map(|s| s as usize);
        let small = Arc::new(planes_wrapping(photo, [width, height], wrap.sides()));
        let weight = small.data.len() * 4;
        self.working.lock().put(key, Arc::clone(&small), weight);
        small
    }

    fn strokes<N: StyleNet>(
        &self,
        style: &StyleShare<N>,
        spec: &StyleSpec<'_, N>,
        small: &Planes,
        held: Option<&mut Option<Seen<N::Stats>>>,
        stop: &CancelToken,
        between: &mut dyn FnMut(usize, usize) -> Result<(), EngineError>,
    ) -> Result<Arc<Painted>, EngineError> {
        let (net, code) = (&style.net, &style.code);
        let strength = match net.follows_strength() {
            true => spec.strength.min(1.0),
            false => 1.0,
        };
        let key = PaintKey {
            photo: spec.photo_sha.to_owned(),
            tile: spec.plan.tile,
            model: style.net_sha.clone(),
            working: spec.plan.working,
            stats: spec.plan.stats,
            wrap: spec.plan.wrap,
            code: net.stroke_code(code).iter().map(|v| v.to_bits()).collect(),
            strength: strength.to_bits(),
        };
        // What is held depends on the frames before.
        let once = held.is_some();
        if let Some(painted) = self.painted.lock().get(&key).filter(|_| !once) {
            return Ok(painted);
        }
        let painted = paint(
            net,
            small,
            &spec.plan,
            (code, strength),
            held,
            stop,
            between,
        )?;
        if once {
            return Ok(Arc::new(painted));
        }
        let painted = Arc::new(painted);
        let weight = painted.strokes.data.len() * 4;
        self.painted.lock().put(key, Arc::clone(&painted), weight);
        Ok(painted)
    }
}

/// Styles of one network without masks become one code, the mean by their shares:
/// one pass of the network, and strokes that are neither's but between. Masked ones
/// stay apart.
fn merged<N: Clone>(styles: &[StyleShare<N>]) -> Vec<StyleShare<N>> {
    let mut out: Vec<StyleShare<N>> = Vec::new();
    let (free, masked): (Vec<_>, Vec<_>) = styles
        .iter()
        .filter(|style| style.share > 0.0)
        .partition(|style| style.mask.is_none());
    for style in free {
        let Some(sum) = out.iter_mut().find(|s| s.net_sha == style.net_sha) else {
            out.push(style.clone());
            continue;
        };
        sum.share += style.share;
        let t = style.share / sum.share;
        for (mean, value) in sum.code.iter_mut().zip(&style.code) {
            *mean += t * (value - *mean);
        }
    }
    out.extend(masked.into_iter().cloned());
    out
}

#[cfg(test)]
mod picture_tests;
