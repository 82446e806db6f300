//! A flat square seen in perspective.

use egui::{Pos2, pos2};

/// Where points of the unit square come to lie; its corners are upper left, upper right, lower
/// right, lower left. Heckbert, "Fundamentals of texture mapping and image warping", 1989.
#[derive(Debug, Clone, Copy)]
pub(super) struct Homography {
    m: [f32; 8],
}

impl Homography {
    /// The one that brings the unit square to four corners; none where they lie so that no camera
    /// sees a square like this.
    pub(super) fn to(corners: [Pos2; 4]) -> Option<Self> {
        if !is_convex(corners) {
            return None;
        }
        let [a, b, c, d] = corners;
        let sum = a - b + (c - d);
        let (p, q) = (b - c, d - c);
        let area = p.x * q.y - p.y * q.x;
        let g = (sum.x * q.y - sum.y * q.x) / area;
        let h = (p.x * sum.y - p.y * sum.x) / area;
        Some(Self {
            m: [
                b.x - a.x + g * b.x,
                d.x - a.x + h * d.x,
                a.x,
                b.y - a.y + g * b.y,
                d.y - a.y + h * d.y,
                a.y,
                g,
                h,
            ],
        })
    }

    /// Where a point of the square, or of its plane beyond it, comes to lie; none behind the camera.
    pub(super) fn at(&self, [u, v]: [f32; 2]) -> Option<Pos2> {
        let [a, b, c, d, e, f, g, h] = self.m;
        let w = g * u + h * v + 1.0;
        (w > 0.02).then(|| pos2((a * u + b * v + c) / w, (d * u + e * v + f) / w))
    }
}

/// Whether four corners go around clockwise on the screen, without a dent.
fn is_convex(corners: [Pos2; 4]) -> bool {
    (0..4).all(|i| {
        let [a, b, c] = [0, 1, 2].map(|n| corners[(i + n) % 4]);
        let (p, q) = (b - a, c - b);
        p.x * q.y - p.y * q.x > 1.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_go_to_corners_and_straight_lines_stay_straight() {
        let corners = [
            pos2(10.0, 20.0),
            pos2(210.0, 60.0),
            pos2(200.0, 140.0),
            pos2(20.0, 180.0),
        ];
        let map = Homography::to(corners).unwrap();
        let at = |u, v| map.at([u, v]).unwrap();
        for (corner, uv) in
            corners
                .into_iter()
                .zip([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
        {
            assert!((map.at(uv).unwrap() - corner).length() < 1e-3);
        }
        let [a, b, c] = [0.2, 0.5, 0.9].map(|t| at(t, t * 0.5 + 0.1));
        let (p, q) = (b - a, c - a);
        assert!((p.x * q.y - p.y * q.x).abs() < 0.05);
        // What is farther away is smaller.
        assert!((at(0.5, 0.5) - at(0.0, 0.5)).length() > (at(1.0, 0.5) - at(0.5, 0.5)).length());
    }

    #[test]
    fn corners_that_no_camera_sees_are_refused() {
        let crossed = [
            pos2(0.0, 0.0),
            pos2(90.0, 80.0),
            pos2(90.0, 0.0),
            pos2(0.0, 80.0),
        ];
        assert!(Homography::to(crossed).is_none());
        let mirrored = [
            pos2(90.0, 0.0),
            pos2(0.0, 0.0),
            pos2(0.0, 80.0),
            pos2(90.0, 80.0),
        ];
        assert!(Homography::to(mirrored).is_none());
    }
}
