//! What a camera without a lens' faults sees from the middle of a panorama.

use rayon::prelude::*;

use super::{check, place};
use crate::picture::Picture;
use crate::picture::cubic::weights;
use crate::spaces::SpacesError;

/// A camera in the middle of a panorama, level but for its tilt; where it looks to around is said
/// with each view.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
    /// Above the horizon, radians, -π/2..=π/2.
    pub pitch: f32,
    /// Angle from top to bottom of what it sees, radians, below π.
    pub height: f32,
}

impl Camera {
    /// Pixels of its picture to a radian in the middle.
    pub fn focal(&self, [_, height]: [u32; 2]) -> f32 {
        height as f32 / 2.0 / (self.height / 2.0).tan()
    }

    /// As many pixels as a panorama needs to be sharp in such a picture, from side to side.
    pub fn width_of_panorama(&self, size: [u32; 2]) -> u32 {
        (std::f32::consts::TAU * self.focal(size)).ceil() as u32
    }
}

/// The places of a panorama that a camera's picture shows, for any turn of it to the right: they
/// are the same, moved.
pub struct Views {
    size: [u32; 2],
    /// Of each pixel, 0..=1 from the panorama's upper left, at no yaw.
    places: Vec<[f32; 2]>,
}

impl Views {
    /// Of a camera whose pictures are so large.
    ///
    /// # Errors
    /// [`SpacesError::TooSmall`] for pictures without a pixel.
    pub fn new(camera: &Camera, size: [u32; 2]) -> Result<Self, SpacesError> {
        let [width, height] = size;
        if width == 0 || height == 0 {
            return Err(SpacesError::TooSmall(width, height, 1));
        }
        let focal = camera.focal(size);
        let (sin, cos) = camera.pitch.sin_cos();
        let mut places = vec![[0.0; 2]; width as usize * height as usize];
        places
            .par_chunks_mut(width as usize)
            .enumerate()
            .for_each(|(row, out)| {
                let up = (height as f32 / 2.0 - row as f32 - 0.5) / focal;
                for (column, out) in out.iter_mut().enumerate() {
                    let right = (column as f32 + 0.5 - width as f32 / 2.0) / focal;
                    // Ahead is -z.
                    *out = place([right, up * cos + sin, up * sin - cos]);
                }
            });
        Ok(Self { size, places })
    }

    /// What the camera sees, turned to the right by so much of a full turn.
    ///
    /// # Errors
    /// [`SpacesError::NotAPanorama`].
    pub fn seen(&self, panorama: &Picture, turned: f64) -> Result<Picture, SpacesError> {
        check(panorama.size())?;
        let turned = turned.rem_euclid(1.0);
        let [width, height] = self.size;
        let mut pixels = vec![0u8; self.places.len() * 4];
        pixels
            .par_chunks_mut(width as usize * 4)
            .zip(self.places.par_chunks(width as usize))
            .for_each(|(row, places)| {
                for (out, [turn, fall]) in row.chunks_exact_mut(4).zip(places) {
                    let turn = (f64::from(*turn) + turned).rem_euclid(1.0);
                    out.copy_from_slice(&cubic(panorama, [turn, f64::from(*fall)]));
                }
            });
        Picture::from_rgba(width, height, pixels).map_err(|e| SpacesError::Encode(e.to_string()))
    }
}

/// A panorama at a place, 0..=1 from its upper left, between pixels along cubics (Catmull and Rom
/// 1974).
fn cubic(panorama: &Picture, [turn, fall]: [f64; 2]) -> [u8; 4] {
    let [width, height] = panorama.size().map(|side| side as isize);
    let (u, v) = (turn * width as f64 - 0.5, fall * height as f64 - 0.5);
    let (left, top) = (u.floor(), v.floor());
    let (across, down) = (weights((u - left) as f32), weights((v - top) as f32));
    let mut sum = [0.0f32; 4];
    for (j, wy) in down.iter().enumerate() {
        let mut row = top as isize + j as isize - 1;
        let mut first = left as isize - 1;
        // Over a pole one comes down on the opposite side.
        if row < 0 || row >= height {
            row = if row < 0 {
                -1 - row
            } else {
                2 * height - 1 - row
            };
            first += width / 2;
        }
        for (i, wx) in across.iter().enumerate() {
            let column = (first + i as isize).rem_euclid(width);
            let pixel = &panorama.rgba()[((row * width + column) * 4) as usize..][..4];
            for (sum, value) in sum.iter_mut().zip(pixel) {
                *sum += wx * wy * f32::from(*value);
            }
        }
    }
    sum.map(|value| (value + 0.5).clamp(0.0, 255.0) as u8)
}

