//! Finding a generator's directions: principal directions of `w`, and directions
//! named after the attribute that they were shown to raise.

use super::attributes::{Attribute, measure, small_copy};
use super::directions::{DIRECTIONS_VERSION, Direction, DirectionSet};
use super::landscape::is_landscape;
use super::linalg::dot;
use super::regress::Regression;
use super::response::responses;
use super::stats::{LatentStats, sample_w};
use super::{LatentError, Mapping, Ws, truncate};
use crate::cancel::CancelToken;
use crate::picture::Picture;
use crate::recipe::LayerRange;

/// How much to look at. The defaults take some hundred small pictures.
#[derive(Debug, Clone, PartialEq)]
pub struct DiscoveryPlan {
    /// Latents for the statistics.
    pub latents: usize,
    /// Principal directions that are kept for whitening.
    pub kept: usize,
    /// Principal directions that become sliders.
    pub sliders: usize,
    /// Pictures that are measured; a fifth of them test the regression.
    pub pictures: usize,
    /// Pictures on which a named direction must prove itself.
    pub proofs: usize,
    /// Truncation ψ of the pictures.
    pub psi: f32,
    /// Least R² of a named direction.
    pub least_r2: f64,
    /// Of everything random.
    pub seed: u64,
}

impl Default for DiscoveryPlan {
    fn default() -> Self {
        Self {
            latents: 8_192,
            kept: 64,
            sliders: 16,
            pictures: 500,
            proofs: 10,
            psi: 0.8,
            least_r2: 0.2,
            seed: 1,
        }
    }
}

/// Renders style vectors as a small picture.
pub type Render<'a> = dyn FnMut(&[Vec<f32>]) -> Result<Picture, LatentError> + 'a;

/// What discovery calls.
pub struct DiscoveryCallbacks<'a> {
    /// Renders style vectors as a small picture.
    pub render: &'a mut Render<'a>,
    /// Called after each picture: done, in all.
    pub progress: &'a mut dyn FnMut(u64, u64),
    /// Asked between pictures.
    pub cancel: &'a CancelToken,
}

/// Finds directions.
///
/// # Errors
/// [`LatentError::Cancelled`]; errors of the network.
pub fn discover(
    mapping: &(impl Mapping + ?Sized),
    model_sha256: &str,
    plan: &DiscoveryPlan,
    callbacks: &mut DiscoveryCallbacks<'_>,
) -> Result<DirectionSet, LatentError> {
    let mut pause = || {
        (callbacks.progress)(0, 1);
        match callbacks.cancel.is_cancelled() {
            true => Err(LatentError::Cancelled),
            false => Ok(()),
        }
    };
    let (count, kept, seed) = (plan.latents, plan.kept, plan.seed);
    let stats = LatentStats::measure_in_parts(mapping, count, kept, seed, &mut pause)?;
    let mut finder = Finder {
        stats: &stats,
        plan,
        callbacks,
        num_ws: mapping.num_ws(),
        done: 0,
        total: 0,
        whitened: Vec::new(),
        copies: Vec::new(),
    };
    finder.total = finder.estimate();
    let mut directions = finder.measured(mapping)?;
    directions.extend(finder.unsupervised(mapping)?);
    (finder.callbacks.progress)(finder.total, finder.total);
    Ok(DirectionSet {
        version: DIRECTIONS_VERSION,
        model_sha256: model_sha256.to_owned(),
        stats,
        directions,
    })
}

struct Finder<'a, 'b> {
    stats: &'a LatentStats,
    plan: &'a DiscoveryPlan,
    callbacks: &'a mut DiscoveryCallbacks<'b>,
    num_ws: usize,
    done: u64,
    total: u64,
    /// Latents of the pictures looked at, and small copies of those.
    whitened: Vec<Vec<f64>>,
    copies: Vec<Vec<f32>>,
}

/// Parts into which the layers are cut to see where a direction acts.
const PARTS: usize = 3;
/// Pictures on which an unsupervised direction is looked at.
const LOOKS: usize = 3;
/// Share of a generator's pictures that must look like landscapes to make it one of
/// landscapes.
const LANDSCAPES: f64 = 0.5;
/// Longer side of the copies in which pictures are compared.
const COPY: usize = 16;
/// Latents whose widest direction is less than this times wider than the last
/// slider's have no main directions of their own.
const ALIKE: f32 = 1.3;

impl Finder<'_, '_> {
    fn estimate(&self) -> u64 {
        use strum::EnumCount;
        let looks = self.plan.proofs + PARTS * self.plan.proofs.div_ceil(2);
        let named = Attribute::COUNT * looks + self.plan.proofs;
        let sliders = self.plan.sliders.min(self.stats.std.len());
        (self.plan.pictures + named + LOOKS * (1 + sliders * PARTS)) as u64
    }

    fn look(&mut self, ws: &[Vec<f32>]) -> Result<Picture, LatentError> {
        if self.callbacks.cancel.is_cancelled() {
            return Err(LatentError::Cancelled);
        }
        let picture = (self.callbacks.render)(ws)?;
        self.done = (self.done + 1).min(self.total);
        (self.callbacks.progress)(self.done, self.total);
        Ok(picture)
    }

