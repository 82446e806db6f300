//! The tone curve: monotone cubic pieces through the points.

/// Steps of the table.
const STEPS: usize = 4096;

/// A curve through points with rising input, level outside of them. Between rising points it
/// rises: Fritsch and Carlson, *Monotone Piecewise Cubic Interpolation* (1980), with the harmonic
/// means of Fritsch and Butland (1984) as slopes.
#[derive(Debug, Clone)]
pub struct Curve {
    points: Vec<[f64; 2]>,
    slopes: Vec<f64>,
}

impl Curve {
    /// None without points.
    pub fn new(points: &[[f32; 2]]) -> Option<Self> {
        if points.is_empty() {
            return None;
        }
        let points: Vec<[f64; 2]> = points.iter().map(|p| p.map(f64::from)).collect();
        let steep = |two: &[[f64; 2]]| (two[1][1] - two[0][1]) / (two[1][0] - two[0][0]);
        let secants: Vec<f64> = points.windows(2).map(steep).collect();
        let slope = |at: usize| {
            let before = at.checked_sub(1).and_then(|before| secants.get(before));
            match (before, secants.get(at)) {
                (Some(a), Some(b)) if a * b > 0.0 => 2.0 * a * b / (a + b),
                (Some(_), Some(_)) | (None, None) => 0.0,
                (Some(one), None) | (None, Some(one)) => *one,
            }
        };
        let slopes = (0..points.len()).map(slope).collect();
        Some(Self { points, slopes })
    }

    /// The output for an input of 0..=1, in 0..=1.
    pub fn at(&self, input: f64) -> f64 {
        let after = self.points.partition_point(|p| p[0] <= input);
        let (Some(low), Some(high)) = (
            after.checked_sub(1).map(|n| self.points[n]),
            self.points.get(after),
        ) else {
            let end = after.min(self.points.len() - 1);
            return self.points[end][1];
        };
        let width = high[0] - low[0];
        let t = (input - low[0]) / width;
        let (from, to) = (self.slopes[after - 1] * width, self.slopes[after] * width);
        // Hermite's basis.
        let (t2, t3) = (t * t, t * t * t);
        let value = (2.0 * t3 - 3.0 * t2 + 1.0) * low[1]
            + (t3 - 2.0 * t2 + t) * from
            + (3.0 * t2 - 2.0 * t3) * high[1]
            + (t3 - t2) * to;
        value.clamp(0.0, 1.0)
    }

    pub(super) fn table(&self) -> CurveTable {
        let value = |step| self.at(step as f64 / STEPS as f64) as f32;
        CurveTable((0..=STEPS + 1).map(value).collect())
    }
}

/// A curve, quick to look up.
#[derive(Debug, Clone)]
pub(super) struct CurveTable(Vec<f32>);

impl CurveTable {
    /// The output for an input; what is beyond 0..=1 is as at its ends.
    #[inline]
    pub(super) fn at(&self, input: f32) -> f32 {
        let place = input.clamp(0.0, 1.0) * STEPS as f32;
        let step = place as usize;
        let part = place - step as f32;
        self.0[step] + (self.0[step + 1] - self.0[step]) * part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_through_its_points_and_never_back() {
        let points = [[0.0, 0.1], [0.2, 0.15], [0.4, 0.8], [1.0, 0.9]];
        let curve = Curve::new(&points).unwrap();
        for [x, y] in points {
            assert!((curve.at(f64::from(x)) - f64::from(y)).abs() < 1e-6);
        }
        let values: Vec<f64> = (0..=1000)
            .map(|n| curve.at(f64::from(n) / 1000.0))
            .collect();
        assert!(values.windows(2).all(|two| two[0] <= two[1] + 1e-12));
        // Level where the points end.
        let inner = Curve::new(&[[0.25, 0.5], [0.75, 0.6]]).unwrap();
        assert!((inner.at(0.0) - 0.5).abs() < 1e-6 && (inner.at(1.0) - 0.6).abs() < 1e-6);
        let level = Curve::new(&[[0.0, 0.0], [0.3, 0.3], [1.0, 1.0]]).unwrap();
        assert!((level.at(0.77) - 0.77).abs() < 1e-6);
    }
}
