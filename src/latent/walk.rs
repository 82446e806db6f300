//! A walk through kept points: frames at constant speed, open or as a loop.

use crate::recipe::{
    ExploreParams, LatentOrigin, Transform, WalkParams, WalkPath, WalkSpan, way_at,
};

use super::paths::{at_length, catmull_rom, lerp, slerp};
use super::{DirectionLookup, LatentError, Mapping, Ws, resolve};

/// Steps into which a stretch is cut to measure its length.
const CUTS: usize = 24;
/// More frames than anyone renders.
const MAX_FRAMES: u32 = 100_000;

/// What a layer's style comes from at a point.
#[derive(Debug, Clone, PartialEq)]
enum Source {
    Seed(u64),
    Stored,
}

/// A point of the walk.
struct Point {
    /// Style vectors as they are shown.
    ws: Ws,
    /// What direction edits add.
    edits: Ws,
    sources: Vec<Source>,
    class: Option<u32>,
    psi: f32,
    transform: Transform,
}

/// A walk, ready to give frames.
pub struct Walk {
    points: Vec<Point>,
    path: WalkPath,
    looped: bool,
    frames: u32,
    spans: Vec<WalkSpan>,
    lengths: Vec<f64>,
}

impl Walk {
    /// Prepares a walk and measures its length.
    ///
    /// # Errors
    /// [`LatentError::TooFew`] for fewer than two points or no frames; errors of
    /// [`resolve`].
    pub fn new(
        params: &WalkParams,
        mapping: &(impl Mapping + ?Sized),
        directions: &(impl DirectionLookup + ?Sized),
    ) -> Result<Self, LatentError> {
        if params.points.len() < 2 {
            return Err(LatentError::TooFew("a walk needs at least two points"));
        }
        if params.frames == 0 || params.frames > MAX_FRAMES {
            return Err(LatentError::TooFew(
                "a walk needs at least one frame and at most 100,000",
            ));
        }
        if !params.spans.is_empty() && params.spans.len() != params.ways() {
            return Err(LatentError::TooFew(
                "a walk needs a time for each way between its points",
            ));
        }
        let lasts = |span: &WalkSpan| span.seconds.is_finite() && span.seconds > 0.0;
        if !params.spans.iter().all(lasts) {
            return Err(LatentError::TooFew("each way of a walk takes some time"));
        }
        let points = params
            .points
            .iter()
            .map(|point| Point::new(point, mapping, directions))
            .collect::<Result<_, _>>()?;
        let mut walk = Self {
            points,
            path: params.path,
            looped: params.looped,
            frames: params.frames,
            spans: params.spans.clone(),
            lengths: Vec::new(),
        };
        walk.measure(mapping)?;
        Ok(walk)
    }

    fn measure(&mut self, mapping: &(impl Mapping + ?Sized)) -> Result<(), LatentError> {
        let cuts = self.stretches() * CUTS;
        let mut lengths = vec![0.0];
        let mut before = self.at_parameter(0.0, mapping)?;
        let mut sum = 0.0;
        for cut in 1..=cuts {
            let here = self.at_parameter(cut as f64 / cuts as f64, mapping)?;
            sum += distance(&before, &here);
            lengths.push(sum);
            before = here;
        }
        self.lengths = lengths;
        Ok(())
    }

    fn stretches(&self) -> usize {
        self.points.len() - usize::from(!self.looped)
    }

    /// Frames in all.
    pub fn frames(&self) -> u32 {
        self.frames
    }

    /// Style vectors of a frame. A loop's frame after the last is its first; an
    /// open walk ends on its last point.
    ///
    /// # Errors
    /// [`LatentError::Mapping`].
    pub fn frame(&self, index: u32, mapping: &(impl Mapping + ?Sized)) -> Result<Ws, LatentError> {
        self.at(self.share(index), mapping)
    }

    /// The share of the way at a frame.
    fn share(&self, index: u32) -> f64 {
        let steps = if self.looped {
            self.frames
        } else {
            (self.frames - 1).max(1)
        };
        f64::from(index) / f64::from(steps)
    }

    /// How a frame is moved and turned: evenly from point to point.
    pub fn transform(&self, index: u32) -> Transform {
        let s = self.share(index);
        let s = if self.looped { s.rem_euclid(1.0) } else { s };
        let (first, f) = self.stretch(self.parameter(s));
        let next = &self.points[(first + 1) % self.points.len()].transform;
        let from = &self.points[first].transform;
        let between = |a: f32, b: f32| a + (b - a) * f as f32;
        Transform {
            translate: [0, 1].map(|axis| between(from.translate[axis], next.translate[axis])),
            rotate: between(from.rotate, next.rotate),
        }
    }

    /// The point before a parameter, and the share of the way to the next.
    fn stretch(&self, t: f64) -> (usize, f64) {
        let stretches = self.stretches();
        let along = t.clamp(0.0, 1.0) * stretches as f64;
        let first = (along as usize).min(stretches - 1);
        (first, along - first as f64)
    }

    /// Style vectors after the share `s` (0..=1) of the way.
    ///
    /// # Errors
    /// [`LatentError::Mapping`].
    pub fn at(&self, s: f64, mapping: &(impl Mapping + ?Sized)) -> Result<Ws, LatentError> {
        let s = if self.looped { s.rem_euclid(1.0) } else { s };
        self.at_parameter(self.parameter(s), mapping)
    }

