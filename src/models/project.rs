//! Projection: the latent of a generator that comes closest to a photo, by gradient
//! descent on `w`, first one for all layers, then one for each (StyleGAN2, Karras et
//! al. 2020, section 5; Image2StyleGAN, Abdal et al. 2019). Networks without `w` are
//! searched by their `z`, from the nearest of some seeds.

use candle_core::{Tensor, Var};
use candle_nn::optim::{AdamW, Optimizer, ParamsAdamW};

use super::differentiable::{Differentiable, Setting};
use super::encoder::{Encoder, fitted};
use super::likeness::likeness;
use super::pixels::{alpha_of, picture_of_signed, tensor_of};
use super::{Generator, ModelError};
use crate::cancel::CancelToken;
use crate::latent::Ws;
use crate::picture::Picture;
use crate::recipe::NoiseMode;

/// Halvings at which pictures are compared.
const LEVELS: usize = 4;
/// Share of the steps in which all layers move together.
const TOGETHER: f64 = 0.5;
/// First step size, in units of `w`.
const RATE: f64 = 0.08;
/// From here on a value is white, below its negative black.
const LAST: f32 = 1.0 - 1.0 / 255.0;
/// Weight of staying near the average.
const STAY: f64 = 2e-3;

/// How a projection ended.
#[derive(Debug, Clone)]
pub struct Projection {
    /// One `w` per layer.
    pub ws: Ws,
    /// What they look like.
    pub picture: Picture,
    /// 0..=1, 1 the same picture, see [`likeness`].
    pub likeness: f32,
}

/// Where the search begins.
#[derive(Clone, Copy, Default)]
pub struct Start<'a> {
    /// Its guess is the start, if there is one.
    pub encoder: Option<&'a Encoder>,
    /// Else it is the average of this class, for networks with classes; without one, that of the
    /// first or of all.
    pub class: Option<u32>,
}

/// Called before each step: steps done, and the picture so far.
pub type OnStep<'a> =
    dyn FnMut(u32, &dyn Fn() -> Result<Picture, ModelError>) -> Result<(), ModelError> + 'a;

/// Fits a latent to the middle of a photo. The start is the encoder's guess where
/// there is an encoder, else the nearest of [`Differentiable::starts`]. An error of `on_step` ends
/// the work.
///
/// # Errors
/// [`ModelError::Cancelled`]; [`ModelError::BadRequest`] if the encoder belongs to
/// another generator; [`ModelError::Candle`].
pub fn project(
    generator: &dyn Differentiable,
    start: Start<'_>,
    picture: &Picture,
    steps: u32,
    on_step: &mut OnStep<'_>,
    cancel: &CancelToken,
) -> Result<Projection, ModelError> {
    let spec = generator.spec();
    let [width, height] = spec.size.map(|side| side as usize);
    let device = generator.device();
    let photo = Tensor::cat(
        &[tensor_of(picture, device)?, alpha_of(picture, device)?],
        1,
    )?;
    let target = fitted(&photo, [height, width])?;
    let target = Pyramid::new(&((target * 2.0)? - 1.0)?)?;
    let starts = match start.encoder {
        Some(encoder) if encoder.w_dim() == spec.w_dim => vec![encoder.encode(picture)?],
        Some(_) => {
            return Err(ModelError::BadRequest(
                "this encoder belongs to another generator".into(),
            ));
        }
        None => generator.starts(start.class)?,
    };
    let average = Generator::w_avg_of(generator, start.class);
    let average = Tensor::from_slice(average, (1, spec.w_dim), device)?;
    let mut search = Search {
        generator,
        target,
        average,
        num_ws: spec.num_ws,
        cancel,
    };
    let shared = search.nearest(starts)?;
    let first = (f64::from(steps) * TOGETHER) as u32;
    let shared = search.descend(&shared, 0..first, steps, on_step)?;
    let each = shared.repeat((spec.num_ws, 1))?;
    let each = search.descend(&each, first..steps, steps, on_step)?;
    let ws = generator.settled(each.to_vec2::<f32>()?);
    let found = generator.synthesize(&ws, NoiseMode::Fixed, None, cancel)?;
    let wanted = picture_of_signed(&search.target.levels[0])?;
    Ok(Projection {
        likeness: likeness(&found, &wanted),
        ws,
        picture: found,
    })
}

struct Search<'a> {
    generator: &'a dyn Differentiable,
    target: Pyramid,
    average: Tensor,
    num_ws: usize,
    cancel: &'a CancelToken,
}

