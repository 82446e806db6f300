//! Sliders of style codes: principal directions of the styles that ship, in σ.

use super::LatentStats;

/// More sliders than this say nothing.
const MOST: usize = 8;

/// Directions of style codes; the palette, which has controls of its own, stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CodeSliders {
    /// What one σ of each slider adds to a code.
    steps: Vec<Vec<f32>>,
}

impl CodeSliders {
    /// From known codes; the first `fixed` numbers of a code are not touched.
    pub fn new(codes: &[Vec<f32>], fixed: usize) -> Self {
        let free: Vec<Vec<f32>> = codes
            .iter()
            .map(|code| code.get(fixed..).unwrap_or_default().to_vec())
            .collect();
        let same = free.windows(2).all(|w| w[0].len() == w[1].len());
        let keep = MOST.min(free.len().saturating_sub(1));
        let Some(stats) = same
            .then(|| LatentStats::from_samples(&free, keep).ok())
            .flatten()
        else {
            return Self::default();
        };
        let steps = (0..stats.std.len())
            .filter(|&k| stats.std[k] > 1e-6)
            .map(|k| {
                let mut step = vec![0.0; fixed];
                step.extend(stats.step(k));
                step
            })
            .collect();
        Self { steps }
    }

    /// Number of sliders.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Moves a code by `(slider, σ)` edits; edits of sliders that don't exist and
    /// codes of another length stay as they are.
    pub fn apply(&self, code: &mut [f32], edits: &[(usize, f32)]) {
        for (slider, sigma) in edits {
            let Some(step) = self.steps.get(*slider).filter(|s| s.len() == code.len()) else {
                continue;
            };
            for (value, step) in code.iter_mut().zip(step) {
                *value += sigma * step;
            }
        }
    }
}

/// Weighted mean of codes of one length; weights needn't sum to 1. `None` without
/// codes, with different lengths, or with weights that sum to nothing.
pub fn blend(codes: &[(&[f32], f32)]) -> Option<Vec<f32>> {
    let length = codes.first()?.0.len();
    let whole: f32 = codes.iter().map(|(_, weight)| weight).sum();
    if whole.is_nan() || whole <= 0.0 || codes.iter().any(|(code, _)| code.len() != length) {
        return None;
    }
    let mut sum = vec![0.0; length];
    for (code, weight) in codes {
        for (sum, value) in sum.iter_mut().zip(*code) {
            *sum += weight / whole * value;
        }
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sliders_leave_the_palette_alone() {
        let codes: Vec<Vec<f32>> = (0..6)
            .map(|i| vec![i as f32, 0.3 * i as f32, (i * i) as f32, (i % 3) as f32])
            .collect();
        let sliders = CodeSliders::new(&codes, 2);
        assert!(!sliders.is_empty());
        let mut code = codes[1].clone();
        sliders.apply(&mut code, &[(0, 1.5), (99, 4.0)]);
        assert_eq!(code[..2], codes[1][..2]);
        assert_ne!(code[2..], codes[1][2..]);
        assert!(CodeSliders::new(&codes[..1], 2).is_empty());
    }

    #[test]
    fn blends_are_means() {
        let (a, b) = ([1.0, 0.0], [0.0, 4.0]);
        assert_eq!(blend(&[(&a, 1.0), (&b, 3.0)]), Some(vec![0.25, 3.0]));
        assert_eq!(blend(&[(&a, 0.0)]), None);
        assert_eq!(blend(&[]), None);
    }
}
