//! From coarse to fine: the sizes that are gone through, and how long each is worked at.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::models::vgg19::{LEAST_SIDE, Passage};

/// Steps of all sizes together, where nothing else is asked for.
pub const STEPS: u32 = 120;
/// A size of fewer pixels than this is the coarsest.
const COARSEST: u64 = 160 * 160;
/// More steps than this at one size change nothing that is seen.
const MOST_STEPS: u32 = 400;
/// Bytes for each pixel besides the network's passage: the search remembers twelve steps, each
/// with the gradient's change, in a pyramid of 4/3 of the picture.
const SEARCH_BYTES: u64 = 2 * 12 * 16 + 160;
/// Bytes of the network's weights in all their layouts, and of the threads' room to work in.
const NETWORK_BYTES: u64 = 260 << 20;

/// One size, and the steps taken there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scale {
    /// Width and height.
    pub size: [u32; 2],
    /// Steps.
    pub steps: u32,
}

/// How long to work.
#[derive(Debug, Clone, PartialEq)]
pub enum Effort {
    /// So many steps, at all sizes together.
    Steps(u32),
    /// About so long; at most so many steps when given.
    Time(Duration, Option<u32>),
    /// As it was done before, size by size.
    Again(Vec<Scale>),
}

impl Default for Effort {
    fn default() -> Self {
        Self::Steps(STEPS)
    }
}

/// The way of one picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    scales: Vec<Scale>,
    /// For each scale, the part of the whole time; none where only steps count.
    limits: Option<Vec<Duration>>,
}

impl Schedule {
    /// For a picture whose finest size is `finest`.
    pub fn new(finest: [u32; 2], effort: &Effort) -> Self {
        let (time, steps) = match effort {
            Effort::Again(scales) => {
                return Self {
                    scales: scales.clone(),
                    limits: None,
                };
            }
            Effort::Steps(steps) => (None, Some(*steps)),
            Effort::Time(time, steps) => (Some(*time), *steps),
        };
        let sizes = sizes(finest);
        let plan = share(sizes.len(), steps.unwrap_or(STEPS));
        let costs: Vec<f64> = sizes
            .iter()
            .zip(&plan)
            .map(|(size, steps)| f64::from(size[0]) * f64::from(size[1]) * f64::from(*steps))
            .collect();
        let all: f64 = costs.iter().sum();
        let limits = time.map(|time| costs.iter().map(|c| time.mul_f64(c / all)).collect());
        let most = |planned: u32| match steps {
            Some(_) => planned,
            None => MOST_STEPS,
        };
        let scales = sizes
            .into_iter()
            .zip(plan)
            .map(|(size, planned)| Scale {
                size,
                steps: most(planned),
            })
            .collect();
        Self { scales, limits }
    }

    /// Coarse to fine, with the most steps that each may take.
    pub fn scales(&self) -> &[Scale] {
        &self.scales
    }

    /// Pixels of all steps, added up: what the work's time goes with.
    pub fn pixel_steps(&self) -> u64 {
        let cost = |s: &Scale| u64::from(s.size[0]) * u64::from(s.size[1]) * u64::from(s.steps);
        self.scales.iter().map(cost).sum()
    }

    /// Whether scale `index` goes on after so many steps and so long.
    pub fn goes_on(&self, index: usize, steps: u32, spent: Duration) -> bool {
        let limit = self.limits.as_ref().map(|limits| limits[index]);
        steps < self.scales[index].steps && (steps == 0 || limit.is_none_or(|limit| spent < limit))
    }

