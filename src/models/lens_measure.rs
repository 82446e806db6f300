//! Sliders for an autoencoder that brings none: found on a handful of pictures, named only
//! where other pictures prove the name. A small brother of
//! `training/limner_training/lens_directions.py`, which has more pictures and more time.

use candle_core::{Device, Tensor};

use super::ModelError;
use super::autoencoder::Autoencoder;
use super::encoder::fitted;
use super::lens_directions::{LensDirection, LensDirections};
use super::lens_reach::{self, Change};
use super::pixels::{picture_of, tensor_of};
use crate::cancel::CancelToken;
use crate::latent::attributes::{Attribute, measure};
use crate::latent::linalg::eigen_symmetric;
use crate::picture::Picture;

/// Fewer pictures prove nothing.
pub const FEWEST: usize = 6;
/// Side of what the network looks at, or the next multiple that it takes.
const SIDE: usize = 96;
/// Ways of the latents that are tried; the others hardly occur in pictures.
const MOST_WAYS: usize = 16;
/// Least change by one σ, of an attribute's spread over pictures.
const PROOF: f64 = 0.15;
/// Least share of pictures in which it changes as it should.
const AGREEMENT: f64 = 0.7;

/// Pictures on which a slider's reach is found out.
const REACH_PICTURES: usize = 4;
/// Runs of the network for that at most.
const REACH_STEPS: usize = REACH_PICTURES * (2 * lens_reach::TRIES + 3);

/// What an offset at all places can do; shapes it can't.
const NAMED: [Attribute; 6] = [
    Attribute::Brightness,
    Attribute::Contrast,
    Attribute::Warmth,
    Attribute::Redness,
    Attribute::Saturation,
    Attribute::Detail,
];

/// The numbers of [`NAMED`].
type Seen = [f64; NAMED.len()];

/// Measures sliders on `pictures`: every second one to find them, the others to prove
/// them. `progress` is called with steps done and in all.
///
/// # Errors
/// [`ModelError::BadRequest`] for fewer than [`FEWEST`] pictures; what the network says.
pub fn find(
    net: &dyn Autoencoder,
    model_sha256: &str,
    pictures: &[Picture],
    progress: &mut dyn FnMut(u64, u64),
    stop: &CancelToken,
) -> Result<LensDirections, ModelError> {
    if pictures.len() < FEWEST {
        return Err(ModelError::BadRequest(format!(
            "{FEWEST} pictures are needed to measure sliders, {} are here",
            pictures.len()
        )));
    }
    let mut bench = Bench {
        net,
        stop,
        done: 0,
        total: 0,
        progress,
    };
    let ways = MOST_WAYS.min(net.channels());
    let half = pictures.len().div_ceil(2);
    bench.total =
        (2 * pictures.len() + 2 * ways * half + NAMED.len() * (pictures.len() - half)) as u64;
    // How far each may go is found out on a few.
    bench.total += (NAMED.len() * REACH_STEPS) as u64;
    let grids = pictures
        .iter()
        .map(|picture| bench.encode(picture))
        .collect::<Result<Vec<_>, _>>()?;
    let ways = principal(&grids, ways)?;
    let before = grids
        .iter()
        .map(|grid| bench.seen(grid, None))
        .collect::<Result<Vec<_>, _>>()?;
    let spread = spread(&before);
    let slopes = ways
        .iter()
        .map(|way| bench.slope(&grids, way))
        .collect::<Result<Vec<_>, _>>()?;
    let mut found = Vec::new();
    for (i, attribute) in NAMED.into_iter().enumerate() {
        let step = steepest(&ways, &slopes, i);
        let changes = bench.changes(&grids, &before, &step, i)?;
        let before_reach = bench.done;
        if let Some(strength) = proven(&changes, spread[i]) {
            found.push(LensDirection {
                id: format!("measured.{}", attribute.id()),
                name: attribute.title().to_owned(),
                sort: "measured".to_owned(),
                measured: true,
                strength,
                reach: bench.reach(&grids, &step)?,
                step,
            });
        }
        bench.done = before_reach + REACH_STEPS as u64;
        (bench.progress)(bench.done - 1, bench.total);
    }
    found.sort_by(|a, b| b.strength.total_cmp(&a.strength));
    Ok(LensDirections::measured(
        model_sha256,
        net.channels(),
        found,
    ))
}

/// The network at work, with the count of its runs.
struct Bench<'a> {
    net: &'a dyn Autoencoder,
    stop: &'a CancelToken,
    done: u64,
    total: u64,
    progress: &'a mut dyn FnMut(u64, u64),
}

