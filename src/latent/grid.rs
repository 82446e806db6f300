//! Mathematics on a grid of latents, as an autoencoder makes it of a photo: moved,
//! weighed, blended with another one, restricted to a part. Sums run in a fixed order,
//! so that a recipe gives the same numbers on any number of threads.

/// Why two things don't fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GridError {
    /// Another number of values than the shape says.
    #[error("these latents have {got} numbers where {expected} belong; open the photo again")]
    Length {
        /// What belongs there.
        expected: usize,
        /// What came.
        got: usize,
    },
}

/// Latents of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    channels: usize,
    /// `[width, height]` in places.
    size: [usize; 2],
    /// Channel after channel, row after row.
    data: Vec<f32>,
}

/// How much of another picture's statistics a grid takes over, 0..=1 each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loan {
    /// Of its averages: light and colour.
    pub averages: f32,
    /// Of its deviations: how much goes on around the averages.
    pub deviations: f32,
}

/// At most so many times larger or smaller deviations are borrowed; a flat picture has
/// nearly none.
const MOST_BORROWED: f32 = 6.0;

impl Grid {
    /// `data`: `channels` planes of `size` (`[width, height]`) values.
    ///
    /// # Errors
    /// [`GridError::Length`].
    pub fn new(channels: usize, size: [usize; 2], data: Vec<f32>) -> Result<Self, GridError> {
        fits(data.len(), channels * size[0] * size[1])?;
        Ok(Self {
            channels,
            size,
            data,
        })
    }

    /// Numbers at each place.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// `[width, height]` in places.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// Channel after channel, row after row.
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    fn places(&self) -> usize {
        self.size[0] * self.size[1]
    }

    fn planes(&self) -> impl Iterator<Item = &[f32]> {
        self.data.chunks_exact(self.places().max(1))
    }

    fn planes_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        let places = self.places().max(1);
        self.data.chunks_exact_mut(places)
    }

    /// Each channel's average.
    pub fn averages(&self) -> Vec<f32> {
        self.planes().map(average).collect()
    }

    /// Each channel's standard deviation (of a sample: divided by one less).
    pub fn deviations(&self) -> Vec<f32> {
        let of = |plane: &[f32]| {
            let middle = f64::from(average(plane));
            let sum: f64 = plane.iter().map(|&v| (f64::from(v) - middle).powi(2)).sum();
            (sum / (plane.len().max(2) - 1) as f64).sqrt() as f32
        };
        self.planes().map(of).collect()
    }

    /// Adds `offset` (one number a channel) at every place.
    ///
    /// # Errors
    /// [`GridError::Length`].
    pub fn shift(&mut self, offset: &[f32]) -> Result<(), GridError> {
        fits(offset.len(), self.channels)?;
        for (plane, by) in self.planes_mut().zip(offset) {
            plane.iter_mut().for_each(|v| *v += by);
        }
        Ok(())
    }

    /// Weighs what differs from the averages: `change` has a row for each channel that
    /// comes out, see [`weights`].
    ///
    /// # Errors
    /// [`GridError::Length`].
    pub fn weigh(&mut self, change: &[Vec<f32>]) -> Result<(), GridError> {
        fits(change.len(), self.channels)?;
        for row in change {
            fits(row.len(), self.channels)?;
        }
        let (middle, places) = (self.averages(), self.places());
        let mut out = Vec::with_capacity(self.data.len());
        for (row, own) in change.iter().zip(&middle) {
            let mut plane = vec![*own; places];
            for ((factor, from), middle) in row.iter().zip(self.planes()).zip(&middle) {
                for (value, v) in plane.iter_mut().zip(from) {
                    *value += factor * (v - middle);
                }
            }
            out.append(&mut plane);
        }
        self.data = out;
        Ok(())
    }

    /// Goes `amount` (0 none, 1 all) of the way to another grid of the same shape.
    ///
    /// # Errors
    /// [`GridError::Length`].
    pub fn blend(&mut self, other: &Self, amount: f32) -> Result<(), GridError> {
        fits(other.data.len(), self.data.len())?;
        for (value, to) in self.data.iter_mut().zip(&other.data) {
            *value += amount * (to - *value);
        }
        Ok(())
    }

    /// Takes over another picture's averages and deviations by shares.
    ///
    /// # Errors
    /// [`GridError::Length`].
    pub fn borrow(
        &mut self,
        averages: &[f32],
        deviations: &[f32],
        loan: Loan,
    ) -> Result<(), GridError> {
        fits(averages.len(), self.channels)?;
        fits(deviations.len(), self.channels)?;
        let (middle, spread) = (self.averages(), self.deviations());
        for (c, plane) in self.planes_mut().enumerate() {
            let ratio = deviations[c] / spread[c].max(1e-6);
            let ratio = ratio.clamp(1.0 / MOST_BORROWED, MOST_BORROWED);
            let factor = 1.0 + loan.deviations * (ratio - 1.0);
            let to = middle[c] + loan.averages * (averages[c] - middle[c]);
            for value in plane {
                *value = (*value - middle[c]) * factor + to;
            }
        }
        Ok(())
    }

    /// Takes the change from `before` back where `cover` (one number a place, 0..=1) is
    /// below 1.
    ///
    /// # Errors
    /// [`GridError::Length`].
    pub fn restrict(&mut self, before: &Self, cover: &[f32]) -> Result<(), GridError> {
        fits(before.data.len(), self.data.len())?;
        fits(cover.len(), self.places())?;
        for (plane, old) in self.planes_mut().zip(before.planes()) {
            for ((value, old), share) in plane.iter_mut().zip(old).zip(cover) {
                *value = old + share * (*value - old);
            }
        }
        Ok(())
    }
}

