//! Faces of a cube on which equal steps are equal angles (Brown 2017, "Bringing pixels front and
//! center in VR video"): along its rows and columns a pixel shows 0.71 to 1 of what one in the middle
//! does, on a flat face 0.47 to 1.

use std::f32::consts::{FRAC_PI_4, PI, TAU};

use super::Face;

impl Face {
    /// The direction of a place on it, -1..=1 to the right and up by equal angles; beyond, what lies
    /// behind its edges. It is no unit vector.
    pub fn at_angles(&self, [x, y]: [f32; 2]) -> [f32; 3] {
        // Never as far as a right angle, where there is nothing on this side.
        let tangent = |t: f32| (t.clamp(-1.8, 1.8) * FRAC_PI_4).tan();
        self.direction(tangent(x), tangent(y))
    }

    /// Where on it a direction lies; `None` behind it.
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
                let back = place(face.at_angles(angles));
                let turn = (back[0] - at[0]).abs();
                assert!(turn.min(1.0 - turn) < 1e-4, "{at:?} {back:?}");
                assert!((back[1] - at[1]).abs() < 1e-4, "{at:?} {back:?}");
            }
            assert!(on >= 1, "{at:?}");
        }
    }

    /// What a pixel shows, in angles, is about the same everywhere: strokes are about as large at an
    /// edge as in the middle. On flat faces it would go down to 0.47.
    #[test]
    fn scale_is_even_over_a_face() {
        let face = FACES[0];
        let unit = |d: [f32; 3]| {
            let length = d.iter().map(|c| c * c).sum::<f32>().sqrt();
            d.map(|c| c / length)
        };
        let (mut least, mut most) = (f32::MAX, 0.0f32);
        for i in 0..=20 {
            for j in 0..=20 {
                let at = [i, j].map(|k| k as f32 / 10.0 - 1.0);
                let here = unit(face.at_angles(at));
                for step in [[1e-3, 0.0], [0.0, 1e-3]] {
                    let there = unit(face.at_angles([at[0] + step[0], at[1] + step[1]]));
                    let way: f32 = here.iter().zip(there).map(|(a, b)| (a - b).powi(2)).sum();
                    let scale = way.sqrt() / (1e-3 * FRAC_PI_4);
                    (least, most) = (least.min(scale), most.max(scale));
                }
            }
        }
        assert!(most < 1.01 && least > 0.7, "{least} to {most}");
    }
}
