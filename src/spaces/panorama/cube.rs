//! A panorama as the six faces of a cube around the viewer.

use rayon::prelude::*;

use super::{check, place};
use crate::picture::Picture;
use crate::spaces::SpacesError;

/// One face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Face {
    /// Its name.
    pub name: &'static str,
    /// Where it lies: right, up, towards the back.
    pub(super) ahead: [i8; 3],
    /// What is to the right on it.
    pub(super) right: [i8; 3],
    /// What is up on it.
    pub(super) up: [i8; 3],
}

/// The faces as seen from inside. The middle of the panorama is in front; above, what is in
/// front is at the lower side, below at the upper.
pub const FACES: [Face; 6] = [
    Face::new("front", [0, 0, -1], [1, 0, 0], [0, 1, 0]),
    Face::new("right", [1, 0, 0], [0, 0, 1], [0, 1, 0]),
    Face::new("back", [0, 0, 1], [-1, 0, 0], [0, 1, 0]),
    Face::new("left", [-1, 0, 0], [0, 0, -1], [0, 1, 0]),
    Face::new("up", [0, 1, 0], [1, 0, 0], [0, 0, 1]),
    Face::new("down", [0, -1, 0], [1, 0, 0], [0, 0, -1]),
];

impl Face {
    const fn new(name: &'static str, ahead: [i8; 3], right: [i8; 3], up: [i8; 3]) -> Self {
        Self {
            name,
            ahead,
            right,
            up,
        }
    }

    /// The direction of a place on it, -1..=1 to the right and up.
    pub(super) fn direction(&self, x: f32, y: f32) -> [f32; 3] {
        std::array::from_fn(|i| {
            f32::from(self.ahead[i]) + x * f32::from(self.right[i]) + y * f32::from(self.up[i])
        })
    }
}

/// The faces, a quarter of the panorama's width each.
///
/// # Errors
/// [`SpacesError::NotAPanorama`].
pub fn faces(panorama: &Picture) -> Result<Vec<(Face, Picture)>, SpacesError> {
    check(panorama.size())?;
    let side = (panorama.width() / 4).max(1);
    FACES
        .iter()
        .map(|face| {
            let mut pixels = vec![0u8; side as usize * side as usize * 4];
            pixels
                .par_chunks_mut(side as usize * 4)
                .enumerate()
                .for_each(|(y, row)| {
                    for (x, out) in row.chunks_exact_mut(4).enumerate() {
                        let at = |i: usize| (2 * i + 1) as f32 / side as f32 - 1.0;
                        out.copy_from_slice(&seen(panorama, face.direction(at(x), -at(y))));
                    }
                });
            let face_picture = Picture::from_rgba(side, side, pixels)
                .map_err(|e| SpacesError::Encode(e.to_string()))?;
            Ok((*face, face_picture))
        })
        .collect()
}

/// What is seen in a direction, between four pixels.
fn seen(panorama: &Picture, direction: [f32; 3]) -> [u8; 4] {
    let [width, height] = panorama.size().map(|side| side as usize);
    let [turn, fall] = place(direction);
    let (u, v) = (turn * width as f32 - 0.5, fall * height as f32 - 0.5);
    let (left, top) = (u.floor(), v.floor());
    let (fx, fy) = (u - left, v - top);
    let pixel = |dx: isize, dy: isize| {
        let (mut column, mut row) = (left as isize + dx, top as isize + dy);
        // Over a pole one comes down on the opposite side.
        if row < 0 || row >= height as isize {
            row = if row < 0 {
                -1 - row
            } else {
                2 * height as isize - 1 - row
            };
            column += width as isize / 2;
        }
        let column = column.rem_euclid(width as isize) as usize;
        &panorama.rgba()[(row as usize * width + column) * 4..][..4]
    };
    let corners = [pixel(0, 0), pixel(1, 0), pixel(0, 1), pixel(1, 1)];
    std::array::from_fn(|c| {
        let [a, b, d, e] = corners.map(|p| f32::from(p[c]));
        let (upper, lower) = (a + fx * (b - a), d + fx * (e - d));
        (upper + fy * (lower - upper) + 0.5) as u8
    })
}

#[cfg(test)]
mod tests {
    use std::f32::consts::{PI, TAU};

    use super::*;

    /// Each direction has a colour of its own.
    fn globe(width: u32) -> Picture {
        let height = width / 2;
        let pixels = (0..width * height)
            .flat_map(|i| {
                let turn = ((i % width) as f32 + 0.5) / width as f32 * TAU - PI;
                let rise = PI * (0.5 - ((i / width) as f32 + 0.5) / height as f32);
                let d = [
                    turn.sin() * rise.cos(),
                    rise.sin(),
                    -turn.cos() * rise.cos(),
                ];
                let [r, g, b] = d.map(|c| (127.5 + 100.0 * c) as u8);
                [r, g, b, 255]
            })
            .collect();
        Picture::from_rgba(width, height, pixels).unwrap()
    }

    #[test]
    fn every_face_shows_its_directions_upright_and_unmirrored() {
        for (face, picture) in faces(&globe(512)).unwrap() {
            let side = picture.width() as usize;
            for y in (0..side).step_by(9) {
                for x in (0..side).step_by(7) {
                    let at = |i: usize| (2 * i + 1) as f32 / side as f32 - 1.0;
                    let d = face.direction(at(x), -at(y));
                    let length = d.iter().map(|c| c * c).sum::<f32>().sqrt();
                    let pixel = &picture.rgba()[(y * side + x) * 4..][..3];
                    for (c, d) in pixel.iter().zip(d) {
                        let wanted = 127.5 + 100.0 * d / length;
                        assert!(
                            (f32::from(*c) - wanted).abs() < 3.0,
                            "{} {x} {y}",
                            face.name
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn faces_meet_at_their_edges() {
        let faces = faces(&globe(256)).unwrap();
        let of = |name: &str| &faces.iter().find(|(f, _)| f.name == name).unwrap().1;
        let side = 64;
        let at = |p: &Picture, x: usize, y: usize| -> [u8; 3] {
            p.rgba()[(y * side + x) * 4..][..3].try_into().unwrap()
        };
        for i in 0..side {
            let pairs = [
                (at(of("front"), side - 1, i), at(of("right"), 0, i)),
                (at(of("back"), side - 1, i), at(of("left"), 0, i)),
                (at(of("front"), i, 0), at(of("up"), i, side - 1)),
                (at(of("front"), i, side - 1), at(of("down"), i, 0)),
            ];
            for (a, b) in pairs {
                assert!(
                    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 6),
                    "{i} {a:?} {b:?}"
                );
            }
        }
    }

    #[test]
    fn another_size_is_no_panorama() {
        let flat = Picture::from_rgba(40, 30, vec![0; 4800]).unwrap();
        assert_eq!(faces(&flat).unwrap_err(), SpacesError::NotAPanorama(40, 30));
    }
}