impl Bench<'_> {
    fn step(&mut self) -> Result<(), ModelError> {
        (self.progress)(self.done, self.total);
        self.done += 1;
        match self.stop.is_cancelled() {
            true => Err(ModelError::Cancelled),
            false => Ok(()),
        }
    }

    /// The latents of a picture's middle.
    fn encode(&mut self, picture: &Picture) -> Result<Tensor, ModelError> {
        self.step()?;
        let side = SIDE.next_multiple_of(self.net.factor().max(1));
        let picture = fitted(&tensor_of(picture, &Device::Cpu)?, [side, side])?;
        let picture = picture.to_device(self.net.device())?.clamp(0.0, 1.0)?;
        self.net.encode(&picture, self.stop)
    }

    /// What is seen in the picture of latents, moved by `step` at all places.
    fn seen(&mut self, grid: &Tensor, step: Option<&[f32]>) -> Result<Seen, ModelError> {
        self.step()?;
        let grid = match step {
            Some(step) => {
                let step = Tensor::from_slice(step, (1, step.len(), 1, 1), grid.device())?;
                grid.broadcast_add(&step)?
            }
            None => grid.clone(),
        };
        let made = self.net.decode(&grid, self.stop)?.clamp(0.0, 1.0)?;
        let all = measure(&picture_of(&made.to_device(&Device::Cpu)?)?);
        let of = |wanted| all.iter().find(|(a, _)| *a == wanted).map_or(0.0, |f| f.1);
        Ok(NAMED.map(of))
    }

    /// A picture of latents, moved by so many of a step at all places.
    fn decode(&mut self, grid: &Tensor, step: &[f32], sigma: f32) -> Result<Picture, ModelError> {
        self.step()?;
        let step: Vec<f32> = step.iter().map(|v| sigma * v).collect();
        let step = Tensor::from_slice(&step, (1, step.len(), 1, 1), grid.device())?;
        let grid = grid.broadcast_add(&step)?;
        let made = self.net.decode(&grid, self.stop)?.clamp(0.0, 1.0)?;
        picture_of(&made.to_device(&Device::Cpu)?)
    }

    /// How many σ a unit of the slider is.
    fn reach(&mut self, grids: &[Tensor], step: &[f32]) -> Result<f32, ModelError> {
        let few = &grids[..grids.len().min(REACH_PICTURES)];
        let still = few
            .iter()
            .map(|grid| self.decode(grid, step, 0.0))
            .collect::<Result<Vec<_>, _>>()?;
        lens_reach::reach(|sigma| {
            let changes = few
                .iter()
                .zip(&still)
                .map(|(grid, still)| {
                    let moved = self.decode(grid, step, sigma)?;
                    Ok(Change::between(still, &moved, self.net.factor()))
                })
                .collect::<Result<Vec<_>, ModelError>>()?;
            Ok(Change::mean(&changes))
        })
    }

    /// How attributes answer to one σ of a way, both ways, on the pictures to find with.
    fn slope(&mut self, grids: &[Tensor], way: &[f32]) -> Result<Seen, ModelError> {
        let back: Vec<f32> = way.iter().map(|v| -v).collect();
        let mut sum = [0.0; NAMED.len()];
        for grid in grids.iter().step_by(2) {
            let (more, less) = (self.seen(grid, Some(way))?, self.seen(grid, Some(&back))?);
            for (sum, (more, less)) in sum.iter_mut().zip(more.into_iter().zip(less)) {
                *sum += more - less;
            }
        }
        Ok(sum)
    }

    /// What a step changes of an attribute in each of the pictures to prove with.
    fn changes(
        &mut self,
        grids: &[Tensor],
        before: &[Seen],
        step: &[f32],
        attribute: usize,
    ) -> Result<Vec<f64>, ModelError> {
        let others = grids.iter().zip(before).skip(1).step_by(2);
        others
            .map(|(grid, before)| Ok(self.seen(grid, Some(step))?[attribute] - before[attribute]))
            .collect()
    }
}

/// One σ along each principal component of the latents of all places, largest first.
fn principal(grids: &[Tensor], most: usize) -> Result<Vec<Vec<f32>>, ModelError> {
    let mut planes: Vec<Vec<f64>> = Vec::new();
    for grid in grids {
        let rows = grid.to_device(&Device::Cpu)?.get(0)?.flatten_from(1)?;
        for (channel, row) in rows.to_vec2::<f32>()?.into_iter().enumerate() {
            if planes.len() <= channel {
                planes.push(Vec::new());
            }
            planes[channel].extend(row.into_iter().map(f64::from));
        }
    }
    let count = planes.first().map_or(1, Vec::len).max(1) as f64;
    for plane in &mut planes {
        let middle = plane.iter().sum::<f64>() / count;
        plane.iter_mut().for_each(|v| *v -= middle);
    }
    let n = planes.len();
    let covariance: Vec<f64> = (0..n * n)
        .map(|at| {
            let pairs = planes[at / n].iter().zip(&planes[at % n]);
            pairs.map(|(a, b)| a * b).sum::<f64>() / count
        })
        .collect();
    let (values, ways) = eigen_symmetric(&covariance, n);
    let scaled = |(value, way): (&f64, &Vec<f64>)| {
        let sigma = value.max(0.0).sqrt();
        way.iter().map(|v| (v * sigma) as f32).collect()
    };
    Ok(values.iter().zip(&ways).take(most).map(scaled).collect())
}