    /// `count` truncated latents that no one has seen yet.
    fn fresh(
        &self,
        mapping: &(impl Mapping + ?Sized),
        count: usize,
        salt: u64,
    ) -> Result<Vec<Vec<f32>>, LatentError> {
        let mut w = sample_w(mapping, count, self.plan.seed.wrapping_add(salt))?;
        truncate(&mut w, mapping.w_avg(), self.plan.psi);
        Ok(w)
    }

    /// Directions named after attributes, strongest first.
    fn measured(
        &mut self,
        mapping: &(impl Mapping + ?Sized),
    ) -> Result<Vec<Direction>, LatentError> {
        let ws = self.fresh(mapping, self.plan.pictures, 1000)?;
        let mut xs = Vec::with_capacity(ws.len());
        let mut seen = Vec::with_capacity(ws.len());
        let mut landscapes = 0;
        for w in &ws {
            let picture = self.look(&vec![w.clone(); self.num_ws])?;
            xs.push(self.stats.whiten(w));
            seen.push(measure(&picture));
            landscapes += usize::from(is_landscape(&picture));
            self.copies.push(small_copy(&picture, COPY));
        }
        self.whitened.clone_from(&xs);
        let proofs = self.fresh(mapping, self.plan.proofs, 2000)?;
        let mut before = Vec::with_capacity(proofs.len());
        for w in &proofs {
            before.push(measure(&self.look(&vec![w.clone(); self.num_ws])?));
        }
        let attributes = seen.first().map_or(0, Vec::len);
        let mut found = Vec::new();
        // A horizon is sought in landscapes only: other pictures have none to move.
        let of_land = landscapes as f64 >= LANDSCAPES * ws.len() as f64;
        for index in 0..attributes {
            if seen[0][index].0.of_landscapes() && !of_land {
                continue;
            }
            let ys: Vec<f64> = seen.iter().map(|row| row[index].1).collect();
            let Some((slope, r2)) = self.regress(&xs, &ys) else {
                continue;
            };
            let spread = deviation(&ys);
            let attribute = seen[0][index].0;
            let values: Vec<f64> = before.iter().map(|row| row[index].1).collect();
            let trial = Trial {
                index,
                step: self.stats.offset(&slope),
                proofs: &proofs,
                before: &values,
                spread,
            };
            if let Some(layers) = self.prove(&trial)? {
                found.push(Direction {
                    id: format!("measured.{}", attribute.id()),
                    name: attribute.title().to_owned(),
                    strength: r2 as f32,
                    measured: true,
                    layers,
                    step: trial.step,
                });
            }
        }
        found.sort_by(|a, b| b.strength.total_cmp(&a.strength));
        Ok(found)
    }

    /// Unit slope in whitened coordinates and R² on the last fifth; `None` if the
    /// attribute can't be told from the latent.
    fn regress(&self, xs: &[Vec<f64>], ys: &[f64]) -> Option<(Vec<f64>, f64)> {
        let cut = xs.len() * 4 / 5;
        let best = [3.0, 10.0, 30.0, 100.0, 300.0]
            .into_iter()
            .filter_map(|ridge| {
                // Chosen by the training part alone: fit on three quarters of it.
                let inner = cut * 3 / 4;
                let fit = Regression::fit(&xs[..inner], &ys[..inner], ridge)?;
                Some((ridge, fit.r_squared(&xs[inner..cut], &ys[inner..cut])))
            })
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        let fit = Regression::fit(&xs[..cut], &ys[..cut], best.0)?;
        let r2 = fit.r_squared(&xs[cut..], &ys[cut..]);
        let norm = dot(&fit.slope, &fit.slope).sqrt();
        (r2 >= self.plan.least_r2 && norm > 0.0)
            .then(|| (fit.slope.iter().map(|s| s / norm).collect(), r2))
    }

    /// Moves fresh latents by one σ. The layers where that acts most, or `None` if
    /// the attribute doesn't rise.
    fn prove(&mut self, trial: &Trial<'_>) -> Result<Option<LayerRange>, LatentError> {
        let all = LayerRange {
            start: 0,
            end: self.num_ws,
        };
        let (mean, rises) = self.effect(trial, trial.proofs.len(), all)?;
        if mean < 0.15 * trial.spread || rises * 10 < trial.proofs.len() * 7 {
            return Ok(None);
        }
        let mut effects = Vec::new();
        for part in parts(self.num_ws) {
            let some = trial.proofs.len().div_ceil(2);
            effects.push((part, self.effect(trial, some, part)?.0));
        }
        Ok(Some(strongest(&effects, all)))
    }

    /// Mean change of the attribute by one σ on some layers, and how often it rises,
    /// on the first `count` proofs.
    fn effect(
        &mut self,
        trial: &Trial<'_>,
        count: usize,
        layers: LayerRange,
    ) -> Result<(f64, usize), LatentError> {
        let (mut sum, mut rises) = (0.0, 0);
        for (w, before) in trial.proofs.iter().zip(trial.before).take(count) {
            let ws = shifted(w, &trial.step, layers, self.num_ws);
            let after = measure(&self.look(&ws)?)[trial.index].1;
            sum += after - before;
            rises += usize::from(after > *before);
        }
        Ok((sum / count.max(1) as f64, rises))
    }

