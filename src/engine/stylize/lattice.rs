//! No grid: networks that halve a picture and double it again leave a faint lattice of their own,
//! every so many pixels, that stays the same over whole skies. A filter takes it out: from each
//! pixel the mean of those around it at the same place of the lattice, less the mean of all. Among
//! frequencies it has narrow notches at the lattice's own; strokes, which keep no such period, stay.
//! What it looks at is what is finer than a cell, and calm places tell most: edges would ring.
//! (Normalised convolution: Knutsson, Westin 1993.)

use rayon::prelude::*;

use crate::engine::resample::Planes;

/// How far away a pixel still counts, in periods: those that fit into so many pixels.
const AROUND: usize = 12;
/// Largest period of a lattice; it is a power of two.
const WIDEST: usize = 4;
/// Pixels around one that decide what is taken from it: of the means, of those around that say how
/// calm a place is among them, and of the cells of both.
pub(super) const REACH: usize = 2 * (AROUND + WIDEST);
/// Contrast below which all places are equally calm, 0..=1.
const CALM: f32 = 0.015;
/// How many times as rough as the calmest around a place is that counts half as much: strokes all
/// count, edges don't.
const ROUGH: f32 = 16.0;

/// Takes a lattice of `period` pixels from planes, which may go on at their opposite sides, in x and
/// y. Of period 1 there is none; wider ones than 4 none of the networks that ship has.
pub(super) fn take_out(planes: &mut Planes, period: usize, wrap: [bool; 2]) {
    let [width, height] = planes.size();
    if !(2..=WIDEST).contains(&period) || width < period || height < period {
        return;
    }
    let kernels = Kernels::new(period);
    let places = [
        kernels.places(width, wrap[0]),
        kernels.places(height, wrap[1]),
    ];
    let size = planes.size();
    let n = planes.pixels();
    let mut fine = filtered(&planes.data, size, &kernels.cell, &places);
    for (fine, value) in fine.iter_mut().zip(&planes.data) {
        *fine = value - *fine;
    }
    let power = |i: usize| fine[i].powi(2) + fine[n + i].powi(2) + fine[2 * n + i].powi(2);
    let power: Vec<f32> = (0..n).map(power).collect();
    let mut rough = filtered(&power, size, &kernels.cell, &places);
    for rough in &mut rough {
        *rough = *rough / 3.0 + CALM * CALM;
    }
    // The harmonic mean is near the calmest.
    let inverse: Vec<f32> = rough.iter().map(|rough| 1.0 / rough).collect();
    let around = filtered(&inverse, size, &kernels.all, &places);
    let weight = |(rough, around): (&f32, &f32)| 1.0 / (rough + ROUGH / around);
    let calm: Vec<f32> = rough.iter().zip(&around).map(weight).collect();
    for (fine, calm) in fine.iter_mut().zip(calm.iter().cycle()) {
        *fine *= calm;
    }
    for (kernel, sign) in [(&kernels.same, -1.0), (&kernels.all, 1.0)] {
        let sums = filtered(&fine, size, kernel, &places);
        let weights = filtered(&calm, size, kernel, &places);
        let means = sums.iter().zip(weights.iter().cycle());
        for (value, (sum, weight)) in planes.data.iter_mut().zip(means) {
            *value += sign * sum / weight;
        }
    }
}

/// Offsets in a line that is longer by [`Kernels::radius`] on each side, with their weights.
type Kernel = Vec<(usize, f32)>;

/// Planes of a size with the same weights along rows and columns.
fn filtered(
    planes: &[f32],
    [width, height]: [usize; 2],
    kernel: &Kernel,
    [columns, rows]: &[Vec<usize>; 2],
) -> Vec<f32> {
    let mut across = vec![0.0; planes.len()];
    let lines = across.par_chunks_exact_mut(width);
    lines
        .zip(planes.par_chunks_exact(width))
        .for_each(|(out, row)| {
            let wide: Vec<f32> = columns.iter().map(|x| row[*x]).collect();
            for (offset, weight) in kernel {
                for (out, value) in out.iter_mut().zip(&wide[*offset..]) {
                    *out += weight * value;
                }
            }
        });
    let mut out = vec![0.0; planes.len()];
    let lines = out.par_chunks_exact_mut(width).enumerate();
    lines.for_each(|(line, out)| {
        let (plane, y) = (line / height * height, line % height);
        for (offset, weight) in kernel {
            let row = &across[(plane + rows[y + offset]) * width..][..width];
            for (out, value) in out.iter_mut().zip(row) {
                *out += weight * value;
            }
        }
    });
    out
}

/// What the filter is made of.
struct Kernels {
    period: usize,
    radius: usize,
    /// The mean over a cell, a period wide, whose two ends count by half.
    cell: Kernel,
    /// The mean of pixels at the same place of the lattice.
    same: Kernel,
    /// The mean of all.
    all: Kernel,
}

impl Kernels {
    fn new(period: usize) -> Self {
        let periods = AROUND / period;
        let radius = periods * period + period / 2;
        let whole = ((periods + 1) * (periods + 1)) as f32;
        let same: Kernel = (0..=2 * periods)
            .map(|k| {
                let share = periods + 1 - k.abs_diff(periods);
                (period / 2 + k * period, share as f32 / whole)
            })
            .collect();
        let cell = |middle: usize| {
            (0..=period).map(move |i| {
                let share = if i == 0 || i == period { 0.5 } else { 1.0 };
                (middle - period / 2 + i, share / period as f32)
            })
        };
        let mut all: Kernel = (0..=2 * radius).map(|at| (at, 0.0)).collect();
        for (middle, weight) in &same {
            for (at, share) in cell(*middle) {
                all[at].1 += weight * share;
            }
        }
        Self {
            period,
            radius,
            cell: cell(radius).collect(),
            same,
            all,
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
        let cell = [0.15f32, -0.05, 0.0, -0.1];
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
            let changed = change(planes(|x, _| 0.1 * (x as f32 / length).sin()));
            assert!(changed < 0.01, "{length}: {changed}");
        }
        // Beside edges nothing rings.
        let slanted = |x: usize, y: usize| if 3 * x > 2 * y + 70 { 1.0 } else { 0.0 };
        let upright = |x: usize, _: usize| if x > 70 { 1.0 } else { 0.0 };
        let changed = change(planes(slanted)).max(change(planes(upright)));
        assert!(changed < 0.012, "{changed}");
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
