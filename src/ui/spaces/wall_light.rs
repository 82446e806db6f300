//! The light on a wall, as its photo shows it.

use crate::picture::Picture;

/// Reflectance that a wall is taken to have: light paint.
const PAINT: f32 = 0.7;
/// How much of the wall's colour counts as the light's; the rest is paint.
const COLOUR: f32 = 0.5;
/// The darkest light.
const LEAST: f32 = 0.12;
/// Places at which the light is measured, in each direction.
const GRID: usize = 5;

/// Light over a part of a photo.
#[derive(Debug, Clone)]
pub(super) struct WallLight {
    /// Rows from top to bottom; linear, 1 is the light of a well-lit room.
    grid: Vec<[f32; 3]>,
}

impl WallLight {
    /// Measures it at places of the photo, as shares of its width and height; `place` tells where a
    /// point of the unit square lies.
    pub(super) fn measure(photo: &Picture, place: impl Fn([f32; 2]) -> [f32; 2]) -> Self {
        let [width, height] = photo.size();
        let radius = (width.min(height) / 40).max(1);
        let step = |i: usize| i as f32 / (GRID - 1) as f32;
        let at = |i: usize| {
            let [x, y] = place([step(i % GRID), step(i / GRID)]);
            light_of(mean(photo, x * width as f32, y * height as f32, radius))
        };
        Self {
            grid: (0..GRID * GRID).map(at).collect(),
        }
    }

    /// The light at a point of the unit square, linear.
    pub(super) fn at(&self, [u, v]: [f32; 2]) -> [f32; 3] {
        let last = (GRID - 1) as f32;
        let (x, y) = ((u * last).clamp(0.0, last), (v * last).clamp(0.0, last));
        let (i, j) = ((x as usize).min(GRID - 2), (y as usize).min(GRID - 2));
        let (s, t) = (x - i as f32, y - j as f32);
        let of = |i: usize, j: usize| self.grid[j * GRID + i];
        std::array::from_fn(|c| {
            let upper = of(i, j)[c] * (1.0 - s) + of(i + 1, j)[c] * s;
            let lower = of(i, j + 1)[c] * (1.0 - s) + of(i + 1, j + 1)[c] * s;
            upper * (1.0 - t) + lower * t
        })
    }
}

/// Mean of a square of the photo, linear light.
fn mean(photo: &Picture, x: f32, y: f32, radius: u32) -> [f32; 3] {
    let [width, height] = photo.size().map(i64::from);
    let radius = i64::from(radius);
    let (x, y) = (x as i64, y as i64);
    let mut sum = [0.0f32; 3];
    let mut count = 0.0;
    for row in (y - radius).clamp(0, height - 1)..=(y + radius).clamp(0, height - 1) {
        for column in (x - radius).clamp(0, width - 1)..=(x + radius).clamp(0, width - 1) {
            let p = &photo.rgba()[(row * width + column) as usize * 4..][..3];
            for (sum, value) in sum.iter_mut().zip(p) {
                // Near enough to sRGB's curve for a mean.
                *sum += (f32::from(*value) / 255.0).powi(2);
            }
            count += 1.0;
        }
    }
    sum.map(|sum| sum / count)
}

/// The light in which a wall of that colour stands.
fn light_of(wall: [f32; 3]) -> [f32; 3] {
    let grey = wall.iter().sum::<f32>() / 3.0;
    wall.map(|c| ((grey + (c - grey) * COLOUR) / PAINT).clamp(LEAST, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_falls_off_as_the_wall_does_and_takes_half_of_its_colour() {
        let pixels = (0..100 * 60u32).flat_map(|i| {
            let v = 60 + (i % 100) as u8;
            [v, v, v / 2, 255]
        });
        let photo = Picture::from_rgba(100, 60, pixels.collect()).unwrap();
        let light = WallLight::measure(&photo, |place| place);
        let (left, right) = (light.at([0.1, 0.5]), light.at([0.9, 0.5]));
        assert!(left[0] < 0.6 * right[0], "{left:?} {right:?}");
        assert!(right[2] < right[0] && right[2] > 0.3 * right[0]);
        let white = Picture::from_rgba(8, 8, vec![255; 8 * 8 * 4]).unwrap();
        let lit = WallLight::measure(&white, |place| place);
        assert_eq!(lit.at([0.5, 0.5]), [1.0; 3]);
    }
}