impl Search<'_> {
    /// Picture of rows: one for all layers, or one each.
    fn picture(&self, rows: &Tensor) -> Result<Tensor, ModelError> {
        let count = rows.dim(0)?;
        let ws = (0..self.num_ws)
            .map(|layer| rows.narrow(0, layer.min(count - 1), 1))
            .collect::<Result<Vec<_>, _>>()?;
        self.generator
            .picture_of(&ws, &Setting::default(), self.cancel)
    }

    /// The row whose picture is nearest.
    fn nearest(&self, rows: Vec<Vec<f32>>) -> Result<Tensor, ModelError> {
        let device = self.generator.device();
        let rows = rows.into_iter().map(|row| {
            let length = row.len();
            Tensor::from_vec(row, (1, length), device)
        });
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        if let [only] = &rows[..] {
            return Ok(only.clone());
        }
        let mut best: Option<(f32, Tensor)> = None;
        for row in rows {
            let unlike = self.target.distance(&self.picture(&row)?)?;
            let unlike = unlike.to_scalar::<f32>()?;
            if best.as_ref().is_none_or(|(least, _)| unlike < *least) {
                best = Some((unlike, row));
            }
        }
        best.map(|(_, row)| row)
            .ok_or_else(|| ModelError::BadRequest("there is no latent to begin with".into()))
    }

    /// Gradient descent from `start`; the best point seen.
    fn descend(
        &mut self,
        start: &Tensor,
        steps: std::ops::Range<u32>,
        total: u32,
        on_step: &mut OnStep<'_>,
    ) -> Result<Tensor, ModelError> {
        if steps.is_empty() {
            return Ok(start.clone());
        }
        let rows = Var::from_tensor(start)?;
        let mut adam = AdamW::new(
            vec![rows.clone()],
            ParamsAdamW {
                lr: RATE,
                beta1: 0.9,
                beta2: 0.99,
                weight_decay: 0.0,
                ..ParamsAdamW::default()
            },
        )?;
        let mut best = (f32::INFINITY, start.clone());
        for step in steps {
            if self.cancel.is_cancelled() {
                return Err(ModelError::Cancelled);
            }
            let look = || picture_of_signed(&self.picture(&rows.as_tensor().detach())?);
            on_step(step, &look)?;
            let left = 1.0 - f64::from(step) / f64::from(total);
            adam.set_learning_rate(RATE * (left * 3.0).min(1.0));
            let picture = self.picture(rows.as_tensor())?;
            let far = rows
                .as_tensor()
                .broadcast_sub(&self.average)?
                .sqr()?
                .mean_all()?;
            let unlike = self.target.distance(&picture)?;
            let loss = (&unlike + (far * STAY)?)?;
            let value = loss.to_scalar::<f32>()?;
            if value < best.0 {
                best = (value, rows.as_tensor().detach().copy()?);
            }
            adam.backward_step(&loss)?;
        }
        Ok(best.1)
    }
}

/// A picture and its halvings, `[1, channels, h, w]`; the photo's have alpha, too.
struct Pyramid {
    levels: Vec<Tensor>,
}

impl Pyramid {
    fn new(picture: &Tensor) -> Result<Self, ModelError> {
        let mut levels = vec![picture.clone()];
        while levels.len() < LEVELS {
            let Some(last) = levels.last() else { break };
            let (_, _, height, width) = last.dims4()?;
            if height % 2 != 0 || width % 2 != 0 {
                break;
            }
            levels.push(last.avg_pool2d(2)?);
        }
        Ok(Self { levels })
    }

    /// Mean difference of the levels, and of the slopes of the finest.
    fn distance(&self, picture: &Tensor) -> Result<Tensor, ModelError> {
        let channels = picture.dim(1)?;
        let other = match channels {
            1 => picture.repeat((1, 3, 1, 1))?,
            _ => picture.clone(),
        };
        let wanted = |level: &Tensor| level.narrow(1, 0, channels.max(3));
        let other = Self::new(&seen(&other, &wanted(&self.levels[0])?)?)?;
        let mut sum = Tensor::zeros((), picture.dtype(), picture.device())?;
        for (a, b) in self.levels.iter().zip(&other.levels) {
            sum = (sum + soft_mean(&(b - wanted(a)?)?)?)?;
        }
        if let (Some(a), Some(b)) = (self.levels.get(1), other.levels.get(1)) {
            let difference = (b - wanted(a)?)?;
            for dim in [2, 3] {
                let length = difference.dim(dim)?;
                let step = (difference.narrow(dim, 1, length - 1)?
                    - difference.narrow(dim, 0, length - 1)?)?;
                sum = (sum + soft_mean(&step)?)?;
            }
        }
        Ok(sum)
    }
}

/// The picture without what nobody sees: beyond white where white is wanted, and beyond black.
fn seen(picture: &Tensor, wanted: &Tensor) -> Result<Tensor, ModelError> {
    let white = wanted.ge(LAST)?.to_dtype(picture.dtype())?;
    let black = wanted.le(-LAST)?.to_dtype(picture.dtype())?;
    let over = ((picture - 1.0)?.relu()? * white)?;
    let under = ((picture + 1.0)?.neg()?.relu()? * black)?;
    Ok(((picture - over)? + under)?)
}

/// Mean of |x|, rounded at zero so that it has a slope everywhere.
fn soft_mean(x: &Tensor) -> Result<Tensor, ModelError> {
    Ok((x.sqr()? + 1e-4)?.sqrt()?.mean_all()?)
}
