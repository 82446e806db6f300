//! No halos: beside the photo's edges a style network overshoots, as a lens that is sharpened too
//! much does, with a bright rim on the bright side and a dark one on the dark side. There the
//! picture is held to the colours that the style has nearby at places where the photo is as light
//! and calm: to their mean and spread. Strokes stay, moved as a whole; and outlines within the
//! spread of a style's strokes stay, too.
//!
//! Places as light are told by weights of a few lights, between which pixels are shared out, as in
//! the bilateral grid (Chen, Paris, Durand 2007).

use rayon::prelude::*;

use super::compose::Composed;
use super::detail::luminances;
use crate::engine::resample::Planes;

/// How far around a pixel calm places are looked for, in pixels.
const AROUND: usize = 40;
/// How far from an edge a rim lies.
const BESIDE: usize = 16;
/// Differences of luminance between neighbours from which there is an edge, and is one wholly.
const EDGE: [f32; 2] = [0.06, 0.12];
/// Steps of light.
const LIGHTS: usize = 8;
/// Half the window whose mean is held; what is finer are strokes.
const STROKE: usize = 3;
/// A mean may be so many deviations of the calm places from theirs.
const DEVIATIONS: f32 = 1.5;
/// And so much more, 0..=1.
const SLACK: f32 = 0.02;
/// Share of calm places in the window at which they are half believed.
const FEW: f32 = 0.004;

/// Holds what was composed to the style's own colours beside edges of the photo.
pub(super) fn hold(photo: &Planes, composed: &mut Composed) {
    let window = Window {
        size: photo.size(),
        wrap: composed.wrap,
    };
    let light = luminances(photo);
    let beside = window.beside_edges(&light);
    let mut sums = Sums::new(photo.pixels());
    for step in 0..=LIGHTS {
        sums.add(&window, step, (&light, &beside), &composed.picture);
    }
    let beside = window.mean(&beside, 2);
    let pixels = photo.pixels();
    for (c, plane) in composed.picture.data.chunks_exact_mut(pixels).enumerate() {
        for (i, value) in plane.iter_mut().enumerate() {
            let weight = beside[i] * composed.touch[i] * sums.belief(i);
            let [own, limited] = sums.held(c, i);
            *value = (*value + weight * (limited - own)).clamp(0.0, 1.0);
        }
    }
}

/// What is known of the places as light as each pixel.
struct Sums {
    /// Share of calm ones in the wide window.
    calm: Vec<f32>,
    /// Share of all in the small window.
    near: Vec<f32>,
    /// Colours: sums and sums of squares over calm ones, and sums over the small window.
    colours: [[Vec<f32>; 3]; 3],
}

impl Sums {
    fn new(pixels: usize) -> Self {
        let zeros = || vec![0.0; pixels];
        Self {
            calm: zeros(),
            near: zeros(),
            colours: std::array::from_fn(|_| std::array::from_fn(|_| zeros())),
        }
    }

    /// Adds what places of one light tell those of the same.
    fn add(
        &mut self,
        window: &Window,
        step: usize,
        (light, beside): (&[f32], &[f32]),
        styled: &Planes,
    ) {
        let share = |light: &f32| (1.0 - (light * LIGHTS as f32 - step as f32).abs()).max(0.0);
        let shares: Vec<f32> = light.iter().map(share).collect();
        if shares.iter().all(|share| *share == 0.0) {
            return;
        }
        let calm: Vec<f32> = shares
            .iter()
            .zip(beside)
            .map(|(share, beside)| if *beside < 0.5 { *share } else { 0.0 })
            .collect();
        let add = |to: &mut Vec<f32>, values: &[f32], radius: usize| {
            let mean = window.mean(values, radius);
            for ((to, mean), share) in to.iter_mut().zip(&mean).zip(&shares) {
                *to += share * mean;
            }
        };
        add(&mut self.calm, &calm, AROUND);
        add(&mut self.near, &shares, STROKE);
        let product =
            |a: &[f32], b: &[f32]| -> Vec<f32> { a.iter().zip(b).map(|(a, b)| a * b).collect() };
        let [first, second, small] = &mut self.colours;
        for (c, plane) in styled.data.chunks_exact(light.len()).enumerate() {
            let values = product(&calm, plane);
            add(&mut first[c], &values, AROUND);
            add(&mut second[c], &product(&values, plane), AROUND);
            add(&mut small[c], &product(&shares, plane), STROKE);
        }
    }