#[cfg(test)]
mod tests {
    use std::f32::consts::{FRAC_PI_2, PI, TAU};

    use super::super::direction;
    use super::*;

    /// Each direction has a colour of its own.
    fn globe(width: u32) -> Picture {
        let height = width / 2;
        let pixels = (0..width * height).flat_map(|i| {
            let at = [
                ((i % width) as f32 + 0.5) / width as f32,
                ((i / width) as f32 + 0.5) / height as f32,
            ];
            let [r, g, b] = direction(at).map(|c| (127.5 + 100.0 * c) as u8);
            [r, g, b, 255]
        });
        Picture::from_rgba(width, height, pixels.collect()).unwrap()
    }

    /// The direction that a pixel of a camera's picture shows, by rotation matrices.
    fn exact(yaw: f32, camera: &Camera, size: [u32; 2], [x, y]: [u32; 2]) -> [f32; 3] {
        let [w, h] = size.map(|side| side as f32);
        let focal = camera.focal(size);
        let (right, up) = (
            (x as f32 + 0.5 - w / 2.0) / focal,
            (h / 2.0 - y as f32 - 0.5) / focal,
        );
        let (sp, cp) = camera.pitch.sin_cos();
        let (up, ahead) = (up * cp + sp, cp - up * sp);
        let (sy, cy) = yaw.sin_cos();
        let d = [right * cy + ahead * sy, up, -(ahead * cy - right * sy)];
        let length = d.iter().map(|c| c * c).sum::<f32>().sqrt();
        d.map(|c| c / length)
    }

    #[test]
    fn a_camera_sees_what_lies_in_its_direction_also_over_poles_and_sides() {
        let around = globe(512);
        for (yaw, pitch, height) in [
            (0.0, 0.0, 1.2),
            (3.1, 0.3, 1.0),
            (-1.3, FRAC_PI_2, 1.5),
            (0.4, -1.4, 1.9),
        ] {
            let camera = Camera { pitch, height };
            let size = [160, 90];
            let views = Views::new(&camera, size).unwrap();
            let seen = views.seen(&around, f64::from(yaw / TAU)).unwrap();
            for y in (0..90).step_by(5) {
                for x in (0..160).step_by(7) {
                    let pixel = &seen.rgba()[((y * 160 + x) * 4) as usize..][..3];
                    for (c, d) in pixel.iter().zip(exact(yaw, &camera, size, [x, y])) {
                        let off = (f32::from(*c) - 127.5 - 100.0 * d).abs();
                        assert!(off < 3.0, "{yaw} {camera:?} {x} {y}: {off}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_full_turn_ends_where_it_began() {
        let around = globe(256);
        let camera = Camera {
            pitch: 0.2,
            height: PI / 3.0,
        };
        let views = Views::new(&camera, [64, 48]).unwrap();
        let first = views.seen(&around, 0.125).unwrap();
        assert_eq!(views.seen(&around, 1.125).unwrap(), first);
        assert_eq!(views.seen(&around, -0.875).unwrap(), first);
        assert_ne!(views.seen(&around, 0.135).unwrap(), first);
    }

    #[test]
    fn only_panoramas_are_turned_in() {
        let flat = Picture::from_rgba(40, 30, vec![0; 4800]).unwrap();
        let camera = Camera {
            pitch: 0.0,
            height: 1.0,
        };
        let views = Views::new(&camera, [16, 16]).unwrap();
        assert_eq!(
            views.seen(&flat, 0.0).unwrap_err(),
            SpacesError::NotAPanorama(40, 30)
        );
        assert!(Views::new(&camera, [0, 16]).is_err());
    }
}