    /// Where on the curve the walk is after the share `s` (0..=1) of its time: at an even
    /// pace, or between the points whose time it is.
    fn parameter(&self, s: f64) -> f64 {
        if self.spans.is_empty() {
            return at_length(&self.lengths, s);
        }
        let (way, eased) = way_at(&self.spans, s);
        let lengths = &self.lengths[way * CUTS..=(way + 1) * CUTS];
        let from: Vec<f64> = lengths.iter().map(|length| length - lengths[0]).collect();
        (way as f64 + at_length(&from, eased)) / self.stretches() as f64
    }

    fn at_parameter(&self, t: f64, mapping: &(impl Mapping + ?Sized)) -> Result<Ws, LatentError> {
        let (first, f) = self.stretch(t);
        match self.path {
            WalkPath::Spline => Ok(self.spline(first, f)),
            WalkPath::Spherical => {
                let next = (first + 1) % self.points.len();
                self.points[first].towards(&self.points[next], f, mapping)
            }
        }
    }

    fn spline(&self, first: usize, f: f64) -> Ws {
        let count = self.points.len() as isize;
        let point = |offset: isize| {
            let index = first as isize + offset;
            let index = if self.looped {
                index.rem_euclid(count)
            } else {
                index.clamp(0, count - 1)
            };
            &self.points[index as usize].ws
        };
        let around = [point(-1), point(0), point(1), point(2)];
        (0..around[1].len())
            .map(|layer| catmull_rom(around.map(|ws| ws[layer].as_slice()), f))
            .collect()
    }
}

impl Point {
    fn new(
        params: &ExploreParams,
        mapping: &(impl Mapping + ?Sized),
        directions: &(impl DirectionLookup + ?Sized),
    ) -> Result<Self, LatentError> {
        let ws = resolve(params, mapping, directions)?;
        let plain = ExploreParams {
            edits: Vec::new(),
            ..params.clone()
        };
        let unedited = resolve(&plain, mapping, &())?;
        let edits = ws
            .iter()
            .zip(&unedited)
            .map(|(a, b)| a.iter().zip(b).map(|(a, b)| a - b).collect())
            .collect();
        let base = match params.origin {
            LatentOrigin::Seed(seed) => Source::Seed(seed),
            _ => Source::Stored,
        };
        let sources = (0..ws.len())
            .map(|layer| match params.mix {
                Some(mix) if mix.layers.contains(layer) => Source::Seed(mix.seed),
                _ => base.clone(),
            })
            .collect();
        Ok(Self {
            ws,
            edits,
            sources,
            class: params.class,
            psi: params.truncation_psi,
            transform: params.transform,
        })
    }

    /// Between two points: layers that come from seeds of one class on both sides turn
    /// in `z`, the others go straight in `w`.
    fn towards(
        &self,
        other: &Self,
        f: f64,
        mapping: &(impl Mapping + ?Sized),
    ) -> Result<Ws, LatentError> {
        if f == 0.0 {
            return Ok(self.ws.clone());
        }
        if f == 1.0 {
            return Ok(other.ws.clone());
        }
        let mut turned: Vec<((u64, u64), Vec<f32>)> = Vec::new();
        let mut ws = Vec::with_capacity(self.ws.len());
        for layer in 0..self.ws.len() {
            let pair = match (&self.sources[layer], &other.sources[layer]) {
                (Source::Seed(a), Source::Seed(b)) if self.class == other.class => (*a, *b),
                _ => {
                    ws.push(lerp(&self.ws[layer], &other.ws[layer], f));
                    continue;
                }
            };
            let known = turned.iter().find(|(p, _)| *p == pair);
            let base = match known {
                Some((_, w)) => w.clone(),
                None => {
                    let w = self.turned(other, pair, f, mapping)?;
                    turned.push((pair, w.clone()));
                    w
                }
            };
            let edits = lerp(&self.edits[layer], &other.edits[layer], f);
            ws.push(base.iter().zip(edits).map(|(w, e)| w + e).collect());
        }
        Ok(ws)
    }

    fn turned(
        &self,
        other: &Self,
        (a, b): (u64, u64),
        f: f64,
        mapping: &(impl Mapping + ?Sized),
    ) -> Result<Vec<f32>, LatentError> {
        let z = slerp(&mapping.z_of_seed(a), &mapping.z_of_seed(b), f);
        let mut w = mapping.map_all(&[z], self.class)?;
        let psi = self.psi + (other.psi - self.psi) * f as f32;
        super::truncate(&mut w, mapping.w_avg_of(self.class), psi);
        w.pop()
            .ok_or_else(|| LatentError::Mapping("the mapping gave nothing".into()))
    }
}

/// Distance of two sets of style vectors: root of the mean square over layers.
pub fn distance(a: &[Vec<f32>], b: &[Vec<f32>]) -> f64 {
    let sum: f64 = a
        .iter()
        .flatten()
        .zip(b.iter().flatten())
        .map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2))
        .sum();
    (sum / a.len().max(1) as f64).sqrt()
}
