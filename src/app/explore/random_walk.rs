//! Latent walk: the current picture moves on by itself until stopped.

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore as _, SeedableRng as _};

use crate::app::sliders::marks::Sliders;
use crate::engine::protocol::DirectionInfo;
use crate::recipe::{DirectionEdit, ExploreParams};

/// Seconds from one waypoint to the next.
const LEG: f64 = 4.0;

/// A walk that is on.
#[derive(Debug)]
pub struct LatentWalk {
    rng: ChaCha20Rng,
    from: Vec<f32>,
    to: Vec<f32>,
    started: Option<f64>,
}

impl LatentWalk {
    /// A walk that the number decides.
    pub fn new(random: u64) -> Self {
        Self {
            rng: ChaCha20Rng::seed_from_u64(random),
            from: Vec::new(),
            to: Vec::new(),
            started: None,
        }
    }

    /// The picture at a moment: `base` with its sliders moved. Locked sliders stay, and those with a
    /// layer range keep to it.
    pub fn at(
        &mut self,
        base: &ExploreParams,
        directions: &[DirectionInfo],
        sliders: Sliders<'_>,
        time: f64,
    ) -> ExploreParams {
        let start = *self.started.get_or_insert(time);
        if self.to.len() != directions.len() {
            self.from = directions.iter().map(|d| sigma(base, &d.id)).collect();
            self.to = self.waypoint(directions.len());
        }
        let mut passed = time - start;
        if passed >= LEG {
            self.from = std::mem::take(&mut self.to);
            self.to = self.waypoint(directions.len());
            self.started = Some(time);
            passed = 0.0;
        }
        let t = (passed / LEG) as f32;
        let eased = t * t * (3.0 - 2.0 * t);
        let mut params = base.clone();
        for (i, d) in directions.iter().enumerate() {
            if sliders.mark(&d.id).is_some_and(|mark| mark.lock) {
                continue;
            }
            let value = self.from[i] + (self.to[i] - self.from[i]) * eased;
            params.edits.retain(|e| e.direction != d.id);
            params.edits.push(DirectionEdit {
                direction: d.id.clone(),
                sigma: value,
                layers: sliders.layers(&d.id),
            });
        }
        params
    }

    fn waypoint(&mut self, len: usize) -> Vec<f32> {
        (0..len)
            .map(|_| {
                let bell: f32 = (0..3)
                    .map(|_| self.rng.next_u32() as f32 / u32::MAX as f32 - 0.5)
                    .sum();
                bell * 2.0
            })
            .collect()
    }
}

fn sigma(params: &ExploreParams, id: &str) -> f32 {
    params
        .edits
        .iter()
        .find(|e| e.direction == id)
        .map_or(0.0, |e| e.sigma)
}
