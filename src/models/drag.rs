//! Dragging points of a generated picture towards targets (Pan et al. 2023, "Drag Your GAN:
//! Interactive Point-based Manipulation on the Generative Image Manifold"): motion supervision
//! and point tracking on the features of a StyleGAN2 generator.

use candle_core::{Device, Tensor, Var};
use candle_nn::optim::{AdamW, Optimizer, ParamsAdamW};

use super::error::stop;
use super::stylegan2::{NoiseSource, StyleGan2};
use super::{Generator, ModelError};
use crate::cancel::CancelToken;
use crate::latent::Ws;

/// Radius of the patch that is pulled, of the picture's shorter side (the paper: 3 of 512).
const PULLED: f32 = 3.0 / 128.0;
/// Half the side of the square in which a point is looked for (the paper: 12 of 512).
const SOUGHT: f32 = 12.0 / 256.0;
/// Weight of what must not move (the paper's λ).
const KEEP: f64 = 20.0;
/// A point has arrived this near to its target, in pixels.
pub const ARRIVED: f32 = 1.0;
/// Step size, in units of `w`.
const RATE: f64 = 0.01;

/// A point and where it is to go, in pixels of the picture; (0, 0) is the corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DragPoint {
    /// Where it is.
    pub at: [f32; 2],
    /// Where it is to go.
    pub target: [f32; 2],
}

impl DragPoint {
    /// Pixels that are left.
    pub fn left(&self) -> f32 {
        (self.target[0] - self.at[0]).hypot(self.target[1] - self.at[1])
    }
}

/// Points on their way.
pub struct Drag<'a> {
    generator: &'a StyleGan2,
    device: Device,
    /// Rows that may change, `[rows, w_dim]`; the finer layers stay.
    rows: Var,
    fixed: Vec<Tensor>,
    adam: AdamW,
    points: Vec<DragPoint>,
    /// The features that each point had at first.
    known: Vec<Vec<f32>>,
    /// Features at first, and where they must stay (1) or may change (0), `[1, 1, h, w]`.
    kept: Option<(Tensor, Tensor)>,
    size: [f32; 2],
}

impl<'a> Drag<'a> {
    /// Begins at `ws`. `movable` has a number for each pixel by rows, 1 where the picture may
    /// change, 0 where it is to stay; all may when absent.
    ///
    /// # Errors
    /// [`ModelError::BadRequest`] without points, for points outside the picture, and for
    /// `movable` of another size; [`ModelError::Latent`] if `ws` doesn't fit.
    pub fn new(
        generator: &'a StyleGan2,
        ws: &Ws,
        points: &[DragPoint],
        movable: Option<&[f32]>,
        cancel: &CancelToken,
    ) -> Result<Self, ModelError> {
        let spec = generator.spec();
        crate::latent::check(ws, spec.num_ws, spec.w_dim)?;
        let size = spec.size.map(|side| side as f32);
        check_points(points, size)?;
        let device = generator.device().clone();
        // Coarse layers decide where things are; the finer half is colour and surface.
        let count = (spec.num_ws / 2).max(1);
        let all = Tensor::from_vec(ws.concat(), (ws.len(), spec.w_dim), &device)?;
        let rows = Var::from_tensor(&all.narrow(0, 0, count)?)?;
        let fixed = (count..ws.len())
            .map(|layer| all.narrow(0, layer, 1))
            .collect::<Result<_, _>>()?;
        let adam = AdamW::new(
            vec![rows.clone()],
            ParamsAdamW {
                lr: RATE,
                weight_decay: 0.0,
                ..ParamsAdamW::default()
            },
        )?;
        let mut drag = Self {
            generator,
            device,
            rows,
            fixed,
            adam,
            points: points.to_vec(),
            known: Vec::new(),
            kept: None,
            size,
        };
        let features = drag.features(&drag.rows.as_detached_tensor(), cancel)?;
        let map = FeatureMap::new(&features, size)?;
        drag.known = points.iter().map(|p| map.at(p.at)).collect();
        if let Some(movable) = movable {
            drag.kept = Some((features.clone(), drag.stays(movable, &features)?));
        }
        Ok(drag)
    }