    /// How much of the work is done, of 1000, in scale `index` after so many steps and so long.
    pub fn done(&self, index: usize, steps: u32, spent: Duration) -> u64 {
        let cost = |scale: &Scale| f64::from(scale.size[0]) * f64::from(scale.size[1]);
        let weight = |i: usize| match &self.limits {
            Some(limits) => limits[i].as_secs_f64(),
            None => cost(&self.scales[i]) * f64::from(self.scales[i].steps),
        };
        let all: f64 = (0..self.scales.len()).map(weight).sum();
        let before: f64 = (0..index).map(weight).sum();
        let of_steps = f64::from(steps) / f64::from(self.scales[index].steps.max(1));
        let of_time = self.limits.as_ref().map_or(0.0, |limits| {
            spent.as_secs_f64() / limits[index].as_secs_f64().max(1e-9)
        });
        let part = of_steps.max(of_time).min(1.0);
        (1000.0 * (before + part * weight(index)) / all.max(1e-9)) as u64
    }
}

/// Steps of each size: the coarser, the more, for they cost little and decide most.
fn share(sizes: usize, steps: u32) -> Vec<u32> {
    let all = (sizes * (sizes + 1) / 2) as u32;
    (0..sizes)
        .map(|i| (steps * (sizes - i) as u32 / all.max(1)).max(1))
        .collect()
}

/// Halved while there are pixels enough; the finest last.
fn sizes(finest: [u32; 2]) -> Vec<[u32; 2]> {
    let mut sizes = vec![finest];
    let mut size = finest;
    while u64::from(size[0]) * u64::from(size[1]) > 2 * COARSEST
        && size[0].min(size[1]) / 2 >= 2 * LEAST_SIDE as u32
    {
        size = size.map(|side| side.div_ceil(2));
        sizes.push(size);
    }
    sizes.reverse();
    sizes
}

/// Bytes that the work at a size takes at its peak.
pub fn bytes(size: [u32; 2]) -> u64 {
    let pixels = u64::from(size[0]) * u64::from(size[1]);
    NETWORK_BYTES + Passage::bytes(pixels) + pixels * SEARCH_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_double_from_coarse_to_fine() {
        assert_eq!(sizes([512, 512]), [[128, 128], [256, 256], [512, 512]]);
        assert_eq!(sizes([768, 511]), [[192, 128], [384, 256], [768, 511]]);
        assert_eq!(sizes([40, 30]), [[40, 30]]);
        assert_eq!(
            sizes([4000, 20]),
            [[4000, 20]],
            "no side too short for the network"
        );
    }

    #[test]
    fn steps_are_shared_out_and_none_goes_without() {
        let steps = |n| {
            let schedule = Schedule::new([512, 512], &Effort::Steps(n));
            schedule
                .scales()
                .iter()
                .map(|s| s.steps)
                .collect::<Vec<_>>()
        };
        assert_eq!(steps(120), [60, 40, 20]);
        assert_eq!(steps(1), [1, 1, 1]);
    }

    #[test]
    fn time_ends_a_size_but_never_before_its_first_step() {
        let effort = Effort::Time(Duration::from_secs(54), None);
        let schedule = Schedule::new([512, 512], &effort);
        assert!(schedule.goes_on(2, 0, Duration::from_secs(99)));
        assert!(schedule.goes_on(2, 5, Duration::from_secs(31)));
        assert!(!schedule.goes_on(2, 5, Duration::from_secs(33)));
        assert!(!schedule.goes_on(0, MOST_STEPS, Duration::ZERO));
    }

    #[test]
    fn done_before_goes_the_same_way_again() {
        let scales = vec![
            Scale {
                size: [100, 80],
                steps: 3,
            },
            Scale {
                size: [200, 160],
                steps: 1,
            },
        ];
        let schedule = Schedule::new([800, 640], &Effort::Again(scales.clone()));
        assert_eq!(schedule.scales(), scales);
        assert!(schedule.goes_on(0, 2, Duration::from_secs(9999)));
        assert!(!schedule.goes_on(0, 3, Duration::ZERO));
    }

    #[test]
    fn progress_rises_to_the_end() {
        let schedule = Schedule::new([512, 512], &Effort::default());
        let mut last = 0;
        for (i, scale) in schedule.scales().iter().enumerate() {
            for step in 0..=scale.steps {
                let done = schedule.done(i, step, Duration::ZERO);
                assert!(done >= last);
                last = done;
            }
        }
        assert_eq!(last, 1000);
    }
}
