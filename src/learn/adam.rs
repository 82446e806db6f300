//! Adam (Kingma & Ba 2015), and the average of what it goes through.

use super::parameters::Parameters;

/// Decay of the mean gradient and of the mean square.
const DECAY: (f32, f32) = (0.9, 0.99);
/// Kept away from division by 0.
const EPSILON: f32 = 1e-8;
/// Longer gradients are shortened to this.
const LONGEST: f32 = 2.0;
/// The code's strokes move by so much more than the weights.
const STROKES: f32 = 3.0;
/// Most of the average that is kept in a step.
const KEPT: f32 = 0.97;

/// The optimiser's memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Adam {
    /// Steps taken.
    pub steps: u32,
    /// Mean gradient.
    pub mean: Parameters,
    /// Mean square of the gradient.
    pub square: Parameters,
    /// Average of the parameters, which is better than where they are.
    pub average: Parameters,
}

impl Adam {
    /// Before the first step from `start`.
    pub fn new(start: &Parameters) -> Self {
        let mut zero = start.clone();
        zero.clear();
        Self {
            steps: 0,
            mean: zero.clone(),
            square: zero,
            average: start.clone(),
        }
    }

    /// One step down `gradient`, which is shortened if it is too long; steps whose gradient isn't a
    /// number are left out. Returns the gradient's length.
    pub fn step(&mut self, at: &mut Parameters, gradient: &Parameters, rate: f32) -> f32 {
        self.steps += 1;
        let length = gradient.norm();
        if !length.is_finite() {
            return length;
        }
        let shorten = (LONGEST / length.max(1e-12)).min(1.0);
        let n = self.steps as i32;
        let (c1, c2) = (1.0 - DECAY.0.powi(n), 1.0 - DECAY.1.powi(n));
        let last = at.groups().count() - 1;
        let groups = at
            .groups_mut()
            .zip(gradient.groups())
            .zip(self.mean.groups_mut())
            .zip(self.square.groups_mut());
        for (k, (((at, gradient), mean), square)) in groups.enumerate() {
            let rate = if k == last { STROKES * rate } else { rate };
            let all = at.iter_mut().zip(gradient).zip(mean).zip(square);
            for (((at, g), mean), square) in all {
                let g = g * shorten;
                *mean += (1.0 - DECAY.0) * (g - *mean);
                *square += (1.0 - DECAY.1) * (g * g - *square);
                *at -= rate * (*mean / c1) / ((*square / c2).sqrt() + EPSILON);
            }
        }
        let steps = self.steps as f32;
        let kept = KEPT.min(steps / (9.0 + steps));
        for (average, at) in self.average.groups_mut().zip(at.groups()) {
            for (average, at) in average.iter_mut().zip(at) {
                *average += (1.0 - kept) * (at - *average);
            }
        }
        length
    }
}