    /// Steps of one σ and their strengths: principal directions of `w`, or, where
    /// those are all alike, the directions that bring the pictures' main variations.
    fn main_directions(&self) -> Vec<(Vec<f32>, f64)> {
        let std = &self.stats.std;
        let sliders = self.plan.sliders.min(std.len());
        let Some(last) = sliders.checked_sub(1) else {
            return Vec::new();
        };
        if std[0] < ALIKE * std[last] {
            return responses(&self.whitened, &self.copies, sliders)
                .into_iter()
                .map(|response| (self.stats.offset(&response.way), response.share))
                .collect();
        }
        (0..sliders)
            .map(|k| {
                let share = f64::from(std[k]).powi(2) / self.stats.total_variance;
                (self.stats.step(k), share)
            })
            .collect()
    }

    /// Unsupervised directions, named after what they change most.
    fn unsupervised(
        &mut self,
        mapping: &(impl Mapping + ?Sized),
    ) -> Result<Vec<Direction>, LatentError> {
        let looks = self.fresh(mapping, LOOKS, 3000)?;
        let mut before = Vec::new();
        for w in &looks {
            before.push(self.look(&vec![w.clone(); self.num_ws])?);
        }
        let main = self.main_directions();
        let mut found = Vec::with_capacity(main.len());
        let mut names = [("Shape", 0), ("Colour", 0)];
        for (component, (step, share)) in main.into_iter().enumerate() {
            let (layers, colour) = self.where_it_acts(&step, &looks, &before)?;
            let (word, count) = &mut names[usize::from(colour)];
            *count += 1;
            found.push(Direction {
                id: format!("pca.{component}"),
                name: format!("{word} {count}"),
                strength: share as f32,
                measured: false,
                layers,
                step,
            });
        }
        Ok(found)
    }

    /// Layers where a step changes most, and whether it changes colours more than
    /// lightness.
    fn where_it_acts(
        &mut self,
        step: &[f32],
        looks: &[Vec<f32>],
        before: &[Picture],
    ) -> Result<(LayerRange, bool), LatentError> {
        let all = LayerRange {
            start: 0,
            end: self.num_ws,
        };
        let (mut light, mut colour) = (0.0, 0.0);
        let mut effects = Vec::new();
        for part in parts(self.num_ws) {
            let mut sum = 0.0;
            for (w, before) in looks.iter().zip(before) {
                let after = self.look(&shifted(w, step, part, self.num_ws))?;
                let (l, c) = difference(before, &after);
                light += l;
                colour += c;
                sum += l + c;
            }
            effects.push((part, sum));
        }
        Ok((strongest(&effects, all), colour > light))
    }
}

/// A named direction that must prove itself.
struct Trial<'a> {
    index: usize,
    step: Vec<f32>,
    proofs: &'a [Vec<f32>],
    before: &'a [f64],
    spread: f64,
}

fn parts(num_ws: usize) -> Vec<LayerRange> {
    (0..PARTS)
        .map(|part| LayerRange {
            start: part * num_ws / PARTS,
            end: (part + 1) * num_ws / PARTS,
        })
        .filter(|range| range.end > range.start)
        .collect()
}

/// The shortest run of parts that has 70 % of the effect. Effects saturate, so the
/// whole is what the parts have together.
fn strongest(effects: &[(LayerRange, f64)], all: LayerRange) -> LayerRange {
    let whole: f64 = effects.iter().map(|(_, e)| e.max(0.0)).sum();
    for length in 1..effects.len() {
        let best = effects
            .windows(length)
            .map(|run| {
                let range = LayerRange {
                    start: run[0].0.start,
                    end: run[length - 1].0.end,
                };
                (range, run.iter().map(|(_, e)| e).sum::<f64>())
            })
            .max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((range, effect)) = best
            && effect >= 0.7 * whole
        {
            return range;
        }
    }
    all
}

fn shifted(w: &[f32], step: &[f32], layers: LayerRange, num_ws: usize) -> Ws {
    (0..num_ws)
        .map(|layer| match layers.contains(layer) {
            true => w.iter().zip(step).map(|(w, s)| w + s).collect(),
            false => w.to_vec(),
        })
        .collect()
}

/// Mean change of luma and of colour differences, 0..=255.
fn difference(a: &Picture, b: &Picture) -> (f64, f64) {
    let (mut light, mut colour) = (0.0, 0.0);
    for (p, q) in a.rgba().chunks_exact(4).zip(b.rgba().chunks_exact(4)) {
        let d: [f64; 3] = std::array::from_fn(|i| f64::from(q[i]) - f64::from(p[i]));
        let luma = 0.3 * d[0] + 0.59 * d[1] + 0.11 * d[2];
        light += luma.abs();
        colour += (d[0] - luma).abs().max((d[2] - luma).abs());
    }
    let count = (a.rgba().len() / 4).max(1) as f64;
    (light / count, colour / count)
}

fn deviation(values: &[f64]) -> f64 {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count).sqrt()
}