    fn stays(&self, movable: &[f32], features: &Tensor) -> Result<Tensor, ModelError> {
        let [width, height] = self.size.map(|side| side as usize);
        if movable.len() != width * height {
            return Err(ModelError::BadRequest(format!(
                "the mask of what may move has {} pixels, the picture {}",
                movable.len(),
                width * height
            )));
        }
        let (_, _, h, w) = features.dims4()?;
        let stays = movable.iter().map(|m| 1.0 - m.clamp(0.0, 1.0)).collect();
        let stays: Tensor = Tensor::from_vec::<_, f32>(stays, (1, 1, height, width), &self.device)?;
        Ok(match (height / h, width / w) {
            (1, 1) => stays,
            by => stays.avg_pool2d(by)?,
        })
    }

    /// Where the points are.
    pub fn points(&self) -> &[DragPoint] {
        &self.points
    }

    /// Whether all have arrived.
    pub fn arrived(&self) -> bool {
        self.points.iter().all(|point| point.left() <= ARRIVED)
    }

    /// The latents so far.
    ///
    /// # Errors
    /// [`ModelError::Candle`].
    pub fn ws(&self) -> Result<Ws, ModelError> {
        let mut ws = self.rows.as_tensor().to_vec2::<f32>()?;
        for row in &self.fixed {
            ws.extend(row.to_vec2::<f32>()?);
        }
        Ok(ws)
    }

    /// One step of the latents, then the points are looked for.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`], [`ModelError::Candle`].
    pub fn step(&mut self, cancel: &CancelToken) -> Result<(), ModelError> {
        stop(cancel)?;
        let features = self.features(self.rows.as_tensor(), cancel)?;
        if let Some(loss) = self.pull(&features)? {
            self.adam.backward_step(&loss)?;
        }
        stop(cancel)?;
        let features = self.features(&self.rows.as_detached_tensor(), cancel)?;
        self.track(&FeatureMap::new(&features, self.size)?);
        Ok(())
    }

    fn features(&self, rows: &Tensor, cancel: &CancelToken) -> Result<Tensor, ModelError> {
        let mut ws = (0..rows.dim(0)?)
            .map(|layer| rows.narrow(0, layer, 1))
            .collect::<Result<Vec<_>, _>>()?;
        ws.extend(self.fixed.iter().cloned());
        let synthesis = self.generator.synthesis();
        synthesis.features(&ws, &mut NoiseSource::Const, cancel)
    }

    /// Motion supervision: the patch one pixel ahead shall be what the patch is now.
    fn pull(&self, features: &Tensor) -> Result<Option<Tensor>, ModelError> {
        let radius = (PULLED * self.size[0].min(self.size[1])).max(1.0);
        let (mut here, mut ahead) = (Vec::new(), Vec::new());
        for point in self.points.iter().filter(|point| point.left() > ARRIVED) {
            let left = point.left();
            let way = [0, 1].map(|axis| (point.target[axis] - point.at[axis]) / left);
            for [x, y] in disc(radius) {
                let at = [point.at[0] + x, point.at[1] + y];
                here.push(at);
                ahead.push([at[0] + way[0], at[1] + way[1]]);
            }
        }
        if here.is_empty() {
            return Ok(None);
        }
        let now = sampled(&features.detach(), &here, self.size)?;
        let next = sampled(features, &ahead, self.size)?;
        let mut loss = (next - now)?.abs()?.mean_all()?;
        if let Some((first, stays)) = &self.kept {
            let moved = (features - first)?.broadcast_mul(stays)?;
            loss = (loss + (moved.abs()?.mean_all()? * KEEP)?)?;
        }
        Ok(Some(loss))
    }

    /// Point tracking: where the features are most like those that each point had at first.
    fn track(&mut self, map: &FeatureMap) {
        let reach = (SOUGHT * self.size[0].min(self.size[1])).ceil().max(2.0) as i32;
        for (point, known) in self.points.iter_mut().zip(&self.known) {
            let mut best = (f32::INFINITY, point.at);
            for y in -reach..=reach {
                for x in -reach..=reach {
                    let at = [point.at[0] + x as f32, point.at[1] + y as f32];
                    if at[0] < 0.0 || at[1] < 0.0 || at[0] > self.size[0] || at[1] > self.size[1] {
                        continue;
                    }
                    let apart = map.apart(at, known);
                    if apart < best.0 {
                        best = (apart, at);
                    }
                }
            }
            point.at = best.1;
        }
    }
}

