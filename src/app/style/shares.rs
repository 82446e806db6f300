//! What several styles make of a mixture: weights as parts of a whole.

/// The weights in whole percent, 100 together: what rounding leaves over goes to those that it took
/// most from. All alike where no weight is above 0.
pub fn percent(weights: impl Iterator<Item = f32>) -> Vec<u32> {
    let weights: Vec<f64> = weights.map(|w| f64::from(w.max(0.0))).collect();
    let total: f64 = weights.iter().sum();
    let even = 100.0 / weights.len().max(1) as f64;
    let exact = weights.iter().map(|w| match total > 0.0 {
        true => 100.0 * w / total,
        false => even,
    });
    let exact: Vec<f64> = exact.collect();
    let mut whole: Vec<u32> = exact.iter().map(|e| e.floor() as u32).collect();
    let mut order: Vec<usize> = (0..exact.len()).collect();
    let lost = |i: &usize| exact[*i].fract();
    order.sort_by(|a, b| lost(b).total_cmp(&lost(a)));
    let missing = 100u32.saturating_sub(whole.iter().sum());
    for at in order.into_iter().take(missing as usize) {
        whole[at] += 1;
    }
    whole
}

/// The weights once one of them is `share` (0..=1) of the whole: the others share the rest as they
/// did, or alike if they had nothing.
pub(in crate::app) fn with(weights: &[f32], at: usize, share: f32) -> Vec<f32> {
    let share = share.clamp(0.0, 1.0);
    let others: f32 = (0..weights.len())
        .filter(|i| *i != at)
        .map(|i| weights[i].max(0.0))
        .sum();
    let count = weights.len().saturating_sub(1).max(1) as f32;
    let part = |weight: f32| match others > 0.0 {
        true => weight.max(0.0) / others,
        false => 1.0 / count,
    };
    let each = weights.iter().enumerate().map(|(i, weight)| match i == at {
        // Alone it is the whole, whatever its weight.
        true if weights.len() == 1 => 1.0,
        true => share,
        false => (1.0 - share) * part(*weight),
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_a_hundred_together() {
        assert_eq!(percent([1.0, 1.0, 1.0].into_iter()), [34, 33, 33]);
        assert_eq!(percent([0.2, 1.0].into_iter()), [17, 83]);
        assert_eq!(percent([0.0, 0.0].into_iter()), [50, 50]);
        assert_eq!(percent([0.7].into_iter()), [100]);
        assert!(percent(std::iter::empty()).is_empty());
        for n in 2..9 {
            let odd = (0..n).map(|i| 0.1 + (i as f32 * 1.7).sin().abs());
            assert_eq!(percent(odd).iter().sum::<u32>(), 100);
        }
    }

    #[test]
    fn the_others_share_the_rest_as_they_did() {
        let close = |a: Vec<f32>, b: &[f32]| {
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6), "{a:?}");
        };
        close(with(&[1.0, 1.0], 1, 0.2), &[0.8, 0.2]);
        close(with(&[0.6, 0.2, 0.2], 0, 0.2), &[0.2, 0.4, 0.4]);
        close(with(&[1.0, 0.0, 0.0], 0, 0.5), &[0.5, 0.25, 0.25]);
        close(with(&[1.0, 1.0], 0, 1.0), &[1.0, 0.0]);
        close(with(&[0.3], 0, 0.1), &[1.0]);
    }
}
