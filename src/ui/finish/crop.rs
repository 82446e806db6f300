//! How a crop changes under the hand: plain geometry on fractions of the picture.

use crate::recipe::ranges::LEAST_CROP;

/// A handle by where it is: −1, 0 or 1 along and across; both 0 moves the whole.
pub(super) type Handle = [i8; 2];

/// Corners, sides, and the inside, with their names.
pub(super) const HANDLES: [(Handle, &str); 9] = [
    ([0, 0], "Crop: move"),
    ([-1, 0], "Crop: left side"),
    ([1, 0], "Crop: right side"),
    ([0, -1], "Crop: upper side"),
    ([0, 1], "Crop: lower side"),
    ([-1, -1], "Crop: upper left corner"),
    ([1, -1], "Crop: upper right corner"),
    ([-1, 1], "Crop: lower left corner"),
    ([1, 1], "Crop: lower right corner"),
];

/// The crop after a handle was moved by fractions of the picture. `aspect` is width by height, in
/// fractions too, that stays.
pub(super) fn dragged(
    crop: [f32; 4],
    handle: Handle,
    by: [f32; 2],
    aspect: Option<f32>,
) -> [f32; 4] {
    if handle == [0, 0] {
        return moved(crop, by);
    }
    let mut new = crop;
    for axis in 0..2 {
        match handle[axis] {
            -1 => new[axis] = (crop[axis] + by[axis]).clamp(0.0, crop[axis + 2] - LEAST_CROP),
            1 => {
                new[axis + 2] = (crop[axis + 2] + by[axis]).clamp(crop[axis] + LEAST_CROP, 1.0);
            }
            _ => {}
        }
    }
    match aspect {
        Some(aspect) => with_aspect(new, handle, aspect),
        None => new,
    }
}

fn moved(crop: [f32; 4], by: [f32; 2]) -> [f32; 4] {
    let mut new = crop;
    for axis in 0..2 {
        let by = by[axis].clamp(-crop[axis], 1.0 - crop[axis + 2]);
        new[axis] += by;
        new[axis + 2] += by;
    }
    new
}

/// The largest crop of an aspect that the dragged one leads to, held at what lies opposite of the
/// handle.
fn with_aspect(crop: [f32; 4], handle: Handle, aspect: f32) -> [f32; 4] {
    let size = [crop[2] - crop[0], crop[3] - crop[1]];
    // What stays where it is, and how much room there is from there.
    let hold = |axis: usize| match handle[axis] {
        -1 => (crop[axis + 2], crop[axis + 2]),
        1 => (crop[axis], 1.0 - crop[axis]),
        _ => {
            let middle = (crop[axis] + crop[axis + 2]) / 2.0;
            (middle, 2.0 * middle.min(1.0 - middle))
        }
    };
    let ((x, room_x), (y, room_y)) = (hold(0), hold(1));
    let width = match handle {
        [0, _] => size[1] * aspect,
        [_, 0] => size[0],
        _ => size[0].max(size[1] * aspect),
    };
    let width = width
        .min(room_x)
        .min(room_y * aspect)
        .max(LEAST_CROP.max(LEAST_CROP * aspect));
    let height = width / aspect;
    let side = |handle: i8, hold: f32, size: f32| match handle {
        -1 => (hold - size, hold),
        1 => (hold, hold + size),
        _ => (hold - size / 2.0, hold + size / 2.0),
    };
    let ((left, right), (top, bottom)) = (side(handle[0], x, width), side(handle[1], y, height));
    [left, top, right, bottom].map(|side| side.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CROP: [f32; 4] = [0.2, 0.2, 0.6, 0.8];

    fn close(a: [f32; 4], b: [f32; 4]) -> bool {
        a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5)
    }

    #[test]
    fn sides_and_corners_follow_the_hand_and_end_at_the_edge() {
        let right = dragged(CROP, [1, 0], [0.1, 0.3], None);
        assert!(close(right, [0.2, 0.2, 0.7, 0.8]), "{right:?}");
        let corner = dragged(CROP, [-1, -1], [-0.5, 0.1], None);
        assert!(close(corner, [0.0, 0.3, 0.6, 0.8]), "{corner:?}");
        let over = dragged(CROP, [-1, 0], [0.9, 0.0], None);
        assert!(over[2] - over[0] >= LEAST_CROP * 0.99);
        let moved = dragged(CROP, [0, 0], [0.9, -0.1], None);
        assert!((moved[2] - 1.0).abs() < 1e-6 && (moved[0] - 0.6).abs() < 1e-6);
        assert!((moved[1] - 0.1).abs() < 1e-6);
    }

    #[test]
    fn an_aspect_stays_whatever_is_dragged() {
        for (handle, _) in HANDLES.iter().filter(|(handle, _)| *handle != [0, 0]) {
            for by in [[0.1, 0.05], [-0.3, 0.2], [2.0, 2.0], [-2.0, -2.0]] {
                for aspect in [0.5, 1.0, 1.7] {
                    let [l, t, r, b] = dragged(CROP, *handle, by, Some(aspect));
                    assert!(l >= 0.0 && t >= 0.0 && r <= 1.0 && b <= 1.0);
                    let got = (r - l) / (b - t);
                    assert!((got - aspect).abs() < 0.02, "{handle:?} {by:?}: {got}");
                }
            }
        }
    }
}