fn check_points(points: &[DragPoint], size: [f32; 2]) -> Result<(), ModelError> {
    let inside = |at: [f32; 2]| (0..2).all(|axis| (0.0..=size[axis]).contains(&at[axis]));
    if points.is_empty() {
        return Err(ModelError::BadRequest(
            "there is nothing to drag: give a point and its target".into(),
        ));
    }
    match points.iter().find(|p| !inside(p.at) || !inside(p.target)) {
        None => Ok(()),
        Some(point) => Err(ModelError::BadRequest(format!(
            "the point {},{} to {},{} lies outside the picture, which is {} x {} pixels",
            point.at[0], point.at[1], point.target[0], point.target[1], size[0], size[1]
        ))),
    }
}

/// Whole pixels within `radius`.
fn disc(radius: f32) -> Vec<[f32; 2]> {
    let reach = radius as i32;
    let square = (-reach..=reach).flat_map(|y| (-reach..=reach).map(move |x| [x as f32, y as f32]));
    square.filter(|[x, y]| x.hypot(*y) <= radius).collect()
}

/// The four features around a place, and their shares.
fn corners(at: [f32; 2], size: [f32; 2], [w, h]: [usize; 2]) -> [(usize, f32); 4] {
    // Pixel 0 of either lies half a pixel from the edge.
    let place = |axis: usize, side: usize| {
        let p = (at[axis] * side as f32 / size[axis] - 0.5).clamp(0.0, (side - 1) as f32);
        let first = (p as usize).min(side.saturating_sub(2));
        (first, (first + 1).min(side - 1), p - first as f32)
    };
    let ((left, right, x), (top, bottom, y)) = (place(0, w), place(1, h));
    [
        (top * w + left, (1.0 - x) * (1.0 - y)),
        (top * w + right, x * (1.0 - y)),
        (bottom * w + left, (1.0 - x) * y),
        (bottom * w + right, x * y),
    ]
}

/// Features at places, `[channels, places]`, with their gradient.
fn sampled(features: &Tensor, places: &[[f32; 2]], size: [f32; 2]) -> Result<Tensor, ModelError> {
    let (_, channels, h, w) = features.dims4()?;
    let (mut index, mut shares) = (Vec::new(), Vec::new());
    for at in places {
        for (i, share) in corners(*at, size, [w, h]) {
            index.push(i as u32);
            shares.push(share);
        }
    }
    let shares = Tensor::from_vec(shares, (1, places.len(), 4), features.device())?;
    let index = Tensor::new(index, features.device())?;
    let picked = features
        .reshape((channels, h * w))?
        .index_select(&index, 1)?
        .reshape((channels, places.len(), 4))?;
    Ok(picked.broadcast_mul(&shares)?.sum(2)?)
}

/// Features by place, on the processor.
struct FeatureMap {
    /// Each place's channels together.
    values: Vec<f32>,
    channels: usize,
    sides: [usize; 2],
    size: [f32; 2],
}

impl FeatureMap {
    fn new(features: &Tensor, size: [f32; 2]) -> Result<Self, ModelError> {
        let (_, channels, h, w) = features.dims4()?;
        let places = features.reshape((channels, h * w))?.t()?.contiguous()?;
        Ok(Self {
            values: places.flatten_all()?.to_vec1()?,
            channels,
            sides: [w, h],
            size,
        })
    }

    fn at(&self, at: [f32; 2]) -> Vec<f32> {
        let mut out = vec![0.0; self.channels];
        for (place, share) in corners(at, self.size, self.sides) {
            let from = &self.values[place * self.channels..][..self.channels];
            for (out, v) in out.iter_mut().zip(from) {
                *out += v * share;
            }
        }
        out
    }

    /// Sum of the differences from features.
    fn apart(&self, at: [f32; 2], known: &[f32]) -> f32 {
        let here = self.at(at);
        here.iter().zip(known).map(|(a, b)| (a - b).abs()).sum()
    }
}
