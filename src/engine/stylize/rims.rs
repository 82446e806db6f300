//! No halos: beside the photo's edges a style network overshoots, as a lens that is sharpened too
//! much does, with a bright rim on the bright side and a dark one on the dark side. There the
//! picture is held to the colours that the style has nearby where the photo is calm, and beyond
//! them as far as the photo itself is brighter or darker than it is there. Outlines in colours
//! that the style has elsewhere, too, stay.

use rayon::prelude::*;

use super::compose::Composed;
use super::detail::luminances;
use crate::engine::resample::Planes;

/// How far around a pixel calm places are looked for, in pixels.
const AROUND: usize = 16;
/// How far from an edge a rim lies.
const BESIDE: usize = 5;
/// Differences of luminance between neighbours from which there is an edge, and is one wholly.
const EDGE: [f32; 2] = [0.06, 0.12];
/// How much further than the photo a pixel may leave the calm colours.
const FURTHER: f32 = 1.2;
/// And by how much more, 0..=1.
const SLACK: f32 = 0.02;
/// Half the window over which limits are evened out.
const EVEN: usize = 4;
/// Stands for "no calm place".
const NONE: f32 = 9.0;

/// Holds what was composed to the style's own colours beside edges of the photo.
pub(super) fn hold(photo: &Planes, composed: &mut Composed) {
    let window = Window {
        size: photo.size(),
        wrap: composed.wrap,
    };
    let beside = window.beside_edges(&luminances(photo));
    let calm: Vec<bool> = beside.iter().map(|edge| *edge < 0.5).collect();
    let weight = window.mean(&beside, 1);
    let pixels = photo.pixels();
    for (own, styled) in photo
        .data
        .chunks_exact(pixels)
        .zip(composed.picture.data.chunks_exact_mut(pixels))
    {
        let [low, high] = window.calm_range(styled, &calm);
        let [own_low, own_high] = window.calm_range(own, &calm);
        let limits = low.iter().zip(&high).zip(own_low.iter().zip(&own_high));
        let weights = weight.iter().zip(&composed.touch);
        for (((value, own), ((low, high), (own_low, own_high))), (weight, touch)) in
            styled.iter_mut().zip(own).zip(limits).zip(weights)
        {
            let below = FURTHER * (own_low - own).max(0.0) + SLACK;
            let above = FURTHER * (own - own_high).max(0.0) + SLACK;
            let held = value.max(low - below).min(high + above);
            *value += weight * touch * (held - *value);
        }
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

    /// Least and most value at calm places around each pixel; everything where there are none.
    fn calm_range(&self, values: &[f32], calm: &[bool]) -> [Vec<f32>; 2] {
        let of = |none: f32, pick: fn(f32, f32) -> f32, all: f32| {
            let values: Vec<f32> = values
                .iter()
                .zip(calm)
                .map(|(value, calm)| if *calm { *value } else { none })
                .collect();
            let mut found = self.extreme(&values, AROUND, pick);
            found
                .iter_mut()
                .filter(|value| **value == none)
                .for_each(|value| *value = all);
            self.mean(&found, EVEN)
        };
        [of(NONE, f32::min, 0.0), of(-NONE, f32::max, 1.0)]
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
            for (i, value) in out.iter_mut().enumerate() {
                *value = wide[i..i + window].iter().sum::<f32>() / window as f32;
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

    const SIDE: usize = 96;

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
        ((x - middle).powi(2) + (y - middle).powi(2)).sqrt() - 24.0
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

    /// A rim that the style has only beside the edge goes, on both sides.
    #[test]
    fn rims_beside_an_edge_are_held_to_the_colours_around() {
        let photo = planes(disc);
        let styled = planes(|x, y| {
            let at = outside(x, y);
            let rim = 0.25 * (-(at.abs() - 2.0).powi(2) / 2.0).exp();
            disc(x, y) + if at > 0.0 { rim } else { -rim }
        });
        let over = |planes: &Planes| {
            let most = planes.data.iter().fold(0.0f32, |a, v| a.max(*v));
            let least = planes.data.iter().fold(1.0f32, |a, v| a.min(*v));
            (most - 0.7).max(0.1 - least)
        };
        assert!(over(&styled) > 0.2);
        let after = held(&photo, &styled, 1.0);
        assert!(over(&after) < 0.06, "{}", over(&after));
        // Where there is no style nothing changes.
        assert_eq!(held(&photo, &styled, 0.0), styled);
    }

    /// Strokes as bright as the rim lie elsewhere: it is the style's way of drawing.
    #[test]
    fn outlines_in_the_colours_of_the_strokes_stay() {
        let photo = planes(disc);
        let styled = planes(|x, y| {
            let stroke = if (x + y) as usize % 8 < 2 { 0.25 } else { 0.0 };
            let at = outside(x, y);
            let rim = if (0.5..3.0).contains(&at) {
                0.25
            } else {
                0.0f32
            };
            disc(x, y) + rim.max(stroke)
        });
        let after = held(&photo, &styled, 1.0);
        let far = |(a, b): (&f32, &f32)| (a - b).abs();
        let sum: f32 = after.data.iter().zip(&styled.data).map(far).sum();
        let mean = sum / after.data.len() as f32;
        assert!(mean < 0.004, "{mean}");
    }

    /// A thin bright line of the photo is no rim.
    #[test]
    fn what_the_photo_has_stays() {
        let photo = planes(|x, _| if (46.0..49.0).contains(&x) { 0.9 } else { 0.2 });
        let styled = planes(|x, _| if (46.0..49.0).contains(&x) { 0.8 } else { 0.1 });
        assert_eq!(held(&photo, &styled, 1.0), styled);
    }
}