/// The step of one σ by which an attribute rises fastest.
fn steepest(ways: &[Vec<f32>], slopes: &[Seen], attribute: usize) -> Vec<f32> {
    let length = slopes
        .iter()
        .map(|s| s[attribute].powi(2))
        .sum::<f64>()
        .sqrt();
    let mut step = vec![0.0; ways.first().map_or(0, Vec::len)];
    for (way, slope) in ways.iter().zip(slopes) {
        let share = (slope[attribute] / length.max(1e-9)) as f32;
        for (to, v) in step.iter_mut().zip(way) {
            *to += share * v;
        }
    }
    step
}

/// Standard deviations over pictures.
fn spread(all: &[Seen]) -> Seen {
    let count = all.len().max(1) as f64;
    std::array::from_fn(|i| {
        let middle = all.iter().map(|s| s[i]).sum::<f64>() / count;
        let sum = all.iter().map(|s| (s[i] - middle).powi(2)).sum::<f64>();
        (sum / count).sqrt()
    })
}

/// How strong a slider is, if the pictures prove it.
fn proven(changes: &[f64], spread: f64) -> Option<f32> {
    let count = changes.len().max(1) as f64;
    let mean = changes.iter().sum::<f64>() / count;
    let agree = changes.iter().filter(|c| **c > 0.0).count() as f64 / count;
    let enough = spread > 0.0 && mean >= PROOF * spread && agree >= AGREEMENT;
    enough.then(|| (mean / spread).min(1.0) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An "autoencoder" whose latents are the halved picture's red, green and blue, and
    /// whose pictures may not care.
    struct Colours {
        deaf: bool,
    }

    impl Autoencoder for Colours {
        fn factor(&self) -> usize {
            2
        }

        fn channels(&self) -> usize {
            3
        }

        fn device(&self) -> &Device {
            &Device::Cpu
        }

        fn encode(&self, picture: &Tensor, _: &CancelToken) -> Result<Tensor, ModelError> {
            Ok(picture.avg_pool2d(2)?)
        }

        fn decode(&self, grid: &Tensor, _: &CancelToken) -> Result<Tensor, ModelError> {
            let (_, _, h, w) = grid.dims4()?;
            let grid = if self.deaf {
                grid.zeros_like()?
            } else {
                grid.clone()
            };
            Ok(grid.upsample_nearest2d(2 * h, 2 * w)?)
        }
    }

    const HEARS: Colours = Colours { deaf: false };

    fn pictures(count: u32) -> Vec<Picture> {
        let one = |i: u32| {
            let pixel = |at: u32| {
                let (x, y) = (at % 50, at / 50);
                let wave = |f: u32| (90 + (x * f + y * (i + 1) * 3 + i * 17) % 70) as u8;
                [wave(2), wave(3 + i % 3), wave(1), 255]
            };
            let pixels = (0..50 * 40).flat_map(pixel).collect();
            Picture::from_rgba(50, 40, pixels).unwrap()
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn names_are_kept_where_they_are_true() {
        let mut last = (0, 0);
        let never = CancelToken::new();
        let mut told = |done, total| last = (done, total);
        let found = find(&HEARS, "00", &pictures(8), &mut told, &never).unwrap();
        assert_eq!(last.0 + 1, last.1, "as many steps as were told");
        let infos = found.infos();
        let ids: Vec<&str> = infos.iter().map(|d| d.id.as_str()).collect();
        for id in ["measured.brightness", "measured.warmth", "measured.redness"] {
            assert!(ids.contains(&id), "{ids:?}");
        }
        let deaf = Colours { deaf: true };
        let none = find(&deaf, "00", &pictures(8), &mut |_, _| {}, &never).unwrap();
        assert!(none.infos().is_empty(), "{none:?}");
        let brighter = found.offset(&[crate::recipe::DirectionEdit {
            direction: "measured.brightness".into(),
            sigma: 1.0,
            layers: None,
        }]);
        let brighter = brighter.unwrap();
        assert!(brighter.iter().sum::<f32>() > 0.02, "{brighter:?}");
    }

    #[test]
    fn few_pictures_and_a_stop_are_told() {
        let run = |count, stop: &CancelToken| {
            find(&HEARS, "00", &pictures(count), &mut |_, _| {}, stop).unwrap_err()
        };
        let never = CancelToken::new();
        assert!(matches!(run(5, &never), ModelError::BadRequest(_)));
        let stop = CancelToken::new();
        stop.cancel();
        assert!(matches!(run(8, &stop), ModelError::Cancelled));
    }
}
