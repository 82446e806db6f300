//! Values between pixels along cubics (Catmull and Rom 1974, "A class of local interpolating
//! splines").

/// Weights of the four pixels around a place, `t` of the way from the second to the third.
pub fn weights(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        0.5 * (-t3 + 2.0 * t2 - t),
        0.5 * (3.0 * t3 - 5.0 * t2 + 2.0),
        0.5 * (-3.0 * t3 + 4.0 * t2 + t),
        0.5 * (t3 - t2),
    ]
}
