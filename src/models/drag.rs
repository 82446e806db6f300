//! Dragging points of a generated picture towards targets (Pan et al. 2023, "Drag Your GAN:
//! Interactive Point-based Manipulation on the Generative Image Manifold"): motion supervision
//! and point tracking on the features of a generator.

use candle_core::{Tensor, Var};
use candle_nn::optim::{AdamW, Optimizer, ParamsAdamW};

use super::ModelError;
use super::differentiable::{Draggable, Features, Setting};
use super::error::stop;
use super::pixels::picture_of_signed;
use crate::cancel::CancelToken;
use crate::latent::Ws;
use crate::picture::Picture;

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
    generator: &'a dyn Draggable,
    setting: Setting,
    /// Rows that may change, `[rows, w_dim]`; the finer layers stay.
    rows: Var,
    fixed: Vec<Tensor>,
    adam: AdamW,
    points: Vec<DragPoint>,
    /// The features that each point had at first.
    known: Vec<Vec<f32>>,
    /// Of `rows` as they are now, with gradients.
    features: Features,
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
        generator: &'a dyn Draggable,
        ws: &Ws,
        setting: Setting,
        points: &[DragPoint],
        movable: Option<&[f32]>,
        cancel: &CancelToken,
    ) -> Result<Self, ModelError> {
        let spec = generator.spec();
        crate::latent::check(ws, spec.num_ws, spec.w_dim)?;
        let size = spec.size.map(|side| side as f32);
        check_points(points, size)?;
        check_mask(movable, spec.size)?;
        // Coarse layers decide where things are; the finer half is colour and surface.
        let count = (spec.num_ws / 2).max(1);
        let shape = (ws.len(), spec.w_dim);
        let all = Tensor::from_vec(ws.concat(), shape, generator.device())?;
        let rows = Var::from_tensor(&all.narrow(0, 0, count)?)?;
        let fixed = (count..ws.len())
            .map(|layer| all.narrow(0, layer, 1))
            .collect::<Result<Vec<_>, _>>()?;
        let adam = AdamW::new(
            vec![rows.clone()],
            ParamsAdamW {
                lr: RATE,
                weight_decay: 0.0,
                ..ParamsAdamW::default()
            },
        )?;
        let features =
            generator.features_of(&layers(rows.as_tensor(), &fixed)?, &setting, cancel)?;
        let map = FeatureMap::new(&features, size)?;
        let known = points.iter().map(|p| map.at(p.at)).collect();
        let kept = match movable {
            Some(movable) => {
                let first = features.map.detach();
                let stays = stays(movable, spec.size, &map.plan, &first)?;
                Some((first, stays))
            }
            None => None,
        };
        Ok(Self {
            generator,
            setting,
            rows,
            fixed,
            adam,
            points: points.to_vec(),
            known,
            features,
            kept,
            size,
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

    /// What they look like; quicker than the whole network.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`], [`ModelError::Candle`].
    pub fn picture(&self, cancel: &CancelToken) -> Result<Picture, ModelError> {
        let ws = layers(&self.rows.as_detached_tensor(), &self.fixed)?;
        let picture = self.generator.picture_from(&self.features, &ws, cancel)?;
        picture_of_signed(&picture)
    }

    /// One step of the latents, then the points are looked for. The features in which they are
    /// found are those that the next step starts from: one pass forward and one back a step.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`], [`ModelError::Candle`].
    pub fn step(&mut self, cancel: &CancelToken) -> Result<(), ModelError> {
        stop(cancel)?;
        let Some(loss) = self.pull()? else {
            return Ok(());
        };
        self.adam.backward_step(&loss)?;
        stop(cancel)?;
        let ws = layers(self.rows.as_tensor(), &self.fixed)?;
        self.features = self.generator.features_of(&ws, &self.setting, cancel)?;
        let map = FeatureMap::new(&self.features, self.size)?;
        self.track(&map);
        Ok(())
    }

    /// Motion supervision: the patch one pixel ahead shall be what the patch is now.
    fn pull(&self) -> Result<Option<Tensor>, ModelError> {
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
        let features = &self.features.map;
        let plan = Plan::new(&self.features, self.size)?;
        let now = sampled(&features.detach(), &here, &plan)?;
        let next = sampled(features, &ahead, &plan)?;
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
        let size = self.size;
        for (point, known) in self.points.iter_mut().zip(&self.known) {
            let offsets = (-reach..=reach).flat_map(|y| (-reach..=reach).map(move |x| [x, y]));
            let places: Vec<[f32; 2]> = offsets
                .map(|[x, y]| [point.at[0] + x as f32, point.at[1] + y as f32])
                .filter(|at| (0..2).all(|axis| (0.0..=size[axis]).contains(&at[axis])))
                .collect();
            let apart = map.apart(&places, known);
            let nearest = apart.iter().zip(&places).min_by(|a, b| a.0.total_cmp(b.0));
            point.at = nearest.map_or(point.at, |(_, at)| *at);
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

/// One row for each layer.
fn layers(rows: &Tensor, fixed: &[Tensor]) -> Result<Vec<Tensor>, ModelError> {
    let mut ws = (0..rows.dim(0)?)
        .map(|layer| rows.narrow(0, layer, 1))
        .collect::<Result<Vec<_>, _>>()?;
    ws.extend(fixed.iter().cloned());
    Ok(ws)
}

fn check_mask(movable: Option<&[f32]>, [width, height]: [u32; 2]) -> Result<(), ModelError> {
    let pixels = width as usize * height as usize;
    match movable {
        Some(movable) if movable.len() != pixels => Err(ModelError::BadRequest(format!(
            "the mask of what may move has {} pixels, the picture {pixels}",
            movable.len()
        ))),
        _ => Ok(()),
    }
}

/// Where features of `first` must stay: 1 less the mean of `movable` around each of them. What
/// lies beyond the picture's edges may move.
fn stays(
    movable: &[f32],
    [width, height]: [u32; 2],
    plan: &Plan,
    first: &Tensor,
) -> Result<Tensor, ModelError> {
    let [w, h] = plan.sides;
    let within = |axis: usize, i: usize, pixels: u32| {
        let (from, to) = (plan.pixel(axis, i as f32), plan.pixel(axis, i as f32 + 1.0));
        // A pixel belongs to the feature in which its middle lies; each has the nearest at least.
        let least = ((from - 0.5).ceil()).clamp(0.0, pixels as f32) as usize;
        let most = ((to - 0.5).ceil()).clamp(0.0, pixels as f32) as usize;
        let middle = (((from + to) / 2.0) as usize).min(pixels as usize - 1);
        match from < 0.0 || to > pixels as f32 {
            true => 0..0,
            false if least < most => least..most,
            false => middle..middle + 1,
        }
    };
    let mut values = Vec::with_capacity(w * h);
    for y in 0..h {
        let rows = within(1, y, height);
        for x in 0..w {
            let columns = within(0, x, width);
            let count = rows.len() * columns.len();
            let sum: f32 = rows
                .clone()
                .flat_map(|y| &movable[y * width as usize..][columns.clone()])
                .map(|m| 1.0 - m.clamp(0.0, 1.0))
                .sum();
            values.push(if count > 0 { sum / count as f32 } else { 0.0 });
        }
    }
    Ok(Tensor::from_vec(values, (1, 1, h, w), first.device())?)
}

/// Where the features of a picture's places lie.
#[derive(Debug, Clone, Copy)]
struct Plan {
    /// Width and height of the map.
    sides: [usize; 2],
    /// Features for each pixel.
    scale: [f32; 2],
    /// Of the picture.
    size: [f32; 2],
}

impl Plan {
    fn new(features: &Features, size: [f32; 2]) -> Result<Self, ModelError> {
        let (_, _, h, w) = features.map.dims4()?;
        Ok(Self {
            sides: [w, h],
            scale: [0, 1].map(|axis| features.rate[axis] / size[axis]),
            size,
        })
    }

    /// The edge of the `i`-th feature, in pixels: the middles of map and picture are one.
    fn pixel(&self, axis: usize, i: f32) -> f32 {
        (i - self.sides[axis] as f32 / 2.0) / self.scale[axis] + self.size[axis] / 2.0
    }

    /// The four features around a place, and their shares.
    fn corners(&self, at: [f32; 2]) -> [(usize, f32); 4] {
        let place = |axis: usize| {
            let side = self.sides[axis];
            let p = (at[axis] - self.size[axis] / 2.0) * self.scale[axis] + side as f32 / 2.0;
            // Feature 0 lies half a feature from the edge.
            let p = (p - 0.5).clamp(0.0, (side - 1) as f32);
            let first = (p as usize).min(side.saturating_sub(2));
            (first, (first + 1).min(side - 1), p - first as f32)
        };
        let ((left, right, x), (top, bottom, y)) = (place(0), place(1));
        let w = self.sides[0];
        [
            (top * w + left, (1.0 - x) * (1.0 - y)),
            (top * w + right, x * (1.0 - y)),
            (bottom * w + left, (1.0 - x) * y),
            (bottom * w + right, x * y),
        ]
    }
}

/// Features at places, `[channels, places]`, with their gradient.
fn sampled(features: &Tensor, places: &[[f32; 2]], plan: &Plan) -> Result<Tensor, ModelError> {
    let (_, channels, h, w) = features.dims4()?;
    let (mut index, mut shares) = (Vec::new(), Vec::new());
    for at in places {
        for (i, share) in plan.corners(*at) {
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

/// Features on the processor.
struct FeatureMap {
    /// Channel after channel.
    values: Vec<f32>,
    plan: Plan,
}

impl FeatureMap {
    fn new(features: &Features, size: [f32; 2]) -> Result<Self, ModelError> {
        Ok(Self {
            values: features.map.detach().flatten_all()?.to_vec1()?,
            plan: Plan::new(features, size)?,
        })
    }

    fn channels(&self) -> std::slice::ChunksExact<'_, f32> {
        let [w, h] = self.plan.sides;
        self.values.chunks_exact((w * h).max(1))
    }

    fn at(&self, at: [f32; 2]) -> Vec<f32> {
        let corners = self.plan.corners(at);
        self.channels().map(|map| mixed(map, &corners)).collect()
    }

    /// For each place the sum of the differences from features.
    fn apart(&self, places: &[[f32; 2]], known: &[f32]) -> Vec<f32> {
        let corners: Vec<_> = places.iter().map(|at| self.plan.corners(*at)).collect();
        let mut apart = vec![0.0; places.len()];
        for (map, known) in self.channels().zip(known) {
            for (apart, corners) in apart.iter_mut().zip(&corners) {
                *apart += (mixed(map, corners) - known).abs();
            }
        }
        apart
    }
}

/// One channel between four places.
fn mixed(map: &[f32], corners: &[(usize, f32); 4]) -> f32 {
    corners
        .iter()
        .map(|(place, share)| map[*place] * share)
        .sum()
}