fn fits(got: usize, expected: usize) -> Result<(), GridError> {
    match got == expected {
        true => Ok(()),
        false => Err(GridError::Length { expected, got }),
    }
}

fn average(plane: &[f32]) -> f32 {
    let sum: f64 = plane.iter().map(|&v| f64::from(v)).sum();
    (sum / plane.len().max(1) as f64) as f32
}

/// The sum of steps (one number a channel each), each so many times.
///
/// # Errors
/// [`GridError::Length`] for steps of another number of channels.
pub fn offset<'a>(
    channels: usize,
    steps: impl IntoIterator<Item = (&'a [f32], f32)>,
) -> Result<Vec<f32>, GridError> {
    let mut sum = vec![0.0; channels];
    for (step, times) in steps {
        fits(step.len(), channels)?;
        for (value, by) in sum.iter_mut().zip(step) {
            *value += times * by;
        }
    }
    Ok(sum)
}

/// The matrix for [`Grid::weigh`] that gives each direction `gain` times its weight.
/// `step` is what one unit of it adds, `dual` reads how much of it is there; a direction
/// is (step, dual, gain).
///
/// # Errors
/// [`GridError::Length`] for directions of another number of channels.
pub fn weights<'a>(
    channels: usize,
    directions: impl IntoIterator<Item = (&'a [f32], &'a [f32], f32)>,
) -> Result<Vec<Vec<f32>>, GridError> {
    let mut change: Vec<Vec<f32>> = (0..channels)
        .map(|i| (0..channels).map(|j| f32::from(i == j)).collect())
        .collect();
    for (step, dual, gain) in directions {
        fits(step.len(), channels)?;
        fits(dual.len(), channels)?;
        for (row, step) in change.iter_mut().zip(step) {
            for (value, dual) in row.iter_mut().zip(dual) {
                *value += (gain - 1.0) * step * dual;
            }
        }
    }
    Ok(change)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Grid {
        let data = (0..24).map(|i| ((i * 7) % 11) as f32 * 0.3 - 1.0).collect();
        Grid::new(2, [4, 3], data).unwrap()
    }

    fn close(a: &[f32], b: &[f32]) {
        assert_eq!(a.len(), b.len());
        for (a, b) in a.iter().zip(b) {
            assert!((a - b).abs() < 1e-5, "{a} {b}");
        }
    }

    #[test]
    fn a_shift_moves_the_averages_and_a_weight_the_rest() {
        let (mut moved, before) = (grid(), grid());
        moved.shift(&[0.5, -2.0]).unwrap();
        close(
            &moved.averages(),
            &[before.averages()[0] + 0.5, before.averages()[1] - 2.0],
        );
        close(&moved.deviations(), &before.deviations());
        let mut weighed = grid();
        let (x, y) = ([1.0, 0.0], [0.0, 1.0]);
        let change = weights(2, [(&x[..], &x[..], 3.0), (&y[..], &y[..], 1.0)]).unwrap();
        weighed.weigh(&change).unwrap();
        close(&weighed.averages(), &before.averages());
        let wide = before.deviations();
        close(&weighed.deviations(), &[3.0 * wide[0], wide[1]]);
    }

    #[test]
    fn borrowed_wholly_the_statistics_are_the_others() {
        let mut borrowed = grid();
        let all = Loan {
            averages: 1.0,
            deviations: 1.0,
        };
        borrowed.borrow(&[3.0, -1.0], &[0.4, 2.0], all).unwrap();
        close(&borrowed.averages(), &[3.0, -1.0]);
        close(&borrowed.deviations(), &[0.4, 2.0]);
        let mut none = grid();
        let loan = Loan {
            averages: 0.0,
            deviations: 0.0,
        };
        none.borrow(&[3.0, -1.0], &[0.4, 2.0], loan).unwrap();
        close(none.data(), grid().data());
    }

    #[test]
    fn blends_and_masks_go_their_share_of_the_way() {
        let mut other = grid();
        other.shift(&[1.0, 1.0]).unwrap();
        let mut half = grid();
        half.blend(&other, 0.5).unwrap();
        close(&half.averages(), &grid().averages().map_add(0.5));
        let cover: Vec<f32> = (0..12).map(|i| f32::from(i < 6)).collect();
        let mut part = other.clone();
        part.restrict(&grid(), &cover).unwrap();
        close(&part.data()[..6], &other.data()[..6]);
        close(&part.data()[6..12], &grid().data()[6..12]);
    }

    #[test]
    fn what_does_not_fit_is_told() {
        assert!(Grid::new(2, [2, 2], vec![0.0; 7]).is_err());
        assert!(grid().shift(&[1.0]).is_err());
        assert!(grid().weigh(&[vec![1.0, 0.0]]).is_err());
        assert!(grid().restrict(&grid(), &[1.0]).is_err());
        assert!(offset(2, [(&[1.0][..], 1.0)]).is_err());
    }

    trait MapAdd {
        fn map_add(&self, by: f32) -> Vec<f32>;
    }

    impl MapAdd for Vec<f32> {
        fn map_add(&self, by: f32) -> Vec<f32> {
            self.iter().map(|v| v + by).collect()
        }
    }
}
