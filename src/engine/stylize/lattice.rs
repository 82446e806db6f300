//! No grid: networks that halve a picture and double it again leave a faint lattice of their own,
//! every so many pixels, that stays the same over whole skies. A filter takes it out: from each
//! pixel the mean of those around it at the same place of the lattice, less the mean of all. Among
//! frequencies it has narrow notches at the lattice's own; strokes, which keep no such period, stay.

use rayon::prelude::*;

use crate::engine::resample::Planes;

/// How far away a pixel still counts, in periods: those that fit into so many pixels.
const AROUND: usize = 12;
/// Largest period of a lattice; it is a power of two.
const WIDEST: usize = 8;
/// Pixels around one that decide what is taken from it, at most.
pub(super) const REACH: usize = AROUND + 2;

/// Takes a lattice of `period` pixels from planes, which may go on at their opposite sides, in x and
/// y. Of period 1 there is none.
pub(super) fn take_out(planes: &mut Planes, period: usize, wrap: [bool; 2]) {
    let [width, height] = planes.size();
    if !(2..=WIDEST).contains(&period) || width < period || height < period {
        return;
    }
    let kernels = Kernels::new(period);
    let columns = kernels.places(width, wrap[0]);
    let rows = kernels.places(height, wrap[1]);
    let mut across = [&kernels.same, &kernels.all].map(|_| Planes::zeros(width, height));
    for (out, kernel) in across.iter_mut().zip([&kernels.same, &kernels.all]) {
        let lines = out.data.par_chunks_exact_mut(width);
        lines
            .zip(planes.data.par_chunks_exact(width))
            .for_each(|(out, row)| {
                let wide: Vec<f32> = columns.iter().map(|x| row[*x]).collect();
                for (offset, weight) in kernel {
                    for (out, value) in out.iter_mut().zip(&wide[*offset..]) {
                        *out += weight * value;
                    }
                }
            });
    }
    let [same, all] = across;
    let lines = planes.data.par_chunks_exact_mut(width).enumerate();
    lines.for_each(|(line, out)| {
        let (plane, y) = (line / height * height, line % height);
        let mut add = |from: &Planes, kernel: &[(usize, f32)], sign: f32| {
            for (offset, weight) in kernel {
                let row = &from.data[(plane + rows[y + offset]) * width..][..width];
                for (out, value) in out.iter_mut().zip(row) {
                    *out += sign * weight * value;
                }
            }
        };
        add(&same, &kernels.same, -1.0);
        add(&all, &kernels.all, 1.0);
    });
}

/// Weights along a line by their offset in a line that is longer by `radius` on each side.
struct Kernels {
    period: usize,
    radius: usize,
    /// Of the pixels at the same place of the lattice.
    same: Vec<(usize, f32)>,
    /// Of all.
    all: Vec<(usize, f32)>,
}

impl Kernels {
    fn new(period: usize) -> Self {
        let periods = AROUND / period;
        let radius = periods * period + period / 2;
        let whole = ((periods + 1) * (periods + 1)) as f32;
        let same: Vec<(usize, f32)> = (0..=2 * periods)
            .map(|k| {
                let share = periods + 1 - k.abs_diff(periods);
                (period / 2 + k * period, share as f32 / whole)
            })
            .collect();
        // A period wide, the two ends by half.
        let mut all = vec![0.0; 2 * radius + 1];
        for (at, weight) in &same {
            for (j, weight_of) in all[at - period / 2..=at + period / 2]
                .iter_mut()
                .enumerate()
            {
                let share = if j == 0 || j == period { 0.5 } else { 1.0 };
                *weight_of += weight * share / period as f32;
            }
        }
        Self {
            period,
            radius,
            same,
            all: all.into_iter().enumerate().collect(),
        }
    }

    /// Which pixels lie along a line with what is beside it: beyond a border its cells mirrored,
    /// each as it is.
    fn places(&self, side: usize, wraps: bool) -> Vec<usize> {
        let (period, radius, side) = (self.period as isize, self.radius as isize, side as isize);
        // Of a place so many pixels before the first.
        let mirrored = |before: isize| {
            let place = (-before).rem_euclid(period);
            let cells = ((before + place) / period - 1).min((side - 1 - place) / period);
            place + cells * period
        };
        let place = |x: isize| match x {
            x if wraps => x.rem_euclid(side),
            x if x < 0 => mirrored(-x),
            x if x >= side => side - 1 - mirrored(x - side + 1),
            x => x,
        };
        (-radius..side + radius)
            .map(|x| place(x) as usize)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: [usize; 2] = [150, 101];

    fn planes(of: impl Fn(usize, usize) -> f32) -> Planes {
        let mut planes = Planes::zeros(SIZE[0], SIZE[1]);
        for (i, value) in planes.data.iter_mut().enumerate() {
            let i = i % (SIZE[0] * SIZE[1]);
            *value = of(i % SIZE[0], i / SIZE[0]);
        }
        planes
    }

    fn taken(mut planes: Planes, wrap: [bool; 2]) -> Planes {
        take_out(&mut planes, 4, wrap);
        planes
    }

    fn most(a: &Planes, b: &Planes) -> f32 {
        let pairs = a.data.iter().zip(&b.data);
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn a_lattice_goes_up_to_the_borders_and_light_stays() {
        let cell = [0.3f32, -0.1, 0.0, -0.2];
        let grid = |x: usize, y: usize| cell[x % 4] * cell[y % 4] + 0.1 * cell[(x + y) % 4];
        let mean = planes(|_, _| 0.5);
        assert!(most(&taken(planes(|x, y| 0.5 + grid(x, y)), [false; 2]), &mean) < 1e-4);
        let slope = |x: usize, y: usize| 0.2 + 0.001 * x as f32 + 0.002 * y as f32;
        assert!(most(&taken(planes(slope), [false; 2]), &planes(slope)) < 0.01);
    }

    #[test]
    fn strokes_of_other_periods_and_edges_stay() {
        let change = |before: Planes| {
            let inner = |planes: &Planes| planes.crop(20, 20, SIZE[0] - 40, SIZE[1] - 40);
            most(&inner(&taken(before.clone(), [false; 2])), &inner(&before))
        };
        for length in [0.4f32, 0.8, 1.2, 5.0] {
            let changed = change(planes(|x, _| (x as f32 / length).sin()));
            assert!(changed < 0.1, "{length}: {changed}");
        }
        let edge = |x: usize, y: usize| if 3 * x > 2 * y + 70 { 1.0 } else { 0.0 };
        let changed = change(planes(edge));
        assert!(changed < 0.05, "{changed}");
    }

    /// What lies beyond a side that goes on is on the opposite one.
    #[test]
    fn it_closes_where_the_picture_does() {
        let noise = |x: usize, y: usize| ((x * 7919 + y * 104_729) % 251) as f32 / 251.0;
        let side = SIZE[0] - 2;
        let mut whole = planes(noise).crop(0, 0, side, SIZE[1]);
        let mut moved = Planes::zeros(side, SIZE[1]);
        for (i, value) in moved.data.iter_mut().enumerate() {
            *value = whole.data[i / side * side + (i % side + 60) % side];
        }
        take_out(&mut whole, 4, [true, false]);
        take_out(&mut moved, 4, [true, false]);
        for (i, value) in moved.data.iter().enumerate() {
            let same = whole.data[i / side * side + (i % side + 60) % side];
            assert!((value - same).abs() < 1e-5);
        }
    }
}
