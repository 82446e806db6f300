//! Faces of a cube by distances from their middle along the sphere (the azimuthal equidistant
//! projection; Snyder 1987, "Map Projections: A Working Manual", chapter 25): a step away from the
//! middle is as large everywhere, one around it 0.85 at a corner. On flat faces steps go down to
//! 0.47, on faces of equal angles (Brown 2017, "Bringing pixels front and center in VR video"),
//! which say here where a face ends, to 0.71.

use std::f32::consts::{FRAC_PI_4, PI, TAU};

use super::Face;

impl Face {
    /// The direction of a place on it by its distance from the middle: 1 to the right or up is an
    /// eighth of a turn. A unit vector.
    pub fn at_distances(&self, [x, y]: [f32; 2]) -> [f32; 3] {
        let way = (x * x + y * y).sqrt();
        let (sin, cos) = (way * FRAC_PI_4).sin_cos();
        // In the middle any direction will do.
        let share = if way > 0.0 { sin / way } else { 0.0 };
        std::array::from_fn(|i| {
            cos * f32::from(self.ahead[i])
                + share * (x * f32::from(self.right[i]) + y * f32::from(self.up[i]))
        })
    }

    /// The way back, for unit vectors.
    pub fn distances_of(&self, direction: [f32; 3]) -> [f32; 2] {
        let [right, up, ahead] = [self.right, self.up, self.ahead].map(|axis| {
            axis.iter()
                .zip(direction)
                .map(|(a, d)| f32::from(*a) * d)
                .sum::<f32>()
        });
        let beside = (right * right + up * up).sqrt();
        let way = beside.atan2(ahead) / FRAC_PI_4;
        let share = if beside > 0.0 { way / beside } else { 0.0 };
        [share * right, share * up]
    }

    /// Where on it a direction lies by equal angles, -1..=1 on the face to the right and up; `None`
    /// behind it.
    pub fn angles_of(&self, direction: [f32; 3]) -> Option<[f32; 2]> {
        let along = |axis: [i8; 3]| -> f32 {
            axis.iter()
                .zip(direction)
                .map(|(a, d)| f32::from(*a) * d)
                .sum()
        };
        let depth = along(self.ahead);
        let angle = |t: f32| (t / depth).atan() / FRAC_PI_4;
        (depth > 0.0).then(|| [angle(along(self.right)), angle(along(self.up))])
    }
}

/// The direction of a place in an equirectangular picture, both 0..=1 from the upper left; a unit
/// vector.
pub fn direction([x, y]: [f32; 2]) -> [f32; 3] {
    let (turn, rise) = (x * TAU - PI, (0.5 - y) * PI);
    [
        turn.sin() * rise.cos(),
        rise.sin(),
        -turn.cos() * rise.cos(),
    ]
}

/// The place of a direction, the way back.
pub fn place([x, y, z]: [f32; 3]) -> [f32; 2] {
    let turn = x.atan2(-z) / TAU + 0.5;
    let fall = 0.5 - y.atan2((x * x + z * z).sqrt()) / PI;
    [turn, fall]
}

#[cfg(test)]
mod tests {
    use super::super::FACES;
    use super::*;

    #[test]
    fn every_direction_has_a_place_on_a_face_and_comes_back() {
        for i in 0..500 {
            let at = [(i as f32 * 0.618) % 1.0, (i as f32 + 0.5) / 500.0];
            let wanted = direction(at);
            let mut on = 0;
            for face in FACES {
                let Some(angles) = face.angles_of(wanted) else {
                    continue;
                };
                if angles.iter().any(|angle| angle.abs() > 1.0) {
                    continue;
                }
                on += 1;
                let back = place(face.at_distances(face.distances_of(wanted)));
                let turn = (back[0] - at[0]).abs();
                assert!(turn.min(1.0 - turn) < 1e-4, "{at:?} {back:?}");
                assert!((back[1] - at[1]).abs() < 1e-4, "{at:?} {back:?}");
            }
            assert!(on >= 1, "{at:?}");
        }
    }

    /// What a pixel shows, in angles, is about the same everywhere on the face: strokes are about as
    /// large at an edge and a corner as in the middle.
    #[test]
    fn scale_is_even_over_a_face() {
        let face = FACES[0];
        let (mut least, mut most) = (f32::MAX, 0.0f32);
        for i in 0..=20 {
            for j in 0..=20 {
                // All of the face, and nothing beyond.
                let tangents = [i, j].map(|k| ((k as f32 / 10.0 - 1.0) * FRAC_PI_4).tan());
                let flat = face.direction(tangents[0], tangents[1]);
                let length = flat.iter().map(|c| c * c).sum::<f32>().sqrt();
                let at = face.distances_of(flat.map(|c| c / length));
                let here = face.at_distances(at);
                for turned in 0..12 {
                    let (sin, cos) = (turned as f32 / 12.0 * TAU).sin_cos();
                    let there = face.at_distances([at[0] + 1e-3 * cos, at[1] + 1e-3 * sin]);
                    let way: f32 = here.iter().zip(there).map(|(a, b)| (a - b).powi(2)).sum();
                    let scale = way.sqrt() / (1e-3 * FRAC_PI_4);
                    (least, most) = (least.min(scale), most.max(scale));
                }
            }
        }
        assert!(most < 1.01 && least > 0.85, "{least} to {most}");
    }
}