    /// How far the calm places are to be believed, 0..=1.
    fn belief(&self, i: usize) -> f32 {
        self.calm[i] / (self.calm[i] + FEW)
    }

    /// The mean around a pixel, and what it may be.
    fn held(&self, c: usize, i: usize) -> [f32; 2] {
        let calm = self.calm[i].max(1e-6);
        let mean = self.colours[0][c][i] / calm;
        let spread = (self.colours[1][c][i] / calm - mean * mean).max(0.0).sqrt();
        let own = self.colours[2][c][i] / self.near[i].max(1e-6);
        let limit = DEVIATIONS * spread + SLACK;
        [own, own.max(mean - limit).min(mean + limit)]
    }
}

/// A plane, and whether it goes on at its opposite sides, in x and y.
struct Window {
    size: [usize; 2],
    wrap: [bool; 2],
}

impl Window {
    /// 1 near edges, 0 elsewhere.
    fn beside_edges(&self, light: &[f32]) -> Vec<f32> {
        let (most, least) = (
            self.extreme(light, 1, f32::max),
            self.extreme(light, 1, f32::min),
        );
        let edge = |(most, least): (&f32, &f32)| {
            ((most - least - EDGE[0]) / (EDGE[1] - EDGE[0])).clamp(0.0, 1.0)
        };
        let edges: Vec<f32> = most.iter().zip(&least).map(edge).collect();
        self.extreme(&edges, BESIDE, f32::max)
    }

    /// The value around each pixel, at most `radius` away in x and y, that `pick` prefers.
    fn extreme(&self, values: &[f32], radius: usize, pick: fn(f32, f32) -> f32) -> Vec<f32> {
        self.both_ways(values, radius, |wide, out| {
            let window = 2 * radius + 1;
            // Windows of 1, 2, 4 … pixels, of which two make any.
            let mut length = 1;
            while 2 * length <= window {
                for i in 0..wide.len() - length {
                    wide[i] = pick(wide[i], wide[i + length]);
                }
                length *= 2;
            }
            for (i, value) in out.iter_mut().enumerate() {
                *value = pick(wide[i], wide[i + window - length]);
            }
        })
    }

    /// The mean around each pixel, at most `radius` away in x and y.
    fn mean(&self, values: &[f32], radius: usize) -> Vec<f32> {
        let window = 2 * radius + 1;
        self.both_ways(values, radius, |wide, out| {
            let mut sum: f64 = wide[..window].iter().map(|v| f64::from(*v)).sum();
            for (i, value) in out.iter_mut().enumerate() {
                *value = (sum / window as f64) as f32;
                let next = wide.get(i + window).copied().unwrap_or(0.0);
                sum += f64::from(next) - f64::from(wide[i]);
            }
        })
    }

    /// Something for each row with what lies beside it, then for each column.
    fn both_ways(
        &self,
        values: &[f32],
        radius: usize,
        each: impl Fn(&mut [f32], &mut [f32]) + Sync,
    ) -> Vec<f32> {
        let [width, height] = self.size;
        let rows = along(values, width, (radius, self.wrap[0]), &each);
        let columns = transposed(&rows, [width, height]);
        let columns = along(&columns, height, (radius, self.wrap[1]), &each);
        transposed(&columns, [height, width])
    }
}

fn along(
    values: &[f32],
    width: usize,
    (radius, wraps): (usize, bool),
    each: &(impl Fn(&mut [f32], &mut [f32]) + Sync),
) -> Vec<f32> {
    let mut out = vec![0.0; values.len()];
    let place = |i: usize| match wraps {
        true => (i + width - radius % width) % width,
        false => i.saturating_sub(radius).min(width - 1),
    };
    out.par_chunks_exact_mut(width)
        .zip(values.par_chunks_exact(width))
        .for_each(|(out, row)| {
            let mut wide: Vec<f32> = (0..width + 2 * radius).map(|i| row[place(i)]).collect();
            each(&mut wide, out);
        });
    out
}

fn transposed(values: &[f32], [width, height]: [usize; 2]) -> Vec<f32> {
    let mut out = vec![0.0; values.len()];
    out.par_chunks_exact_mut(height)
        .enumerate()
        .for_each(|(x, column)| {
            for (y, value) in column.iter_mut().enumerate() {
                *value = values[y * width + x];
            }
        });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 160;

    fn planes(of: impl Fn(f32, f32) -> f32) -> Planes {
        let mut planes = Planes::zeros(SIDE, SIDE);
        for (i, value) in planes.data.iter_mut().enumerate() {
            let i = i % (SIDE * SIDE);
            *value = of((i % SIDE) as f32, (i / SIDE) as f32);
        }
        planes
    }

    /// How far from the edge of a black disc on white a pixel is; positive outside.
    fn outside(x: f32, y: f32) -> f32 {
        let middle = SIDE as f32 / 2.0;
        ((x - middle).powi(2) + (y - middle).powi(2)).sqrt() - 40.0
    }

    fn disc(x: f32, y: f32) -> f32 {
        0.1 + 0.6 * (outside(x, y) + 0.5).clamp(0.0, 1.0)
    }

    fn held(photo: &Planes, styled: &Planes, touch: f32) -> Planes {
        let mut composed = Composed {
            picture: styled.clone(),
            touch: vec![touch; SIDE * SIDE],
            wrap: [false; 2],
        };
        hold(photo, &mut composed);
        composed.picture
    }

    fn mean_change(a: &Planes, b: &Planes) -> f32 {
        let sum: f32 = a.data.iter().zip(&b.data).map(|(a, b)| (a - b).abs()).sum();
        sum / a.data.len() as f32
    }

    /// A rim that the style has only beside the edge goes.
    #[test]
    fn rims_beside_an_edge_are_held_to_the_colours_around() {
        let photo = planes(disc);
        let styled = planes(|x, y| {
            let at = outside(x, y);
            let rim = 0.25 * (-((at - 6.0) / 4.0).powi(2)).exp();
            disc(x, y) + if at > 0.0 { rim } else { 0.0 }
        });
        let over = |planes: &Planes| planes.data.iter().fold(0.0f32, |a, v| a.max(*v)) - 0.7;
        assert!(over(&styled) > 0.2);
        let after = held(&photo, &styled, 1.0);
        assert!(over(&after) < 0.08, "{}", over(&after));
        // Where there is no style nothing changes.
        assert_eq!(held(&photo, &styled, 0.0), styled);
    }

    /// Strokes as bright as the rim lie elsewhere: it is the style's way of drawing.
    #[test]
    fn outlines_in_the_colours_of_the_strokes_stay() {
        let photo = planes(disc);
        let styled = planes(|x, y| {
            let stroke = if (x + y) as usize % 8 < 3 { 0.25 } else { 0.0 };
            let at = outside(x, y);
            let rim = if (0.5..3.0).contains(&at) {
                0.25
            } else {
                0.0f32
            };
            disc(x, y) + rim.max(stroke)
        });
        let change = mean_change(&held(&photo, &styled, 1.0), &styled);
        assert!(change < 0.006, "{change}");
    }

    /// A bright line of the photo is no rim: nothing calm is as light.
    #[test]
    fn what_the_photo_has_stays() {
        let photo = planes(|x, _| if (76.0..79.0).contains(&x) { 0.9 } else { 0.2 });
        let styled = planes(|x, _| if (76.0..79.0).contains(&x) { 0.8 } else { 0.1 });
        let change = mean_change(&held(&photo, &styled, 1.0), &styled);
        assert!(change < 1e-3, "{change}");
    }
}
